"""Names in old code pages: which page makes words of all names of an archive together.

Windows packs names in the code page of its language without saying which. One name is too little to tell; all names of
an archive were written by one computer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

PAGES: Final = ("cp437", "cp850", "cp720", "cp1256", "cp1252")
"""Tried in this order; of two that make equally good words the earlier one. The first is what the format says."""

_MOST_CHARACTERS: Final = 20_000
_FRENCH: Final = frozenset("àâäæçéèêëîïôöœùûüÿ")
_ARABIC_COMMON: Final = frozenset("اليمونرتبعدسهحكقجفشصأإىة")
# These stand only at the end of a word.
_ARABIC_FINAL: Final = frozenset("ةى")
_SIGNS: Final = frozenset("°’‘“”«»–—…€№،؛؟ـ\u00a0")


def best_code_page(names: Iterable[bytes]) -> str:
    """Return the code page that makes the best words of these names, `cp437` where none makes better ones.

    Args:
        names: As they stand in the archive; those that are ASCII say nothing.
    """
    told = [name for name in names if not name.isascii()]
    joined: list[bytes] = []
    left = _MOST_CHARACTERS
    for name in told:
        joined.append(name[:left])
        left -= len(name)
        if left <= 0:
            break
    scores = [sum(_words(_decoded(name, page)) for name in joined) for page in PAGES]
    return PAGES[scores.index(max(scores))]


def _decoded(name: bytes, page: str) -> str:
    return name.decode(page, "replace")


def _words(text: str) -> float:
    """Return how much a text looks like Arabic or French words: points for letters where they belong."""
    folded = text.casefold()
    return sum(_points(folded, text, at) for at, sign in enumerate(text) if not sign.isascii())


def _points(folded: str, text: str, at: int) -> float:
    sign, before, behind = text[at], text[at - 1] if at else " ", text[at + 1] if at + 1 < len(text) else " "
    if sign in _SIGNS:
        return 0.1
    if _is_arabic(sign):
        return _arabic_points(sign, before, behind)
    if not _is_latin(sign):
        return -1.5 if sign.isalpha() else -2
    return _latin_points(folded[at], sign, before, behind)


def _latin_points(small: str, sign: str, before: str, behind: str) -> float:
    if small not in _FRENCH:
        return -1
    # A capital behind a small letter is what a wrong page makes of a small one.
    if sign.isupper() and before.islower():
        return -1.5
    return 1.5 if _is_latin(before) or _is_latin(behind) else 0.5


def _arabic_points(sign: str, before: str, behind: str) -> float:
    if _is_latin(before) or _is_latin(behind):
        return -2
    if sign in _ARABIC_FINAL and _is_arabic(behind):
        return -1
    alone = not _is_arabic(before) and not _is_arabic(behind)
    if alone:
        return 0.2
    return 2 if sign in _ARABIC_COMMON else 1


def _is_arabic(sign: str) -> bool:
    return "\u0621" <= sign <= "\u0652" and sign != "ـ"


def _is_latin(sign: str) -> bool:
    return sign.isalpha() and (sign.isascii() or unicodedata.name(sign, "").startswith("LATIN"))


def shown_names(names: Sequence[bytes]) -> list[tuple[str, str]]:
    """Return each name for display and how it was read, the page decided for all together.

    Args:
        names: Without a declared encoding, in any order.

    Returns:
        Of each `ascii`, `assumed-utf-8`, or `assumed-` and the code page.
    """
    plain = [_utf8(name) for name in names]
    page = best_code_page(name for name, text in zip(names, plain, strict=True) if text is None)
    return [
        (text, "ascii" if name.isascii() else "assumed-utf-8")
        if text is not None
        else (_decoded(name, page), f"assumed-{page}")
        for name, text in zip(names, plain, strict=True)
    ]


def _utf8(name: bytes) -> str | None:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return None
