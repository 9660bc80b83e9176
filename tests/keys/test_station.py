import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from evidence_kit.keys import recovery
from evidence_kit.keys.errors import KeyUnreadableError, WeakPassphraseError, WrongPassphraseError
from evidence_kit.keys.station import SigningKey, unlock

KEY = SigningKey.from_seed(bytes(range(32)))
LOCKED = KEY.openssh(b"correct horse battery")


def test_the_right_passphrase_opens_the_key() -> None:
    assert unlock(LOCKED, b"correct horse battery").seed == KEY.seed


@pytest.mark.parametrize(
    ("data", "passphrase", "error", "message"),
    [
        (LOCKED, b"wrong horse battery", WrongPassphraseError, "passphrase-wrong"),
        (LOCKED, None, WrongPassphraseError, "passphrase-needed"),
        (KEY.openssh(None), b"something else", WrongPassphraseError, "key-has-none"),
        (b"", b"x", KeyUnreadableError, "key-unreadable"),
        (LOCKED[:150], b"x", KeyUnreadableError, "key-unreadable"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", b"x", KeyUnreadableError, "key-unreadable"),
    ],
)
def test_what_does_not_open_says_why(
    data: bytes, passphrase: bytes | None, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        unlock(data, passphrase)
    assert raised.value.message_id == message  # type: ignore[attr-defined]
    assert raised.value.__cause__ is None


def test_a_key_of_another_kind_is_refused() -> None:
    data = generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    with pytest.raises(KeyUnreadableError) as raised:
        unlock(data, None)
    assert raised.value.message_id == "key-not-ed25519"


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(WeakPassphraseError):
        KEY.openssh("سلام123".encode())


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_ssh_keygen_opens_the_key_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(LOCKED)
    path.chmod(0o600)
    command = ["ssh-keygen", "-y", "-P", "correct horse battery", "-f", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split()[:2] == KEY.public.line.split()


def test_the_sheet_gives_the_recovery_key_back_however_it_is_typed() -> None:
    sheet = recovery.to_paper(KEY)
    assert len(sheet.split("-")) == 14
    assert recovery.from_paper(sheet.lower().replace("-", " ")).seed == KEY.seed


@pytest.mark.parametrize("typed", ["", "AAAA", recovery.to_paper(KEY)[:-1] + "7A", recovery.to_paper(KEY)[5:]])
def test_a_sheet_typed_wrongly_is_called_so(typed: str) -> None:
    with pytest.raises(KeyUnreadableError):
        recovery.from_paper(typed)
