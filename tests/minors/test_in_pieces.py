"""A picture in many short pieces, each of which alone is little: they are judged together."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from tests.minors.__main__ import copied
from tests.minors.carriers import WORDS
from tests.minors.pictures import pictures
from tests.minors.search import Picture
from tests.minors.sounds import tagged

_PICTURE = (pictures()["thumbnail without header"] * 2)[:400]
_HEAD = "From: a@example.com\r\nTo: b@example.com\r\nSubject: last warning\r\nDate: Mon, 12 May 2025 21:02:00 +0100\r\n"
_FIRST = (
    "apple",
    "river",
    "house",
    "green",
    "table",
    "window",
    "garden",
    "money",
    "school",
    "friday",
    "evening",
    "paper",
    "water",
    "light",
    "brother",
)
_LAST = (
    "ful",
    "less",
    "ness",
    "ing",
    "er",
    "ed",
    "ly",
    "able",
    "ment",
    "ship",
    "hood",
    "ward",
    "like",
    "wise",
    "some",
    "man",
    "land",
    "side",
    "time",
    "day",
    "book",
)
_NAMES = [first + last for first in _FIRST for last in _LAST for _ in range(2)][:400]
_EACH = [*enumerate(_PICTURE)]


def _mail(headers: str) -> bytes:
    return f"{_HEAD}{headers}\r\n{WORDS}\r\n".encode()


def _nested() -> bytes:
    inner = f"Content-Type: text/plain\r\n\r\n{WORDS}".encode()
    for at in range(0, 360, 30):
        border = _PICTURE[at : at + 30].hex().encode()
        kind = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n' % border
        inner = kind + b"--%s\r\n%s\r\n--%s--\r\n" % (border, inner, border)
    return _HEAD.encode() + inner


def _card(lines: str) -> bytes:
    return f"BEGIN:VCARD\r\nFN:Sami\r\nNOTE:{WORDS}\r\n{lines}END:VCARD\r\n".encode()


_FIELDS = " ".join(f'data-{_NAMES[at]}="{byte}"' for at, byte in _EACH)
_ELEMENTS = "".join(f"<{_NAMES[at]}>{byte}</{_NAMES[at]}>" for at, byte in _EACH)
_ENTRIES = "".join(f"BEGIN:VEVENT\r\nSUMMARY:{WORDS}\r\nPRIORITY:{byte}\r\nEND:VEVENT\r\n" for byte in _PICTURE)
_MADE: dict[str, tuple[str, bytes]] = {
    "mail, a number a header": ("a.eml", _mail("".join(f"X-P: {byte}\r\n" for byte in _PICTURE))),
    "mail, numbered headers": ("a.eml", _mail("".join(f"X-P-{at}: {byte}\r\n" for at, byte in _EACH))),
    "mail, headers with names": ("a.eml", _mail("".join(f"X-{_NAMES[at]}: {byte}\r\n" for at, byte in _EACH))),
    "mail, hexadecimal": (
        "a.eml",
        _mail("".join(f"X-P: {_PICTURE[at : at + 20].hex()}\r\n" for at in range(0, 400, 20))),
    ),
    "mail, borders": ("a.eml", _nested()),
    "calendar, a number an entry": ("a.ics", f"BEGIN:VCALENDAR\r\n{_ENTRIES}END:VCALENDAR\r\n".encode()),
    "card, names": ("a.vcf", _card("".join(f"X-{_NAMES[at]}:{byte}\r\n" for at, byte in _EACH))),
    "page, names": ("a.html", f"<html><p>{WORDS}</p><p {_FIELDS}></p></html>".encode()),
    "XML, names": ("a.xml", f'<?xml version="1.0"?><a><t>{WORDS}</t>{_ELEMENTS}</a>'.encode()),
}


@pytest.mark.parametrize("sort", _MADE)
def test_a_picture_in_many_values_is_not_copied(sort: str) -> None:
    name, data = _MADE[sort]
    stored = b"\n".join(copied(name, data))
    assert data not in stored
    assert WORDS.encode() in stored
    assert Picture(_PICTURE).found_in(stored) is None


def _wave(chunk: bytes, data: bytes) -> bytes:
    sound = tagged("wav", "hello")[1]
    body = sound[8:] + chunk + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _tags(sort: str, each: int = 40) -> tuple[str, bytes]:
    """Return a sound with the letters of a picture in many tags, each of them short."""
    letters = [_PICTURE[at : at + each // 2].hex() for at in range(0, 400, each // 2)]
    if sort == "wav":
        listed = b"".join(b"ICMT" + struct.pack("<I", len(text)) + text.encode() for text in letters)
        return "a.wav", _wave(b"LIST", b"INFO" + listed)
    name, sound = tagged("mp3", "hello")
    frames = b"".join(
        b"COMM" + (5 + each).to_bytes(4, "big") + b"\0\0\3eng" + b"\0" + text.encode() for text in letters
    )
    size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return name, b"ID3\3\0\0" + size + frames + sound[sound.index(b"\xff\xfb") :]


def _flac_blocks() -> bytes:
    sound = tagged("flac", "hello")[1]
    first = bytes([sound[4] & 0x7F]) + sound[5:42]
    return b"fLaC" + first + b"".join(b"\0\0\0\x22" + _PICTURE[at : at + 34] for at in range(0, 374, 34)) + sound[42:]


_SOUNDS: dict[str, Callable[[], tuple[str, bytes]]] = {
    "marks": lambda: ("a.wav", _wave(b"cue ", struct.pack("<I", 16) + _PICTURE[:384])),
    "loops": lambda: ("a.wav", _wave(b"smpl", _PICTURE[:250])),
    "short tags of a WAVE": lambda: _tags("wav"),
    "short tags of an MP3": lambda: _tags("mp3"),
    "blocks of FLAC": lambda: ("a.flac", _flac_blocks()),
}


@pytest.mark.parametrize("sort", _SOUNDS)
def test_a_picture_beside_a_sound_is_not_copied(sort: str) -> None:
    name, data = _SOUNDS[sort]()
    assert list(copied(name, data)) == []


@pytest.mark.parametrize("sort", ["wav", "flac", "ogg", "m4a"])
def test_a_sound_with_a_title_is_copied(sort: str) -> None:
    name, data = tagged(sort, "hello")
    assert list(copied(name, data)) == [data]
