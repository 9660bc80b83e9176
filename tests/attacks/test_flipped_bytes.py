"""One byte changed, anywhere: found, and the file is named."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from evidence_kit.custody.verdict import Verdict
from evidence_kit.sealing import archive as archive_of
from evidence_kit.sealing.check import check_archive as checked
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from tests.attacks.conftest import DIGITS, Check, Material
from tests.attacks.generator import many_flips

# Local header, salt and check bytes; and at the end: code, directory, end record.
EDGE_BYTES = 300
MASKS = (0x01, 0x80)


def test_the_untouched_material_is_consistent(material: Material, check: Check) -> None:
    assert not verify_case(material.case, material.key).findings
    report = check(material.sealed.archive.read_bytes())
    assert (report.verdict, report.findings) == (Verdict.CONSISTENT, [])


# Four tests and not one: every fourth byte says whether a file is covered, and each byte costs a check of the case.
@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.deep) for part in range(1, 4))])
def test_every_byte_of_every_file_of_a_case_matters(part: int, material: Material, case: Path) -> None:
    for path in sorted(case.rglob("*")):
        if not path.is_file() or path.name in {"README.txt", "lock"}:
            continue
        data = path.read_bytes()
        name = path.relative_to(case).as_posix()
        for at in range(part, len(data), 4):
            changed = bytearray(data)
            changed[at] ^= random.Random(at).choice(MASKS)
            path.write_bytes(bytes(changed))
            report = verify_case(case)
            assert report.verdict is Verdict.BROKEN, (name, at)
            assert name in {finding.file for finding in report.findings}, (name, at)
        path.write_bytes(data)


def _flip(data: bytes, at: int, check: Check) -> None:
    changed = bytearray(data)
    changed[at] ^= random.Random(at).choice(MASKS)
    report = check(bytes(changed))
    salt = 30 + 12 + 11
    allowed = {Verdict.BROKEN} | ({Verdict.NOT_CHECKED} if salt <= at < salt + 18 else set())
    assert report.verdict in allowed, at
    assert report.findings[0].file is not None


def test_every_byte_at_the_edges_of_an_archive_matters(material: Material, check: Check) -> None:
    data = material.sealed.archive.read_bytes()
    for at in (*range(EDGE_BYTES), *range(len(data) - EDGE_BYTES, len(data))):
        _flip(data, at, check)


def test_random_bytes_of_an_archive_matter(material: Material, check: Check) -> None:
    data = material.sealed.archive.read_bytes()
    for at in random.Random(7).sample(range(len(data)), 400):
        _flip(data, at, check)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(16))
def test_every_byte_of_an_archive_matters(part: int, material: Material, check: Check) -> None:
    data = material.sealed.archive.read_bytes()
    for at in range(part, len(data), 16):
        _flip(data, at, check)


@pytest.fixture(scope="module")
def large() -> bytes:
    """An archive of 2 MB; that it is no whole seal makes nothing easier to find."""
    target = io.BytesIO()
    content = random.Random(5).randbytes(2_000_000)
    archive_of.write_archive(target, [archive_of.small_part("LRC-2026-0001/data/E000001.bin", content)], DIGITS)
    return target.getvalue()


def _form(data: bytes) -> set[str]:
    found = checked(io.BytesIO(data), len(data), "large.zip", DIGITS).findings
    return {each.code for each in found if each.code.startswith("archive-")}


def test_random_bits_of_a_large_archive_matter(large: bytes) -> None:
    assert _form(large) == set()
    for at, mask in many_flips(len(large), 150):
        changed = bytearray(large)
        changed[at] ^= mask
        assert _form(bytes(changed)), (at, mask)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(8))
def test_thousands_of_random_bits_of_a_large_archive_matter(part: int, large: bytes) -> None:
    for at, mask in many_flips(len(large), 4000)[part::8]:
        changed = bytearray(large)
        changed[at] ^= mask
        assert _form(bytes(changed)), (at, mask)


@pytest.mark.parametrize("ending", ["statement.txt", "statement.txt.sig"])
def test_every_byte_of_the_statement_matters(ending: str, material: Material, archive: Path) -> None:
    path = archive.with_name(f"{material.case.name}.{ending}")
    data = path.read_bytes()
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= random.Random(at).choice(MASKS)
        path.write_bytes(bytes(changed))
        report = verify_archive(archive, DIGITS)
        assert report.verdict is Verdict.BROKEN, at
        assert {finding.file for finding in report.findings} == {f"{material.case.name}.statement.txt"}
