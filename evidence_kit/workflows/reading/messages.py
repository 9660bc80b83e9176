"""A message as a person or a script gets it: typed, tied to the items that are its attachments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.chats.told import OWNER
from evidence_kit.custody.manifest import CaseObject, FoundAt, Item, Manifest, Witnessed
from evidence_kit.model import Json
from evidence_kit.workflows.reading.coverage import CoverageError, text_fact, time_fact

_LONGEST_NAME = 1000
# Snapchat names a file by the day and the identifier that stands in the message.
_DATED = re.compile(r"\d{4}-\d\d-\d\d_(?P<native>.{8,}?)(?:\.[A-Za-z0-9]{1,8})?")

# Signal names a file by a digest; which ending it gets, its programs do not agree on.
_HASHED = re.compile(r"(?P<digest>[0-9a-f]{64})(?:\.[A-Za-z0-9]{1,8})?")
# A name that an app made of a day and a count, a digest or an identifier: no two files bear it by chance.
_UNMISTAKABLE = re.compile(r"\d{8}-WA\d{4}|^\d{8}-[A-Z]+-\d{4}|[0-9a-f]{32}|[A-Za-z0-9_~-]{20,}")
_DOUBTS = ("elsewhere", "other-container", "other-source")


@dataclass(frozen=True, slots=True)
class TiedAttachment:
    """An attachment of a message, and the items of the case that it is.

    Attributes:
        name: As the source writes it; None where it gives none.
        status: As the export alone says, or by what the case holds: `present`, `missing`, `perhaps` where a file bears
            the name and lies where it need not have come with the message, or `witnessed` where it was seen and not
            copied.
        items: Items that stand inside of the message, or whose path ends in that name; more than one when their bytes
            differ, so that none is sure. What was seen and not copied is among them.
        perhaps: Items that bear the name and lie elsewhere; a seal takes none of them by itself.
        reason: Why these are no more than perhaps: `elsewhere`, `other-container` or `other-source`.
    """

    name: str | None
    status: str
    items: tuple[CaseObject, ...] = ()
    perhaps: tuple[CaseObject, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SideText:
    """Words of a message outside of its text.

    Attributes:
        role: Their place in it, such as `question`, `link`, `earlier`.
        text: With U+FFFD for what is no text.
        by: Who wrote them, where that is another than the sender.
    """

    role: str
    text: str
    by: str | None


@dataclass(frozen=True, slots=True)
class ShownReaction:
    """A reaction to a message: the sign, and who gave it where that is known."""

    emoji: str
    actor: str | None


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """One message.

    Attributes:
        item: The item that holds it.
        at: Where in the item: a line, a JSON pointer, or an offset; `where` is both.
        id: The platform's identifier, or the SHA-256 of the place.
        time: None where the export gives none.
        sender: `(owner)` for the owner of an export that does not name them; None where the app itself speaks, or the
            export does not say who wrote.
        owner: Whether the sender is the person whose export it is; None where the export does not say.
        text: With U+FFFD for what is no text.
        kind: Such as `text`, `deleted`, `call`.
        attachments: In the order of the source.
        flags: What else is to be known.
        conversation: Number of its conversation in the item, from 0; None when the worker did not say.
        told: The whole entry, as the worker gave it.
        words: Words outside of the text.
        event: Code of what happened, where the export tells it without words, and the values of its sentence.
        to: Who received it, where the record says so.
        reactions: In the order of the source.
    """

    item: Item
    at: str
    id: str
    time: StatedTime | None
    sender: str | None
    owner: bool | None
    text: str
    kind: str
    attachments: tuple[TiedAttachment, ...]
    flags: tuple[str, ...]
    conversation: int | None
    told: Mapping[str, Json]
    words: tuple[SideText, ...] = ()
    event: tuple[str, Mapping[str, str]] | None = None
    to: tuple[str, ...] = ()
    reactions: tuple[ShownReaction, ...] = ()

    @property
    def where(self) -> str:
        """Name the message's place in the case, such as `E000012:5`."""
        return f"{self.item.id}:{self.at}"


@dataclass(frozen=True, slots=True)
class TranscriptGap:
    """A stretch that could not be read as messages.

    Attributes:
        item: The item that holds it.
        at: Where in the item.
        why: Code of the reason.
        told: The whole entry.
    """

    item: Item
    at: str
    why: str
    told: Mapping[str, Json]

    @property
    def where(self) -> str:
        """Name its place in the case."""
        return f"{self.item.id}:{self.at}"


class AttachmentTies:
    """Finds the items that a chat's attachments are, by the ends of their paths; witnessed files too.

    An item is one that came with the message when it lies in the same container, or on the same phone, and there in the
    chat's own folder or below it; else under the very path or the unmistakable name that the message gives. Where those
    that fit have different bytes, all of them are given, since nobody can say which. Others that bear the name are no
    more than perhaps.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._named: dict[str, list[tuple[FoundAt, CaseObject]]] = {}
        self._dated: dict[str, list[tuple[FoundAt, CaseObject]]] = {}
        self._within: dict[tuple[Any, ...], CaseObject] = {}
        self._members: dict[str, list[CaseObject]] = {}
        listed: list[CaseObject] = [*manifest.included, *manifest.left_out]
        for each in listed:
            for place in (each.place, *each.also_at):
                self._named.setdefault(_last(place.path), []).append((place, each))
                if dated := _DATED.fullmatch(_last(place.path)):
                    self._dated.setdefault(dated["native"], []).append((place, each))
                if hashed := _HASHED.fullmatch(_last(place.path)):
                    self._dated.setdefault(hashed["digest"], []).append((place, each))
                if place.container is not None:
                    self._members.setdefault(place.container, []).append(each)
            self._inside(each)

    def _inside(self, each: CaseObject) -> None:
        within = each.facts.get("within")
        if each.place.container is not None and isinstance(within, Mapping):
            self._within[_stood(each.place.container, within)] = each
        for container, again in each.also_within:
            self._within.setdefault(_stood(container, again), each)

    def inside(self, told: Mapping[str, Any], chat: Item) -> CaseObject | None:
        """Return the item that stands inside of a message, None when nobody took it out."""
        where = told.get("inside")
        if not isinstance(where, Sequence) or len(where) != 2:
            return None
        return self._within.get((chat.id, where[0], where[1], told.get("part")))

    def left_out(self, chat: Item, locator: Any) -> list[CaseObject]:  # noqa: ANN401 - from a worker
        """Return the files that once stood inside of a message, of which the case holds only the rest.

        Such a text lies in the container that it is the rest of, and so do its pictures, each with the offsets that it
        had there. A picture that was met before in another container has none here; it is the one when no other is.
        """
        if not chat.facts.get("without") or chat.place.container is None or not isinstance(locator, Mapping):
            return []
        start, end = locator.get("start"), locator.get("end")
        if not isinstance(start, int) or not isinstance(end, int):
            return []
        among = self._members.get(chat.place.container, ())
        members = [each for each in among if isinstance(each, Witnessed) or _was_left_out(each)]
        runs = sorted(_runs(members, chat.place.container), key=lambda run: run[0])
        found: list[CaseObject] = []
        gone = 0
        for first, last, each in runs:
            if start <= first - gone <= end:
                found.append(each)
            gone += last - first
        return found if runs or len(members) != 1 else members

    def items(self, name: str, chat: Item) -> tuple[tuple[CaseObject, ...], tuple[CaseObject, ...], str | None]:
        """Return the items that a name in a chat means: one when sure; the possible ones; and why only possible."""
        name = name[:_LONGEST_NAME].replace("\\", "/").removeprefix("./")
        fits = [(place, item) for place, item in self._named.get(_last(name), ()) if _ends_in(place.path, name)]
        if not fits:
            hashed = _HASHED.fullmatch(_last(name))
            fits = self._dated.get(name) or self._dated.get(hashed["digest"] if hashed else "", [])
        judged = [(_doubt(place, chat.place, name), place, item) for place, item in fits]
        sure = {item.id: item for doubt, place, item in judged if doubt is None and _is_beside(place, chat.place)}
        sure = sure or {item.id: item for doubt, _, item in judged if doubt is None}
        if sure:
            return tuple(sure.values()), (), None
        reasons = [doubt for doubt in _DOUBTS if doubt in {each for each, _, _ in judged}]
        if not reasons:
            return (), (), None
        nearest = {item.id: item for doubt, _, item in judged if doubt == reasons[0]}
        return (), tuple(nearest.values()), reasons[0]


def _last(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name


def _runs(members: Iterable[CaseObject], container: str) -> Iterator[tuple[int, int, CaseObject]]:
    """Yield from where to where each of them stood in the container."""
    for each in members:
        within = each.facts.get("within")
        if each.place.container != container or not isinstance(within, Mapping):
            continue
        # In a text written anew it is known where it would stand; in one that was cut, where it stood.
        start, end = within.get("stood", within.get("start")), within.get("stood", within.get("end"))
        if isinstance(start, int) and isinstance(end, int):
            yield start, end, each


def _ends_in(path: str, name: str) -> bool:
    return f"/{path}".endswith(f"/{name}")


def _stood(container: str, within: Mapping[str, Any]) -> tuple[Any, ...]:
    return container, within.get("start"), within.get("end"), within.get("part")


def _doubt(place: FoundAt, chat: FoundAt, name: str) -> str | None:
    """Return why a file of that name need not be the one that came with a message; None where it surely is."""
    if place.container != chat.container:
        return "other-container"
    if place.container is None and place.path.partition("/")[0] != chat.path.partition("/")[0]:
        return "other-source"
    sure = _is_beside(place, chat) or name.count("/") > 1 or _UNMISTAKABLE.search(_last(name))
    return None if sure else "elsewhere"


def _is_beside(place: FoundAt, chat: FoundAt) -> bool:
    """Say whether a file lies in a chat's own folder or below it."""
    folder = chat.path.rpartition("/")[0]
    return not folder or place.path.startswith(f"{folder}/")


def _was_left_out(each: CaseObject) -> bool:
    """Say whether it stood in a text that was written anew without it."""
    within = each.facts.get("within")
    return isinstance(within, Mapping) and "stood" in within


def transcript_entry(told: Mapping[str, Any], item: Item, ties: AttachmentTies) -> TranscriptEntry:
    """Return a message out of a worker's entry.

    Args:
        told: The entry as a worker tells it; nothing in it is believed unseen.
        item: The item that it stands in.
        ties: Finds the items of its attachments.

    Raises:
        CoverageError: It has not the shape of a message.
    """
    sender = told.get("sender")
    sender = sender if isinstance(sender, Mapping) else None
    when = time_fact(_plain_time(told.get("time")))
    flags = told.get("flags") or ()
    attachments, number = told.get("attachments") or (), told.get("conversation_number")
    if not isinstance(flags, Sequence) or not isinstance(attachments, Sequence):
        raise CoverageError("message")
    listed = [each for each in attachments if isinstance(each, Mapping)]
    tied = [_tied(each, item, ties) for each in listed]
    hollow = [at for at, each in enumerate(listed) if not each.get("size_bytes")]
    if hollow and (seen := ties.left_out(item, told.get("locator"))):
        for number_of, at in enumerate(hollow):
            items = (seen[number_of],) if len(seen) == len(hollow) else tuple(seen)
            status = "witnessed" if any(isinstance(each, Witnessed) for each in items) else "present"
            tied[at] = TiedAttachment(tied[at].name, status, items)
    return TranscriptEntry(
        item=item,
        at=place_in(told.get("locator")),
        id=text_fact({"id": display_text(told.get("id"))}, "id"),
        time=when if when is not None and when.raw else None,
        sender=None if sender is None else _name(sender),
        owner=_owner(sender),
        text=display_text(told.get("text")) or "",
        kind=str(told.get("kind")),
        attachments=tuple(tied),
        flags=tuple(str(flag) for flag in flags),
        conversation=number if isinstance(number, int) and not isinstance(number, bool) else None,
        told=told,
        words=tuple(
            SideText(str(each.get("role")), display_text(each.get("text")) or "", display_text(each.get("by")))
            for each in _mappings(told, "words")
        ),
        event=_event(told.get("event")),
        to=tuple(name for each in _mappings(told, "to") if (name := _name(each))),
        reactions=tuple(
            ShownReaction(display_text(each.get("emoji")) or "", display_text(each.get("actor")))
            for each in _mappings(told, "reactions")
        ),
    )


def _mappings(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = told.get(name)
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, (list, tuple)) else []


def _owner(sender: Mapping[str, Any] | None) -> bool | None:
    known = None if sender is None else sender.get("is_owner")
    return known if isinstance(known, bool) else None


def _event(told: Any) -> tuple[str, Mapping[str, str]] | None:  # noqa: ANN401 - from a worker
    if not isinstance(told, Mapping):
        return None
    values = told.get("values")
    held = values if isinstance(values, Mapping) else {}
    return str(told.get("code")), {str(key): display_text(value) or "" for key, value in held.items()}


def transcript_gap(told: Mapping[str, Any], item: Item) -> TranscriptGap:
    """Return a stretch that was not understood out of a worker's entry."""
    why = display_text(told.get("why")) or ""
    return TranscriptGap(item, place_in(told.get("locator")), why, told)


def display_text(value: Any) -> str | None:  # noqa: ANN401 - from a worker
    """Return a text of an entry for display; one that is no Unicode comes with both spellings."""
    if isinstance(value, Mapping):
        value = value.get("text")
    return value if isinstance(value, str) else None


def place_in(locator: Any) -> str:  # noqa: ANN401 - from a worker
    """Return where in an item an entry stands: its first line, its JSON pointer, or `@` and its offset."""
    if not isinstance(locator, Mapping):
        return "?"
    lines, pointer = locator.get("lines"), display_text(locator.get("pointer"))
    if isinstance(lines, Sequence) and lines and isinstance(lines[0], int):
        return str(lines[0])
    return pointer if pointer is not None else f"@{locator.get('start', '?')}"


def _name(sender: Mapping[str, Any]) -> str | None:
    shown = display_text(sender.get("display"))
    if shown:
        return shown
    ids = sender.get("ids")
    first = ids[0] if isinstance(ids, Sequence) and ids else None
    if isinstance(first, Mapping) and (value := display_text(first.get("value"))):
        return value
    return OWNER if sender.get("is_owner") is True else None


def _plain_time(value: Any) -> Any:  # noqa: ANN401 - from a worker
    return {**value, "raw": display_text(value.get("raw"))} if isinstance(value, Mapping) else None


def _tied(told: Mapping[str, Any], chat: Item, ties: AttachmentTies) -> TiedAttachment:
    name, status = display_text(told.get("name_in_source")), str(told.get("status"))
    if told.get("inside") is not None:
        carried = ties.inside(told, chat)
        if isinstance(carried, Witnessed):
            status = "witnessed"
        return TiedAttachment(name, status, () if carried is None else (carried,))
    if name is None or status not in {"unknown", "present", "missing"}:
        return TiedAttachment(name, status)
    items, perhaps, reason = ties.items(name, chat)
    if items and all(isinstance(each, Witnessed) for each in items):
        return TiedAttachment(name, "witnessed", items)
    if perhaps:
        return TiedAttachment(name, "perhaps", (), perhaps, reason)
    return TiedAttachment(name, "present" if items else "missing", items)


COLUMNS = (
    "conversation", "platform", "title", "where", "time", "time_as_written", "time_kind", "sender", "owner", "kind",
    "flags", "text", "words", "event", "to", "reactions", "attachments", "attachment_items",
    "attachment_perhaps", "id", "item", "path", "item_sha256",
)  # fmt: skip


def transcript_row(
    entry: TranscriptEntry | TranscriptGap, number: int, platform: str, title: str | None, members: Sequence[str] = ()
) -> dict[str, Json]:
    """Return a message, or a stretch that was not understood, as one row with the way back to its item and line.

    Args:
        entry: The message.
        number: Of its conversation.
        platform: Of its conversation.
        title: Of its conversation.
        members: Who takes part in its conversation, as the export lists them.
    """
    first: dict[str, Json] = {"conversation": number, "platform": platform, "title": title, "where": entry.where}
    last: dict[str, Json] = {
        "item": entry.item.id,
        "path": entry.item.place.path,
        "item_sha256": entry.item.sha256.hex,
        "locator": entry.told.get("locator"),
    }
    if isinstance(entry, TranscriptGap):
        return {**first, "kind": "unread", "text": entry.why, "detail": entry.told.get("detail"), **last}
    time = entry.time
    return {
        **first,
        "time": None if time is None else time.value,
        "time_as_written": None if time is None else time.raw,
        "time_kind": None if time is None else time.kind,
        "sender": entry.sender,
        "owner": entry.owner,
        "kind": entry.kind,
        "flags": list(entry.flags),
        "text": entry.text,
        "words": [f"{each.role}{f' ({each.by})' if each.by else ''}: {each.text}" for each in entry.words],
        "event": None if entry.event is None else entry.event[0],
        "to": list(entry.to or (name for name in members if entry.sender is not None and name != entry.sender)),
        "reactions": [each.emoji if each.actor is None else f"{each.emoji} {each.actor}" for each in entry.reactions],
        "attachments": [f"{each.name or '?'} ({each.status})" for each in entry.attachments],
        "attachment_items": [f"{item.id} {item.sha256.hex}" for each in entry.attachments for item in each.items],
        "attachment_perhaps": [
            f"{item.id} {item.sha256.hex} ({each.reason})" for each in entry.attachments for item in each.perhaps
        ],
        "id": entry.id,
        **last,
        "entry": entry.told,
    }
