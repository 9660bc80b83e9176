"""Keys that a person here has compared with a paper or by voice, and which of them are receivers' keys.

A name says who signed. That a key is a receiver's decides more: a counter-signature by it fixes what was handed
over. So it is recorded apart, by whoever compared the key; a list of an earlier version does not say it of any.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.keys.errors import KeyUnreadableError, NameUnknownError
from evidence_kit.model import Disk
from evidence_kit.vault.disk import write_durably
from evidence_kit.workflows.case.public_keys import key_fingerprint, public_key
from evidence_kit.workflows.case.station import station_lock

KNOWN = "known.json"
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A compared key and its holder.

    Attributes:
        name: Who it is.
        receiver: They receive archives, and are nobody who signs for the association.
    """

    name: str
    receiver: bool = False


def trusted_keys(folder: Path) -> dict[str, TrustedKey]:
    """Return people by fingerprint, as they were trusted on this computer; none where nobody ever trusted a key.

    Raises:
        KeyUnreadableError: The list is there and cannot be read; that is no reason to know nobody.
    """
    path = folder / KNOWN
    try:
        facts = json.loads(path.read_bytes())
        return {
            str(each["fingerprint"]): TrustedKey(str(each["name"]), each.get("receiver") is True)
            for each in facts["known"]
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyUnreadableError("known-unreadable", path=str(path)) from error


def trusted_names(folder: Path) -> dict[str, str]:
    """Return names by fingerprint.

    Raises:
        KeyUnreadableError: The list is there and cannot be read.
    """
    return {of: each.name for of, each in trusted_keys(folder).items()}


def trust_key(folder: Path, name: str, of: str, disk: Disk, *, receiver: bool = False) -> None:
    """Know a key by a name from now on; as a receiver's only if that is said.

    Args:
        folder: The station's folder.
        name: The name that reports give the key.
        of: Fingerprint of the key.
        disk: The station's disk.
        receiver: Whether its counter-signature is to count as an anchor.

    Raises:
        CaseLockedError: Another process changes the station just now.
    """
    with station_lock(folder, disk):
        _write(folder, trusted_keys(folder) | {of: TrustedKey(name, receiver)}, disk)


def forget_name(folder: Path, name: str, disk: Disk) -> None:
    """No longer know any key by this name.

    Args:
        folder: The station's folder.
        name: The name; every key that bears it goes.
        disk: The station's disk.

    Raises:
        NameUnknownError: Nobody is known by it, or no longer.
        CaseLockedError: Another process changes the station just now.
    """
    with station_lock(folder, disk):
        before = trusted_keys(folder)
        left = {of: each for of, each in before.items() if each.name != name}
        if len(left) == len(before):
            raise NameUnknownError("known-unknown", name=name)
        _write(folder, left, disk)


def fingerprint_of(text: str) -> str:
    """Return a fingerprint: as it was typed from paper, or of the key that was given.

    Raises:
        KeyMissingError: It is neither a key nor a file.
        KeyUnreadableError: It is no fingerprint of a key that could sign.
    """
    if text.startswith("SHA256:"):
        if not _FINGERPRINT.fullmatch(text.strip()):
            raise KeyUnreadableError("fingerprint-malformed", fingerprint=text)
        return text.strip()
    return key_fingerprint(public_key(text))


def _write(folder: Path, people: Mapping[str, TrustedKey], disk: Disk) -> None:
    disk.make_folder(folder)
    listed = [{"name": each.name, "fingerprint": of, "receiver": each.receiver} for of, each in people.items()]
    data = json.dumps({"v": 1, "known": listed}, ensure_ascii=False, indent=1).encode() + b"\n"
    write_durably(disk, folder / KNOWN, data)
