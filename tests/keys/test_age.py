import errno
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from evidence_kit.keys import age
from evidence_kit.keys.age import CaseIdentity, DamagedError
from evidence_kit.keys.errors import KeyUnreadableError, NoReaderError
from evidence_kit.keys.station import SigningKey

KEY = SigningKey.from_seed(bytes(range(32)))
OTHER = SigningKey.from_seed(bytes(range(1, 33)))
CASE = CaseIdentity.generate()


def sealed(data: bytes) -> bytes:
    sink = io.BytesIO()
    age.encrypt_stream(io.BytesIO(data), sink, CASE.recipient)
    return sink.getvalue()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 1_000_000])
def test_a_stream_comes_out_as_it_went_in(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    out = io.BytesIO()
    age.decrypt_stream(io.BytesIO(sealed(data[:size])), out, CASE.opener)
    assert out.getvalue() == data[:size]


def test_a_damaged_or_cut_stream_is_damaged() -> None:
    whole = sealed(b"x" * 100_000)
    for data in (whole[:-1], whole[:200], b"", whole[:-5] + b"\0" + whole[-4:]):
        with pytest.raises(DamagedError):
            age.decrypt_stream(io.BytesIO(data), io.BytesIO(), CASE.opener)


class Full:
    def write(self, data: bytes, /) -> int:
        raise OSError(errno.ENOSPC, "full")

    def flush(self) -> None:
        pass


class FullAfter:
    """Fails at the n-th write and then works again, as a disk does that somebody makes room on."""

    def __init__(self, at: int) -> None:
        self.at = at

    def write(self, data: bytes, /) -> int:
        self.at -= 1
        if self.at == 0:
            raise OSError(errno.ENOSPC, "full")
        return len(data)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize("size", [0, 5, 70_000, 100_000])
def test_no_write_that_failed_is_forgotten(size: int) -> None:
    """A stream that fits into one buffer is written when everything is over: pyrage drops that error."""
    for at in (1, 2, 3):
        sink = FullAfter(at)
        failed = False
        try:
            age.encrypt_stream(io.BytesIO(b"x" * size), sink, CASE.recipient)
        except OSError:
            failed = True
        assert failed == (sink.at <= 0)


class Interrupted:
    def read(self, size: int, /) -> bytes:
        raise KeyboardInterrupt


def test_a_full_disk_keeps_its_number() -> None:
    with pytest.raises(OSError) as raised:  # noqa: PT011
        age.encrypt_stream(io.BytesIO(b"x" * 100_000), Full(), CASE.recipient)
    assert raised.value.errno == errno.ENOSPC
    with pytest.raises(OSError) as raised:  # noqa: PT011
        age.decrypt_stream(io.BytesIO(sealed(b"x" * 100_000)), Full(), CASE.opener)
    assert raised.value.errno == errno.ENOSPC


def test_an_interruption_comes_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        age.encrypt_stream(Interrupted(), io.BytesIO(), CASE.recipient)


def test_the_case_identity_opens_for_its_readers_and_for_nobody_else() -> None:
    wrapped = CASE.wrap(KEY.public.line)
    assert age.unwrap_identity(wrapped, [KEY.opener]).recipient == CASE.recipient
    with pytest.raises(NoReaderError):
        age.unwrap_identity(wrapped, [OTHER.opener])
    with pytest.raises(NoReaderError):
        age.unwrap_identity(age.encrypt_bytes(b"no identity", [KEY.public.line]), [KEY.opener])


@pytest.mark.parametrize("text", ["", "age1x", "ssh-ed25519 AAAA", "hello"])
def test_what_is_no_recipient_is_refused(text: str) -> None:
    with pytest.raises(KeyUnreadableError):
        age.age_recipient(text)


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_the_age_program_opens_what_we_wrap_with_an_ssh_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(KEY.openssh(None))
    (tmp_path / "wrapped.age").write_bytes(CASE.wrap(KEY.public.line))
    (tmp_path / "item.age").write_bytes(sealed(b"evidence"))
    unwrapped = subprocess.run(["age", "-d", "-i", "key", "wrapped.age"], cwd=tmp_path, capture_output=True, check=True)
    (tmp_path / "identity").write_bytes(unwrapped.stdout)
    opened = subprocess.run(["age", "-d", "-i", "identity", "item.age"], cwd=tmp_path, capture_output=True, check=True)
    assert opened.stdout == b"evidence"
