"""A text of nothing but plain tags, such as a backup of messages, put down in pieces: most of them are language."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from evidence_kit.intake.understood.units import NEUTRAL, bytes_by_name, is_label, is_labelled_number, odd_names

_NAME: Final = r"[A-Za-z_][\w:.-]*+"
_TAG: Final = re.compile(rf'<[/?]?({_NAME})((?:\s++{_NAME}\s*+=\s*+"[^"]*+")*+)\s*+[/?]?>')
_UUENCODED: Final = re.compile(r"(?m)^begin(?: |-base64 )[0-7]{3,4} ")
_LONGEST_SHORT: Final = 8
_LONGEST_LABELLED: Final = 24
_BETWEEN: Final = f"\n{NEUTRAL}\n"


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text of plain tags in pieces, each a tag or the text between two.

    Attributes:
        judged: All values, one a line; a name, or a number that has one, as the time that stands for it.
        places: Of each piece: where it begins in `judged`, and its span in the source.
        counts: How many values of each sort there are.
    """

    judged: str
    places: list[tuple[int, int, int]]
    counts: dict[str, int]


def pieces(text: str, plain: Callable[[str], str]) -> Pieces | None:
    """Return a text of plain tags in pieces; None where its values have to be looked at one by one.

    Args:
        text: The whole text.
        plain: Takes the entities out of a text.
    """
    places: list[tuple[int, int, int]] = []
    units: list[str] = []
    names: dict[str, None] = {}
    short: list[tuple[str, str]] = []
    at = length = tags = attributes = 0
    tag = ""

    def add(unit: str, start: int, end: int) -> None:
        nonlocal length
        places.append((length, start, end))
        units.append(unit)
        length += len(unit)

    for match in _TAG.finditer(text):
        start, end = match.span()
        between = text[at:start]
        if between and not between.isspace():
            if "<" in between or _UUENCODED.search(between):
                return None
            if len(between) <= _LONGEST_SHORT:
                short.append((tag, between.strip()))
            add(f"{plain(between)}\n", at, start)
        tag, written = match[1], match[2]
        names[tag] = None
        unit = f"{NEUTRAL}\n"
        if written:
            parts = written.split('"')
            heads, values = parts[:-1:2], parts[1::2]
            names.update(dict.fromkeys(heads))
            shown = [NEUTRAL]
            for head, value in zip(heads, values, strict=True):
                if len(value) <= _LONGEST_SHORT:
                    short.append((head, value.strip()))
                shown.append(
                    NEUTRAL if 5 < len(value) <= _LONGEST_LABELLED and is_labelled_number(value) else plain(value)
                )
            attributes += len(values)
            unit = f"{_BETWEEN.join(shown)}\n"
        add(unit, start, end)
        at, tags = end, tags + 1
    plain_names = dict.fromkeys(name.strip(" \t\r\n=") for name in names)
    if text[at:].strip() or not tags or "class" in plain_names or not all(map(is_label, plain_names)):
        return None
    if odd_names(plain_names):
        return None
    if bytes_by_name((name, place, said) for place, (name, said) in enumerate(short)):
        return None
    counts = {"name": tags + attributes, "attribute": attributes, "text": len(places) - tags}
    return Pieces("".join(units), places, {sort: number for sort, number in counts.items() if number})
