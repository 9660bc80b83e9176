"""The survey of an export: its conversations, their writers, and its unread stretches, counted in one pass.

No answer grows with the export: lists have a most, texts a longest; whatever is left out is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from evidence_kit.chats.bounded import LONGEST_TITLE, json_bytes, shortened, shortened_or_none, unread_code
from evidence_kit.chats.message import Entry, Message, MessageFlag, MessageKind, MessageTime, Metadata, Unread
from evidence_kit.chats.span import MessageSpan
from evidence_kit.chats.told import person_name
from evidence_kit.model import Json

MOST_CONVERSATIONS = 2000
MOST_PARTICIPANTS = 20
MOST_MEMBERS = 50
MOST_UNREAD = 100
_LARGEST_ANSWER = 768 << 10
# How many messages WhatsApp exports at most: with media, and without.
_WHATSAPP_LIMITS = (10_000, 40_000)

ConversationKey: TypeAlias = tuple[str, str | None, str | None]
"""The platform, and its identifier or its title."""


def conversation_key(message: Message) -> ConversationKey:
    """Return the key under which two messages of one file are of the same conversation.

    The platform's own identifier where it gives one, else the title. A mailbox is one conversation.
    """
    conversation = message.conversation
    if conversation.id is None and conversation.platform == "mail":
        return "mail", None, None
    if conversation.id is not None:
        return conversation.platform, conversation.id, None
    return conversation.platform, None, conversation.title


@dataclass(slots=True)
class _Talk:
    """One conversation, while it is being counted."""

    first_message: Message
    titles: dict[str, None] = field(default_factory=dict)
    variants: dict[str, None] = field(default_factory=dict)
    senders: Counter[str] = field(default_factory=Counter)
    owners: dict[str, bool] = field(default_factory=dict)
    members: dict[str, None] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)
    attachments: Counter[str] = field(default_factory=Counter)
    span: MessageSpan = field(default_factory=MessageSpan)
    messages: int = 0

    def add(self, message: Message) -> None:
        self.messages += 1
        if message.conversation.title is not None and len(self.titles) < 3:
            self.titles[message.conversation.title] = None
        if len(self.variants) < MOST_PARTICIPANTS:
            self.variants[message.conversation.variant] = None
        self.kinds[message.kind.value] += 1
        self.flags.update(flag.value for flag in message.flags)
        self.times[message.time.kind.value] += 1
        self.attachments.update(each.status.value for each in message.attachments)
        if message.conversation.members and not self.members:
            self.members = dict.fromkeys(message.conversation.members[:MOST_MEMBERS])
        self._sender(message)
        self.span.add(message.time)

    def _sender(self, message: Message) -> None:
        if message.sender is None:
            return
        name = person_name(message.sender)
        if name is not None and (name in self.senders or len(self.senders) < 10 * MOST_PARTICIPANTS):
            self.senders[name] += 1
            if message.sender.is_owner is not None:
                self.owners[name] = self.owners.get(name, False) or message.sender.is_owner

    def facts(self, number: int) -> dict[str, Json]:
        conversation = self.first_message.conversation
        alone = conversation.platform != "mail" or conversation.id is not None or len(self.titles) == 1
        title = next(iter(self.titles), None) if alone else None
        return {
            "number": number,
            "platform": conversation.platform,
            "variant": next(iter(self.variants)),
            "id": shortened_or_none(conversation.id, LONGEST_TITLE),
            "title": shortened_or_none(title, LONGEST_TITLE),
            "messages": self.messages,
            "participants": [
                {"name": shortened_or_none(name, LONGEST_TITLE), "messages": count, "owner": self.owners.get(name)}
                for name, count in self.senders.most_common(MOST_PARTICIPANTS)
            ],
            "participants_more": max(0, len(self.senders) - MOST_PARTICIPANTS),
            "members": [shortened_or_none(name, LONGEST_TITLE) for name in self.members],
            "first": time_facts(self.span.first),
            "last": time_facts(self.span.last),
            "newest_first": self.span.newest_first,
            "kinds": dict(self.kinds),
            "flags": dict(self.flags),
            "times": dict(self.times),
            "attachments": dict(self.attachments),
        }


class ExportSurvey:
    """Counts the entries of an export while it is read once."""

    def __init__(self) -> None:
        self._talks: dict[ConversationKey, _Talk] = {}
        self._decided: dict[str, Json] = {}
        self._unread: list[Json] = []
        self._unread_count = self._unread_bytes = self._metadata = 0
        self._guesses = self._ambiguous = self._not_listed = 0

    def add(self, entry: Entry) -> None:
        """Count one more entry."""
        if isinstance(entry, Message):
            self._guesses += MessageFlag.ENCODING_GUESS in entry.flags
            self._ambiguous += entry.time.value is None and bool(entry.time.readings)
            key = conversation_key(entry)
            if key not in self._talks:
                self._talks[key] = _Talk(entry)
            self._talks[key].add(entry)
        elif isinstance(entry, Metadata):
            self._metadata += 1
            if entry.name.startswith("decided:") and len(self._decided) < MOST_PARTICIPANTS:
                self._decided[entry.name.removeprefix("decided:")] = shortened(str(entry.value))
        else:
            self._unread_count += 1
            self._unread_bytes += entry.place.end - entry.place.start
            if len(self._unread) < MOST_UNREAD:
                self._unread.append(_unread_facts(entry))

    def facts(self) -> dict[str, Json]:
        """Return the counts as they go into `chat.parsed`."""
        talks = list(self._talks.values())
        told = [talk.facts(number) for number, talk in enumerate(talks[:MOST_CONVERSATIONS])]
        listed = list(_fitting(told))
        return {
            "messages": sum(talk.messages for talk in talks),
            "conversations": listed,
            "conversations_not_listed": len(talks) - len(listed),
            "decided": self._decided,
            "encoding_guesses": self._guesses,
            "ambiguous_dates": self._ambiguous,
            "unread": self._unread,
            "unread_count": self._unread_count,
            "unread_bytes": self._unread_bytes,
            "metadata": self._metadata,
            "looks_cut": [{"conversation": number, "why": why} for number, why in _looks_cut(talks)],
        }


def _fitting(told: Iterable[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    used = 0
    for each in told:
        used += json_bytes(each)
        if used > _LARGEST_ANSWER:
            return
        yield each


def _looks_cut(talks: list[_Talk]) -> Iterator[tuple[int, str]]:
    """Yield the conversations of which an exporter probably left the older part out, and the sign for it."""
    for number, talk in enumerate(talks):
        if talk.first_message.conversation.platform != "whatsapp":
            continue
        if any(abs(talk.messages - limit) <= limit // 100 for limit in _WHATSAPP_LIMITS):
            yield number, "as-many-as-an-export-holds"
        elif talk.first_message.kind is not MessageKind.SYSTEM:
            # A chat begins with the app's own line about encryption.
            yield number, "begins-in-mid-conversation"


def _unread_facts(entry: Unread) -> dict[str, Json]:
    place = entry.place
    facts: dict[str, Json] = {
        "why": unread_code(entry.why),
        "start": place.start,
        "end": place.end,
        "detail": shortened(entry.detail),
    }
    if place.lines is not None:
        facts["lines"] = list(place.lines)
    if place.pointer is not None:
        facts["pointer"] = shortened(place.pointer)
    return facts


def time_facts(time: MessageTime | None) -> Json:
    """Return a time as the log tells it, None when there is none."""
    if time is None:
        return None
    told: dict[str, Json] = {"raw": shortened(time.raw), "kind": time.kind.value, "value": time.value}
    return {**told, "readings": list(time.readings)} if time.readings and time.value is None else told
