"""Inner archives that somebody with the passphrase packed in another way than our writer does."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest

from evidence_kit.custody.verdict import Verdict
from evidence_kit.sealing import zipform
from evidence_kit.sealing.zipform import ArchiveMember
from tests.attacks.conftest import Check, Material
from tests.attacks.rebuild import Members, pack_inner, unpack

CASE = "LRC-2026-0001"


def plain(members: Members) -> list[tuple[ArchiveMember, bytes]]:
    return [(ArchiveMember(f"{CASE}/{name}", len(data), zlib.crc32(data)), data) for name, data in members.items()]


def zipped(parts: list[tuple[ArchiveMember, bytes]]) -> bytes:
    bodies = b"".join(zipform.local_header(member) + data for member, data in parts)
    return bodies + zipform.directory_bytes(member for member, _ in parts)


def _encrypted(parts: list[tuple[ArchiveMember, bytes]]) -> bytes:
    first, data = parts[0]
    parts[0] = (ArchiveMember(first.name, len(data) - zipform.AES_OVERHEAD_BYTES, 0, encrypted=True), data)
    return zipped(parts)


def _gap(parts: list[tuple[ArchiveMember, bytes]]) -> bytes:
    return zipform.local_header(parts[0][0]) + parts[0][1] + b"gap" + zipped(parts[1:])


def _other_directory(parts: list[tuple[ArchiveMember, bytes]]) -> bytes:
    return zipped(parts).replace(b"PK\x01\x02\x14\x03", b"PK\x01\x02\x14\x00", 1)


def _too_long(parts: list[tuple[ArchiveMember, bytes]]) -> bytes:
    member, data = parts[-1]
    parts[-1] = (ArchiveMember(member.name, len(data) + 10**9, member.crc32), data)
    return zipped(parts)


def _wrong_crc(parts: list[tuple[ArchiveMember, bytes]]) -> bytes:
    member, data = parts[0]
    parts[0] = (ArchiveMember(member.name, len(data), member.crc32 ^ 1), data)
    return zipped(parts)


def _descriptor(parts: list[tuple[ArchiveMember, bytes]]) -> bytes:
    whole = bytearray(zipped(parts))
    whole[6] |= 8
    return bytes(whole)


def _compressed(parts: list[tuple[ArchiveMember, bytes]]) -> bytes:
    whole = bytearray(zipped(parts))
    whole[8] = 8
    return bytes(whole)


def _behind(parts: list[tuple[ArchiveMember, bytes]]) -> bytes:
    return zipped(parts) + b"behind"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_encrypted, "archive-inner-form"),
        (_gap, "archive-inner-form"),
        (_descriptor, "archive-inner-form"),
        (_compressed, "archive-inner-form"),
        (_too_long, "archive-inner-form"),
        (_other_directory, "archive-directory-changed"),
        (_behind, "archive-directory-changed"),
        (_wrong_crc, "archive-crc-differs"),
    ],
)
def test_another_form_inside_is_found(
    change: Callable[[list[tuple[ArchiveMember, bytes]]], bytes], code: str, material: Material, check: Check
) -> None:
    parts = plain(unpack(material.sealed.archive.read_bytes()))
    assert check(pack_inner(zipped(list(parts)))).findings == []
    report = check(pack_inner(change(parts)))
    assert report.verdict is Verdict.BROKEN
    assert code in {finding.code for finding in report.findings}


@pytest.mark.parametrize("inner", [b"", b"x" * 100, b"PK\x05\x06" + bytes(18)])
def test_an_inner_archive_that_is_none_is_broken(inner: bytes, check: Check) -> None:
    assert check(pack_inner(inner)).verdict is Verdict.BROKEN
