"""A text of any kind, read by the reader of its form, and written anew out of its understood parts."""

from __future__ import annotations

import codecs
import re
from typing import Final

from evidence_kit.intake.understood import cards, json_text, mails, markup, plain
from evidence_kit.intake.understood.drawings import is_drawing
from evidence_kit.intake.understood.packings import in_base64
from evidence_kit.intake.understood.written import WrittenAnew
from evidence_kit.intake.window import Window
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.model import Family, Kind

MOST_BYTES: Final = 512 << 20
_WRITERS: Final = {
    "json": json_text.write_json,
    "html": markup.write_markup,
    "xml": markup.write_markup,
    "vcard": cards.write_cards,
    "ics": cards.write_cards,
    "text": plain.write_plain,
}
_MAILS: Final = frozenset({"eml", "mbox"})
_BROKEN: Final = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f\udc80-\udcff]")
# What a text has none of; some few get into one when a program breaks a character in two.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
# By which ISO 2022 changes between alphabets; mails in Japanese and Korean do.
_SWITCH: Final = re.compile("\x1b(?:\\$[@AB]|\\$\\([@-D]|\\$\\)[A-C]|\\([BIJ])|[\x0e\x0f]")
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_CONTROL_BYTES: Final = bytes([*range(9), 0x0B, *range(0x0E, 0x20)])
_MOST_CONTROLS: Final = 16
_LOOKED_AT: Final = 1 << 12


class TooLongError(MemberError):
    """The text is longer than what is judged."""


def is_text(kind: Kind) -> bool:
    """Say whether a type consists of letters; mails do."""
    return kind.family is Family.TEXT or kind.name in _MAILS


def understood_text(kind: Kind, window: Window) -> WrittenAnew | None:
    """Return a text written anew; None where nobody here can read it.

    Args:
        kind: What its first bytes say it is.
        window: Its bytes.

    Raises:
        TooLongError: It is longer than what is judged.
    """
    view = window.part()
    view.seek(0)
    original = _all(view)
    if len(original) > MOST_BYTES:
        raise TooLongError("too-long", len(original))
    data = in_base64(original)
    written = _written(kind, data)
    if written is not None and data is not original:
        written.exact = False
    return written


def _written(kind: Kind, data: bytes) -> WrittenAnew | None:
    if kind.name in _MAILS:
        return mails.write_mail(data) if _is_spoken(data) else _headers_alone(data)
    decoded = decode_letters(data)
    if decoded is None:
        return None
    text, codec, errors = decoded
    if is_drawing(text[:_LOOKED_AT]):
        return None
    mark = codec if codec.startswith("utf-16") else None

    def encode(piece: str) -> bytes:
        # All of a long text need not be put together once more.
        return data if piece is text else piece.encode(codec if mark is None else mark, errors)

    written = _WRITERS[kind.name](text, encode)
    return written if written.whole or written.says_something else None


def _is_spoken(mail: bytes) -> bool:
    return len(_CONTROLS.findall(_SWITCH.sub("", mail[:65536].decode("latin-1")))) <= _MOST_CONTROLS


def _headers_alone(data: bytes) -> WrittenAnew | None:
    """Return the headers of a mail whose body is no text: files in it that no packing made letters of."""
    blank = _BLANK_LINE.search(data)
    if data.startswith(b"From ") or blank is None or not _is_spoken(data[: blank.end()]):
        return None
    written = mails.write_mail(data[: blank.end()])
    written.leave_out([], 1)
    return written if written.says_something else None


def decode_letters(data: bytes) -> tuple[str, str, str] | None:
    """Return the letters of a text, with the codec and the way of its errors that make the same bytes of them again."""
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            text, errors = data.decode(codec, "surrogatepass") if len(data) % 2 == 0 else "", "surrogatepass"
            return None if not text or len(_CONTROLS.findall(text)) > _MOST_CONTROLS else (text, codec, errors)
    if len(data) - len(data.translate(None, _CONTROL_BYTES)) > _MOST_CONTROLS:
        return None
    codec, errors = "utf-8", "surrogateescape"
    try:
        return data.decode(codec), codec, errors
    except ValueError:
        text = data.decode(codec, errors)
    broken = len(_BROKEN.findall(text))
    if broken > len(_BEYOND_ASCII.findall(text)):
        try:
            text, codec, errors = data.decode("cp1256"), "cp1256", "strict"
        except ValueError:
            return None
    elif broken > _MOST_CONTROLS:
        return None
    return text, codec, errors


def _all(view: Window) -> bytes:
    pieces, size = [], 0
    while piece := view.read(4 << 20):
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            break
    return b"".join(pieces)
