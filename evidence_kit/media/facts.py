"""Facts out of hostile bytes: bounded, without floats, foreign text never a key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from fractions import Fraction

from evidence_kit.libraries import LIBRARY_MISSING, library_of
from evidence_kit.model import Json

FOREIGN_BYTES = 40 * 1024
"""How much text out of the file goes into its facts, as JSON; with our own fields that stays below 48 KiB."""

_VALUE_CHARACTERS = 2000
_TAG_CHARACTERS = 200
_DETAIL_CHARACTERS = 300
_MOST_PROBLEMS = 40
_LARGEST_INTEGER = 2**53


@dataclass(slots=True)
class DescriptionNotes:
    """Problems met in one file, and how much of its text may still be written down.

    Attributes:
        problems: `{"code", "detail"}` each, in the order met.
        left_bytes: What remains of `FOREIGN_BYTES`.
    """

    problems: list[Json] = field(default_factory=list)
    left_bytes: int = FOREIGN_BYTES
    _full: bool = False

    def problem(self, code: str, detail: object) -> None:
        """Record an unreadable part; an exception is given with its type.

        A library that could not be loaded is always told as that, whatever was to be read with it: nothing is known
        against the file.
        """
        if isinstance(detail, ImportError):
            library = clean_unicode(library_of(detail))[0]
            if all(each != {"code": LIBRARY_MISSING, "detail": library} for each in self.problems):
                self.problems.append({"code": LIBRARY_MISSING, "detail": library})
            return
        said = f"{type(detail).__name__}: {detail}" if isinstance(detail, BaseException) else str(detail)
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append({"code": code, "detail": clean_unicode(said)[0][:_DETAIL_CHARACTERS]})

    def has(self, *codes: str) -> bool:
        """Say whether one of these problems was met."""
        return any(each.get("code") in codes for each in self.problems if isinstance(each, dict))

    def text(self, value: str | None) -> str | None:
        """Return one short foreign text for a field of ours, cut and within the budget; None stays None."""
        if value is None:
            return None
        entry = self.entry("", value)
        return None if entry is None else str(entry["value"])

    def entry(self, tag: str, value: str) -> dict[str, Json] | None:
        """Return `{"tag", "value"}`, or None when the budget is spent, which becomes a problem once.

        A value above 2,000 characters is cut and bears `"cut": true` and `"characters"`; one with lone surrogates
        bears `"replaced": true`.
        """
        plain, replaced = clean_unicode(value)
        entry: dict[str, Json] = {"tag": clean_unicode(tag)[0][:_TAG_CHARACTERS], "value": plain[:_VALUE_CHARACTERS]}
        if len(plain) > _VALUE_CHARACTERS:
            entry |= {"cut": True, "characters": len(plain)}
        if replaced:
            entry["replaced"] = True
        size_bytes = len(json.dumps(entry, ensure_ascii=False).encode())
        if size_bytes > self.left_bytes:
            if not self._full:
                self._full = True
                self.problem("facts-cut", f"more text than {FOREIGN_BYTES} bytes; what did not fit is left out")
            return None
        self.left_bytes -= size_bytes
        return entry

    def entries(self, found: list[tuple[str, str]]) -> list[Json]:
        """Return an entry for each tag and value that fits."""
        made = (self.entry(tag, value) for tag, value in found)
        return [entry for entry in made if entry is not None]


def clean_unicode(text: str) -> tuple[str, bool]:
    """Return the text without lone surrogates, and whether there were any."""
    plain = text.encode("utf-8", "replace").decode()
    return plain, plain != text


def safe_integer(value: object) -> int | None:
    """Return a whole number that JSON carries safely, None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_INTEGER:
        return value
    return None


def rounded_decimal(value: Fraction, places: int) -> str:
    """Return a plain decimal with so many places, rounded."""
    scaled = round(value * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    return f"{'-' if scaled < 0 else ''}{whole}" + (f".{rest:0{places}}" if places else "")


def blob_facts(data: bytes) -> dict[str, Json]:
    """Return length and SHA-256 of embedded bytes, which are never written out."""
    return {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
