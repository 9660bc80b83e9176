"""Lines of a log in clear, and the facts that each of them establishes.

In: the facts of one line, of a commit whose signature holds. Out: the same custody, grown by what the line says; an
error where it does not say what its type promises. Every line is looked at as a whole before anything of it is taken
over: half of one would be a third thing, that nobody said.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from evidence_kit.custody.established import Custody, StoredFile
from evidence_kit.keys.age_writer import recipient_bytes
from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.model import Digest

FORMAT = "evidence-kit/1"
# A key's name becomes a path: it is taken only in the one form that we give.
_KEY_NAME = re.compile(r"K[0-9]{4,9}")


def _case_opened(custody: Custody, line: int, clear: Mapping[str, Any]) -> None:
    if line != 1 or clear["format"] != FORMAT:
        raise ValueError(clear["format"])
    signers, recipient = signers_named(clear), _recipient(clear)
    if len(signers) != len(clear["signers"]):
        raise ValueError("signers")
    custody.recipient, custody.recipients = recipient, [recipient]
    custody.signers = signers
    custody.known_keys |= signers


def _key_of(text: str) -> PublicKey:
    """Return the key that a text names in the one spelling that a log has for it.

    Raises:
        AttributeError, ValueError: It names none, or has a comment, or is spelt in another way.
    """
    key = PublicKey.parse(text)
    if key.line != text:
        raise ValueError("a key is its type and its bytes in base64")
    return key


def _recipient(clear: Mapping[str, Any]) -> str:
    """Return the recipient of new bytes; a key whose secret is public is none."""
    recipient = clear["recipient"]
    if not isinstance(recipient, str):
        raise TypeError("a recipient is a text")
    recipient_bytes(recipient)
    return recipient


def _signer_added(custody: Custody, _line: int, clear: Mapping[str, Any]) -> None:
    key = _key_of(clear["signer"])
    custody.signers[key.fingerprint] = custody.known_keys[key.fingerprint] = key
    custody.removed.pop(key.fingerprint, None)


def _signer_removed(custody: Custody, _line: int, clear: Mapping[str, Any]) -> None:
    del custody.signers[_key_of(clear["signer"]).fingerprint]


def _recipient_changed(custody: Custody, _line: int, clear: Mapping[str, Any]) -> None:
    custody.recipient = _recipient(clear)
    custody.recipients.append(custody.recipient)


def _reader_granted(custody: Custody, line: int, clear: Mapping[str, Any]) -> None:
    key, digest = clear["key"], Digest(clear["sha256"])
    if not _KEY_NAME.fullmatch(key) or key in custody.readers:
        raise ValueError(key)
    custody.readers[key] = StoredFile(line, digest)


def _destroyed(custody: Custody, line: int, clear: Mapping[str, Any]) -> None:
    objects, bodies = clear["objects"], clear["bodies"]
    if not isinstance(objects, list) or not isinstance(bodies, list):
        raise TypeError("what was destroyed is listed")
    anew = {_numbered(body["line"]): Digest(body["sha256"]) for body in bodies}
    if len(set(objects)) != len(objects) or len(anew) != len(bodies):
        raise ValueError("something is destroyed twice")
    if not custody.objects.keys() >= set(objects) or not custody.bodies.keys() >= anew.keys():
        raise ValueError("nothing of the kind is there")
    for item in objects:
        del custody.objects[item]
        custody.destroyed[item] = line
    for number, digest in anew.items():
        custody.bodies[number] = StoredFile(line, digest)
        custody.rewritten.add(number)


def _numbered(value: object) -> int:
    """Return the number of a line; True is an int in Python, and nobody else's 1.

    Raises:
        TypeError: It is no number.
    """
    if type(value) is not int:
        raise TypeError("a line has a number")
    return value


def _anchored(custody: Custody, _line: int, clear: Mapping[str, Any]) -> None:
    if _numbered(clear["line"]) not in custody.bodies or not anchored_token(clear):
        raise ValueError(clear["line"])


def anchored_token(clear: Mapping[str, Any]) -> bytes:
    """Return the time stamp that an `anchored` line holds, none when it is not written in the one base64 of it."""
    try:
        token = base64.b64decode(clear["token"], validate=True)
        return token if base64.b64encode(token).decode("ascii") == clear["token"] else b""
    except (KeyError, TypeError, ValueError):
        return b""


EFFECTS: Final[Mapping[str, Callable[[Custody, int, Mapping[str, Any]], None]]] = {
    "case.opened": _case_opened,
    "signer.added": _signer_added,
    "signer.removed": _signer_removed,
    "recipient.changed": _recipient_changed,
    "reader.granted": _reader_granted,
    "destroyed": _destroyed,
    "anchored": _anchored,
}


def signers_named(clear: Mapping[str, Any] | None) -> dict[str, PublicKey]:
    """Return the keys that a line in clear lets sign, by fingerprint; texts that are no key are passed over."""
    signers: dict[str, PublicKey] = {}
    listed = (clear or {}).get("signers")
    for text in listed if isinstance(listed, list) else ():
        try:
            key = _key_of(text)
        except (AttributeError, ValueError):
            continue
        signers[key.fingerprint] = key
    return signers
