"""Every type is told by its bytes, and nothing makes the telling fail."""

import io
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.intake.kinds import KINDS, kind_named, name_agrees
from evidence_kit.intake.sniff import HEAD_BYTES, sniff
from evidence_kit.model import Family


def base_media(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return struct.pack(">I", len(body) + 4) + body + struct.pack(">I", 8) + b"mdat"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def streamed(*names: str) -> bytes:
    """A zip whose sizes stand behind the data."""

    content = bytearray(zipped(*((name, b"<x/>" * 20) for name in names)))
    at = content.find(b"PK\x03\x04")
    while at >= 0:
        content[at + 6] |= 8
        content[at + 18 : at + 26] = bytes(8)
        at = content.find(b"PK\x03\x04", at + 4)
    return bytes(content)


def matroska(doc_type: bytes) -> bytes:
    return b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82" + bytes([0x80 | len(doc_type)]) + doc_type


def ogg(packet: bytes) -> bytes:
    return b"OggS\x00\x02" + bytes(20) + b"\x01" + bytes([len(packet)]) + packet


def tar(form: int) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"a"))
    return target.getvalue()


def unmarked_tar() -> bytes:
    header = bytearray(tar(tarfile.USTAR_FORMAT)[:512])
    header[257:265] = bytes(8)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(512)


MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
MP3_LOW = b"\xff\xf3\x40\xc0" + bytes(100)
ADTS_FRAME = b"\xff\xf1\x50\x80\x04\x1f\xfc" + bytes(25)
ID3 = b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10)
TYPES = ("[Content_Types].xml", b"<Types/>")
MAIL = b"Return-Path: <a@b>\r\nReceived: from x\r\n\tby y\r\nSubject: =?utf-8?q?x?=\r\nFrom: a@b\r\n\r\nHello"

EXAMPLES: list[tuple[str, bytes]] = [
    ("jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
    ("png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    ("gif", b"GIF87a"),
    ("gif", b"GIF89a"),
    ("webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
    ("bmp", b"BM" + bytes(12) + struct.pack("<I", 40) + bytes(36)),
    ("tiff", b"II*\x00\x08\x00\x00\x00"),
    ("tiff", b"MM\x00*\x00\x00\x00\x08"),
    ("tiff", b"II+\x00\x08\x00\x00\x00"),
    ("heic", base_media(b"heic", b"mif1", b"heic")),
    ("heic", base_media(b"mif1", b"mif1", b"heix")),
    ("heic", base_media(b"mif1")),
    ("avif", base_media(b"avif", b"mif1", b"miaf")),
    ("avif", base_media(b"mif1", b"miaf", b"avif")),
    ("jxl", b"\xff\x0a\xfa\x1f"),
    ("jxl", b"\x00\x00\x00\x0cJXL \r\n\x87\n"),
    ("jp2", b"\x00\x00\x00\x0cjP  \r\n\x87\n"),
    ("svg", b'<?xml version="1.0"?>\n<!-- a --><svg xmlns="x"/>'),
    ("svg", b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "a" "b" [ <!ENTITY a "b"> ]><svg/>'),
    ("svg", b"<svg/>"),
    ("eps", b"%!PS-Adobe-3.0 EPSF-3.0"),
    ("eps", b"\xc5\xd0\xd3\xc6\x1e\x00\x00\x00"),
    ("psd", b"8BPS\x00\x01"),
    ("mp4", base_media(b"isom", b"isom", b"iso2", b"avc1", b"mp41")),
    ("mp4", base_media(b"mp42")),
    ("mp4", base_media(b"what", b"isom")),
    ("mov", base_media(b"qt  ", b"qt  ")),
    ("mov", b"\x00\x00\x00\x08wide\x00\x01\x00\x00mdat"),
    ("3gp", base_media(b"3gp4", b"isom", b"3gp4")),
    ("webm", matroska(b"webm")),
    ("matroska", matroska(b"matroska")),
    ("avi", b"RIFF\x00\x00\x00\x00AVI LIST"),
    ("mpegts", (b"\x47" + bytes(187)) * 5),
    ("mpegts", (bytes(4) + b"\x47" + bytes(187)) * 5),
    ("mpeg", b"\x00\x00\x01\xba\x44"),
    ("flv", b"FLV\x01\x05"),
    ("asf", bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")),
    ("ogv", ogg(b"\x80theora")),
    ("mp3", MP3_FRAME * 2),
    ("mp3", MP3_FRAME),
    ("mp3", MP3_LOW * 2),
    ("mp3", ID3 + MP3_FRAME * 2),
    ("mp3", b"ID3\x04\x00\x00\x00\x01\x00\x00" + bytes(500)),
    ("mp3", ID3 + b"nothing that is known"),
    ("aac", ADTS_FRAME * 3),
    ("aac", ID3 + ADTS_FRAME * 2),
    ("amr", b"#!AMR\n\x3c"),
    ("amr", b"#!AMR-WB\n\x3c"),
    ("m4a", base_media(b"M4A ", b"M4A ", b"mp42", b"isom")),
    ("m4a", base_media(b"mp42", b"M4A ", b"mp42")),
    ("ogg", ogg(b"\x01vorbis")),
    ("opus", ogg(b"OpusHead\x01")),
    ("wav", b"RIFF\x00\x00\x00\x00WAVEfmt "),
    ("wav", b"RF64\xff\xff\xff\xffWAVEds64"),
    ("flac", b"fLaC\x00"),
    ("flac", ID3 + b"fLaC\x00"),
    ("caf", b"caff\x00\x01\x00\x00"),
    ("pdf", b"%PDF-1.7\n"),
    ("pdf", b"\x00junk\r\n%PDF-1.4"),
    ("docx", zipped(TYPES, ("_rels/.rels", b"<r/>"), ("word/document.xml", b"<w/>"))),
    ("docx", streamed("word/numbering.xml", "word/document.xml", "[Content_Types].xml")),
    ("xlsx", zipped(TYPES, ("_rels/.rels", b"<r/>"), ("xl/workbook.xml", b"<w/>"))),
    ("pptx", zipped(TYPES, ("ppt/presentation.xml", b"<p/>"))),
    ("ooxml", zipped(TYPES, ("visio/document.xml", b"<p/>"))),
    ("odt", zipped(("mimetype", b"application/vnd.oasis.opendocument.text"), method=zipfile.ZIP_STORED)),
    (
        "ods",
        zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), method=zipfile.ZIP_STORED),
    ),
    (
        "odp",
        zipped(("mimetype", b"application/vnd.oasis.opendocument.presentation"), method=zipfile.ZIP_STORED),
    ),
    ("epub", zipped(("mimetype", b"application/epub+zip"), method=zipfile.ZIP_STORED)),
    ("rtf", b"{\\rtf1\\ansi"),
    ("ole", bytes.fromhex("d0cf11e0a1b11ae1")),
    ("zip", zipped(("a.jpg", b"x"))),
    ("zip", zipped(("word/list.txt", b"x"))),
    ("zip", zipped(("a.docx", zipped(TYPES, ("word/document.xml", b"w"))), method=zipfile.ZIP_STORED)),
    ("zip", streamed("a", "b")),
    ("zip", zipped()),
    ("zip", b"PK\x07\x08PK\x03\x04\x14\x00"),
    ("zip", b"PK00PK\x03\x04\x14\x00"),
    ("zip", b"PK\x03\x04"),
    ("gzip", b"\x1f\x8b\x08\x00"),
    ("tar", tar(tarfile.USTAR_FORMAT)),
    ("tar", tar(tarfile.GNU_FORMAT)),
    ("tar", unmarked_tar()),
    ("7z", b"7z\xbc\xaf\x27\x1c\x00\x04"),
    ("rar", b"Rar!\x1a\x07\x01\x00"),
    ("xz", b"\xfd7zXZ\x00\x00"),
    ("bzip2", b"BZh91AY&SY"),
    ("sqlite", b"SQLite format 3\x00\x10\x00"),
    ("sqlite-wal", b"\x37\x7f\x06\x82\x00\x2d\xe2\x18"),
    ("eml", MAIL),
    ("mbox", b"From a@b Sat May  3 21:02:04 2025\n" + MAIL),
    ("vcard", b"BEGIN:VCARD\r\nVERSION:3.0"),
    ("vcard", "\ufeffbegin:vcard\r\n".encode()),
    ("ics", b"BEGIN:VCALENDAR\r\n"),
    ("json", b'{"participants": ['),
    ("json", b"\n[ 1.5e3, 2"),
    ("json", b"[true]"),
    ("json", b"[]"),
    ("html", b"<!-- a --><!-- b --> <!doctype HTML><p>"),
    ("html", b"<html lang=ar>"),
    ("html", b'<?xml version="1.0"?><html xmlns="x">'),
    ("xml", b'<?xml version="1.0"?><smses count="1">'),
    ("xml", b"<?xml"),
    ("xml", b"<!DOCTYPE node PUBLIC 'a'><node>"),
    ("text", "سلام عليكم\n".encode()),
    ("text", "سلام عليكم\n".encode("cp1256")),
    ("text", "\ufeffسلام\n".encode("utf-16-le")),
    ("text", "\ufeffسلام\n".encode("utf-16-be")),
    ("text", b"[03/05/2025, 21:02:04] Nadia: hello"),
    ("text", b"[13.5.25, 21:02] Nadia: hello"),
    ("text", b"[21:02, 3/5/2025] Nadia: hello"),
    ("text", b"From: a\nTo: b\nhello"),
    ("text", b"From here on: 21:02 it is\nnothing else"),
    ("text", b"#EXTM3U\nhttp://example.org/a.ts"),
    ("text", b"<3 you"),
    ("text", b"ID3 is a tag"),
    ("text", b"1234moov"),
    ("text", b"BM is no picture here"),
    ("empty", b""),
    ("unknown", bytes(600)),
    ("unknown", b"RIFF\x00\x00\x00\x00ABCD"),
    ("unknown", base_media(b"what", b"ever")),
    ("unknown", matroska(b"other")),
    ("unknown", b"\x1a\x45\xdf\xa3"),
    ("unknown", b"OggS\x00"),
    ("zstd", b"\x28\xb5\x2f\xfd\x24\x00"),
    ("lzip", b"LZIP\x01\x0c"),
    ("lz4", b"\x04\x22\x4d\x18\x64\x40"),
    ("cab", b"MSCF\x00\x00\x00\x00"),
    ("cpio", b"070701000000"),
    ("cpio", b"070707000000"),
    ("ar", b"!<arch>\ndebian-binary"),
    ("adb-backup", b"ANDROID BACKUP\n5\n1\nnone\n"),
    ("unknown", b"text with a NUL\x00"),
    ("unknown", b"\xff\xfe\x00"),
    ("unknown", b"\xff\xfe\x00\xd8a\x00"),
    ("unknown", b"\xff\xfb\x90\x00\x00"),
    ("unknown", b"\xff\xfb\xf0\x00\x00"),
    ("unknown", b"\xff\xf1\x50\x80\x00\x1f\xfc\x00"),
    ("unknown", b"\x01\x02" + b"0" * 600),
    ("unknown", b"\x1f\x00" + b"0" * 146 + b"000000\0 " + b"0" * 600),
]


@pytest.mark.parametrize(("name", "content"), EXAMPLES)
def test_a_type_is_told_by_its_first_bytes(name: str, content: bytes) -> None:
    assert sniff(content[:HEAD_BYTES], len(content)).name == name


def test_every_type_has_an_example() -> None:
    assert {name for name, _ in EXAMPLES} == {kind.name for kind in KINDS}


def test_a_letter_cut_by_the_head_is_still_text() -> None:
    text = ("a" + "س" * 5000).encode()
    assert sniff(text[:HEAD_BYTES], len(text)).name == "text"
    wide = ("\ufeff" + "س" * 5000).encode("utf-16-le")
    assert sniff(wide[: HEAD_BYTES - 1], len(wide)).name == "text"


def test_more_than_the_head_is_not_looked_at() -> None:
    assert sniff(b"a" * HEAD_BYTES + b"\x00", HEAD_BYTES + 1).name == "text"


@pytest.mark.parametrize("filler", [b"<!---->", b"<??>", b" ", b"<!DOCTYPE a[]>", b"[", b"{", b"a:\n"])
def test_a_head_full_of_openings_takes_no_time(filler: bytes) -> None:
    head = (b"<?xml?>" + filler * HEAD_BYTES)[:HEAD_BYTES]
    assert sniff(head, len(head)).name == "xml"


@given(head=st.binary(max_size=HEAD_BYTES + 10), size=st.integers(min_value=0))
def test_whatever_the_bytes_one_type_comes_out(head: bytes, size: int) -> None:
    assert sniff(head, size) in KINDS


@given(example=st.sampled_from([content for _, content in EXAMPLES]), cut=st.integers(0, 700), junk=st.binary())
def test_a_known_beginning_with_any_end_gives_one_type(example: bytes, cut: int, junk: bytes) -> None:
    content = example[:cut] + junk
    assert sniff(content, len(content)) in KINDS


@pytest.mark.parametrize(
    ("kind", "name", "agrees"),
    [
        ("mp3", "voice.jpg", False),
        ("jpeg", "DCIM/Camera/IMG.JPG", True),
        ("m4a", "AUD-20250503-WA0001.mp4", True),
        ("mp4", "recorder.m4a", True),
        ("mov", "clip.mp4", False),
        ("text", "film.mp4", False),
        ("json", "message_1.json", True),
        ("eml", "mail.txt", True),
        ("sqlite", "msgstore.db", True),
        ("jpeg", "photo", None),
        ("jpeg", ".jpg", None),
        ("jpeg", "photo.", None),
        ("jpeg", "photo.crypt15", None),
        ("jpeg", "a.jpg/photo", None),
        ("empty", "photo.jpg", None),
        ("unknown", "photo.jpg", None),
        ("jpeg", "bad\udcff\x00.jpg", True),
    ],
)
def test_a_name_is_compared_with_the_content(kind: str, name: str, agrees: bool | None) -> None:
    assert name_agrees(kind_named(kind), name) is agrees


@given(kind=st.sampled_from(KINDS), name=st.text())
def test_any_name_can_be_compared(kind: object, name: str) -> None:
    assert name_agrees(kind, name) in {True, False, None}  # type: ignore[arg-type]


def test_types_are_plain_facts() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert all(ending.startswith(".") and ending == ending.lower() for ending in kind.endings)
        assert bool(kind.endings) is (kind.family not in {Family.EMPTY, Family.UNKNOWN})
