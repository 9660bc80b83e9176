"""Bad inputs of every sort, made by hand, each with what it must get."""

import bz2
import io
import lzma
import os
import stat
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
UTF8, STREAMED = 0x0800, 0x0008
NOON = (12 << 11, (45 << 9) | (5 << 5) | 3)  # 2025-05-03 12:00:00


@dataclass(frozen=True, slots=True)
class Part:
    """One member of a zip made by hand; what is None is told truly."""

    name: bytes = b"a.txt"
    content: bytes = b"hello"
    method: int = STORED
    flags: int = 0
    mode: int = 0
    packed: bytes | None = None
    says_packed: int | None = None
    says_size: int | None = None
    says_crc: int | None = None
    local_name: bytes | None = None
    extra: bytes = b""
    offset: int | None = None
    streamed: bool = False
    knows_sizes: bool = False
    long_descriptor: bool = False


@dataclass(frozen=True, slots=True)
class BadZip:
    """A zip, the outcome of each member, and the notes of its plan.

    An outcome is a verdict, or what reading ends with; `whole` when the content is right.
    """

    content: bytes
    members: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadInput:
    """A path, whether it is `kept` or `refused`, and for a zip the outcome of each member."""

    path: Path
    expected: str
    members: tuple[str, ...] | None = None


def pack(content: bytes, method: int) -> bytes:
    if method == DEFLATED:
        squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return squeezer.compress(content) + squeezer.flush()
    if method == BZIP2:
        return bz2.compress(content)
    if method == LZMA:
        alone = lzma.compress(content, lzma.FORMAT_ALONE)
        return b"\x09\x04\x05\x00" + alone[:5] + alone[13:]
    return content


def make_zip(
    parts: Sequence[Part],
    *,
    before: bytes = b"",
    after: bytes = b"",
    comment: bytes = b"",
    base: int | None = None,
    gap: bytes = b"",
    count: int | None = None,
    disk: int = 0,
    zip64: bool = False,
    lost_long_end: bool = False,
) -> bytes:
    """A zip, written record by record; `base` is what offsets count from (None: from the file's start)."""
    out = bytearray(before)
    zero = 0 if base is None else base
    entries = []
    for part in parts:
        packed = pack(part.content, part.method) if part.packed is None else part.packed
        size = len(part.content) if part.says_size is None else part.says_size
        crc = zlib.crc32(part.content) if part.says_crc is None else part.says_crc
        length = len(packed) if part.says_packed is None else part.says_packed
        flags = part.flags | (STREAMED if part.streamed else 0)
        offset = len(out) - zero if part.offset is None else part.offset
        numbers = (0, 0, 0) if part.streamed and not part.knows_sizes else (crc, length, size)
        local_extra = entry_extra = part.extra
        if zip64:
            long = struct.pack("<HHQQ", 1, 16, size, length)
            local_extra = entry_extra = part.extra + long
            numbers = (crc, 0xFFFFFFFF, 0xFFFFFFFF)
        name = part.name if part.local_name is None else part.local_name
        out += struct.pack(
            "<4s5H3I2H", b"PK\x03\x04", 20, flags, part.method, *NOON, *numbers, len(name), len(local_extra)
        )
        out += name + local_extra + packed
        if part.streamed:
            form = "<4sIQQ" if part.long_descriptor else "<4s3I"
            out += struct.pack(form, b"PK\x07\x08", crc, length & 0xFFFFFFFF, size)
        shown = (crc, 0xFFFFFFFF, 0xFFFFFFFF) if zip64 else (crc, length, size)
        head = struct.pack("<4s6H3I", b"PK\x01\x02", 0x0314, 20, flags, part.method, *NOON, *shown)
        tail = struct.pack("<5H2I", len(part.name), len(entry_extra), 0, 0, 0, part.mode << 16, offset)
        entries.append(head + tail + part.name + entry_extra)
    start, directory = len(out) - zero, b"".join(entries)
    out += directory + gap
    declared = len(parts) if count is None else count
    if zip64:
        at = len(out)
        if not lost_long_end:
            out += struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, declared, declared, len(directory), start)
        out += struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
        end = (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    else:
        end = (declared & 0xFFFF, declared & 0xFFFF, len(directory), start)
    out += struct.pack("<4s4H2IH", b"PK\x05\x06", disk, disk, *end, len(comment)) + comment + after
    return bytes(out)


def extended_time(seconds: int) -> bytes:
    return struct.pack("<HHBi", 0x5455, 5, 1, seconds)


def unicode_path(name: bytes, better: bytes) -> bytes:
    content = b"\x01" + struct.pack("<I", zlib.crc32(name)) + better
    return struct.pack("<HH", 0x7075, len(content)) + content


def encrypted_zip() -> bytes:
    import pyzipper

    target = io.BytesIO()
    with pyzipper.AESZipFile(target, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"secret")
        archive.writestr("a.txt", b"hello")
    return target.getvalue()


def _named(*names: bytes) -> bytes:
    return make_zip([Part(name, b"content of %d" % number) for number, name in enumerate(names)])


def _quoting() -> bytes:
    """Two entries; the data of the first holds the header and the data of the second."""
    inner = make_zip([Part(b"inner.txt", b"x" * 40)])
    header_end = inner.index(b"PK\x01\x02")
    return make_zip([Part(b"outer.txt", inner[:header_end]), Part(b"inner.txt", b"x" * 40, offset=39)])


_TWO = make_zip([Part(b"a.txt", b"one" * 50, DEFLATED), Part(b"b.txt", b"two" * 50, DEFLATED)])
_TWO_STREAMED = make_zip(
    [
        Part(b"a.txt", b"one" * 50, DEFLATED, streamed=True),
        Part(b"b.txt", b"two" * 50, DEFLATED, streamed=True),
    ]
)
_BOMB = bytes(3 << 20)


def bad_zips() -> dict[str, BadZip]:
    """Every hostile or broken zip by a name that says what is wrong with it."""
    whole = ("whole",)
    link = stat.S_IFLNK | 0o777
    device = stat.S_IFCHR | 0o600
    shell = b"#!/bin/sh\n"
    half = Part(content=b"hello" * 500, method=DEFLATED, packed=pack(b"hello" * 500, DEFLATED)[:-5])
    greedy = Part(method=LZMA, packed=b"\x09\x04\x05\x00\x5d\xff\xff\xff\xff" + bytes(9))
    followed = Part(method=DEFLATED, packed=pack(b"hello", DEFLATED) + b"secret")
    folding = [Part(name.encode(), flags=UTF8) for name in ("É.txt", "é.txt", "e\u0301.txt")]
    two_zips = make_zip([Part(b"first.txt")]) + make_zip([Part(b"second.txt")])
    decoy = make_zip([Part(content=b"abc PK\x07\x08 and twelve more", streamed=True), Part(b"b.txt")])
    known = make_zip([Part(streamed=True, knows_sizes=True), Part(b"b.txt")])
    no_kind = Part(method=LZMA, packed=b"\x09\x04\x05\x00" + b"\xff" * 30)
    entry_cut = bytearray(make_zip([Part(), Part(b"b.txt")]))
    entry_cut[entry_cut.rindex(b"PK\x01\x02") + 32] = 200
    lost = make_zip([Part()], zip64=True, lost_long_end=True)
    long = Part(content=b"long" * 9, streamed=True, long_descriptor=True)
    long_form = make_zip([long, Part(b"empty", b"", DEFLATED, streamed=True), Part(b"b.txt")])
    endless = Part(streamed=True, says_packed=(1 << 64) - 1)
    cut_notes = ("no-directory", "data-after")
    return {
        "quoting": BadZip(_quoting(), ("overlap", "overlap")),
        "one-member-twice": BadZip(make_zip([Part(), Part(offset=0)]), ("overlap", "overlap")),
        "over-directory": BadZip(make_zip([Part(says_packed=60, says_size=60)]), ("overlap",)),
        "ratio": BadZip(make_zip([Part(content=_BOMB, method=DEFLATED)]), ("ratio",)),
        "ratio-together": BadZip(
            make_zip([Part(b"%d" % n, bytes(900_000), DEFLATED) for n in range(3)]), ("ratio",) * 3
        ),
        "ratio-of-a-small-text": BadZip(make_zip([Part(content=b"a" * 500_000, method=DEFLATED)]), whole),
        "claims-2-gib": BadZip(make_zip([Part(says_size=2 << 30)]), ("ratio",)),
        "says-more": BadZip(make_zip([Part(method=DEFLATED, says_size=900)]), ("size-lies",)),
        "says-less": BadZip(make_zip([Part(method=DEFLATED, says_size=2)]), ("size-lies",)),
        "stored-says-more": BadZip(make_zip([Part(says_size=9)]), ("size-lies",)),
        "wrong-crc": BadZip(make_zip([Part(says_crc=1)]), ("wrong-crc",)),
        "garbled": BadZip(make_zip([Part(method=DEFLATED, packed=b"\xff" * 9)]), ("damaged",)),
        "garbled-bzip2": BadZip(make_zip([Part(method=BZIP2, packed=b"\xff" * 9)]), ("damaged",)),
        "garbled-lzma": BadZip(make_zip([Part(method=LZMA, packed=b"\xff" * 9)]), ("damaged",)),
        "lzma-eats-memory": BadZip(make_zip([greedy]), ("damaged",)),
        "half-packed": BadZip(make_zip([half]), ("truncated",)),
        "bytes-behind": BadZip(make_zip([followed]), ("bytes-behind",)),
        "encrypted": BadZip(encrypted_zip(), ("encrypted",)),
        "old-encryption": BadZip(make_zip([Part(flags=1)]), ("encrypted",)),
        "deflate64": BadZip(make_zip([Part(method=9)]), ("unsupported-method",)),
        "symlink": BadZip(make_zip([Part(content=b"/etc/passwd", mode=link)]), ("symlink",)),
        "device": BadZip(make_zip([Part(content=b"", mode=device)]), ("device",)),
        "other-name-inside": BadZip(make_zip([Part(local_name=b"b.exe")]), ("header-mismatch",)),
        "no-header-there": BadZip(make_zip([Part(offset=3)]), ("header-mismatch",)),
        "header-behind-the-end": BadZip(make_zip([Part(offset=5000)]), ("size-over-file",)),
        "content-behind-the-end": BadZip(make_zip([Part(says_packed=5000)]), ("size-over-file",)),
        "equal-names": BadZip(_named(b"a.txt", b"a.txt"), ("whole", "whole")),
        "case-and-normal-form": BadZip(make_zip(folding), ("whole",) * 3),
        "names": BadZip(_named(*NAMES), ("whole",) * len(NAMES)),
        "data-before": BadZip(make_zip([Part()], before=shell), whole, ("data-before",)),
        "data-before-unadjusted": BadZip(make_zip([Part()], before=shell, base=10), whole, ("data-before",)),
        "data-after": BadZip(make_zip([Part()], after=b"more"), whole, ("data-after",)),
        "comment": BadZip(make_zip([Part()], comment=b"hidden PK\x05\x06 word"), whole, ("comment",)),
        "gap-before-the-end": BadZip(make_zip([Part()], gap=b"something"), whole),
        "concatenated": BadZip(two_zips, whole, ("data-before", "zip-before")),
        "zip64": BadZip(make_zip([Part()], zip64=True), whole, ("zip64",)),
        "zip64-behind-data": BadZip(
            make_zip([Part()], zip64=True, before=b"ab", base=2), whole, ("data-before", "zip64")
        ),
        "zip64-without-its-record": BadZip(lost, whole, cut_notes),
        "second-disk": BadZip(make_zip([Part()], disk=1), whole, cut_notes),
        "streamed": BadZip(_TWO_STREAMED, ("whole", "whole")),
        "count-too-high": BadZip(make_zip([Part()], count=3), whole, ("count-differs",)),
        "cut-in-the-second": BadZip(_TWO[:80], ("whole", "size-over-file"), ("no-directory",)),
        "cut-in-the-directory": BadZip(_TWO[:-30], ("whole", "whole"), cut_notes),
        "cut-streamed": BadZip(_TWO_STREAMED[:-30], ("whole", "whole"), cut_notes),
        "cut-streamed-with-a-decoy": BadZip(decoy[:-30], ("whole", "whole"), cut_notes),
        "cut-streamed-with-sizes": BadZip(known[:-30], ("whole", "whole"), cut_notes),
        "entry-cut": BadZip(bytes(entry_cut), whole, ("count-differs",)),
        "lzma-of-no-kind": BadZip(make_zip([no_kind]), ("damaged",)),
        "cut-streamed-in-long-form": BadZip(long_form[:-30], ("whole",) * 3, cut_notes),
        "cut-and-endless": BadZip(
            make_zip([endless], zip64=True, lost_long_end=True), ("size-over-file",), cut_notes[:1]
        ),
        "fifo": BadZip(make_zip([Part(content=b"", mode=stat.S_IFIFO)]), ("device",)),
        "from-a-pipe": BadZip(make_zip([Part(mode=stat.S_IFIFO | 0o600)]), whole),
        "folder": BadZip(make_zip([Part(b"a/", b""), Part(b"a/b.txt")]), ("whole", "whole")),
        "bzip2": BadZip(make_zip([Part(content=b"abc" * 900, method=BZIP2)]), whole),
        "lzma": BadZip(make_zip([Part(content=b"abc" * 900, method=LZMA, flags=2)]), whole),
    }


NAMES: tuple[bytes, ...] = (
    b"../../etc/passwd",
    b"/etc/passwd",
    b"..\\..\\windows\\x.dll",
    b"\\\\server\\share\\a.txt",
    b"//server/share/a.txt",
    b"C:\\x.txt",
    b"a\x00b.txt",
    b"stream.txt:hidden",
    b"CON",
    b"folder/nul.txt",
    b"trailing.",
    b"trailing /x",
    b"line\nbreak.txt",
    "photo_\u202egpj.exe".encode(),
    b"\xc7\xe1.txt",
    b"",
    b"n" * 300,
)


def _image_bomb() -> bytes:
    """A PNG of 400 megapixels in 50 kB."""
    side = 20_000
    squeezer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    rows = b"".join(squeezer.compress(row * 100) for _ in range(side // 100)) + squeezer.flush()

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">2I5B", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


_EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(touched) (w) file closefile\n"
_SDP = (
    b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 51234 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
)
_HLS = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n"

FILES: dict[str, Callable[[], bytes]] = {
    "bomb.png": _image_bomb,
    "eps.jpg": lambda: _EPS,
    "blp.jpg": lambda: b"BLP2\x01\x00\x00\x00" + bytes(140),
    "sdp.mp4": lambda: _SDP,
    "hls.mp4": lambda: _HLS,
    "hls.mov": lambda: _HLS,
    "deep.json": lambda: b'{"messages": ' + b"[" * 100_000,
    "nan.json": lambda: b'{"participants": [{"name": "a"}], "messages": [NaN, 1e999]}',
    "half.json": lambda: b'{"participants": [{"name": "a"}], "messa',
    "half.jpg": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
    "empty.jpg": lambda: b"",
}

FILE_NAMES: tuple[bytes, ...] = (
    b"not-utf8-\xc7\xe1.txt",
    b"n" * 255,
    b"control-\x01\x1b[31m.txt",
    b"line\nbreak.txt",
    "right-to-left-\u202egpj.exe".encode(),
    b"[red]markup[/tag].txt",
    b"CON.txt",
    b"trailing.",
    b"-rf",
    b" ",
)


def make_bad_inputs(folder: Path) -> list[BadInput]:
    """Write every bad input below a folder; what this system cannot hold is left out."""
    found = []
    for name, zipped in bad_zips().items():
        path = folder / "zips" / f"{name}.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zipped.content)
        found.append(BadInput(path, "kept", zipped.members))
    for name, content in FILES.items():
        path = folder / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content())
        found.append(BadInput(path, "kept"))
    found.extend(BadInput(path, "kept") for path in _odd_names(folder / "names"))
    found.extend(BadInput(path, "refused") for path in _no_files(folder / "no-files"))
    return found


def _odd_names(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    for name in FILE_NAMES:
        path = folder / os.fsdecode(name)
        try:
            path.write_bytes(b"bytes of " + name)
        except (OSError, ValueError):
            continue
        if path in folder.iterdir():
            yield path


def _no_files(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    if sys.platform == "win32":
        return
    target = folder / "target.txt"
    makers: dict[str, Callable[[Path], None]] = {
        "fifo": os.mkfifo,
        "link.txt": lambda path: path.symlink_to(target.name),
        "dangling.txt": lambda path: path.symlink_to("nowhere"),
        "loop": lambda path: path.symlink_to("loop"),
        "folder-loop": lambda path: path.symlink_to(".."),
    }
    if sys.platform == "linux":
        makers["socket"] = lambda path: os.mknod(path, stat.S_IFSOCK | 0o600)
    target.write_bytes(b"reached only through a link")
    for name, maker in makers.items():
        path = folder / name
        maker(path)
        yield path
