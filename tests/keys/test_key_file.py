"""Keys of lawyers as they arrive: each said for what it is, whatever program wrote the file."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence_kit.keys.errors import KeyMissingError, KeyUnreadableError
from evidence_kit.workflows.case.public_keys import public_key

KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
_LINE = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
SSH = _LINE.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode() + " somebody@office"
REMARKS = f"# created: 2026-01-01T00:00:00Z\n\n# the office\n{KEY}\n"


@pytest.mark.parametrize(
    "data",
    [
        KEY.encode(),
        f"{KEY}\r\n".encode(),
        codecs.BOM_UTF8 + KEY.encode(),
        codecs.BOM_UTF16_LE + f"{KEY}\r\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + f"{KEY}\r\n".encode("utf-16-be"),
        f"{KEY}\r\n".encode("utf-16-le"),
        REMARKS.encode(),
        codecs.BOM_UTF16_LE + REMARKS.encode("utf-16-le"),
        f"{KEY}\n{KEY}\n".encode(),
        f"Public key: see below\n{KEY}\n".encode(),
    ],
)
def test_a_key_file_is_read_whatever_wrote_it(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_bytes(data)
    assert public_key("key.txt", tmp_path) == KEY


def test_an_ssh_key_loses_its_comment(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_bytes(codecs.BOM_UTF16_LE + f"{SSH}\r\n".encode("utf-16-le"))
    assert public_key("key.pub", tmp_path) == " ".join(SSH.split()[:2]) == public_key(SSH)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("age1pq1" + "q" * 60, "key-post-quantum"),
        ("age1yubikey1" + "q" * 60, "key-of-a-plugin"),
        ("age1tag1" + "q" * 60, "key-of-a-plugin"),
        ("AGE-SECRET-KEY-1" + "Q" * 58, "key-is-secret"),
        (f"# public key: {KEY}\nAGE-SECRET-KEY-1" + "Q" * 58, "key-is-secret"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----", "key-is-secret"),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----", "key-ssh2"),
        ("ecdsa-sha2-nistp256 AAAAE2VjZHNh x", "key-kind"),
        ("sk-ssh-ed25519@openssh.com AAAAGnNr x", "key-kind"),
        (f"{KEY}\n{SSH}\n", "key-several"),
        ("# nothing but remarks\n", "key-not-a-recipient"),
        ("hello", "key-not-a-recipient"),
        (KEY[:-1], "key-not-a-recipient"),
        ("", "key-not-a-recipient"),
    ],
)
def test_what_is_no_key_to_encrypt_to_is_said_for_what_it_is(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(text, "utf-8")
    with pytest.raises(KeyUnreadableError) as raised:
        public_key("key.txt", tmp_path)
    assert raised.value.message_id == code


def test_a_key_given_as_words_is_told_the_same() -> None:
    with pytest.raises(KeyUnreadableError) as raised:
        public_key("age1pq1" + "q" * 60)
    assert raised.value.message_id == "key-post-quantum"
    with pytest.raises(KeyMissingError):
        public_key("no such file")


def test_bytes_that_are_no_text_are_no_key(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_bytes(bytes(range(200, 256)))
    with pytest.raises(KeyUnreadableError):
        public_key("key.txt", tmp_path)
