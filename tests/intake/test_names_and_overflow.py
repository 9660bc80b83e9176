"""Zips of other languages and of macOS, tars with holes, padded xz, and parts of what was split."""

from __future__ import annotations

import io
import lzma
import os
import struct
import subprocess
import tarfile
import zlib
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_kit.intake import code_pages, tar_sparse
from evidence_kit.intake.compressed_stream import CompressedStream
from evidence_kit.intake.container import container_contents
from evidence_kit.intake.containers import UnreadableZip, ZipPlan, ZipVerdict, examine_zip
from evidence_kit.intake.kinds import kind_named
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.tar import TarWalk
from evidence_kit.intake.window import bytes_window
from evidence_kit.intake.zip_stream import read_member
from tests.hostile import Part, make_zip

ARABIC = ["صورة سلمى.jpg", "تهديد.txt", "محادثة سامي.txt", "العرائش/وثيقة.pdf"]
FRENCH = ["été à Larache.jpg", "Écran.png", "déjà reçu.txt", "Menaces d'août.docx"]


@pytest.mark.parametrize(
    ("page", "names"),
    [("cp720", ARABIC), ("cp1256", ARABIC), ("cp437", FRENCH[:1]), ("cp850", FRENCH), ("cp1252", FRENCH)],
)
def test_names_of_old_windows_are_words(page: str, names: list[str]) -> None:
    raw = [name.encode(page) for name in names]
    content = make_zip([Part(each) for each in raw])
    plan = examine_zip(io.BytesIO(content), len(content))
    assert isinstance(plan, ZipPlan)
    assert [member.name for member in plan.members] == names
    assert [member.name_bytes for member in plan.members] == raw
    assert {member.name_from for member in plan.members} <= {f"assumed-{each}" for each in code_pages.PAGES}


@pytest.mark.parametrize("page", ["cp720", "cp1256", "cp1252"])
def test_one_name_helps_the_other(page: str) -> None:
    names = ARABIC if page != "cp1252" else FRENCH
    raw = [name.encode(page) for name in names]
    assert code_pages.shown_names([b"a.txt", *raw])[0] == ("a.txt", "ascii")
    assert code_pages.best_code_page(raw) == page


def test_utf8_that_nobody_declared_stays_utf8_beside_an_old_name() -> None:
    read = code_pages.shown_names(["صورة.jpg".encode(), "تهديد.txt".encode("cp720")])
    assert read == [("صورة.jpg", "assumed-utf-8"), ("تهديد.txt", "assumed-cp720")]


@given(names=st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_are_more_than_a_name(names: list[bytes]) -> None:
    assert len(code_pages.shown_names(names)) == len(names)


def over_4_gib(path: Path, *, lie: bool = False) -> None:
    """Write a sparse zip like the Archive Utility of macOS: no long records, numbers modulo 2^32, descriptors."""
    big, most = (1 << 32) + 1000, 0xFFFFFFFF
    with path.open("wb") as file:
        entries = []
        for name, content in ((b"a.txt", b"hello"), (b"big.mov", None), (b"z.txt", b"last!")):
            entries.append((name, file.tell(), big if content is None else len(content), zlib.crc32(content or b"")))
            local = b"y.txt" if lie and name == b"z.txt" else name
            file.write(struct.pack("<4s5H3I2H", b"PK\3\4", 20, 8, 0, 0x6000, 0x5AA3, 0, 0, 0, len(name), 0) + local)
            if content is None:
                file.seek(big, os.SEEK_CUR)
            else:
                file.write(content)
            size = entries[-1][2] & most
            file.write(struct.pack("<4s3I", b"PK\7\x08", entries[-1][3], size, size))
        at, length = file.tell(), 0
        for name, offset, size, crc in entries:
            numbers = crc, size & most, size & most, len(name), 0, 0, 0, 0, 0, offset & most
            length += file.write(struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 8, 0, 0x6000, 0x5AA3, *numbers) + name)
        file.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 3, 3, length, at & most, 0))


def test_a_zip_over_4_gib_by_macos_is_read_by_its_real_offsets(tmp_path: Path) -> None:
    path = tmp_path / "mac.zip"
    over_4_gib(path)
    with path.open("rb") as file:
        plan = examine_zip(file, path.stat().st_size)
        assert isinstance(plan, ZipPlan)
        assert plan.notes == ("overflow-32",)
        assert plan.before_bytes == 0
        assert [(member.name, member.size_bytes, member.verdict) for member in plan.members] == [
            ("a.txt", 5, ZipVerdict.READABLE), ("big.mov", (1 << 32) + 1000, ZipVerdict.READABLE),
            ("z.txt", 5, ZipVerdict.READABLE),
        ]  # fmt: skip
        assert b"".join(read_member(file, plan.members[2], 5)) == b"last!"
    if which("7z") is not None:
        listed = subprocess.run(["7z", "l", str(path)], capture_output=True, text=True, check=False).stdout
        assert "a.txt" in listed
        assert "z.txt" in listed


def test_where_the_headers_do_not_say_so_nothing_is_unwrapped(tmp_path: Path) -> None:
    path = tmp_path / "mac.zip"
    over_4_gib(path, lie=True)
    with path.open("rb") as file:
        plan = examine_zip(file, path.stat().st_size)
        assert isinstance(plan, ZipPlan)
        assert "overflow-32" not in plan.notes
        assert "data-before" in plan.notes


def holes(form: str) -> bytes:
    """Return a tar with one sparse file of 5 MiB that ends in `tail`, in one of three forms."""
    size, tail = 5 << 20, b"tail"
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as writer:
        about = tarfile.TarInfo("GNUSparseFile.1/hollow.bin" if form == "1.0" else "hollow.bin")
        offset = size - len(tail)
        if form == "1.0":
            listed = f"2\n{offset}\n{len(tail)}\n{size}\n0\n".encode()
            data = listed.ljust(512, b"\0") + tail
            about.pax_headers = {
                "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "hollow.bin",
                "GNU.sparse.realsize": str(size),
            }  # fmt: skip
        else:
            data = tail
            about.pax_headers = {"GNU.sparse.map": f"{offset},{len(tail)}", "GNU.sparse.size": str(size)}
        about.size = len(data)
        writer.addfile(about, io.BytesIO(data))
        after = tarfile.TarInfo("after.txt")
        after.size = 5
        writer.addfile(after, io.BytesIO(b"after"))
    return made.getvalue()


@pytest.mark.parametrize("form", ["0.1", "1.0"])
def test_a_file_with_holes_comes_out_whole_under_its_own_name(form: str) -> None:
    found = container_contents(kind_named("tar"), "x.tar", bytes_window(holes(form)))
    assert found is not None
    first, second = list(found.entries())
    assert (first.name, first.size_bytes, first.refusal) == ("hollow.bin", 5 << 20, None)
    content = b"".join(first.content())
    assert content == bytes((5 << 20) - 4) + b"tail"
    assert (second.name, b"".join(second.content())) == ("after.txt", b"after")


@pytest.mark.skipif(which("tar") is None, reason="tar is not installed")
@pytest.mark.parametrize("form", ["gnu", "posix"])
def test_what_gnu_tar_packs_with_holes_is_read(form: str, tmp_path: Path) -> None:
    with (tmp_path / "hollow.bin").open("wb") as file:
        for number in range(30):
            file.seek(number * 300_000)
            file.write(b"part %d" % number)
        file.truncate(10_000_000)
    (tmp_path / "note.txt").write_text("note")
    command = [
        "tar",
        "-C",
        str(tmp_path),
        "-cSf",
        str(tmp_path / "x.tar"),
        f"--format={form}",
        "hollow.bin",
        "note.txt",
    ]
    subprocess.run(command, check=True, capture_output=True)
    data = (tmp_path / "x.tar").read_bytes()
    assert len(data) < 5_000_000, "this file system keeps no holes"
    found = container_contents(kind_named("tar"), "x.tar", bytes_window(data))
    assert found is not None
    listed = {entry.name: b"".join(entry.content()) for entry in found.entries()}
    assert listed == {"hollow.bin": (tmp_path / "hollow.bin").read_bytes(), "note.txt": b"note"}
    assert found.notes == []


def test_a_hole_as_large_as_anybody_claims_is_not_read() -> None:
    sparse = tar_sparse.pax_sparse_map(
        {b"GNU.sparse.map": b"0,4", b"GNU.sparse.size": b"1000000000000"}, 512, 4, lambda *_: b""
    )
    assert sparse is not None
    assert sparse.too_hollow


@settings(max_examples=150, deadline=None)
@given(
    form=st.sampled_from(["0.1", "1.0"]),
    places=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=6),
)
def test_no_damage_to_a_map_is_more_than_a_refusal(form: str, places: list[tuple[int, int]]) -> None:
    data = bytearray(holes(form))
    for at, value in places:
        data[at] = value
    for member in TarWalk(bytes_window(bytes(data))).members():
        if member.sparse is not None and not member.sparse.too_hollow:
            read = sum(map(len, tar_sparse.sparse_pieces(member.sparse, lambda at, size: bytes(data[at : at + size]))))
            assert read <= member.size_bytes


@pytest.mark.parametrize("padding", [0, 4, 4096, 1 << 21])
def test_xz_streams_with_zeros_between_are_one_content(padding: int) -> None:
    data = lzma.compress(b"first ") + bytes(padding) + lzma.compress(b"second") + bytes(padding)
    stream, found = CompressedStream("xz", bytes_window(data)), b""
    while piece := stream.next_piece():
        found += piece
    assert found == b"first second"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"070707177700000001100644", "cpio"), (b"070701", "cpio"), (b"ANDROID BACKUP\n5\n1\nnone\n", "adb-backup"),
        (b"!<arch>\n", "ar"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"MSCF\0\0\0\0", "cab"), (b"LZIP\x01", "lzip"),
    ],
)  # fmt: skip
def test_containers_that_are_not_opened_are_told(head: bytes, kind: str) -> None:
    data = head + bytes(200)
    found = container_contents(sniff(data, len(data)), "x", bytes_window(data))
    assert sniff(data, len(data)).name == kind
    assert found is not None
    assert found.unreadable == "form-not-opened"


def test_a_part_of_what_was_split_is_told() -> None:
    whole = make_zip([Part(b"a.txt", os.urandom(3000))])
    last = whole[2000:]
    assert isinstance(examine_zip(io.BytesIO(last), len(last)), UnreadableZip)
    for data, name in ((last, "x.zip"), (os.urandom(500), "x.zip.002"), (os.urandom(500), "x.z01")):
        found = container_contents(kind_named("unknown"), name, bytes_window(data))
        assert found is not None, name
        assert found.unreadable == "zip-part"
    assert container_contents(kind_named("unknown"), "x.bin", bytes_window(os.urandom(500))) is None
