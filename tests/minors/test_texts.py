"""The text of a mail stays in a minor's case, and no picture is spread over the names of fields."""

from __future__ import annotations

import base64
import json
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


def test_a_long_mail_of_japan_that_does_not_say_its_alphabet_is_there() -> None:
    said = "\n".join(_SAID["iso-2022-jp"] for _ in range(30))
    data = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n\r\n" + said.encode("iso-2022-jp") + b"\r\n"
    stored = b"".join(copied("m.eml", data))
    assert _SAID["iso-2022-jp"] in stored.decode("utf-8") or _SAID["iso-2022-jp"].encode("iso-2022-jp") in stored


def test_a_mail_in_traditional_chinese_is_there() -> None:
    said = "我們謹此通知，您試圖聯絡的群組可能不存在，或者您沒有在此群組張貼留言的權限。"
    data = f"From: a@example.com\nTo: b@example.com\nSubject: x\n\n{said * 9}\n".encode()
    assert list(copied("m.eml", data)) == [data]


def test_of_a_mail_that_is_one_attachment_the_headers_are_there() -> None:
    head = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: last warning\r\n"
    head += b"Date: Mon, 12 May 2025 21:02:00 +0100\r\n"
    body = base64.encodebytes(pictures()["png"]).replace(b"\n", b"\r\n")
    data = head + b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body
    stored = b"".join(copied("m.eml", data))
    assert all(line in stored for line in head.split(b"\r\n"))


def test_of_a_mail_whose_body_is_no_text_the_headers_are_there() -> None:
    head = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: last warning\r\n"
    head += b"Date: Mon, 12 May 2025 21:02:00 +0100\r\n"
    # A part of a file in yEnc, of which the rest stands in another mail.
    part = bytes((byte + 42) & 255 for byte in pictures()["photograph"][:3000]).replace(b"\0", b"=@")
    stored = b"".join(
        copied("m.eml", head + b"\r\n" + b"as promised\r\n" * 400 + b"=ypart begin=1 end=3000\r\n" + part + b"\r\n")
    )
    assert stored.startswith(head)
    assert len(stored) < len(head) + 20


def test_a_text_with_a_nought_behind_it_is_there() -> None:
    head = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n"
    kind = b"Content-Type: text/plain; charset=windows-1252\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    code = b"X-Code: " + base64.b64encode(pictures()["png"][:300]) + b"\r\n"
    stored = b"".join(copied("m.eml", head + code + kind + b"It wasn=92t found. Pay by Friday.\r\n=00\r\n"))
    assert "It wasn\u2019t found. Pay by Friday." in stored.decode()


def test_of_a_quoted_mail_names_and_times_are_there() -> None:
    quoted = "\n".join(
        f"DKIM-Signature: v=1; b={pictures()['png'][at : at + 150].hex()}\n"
        f"Date: Fri, {at + 1} Jun 2018 11:36:34 +0300\n"
        "From: =?UTF-8?B?2LPYp9mF2Yo=?= <sami@example.com>"
        for at in range(4)
    )
    data = f"From: a@example.com\nTo: b@example.com\nSubject: x\n\nNot delivered.\n\n{quoted}\n".encode()
    stored = b"".join(copied("m.eml", data)).decode()
    assert stored.count("سامي <sami@example.com>") == 4
    assert all(f"Fri, {day} Jun 2018 11:36:34 +0300" in stored for day in range(1, 5))


def _coded(place: int) -> str:
    return base64.b64encode(pictures()["png"][place * 30 : place * 30 + 30]).decode()


def test_names_of_fields_between_codes_stay_as_they_are() -> None:
    records = [
        {"recipientId": _coded(place), "authorId": _coded(place + 20), "username": "Sami", "body": "pay by Friday"}
        for place in range(20)
    ]
    stored = json.loads(b"".join(copied("a.json", json.dumps(records).encode())))
    assert [sorted(each) for each in stored] == [["authorId", "body", "recipientId", "username"]] * 20
    assert [each["body"] for each in stored] == ["pay by Friday"] * 20


def test_names_of_attributes_between_codes_stay_as_they_are() -> None:
    rows = "".join(
        f'<sms address="+212600000001" transaction="{_coded(place)}" content="{_coded(place + 20)}" body="pay now"/>'
        for place in range(20)
    )
    stored = b"".join(copied("a.xml", f'<?xml version="1.0"?><smses count="20">{rows}</smses>'.encode())).decode()
    for name in ("address", "transaction", "content", "body"):
        assert stored.count(f" {name}=") == 20


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
