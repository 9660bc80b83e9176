"""The headers of a mail and of all its parts, judged together."""

from __future__ import annotations

import email.errors
import email.header
import email.message
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evidence_kit.intake.understood.atoms import Stretch
from evidence_kit.intake.understood.units import bytes_by_name, is_name, odd_names, opaque_units

DEEPEST: Final = 12
"""How deep parts may stand in parts."""
# Who speaks to whom, when, about what.
_PEOPLE: Final = frozenset({"from", "to", "cc", "bcc", "subject", "date", "sender", "reply-to"})
_BOUNDARY: Final = re.compile(r"(?is);\s*boundary\s*=\s*(?:\"[^\"]*\"?|[^\s;]*)")


@dataclass(frozen=True, slots=True)
class MailHeader:
    """One header: its name, its value as it stands, and the spans of the value that are no language.

    Attributes:
        name: As it stands.
        value: Without the name.
        senseless: Its spans that are no language; empty where it is.
        named: Its name is one that people or programs give.
    """

    name: str
    value: str
    senseless: list[Stretch]
    named: bool


class MailHeaders:
    """The headers of one mail and of all its parts, judged together: each is short, but there may be many.

    Who speaks to whom, when and about what is judged apart, so that what servers add takes nothing of it away.

    Args:
        message: The mail.
        is_language: As it stands, all of it is language; what is packed in it is to be judged.
    """

    def __init__(self, message: email.message.Message, *, is_language: bool) -> None:
        parts = [*_parts(message, 0)]
        # The parser keeps bytes beyond ASCII as halves of surrogates.
        items = [
            (number, str(name), raw_bytes(str(held)).decode("utf-8", "surrogateescape"))
            for number, part in enumerate(parts)
            for name, held in part.raw_items()
        ]
        packed = [is_language and "=?" not in value for _, _, value in items]
        found: dict[int, list[Stretch]] = {}
        if not all(packed):
            odd = odd_names(name for _, name, _ in items)
            for spoken_to in (True, False):
                places = [place for place, (_, name, _) in enumerate(items) if (name.lower() in _PEOPLE) is spoken_to]
                units = [f"{items[place][1]}: {spoken(items[place][2])}" for place in places]
                for at, spans in opaque_units(units).items():
                    skipped = len(items[places[at]][1]) + 2
                    found[places[at]] = [
                        (max(0, start - skipped), end - skipped) for start, end in spans if end > skipped
                    ]
            for place in bytes_by_name((name, at, value.strip()) for at, (_, name, value) in enumerate(items)):
                found.setdefault(place, [(0, len(items[place][2]))])
        else:
            odd = frozenset()
        self._of_part: dict[int, list[MailHeader]] = {id(part): [] for part in parts}
        for place, (number, name, value) in enumerate(items):
            spans = [] if packed[place] else found.get(place, [])
            named = is_name(name) and name not in odd
            self._of_part[id(parts[number])].append(MailHeader(name, value, spans, named))

    def of(self, part: email.message.Message) -> list[MailHeader]:
        """Return the headers of one part."""
        return self._of_part[id(part)]


def _parts(message: email.message.Message, depth: int) -> Iterator[email.message.Message]:
    """Yield a mail and all its parts, in their order, as deep as they are written."""
    yield message
    payload = message.get_payload()
    if isinstance(payload, list) and depth < DEEPEST:
        for inner in payload:
            if isinstance(inner, email.message.Message):
                yield from _parts(inner, depth + 1)


def with_charset(raw: str) -> str:
    """Return a content type that says UTF-8, in which its text is written."""
    replaced = re.sub(r"(?i)(charset\s*=\s*)(\"[^\"]*\"|[^\s;]+)", r"\1utf-8", raw)
    return replaced if "charset" in raw.lower() else f"{raw.rstrip()}; charset=utf-8"


def with_border(raw: str, border: str) -> str:
    """Return the content type of several parts with another border between them."""
    without = _BOUNDARY.sub("", raw).rstrip("; \t\r\n")
    return f'{without}; boundary="{border}"'


def spoken(value: str) -> str:
    """Return a header as a person reads it."""
    if "=?" not in value:
        return value
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (LookupError, ValueError, email.errors.HeaderParseError):
        return value


def raw_bytes(text: str) -> bytes:
    """Return the bytes of a text; what the parser could not read stays as it is."""
    return text.encode("utf-8", "surrogateescape")
