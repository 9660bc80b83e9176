"""What our own half of age writes, read by age itself, at every border of its pieces; and recipients that are traps."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from evidence_kit.keys import age_writer
from evidence_kit.keys.age import CaseIdentity
from evidence_kit.keys.age_writer import CHUNK_BYTES, AgeWriter, recipient_bytes
from evidence_kit.keys.errors import KeyUnreadableError

CASE = CaseIdentity.generate()
BLOCK = 16 * CHUNK_BYTES
BORDERS = sorted(
    {0, 1}
    | {CHUNK_BYTES + off for off in (-1, 0, 1)}
    | {2 * CHUNK_BYTES + off for off in (-1, 0, 1)}
    | {BLOCK + off for off in (-1, 0, 1)}
    | {BLOCK + CHUNK_BYTES, 2 * BLOCK, 2 * BLOCK + 1}
)
# Points of small order and their non-canonical spellings: with any of them everybody would know the secret.
# Source: RFC 7748, section 6.1; the list in "May the Fourth Be With You", Genkin, Valenta, Yarom (2017), section 5.
PRIME = 2**255 - 19
LOW_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    PRIME - 1,
    PRIME,
    PRIME + 1,
]


def written(data: bytes, pieces: list[int], reader: str = CASE.recipient) -> bytes:
    """Write data in pieces of these lengths, over and over."""
    writer, out, at, turn = AgeWriter(reader), bytearray(), 0, 0
    while at < len(data):
        length = pieces[turn % len(pieces)]
        for sealed in writer.encrypt_piece(data[at : at + length]):
            out += sealed
        at, turn = at + length, turn + 1
    return bytes(out + writer.encrypt_rest())


def spelled(point: int) -> str:
    """Return the recipient that spells a point, its check sum right. Source: BIP 173."""
    number = int.from_bytes(point.to_bytes(32, "little"), "big") << 4
    values = [number >> shift & 31 for shift in range(255, -1, -5)]
    values = values[-52:]
    checked = age_writer._checksum("age", [*values, *[0] * 6]) ^ 1
    letters = age_writer._BECH32
    return "age1" + "".join(letters[each] for each in [*values, *(checked >> 5 * (5 - at) & 31 for at in range(6))])


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
@pytest.mark.parametrize("size", BORDERS)
def test_the_age_program_reads_what_we_write_at_every_border(size: int, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(CASE._secrets[-1])
    data = random.Random(size).randbytes(size)
    for number, pieces in enumerate(([1 << 20], [CHUNK_BYTES], [CHUNK_BYTES - 1, 1, 2], [size or 1])):
        path = tmp_path / f"{number}.age"
        path.write_bytes(written(data, pieces))
        done = subprocess.run(["age", "-d", "-i", "key", path.name], cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode, done.stdout == data) == (0, True), done.stderr


def test_the_spelling_of_a_recipient_is_the_one_that_is_read() -> None:
    point = int.from_bytes(recipient_bytes(CASE.recipient), "little")
    assert spelled(point) == CASE.recipient


@pytest.mark.parametrize("point", LOW_ORDER)
def test_a_point_of_low_order_is_no_recipient(point: int) -> None:
    with pytest.raises(KeyUnreadableError):
        AgeWriter(spelled(point))


def test_any_other_point_is_a_recipient() -> None:
    assert written(b"x", [1], spelled(9))


@pytest.mark.parametrize("at", range(4, 62, 7))
def test_a_recipient_that_was_typed_wrongly_is_none(at: int) -> None:
    text = CASE.recipient
    wrong = text[:at] + ("q" if text[at] != "q" else "p") + text[at + 1 :]
    with pytest.raises(KeyUnreadableError):
        AgeWriter(wrong)
