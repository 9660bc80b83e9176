"""A filter over messages: one conversation, a sender, a span of time, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evidence_kit.chats.folding import fold_for_search
from evidence_kit.chats.message import Message
from evidence_kit.chats.told import person_name, searched_texts
from evidence_kit.model import Json


@dataclass(slots=True)
class MessageFilter:
    """A filter over messages; a field that is None filters nothing.

    Attributes:
        conversation: Number of a conversation in its file, from 0.
        sender: Part of a name or an account, folded.
        since: Beginning of an ISO 8601 time: at this time or later.
        until: The same: at this time or before, with all that begins so.
        search: Words, folded.
        undated: How many messages had no time to compare, and were left out for that.
    """

    conversation: int | None = None
    sender: str | None = None
    since: str | None = None
    until: str | None = None
    search: str | None = None
    undated: int = 0

    @property
    def everything(self) -> bool:
        """Say whether the filter leaves no message out by sender, time or words."""
        return self.sender is None and self.since is None and self.until is None and self.search is None

    def wants(self, message: Message, number: int) -> bool:
        """Say whether a message is asked for.

        Args:
            message: The message.
            number: Of its conversation in the file.
        """
        if self.conversation is not None and number != self.conversation:
            return False
        if self.sender is not None and not self._is_from(message):
            return False
        if self.search is not None and not self._says(message):
            return False
        time = message.time
        return self.is_then([time.value] if time.value is not None else time.readings)

    def _is_from(self, message: Message) -> bool:
        sender = message.sender
        if sender is None or self.sender is None:
            return False
        names = [person_name(sender) or "", *(each.value for each in sender.ids)]
        return any(self.sender in fold_for_search(name) for name in names)

    def _says(self, message: Message) -> bool:
        return any((self.search or "") in fold_for_search(text) for text in searched_texts(message))

    def is_then(self, readings: Sequence[str]) -> bool:
        """Say whether a message is of the time that is asked for; one without a time is counted.

        Args:
            readings: Every way to read its time; none where it has none.
        """
        if self.since is None and self.until is None:
            return True
        if not readings:
            self.undated += 1
            return False
        return any(
            (self.since is None or each >= self.since) and (self.until is None or each[: len(self.until)] <= self.until)
            for each in readings
        )


def filter_from_arguments(arguments: Mapping[str, Json]) -> MessageFilter:
    """Return the filter that a job's arguments describe."""
    number = arguments.get("conversation")
    return MessageFilter(
        number if isinstance(number, int) else None,
        _folded(arguments.get("sender")),
        _text(arguments.get("since")),
        _text(arguments.get("until")),
        _folded(arguments.get("search")),
    )


def _folded(value: Json) -> str | None:
    return fold_for_search(value) if isinstance(value, str) and value else None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
