"""The survey of an export: its conversations, their writers, and its unread stretches, counted in one pass.

No answer grows with the export: lists have a most, texts a longest; whatever is left out is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from evidence_kit.chats.bounded import LONGEST_TITLE, json_bytes, shortened, shortened_or_none, unread_code
from evidence_kit.chats.message import (
    Conversation,
    Entry,
    Message,
    MessageFlag,
    MessageKind,
    MessageSender,
    MessageTime,
    Metadata,
    TimeKind,
    Unread,
)
from evidence_kit.chats.span import MessageSpan
from evidence_kit.chats.times import CALENDAR_REASONS
from evidence_kit.chats.told import person_name
from evidence_kit.model import Json

MOST_CONVERSATIONS = 2000
MOST_PARTICIPANTS = 20
MOST_MEMBERS = 50
MOST_UNREAD = 100
_LARGEST_ANSWER = 768 << 10
# How many messages WhatsApp exports at most: with media, and without.
_WHATSAPP_LIMITS = (10_000, 40_000)
# Senders that are known again without a look at their name; objects that a reader makes anew each time fill this.
_REMEMBERED = 4096

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
    calendars: Counter[str] = field(default_factory=Counter)
    span: MessageSpan = field(default_factory=MessageSpan)
    messages: int = 0
    _conversation: Conversation | None = None
    _time: MessageTime | None = None
    _texts: int = 0
    _kind_of_time: TimeKind = TimeKind.NONE
    _times_of_kind: int = 0
    _met: dict[int, tuple[MessageSender, str | None]] = field(default_factory=dict)

    def add(self, message: Message) -> None:
        """Count a message.

        Millions pass here, and most of them say what the one before said: in which conversation, of which kind, when.
        That is known by the identity of the objects, since to hash them costs more than all the rest.
        """
        self.messages += 1
        conversation, time, kind = message.conversation, message.time, message.kind
        if conversation is not self._conversation:
            self._meet(conversation)
        if kind is MessageKind.TEXT:
            self._texts += 1
        else:
            self.kinds[kind.value] += 1
        if message.flags:
            self.flags.update(flag.value for flag in message.flags)
        if message.attachments:
            self.attachments.update(each.status.value for each in message.attachments)
        if time.kind is not self._kind_of_time:
            self._count_times(time.kind)
        self._times_of_kind += 1
        sender = message.sender
        if sender is not None:
            known = self._met.get(id(sender))
            name = known[1] if known is not None and known[0] is sender else self._sender(sender)
            if name is not None:
                self.senders[name] += 1
        if time is not self._time:
            self._time = time
            self.span.add(time)
            if time.reason in CALENDAR_REASONS:
                self.calendars[time.reason or ""] += 1

    def _meet(self, conversation: Conversation) -> None:
        self._conversation = conversation
        if conversation.title is not None and len(self.titles) < 3:
            self.titles[conversation.title] = None
        if len(self.variants) < MOST_PARTICIPANTS:
            self.variants[conversation.variant] = None
        if conversation.members and not self.members:
            self.members = dict.fromkeys(conversation.members[:MOST_MEMBERS])

    def _count_times(self, following: TimeKind) -> None:
        if self._times_of_kind:
            self.times[self._kind_of_time.value] += self._times_of_kind
        self._kind_of_time, self._times_of_kind = following, 0

    def _sender(self, sender: MessageSender) -> str | None:
        """Return the name under which a sender is counted, None where there are too many; remember it."""
        name = person_name(sender)
        if name is None or (name not in self.senders and len(self.senders) >= 10 * MOST_PARTICIPANTS):
            return None
        if sender.is_owner is not None:
            self.owners[name] = self.owners.get(name, False) or sender.is_owner
        if len(self._met) >= _REMEMBERED:
            self._met.clear()
        # The sender is held, so that no other object gets its address.
        self._met[id(sender)] = sender, name
        return name

    def facts(self, number: int) -> dict[str, Json]:
        self._count_times(self._kind_of_time)
        if self._texts:
            self.kinds[MessageKind.TEXT.value] += self._texts
            self._texts = 0
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
        self._guesses = self._ambiguous = 0
        self._conversation: Conversation | None = None
        self._talk: _Talk | None = None

    def add(self, entry: Entry) -> None:
        """Count one more entry."""
        if isinstance(entry, Message):
            if entry.flags:
                self._guesses += MessageFlag.ENCODING_GUESS in entry.flags
            if entry.time.value is None and entry.time.readings:
                self._ambiguous += 1
            if self._talk is None or entry.conversation is not self._conversation:
                self._conversation, self._talk = entry.conversation, self._talk_of(entry)
            self._talk.add(entry)
        elif isinstance(entry, Metadata):
            self._metadata += 1
            if entry.name.startswith("decided:") and len(self._decided) < MOST_PARTICIPANTS:
                self._decided[entry.name.removeprefix("decided:")] = shortened(str(entry.value))
        else:
            self._unread_count += 1
            self._unread_bytes += entry.place.end - entry.place.start
            if len(self._unread) < MOST_UNREAD:
                self._unread.append(_unread_facts(entry))

    def _talk_of(self, message: Message) -> _Talk:
        key = conversation_key(message)
        talk = self._talks.get(key)
        if talk is None:
            talk = self._talks[key] = _Talk(message)
        return talk

    def facts(self) -> dict[str, Json]:
        """Return the counts as they go into `chat.parsed`."""
        talks = list(self._talks.values())
        told = [talk.facts(number) for number, talk in enumerate(talks[:MOST_CONVERSATIONS])]
        listed = list(_fitting(told))
        calendars: Counter[str] = sum((talk.calendars for talk in talks), Counter())
        if calendars:
            self._decided["calendar"] = calendars.most_common(1)[0][0].removeprefix("calendar-")
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
        facts["lines"] = [place.lines.first, place.lines.last]
    if place.pointer is not None:
        facts["pointer"] = shortened(place.pointer)
    return facts


def time_facts(time: MessageTime | None) -> Json:
    """Return a time as the log tells it, None when there is none."""
    if time is None:
        return None
    told: dict[str, Json] = {"raw": shortened(time.raw), "kind": time.kind.value, "value": time.value}
    return {**told, "readings": list(time.readings)} if time.readings and time.value is None else told
