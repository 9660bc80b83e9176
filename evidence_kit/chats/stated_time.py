"""A time as its source states it, with a value for comparison."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatedTime:
    """A time as its source states it.

    Attributes:
        raw: Its characters there.
        kind: What it can be compared with, such as `utc` or `local, zone unknown`.
        value: ISO 8601, None where it cannot be read in one way only.
        readings: Every possible value, where there is more than one.
    """

    raw: str
    kind: str
    value: str | None
    readings: tuple[str, ...] = ()

    @property
    def order(self) -> str:
        """Key by which times are put into one order; a time without a value comes last."""
        return (self.value or "~")[:23]
