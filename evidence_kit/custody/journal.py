"""Writing the log: a commit is event lines and one signature line, appended in one write."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence_kit.custody import opening
from evidence_kit.custody.checkpoint import Checkpoint
from evidence_kit.custody.event import Event
from evidence_kit.custody.line import LONGEST_LINE_BYTES, EventLine, SignatureLine, line_time
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys.sshsig import CHECKPOINT_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest, Disk, Json


@dataclass(frozen=True, slots=True)
class LogHead:
    """Where a log ends.

    Attributes:
        case: Case id.
        lines: How many lines it has.
        digest: SHA-256 of the last one, or 64 zeros.
    """

    case: str
    lines: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Openings:
    """The openings of a commit and the lines that commit to them, not yet signed.

    Attributes:
        body: The openings, a newline behind each: what is encrypted into `bodies/`.
        lines: The event lines.
        raws: The bytes of these, without their newlines.
        signature_line: Number that the signature line will have; it names the body file.
    """

    body: bytes
    lines: tuple[EventLine, ...]
    raws: tuple[bytes, ...]
    signature_line: int


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that is ready to be appended.

    Attributes:
        data: The bytes to append.
        checkpoint: What its signature line signs.
        head: Where the log ends with it.
    """

    data: bytes
    checkpoint: Checkpoint
    head: LogHead


def link_events(head: LogHead, events: Sequence[Event], now: datetime, salt: Callable[[], bytes]) -> Openings:
    """Return the openings and event lines of a commit.

    Args:
        head: Where the log ends.
        events: What happened, at least one, in order.
        now: The instant that every line of the commit bears.
        salt: Gives 16 fresh random bytes.

    Raises:
        OpeningError: An event says something that has no place in an opening.
        ValueError: There is no event, or one whose line is longer than the format allows.
    """
    if not events:
        raise ValueError("a commit has at least one event")
    previous, time = head.digest, line_time(now)
    openings, lines, raws = [], [], []
    for seq, event in enumerate(events, start=head.lines + 1):
        clear: dict[str, Json] | None = None
        fields = dict(event.fields)
        if event.clear is not None:
            clear = {"type": event.type, **event.clear}
            fields = {"clear": clear, **fields}
        text = opening.encode_opening(salt(), event.type, fields)
        line = EventLine(seq, time, sha256(text), previous, event.object, event.stored, clear)
        raw = line.encode()
        if len(raw) > LONGEST_LINE_BYTES:
            raise ValueError("a line is longer than the format allows")
        openings.append(text + b"\n")
        lines.append(line)
        raws.append(raw)
        previous = sha256(raw)
    return Openings(b"".join(openings), tuple(lines), tuple(raws), lines[-1].seq + 1)


def sign_commit(case: str, openings: Openings, bodies: Digest, key: SigningKey) -> Commit:
    """Return the commit whose body file has been made durable and has this digest.

    Args:
        case: Id of the case.
        openings: Openings and lines from `link_events`.
        bodies: SHA-256 of the encrypted openings, which must lie on the disk durably: the signature vouches for them.
        key: The station's key.
    """
    seq, previous = openings.signature_line, sha256(openings.raws[-1])
    checkpoint = Checkpoint(case, seq - 1, previous, bodies)
    signature = key.sign(checkpoint.text, CHECKPOINT_NAMESPACE)
    line = SignatureLine(seq, openings.lines[-1].time, bodies, key.public.fingerprint, signature.blob, previous)
    raw = line.encode()
    data = b"".join(each + b"\n" for each in [*openings.raws, raw])
    return Commit(data, checkpoint, LogHead(case, seq, sha256(raw)))


class UncertainError(OSError):
    """A commit may or may not be in the log: it could neither be finished nor taken back."""


def append_commit(disk: Disk, log: Path, commit: Commit) -> None:
    """Append a commit to the log; it counts once this returns.

    Args:
        disk: The disk of the case.
        log: Path of the log, which ends where the commit was linked to.
        commit: The event lines and their signature line; they count together or not at all.

    Raises:
        OSError: The disk failed, and the commit is not in the log; a part of one, which no signature ends, may be.
        UncertainError: The disk failed once all was written, and failed again when that was to be taken back.
    """
    end_bytes = log.stat().st_size
    file = disk.append(log)
    try:
        file.write(commit.data)
        file.sync()
    except OSError as error:
        # What is told as failed must not stand in the log: a person does it again, and it would stand there twice.
        try:
            disk.shorten(log, end_bytes)
        except OSError:
            if _may_stand(log, end_bytes + len(commit.data)):
                raise UncertainError(error.errno, os.strerror(error.errno or 0), str(log)) from error
        raise
    finally:
        # Durable is durable: a file that does not close has not lost what was synced.
        with suppress(OSError):
            file.close()


def _may_stand(log: Path, whole_bytes: int) -> bool:
    """Say whether a log may hold all of a commit; without its last byte none is signed, and it counts nowhere."""
    try:
        return log.stat().st_size >= whole_bytes
    except OSError:
        return True
