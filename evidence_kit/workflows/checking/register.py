"""Hold a checked log against the register of stations: since when it stood there, and who signed after a loss."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from evidence_kit.custody.errors import RegisterError
from evidence_kit.custody.established import Custody, SignedCommit
from evidence_kit.custody.line import line_instant
from evidence_kit.custody.register import Register, UnsoundRegisterError, read_register
from evidence_kit.custody.verdict import Anchor
from evidence_kit.errors import UsageError
from evidence_kit.keys import timestamp
from evidence_kit.keys.timestamp import StampError
from evidence_kit.vault.disk import open_regular
from evidence_kit.workflows.case.disk_errors import file_refused, is_gone

MEMORY: Final = "register.json"
_LARGEST_BYTES: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class LostSignature:
    """Commits that a lost key signed and that the register did not know before the loss.

    Attributes:
        station: As the association calls it.
        since: When its key was surely in hand for the last time.
        first: The first of their signature lines.
        commits: How many they are.
    """

    station: str
    since: str
    first: int
    commits: int


@dataclass(frozen=True, slots=True)
class RegisteredLog:
    """The register's word on one log.

    Attributes:
        association: Whose register it is, by its own word, and the founder as the checker knows them.
        through: Last line that the register knows; None where it knows none.
        time: When that was entered, by the clock of the station that did.
        stamped: When a time-stamping authority saw the register with it in; None where none is known to have.
        lost: What lost keys signed.
    """

    association: str
    through: int | None
    time: str | None
    stamped: str | None
    lost: tuple[LostSignature, ...]

    @property
    def anchors(self) -> list[Anchor]:
        """The lines that a time stamp over the register fixes."""
        if self.through is None or self.stamped is None:
            return []
        return [Anchor(self.through, "time-stamp", self.stamped)]


@dataclass(frozen=True, slots=True)
class ProvenRegister:
    """A register that logs are held against.

    Attributes:
        register: Opened.
        name: The association by its own word, and the founder as the checker knows them.
        stamps: The line that each time stamp is over, and its time, as far as a root of the checker vouches for it.
    """

    register: Register
    name: str
    stamps: tuple[tuple[int, datetime], ...]


def head_digest(signed: SignedCommit) -> str:
    """Return the digest that a register holds for the state of a log at a signature line."""
    return hashlib.sha256(signed.checkpoint.text).hexdigest()


def opened_register(path: Path, known: Mapping[str, str], folder: Path | None) -> Register:
    """Return a register that an association founded whose recovery key is known here.

    Args:
        path: The file.
        known: Names by fingerprint of recovery keys that a person here compared, the station's own among them.
        folder: The station's folder, which remembers how far the register had come; None where there is none.

    Raises:
        UsageError: There is no such file.
        RegisterError: It does not hold, nobody here knows whose it is, or it is an earlier state.
        DiskFailureError: It cannot be read now.
    """
    try:
        with open_regular(path, follow=True) as file:
            data = file.read(_LARGEST_BYTES)
    except OSError as error:
        if is_gone(error):
            raise UsageError("register-missing", path=str(path)) from error
        raise file_refused(error, str(path)) from error
    try:
        register = read_register(data)
    except UnsoundRegisterError as error:
        raise RegisterError("register-unsound", path=str(path), line=error.line) from error
    if register.recovery.fingerprint not in known:
        raise RegisterError("register-stranger", fingerprint=register.recovery.fingerprint)
    if folder is not None and not _descends(register, folder):
        raise RegisterError("register-older", path=str(path), lines=len(register.digests))
    return register


def proven_register(register: Register, founder: str, roots: Sequence[bytes]) -> ProvenRegister:
    """Return a register with the stamps that hold, for one log after the other.

    Args:
        register: Opened.
        founder: The name by which the checker knows the key that founded it.
        roots: PEM files of time-stamping authorities that the checker trusts.
    """
    return ProvenRegister(register, f"{register.association} ({founder})", tuple(_proven_stamps(register, roots)))


def registered_log(proven: ProvenRegister, custody: Custody) -> RegisteredLog:
    """Return the register's word on a log.

    Args:
        proven: The register.
        custody: The log, its signatures checked.
    """
    register = proven.register
    through, time, stamped = None, None, None
    for signed in reversed(custody.commits):
        entered = register.heads.get(head_digest(signed))
        if entered is not None:
            through, time = signed.checkpoint.lines, entered.time
            seen = [at for covers, at in proven.stamps if covers >= entered.line]
            stamped = min(seen).isoformat() if seen else None
            break
    lost = tuple(found for by in register.lost if (found := _signed_after(proven, custody, by)) is not None)
    return RegisteredLog(proven.name, through, time, stamped, lost)


def memory_of(register: Register) -> bytes:
    """Return the memory that a station keeps of a register, to know an earlier state when it sees one."""
    facts = {"v": 1, "recovery": register.recovery.fingerprint, "lines": len(register.digests),
             "head": register.digests[-1]}  # fmt: skip
    return json.dumps(facts).encode()


def _descends(register: Register, folder: Path) -> bool:
    """Say whether a register goes on from the one that was seen here last."""
    try:
        facts = json.loads((folder / MEMORY).read_bytes())
        if facts["recovery"] != register.recovery.fingerprint:
            return True
        return register.digests[int(facts["lines"]) - 1 : int(facts["lines"])] == [facts["head"]]
    except FileNotFoundError:
        return True
    except (ValueError, KeyError, TypeError) as error:
        raise RegisterError("register-memory", path=str(folder / MEMORY)) from error


def _proven_stamps(register: Register, roots: Sequence[bytes]) -> Iterator[tuple[int, datetime]]:
    """Yield the line that each stamp is over, and its time; only of stamps that a root vouches for."""
    for stamp in register.stamps:
        if timestamp.check_stamp(stamp.token, register.digests[stamp.covers - 1], roots) is not None:
            with suppress(StampError):
                yield stamp.covers, timestamp.read_stamp(stamp.token).at


def _signed_after(proven: ProvenRegister, custody: Custody, by: str) -> LostSignature | None:
    """Return the commits of a lost key that cannot be told from a thief's.

    A thief sets clocks as they like: an entry counts as older than the loss only where another station, or an
    authority of time stamps, has seen it by then.
    """
    register = proven.register
    lost = register.lost[by]
    moment = line_instant(lost.since)
    seen = max(register.seen_by_others(by), *(covers for covers, at in proven.stamps if at <= moment), 0)
    known = 0
    for signed in custody.commits:
        entered = register.heads.get(head_digest(signed))
        # A head fixes everything before it.
        if entered is not None and entered.line <= seen:
            known = signed.line
    after = [signed for signed in custody.commits if signed.by == by and signed.line > known]
    if not after:
        return None
    return LostSignature(register.stations[by].name, lost.since, after[0].line, len(after))
