"""Finds the file that a message is, by the file before the words that stand around its name.

The words are in the language of a phone, and change; the name does not. So a name that lies beside the export, or
that has the shape of the names that WhatsApp gives, is the attachment whatever stands around it. A name of any other
shape is one only beside words that are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from evidence_kit.chats.folding import DIRECTION_MARKS, fold_wording
from evidence_kit.chats.formats.whatsapp.phrases import all_phrases

Holds: TypeAlias = Callable[[str], bool]

_LONGEST: Final = 600
_MOST_WORDS: Final = 6
_BLANK: Final = f"[\\s{DIRECTION_MARKS}]"
_EDGES: Final = "".join(map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))) + (
    " \t\r\u00a0\u202f"
)
# `IMG-20250503-WA0001.jpg`, `00000012-PHOTO-2026-09-28-21-29-40.jpg`, `WhatsApp Image 2020-01-01 at 10.00.00.jpeg`.
_SHAPE: Final = re.compile(
    r"(?:[A-Z]{3}-\d{8}-WA\d{4,}[^\n<>/\\]{0,80}\.\w{1,8}"
    r"|\d{8}-[^\n<>/\\]{1,200}\.\w{1,8}"
    r"|WhatsApp \w{4,12} \d{4}-\d\d-\d\d at [^\n<>/\\]{5,40}\.\w{1,8})"
)
_ENDING: Final = re.compile(r"[^\s.][^\n]*\.\w{1,8}\Z")
_ANGLE: Final = re.compile(r"<([^<>\n]{1,400})>")
_ROUND: Final = re.compile(rf"(?P<name>[^\n]+?){_BLANK}*\((?P<words>[^()\n]{{2,60}})\){_BLANK}*\Z")
_ROUND_BEFORE: Final = re.compile(rf"\((?P<words>[^()\n]{{2,60}})\){_BLANK}*(?P<name>[^\n]+?){_BLANK}*\Z")


def attached_name(body: str, holds: Holds) -> tuple[str | None, str | None]:
    """Return the name of the file that came with a message, and the known words that say so; None for either.

    Args:
        body: The message.
        holds: Whether a file of that name lies beside the export.
    """
    first, _, rest = body[:_LONGEST].partition("\n")
    last = body[-_LONGEST:].rpartition("\n")[2] if rest else ""
    for line in filter(None, (first, last)):
        if (found := _in_angles(line, holds)) is not None:
            return found
    if "(" in first:
        for pattern in (_ROUND, _ROUND_BEFORE):
            if (round_found := pattern.match(first)) and (told := _in_round(round_found, holds)):
                return told
    for candidate, around in _candidates(first.strip(_EDGES)):
        folded = fold_wording(around)
        if folded in all_phrases().attached and _is_file(candidate, holds):
            return candidate, folded
    if body[:1] == "\u200e":
        name, _, words = first.strip(_EDGES).partition("\u200e")
        name = name.strip(_EDGES)
        if len(words.split()) <= _MOST_WORDS and _is_file(name, holds):
            return name, None
    return None, None


def _in_angles(line: str, holds: Holds) -> tuple[str, str | None] | None:
    for found in reversed(list(_ANGLE.finditer(line))):
        inner = found[1].strip(_EDGES)
        words, colon, name = _parted(inner)
        name = name.strip(_EDGES)
        folded = fold_wording(words)
        if colon and name and (folded in all_phrases().attached or _is_file(name, holds)):
            return name, folded if folded in all_phrases().attached else None
        # The name may stand before the words, as in Turkish, or the words before the name without a colon.
        for candidate, around in _candidates(inner):
            folded = fold_wording(around)
            known = folded in all_phrases().attached and _ENDING.match(candidate) is not None
            if known or _is_file(candidate, holds):
                return candidate, folded if known else None
        before = line[: found.start()].strip(_EDGES)
        folded = fold_wording(inner)
        # The oldest iPhones: `name <attached>`.
        if folded in all_phrases().attached and before and (_ENDING.match(before) or holds(before)):
            return before, folded
        if _is_file(before, holds) and len(inner.split()) <= _MOST_WORDS and not _ENDING.match(inner):
            return before, None
    return None


def _in_round(found: re.Match[str], holds: Holds) -> tuple[str, str | None] | None:
    name, folded = found["name"].strip(_EDGES), fold_wording(found["words"].strip(_EDGES))
    marked = found["name"][:1] == "\u200e"
    if folded in all_phrases().attached and (_ENDING.match(name) or marked or holds(name)):
        return name, folded
    few = len(found["words"].split()) <= _MOST_WORDS
    return (name, None) if few and _is_file(name, holds) else None


def _parted(inner: str) -> tuple[str, str, str]:
    for colon in (":", "："):
        words, found, name = inner.partition(colon)
        if found:
            return words, found, name
    return inner, "", ""


def _candidates(inner: str) -> Iterator[tuple[str, str]]:
    """Yield possible names, each with the words around it: all, without the last words, without the first."""
    yield inner, ""
    words = inner.split(" ")
    for count in range(1, min(len(words), _MOST_WORDS)):
        yield " ".join(words[:-count]).strip(_EDGES), " ".join(words[-count:])
        yield " ".join(words[count:]).strip(_EDGES), " ".join(words[:count])


def _is_file(name: str, holds: Holds) -> bool:
    return bool(name) and (_SHAPE.fullmatch(name) is not None or ("." in name and holds(name)))
