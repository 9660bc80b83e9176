"""Undoes the mistake of Meta's exporter: UTF-8 read as Latin-1, then written as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class RepairedRecord:
    """A record with its strings repaired, each by itself: undone strictly, or left alone.

    Attributes:
        originals: The strings of the source that were changed, by their JSON pointer in the record.
        failed: Pointers of strings outside ASCII that are no UTF-8 read as Latin-1; left as they were.
    """

    originals: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def repaired_value(self, value: object, at: str = "") -> object:
        """Return the value with every string in it repaired; keys are left alone."""
        if isinstance(value, str):
            return value if value.isascii() else self._text(value, at)
        if isinstance(value, Mapping):
            return {key: self.repaired_value(inner, f"{at}/{key}") for key, inner in value.items()}
        if isinstance(value, list):
            return [self.repaired_value(inner, f"{at}/{index}") for index, inner in enumerate(value)]
        return value

    def _text(self, text: str, at: str) -> str:
        repaired = undone_mojibake(text)
        if repaired is None:
            self.failed.append(at)
            return text
        self.originals[at] = text
        return repaired


def undone_mojibake(text: str) -> str | None:
    """Return the text whose UTF-8 was read as Latin-1; None when it cannot have been."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None
