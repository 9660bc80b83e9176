import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.keys.sshsig import PublicKey, Signature, armour, unarmour
from evidence_kit.keys.station import SigningKey

KEY = SigningKey.from_seed(bytes(range(32)))
MESSAGE = b"four\nlines\nof\ntext\n"
SIGNATURE = KEY.sign(MESSAGE, "evidence-kit")

needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


def test_a_signature_holds_for_its_message_and_its_namespace_only() -> None:
    assert SIGNATURE.holds(MESSAGE, "evidence-kit")
    assert not SIGNATURE.holds(MESSAGE + b"x", "evidence-kit")
    assert not SIGNATURE.holds(MESSAGE, "evidence-kit-seal")


def test_a_signature_relabelled_for_another_namespace_does_not_hold() -> None:
    relabelled = Signature(SIGNATURE.key, "evidence-kit-seal", SIGNATURE.raw)
    assert not relabelled.holds(MESSAGE, "evidence-kit-seal")


@pytest.mark.parametrize("at", range(len(SIGNATURE.blob)))
def test_a_flipped_byte_of_a_signature_is_found(at: int) -> None:
    changed = bytearray(SIGNATURE.blob)
    changed[at] ^= 0x01
    try:
        parsed = Signature.parse(bytes(changed))
    except ValueError:
        return
    assert parsed.key != KEY.public or not parsed.holds(MESSAGE, "evidence-kit")


@given(junk=st.binary(max_size=200))
def test_what_is_no_signature_is_refused(junk: bytes) -> None:
    for data in (junk, SIGNATURE.blob[:10] + junk, SIGNATURE.blob + junk[:5]):
        if data != SIGNATURE.blob:
            with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is a refusal
                Signature.parse(data)


def test_armour_is_taken_off_only_when_it_is_exactly_ours() -> None:
    text = armour(SIGNATURE.blob)
    assert unarmour(text) == SIGNATURE.blob
    for at in range(len(text)):
        changed = bytearray(text)
        changed[at] ^= 0x02
        try:
            assert unarmour(bytes(changed)) != SIGNATURE.blob
        except ValueError:
            continue
    for other in (text[:-1], text + b"\n", text.replace(b"\n", b"\r\n"), text.replace(b"\n", b"\n\n", 1)):
        with pytest.raises(ValueError):  # noqa: PT011
            unarmour(other)


@needs_ssh
def test_ssh_keygen_accepts_our_signature_and_writes_the_same_one(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(KEY.openssh(None))
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "message").write_bytes(MESSAGE)
    command = ["ssh-keygen", "-Y", "sign", "-q", "-n", "evidence-kit", "-f", "key", "message"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "message.sig").read_bytes() == armour(SIGNATURE.blob)
    (tmp_path / "allowed").write_text(f'me namespaces="evidence-kit" {KEY.public.line}\n')
    verify = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "me", "-n", "evidence-kit", "-s", "message.sig"]
    done = subprocess.run(verify, cwd=tmp_path, input=MESSAGE, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@needs_ssh
def test_our_fingerprint_is_the_one_that_ssh_keygen_prints(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text(KEY.public.line + "\n")
    done = subprocess.run(
        ["ssh-keygen", "-l", "-f", "key.pub"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[1] == KEY.public.fingerprint


@pytest.mark.parametrize(
    "text", ["", "ssh-ed25519", "ssh-ed25519 !!!!", "ssh-rsa AAAA", "ssh-ed25519 AAAA", KEY.public.line + "AAAA"]
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        PublicKey.parse(text)


def test_a_public_key_is_read_back_with_or_without_a_comment() -> None:
    assert PublicKey.parse(KEY.public.line + " somebody") == KEY.public


def test_a_key_of_another_length_is_no_key() -> None:
    with pytest.raises(ValueError, match="32"):
        PublicKey(b"short")
    inner = base64.b64decode(KEY.public.line.split()[1]).replace(b"ssh-ed25519", b"ssh-ed25518")
    with pytest.raises(ValueError, match="ed25519"):
        PublicKey.parse("ssh-ed25519 " + base64.b64encode(inner).decode())
