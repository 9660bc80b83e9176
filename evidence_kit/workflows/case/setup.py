"""Making a station: its key, the association's recovery key, and where cases will lie."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.custody.errors import CaseExistsError
from evidence_kit.errors import UsageError
from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.case import station as stations
from evidence_kit.workflows.case.station import Station, StationUser
from evidence_kit.workflows.case.world import World

_ASSOCIATION = re.compile(r"[A-Z0-9]{2,12}")


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """What a new station is to be.

    Attributes:
        folder: Where it goes.
        association: Code that case ids begin with: 2 to 12 capital letters and digits.
        person: Who works there.
        cases: Folder for cases.
        recovery: The association's recovery key.
        recovery_to_file: It was written to a file instead of typed back from paper.
    """

    folder: Path
    association: str
    person: StationUser
    cases: Path
    recovery: PublicKey
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


def set_up(wish: SetupRequest, passphrase: bytes, world: World) -> Station:
    """Make the station.

    Raises:
        StationExistsError: There is one already.
        WeakPassphraseError: The passphrase is too short.
    """
    key = SigningKey.generate()
    station = Station(
        folder=wish.folder,
        association=wish.association,
        person=wish.person,
        public=key.public,
        recovery=wish.recovery,
        recovery_to_file=wish.recovery_to_file,
        cases=wish.cases,
    )
    stations.write(station, key, passphrase, world)
    return station


def write_recovery(key: SigningKey, path: Path, world: World) -> None:
    """Write the recovery key to a new file, for whoever cannot print a sheet; it opens every case.

    Raises:
        CaseExistsError: There is a file already.
    """
    if os.path.lexists(path):
        raise CaseExistsError("file-exists", path=str(path))
    file = world.disk.create(path)
    try:
        file.write(key.openssh(None))
        file.sync()
    finally:
        file.close()
