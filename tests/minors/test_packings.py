"""A picture that could be decoded is witnessed under its own SHA-256, whatever it was packed in."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.understood.text import understood_text
from evidence_kit.intake.window import bytes_window
from tests.minors.carriers import CARRIERS, WORDS
from tests.minors.encoders import ENCODERS
from tests.minors.pictures import pictures

_PACKED = (
    "base64", "base64, quoted twice", "base64, broken by !", "base64, PHP", "base64, JavaScript", "base64, CR at 60",
    "base64, lines as &#xA;", "base64, named entities", "base64, indented by 40", "hexadecimal, nginx", "\\u00ff",
    "hexadecimal, C", "hexadecimal, RTF", "hexadecimal, CR CR LF at 75", "numbers, semicolons", "octal", "percent, all",
    "Ascii85", "Ascii85, Adobe", "base85", "base91", "base32", "uuencode", "xxencode", "git", "BinHex with its header",
    "quoted-printable, small letters", "JavaScript, bytes",
)  # fmt: skip


def _files(name: str, data: bytes) -> list[tuple[str | None, bytes]]:
    written = understood_text(sniff(data[:4096], len(data)), bytes_window(data))
    assert written is not None
    assert not written.whole
    assert WORDS.encode() in written.text, name
    return [(each.name, each.content()) for each in written.files]


@pytest.mark.parametrize("encoding", _PACKED)
@pytest.mark.parametrize("carrier", ["text", "mail"])
def test_a_packed_picture_is_a_file_of_its_own(encoding: str, carrier: str) -> None:
    # Of the others nobody can say where they end: their last bytes are any.
    picture = pictures()["thumbnail"]
    assert picture in [content for _, content in _files(*CARRIERS[carrier](ENCODERS[encoding](picture)))]


@pytest.mark.parametrize("transport", ["8bit", "base64"])
@pytest.mark.parametrize("name", ["thumbnail", "png", "gif", "heic"])
def test_a_picture_packed_by_yenc_is_found_under_its_name(transport: str, name: str) -> None:
    picture = pictures()[name]
    block = ENCODERS["yEnc with its lines"](picture).encode("latin-1")
    body = WORDS.encode() + b"\r\n\r\n" + block + b"\r\n"
    if transport == "base64":
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "sami@example.com", "nadia@example.com", "x"
        mail.set_content(body, "text", "plain", cte="base64")
        data = mail.as_bytes()
    else:
        data = b"From: sami@example.com\r\nTo: nadia@example.com\r\nSubject: x\r\n\r\n" + body
    assert _files("m.eml", data) == [("a.jpg", picture)]


def test_a_block_of_yenc_that_is_not_whole_is_only_counted() -> None:
    block = ENCODERS["yEnc with its lines"](pictures()["png"]).encode("latin-1").replace(b"=yend", b"=yenb")
    data = b"From: sami@example.com\r\nTo: nadia@example.com\r\nSubject: x\r\n\r\n" + WORDS.encode() + b"\r\n" + block
    written = understood_text(sniff(data[:4096], len(data)), bytes_window(data))
    assert written is None or (not written.files and written.stretches)


def test_a_check_sum_of_binhex_that_is_wrong_makes_no_file() -> None:
    letters = ENCODERS["BinHex with its header"](pictures()["png"])
    at = len(letters) // 2
    broken = letters[:at] + ("!" if letters[at] != "!" else "#") + letters[at + 1 :]
    assert _files("a.txt", f"{WORDS}\n{broken}\n".encode()) == []
