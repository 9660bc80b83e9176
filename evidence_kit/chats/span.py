"""The first and the last time of many messages, and which way their file runs."""

from __future__ import annotations

from dataclasses import dataclass

from evidence_kit.chats.message import MessageTime, TimeKind


@dataclass(slots=True)
class MessageSpan:
    """From when to when messages go, gathered in the order of their file.

    A day that can be read in two ways is compared in both. Where these name different messages as the first, the one
    that stands first in the file is taken: files run one way, and which way most of them does is counted.
    """

    _first: MessageTime | None = None
    _last: MessageTime | None = None
    _earliest: tuple[tuple[str, int, MessageTime], tuple[str, int, MessageTime]] | None = None
    _latest: tuple[tuple[str, int, MessageTime], tuple[str, int, MessageTime]] | None = None
    _incomparable: tuple[MessageTime, MessageTime] | None = None
    _before: tuple[str, str] | None = None
    _seen: int = 0
    _forward: int = 0
    _backward: int = 0

    def add(self, time: MessageTime) -> None:
        """Take in the time of the next message; one without a time changes nothing."""
        value = time.value
        if value is None and not time.readings:
            if time.kind is not TimeKind.NONE:
                # Such as a date of another calendar: it is one, and cannot be compared.
                self._incomparable = (self._incomparable[0] if self._incomparable else time, time)
            return
        both = (value, value) if value is not None else (time.readings[0], time.readings[-1])
        if self._before is None:
            self._first = time
        elif both != self._before:
            before = self._before
            self._forward += (both[0] > before[0]) + (both[1] > before[1])
            self._backward += (both[0] < before[0]) + (both[1] < before[1])
        self._before, self._last = both, time
        self._seen += 1
        here = ((both[0], self._seen, time), (both[1], self._seen, time))
        earliest, latest = self._earliest, self._latest
        if earliest is None or latest is None:
            self._earliest = self._latest = here
            return
        if both[0] < earliest[0][0] or both[1] < earliest[1][0]:
            self._earliest = (min(earliest[0], here[0], key=_value), min(earliest[1], here[1], key=_value))
        if both[0] >= latest[0][0] or both[1] >= latest[1][0]:
            self._latest = (max(here[0], latest[0], key=_value), max(here[1], latest[1], key=_value))

    @property
    def newest_first(self) -> bool:
        """Say whether the file begins with the newest: most steps from one time to the next go back."""
        return self._backward > self._forward

    @property
    def first(self) -> MessageTime | None:
        """The earliest time; None when there is none."""
        if self._earliest is None and self._incomparable is not None:
            return self._incomparable[0]
        return self._chosen(self._earliest, self._last if self.newest_first else self._first)

    @property
    def last(self) -> MessageTime | None:
        """The latest time."""
        if self._latest is None and self._incomparable is not None:
            return self._incomparable[1]
        return self._chosen(self._latest, self._first if self.newest_first else self._last)

    @staticmethod
    def _chosen(
        ends: tuple[tuple[str, int, MessageTime], tuple[str, int, MessageTime]] | None, by_place: MessageTime | None
    ) -> MessageTime | None:
        if ends is None:
            return None
        (one, _, first), (other, _, second) = ends
        # The same message in both readings, or one value: there is no doubt. Otherwise the file's order decides.
        return first if first == second or one == other else by_place


def _value(end: tuple[str, int, MessageTime]) -> str:
    return end[0]
