"""Making a station: its key, the association's recovery key, and where cases will lie."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.custody.errors import PathTakenError, StationExistsError
from evidence_kit.errors import EvidenceError, UsageError
from evidence_kit.keys.recovery import key_from_text
from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.disk import place_new
from evidence_kit.workflows.case import station as stations
from evidence_kit.workflows.case.station import Station, StationUser
from evidence_kit.workflows.case.world import World

_ASSOCIATION = re.compile(r"[A-Z0-9]{2,12}")


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """The facts of a new station.

    Attributes:
        folder: Where it goes.
        association: Code that case ids begin with: 2 to 12 capital letters and digits.
        person: Who works there.
        cases: Folder for cases.
        recovery: The association's recovery key; None when one is to be made and written to a file.
        recovery_to_file: It was written to a file instead of typed back from paper.
    """

    folder: Path
    association: str
    person: StationUser
    cases: Path
    recovery: PublicKey | None
    recovery_to_file: bool


def association_code(text: str) -> str:
    """Return an association's code.

    Raises:
        UsageError: It is no code.
    """
    code = text.strip().upper()
    if not _ASSOCIATION.fullmatch(code):
        raise UsageError("association-malformed", association=text)
    return code


@dataclass(frozen=True, slots=True)
class NewStation:
    """A station that is ready.

    Attributes:
        station: The station.
        before: An earlier run made it, with the same facts, and could not say so.
        recovery_out: The recovery key was written to a file just now.
    """

    station: Station
    before: bool = False
    recovery_out: Path | None = None


def set_up_station(wish: SetupRequest, passphrase: bytes, world: World, recovery_out: Path | None = None) -> NewStation:
    """Make the station; one that was interrupted is made anew, and one that was made with these facts is found.

    Args:
        wish: What it is to be. Without a recovery key a new one is made.
        passphrase: Of the station key.
        world: Disk.
        recovery_out: Where the recovery key is written.

    Raises:
        StationExistsError: There is another one already.
        PathTakenError: There is a file already where the recovery key would go.
        CaseLockedError: Another process makes it just now.
        WeakPassphraseError: The passphrase is too short.
    """
    with stations.station_lock(wish.folder, world.disk):
        if stations.station_exists(wish.folder):
            station = stations.load_station(wish.folder)
            if not _made_before(wish, station, passphrase, recovery_out):
                raise StationExistsError("station-exists", path=str(wish.folder))
            return NewStation(station, before=True)
        secret = None if wish.recovery is not None else _recovery_key(wish, recovery_out)
        key = SigningKey.generate()
        station = Station(
            folder=wish.folder,
            association=wish.association,
            person=wish.person,
            public=key.public,
            recovery=wish.recovery or (secret or key).public,
            recovery_to_file=wish.recovery_to_file,
            cases=wish.cases,
        )

        def before() -> None:
            if secret is not None and recovery_out is not None and not os.path.lexists(recovery_out):
                place_new(world.disk, recovery_out, secret.openssh(None))

        stations.write_station(station, key, passphrase, world, before)
        return NewStation(station, recovery_out=recovery_out)


def _recovery_key(wish: SetupRequest, path: Path | None) -> SigningKey:
    """Return a new recovery key, or the one in the file that an interrupted run of the same command wrote.

    Raises:
        PathTakenError: There is another file.
    """
    if path is None or not os.path.lexists(path):
        return SigningKey.generate()
    begun = stations.half_made(wish.folder)
    found = _key_in(path)
    if begun is None or found is None or found.public != begun:
        raise PathTakenError("file-exists", path=str(path))
    return found


def _made_before(wish: SetupRequest, station: Station, passphrase: bytes, recovery_out: Path | None) -> bool:
    """Return whether a station agrees with a request and opens with its passphrase."""
    if (wish.association, wish.person, wish.cases) != (station.association, station.person, station.cases):
        return False
    written = None if recovery_out is None else _key_in(recovery_out)
    recovery = wish.recovery or (None if written is None else written.public)
    if recovery != station.recovery:
        return False
    try:
        station.unlock(passphrase)
    except EvidenceError:
        return False
    return True


def _key_in(path: Path) -> SigningKey | None:
    try:
        return key_from_text(path.read_bytes())
    except (OSError, EvidenceError):
        return None
