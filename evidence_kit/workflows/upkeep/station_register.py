"""Write the register of stations: found it, let stations in, say that one is lost, enter heads, attach a time stamp."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from evidence_kit.custody.errors import RegisterError
from evidence_kit.custody.line import line_time
from evidence_kit.custody.register import Register, UnsoundRegisterError, founding_line, read_register
from evidence_kit.errors import EvidenceError, UsageError
from evidence_kit.keys import timestamp
from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.keys.station import SigningKey
from evidence_kit.keys.timestamp import StampError
from evidence_kit.model import Json
from evidence_kit.sealing.errors import StampRefusedError
from evidence_kit.vault.disk import write_durably
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.vault.lock import HeldError, hold_lock
from evidence_kit.workflows.case.disk_errors import file_refused, own_disk
from evidence_kit.workflows.case.plain_file import ensure_free
from evidence_kit.workflows.case.public_keys import public_key
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.checking.register import (
    MEMORY,
    head_digest,
    memory_of,
    opened_register,
)
from evidence_kit.workflows.handover.timestamps import roots_of
from evidence_kit.workflows.reading.overview import overviews

_PATIENCE_SECONDS: Final = 20.0
_HEADS_A_LINE: Final = 500


@dataclass(frozen=True, slots=True)
class EnteredHeads:
    """The heads that a station entered.

    Attributes:
        entered: How many.
        known: How many cases stand in the register as they are now.
        unread: Cases that could not be read, with the trouble.
    """

    entered: int
    known: int
    unread: tuple[tuple[str, EvidenceError], ...]


def found_register(path: Path, station: Station, recovery: SigningKey, name: str, world: World) -> Register:
    """Found a register and let this station in.

    Args:
        path: The new file.
        station: This station.
        recovery: The association's recovery key.
        name: Name of this station in the register.
        world: Clock and disk.

    Raises:
        ExportExistsError: There is a file already.
        DiskFullError: No room; nothing is left behind.
    """
    if (begun := _founded_before(path, station, name)) is not None:
        return _keep(path, begun, station, world)
    ensure_free(path)
    time = _time(world)
    data = founding_line(station.association, recovery, time)
    data += read_register(data).next_line("station", {"key": station.public.line, "name": name}, recovery, time)
    return _keep(path, data, station, world)


def _founded_before(path: Path, station: Station, name: str) -> bytes | None:
    """Return the register that an interrupted run of the same founding left; None where there is none."""
    try:
        data = path.read_bytes()
        register = read_register(data)
    except (OSError, UnsoundRegisterError):
        return None
    own = register.stations.get(station.public.fingerprint)
    same = register.recovery == station.recovery and own is not None and own.name == name
    return data if same and len(register.digests) == len(("founded", "station")) else None


def let_in(
    path: Path, station: Station, recovery: SigningKey, other: tuple[str, str], world: World
) -> Register:  # fmt: skip
    """Let another station enter heads.

    Args:
        path: The register.
        station: This station.
        recovery: The association's recovery key.
        other: Public key of the other, or the file that holds it; and its name.
        world: Clock and disk.

    Raises:
        RegisterError: It cannot be used.
        UsageError: The station is in it already, or this is no key of a station.
        KeyMissingError: The key is neither a key nor a file.
        KeyUnreadableError: It is no public key.
    """
    try:
        key, name = PublicKey.parse(public_key(other[0])), other[1]
    except ValueError as error:
        raise UsageError("register-no-station-key") from error
    with _writing(path, station) as (data, register):
        if (known := register.stations.get(key.fingerprint)) is not None:
            if known.name == name:
                return _keep(path, data, station, world)
            raise UsageError("register-station-twice", name=known.name)
        line = register.next_line("station", {"key": key.line, "name": name}, recovery, _time(world))
        return _keep(path, data + line, station, world)


def declare_lost(
    path: Path, station: Station, recovery: SigningKey, about: Mapping[str, str], world: World
) -> Register:  # fmt: skip
    """Say that a station's key is lost.

    Args:
        path: The register.
        station: This station.
        recovery: The association's recovery key.
        about: `lost`, its name or fingerprint; `since`, a day or an instant in UTC; `why`.
        world: Clock and disk.

    Raises:
        RegisterError: It cannot be used.
        UsageError: There is no such station, it was lost before, or the day is none.
    """
    with _writing(path, station) as (data, register):
        lost = about["lost"]
        since = _instant(about["since"])
        for of, before in register.lost.items():
            said = lost in {of, register.stations[of].name} and (before.since, before.why) == (since, about["why"])
            if said:
                return _keep(path, data, station, world)
        named = [of for of, each in register.stations.items() if lost in {of, each.name} and of not in register.lost]
        if len(named) != 1:
            raise UsageError("register-station-unknown", name=lost)
        facts: Mapping[str, Json] = {"station": named[0], "since": since, "why": about["why"]}
        return _keep(path, data + register.next_line("lost", facts, recovery, _time(world)), station, world)


def enter_heads(path: Path, station: Station, key: SigningKey, world: World) -> EnteredHeads:
    """Enter where the logs of all cases of this station end; those that stand there already are not entered again.

    Args:
        path: The register.
        station: This station.
        key: Its key.
        world: Clock and disk.

    Raises:
        RegisterError: It cannot be used, or this station may not enter.
    """
    with _writing(path, station) as (data, register):
        if not register.may_enter(key.public.fingerprint):
            raise RegisterError("register-not-in", fingerprint=key.public.fingerprint)
        found, known, unread = list[str](), 0, list[tuple[str, EvidenceError]]()
        for each in overviews(station.cases):
            try:
                case = read_case(CaseFolder(station.cases / each.case), None, station)
            except (EvidenceError, OSError) as trouble:
                unread.append((each.case, trouble if isinstance(trouble, EvidenceError) else file_refused(trouble)))
                continue
            digest = head_digest(case.custody.commits[-1])
            if digest in register.heads:
                known += 1
            else:
                found.append(digest)
        grown = data
        # With nothing new the line still says that this station has seen all lines before it.
        wanted = len(found) or register.lines[-1][1] != key.public.fingerprint
        for at in range(0, wanted, _HEADS_A_LINE):
            heads: list[Json] = [*sorted(found)[at : at + _HEADS_A_LINE]]
            grown += read_register(grown).next_line("heads", {"heads": heads}, key, _time(world))
        _keep(path, grown, station, world)
        return EnteredHeads(len(found), known, tuple(unread))


def stamp_request(path: Path, station: Station) -> bytes:
    """Return a request for a time stamp over the register's last line, and so over all.

    Args:
        path: The register.
        station: This station.

    Raises:
        RegisterError: It cannot be used.
    """
    opened_register(path, _own(station), station.folder)
    return timestamp.stamp_request(path.read_bytes().rstrip(b"\n").rpartition(b"\n")[2])


def last_digest(path: Path, station: Station) -> bytes:
    """Return the SHA-256 of the register's last line, 32 bytes.

    Args:
        path: The register.
        station: This station.

    Raises:
        RegisterError: It cannot be used.
    """
    return bytes.fromhex(opened_register(path, _own(station), station.folder).digests[-1])


def attach_stamp(path: Path, station: Station, key: SigningKey, answer: bytes, world: World) -> tuple[int, str]:
    """Put an authority's answer into the register; return the line that it is over, and when it was made.

    Args:
        path: The register.
        station: This station.
        key: Its key.
        answer: As it came.
        world: Clock and disk.

    Raises:
        RegisterError: The register cannot be used, or this station may not write it.
        StampRefusedError: It is no time stamp over a line of this register, or none of the station's roots vouches
            for it.
    """
    roots = roots_of(station.folder)
    with _writing(path, station) as (data, register):
        if not register.may_enter(key.public.fingerprint):
            raise RegisterError("register-not-in", fingerprint=key.public.fingerprint)
        try:
            token = timestamp.stamp_answer(answer)
            stamp = timestamp.read_stamp(token)
        except StampError as error:
            raise StampRefusedError("register-stamp") from error
        if stamp.imprint not in register.digests:
            raise StampRefusedError("register-stamp")
        if roots and timestamp.check_stamp(token, stamp.imprint, roots) is None:
            raise StampRefusedError("register-stamp")
        covers = register.digests.index(stamp.imprint) + 1
        facts: Mapping[str, Json] = {"token": base64.b64encode(token).decode(), "covers": covers}
        _keep(path, data + register.next_line("stamped", facts, key, _time(world)), station, world)
        return covers, stamp.at.isoformat()


@contextmanager
def _writing(path: Path, station: Station) -> Iterator[tuple[bytes, Register]]:
    """Be the only program that writes a register, wherever on a share it lies."""
    try:
        with own_disk(0), hold_lock(path.with_name(f".{path.name}.lock"), _PATIENCE_SECONDS):
            register = opened_register(path, _own(station), station.folder)
            yield path.read_bytes(), register
    except HeldError as error:
        raise RegisterError("register-busy", path=str(path)) from error


def _keep(path: Path, data: bytes, station: Station, world: World) -> Register:
    """Put the whole file in place, and remember how far it came, also where an interrupted run did the first half."""
    register = read_register(data)
    with own_disk(0):
        write_durably(world.disk, path, data)
        write_durably(world.disk, station.folder / MEMORY, memory_of(register))
    return register


def _own(station: Station) -> dict[str, str]:
    return {station.recovery.fingerprint: station.association}


def _time(world: World) -> str:
    return line_time(world.clock.now())


def _instant(text: str) -> str:
    """Return a day, or an instant, as an instant in UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError("date-malformed", date=text, flag="--since") from error
    # Of a day the first moment: the careful reading, by which more is held to be in doubt.
    instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
    return line_time(instant)
