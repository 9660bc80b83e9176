"""Public keys in files that lawyers send, as PowerShell, Notepad, age-keygen and PuTTY write them."""

from __future__ import annotations

import codecs
import re
from typing import Final

from evidence_kit.keys.errors import KeyUnreadableError

LARGEST_BYTES: Final = 1 << 20
_PUBLIC: Final = ("age1", "ssh-ed25519 ", "ssh-rsa ")
_SECRET: Final = ("AGE-SECRET-KEY-", "AGE-PLUGIN-", "-----BEGIN OPENSSH PRIVATE KEY", "-----BEGIN RSA PRIVATE KEY",
                  "-----BEGIN PRIVATE KEY", "-----BEGIN ENCRYPTED PRIVATE KEY", "PuTTY-User-Key-File-")  # fmt: skip
_RFC4716: Final = "---- BEGIN SSH2 PUBLIC KEY ----"
# Kinds of SSH keys that age cannot encrypt to.
_OTHER_SSH: Final = re.compile(r"(ecdsa-sha2-\S+|sk-\S+@openssh\.com|ssh-dss|ssh-\S+-cert-v01@openssh\.com)\s")
_PLUGIN: Final = re.compile(r"age1([a-z0-9]{2,20})1[a-z0-9]")
_POST_QUANTUM: Final = "age1pq1"


def text_of(data: bytes) -> str:
    """Return the text of a key file: with a mark at its beginning or without, in UTF-8 or in UTF-16.

    Raises:
        KeyUnreadableError: It is no text.
    """
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        if data[1:2] == b"\0":
            return data.decode("utf-16-le")
        if data[:1] == b"\0":
            return data.decode("utf-16-be")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KeyUnreadableError("key-not-a-recipient") from error


def only_key_in(text: str) -> str:
    """Return the one public key in a text; empty lines and remarks behind `#` are passed over.

    Raises:
        KeyUnreadableError: `key-is-secret` (somebody sent the key that nobody else may have), `key-several`,
            `key-ssh2`, and what `check_key` raises.
    """
    lines = [line.strip().lstrip("\ufeff") for line in text.splitlines()]
    told = [line for line in lines if line and not line.startswith("#")]
    if any(line.startswith(_SECRET) for line in told):
        raise KeyUnreadableError("key-is-secret")
    if any(line.startswith(_RFC4716) for line in told):
        raise KeyUnreadableError("key-ssh2")
    keys = list(dict.fromkeys(told))
    if len(keys) > 1:
        found = [line for line in keys if line.startswith(_PUBLIC) or _OTHER_SSH.match(line)]
        if len(found) != 1:
            raise KeyUnreadableError("key-several" if len(found) > 1 else "key-not-a-recipient")
        keys = found
    if not keys:
        raise KeyUnreadableError("key-not-a-recipient")
    check_key(keys[0])
    return keys[0]


def check_key(key: str) -> None:
    """Pass a key of a kind that can be encrypted to.

    Raises:
        KeyUnreadableError: `key-is-secret`; `key-post-quantum` or `key-of-a-plugin` (an age key that wants a program
            which is not here); `key-kind` (an SSH key that age does not take).
    """
    if key.startswith(_SECRET):
        raise KeyUnreadableError("key-is-secret")
    if key.startswith(_POST_QUANTUM):
        raise KeyUnreadableError("key-post-quantum")
    plugin = _PLUGIN.match(key)
    # A plain age key may hold a 1 nowhere behind its first: bech32 has no such letter.
    if plugin is not None:
        raise KeyUnreadableError("key-of-a-plugin", plugin=plugin[1])
    other = _OTHER_SSH.match(key)
    if other is not None:
        raise KeyUnreadableError("key-kind", kind=other[1])
