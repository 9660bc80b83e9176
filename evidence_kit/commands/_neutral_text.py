"""Text from anywhere as it may be shown: signs that steer a terminal or turn the order of letters are spelled out."""

from __future__ import annotations

import unicodedata

_PLAIN_WHITE = frozenset("\u00a0\u202f\u2009")
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Without effect once nothing is embedded; overrides, U+202D and U+202E, are not among them.
_MARKS = dict.fromkeys((0x61C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, *range(0x2066, 0x206A), 0xFEFF))
_JOINERS = frozenset("\u200c\u200d")


def neutral_text(text: str) -> str:
    """Return text from evidence as it may be shown: control and direction characters become `[U+202E]`."""
    return "".join(sign if _harmless(sign) else f"[U+{ord(sign):04X}]" for sign in text)


def readable_text(text: str) -> str:
    """Return a foreign text to be read: `neutral_text`, without the marks that keyboards and apps put into Arabic.

    A mark that turns the order of letters round is shown, since it may be there to deceive.
    """
    return "".join(sign if _harmless(sign) or sign in _JOINERS else f"[U+{ord(sign):04X}]" for sign in _unmarked(text))


def _unmarked(text: str) -> str:
    return text if text.isascii() else text.translate(_MARKS)


def _harmless(sign: str) -> bool:
    if sign in _PLAIN_WHITE:
        return True
    return sign not in _DIRECTION and unicodedata.category(sign) not in {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    }


def byte_count(size_bytes: int) -> str:
    """Return a byte count with thin spaces between groups of three digits."""
    return f"{size_bytes:,}".replace(",", "\u2009")
