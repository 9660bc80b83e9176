"""The text of a mail stays in a minor's case, and no picture is spread over the names of fields."""

from __future__ import annotations

from email.mime.text import MIMEText

import pytest

from tests.minors.__main__ import copied
from tests.minors.pictures import pictures

_SAID = {
    "iso-2022-jp": "金曜日までに払わないとみんなに見せる",
    "utf-16": "if you do not pay by Friday everybody sees it",
    "windows-1256": "إذا لم تدفعي قبل يوم الجمعة سيراها الجميع",
    "utf-8": "si tu ne paies pas avant vendredi tout le monde verra",
}


@pytest.mark.parametrize("charset", _SAID)
def test_the_text_of_a_mail_is_there(charset: str) -> None:
    said = _SAID[charset]
    if charset == "iso-2022-jp":
        head = "From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n"
        data = f"{head}Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + said.encode(charset) + b"\r\n"
    else:
        mail = MIMEText(said, "plain", charset)
        mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", "x"
        data = mail.as_bytes()
    stored = list(copied("m.eml", data))
    assert stored == [data] or any(said.encode() in each for each in stored)


@pytest.mark.parametrize("width", [8, 10, 12])
@pytest.mark.parametrize("form", ["json", "xml", "page", "card"])
def test_no_picture_is_spread_over_the_names_of_fields(form: str, width: int) -> None:
    letters = pictures()["thumbnail without header"].hex()
    names = [letters[at : at + width] for at in range(0, len(letters), width)]
    made = {
        "json": "{" + ", ".join(f'"{name}": "well"' for name in names) + "}",
        "xml": '<?xml version="1.0"?><a>' + "".join(f"<x{name}>well</x{name}>" for name in names) + "</a>",
        "page": "<html>" + "".join(f'<p class="x{name}">well</p>' for name in names) + "</html>",
        "card": "BEGIN:VCARD\r\nFN:Sami\r\n" + "".join(f"X-{name}:well\r\n" for name in names) + "END:VCARD\r\n",
    }
    stored = b"".join(copied(f"a.{form}", made[form].encode())).decode().lower()
    assert sum(name in stored for name in names) * width // 2 < 120
