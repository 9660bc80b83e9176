"""What is inside a zip is found, checked and read; whatever is wrong with it has its own outcome."""

import io
import random
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.intake import containers
from evidence_kit.intake.containers import UnreadableZip, ZipMember, ZipPlan, ZipVerdict, examine_all_zips, examine_zip
from evidence_kit.intake.zip_stream import PIECE_BYTES, MemberError, read_member
from tests.hostile import (
    BZIP2,
    DEFLATED,
    LZMA,
    NAMES,
    UTF8,
    BadZip,
    Part,
    bad_zips,
    encrypted_zip,
    extended_time,
    make_bad_inputs,
    make_zip,
    unicode_path,
)

SAMPLES = Path(__file__).parents[2] / "samples"
BAD_ZIPS = bad_zips()
ENOUGH = 64 << 20


def plan_of(content: bytes) -> ZipPlan:
    plan = examine_zip(io.BytesIO(content), len(content))
    assert isinstance(plan, ZipPlan)
    return plan


def members_of(*parts: Part) -> tuple[ZipMember, ...]:
    return plan_of(make_zip(parts)).members


def outcome(source: io.BytesIO, member: ZipMember) -> str:
    if member.verdict is not ZipVerdict.READABLE:
        return str(member.verdict.value)
    try:
        pieces = list(read_member(source, member, ENOUGH))
    except MemberError as error:
        return error.reason
    assert sum(map(len, pieces)) == member.size_bytes
    return "whole"


@pytest.mark.parametrize("bad", BAD_ZIPS.values(), ids=BAD_ZIPS)
def test_a_bad_zip_has_the_outcome_that_it_must_have(bad: BadZip) -> None:
    plan = plan_of(bad.content)
    source = io.BytesIO(bad.content)
    assert tuple(outcome(source, member) for member in plan.members) == bad.members
    assert plan.notes == bad.notes


def test_two_equal_names_are_two_contents() -> None:
    content = BAD_ZIPS["equal-names"].content
    members = plan_of(content).members
    read = [b"".join(read_member(io.BytesIO(content), member, ENOUGH)) for member in members]
    assert read == [b"content of 0", b"content of 1"]
    assert [member.dangers for member in members] == [("duplicate",), ("duplicate",)]


def test_a_zip_before_another_is_read_too() -> None:
    content = BAD_ZIPS["concatenated"].content
    plans = list(examine_all_zips(io.BytesIO(content), len(content)))
    names = [member.name for plan in plans if isinstance(plan, ZipPlan) for member in plan.members]
    assert names == ["second.txt", "first.txt"]


def test_a_thousand_zips_in_a_row_are_looked_at_up_to_a_limit() -> None:
    content = make_zip([Part()]) * 1000
    plans = list(examine_all_zips(io.BytesIO(content), len(content)))
    assert len(plans) == containers.PARTS_LIMIT
    assert all(isinstance(plan, ZipPlan) and plan.members for plan in plans)


def test_foreign_bytes_are_counted() -> None:
    plan = plan_of(make_zip([Part()], before=b"#!/bin/sh\n", after=b"more"))
    assert (plan.before_bytes, plan.after_bytes) == (10, 4)
    assert plan_of(make_zip([Part()], comment=b"word")).comment == b"word"
    assert plan_of(make_zip([], before=b"abc")).before_bytes == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "not-a-zip"), (b"no zip", "not-a-zip"), (b"PK", "no-directory"), (b"PK\x03\x04", "no-directory")],
)
def test_what_is_no_zip_says_so(content: bytes, reason: str) -> None:
    assert examine_zip(io.BytesIO(content), len(content)) == UnreadableZip(reason)
    assert list(examine_all_zips(io.BytesIO(content), len(content))) == [UnreadableZip(reason)]


def test_an_empty_zip_is_a_zip() -> None:
    assert plan_of(make_zip([])) == ZipPlan((), (), 0, 0, 0, b"")


def test_names_say_what_is_dangerous_about_them() -> None:
    found = {part.name_bytes: part.dangers for part in members_of(*map(Part, NAMES))}
    assert found == {
        b"../../etc/passwd": ("dot-dot",),
        b"/etc/passwd": ("absolute",),
        b"..\\..\\windows\\x.dll": ("dot-dot", "backslash"),
        b"\\\\server\\share\\a.txt": ("backslash", "unc"),
        b"//server/share/a.txt": ("unc",),
        b"C:\\x.txt": ("absolute", "backslash", "colon"),
        b"a\x00b.txt": ("nul",),
        b"stream.txt:hidden": ("colon",),
        b"CON": ("reserved",),
        b"folder/nul.txt": ("reserved",),
        b"trailing.": ("trailing-dot",),
        b"trailing /x": ("trailing-dot",),
        b"line\nbreak.txt": ("control",),
        "photo_\u202egpj.exe".encode(): ("direction",),
        b"\xc7\xe1.txt": (),
        b"": ("empty",),
        b"n" * 300: ("long",),
    }


def test_names_that_a_disk_would_fold_into_one_are_marked() -> None:
    upper, lower, apart = plan_of(BAD_ZIPS["case-and-normal-form"].content).members
    assert upper.dangers == lower.dangers == apart.dangers == ("duplicate-after-folding",)
    assert {upper.name, lower.name, apart.name} == {"É.txt", "é.txt", "e\u0301.txt"}


@pytest.mark.parametrize(
    ("part", "name", "name_from"),
    [
        (Part(b"a.txt"), "a.txt", "ascii"),
        (Part("صورة.jpg".encode(), flags=UTF8), "صورة.jpg", "utf-8"),
        (Part(b"\xff.jpg", flags=UTF8), "\udcff.jpg", "utf-8-broken"),
        (Part("صورة.jpg".encode()), "صورة.jpg", "assumed-utf-8"),
        (Part(b"caf\x82.jpg"), "café.jpg", "assumed-cp437"),
        (Part(b"x", extra=unicode_path(b"x", "صورة".encode())), "صورة", "unicode-path"),
        (Part(b"x", extra=unicode_path(b"y", "صورة".encode())), "x", "ascii"),
        (Part(b"x", extra=unicode_path(b"x", b"\xff")), "x", "ascii"),
        (Part(b"x", extra=b"\x75\x70\xff\xff\x01"), "x", "ascii"),
    ],
)
def test_a_name_is_decoded_and_the_assumption_recorded(part: Part, name: str, name_from: str) -> None:
    (member,) = members_of(part)
    assert (member.name, member.name_from, member.name_bytes) == (name, name_from, part.name)


def test_times_are_kept_as_they_stand() -> None:
    stamped, before_1970, bare = members_of(
        Part(extra=extended_time(1746306124)), Part(extra=extended_time(-1)), Part(b"b")
    )
    assert (stamped.time_local, stamped.time_utc) == ("2025-05-03T12:00:00", "2025-05-03T21:02:04Z")
    assert before_1970.time_utc == "1969-12-31T23:59:59Z"
    assert bare.time_utc is None
    content = bytearray(make_zip([Part()]))
    at = content.index(b"PK\x01\x02") + 12
    content[at : at + 4] = bytes(4)
    assert plan_of(bytes(content)).members[0].time_local is None
    content[at : at + 4] = b"\xff\xff\xff\xff"
    assert plan_of(bytes(content)).members[0].time_local == "2107-15-31T31:63:62"


def test_a_folder_is_told_from_a_file_that_is_called_like_one() -> None:
    folder, disguised = members_of(Part(b"a/", b""), Part(b"b/"))
    assert (folder.is_folder, disguised.is_folder) == (True, False)


def test_a_stream_comes_in_pieces_and_in_turns() -> None:
    noise = random.Random(1).randbytes(3 * PIECE_BYTES // 2)
    text = b"line of text\n" * 400_000
    parts = [Part(b"n", noise), Part(b"d", noise, DEFLATED), Part(b"b", text[: 2 << 20], BZIP2, flags=0)]
    parts += [Part(b"l", noise, LZMA, flags=2), Part(b"r", noise + text, DEFLATED)]
    content = make_zip(parts)
    source = io.BytesIO(content)
    members = plan_of(content).members
    readable = [(m, p) for m, p in zip(members, parts, strict=True) if m.verdict is ZipVerdict.READABLE]
    assert len(readable) >= 4
    streams = [(read_member(source, member, ENOUGH), part.content, bytearray()) for member, part in readable]
    for _ in range(40):
        for stream, _, got in streams:
            piece = next(stream, b"")
            assert len(piece) <= PIECE_BYTES
            got.extend(piece)
    assert all(got == wanted for _, wanted, got in streams)


def test_reading_ends_at_the_limit() -> None:
    content = make_zip([Part(content=b"a" * 100)])
    with pytest.raises(MemberError, match="over-limit") as caught:
        list(read_member(io.BytesIO(content), plan_of(content).members[0], 99))
    assert caught.value.read_bytes == 0


def test_a_refused_member_is_never_read() -> None:
    content = encrypted_zip()
    with pytest.raises(MemberError, match="refused"):
        next(read_member(io.BytesIO(content), plan_of(content).members[0], ENOUGH))


def test_a_file_that_became_shorter_is_truncated() -> None:
    content = make_zip([Part(content=b"a" * 100)])
    with pytest.raises(MemberError, match="truncated"):
        list(read_member(io.BytesIO(content[:60]), plan_of(content).members[0], ENOUGH))


def test_more_than_65535_members_are_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(65_600):
            archive.writestr(zipfile.ZipInfo(f"{number}.txt"), b"")
    plan = plan_of(target.getvalue())
    assert len(plan.members) == plan.entries_declared == 65_600
    assert plan.notes == ("zip64",)
    assert all(member.verdict is ZipVerdict.READABLE for member in plan.members)


def test_entries_beyond_the_limit_are_said_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "ENTRY_LIMIT", 2)
    content = make_zip([Part(b"%d" % number) for number in range(4)])
    plan = plan_of(content)
    assert (len(plan.members), plan.notes, plan.entries_declared) == (2, ("too-many",), 4)
    cut = plan_of(content[: content.index(b"PK\x01\x02")])
    assert (len(cut.members), cut.notes) == (2, ("no-directory", "too-many", "data-after"))


def test_what_zipfile_writes_is_read_alike() -> None:
    for path in SAMPLES.rglob("*.zip"):
        content = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            expected = [(info.filename, archive.read(info)) for info in archive.infolist()]
        source = io.BytesIO(content)
        members = plan_of(content).members
        assert [(m.name, b"".join(read_member(source, m, ENOUGH))) for m in members] == expected


def test_a_zip_cut_anywhere_gives_what_is_whole() -> None:
    for name in ("bzip2", "streamed", "zip64"):
        content = BAD_ZIPS[name].content
        for end in range(len(content)):
            source = io.BytesIO(content[:end])
            plan = examine_zip(source, end)
            if isinstance(plan, ZipPlan):
                assert "no-directory" in plan.notes
                for member in plan.members:
                    assert outcome(source, member) in {
                        "whole",
                        "size-over-file",
                        "size-lies",
                        "wrong-crc",
                        "truncated",
                    }


VALID = make_zip(
    [
        Part(b"a.txt", b"some text " * 30, DEFLATED),
        Part(b"b.txt", b"other text", streamed=True),
        Part(b"c/", b"", extra=extended_time(5)),
        Part(b"d", b"xyz" * 20, BZIP2),
        Part(b"e", b"xyz" * 20, LZMA, flags=2),
    ],
    comment=b"word",
)
CHANGES = st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), max_size=6)


@given(changes=CHANGES, end=st.integers(0, len(VALID)), long=st.booleans())
def test_no_change_of_any_byte_makes_reading_fail(changes: list[tuple[int, int]], end: int, long: bool) -> None:
    content = bytearray(VALID + make_zip([Part()], zip64=True) if long else VALID)
    for at, value in changes:
        content[at] = value
    cut = bytes(content[: end or None])
    source = io.BytesIO(cut)
    for plan in examine_all_zips(source, len(cut)):
        for member in plan.members if isinstance(plan, ZipPlan) else ():
            assert outcome(source, member)


@given(junk=st.binary(max_size=300), offset=st.integers(0, 2**32 - 1), size=st.integers(0, 2**32 - 1))
def test_any_end_record_is_survived(junk: bytes, offset: int, size: int) -> None:
    content = junk + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, size, offset, 0)
    assert examine_zip(io.BytesIO(content), len(content)) is not None


def test_bad_inputs_lie_on_the_disk_as_told(tmp_path: Path) -> None:
    inputs = make_bad_inputs(tmp_path)
    assert {bad.expected for bad in inputs} <= {"kept", "refused"}
    assert len({bad.path for bad in inputs}) == len(inputs) >= len(BAD_ZIPS) + 10
    for bad in inputs:
        if bad.expected == "kept":
            assert bad.path.is_file()
