"""How far an export of conversations could be read: a worker's claims, held against their required shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.custody.manifest import FoundAt
from evidence_kit.model import Json
from evidence_kit.workflows.case.outcome import ChatRead

_RECOGNITIONS: Final = frozenset({"none", "contested", "recognised", "failed"})
_COUNTS: Final = (
    "messages", "conversations_not_listed", "encoding_guesses", "ambiguous_dates", "unread_count", "unread_bytes",
    "metadata",
)  # fmt: skip
_LISTS: Final = ("conversations", "unread", "looks_cut")


_SECONDS: Final = 120.0
_BYTES_A_SECOND: Final = 200_000


class CoverageError(ValueError):
    """Facts that no worker of ours writes."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A person who wrote in a conversation.

    Attributes:
        name: As shown; `(owner)` for the owner of the export, where that is all the export says.
        messages: How many they wrote.
        owner: Whether this is the person whose export it is; None where the export does not say.
    """

    name: str
    messages: int
    owner: bool | None


@dataclass(frozen=True, slots=True)
class FileConversation:
    """One conversation of one file.

    Attributes:
        number: In its file, from 0.
        platform: Such as `whatsapp`.
        variant: Which of its export formats.
        id: The platform's own, None where it gives none.
        title: None where there is none.
        messages: How many.
        participants: Who wrote most comes first.
        participants_more: How many are not listed.
        first: The earliest time, None where no message has one.
        last: The latest.
        newest_first: The file begins with the newest message.
        figures: `kinds`, `flags`, `times` and `attachments`, each a count by name.
        members: Who takes part, as the export lists them; empty where it lists nobody.
    """

    number: int
    platform: str
    variant: str
    id: str | None
    title: str | None
    messages: int
    participants: tuple[Participant, ...]
    participants_more: int
    first: StatedTime | None
    last: StatedTime | None
    newest_first: bool
    figures: Mapping[str, Mapping[str, int]]
    members: tuple[str, ...] = ()


def seconds_for(size_bytes: int) -> float:
    """Return how long a worker may take over an export of that size: many times the time of a slow machine."""
    return _SECONDS + size_bytes / _BYTES_A_SECOND


def failure_facts(detail: str) -> dict[str, Json]:
    """Return the facts of an export that nobody could look into."""
    return {"recognition": "failed", "problems": [{"code": "chat-not-read", "detail": detail}]}


def checked_facts(facts: Json) -> dict[str, Json]:
    """Return a worker's facts when they have the shape of facts.

    Raises:
        CoverageError: They have not.
    """
    if not isinstance(facts, Mapping) or facts.get("recognition") not in _RECOGNITIONS:
        raise CoverageError("no facts")
    if facts["recognition"] == "recognised":
        for name in _COUNTS:
            count_fact(facts, name)
        for name in _LISTS:
            if not all(isinstance(each, Mapping) for each in _list(facts, name)):
                raise CoverageError(name)
        file_conversations(facts)
        for each in _list(facts, "unread"):
            text_fact(each, "why")
    return dict(facts)


def file_conversations(facts: Mapping[str, Any]) -> list[FileConversation]:
    """Return the conversations that a `chat.parsed` names.

    Raises:
        CoverageError: One has not the shape of a conversation.
    """
    return [_talk(each) for each in _list(facts, "conversations")] if "conversations" in facts else []


def chat_read(item: str, place: FoundAt, facts: Mapping[str, Any]) -> ChatRead:
    """Return the facts of a `chat.parsed`, in short.

    Args:
        item: Id of the item.
        place: Where it was found.
        facts: Facts of a `chat.parsed`, in the shape that `checked_facts` accepts.
    """
    problems = [str(each.get("code")) for each in facts.get("problems", ())]
    reasons = [str(each["why"]) for each in facts.get("unread", ())]
    chosen = facts.get("format")
    return ChatRead(
        item=item,
        place=place,
        recognition=str(facts["recognition"]),
        format=None if chosen is None else str(chosen),
        messages=int(facts.get("messages", 0)),
        conversations=len(facts.get("conversations", ())) + int(facts.get("conversations_not_listed", 0)),
        unread=int(facts.get("unread_count", 0)),
        reasons=tuple(dict.fromkeys([*problems, *reasons])),
        looks_cut=tuple(dict.fromkeys(str(each.get("why")) for each in facts.get("looks_cut", ()))),
        wording_unknown=str(_mapping(facts, "decided").get("wording", "")).startswith("unknown"),
    )


def _mapping(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = facts.get(name)
    return value if isinstance(value, Mapping) else {}


def count_fact(facts: Mapping[str, Any], name: str) -> int:
    """Return a count.

    Raises:
        CoverageError: It is none.
    """
    value = facts.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise CoverageError(name)
    return value


def text_fact(facts: Mapping[str, Any], name: str) -> str:
    """Return a text.

    Raises:
        CoverageError: It is none.
    """
    value = facts.get(name)
    if not isinstance(value, str):
        raise CoverageError(name)
    return value


def time_fact(value: Any) -> StatedTime | None:  # noqa: ANN401 - from a worker
    """Return a time, None where there is none.

    Raises:
        CoverageError: It is no time.
    """
    if value is None:
        return None
    if type(value) is not dict and not isinstance(value, Mapping):
        raise CoverageError("time")
    readings = value.get("readings") or ()
    # Nearly no time has several: to ask what kind of a list it is costs as much as all else.
    if readings and (not isinstance(readings, (list, tuple)) or not all(isinstance(each, str) for each in readings)):
        raise CoverageError("readings")
    return StatedTime(text_fact(value, "raw"), text_fact(value, "kind"), _text_or_none(value, "value"), tuple(readings))


def _talk(facts: Mapping[str, Any]) -> FileConversation:
    return FileConversation(
        number=count_fact(facts, "number"),
        platform=text_fact(facts, "platform"),
        variant=text_fact(facts, "variant"),
        id=_text_or_none(facts, "id"),
        title=_text_or_none(facts, "title"),
        messages=count_fact(facts, "messages"),
        participants=tuple(
            Participant(text_fact(each, "name"), count_fact(each, "messages"), _yes_or_no(each.get("owner")))
            for each in _list(facts, "participants")
            if isinstance(each, Mapping)
        ),
        participants_more=count_fact(facts, "participants_more"),
        first=time_fact(facts.get("first")),
        last=time_fact(facts.get("last")),
        newest_first=facts.get("newest_first") is True,
        figures={name: _figures(facts, name) for name in ("kinds", "flags", "times", "attachments")},
        members=tuple(each for each in facts.get("members") or () if isinstance(each, str)),
    )


def _yes_or_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _figures(facts: Mapping[str, Any], name: str) -> dict[str, int]:
    counted = facts.get(name)
    if not isinstance(counted, Mapping):
        raise CoverageError(name)
    return {each: count_fact(counted, each) for each in counted}


def _list(facts: Mapping[str, Any], name: str) -> Sequence[Any]:
    listed = facts.get(name)
    if not isinstance(listed, (list, tuple)):
        raise CoverageError(name)
    return listed


def _text_or_none(facts: Mapping[str, Any], name: str) -> str | None:
    return None if facts.get(name) is None else text_fact(facts, name)
