"""Tars, packed files, and containers in containers: what comes out, and what hostile ones get."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_kit.intake.compressed_stream import CompressedStream
from evidence_kit.intake.container import ContainerContents, ContainerMember, container_contents
from evidence_kit.intake.kinds import kind_named
from evidence_kit.intake.seekable_stream import SeekableStream
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.tar import TarWalk, checksum_agrees
from evidence_kit.intake.window import Window, bytes_window, file_window
from evidence_kit.intake.zip_stream import MemberError

MEMBERS = {"a.txt": b"first", "folder/b.bin": bytes(range(256)) * 300, "empty": b"", "سلام/" + "x" * 120: b"long"}


def tar(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as writer:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        writer.addfile(folder)
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size, about.mtime = len(content), 1746302524
            writer.addfile(about, io.BytesIO(content))
    return made.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as writer:
        for name, content in members.items():
            writer.writestr(name, content)
    return made.getvalue()


def held(data: bytes, name: str = "x", window: Window | None = None) -> ContainerContents:
    found = container_contents(sniff(data[:4096], len(data)), name, window or bytes_window(data))
    assert found is not None
    return found


def content(entry: ContainerMember) -> bytes:
    return b"".join(entry.content())


def read(data: bytes) -> dict[str, bytes]:
    return {entry.name: content(entry) for entry in held(data).entries() if entry.refusal is None}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("squeeze", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_what_tarfile_writes_is_read(form: int, squeeze: type[bytes]) -> None:
    members = dict(list(MEMBERS.items())[:3]) if form == tarfile.USTAR_FORMAT else MEMBERS
    data = squeeze(tar(members, form))
    assert read(data) == members
    entry = next(iter(held(data).entries()))
    assert entry.times == {"local": None, "utc": "2025-05-03T20:02:04Z", "seconds": "1746302524"}
    assert held(data).form == {bytes: "tar", gzip.compress: "tar+gzip", bz2.compress: "tar+bzip2"}.get(
        squeeze, "tar+xz"
    )


@pytest.mark.parametrize(
    ("squeeze", "name"), [(gzip.compress, "log.gz"), (bz2.compress, "log.bz2"), (lzma.compress, "log.xz")]
)
def test_a_single_packed_file_bears_the_name_without_its_ending(squeeze: type[bytes], name: str) -> None:
    data = squeeze(b"threat " * 500_000)
    entry = next(iter(held(data, name).entries()))
    assert (entry.name, content(entry)) == ("log", b"threat " * 500_000)


def test_a_gzip_says_its_own_name_and_may_have_several_parts() -> None:
    made = io.BytesIO()
    with gzip.GzipFile("../conversation.txt", "wb", fileobj=made) as writer:
        writer.write(b"one ")
    entry = next(iter(held(made.getvalue() + gzip.compress(b"two"), "x.gz").entries()))
    assert (entry.name, content(entry)) == (
        "../conversation.txt" if "/" in entry.name else "conversation.txt",
        b"one two",
    )


@pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_that_is_cut_or_damaged_says_so(squeeze: type[bytes]) -> None:
    data = squeeze(random.Random(1).randbytes(100_000))
    for bad in (data[:-20], data[:50] + b"\0\0\0" + data[53:]):
        with pytest.raises(MemberError) as raised:
            content(next(iter(held(bad).entries())))
        assert raised.value.reason in {"truncated", "damaged"}


def test_a_packed_bomb_is_stopped_on_the_way() -> None:
    squeezer = bz2.BZ2Compressor()
    bomb = b"".join(squeezer.compress(bytes(1 << 20)) for _ in range(64)) + squeezer.flush()
    tracemalloc.start()
    with pytest.raises(MemberError, match="ratio"):
        for _ in next(iter(held(bomb).entries())).content():
            pass
    assert tracemalloc.get_traced_memory()[1] < 12 << 20
    tracemalloc.stop()


def test_links_devices_and_holes_of_a_tar_are_refused_and_the_rest_is_read() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as writer:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE):
            about = tarfile.TarInfo("bad" + kind.decode())
            about.type, about.linkname = kind, "/etc/passwd"
            writer.addfile(about)
        about = tarfile.TarInfo("/abs/../good.txt")
        about.size = 4
        writer.addfile(about, io.BytesIO(b"good"))
    entries = list(held(made.getvalue()).entries())
    assert [entry.refusal for entry in entries] == ["symlink", "hard-link", "device", "device", "sparse", None]
    assert content(entries[-1]) == b"good"
    assert entries[-1].more["name_dangers"] == ["dot-dot", "absolute"]


def test_two_members_of_one_name_are_two() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as writer:
        for text in (b"one", b"two"):
            about = tarfile.TarInfo("a.txt")
            about.size = 3
            writer.addfile(about, io.BytesIO(text))
    entries = list(held(made.getvalue()).entries())
    assert [content(entry) for entry in entries] == [b"one", b"two"]
    assert [entry.more["name_dangers"] for entry in entries] == [[], ["duplicate"]]


def test_a_tar_says_what_is_wrong_with_it() -> None:
    whole = tar({"a.txt": b"first", "b.txt": b"x" * 2000})
    cases = {
        "truncated": whole[: 3 * 512 + 700],
        "data-after": whole + b"\xff\xd8\xff\xe0 hidden",
        "damaged": whole[:2048].replace(b"b.txt", b"B.txt") + whole[2048:],
    }
    for note, data in cases.items():
        found = held(data)
        names = [entry.name for entry in found.entries()]
        assert note in found.notes
        assert "a.txt" in names


def test_a_member_that_claims_more_than_the_tar_has_is_truncated() -> None:
    data = tar({"a.txt": b"x" * 5000})[: 512 * 4]
    entry = list(held(data).entries())[-1]
    with pytest.raises(MemberError, match="truncated"):
        content(entry)


@given(data=st.binary(max_size=3000), at=st.integers(0, 2047), byte=st.integers(0, 255))
@settings(deadline=None)
def test_no_tar_makes_the_walk_fail_or_last(data: bytes, at: int, byte: int) -> None:
    whole = bytearray(tar({"a": b"1", "b" * 110: b"2"}))
    whole[at] = byte
    for tried in (data, bytes(whole), bytes(whole) + data):
        for member in TarWalk(bytes_window(tried)).members():
            assert member.size_bytes >= 0


def test_a_negative_size_is_damage() -> None:
    raw = bytearray(tar({"a": b"1"})[512:1024])
    raw[124:136] = b"\xff" * 12
    raw[148:156] = b"%06o\0 " % (sum(raw) - sum(raw[148:156]) + 256)
    assert checksum_agrees(bytes(raw))
    walk = TarWalk(bytes_window(bytes(raw) + bytes(1024)))
    assert (list(walk.members()), walk.notes) == ([], ["damaged"])


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_in_a_zip_is_read_through_its_window(method: int) -> None:
    noise = random.Random(2).randbytes(11 << 20)
    inner = zipped({"deep.bin": noise, "deep.txt": b"threat"}, zipfile.ZIP_STORED)
    outer = zipped({"first.txt": b"x", "inner.zip": inner}, method)
    entry = list(held(outer).entries())[1]
    window = entry.window()
    assert window.size_bytes == len(inner)
    assert {each.name: content(each) for each in _in(window)} == {"deep.bin": noise, "deep.txt": b"threat"}


def _in(window: Window) -> list[ContainerMember]:
    found = container_contents(kind_named("zip"), "inner.zip", window)
    assert found is not None
    return list(found.entries())


@given(
    data=st.randoms(use_true_random=False),
    reads=st.lists(st.tuples(st.integers(0, 6 << 20), st.integers(0, 70_000)), max_size=12),
)
@settings(deadline=None, max_examples=25)
def test_a_packed_stream_is_read_anywhere(data: random.Random, reads: list[tuple[int, int]]) -> None:
    for squeeze, form in ((gzip.compress, "gzip"), (bz2.compress, "bzip2")):
        stream = SeekableStream(CompressedStream(form, bytes_window(squeeze(PLAIN, 1))))
        for offset, size in reads:
            assert stream.read_at(offset, size) == PLAIN[offset : offset + size]


PLAIN = random.Random(3).randbytes(1 << 20) * 2 + zlib.compress(b"end") + bytes(2 << 20)


def test_a_window_on_a_file_has_a_position_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(range(100)))
    with (tmp_path / "a").open("rb") as file:
        whole = file_window(file, 100)
        part = whole.part(10, 20)
        part.seek(5)
        whole.seek(90)
        assert (part.read(100), whole.read(100)) == (bytes(range(15, 30)), bytes(range(90, 100)))


def test_what_is_not_opened_is_said() -> None:
    for magic in (b"7z\xbc\xaf\x27\x1c" + bytes(30), b"Rar!\x1a\x07\x00" + bytes(30)):
        assert held(magic).unreadable == "form-not-opened"


def test_a_zip_of_encrypted_members_says_that_it_is_encrypted() -> None:
    data = bytearray(zipped({"a.txt": b"x"}, zipfile.ZIP_STORED))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert "encrypted" in held(bytes(data)).notes
