"""Public keys as people give, name and compare them."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from evidence_kit.errors import UsageError
from evidence_kit.keys import key_file
from evidence_kit.keys.age import age_recipient
from evidence_kit.keys.errors import KeyMissingError


def named_reader(text: str, base: Path = Path()) -> tuple[str, str]:
    """Return a reader's short name and public key out of `NAME=KEY`.

    Raises:
        UsageError: It is not of that form.
        KeyMissingError: The key is neither a key nor a file.
        KeyUnreadableError: The file holds no public key.
    """
    name, separator, key = text.partition("=")
    if not separator or not name.isalnum() or not name.isascii() or name == "case":
        raise UsageError("reader-malformed", reader=text)
    return name.lower(), public_key(key, base)


def public_key(text: str, base: Path = Path()) -> str:
    """Return a reader's public key: as given, or as it stands in the file of that name, seen from a folder.

    Raises:
        KeyMissingError: It is neither a key nor a file.
        KeyUnreadableError: It is, or the file holds, no public key that something can be encrypted to; says which kind.
    """
    key_file.check_key(text)
    if text.startswith(("age1", "ssh-ed25519 ", "ssh-rsa ")):
        key = text
    else:
        try:
            with (base / text).open("rb") as file:
                data = file.read(key_file.LARGEST_BYTES)
        except (OSError, ValueError) as error:
            raise KeyMissingError("key-file-missing", path=text) from error
        key = key_file.only_key_in(key_file.text_of(data))
    age_recipient(key)
    return " ".join(key.split()[:2])


def key_fingerprint(reader: str) -> str:
    """Return the text that two people compare by voice: an SSH key's fingerprint, or an age key itself."""
    if reader.startswith("age1"):
        return reader
    blob = base64.b64decode(reader.split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
