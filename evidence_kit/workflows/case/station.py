"""The station: the key, the person and the memory of one computer that takes evidence in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evidence_kit.custody.errors import NoStationError, StationExistsError
from evidence_kit.custody.journal import LogHead
from evidence_kit.keys.errors import KeyMissingError, KeyUnreadableError
from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.keys.station import SigningKey, unlock
from evidence_kit.model import Digest, Disk, Json
from evidence_kit.vault.disk import write_durably
from evidence_kit.workflows.case.world import World

SETTINGS = "station.json"
KEY = "station.key"
PUBLIC = "station.pub"
RECOVERY_PUBLIC = "recovery.pub"
HEADS = "heads"


@dataclass(frozen=True, slots=True)
class StationUser:
    """Who works at this station; written into every case."""

    name: str
    role: str
    place: str


@dataclass(frozen=True, slots=True)
class Station:
    """One computer's standing facts.

    Attributes:
        folder: Where they lie.
        association: Code that case ids begin with.
        person: Who works here.
        public: Public half of the station key.
        recovery: Public half of the association's recovery key.
        recovery_to_file: The recovery key was once written to a file instead of typed back from paper.
        cases: Folder in which new cases are made and ids are looked up.
    """

    folder: Path
    association: str
    person: StationUser
    public: PublicKey
    recovery: PublicKey
    recovery_to_file: bool
    cases: Path

    def unlock(self, passphrase: bytes | None) -> SigningKey:
        """Return the station key.

        Raises:
            WrongPassphraseError: It does not fit.
            KeyMissingError: The key file is gone.
            KeyUnreadableError: It is the key of another station.
        """
        try:
            data = (self.folder / KEY).read_bytes()
        except FileNotFoundError as error:
            raise KeyMissingError("station-key-missing", path=str(self.folder / KEY)) from error
        key = unlock(data, passphrase)
        if key.public != self.public:
            raise KeyUnreadableError("station-key-is-another", path=str(self.folder / KEY))
        return key

    def remembered(self, case: str) -> LogHead | None:
        """Return where this case's log ended when this station last wrote to it, None if it never did.

        Raises:
            KeyUnreadableError: The memory is there and cannot be read; that is no reason to forget.
        """
        path = self.folder / HEADS / f"{case}.json"
        try:
            facts = json.loads(path.read_bytes())
            return LogHead(case, int(facts["lines"]), Digest(facts["head"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise KeyUnreadableError("station-memory-unreadable", path=str(path)) from error

    def kept_until(self, case: str) -> date | None:
        """Return until when a case of this station is to be kept, None where nobody said or this is not remembered."""
        try:
            return date.fromisoformat(json.loads((self.folder / HEADS / f"{case}.json").read_bytes())["retention"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def remember(self, head: LogHead, disk: Disk, retention: date | None = None) -> None:
        """Keep where a log ends, outside its folder; and until when the case is to be kept, to say so without a key."""
        disk.make_folder(self.folder / HEADS)
        facts: dict[str, Json] = {"v": 1, "case": head.case, "lines": head.lines, "head": head.digest.hex}
        if retention is not None:
            facts["retention"] = retention.isoformat()
        data = _json(facts)
        write_durably(disk, self.folder / HEADS / f"{head.case}.json", data)


def load(folder: Path) -> Station:
    """Return the station in a folder.

    Raises:
        NoStationError: There is none, or its settings cannot be read.
    """
    try:
        facts: dict[str, Any] = json.loads((folder / SETTINGS).read_bytes())
        return Station(
            folder=folder,
            association=str(facts["association"]),
            person=StationUser(str(facts["name"]), str(facts["role"]), str(facts["place"])),
            public=PublicKey.parse((folder / PUBLIC).read_text("ascii")),
            recovery=PublicKey.parse((folder / RECOVERY_PUBLIC).read_text("ascii")),
            recovery_to_file=bool(facts["recovery_to_file"]),
            cases=Path(facts["cases"]),
        )
    except FileNotFoundError as error:
        raise NoStationError("no-station", path=str(folder)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise NoStationError("station-unreadable", path=str(folder)) from error


def exists(folder: Path) -> bool:
    """Say whether there is a station in a folder."""
    return (folder / SETTINGS).exists()


def write(station: Station, key: SigningKey, passphrase: bytes, world: World) -> None:
    """Put a new station on the disk; the settings come last, so that half a station is none.

    Raises:
        StationExistsError: There is one already; a key is never overwritten.
        WeakPassphraseError: The passphrase is too short.
    """
    folder, disk = station.folder, world.disk
    if exists(folder) or (folder / KEY).exists():
        raise StationExistsError("station-exists", path=str(folder))
    locked = key.openssh(passphrase)
    disk.make_folder(folder)
    disk.make_folder(station.cases)
    write_durably(disk, folder / KEY, locked)
    write_durably(disk, folder / PUBLIC, f"{station.public.line} {station.association}\n".encode())
    write_durably(disk, folder / RECOVERY_PUBLIC, f"{station.recovery.line} recovery\n".encode())
    facts: Json = {
        "v": 1,
        "association": station.association,
        "name": station.person.name,
        "role": station.person.role,
        "place": station.person.place,
        "recovery_to_file": station.recovery_to_file,
        "cases": str(station.cases),
    }
    write_durably(disk, folder / SETTINGS, _json(facts))


def renew(station: Station, passphrase: bytes, world: World) -> Station:
    """Give a station a new key, because nobody can open the old one; return the station as it is now.

    The old key file stays, under another name. Interrupted, it is run again: the old key is not needed.

    Raises:
        WeakPassphraseError: The passphrase is too short.
    """
    folder, disk = station.folder, world.disk
    key = SigningKey.generate()
    locked = key.openssh(passphrase)
    if (folder / KEY).exists():
        number = 1
        while (aside := folder / f"{KEY}.{number}").exists():
            number += 1
        disk.move(folder / KEY, aside)
    write_durably(disk, folder / PUBLIC, f"{key.public.line} {station.association}\n".encode())
    write_durably(disk, folder / KEY, locked)
    return load(folder)


def _json(facts: Json) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1).encode() + b"\n"
