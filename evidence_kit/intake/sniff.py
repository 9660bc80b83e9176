"""The type of a file, from its first bytes; the name is never asked.

Every byte is hostile: nothing is parsed further than it takes to tell types apart, no offset is trusted, and
whatever the bytes are, exactly one type comes out.
"""

from __future__ import annotations

import re

from evidence_kit.intake.kinds import kind_named
from evidence_kit.intake.text_kinds import text_kind
from evidence_kit.model import Kind

HEAD_BYTES = 4096

# Kind, offset, bytes; the first that fits decides.
_SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("jpeg", 0, b"\xff\xd8\xff"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("gif", 0, b"GIF87a"),
    ("gif", 0, b"GIF89a"),
    ("tiff", 0, b"II*\x00"),
    ("tiff", 0, b"MM\x00*"),
    ("tiff", 0, b"II+\x00\x08\x00"),
    ("tiff", 0, b"MM\x00+\x00\x08"),
    ("jxl", 0, b"\xff\x0a"),
    ("jxl", 0, b"\x00\x00\x00\x0cJXL \r\n\x87\n"),
    ("jp2", 0, b"\x00\x00\x00\x0cjP  \r\n\x87\n"),
    ("jp2", 0, b"\xff\x4f\xff\x51"),
    ("eps", 0, b"%!PS"),
    ("eps", 0, b"\xc5\xd0\xd3\xc6"),
    ("psd", 0, b"8BPS\x00\x01"),
    ("psd", 0, b"8BPS\x00\x02"),
    ("mpeg", 0, b"\x00\x00\x01\xba"),
    ("mpeg", 0, b"\x00\x00\x01\xb3"),
    ("flv", 0, b"FLV\x01"),
    ("asf", 0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"),
    ("amr", 0, b"#!AMR\n"),
    ("amr", 0, b"#!AMR-WB\n"),
    ("flac", 0, b"fLaC"),
    ("caf", 0, b"caff\x00\x01"),
    ("rtf", 0, b"{\\rtf"),
    ("ole", 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("zip", 0, b"PK\x05\x06"),
    ("gzip", 0, b"\x1f\x8b\x08"),
    ("7z", 0, b"7z\xbc\xaf\x27\x1c"),
    ("rar", 0, b"Rar!\x1a\x07"),
    ("zstd", 0, b"\x28\xb5\x2f\xfd"),
    ("lzip", 0, b"LZIP\x01"),
    ("lz4", 0, b"\x04\x22\x4d\x18"),
    ("cab", 0, b"MSCF\x00\x00\x00\x00"),
    ("cpio", 0, b"070701"),
    ("cpio", 0, b"070702"),
    ("cpio", 0, b"070707"),
    ("ar", 0, b"!<arch>\n"),
    ("adb-backup", 0, b"ANDROID BACKUP\n"),
    ("xz", 0, b"\xfd7zXZ\x00"),
    ("sqlite", 0, b"SQLite format 3\x00"),
    ("sqlite-wal", 0, b"\x37\x7f\x06\x82\x00\x2d\xe2\x18"),
    ("sqlite-wal", 0, b"\x37\x7f\x06\x83\x00\x2d\xe2\x18"),
    ("tar", 257, b"ustar"),
)

# First four bytes and form of a RIFF file.
_RIFF_FORMS = {b"WEBP": "webp", b"AVI ": "avi", b"WAVE": "wav"}

# Brands of ISO base media files (ISO/IEC 14496-12; the registry at mp4ra.org). A brand that is not
# listed is looked for among the compatible ones.
_BRANDS: dict[bytes, str] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), "m4a"),
    **dict.fromkeys((b"M4V ", b"M4VH", b"M4VP", b"mp41", b"mp42", b"mp71", b"mmp4", b"avc1", b"hvc1"), "mp4"),
    **dict.fromkeys((b"MSNV", b"F4V ", b"XAVC", b"dash", b"msdh", b"cmfc", b"isom"), "mp4"),
    **{b"iso%d" % number: "mp4" for number in range(2, 10)},
    b"qt  ": "mov",
}
# What says only "some picture" or "some MP4": a more exact compatible brand is asked first.
_VAGUE = {b"mif1": "heic", b"mif2": "heic", b"msf1": "heic"}
_GENERIC_MP4 = frozenset({b"isom", b"mp41", b"mp42", *(b"iso%d" % number for number in range(2, 10))})
_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"pnot"})

_OFFICE_FOLDERS = {b"word/": "docx", b"xl/": "xlsx", b"ppt/": "pptx"}
_OFFICE_FIRST = (b"[Content_Types].xml", b"_rels/.rels", b"docProps/", *_OFFICE_FOLDERS)
_DECLARED_TYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}

_MP3_KBITS = {  # by (MPEG-1, layer), index 1 to 14
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def sniff(head: bytes, size: int) -> Kind:
    """The content type of a file.

    Args:
        head: The first `HEAD_BYTES` bytes, or all of them when there are fewer; more are not looked at.
        size: Size of the whole file in bytes.

    Returns:
        One type, always: `empty` without bytes, `unknown` when nothing fits.
    """
    if not head:
        return kind_named("empty")
    head = head[:HEAD_BYTES]
    kind = (
        _signature(head)
        or _riff(head)
        or _base_media(head)
        or _matroska(head)
        or _ogg(head)
        or _zip(head)
        or _bitmap(head)
        or _bzip2(head)
        or _sound(head, size)
        or _transport_stream(head)
        or _old_tar(head)
        or ("pdf" if b"%PDF-" in head[:1024] else None)
        or text_kind(head, cut=size > len(head))
    )
    return kind_named(kind or "unknown")


def _signature(head: bytes) -> str | None:
    for name, offset, magic in _SIGNATURES:
        if head.startswith(magic, offset):
            return name
    return None


def _riff(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF_FORMS.get(head[8:12])
    return "wav" if head[:4] in {b"RF64", b"BW64"} and head[8:12] == b"WAVE" else None


def _base_media(head: bytes) -> str | None:
    if head[4:8] in _QUICKTIME_ATOMS:
        return "mov" if head[0] < 0x20 else None  # else it is a sentence
    if head[:2] != b"\0\0" or head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    compatible = [head[at : at + 4] for at in range(16, end - 3, 4)]
    if major in _VAGUE:
        exact = [_brand(brand) for brand in compatible]
        return next((name for name in exact if name in {"avif", "heic"}), _VAGUE[major])
    if major in _GENERIC_MP4:
        return "m4a" if any(_brand(brand) == "m4a" for brand in compatible) else "mp4"
    return next((name for name in map(_brand, (major, *compatible)) if name), None)


def _brand(brand: bytes) -> str | None:
    if brand[:3] in {b"3gp", b"3ge", b"3gg", b"3gr", b"3gs", b"3g2"}:
        return "3gp"
    return _BRANDS.get(brand)


def _matroska(head: bytes) -> str | None:
    if head[:4] != b"\x1a\x45\xdf\xa3":
        return None
    doc_type = re.search(rb"\x42\x82[\x81-\x90]([a-z]+)", head[:256])
    found = doc_type.group(1) if doc_type else b""
    return {b"webm": "webm", b"matroska": "matroska"}.get(found)


def _ogg(head: bytes) -> str | None:
    if head[:5] != b"OggS\x00" or len(head) < 27:
        return None
    packet = head[27 + head[26] :]
    if packet.startswith(b"OpusHead"):
        return "opus"
    return "ogv" if packet.startswith((b"\x80theora", b"fishead\x00")) else "ogg"


def _zip(head: bytes) -> str | None:
    if head[:8] in {b"PK\x07\x08PK\x03\x04", b"PK00PK\x03\x04"}:
        return "zip"
    if head[:4] != b"PK\x03\x04":
        return None
    names = _member_names(head)
    first = names[0] if names else b""
    if first == b"mimetype":
        declared = head[30 + len(first) + int.from_bytes(head[28:30], "little") :][:80]
        longest_first = sorted(_DECLARED_TYPES, key=len, reverse=True)
        return next((_DECLARED_TYPES[t] for t in longest_first if declared.startswith(t)), "zip")
    if not first.startswith(_OFFICE_FIRST):
        return "zip"
    for folder, name in _OFFICE_FOLDERS.items():
        if any(member.startswith(folder) and member.endswith((b".xml", b".rels")) for member in names):
            return name
    return "ooxml" if first == b"[Content_Types].xml" else "zip"


def _member_names(head: bytes) -> list[bytes]:
    """Names of the members whose local headers lie in the head, in file order."""
    names, at = [], 0
    while at >= 0 and head.startswith(b"PK\x03\x04", at) and at + 30 <= len(head):
        flags = int.from_bytes(head[at + 6 : at + 8], "little")
        packed = int.from_bytes(head[at + 18 : at + 22], "little")
        name_length = int.from_bytes(head[at + 26 : at + 28], "little")
        extra_length = int.from_bytes(head[at + 28 : at + 30], "little")
        names.append(head[at + 30 : at + 30 + name_length])
        at += 30 + name_length + extra_length + packed
        if flags & 8 and not packed:  # the size stands behind the data
            at = head.find(b"PK\x03\x04", at)
    return names


def _bitmap(head: bytes) -> str | None:
    header_length = int.from_bytes(head[14:18], "little")
    return "bmp" if head[:2] == b"BM" and header_length in {12, 16, 40, 52, 56, 64, 108, 124} else None


def _bzip2(head: bytes) -> str | None:
    return "bzip2" if re.match(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)", head) else None


def _sound(head: bytes, size: int) -> str | None:
    """MP3, ADTS and FLAC, behind an ID3 tag or bare.

    Two bytes of sync occur in any data; so the next frame must follow where the first one says it ends, or
    the file must end there.
    """
    at = 0
    if re.match(rb"ID3[\x02-\x04][^\xff].[\x00-\x7f]{4}", head, re.DOTALL):
        at = 10 + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        if at >= len(head):
            return "mp3"
    if at and head.startswith(b"fLaC", at):
        return "flac"
    for name, frame_length in (("mp3", mp3_frame_length), ("aac", adts_frame_length)):
        length = frame_length(head[at : at + 7])
        if length and (at + length == size or frame_length(head[at + length : at + length + 7])):
            return name
    return "mp3" if at else None


def mp3_frame_length(header: bytes) -> int | None:
    """Return how many bytes the frame of MPEG audio takes whose header this is, None where it is none."""
    # Layer I is left out: its sync is the byte order mark of UTF-16.
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    rate, hertz, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer not in {2, 3} or rate in {0, 15} or hertz == 3:
        return None
    samples_over_8 = 72 if layer == 3 and version != 3 else 144
    kbits = _MP3_KBITS[version == 3, layer][rate - 1]
    return samples_over_8 * kbits * 1000 // _MP3_HERTZ[version][hertz] + padding


def adts_frame_length(header: bytes) -> int | None:
    """Return how many bytes the frame of AAC takes whose header this is, None where it is none."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return None
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else None


def _transport_stream(head: bytes) -> str | None:
    for start, packet in ((0, 188), (4, 192)):
        syncs = head[start::packet]
        if len(syncs) >= 3 and set(syncs) == {0x47}:
            return "mpegts"
    return None


def _old_tar(head: bytes) -> str | None:
    """A tar from before `ustar`, known by the check sum over its first header."""
    header = head[:512]
    stored = re.fullmatch(rb"[ \x00]*([0-7]{1,7})[ \x00]*", header[148:156])
    if len(header) < 512 or not stored or not header[0]:
        return None
    return "tar" if int(stored.group(1), 8) == sum(header) - sum(header[148:156]) + 8 * 0x20 else None
