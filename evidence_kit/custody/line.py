"""Lines of the log: an event line commits to an opening, a signature line signs all that stands before it.

Both are compact JSON with their keys in one order; `prev` is the SHA-256 of the exact bytes of the line before,
without its newline. `parse_line` takes only the bytes that `encode` would write.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from evidence_kit.custody import opening
from evidence_kit.model import Digest, Json

VERSION = 1
LONGEST_LINE_BYTES = 64 * 1024


def numbered_id(letter: str) -> str:
    """Return the pattern of ids, one spelling each: six digits, or more without a zero before them, and no number 0."""
    return rf"{letter}(?!000000(?![0-9]))(?:[1-9][0-9]{{6,14}}|[0-9]{{6}})"


OBJECT = numbered_id("E")
_OBJECT = re.compile(OBJECT)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
# Nearly every line of a log, byte for byte as `encode` writes it: read at one look, the others piece by piece.
_PLAIN = re.compile(
    rb'\{"v":1,"seq":([1-9][0-9]{0,14}),"time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)",'
    rb'"commit":"([0-9a-f]{64})",(?:"object":"(' + OBJECT.encode("ascii") + rb')","stored":"([0-9a-f]{64})",)?'
    rb'"prev":"([0-9a-f]{64})"\}'
)
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_EVENT_KEYS = ("v", "seq", "time", "commit", "object", "stored", "clear", "prev")
_SIGNATURE_KEYS = ["v", "seq", "time", "bodies", "by", "sig", "prev"]


class LineError(ValueError):
    """Bytes that are no line of the log."""


class EventLine(NamedTuple):
    """One event, seen from outside; a tuple, because a log has a hundred thousand of them.

    Attributes:
        seq: Its number, from 1; the number of the line.
        time: When the kit wrote it, by its own clock, `2026-11-23T18:48:00.123456Z`.
        commit: SHA-256 of the opening.
        prev: SHA-256 of the line before.
        object: Item id of the file in `store/` that the event put there.
        stored: SHA-256 of that encrypted file.
        clear: What a verifier without a key must know; on few lines only.
    """

    seq: int
    time: str
    commit: Digest
    prev: Digest
    object: str | None = None
    stored: Digest | None = None
    clear: Mapping[str, Json] | None = None

    def encode(self) -> bytes:
        """Return the line without its newline."""
        fields: dict[str, Json] = {
            "v": VERSION,
            "seq": self.seq,
            "time": self.time,
            "commit": self.commit.hex,
        }
        if self.object is not None and self.stored is not None:
            fields |= {"object": self.object, "stored": self.stored.hex}
        if self.clear is not None:
            fields["clear"] = self.clear
        return opening.compact_json(fields | {"prev": self.prev.hex})


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature over everything before it.

    Attributes:
        seq: Its number, from 1.
        time: That of the event line before it: a commit is one moment, and no byte of a signature line is left
            unsigned by it.
        bodies: SHA-256 of the encrypted file with the openings that this line signs.
        by: Fingerprint of the signer, as `ssh-keygen -l` prints it.
        sig: SSHSIG over the checkpoint, without armour.
        prev: SHA-256 of the line before.
    """

    seq: int
    time: str
    bodies: Digest
    by: str
    sig: bytes
    prev: Digest

    def encode(self) -> bytes:
        """Return the line without its newline."""
        return opening.compact_json(
            {
                "v": VERSION,
                "seq": self.seq,
                "time": self.time,
                "bodies": self.bodies.hex,
                "by": self.by,
                "sig": base64.b64encode(self.sig).decode("ascii"),
                "prev": self.prev.hex,
            }
        )


def parse_line(raw: bytes, time: str | None = None) -> EventLine | SignatureLine:
    """Read one line, newline removed.

    Args:
        raw: The line.
        time: What the line before said, which is known to be an instant.

    Raises:
        LineError: It is not in the one form; the message says where it departs.
    """
    if len(raw) > LONGEST_LINE_BYTES:
        raise LineError("longer than a line may be")
    plain = _PLAIN.fullmatch(raw)
    if plain is not None and (line := _plain(plain, time)) is not None:
        return line
    try:
        return _parsed(raw, opening.loads_quick)
    except LineError:
        return _parsed(raw, opening.loads_strict)  # says more exactly what is wrong


def _plain(found: re.Match[bytes], known: str | None) -> EventLine | None:
    """Return the line that was matched, None when its time is no instant: the slow way says so."""
    seq, stamped, commit, held, stored, prev = found.groups()
    time = stamped.decode("ascii")
    if time != known:
        try:
            line_instant(time)
        except ValueError:
            return None
    return EventLine(
        int(seq),
        time,
        Digest(commit.decode("ascii")),
        Digest(prev.decode("ascii")),
        None if held is None else held.decode("ascii"),
        None if stored is None else Digest(stored.decode("ascii")),
    )


def _parsed(raw: bytes, read: Callable[[bytes], Any]) -> EventLine | SignatureLine:
    try:
        fields = read(raw)
        if not isinstance(fields, dict) or fields.get("v") != VERSION:
            raise LineError("not a line of version 1")
        line = _signature(fields) if "sig" in fields else _event(fields)
        again = line.encode()
    except LineError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise LineError(str(error)) from error
    if again != raw:
        raise LineError("not written the way the log is written")
    return line


def line_time(now: datetime) -> str:
    """Return an aware instant the way lines write it: UTC, six decimals, Z.

    Raises:
        ValueError: The instant names no zone.
    """
    if now.tzinfo is None:
        raise ValueError("an instant without a zone")
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def line_instant(text: str) -> datetime:
    """Return the instant that a line's time stands for."""
    return datetime.fromisoformat(text)


def _event(fields: dict[str, Any]) -> EventLine:
    if [key for key in _EVENT_KEYS if key in fields] != list(fields):
        raise LineError("keys missing, unknown or out of order")
    held, stored = fields.get("object"), fields.get("stored")
    if (held is None) != (stored is None) or (held is not None and not _OBJECT.fullmatch(held)):
        raise LineError("object and stored go together")
    clear = fields.get("clear")
    if "clear" in fields and not (isinstance(clear, dict) and isinstance(clear.get("type"), str)):
        raise LineError("clear is an object with a type")
    if isinstance(clear, dict) and next(iter(clear)) != "type":
        raise LineError("clear begins with its type")
    opening.check_canonical(fields)
    return EventLine(
        seq=_seq(fields),
        time=_time(fields),
        commit=Digest(fields["commit"]),
        prev=Digest(fields["prev"]),
        object=held,
        stored=None if stored is None else Digest(stored),
        clear=clear,
    )


def _signature(fields: dict[str, Any]) -> SignatureLine:
    if list(fields) != _SIGNATURE_KEYS:
        raise LineError("keys missing, unknown or out of order")
    if not _FINGERPRINT.fullmatch(fields["by"]):
        raise LineError("by is a fingerprint")
    try:
        blob = base64.b64decode(fields["sig"], validate=True)
    except binascii.Error as error:
        raise LineError("sig is base64") from error
    return SignatureLine(
        seq=_seq(fields),
        time=_time(fields),
        bodies=Digest(fields["bodies"]),
        by=fields["by"],
        sig=blob,
        prev=Digest(fields["prev"]),
    )


def _seq(fields: dict[str, Any]) -> int:
    seq = fields["seq"]
    if isinstance(seq, bool) or not isinstance(seq, int) or not 1 <= seq <= opening.LARGEST_INTEGER:
        raise LineError("seq counts from 1")
    return seq


def _time(fields: dict[str, Any]) -> str:
    text = fields["time"]
    if not _TIME.fullmatch(text):
        raise LineError("time is UTC with six decimals")
    line_instant(text)
    return str(text)
