"""A minor's pictures in every wrapping that a phone, a mail or a blackmailer has for them: no byte of one is copied."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import quopri
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from evidence_kit.intake.understood import language
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.outcome import ChatRead, Kept, Totals
from evidence_kit.workflows.case.write import CaseWriter
from tests.conftest import NewCase
from tests.e2e.conftest import ROOT
from tests.media.heic import heic
from tests.media.test_recording import film
from tests.workflows.accession.test_witness import everything

WORDS = "if you do not pay by Friday everybody sees it"
JPEG = (ROOT / "samples" / "candidates" / "tasse.jpg").read_bytes()


def _saved(form: str) -> bytes:
    buffer = io.BytesIO()
    # What cannot be squeezed, so that a stretch of it is found only where the picture is.
    Image.frombytes("RGB", (64, 48), os.urandom(64 * 48 * 3)).save(buffer, form)
    return buffer.getvalue()


HEIC = heic(Image.open(io.BytesIO(JPEG)).resize((160, 120)))
FILM = film("mp4")
# The smallest picture there is: one pixel, 43 bytes.
SPY = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PICTURES = {"jpeg": JPEG, "png": _saved("PNG"), "bmp": _saved("BMP"), "webp": _saved("WEBP"), "heic": HEIC, "mp4": FILM}


def _mail(*attached: tuple[str, bytes], body: str = WORDS) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "sami@example.com", "nadia@example.com", "last warning"
    mail["Date"], mail["Message-ID"] = "Mon, 12 May 2025 21:02:00 +0100", "<1@example.com>"
    mail.set_content(body)
    for name, data in attached:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def _quoted() -> bytes:
    head = b"From: a@example.com\nTo: b@example.com\nSubject: x\nMIME-Version: 1.0\nContent-Type: image/jpeg\n"
    return head + b"Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(JPEG)


def _sms() -> bytes:
    data = base64.b64encode(JPEG).decode()
    return (
        '<?xml version="1.0" encoding="UTF-8"?><smses count="2">'
        f'<sms protocol="0" address="+212600000001" date="1747080120000" type="1" body="{WORDS}" read="1" />'
        '<mms date="1747080180000" msg_box="1" address="+212600000001" m_type="132"><parts>'
        f'<part seq="0" ct="image/jpeg" name="a.jpg" cl="a.jpg" text="null" data="{data}" />'
        f'<part seq="0" ct="text/plain" name="null" cl="t.txt" text="and this" /></parts></mms></smses>'
    ).encode()


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name.replace("__", "."), data)
    return buffer.getvalue()


def _commented() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("a.txt", WORDS)
        made.comment = JPEG[:60_000]
    return buffer.getvalue()


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        info = tarfile.TarInfo("a.jpg")
        info.size = len(JPEG)
        made.addfile(info, io.BytesIO(JPEG))
    return buffer.getvalue()


def _office() -> bytes:
    kinds = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", kinds)
        made.writestr("word/document.xml", f"<w>{WORDS}</w>")
        made.writestr("word/media/image1.jpg", JPEG)
    return buffer.getvalue()


def _pdf() -> bytes:
    stream = b"<< /Type /XObject /Subtype /Image /Filter /DCTDecode /Length %d >>\nstream\n" % len(JPEG)
    return b"%PDF-1.4\n1 0 obj\n" + stream + JPEG + b"\nendstream\nendobj\n%%EOF\n"


def _song(cover: bytes) -> bytes:
    body = b"\0image/jpeg\0\x03\0" + cover
    frame = b"APIC" + len(body).to_bytes(4, "big") + b"\0\0" + body
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frame + b"\xff\xfb\x90\0" * 200


def _numbers() -> bytes:
    return json.dumps({"said": WORDS, "photo": list(JPEG)}).encode()


def _page(data: bytes) -> bytes:
    return f"<html><p>{WORDS}</p><img alt='x' src='data:image/x;base64,{base64.b64encode(data).decode()}'>".encode()


# Name, bytes, and whether the words beside the picture can be had without it.
WRAPPED: dict[str, tuple[str, bytes, bool]] = {
    **{f"bare {kind}": (f"a.{kind}", data, False) for kind, data in PICTURES.items()},
    **{f"mail with {kind}": ("m.eml", _mail(("a.bin", data)), True) for kind, data in PICTURES.items()},
    **{f"page with {kind}": ("p.html", _page(data), True) for kind, data in PICTURES.items()},
    "mail with a zip of it": ("m.eml", _mail(("a.zip", _zip(a__jpg=JPEG, b__txt=b"words in the zip"))), True),
    "mail with a PDF": ("m.eml", _mail(("a.pdf", _pdf())), True),
    "mail in a mail": ("m.eml", _mail(("n.eml", _mail(("a.jpg", JPEG))), ("b.jpg", PICTURES["png"])), True),
    "page with a spy pixel": ("p.html", _page(SPY), True),
    "mail, quoted-printable": ("m.eml", _quoted(), False),
    "mailbox": ("b.mbox", b"From sami@example.com Mon May 12 21:02:00 2025\n" + _mail(("a.jpg", JPEG)) + b"\n", True),
    "picture messages": ("sms.xml", _sms(), True),
    "address card": (
        "c.vcf",
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Sami\r\nNOTE:{WORDS}\r\nPHOTO;ENCODING=b:".encode()
        + base64.encodebytes(JPEG).rstrip().replace(b"\n", b"\r\n ")
        + b"\r\nEND:VCARD\r\n",
        True,
    ),
    "JSON": ("a.json", json.dumps({"said": WORDS, "b": base64.b64encode(JPEG).decode()}).encode(), True),
    "JSON, slashes escaped": (
        "a.json",
        json.dumps({"said": WORDS, "b": base64.b64encode(JPEG).decode()}).replace("/", "\\/").encode(),
        True,
    ),
    "JSON, the other alphabet": (
        "a.json",
        json.dumps({"said": WORDS, "b": base64.urlsafe_b64encode(JPEG).decode()}).encode(),
        True,
    ),
    "JSON, hexadecimal": ("a.json", json.dumps({"said": WORDS, "b": JPEG.hex()}).encode(), True),
    "JSON, numbers": ("a.json", _numbers(), True),
    "JSON, begun in the middle": (
        "a.json",
        json.dumps({"said": WORDS, "b": base64.b64encode(JPEG[1000:]).decode()}).encode(),
        True,
    ),
    "text in UTF-16": ("a.txt", f"{WORDS} {base64.b64encode(JPEG).decode()}".encode("utf-16"), False),
    "text behind a picture": ("a.txt", WORDS.encode() + b"\n" * 5000 + JPEG, False),
    "zip": ("a.zip", _zip(a__jpg=JPEG, b__txt=WORDS.encode()), True),
    "zip in a zip in a tar": ("a.zip", _zip(b__zip=_zip(c__tar=_tar(), d__txt=WORDS.encode())), True),
    "zip with a mail": ("a.zip", _zip(m__eml=_mail(("a.jpg", JPEG))), True),
    "zip with a page": ("a.zip", _zip(p__html=_page(HEIC)), True),
    "zip with a comment": ("a.zip", _commented(), True),
    "gzip": ("a.gz", gzip.compress(JPEG), False),
    "bzip2": ("a.bz2", bz2.compress(JPEG), False),
    "xz": ("a.xz", lzma.compress(JPEG), False),
    "tar": ("a.tar", _tar(), False),
    "PDF": ("a.pdf", _pdf(), False),
    "office document": ("a.docx", _office(), False),
    "song with a cover": ("a.mp3", _song(JPEG), False),
    "unknown": ("a.bin", b"\x01\x02\x03\x04" * 50 + JPEG, False),
    "database": ("a.db", b"SQLite format 3\0" + bytes(4080) + JPEG, False),
}


def stretches() -> Iterator[bytes]:
    """Stretches of every picture: 48 bytes at a time, as they are and in base64 in each of its three positions."""
    yield from (SPY, base64.b64encode(SPY))
    for data in PICTURES.values():
        for at in range(64, len(data) - 80, max(1, len(data) // 40)):
            piece = data[at : at + 48]
            if len(set(piece)) < 16:
                continue  # a row of equal bytes is nobody's
            yield piece
            yield piece.hex().encode()
            yield json.dumps(list(piece[:16]))[1:-1].encode()
            for shift in range(3):
                yield base64.b64encode(data[at + shift : at + shift + 36])


def unwrapped(folder: bytes) -> bytes:
    """The same bytes and, behind them, what base64 in it stands for: a description may hold bytes in that form."""
    letters = (re.sub(rb"[^A-Za-z0-9+/]", b"", run) for run in re.findall(rb"[A-Za-z0-9+/\\\s]{32,}={0,2}", folder))
    return folder + b"".join(base64.b64decode(run[: len(run) // 4 * 4]) for run in letters)


def found_in(folder: bytes) -> list[str]:
    whole = unwrapped(folder)
    hashes = (b'"pdq"', b'"phash"', b'"dhash"')
    return [each[:20].hex() for each in stretches() if each in whole] + [str(each) for each in hashes if each in whole]


@pytest.fixture(scope="module")
def describer() -> Iterator[WorkerDescriber]:
    with WorkerDescriber(1) as made:
        yield made


def taken(writer: CaseWriter, source: Path, describer: WorkerDescriber) -> list[object]:
    return list(ingest(writer, [source], Provenance(), describer))


@pytest.mark.parametrize("name", WRAPPED)
def test_no_byte_of_a_picture_is_copied_in_any_wrapping(
    name: str, new_case: NewCase, tmp_path: Path, describer: WorkerDescriber
) -> None:
    called, data, readable = WRAPPED[name]
    source = tmp_path / "phone"
    source.mkdir()
    (source / called).write_bytes(data)
    writer = new_case("minor")
    outcomes = taken(writer, source, describer)
    assert found_in(everything(writer)) == []
    assert writer.manifest.witnessed
    last = outcomes[-1]
    assert isinstance(last, Totals)
    assert (last.withheld > 0, last.refused) == (True, 0)
    assert (WORDS.encode() in everything(writer)) is readable
    lines = writer.head.lines
    again = taken(writer, source, describer)
    assert writer.head.lines == lines, again


@pytest.mark.parametrize(
    "name", ["bare jpeg", "bare heic", "mail with png", "picture messages", "JSON, hexadecimal", "PDF"]
)
def test_the_search_finds_what_an_adults_case_holds(
    name: str, new_case: NewCase, tmp_path: Path, describer: WorkerDescriber
) -> None:
    called, data, _ = WRAPPED[name]
    (tmp_path / called).write_bytes(data)
    writer = new_case("adult")
    taken(writer, tmp_path / called, describer)
    assert found_in(everything(writer))


def test_what_is_understood_is_copied_whole_in_a_minors_case_too(
    new_case: NewCase, tmp_path: Path, describer: WorkerDescriber
) -> None:
    token = base64.b64encode(os.urandom(90)).decode()
    kept = {
        "threat.eml": _mail(body=WORDS + "\n" + token),
        "arabic.eml": _mail(body="إن لم تدفع قبل يوم الجمعة فسيراها الجميع\n" * 40),
        "digest.txt": f"the file is {os.urandom(32).hex()}\nand the other one {os.urandom(32).hex()}\n".encode(),
        "links.txt": f"https://example.com/{'a' * 60}/{'b' * 60}?c=data:text\n".encode() * 50,
        "plain.json": json.dumps({"said": WORDS, "photo": "IMG-20250512-WA0001.jpg", "mime": "image/jpeg"}).encode(),
        "one.txt": b"one",
    }
    for name, data in kept.items():
        (tmp_path / name).write_bytes(data)
    writer = new_case("minor")
    outcomes = taken(writer, tmp_path, describer)
    names = {each.place.path.rpartition("/")[2] for each in outcomes if isinstance(each, Kept)}
    assert not writer.manifest.witnessed
    assert set(kept) <= names
    read = [each for each in outcomes if isinstance(each, ChatRead)]
    assert {each.place.path.rpartition("/")[2] for each in read} >= {"threat.eml", "arabic.eml"}


def test_of_what_holds_other_files_the_texts_are_copied_and_it_is_witnessed(
    new_case: NewCase, tmp_path: Path, describer: WorkerDescriber
) -> None:
    (tmp_path / "with-text.eml").write_bytes(_mail(("note.txt", b"a note\n" * 500)))
    (tmp_path / "texts.zip").write_bytes(_zip(a__txt=b"one", m__eml=_mail(body=WORDS)))
    (tmp_path / "digests.txt").write_text("\n".join(os.urandom(32).hex() for _ in range(200)) + f"\n{WORDS}\n")
    writer = new_case("minor")
    taken(writer, tmp_path, describer)
    kept = {each.place.path for each in writer.manifest.items.values()}
    assert kept == {"with-text.eml", "note.txt", "a.txt", "m.eml", "digests.txt"}
    assert {each.place.path.rpartition("/")[2] for each in writer.manifest.witnessed.values()} == {
        "with-text.eml",
        "texts.zip",
        "digests.txt",
    }


def test_what_is_left_of_a_conversation_is_still_read_as_one(
    new_case: NewCase, tmp_path: Path, describer: WorkerDescriber
) -> None:
    for name in ("picture messages", "mail with jpeg"):
        (tmp_path / WRAPPED[name][0]).write_bytes(WRAPPED[name][1])
    writer = new_case("minor")
    outcomes = taken(writer, tmp_path, describer)
    read = {each.place.path: each.messages for each in outcomes if isinstance(each, ChatRead)}
    assert read == {"sms.xml": 2, "m.eml": 1}
    seen = {each.place.path: each for each in writer.manifest.witnessed.values()}
    assert seen["a.bin"].sha256.hex
    assert {each.size_bytes for each in writer.manifest.witnessed.values()} >= {len(JPEG)}


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes are read on Linux")
def test_no_picture_comes_in_as_an_attribute_or_in_the_text_around(
    new_case: NewCase, tmp_path: Path, describer: WorkerDescriber
) -> None:
    source = tmp_path / "phone"
    source.mkdir()
    small = JPEG[:1500]
    (source / "a.jpg").write_bytes(JPEG)
    letters = base64.b64encode(JPEG[2000:2300]).decode()
    (source / "a.html").write_text(f"<img src='data:image/jpeg;base64,{letters}' alt='a.jpg'>{WORDS}")
    try:
        os.setxattr(source / "a.jpg", "user.thumbnail", small)
        os.setxattr(source / "a.jpg", "user.origin", b"https://example.com/a")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    writer = new_case("minor")
    taken(writer, source, describer)
    folder = everything(writer)
    assert small[600:640] not in unwrapped(folder)
    assert letters[20:60].encode() not in folder
    assert b"https://example.com/a" in folder
    picture = next(each for each in writer.manifest.witnessed.values() if each.place.path == "phone/a.jpg")
    told = {each["name"]: each for each in picture.facts["attributes"]}
    assert told["user.thumbnail"].keys() == {"name", "size", "sha256"}
    assert WORDS in picture.facts["around"][0]["text"]


@pytest.mark.parametrize("shift", range(0, 400, 37))
def test_a_stretch_is_found_whole_wherever_the_blocks_are_cut(shift: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_BLOCK_LETTERS", 8192)
    before, behind = "some words\n" * (700 + shift), " and others\n" * 3000
    letters = base64.b64encode(JPEG).decode()
    text = f"{before}{letters}{behind}"
    assert language.opaque_spans(text) == [(len(before), len(before) + len(letters))]
