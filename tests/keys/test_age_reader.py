"""What `age_writer` wrote is read as rage reads it, and nothing else is."""

import io
import random
import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest

from evidence_kit.keys import age, age_reader
from evidence_kit.keys.age import CaseIdentity, DamagedError
from evidence_kit.keys.age_reader import OtherFormError

CASE, OTHER = CaseIdentity.generate(), CaseIdentity.generate()
CHUNK = 65_536
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 16 * CHUNK - 1, 16 * CHUNK, 16 * CHUNK + 1, 32 * CHUNK, 2_500_000)


def written(data: bytes, reader: str = CASE.recipient) -> bytes:
    sink = io.BytesIO()
    age.encrypt_stream(io.BytesIO(data), sink, reader)
    return sink.getvalue()


def opened(data: bytes, identity: CaseIdentity = CASE) -> bytes:
    sink = io.BytesIO()
    age.open_stream(io.BytesIO(data), sink, identity)
    return sink.getvalue()


def by_rage(data: bytes) -> bytes:
    sink = io.BytesIO()
    age.decrypt_stream(io.BytesIO(data), sink, CASE.opener)
    return sink.getvalue()


class Trickle(io.BytesIO):
    """A file that gives less than it is asked for, as a pipe does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 40_001))


@pytest.mark.parametrize("size", SIZES)
def test_every_length_around_a_pieces_border_is_read_as_rage_reads_it(size: int) -> None:
    data = random.Random(size).randbytes(size)
    whole = written(data)
    assert b"".join(age_reader.plaintext_pieces(io.BytesIO(whole), CASE.secrets)) == data == by_rage(whole)
    assert b"".join(age_reader.plaintext_pieces(Trickle(whole), CASE.secrets)) == data


def test_a_key_of_before_the_recipient_was_changed_still_opens() -> None:
    later = OTHER.after(CASE)
    assert later.secrets[0] == OTHER.secrets[0]
    assert opened(written(b"old"), later) == b"old"
    assert opened(written(b"new", later.recipient), later) == b"new"


@pytest.mark.parametrize("size", [0, 100, CHUNK, 3 * CHUNK + 5, 17 * CHUNK])
def test_what_is_cut_anywhere_or_has_bytes_behind_it_is_damaged_for_both(size: int) -> None:
    whole = written(bytes(size))
    sealed = CHUNK + 16
    ends = {len(whole) - 1, len(whole) - 16, len(whole) - 17, age_reader.HEADER_BYTES, age_reader.HEADER_BYTES + 15}
    ends |= {age_reader.HEADER_BYTES + 16 + n * sealed for n in range(size // CHUNK + 1)}
    for end in sorted(each for each in ends if each < len(whole)):
        for read in (opened, by_rage):
            with pytest.raises(DamagedError):
                read(whole[:end])
    for read in (opened, by_rage):
        with pytest.raises(DamagedError):
            read(whole + b"x")


def test_every_byte_of_a_small_file_matters() -> None:
    whole = written(b"evidence")
    for at in range(len(whole)):
        for mask in (0x01, 0x20, 0x80):
            changed = bytearray(whole)
            changed[at] ^= mask
            with pytest.raises(DamagedError):
                opened(bytes(changed))


def test_pieces_that_change_places_or_are_left_out_are_damaged() -> None:
    whole = written(random.Random(1).randbytes(4 * CHUNK))
    start, sealed = age_reader.HEADER_BYTES + 16, CHUNK + 16
    pieces = [whole[start + n * sealed : start + (n + 1) * sealed] for n in range(4)]
    for order in ((1, 0, 2, 3), (0, 2, 3), (0, 1, 2), (0, 1, 2, 3, 3)):
        with pytest.raises(DamagedError):
            opened(whole[:start] + b"".join(pieces[n] for n in order))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(DamagedError):
        opened(written(b"evidence"), OTHER)


def test_what_others_wrote_is_left_to_rage() -> None:
    recipients = [pyrage.x25519.Recipient.from_str(each.recipient) for each in (OTHER, CASE)]
    theirs = pyrage.encrypt(b"evidence", recipients)
    with pytest.raises(OtherFormError):
        list(age_reader.plaintext_pieces(io.BytesIO(theirs), CASE.secrets))
    assert opened(theirs) == b"evidence"
    with pytest.raises(DamagedError):
        opened(b"no age file at all")


def test_a_secret_key_that_was_typed_wrongly_is_none() -> None:
    secret = CASE.secrets[0]
    assert age_reader.secret_bytes(secret) == age_reader.secret_bytes(secret.lower())
    for wrong in (secret[:-1], secret[:-1] + ("Q" if secret[-1] != "Q" else "P"), CASE.recipient, ""):
        with pytest.raises(ValueError, match="spelt"):
            age_reader.secret_bytes(wrong)


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_the_age_program_reads_and_writes_the_same(tmp_path: Path) -> None:
    data = random.Random(2).randbytes(16 * CHUNK)
    (tmp_path / "key").write_text(CASE.secrets[0] + "\n")
    (tmp_path / "ours").write_bytes(written(data))
    command = ["age", "-d", "-i", str(tmp_path / "key"), str(tmp_path / "ours")]
    assert subprocess.run(command, check=True, capture_output=True).stdout == data
    (tmp_path / "plain").write_bytes(data)
    command = ["age", "-r", CASE.recipient, str(tmp_path / "plain")]
    assert opened(subprocess.run(command, check=True, capture_output=True).stdout) == data
