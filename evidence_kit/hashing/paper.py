"""Codes that people copy by hand: base32 in groups of four, with check characters at the end.

The check characters are the first 20 bits of the SHA-256 of the characters before them, so that a slip of the
pen is called a slip of the pen and never a verdict.
"""

from __future__ import annotations

import base64
import hashlib
import math

GROUP = 4
# Digits that base32 does not have, and the letters that people mean by them.
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})


class TypedWronglyError(ValueError):
    """The code is too short, too long, or its check characters do not fit."""


def to_paper(data: bytes) -> str:
    """Return the code for some bytes, groups joined by hyphens."""
    return grouped(_code(data) + _check(_code(data)))


def from_paper(typed: str, size_bytes: int) -> bytes:
    """Return the bytes of a typed code; case, spaces and hyphens are ignored, 0 is O, 1 is I, 8 is B.

    Raises:
        TypedWronglyError: It is no code for so many bytes.
    """
    text = "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_MISREAD)
    characters = math.ceil(size_bytes * 8 / 5)
    code, check = text[:characters], text[characters:]
    if not text.isascii() or len(text) != characters + GROUP or _check(code) != check:
        raise TypedWronglyError(typed)
    try:
        data = base64.b32decode(code + "=" * (-len(code) % 8))
    except ValueError as error:
        raise TypedWronglyError(typed) from error
    if _code(data) != code:
        raise TypedWronglyError(typed)
    return data


def grouped(text: str) -> str:
    """Return a text in groups of four, a hyphen between them."""
    return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def _code(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=")


def _check(code: str) -> str:
    return base64.b32encode(hashlib.sha256(code.encode("ascii")).digest()[:5]).decode("ascii")[:GROUP]
