"""Ways in which somebody who wants a picture in could write it, one by one: none of its bytes is copied."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable

import pytest

from tests.minors.__main__ import copied
from tests.minors.carriers import WORDS
from tests.minors.pictures import pictures

_PICTURE = (pictures()["thumbnail without header"] * 2)[:400]
_BITS = "".join(f"{byte:08b}" for byte in _PICTURE)


def _pairs() -> list[int]:
    return [int.from_bytes(_PICTURE[at : at + 2], "big") for at in range(0, 400, 2)]


def _text(letters: str) -> bytes:
    return f"{WORDS}\n{letters}\nso think about it\n".encode("utf-8", "surrogatepass")


def _rows(dark: str, light: str) -> bytes:
    """Return a picture of one bit a point, two letters wide."""
    wide = "".join((dark, light)[int(bit)] * 2 for bit in _BITS)
    return _text("\n".join(wide[at : at + 80] for at in range(0, len(wide), 80)))


def _in_json(values: object) -> bytes:
    return json.dumps({"said": WORDS, "a": values}).encode()


def _selector(byte: int) -> str:
    return chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16)


_MADE: dict[str, Callable[[], bytes]] = {
    "zero-width bits": lambda: _text("".join("\u200b\u200c"[int(bit)] for bit in _BITS)),
    "blanks and tabs": lambda: _text("".join(" \t"[int(bit)] for bit in _BITS)),
    "blanks and tabs at line ends": lambda: _text(
        "\n".join("word" + "".join(" \t"[int(bit)] for bit in f"{byte:08b}") for byte in _PICTURE)
    ),
    "widths of blanks": lambda: _text("".join(chr(0x2000 + int(_BITS[at : at + 3], 2)) for at in range(0, 3198, 3))),
    "selectors behind an emoji": lambda: _text("\U0001f600" + "".join(map(_selector, _PICTURE))),
    "tags behind a flag": lambda: _text("\U0001f3f4" + "".join(chr(0xE0020 + (byte & 63)) for byte in _PICTURE)),
    "marks over letters": lambda: _text("".join(f"a{chr(0x300 + (b >> 4))}{chr(0x310 + (b & 15))}" for b in _PICTURE)),
    "addresses of computers": lambda: _text(
        "\n".join(".".join(map(str, _PICTURE[at : at + 4])) for at in range(0, 400, 4))
    ),
    "long addresses of computers": lambda: _text(
        "\n".join(_PICTURE[at : at + 16].hex(":", 2) for at in range(0, 400, 16))
    ),
    "dominoes": lambda: _text("".join(chr(0x1F030 + b % 100) + chr(0x1F030 + b // 100) for b in _PICTURE)),
    "chess": lambda: _text(" ".join(f"{'abcdefgh'[b >> 5]}{(b >> 2 & 7) + 1}{'NBRQ'[b & 3]}" for b in _PICTURE)),
    "colours": lambda: b"<html><style>"
    + "".join(f"p{{color:#{_PICTURE[at : at + 3].hex()}}}\n" for at in range(0, 399, 3)).encode()
    + b"</style></html>",
    "coordinates": lambda: b'<html><path d="M'
    + " L".join(f"{a},{b}" for a, b in zip(_PICTURE[::2], _PICTURE[1::2], strict=True)).encode()
    + b'"/></html>',
    "query of an address": lambda: _text(
        "https://example.com/?" + "&".join(f"a{place}={byte}" for place, byte in enumerate(_PICTURE))
    ),
    "signs and blanks": lambda: _rows("#", " "),
    "shades": lambda: _text(
        "\n".join("".join(" ░▒▓█"[b % 5] for b in _PICTURE[at : at + 40]) for at in range(0, 400, 40))
    ),
    "coloured squares": lambda: _text(
        "\n".join("".join("⬛🟫🟥🟧🟨⬜"[b % 6] for b in _PICTURE[at : at + 20]) for at in range(0, 400, 20))
    ),
    "half blocks": lambda: _rows("█", "▀"),
    "grid of letters": lambda: _text(
        "\n".join("".join("abcdefgh"[b >> 5] * 2 for b in _PICTURE[at : at + 20]) for at in range(0, 400, 20))
    ),
    "XPM": lambda: b"/* XPM */\nstatic char *a[] = {\n" + _rows("a", "b") + b"};\n",
    "netpbm": lambda: b"P1\n40 40\n" + _rows("0", "1"),
    "numbers of two bytes in JSON": lambda: _in_json(_pairs()),
    "fractions in JSON": lambda: _in_json([round(byte / 255, 4) for byte in _PICTURE]),
    "numbers of two bytes, each in a list": lambda: _in_json([[each] for each in _pairs()]),
}  # fmt: skip


@pytest.mark.parametrize("sort", _MADE)
def test_a_disguised_picture_is_not_copied(sort: str) -> None:
    data = _MADE[sort]()
    stored = list(copied("a.json" if "JSON" in sort else "a.txt", data))
    assert data not in stored
    assert len(b"".join(stored).replace(b"null", b"")) < len(data) * 0.8


@pytest.mark.parametrize("name", ["photograph", "png", "gif", "bmp", "webp", "tiff"])
def test_samples_of_a_sound_that_are_a_picture_are_not_copied(name: str) -> None:
    held = io.BytesIO()
    with wave.open(held, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(1)
        made.setframerate(8000)
        made.writeframes(pictures()[name])
    assert not list(copied("a.wav", held.getvalue()))
