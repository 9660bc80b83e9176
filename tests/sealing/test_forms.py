import io

import pytest

from evidence_kit.custody.established import Custody
from evidence_kit.hashing import paper
from evidence_kit.hashing.exact import sha256
from evidence_kit.sealing import archive, bag, plan, zipform
from evidence_kit.sealing.archive import ArchivePart, CutError, small_part
from evidence_kit.sealing.plan import Scope
from evidence_kit.sealing.statement import Statement
from evidence_kit.sealing.zipform import ArchiveMember, FormError

DIGITS = "0" * 28
GIB = 1 << 30


@pytest.mark.parametrize("size", [0, 1, 2**32 - 30, 2**32 - 1, 2**32, 50 * GIB])
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_header_says_its_member_whatever_its_size(size: int, encrypted: bool) -> None:
    member = ArchiveMember("evidence.zip", size, 0, encrypted=encrypted)
    assert zipform.member_of(zipform.local_header(member)) == member


def test_a_directory_beyond_32_bits_has_the_long_records() -> None:
    members = [ArchiveMember(f"data/E{number:06d}.bin", 3 * GIB, 0) for number in range(3)]
    directory = zipform.directory_bytes(members)
    assert b"PK\x06\x06" in directory
    assert zipform.archive_size_bytes(members) > 9 * GIB
    many = [ArchiveMember("x", 0, 0)] * 70_000
    assert b"PK\x06\x07" in zipform.directory_bytes(many)


@pytest.mark.parametrize("size", [10, 1 << 20, (3 << 20) + 5])
def test_what_is_written_is_read_back(size: int) -> None:
    target, content = io.BytesIO(), bytes(range(256)) * (size // 256 + 1)
    archive.write_archive(target, [small_part("a/b", content[:size])], DIGITS)
    data = target.getvalue()
    with archive.open_archive(io.BytesIO(data), len(data), DIGITS) as stream:
        inner = stream.exactly(stream.outer.size_bytes)
        assert stream.authentic()
        assert stream.trailer_intact()
    assert content[:size] in inner


@pytest.mark.parametrize("announced", [ArchiveMember("x", 4, 0), ArchiveMember("x", 3, 1)])
def test_a_part_that_is_not_what_it_announced_stops_the_writing(announced: ArchiveMember) -> None:
    with pytest.raises(FormError):
        archive.write_archive(io.BytesIO(), [ArchivePart(announced, small_part("x", b"abc").feed)], DIGITS)


class Full(io.BytesIO):
    def write(self, data: object, /) -> int:
        if self.tell() > 100_000:
            raise OSError(28, "full")
        return super().write(data)  # type: ignore[arg-type]


def test_a_full_disk_is_noticed_although_another_thread_writes() -> None:
    with pytest.raises(OSError, match="full"):
        archive.write_archive(Full(), [small_part("x", bytes(5 << 20))], DIGITS)


def test_a_file_cut_while_it_is_read_is_cut() -> None:
    target = io.BytesIO()
    archive.write_archive(target, [small_part("x", bytes(3 << 20))], DIGITS)
    data = target.getvalue()
    for end in (60, 200, 2 << 20, len(data) - 100):
        with pytest.raises(CutError), archive.open_archive(io.BytesIO(data[:end]), len(data), DIGITS) as stream:
            stream.authentic()


def test_another_member_is_not_ours() -> None:
    header = zipform.local_header(ArchiveMember("other.zip", 5, 0, encrypted=True))
    with pytest.raises(FormError):
        archive.outer_member(io.BytesIO(header), 10_000)


@pytest.mark.parametrize("text", [b"x\n", b"0" * 64 + b" x\n", b"1" * 64 + b"  b\n" + b"0" * 64 + b"  a\n"])
def test_a_manifest_in_another_form_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"manifest|digest"):
        bag.parse_manifest(text)


def test_a_manifest_is_read_back() -> None:
    digests = {"data/a": sha256(b"a"), "data/b": sha256(b"b")}
    assert bag.parse_manifest(bag.manifest_text(digests.items())) == digests


def test_a_statement_in_another_form_is_refused() -> None:
    statement = Statement("LRC-2026-0001", 5, sha256(b"a"), sha256(b"b"), 100)
    assert Statement.parse(statement.text) == statement
    for other in (
        statement.text + b"x\n",
        statement.text.replace(b"/1", b"/2"),
        statement.text.replace(b"\n5\n", b"\n05\n"),
        b"",
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            Statement.parse(other)


def test_what_concerns_the_house_or_other_items_stays_closed() -> None:
    scope = Scope("lawyer", ("E000001", "E000002"), everything=False)
    assert not plan.discloses(scope, "item.viewed", {"item": "E000001"})
    assert not plan.discloses(scope, "threat.recorded", {"items": ["E000001"]})
    assert plan.discloses(scope, "note", {"readers": ["lawyer"]})
    assert not plan.discloses(scope, "note", {"readers": ["police"]})
    assert plan.discloses(scope, "match.found", {"pairs": [{"item": "E000001", "other": "E000002"}]})
    assert not plan.discloses(scope, "match.found", {"pairs": [{"item": "E000001", "other": "E000003"}]})
    assert plan.discloses(scope, "item.kept", {"item": "E000001", "container": "E000009"})
    assert not plan.discloses(scope, "item.kept", {"item": "E000009", "container": "E000001"})
    assert not plan.discloses(scope, "item.refused", {"container": "E000009"})
    assert plan.discloses(scope, "case.opened", {})


def test_ranges_are_numbers_and_back() -> None:
    assert plan.inclusive_ranges([1, 2, 3, 7, 9, 10]) == [[1, 3], [7, 7], [9, 10]]
    assert plan.numbers_in([[1, 3], [7, 7]], 10) == {1, 2, 3, 7}
    for wrong in ([[2, 1]], [[0, 1]], [[1, 11]], [["1", "2"]], [[1, 2, 3]], [[1, 3], [3, 4]]):
        with pytest.raises((ValueError, TypeError)):
            plan.numbers_in(wrong, 10)


def test_a_code_with_spare_bits_set_is_typed_wrongly() -> None:
    import base64
    import hashlib

    code = paper.to_paper(bytes(32)).replace("-", "")[:51] + "B"
    check = base64.b32encode(hashlib.sha256(code.encode()).digest()[:5]).decode()[:4]
    with pytest.raises(paper.TypedWronglyError):
        paper.from_paper(code + check, 32)
    hostile = "9" * 52
    check = base64.b32encode(hashlib.sha256(hostile.encode()).digest()[:5]).decode()[:4]
    with pytest.raises(paper.TypedWronglyError):
        paper.from_paper(hostile + check, 32)


def test_an_empty_custody_has_no_end() -> None:
    assert (Custody().signed_lines, Custody().end_bytes, Custody().head.hex) == (0, 0, "0" * 64)
