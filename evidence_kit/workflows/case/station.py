"""The station: the key, the person and the memory of one computer that takes evidence in."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evidence_kit.custody.errors import CaseLockedError, NoStationError, StationExistsError
from evidence_kit.custody.journal import LogHead
from evidence_kit.keys.errors import KeyMissingError, KeyUnreadableError
from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.keys.station import SigningKey, unlock
from evidence_kit.model import Digest, Disk, Json
from evidence_kit.vault.disk import write_durably, write_new
from evidence_kit.vault.folder import DRAFT_ENDING
from evidence_kit.vault.lock import HeldError, hold_lock
from evidence_kit.vault.patience import WAITS_SECONDS
from evidence_kit.workflows.case.world import World

SETTINGS = "station.json"
KEY = "station.key"
PUBLIC = "station.pub"
RECOVERY_PUBLIC = "recovery.pub"
HEADS = "heads"
LOCK = "lock"
# Others hold these locks for as long as a few small files take.
_PATIENCE_SECONDS = 20.0
_MOST_COPIES = 200


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
            CaseLockedError: It is being renewed just now.
        """
        try:
            data = (self.folder / KEY).read_bytes()
        except FileNotFoundError as error:
            raise KeyMissingError("station-key-missing", path=str(self.folder / KEY)) from error
        key = unlock(data, passphrase)
        if key.public != self.public:
            if self._is_renewed(key.public, data):
                raise CaseLockedError("station-locked", path=str(self.folder))
            raise KeyUnreadableError("station-key-is-another", path=str(self.folder / KEY))
        return key

    def _is_renewed(self, found: PublicKey, data: bytes) -> bool:
        """Say whether another process renews the key: both of its files are read again first.

        Args:
            found: The public key of the file that was unlocked.
            data: Bytes of that file.
        """
        for seconds in WAITS_SECONDS:
            with suppress(OSError, ValueError):
                if PublicKey.parse((self.folder / PUBLIC).read_text("ascii")) == found:
                    return True
                if (self.folder / KEY).read_bytes() != data:
                    return True
            time.sleep(seconds)
        return False

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

    def copied(self, case: str) -> dict[int, Digest]:
        """Return where this case's log ended whenever a copy of it was made here: digests by number of lines.

        Raises:
            KeyUnreadableError: The memory is there and cannot be read.
        """
        try:
            facts = json.loads((self.folder / HEADS / f"{case}.json").read_bytes())
            return {int(each["lines"]): Digest(each["head"]) for each in facts.get("copies", ())}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeyUnreadableError("station-memory-unreadable", path=str(self.folder / HEADS / case)) from error

    def kept_until(self, case: str) -> date | None:
        """Return until when a case of this station is to be kept, None where nobody said or this is not remembered."""
        try:
            return date.fromisoformat(json.loads((self.folder / HEADS / f"{case}.json").read_bytes())["retention"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def remember_head(
        self, head: LogHead, disk: Disk, retention: date | None = None, copied: LogHead | None = None
    ) -> None:
        """Keep where a log ends, outside its folder.

        Args:
            head: Where it ends.
            disk: How it is written.
            retention: Until when the case is to be kept, to say so without a key.
            copied: Where the log of a copy ends that was made of the case just now.

        Raises:
            OSError: It could not be kept; what was kept before stands.
        """
        heads = self.folder / HEADS
        disk.make_folder(heads)
        with hold_lock(heads / LOCK, _PATIENCE_SECONDS):
            copies = dict(self.copied(head.case))
            if copied is not None:
                copies[copied.lines] = copied.digest
            facts: dict[str, Json] = {"v": 1, "case": head.case, "lines": head.lines, "head": head.digest.hex}
            if retention is not None:
                facts["retention"] = retention.isoformat()
            if copies:
                newest = sorted(copies.items())[-_MOST_COPIES:]
                facts["copies"] = [{"lines": lines, "head": digest.hex} for lines, digest in newest]
            write_durably(disk, heads / f"{head.case}.json", _json(facts))

    @contextmanager
    def alone(self, disk: Disk) -> Iterator[None]:
        """Be the only process that makes this station, or a case of it; taken before the first look.

        Raises:
            CaseLockedError: Another process does, and is not done yet.
        """
        with station_lock(self.folder, disk):
            yield


@contextmanager
def station_lock(folder: Path, disk: Disk) -> Iterator[None]:
    """Be the only process that changes a station.

    Raises:
        CaseLockedError: Another process does, and is not done yet.
    """
    disk.make_folder(folder)
    try:
        with hold_lock(folder / LOCK, _PATIENCE_SECONDS):
            yield
    except HeldError as error:
        raise CaseLockedError("station-locked", path=str(folder)) from error


def load_station(folder: Path) -> Station:
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
            cases=_found_cases(folder, str(facts["cases"])),
        )
    except FileNotFoundError as error:
        raise NoStationError("no-station", path=str(folder)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise NoStationError("station-unreadable", path=str(folder)) from error


def _told_cases(folder: Path, cases: Path) -> str:
    """Return where cases lie as the settings say it: from the station on where they lie beside it, as on a stick.

    A stick has another letter on each Windows, and another folder on each Linux.
    """
    around, there = Path(os.path.abspath(folder)).parent, Path(os.path.abspath(cases))  # noqa: PTH100 - no link is followed
    return f"../{there.relative_to(around).as_posix()}" if there.is_relative_to(around) else str(cases)


def _found_cases(folder: Path, told: str) -> Path:
    return Path(os.path.abspath(folder / told)) if told.startswith("../") else Path(told)  # noqa: PTH100 - no link is followed


def station_exists(folder: Path) -> bool:
    """Say whether there is a station in a folder."""
    return (folder / SETTINGS).exists()


def write_station(
    station: Station, key: SigningKey, passphrase: bytes, world: World, before: Callable[[], None] = lambda: None
) -> None:
    """Put a new station on the disk; the settings come last, so that half a station is none.

    Everything is written as drafts first. Whatever interrupts this leaves drafts, or files and the draft of the
    settings: both say that nobody ever worked with this key, and the next `write_station` begins anew.

    Args:
        station: What to write; whoever calls this is alone in its folder.
        key: The station key.
        passphrase: Locks it.
        world: The disk.
        before: Done once all is on the disk and nothing has its name yet, such as writing the recovery key.

    Raises:
        StationExistsError: There is one already; a key is never overwritten.
        WeakPassphraseError: The passphrase is too short.
    """
    folder, disk = station.folder, world.disk
    if station_exists(folder):
        raise StationExistsError("station-exists", path=str(folder))
    locked_key = key.openssh(passphrase)
    disk.make_folder(folder)
    disk.make_folder(station.cases)
    _clear(folder, disk)
    facts: Json = {
        "v": 1,
        "association": station.association,
        "name": station.person.name,
        "role": station.person.role,
        "place": station.person.place,
        "recovery_to_file": station.recovery_to_file,
        "cases": _told_cases(folder, station.cases),
    }
    files = {
        # The settings are the first draft and the last name.
        SETTINGS: _json(facts),
        RECOVERY_PUBLIC: f"{station.recovery.line} recovery\n".encode(),
        PUBLIC: f"{station.public.line} {station.association}\n".encode(),
        KEY: locked_key,
    }
    for name, data in files.items():
        draft = folder / (name + DRAFT_ENDING)
        disk.remove(draft)
        write_new(disk, draft, data)
    disk.sync_folder(folder)
    before()
    for name in reversed(files):
        disk.move(folder / (name + DRAFT_ENDING), folder / name)
        disk.sync_folder(folder)


def _clear(folder: Path, disk: Disk) -> None:
    """Delete half a station; a key in possible use stays, under another name."""
    begun = (folder / (SETTINGS + DRAFT_ENDING)).exists()
    if (folder / KEY).exists() and not begun:
        _put_aside(folder, disk)
    for name in (PUBLIC, RECOVERY_PUBLIC, *((KEY,) if begun else ())):
        disk.remove(folder / name)
        disk.remove(folder / (name + DRAFT_ENDING))


def _put_aside(folder: Path, disk: Disk) -> None:
    number = 1
    while (aside := folder / f"{KEY}.{number}").exists():
        number += 1
    disk.move(folder / KEY, aside)


def half_made(folder: Path) -> PublicKey | None:
    """Return the recovery key of a station whose making was interrupted; None where there is no half a station."""
    if station_exists(folder) or not (folder / (SETTINGS + DRAFT_ENDING)).exists():
        return None
    for name in (RECOVERY_PUBLIC + DRAFT_ENDING, RECOVERY_PUBLIC):
        try:
            return PublicKey.parse((folder / name).read_text("ascii"))
        except (OSError, ValueError):
            continue
    return None


def renew_station(station: Station, passphrase: bytes, world: World) -> Station:
    """Give a station a new key, because nobody can open the old one; return the station as it is now.

    The old key file stays, under another name. Interrupted, it is run again: the old key is not needed.

    Args:
        station: The station.
        passphrase: Of the new key, in UTF-8.
        world: The disk.

    Raises:
        WeakPassphraseError: The passphrase is too short.
        CaseLockedError: Another process changes the station just now.
    """
    folder, disk = station.folder, world.disk
    key = SigningKey.generate()
    locked_key = key.openssh(passphrase)
    with station.alone(disk):
        if (folder / KEY).exists():
            _put_aside(folder, disk)
        write_durably(disk, folder / PUBLIC, f"{key.public.line} {station.association}\n".encode())
        write_durably(disk, folder / KEY, locked_key)
        return load_station(folder)


def _json(facts: Json) -> bytes:
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        # A path that is no Unicode: its bytes come back out of escapes alone.
        return json.dumps(facts, indent=1).encode("ascii") + b"\n"
