"""The register of stations: heads of many logs in one chained and signed file, keys that may sign, keys that were lost.

A line is compact JSON that ends with its own signature; `prev` is the SHA-256 of the whole line before, as in a case's
log. What stands for a log's head is the SHA-256 of its checkpoint's text, whose beginning is the receipt code: whoever
holds the case finds it here, and nobody else learns which case it is. The recovery key founds a register, lets stations
in and says which are lost; stations enter heads and time stamps.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evidence_kit.keys.sshsig import PublicKey, Signature
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json

NAMESPACE: Final = "evidence-kit-register"
_GENESIS: Final = "0" * 64
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_SIGNED: Final = b',"sig":"'


class UnsoundRegisterError(ValueError):
    """The bytes are no register from some line on.

    Attributes:
        line: Number of the first line that does not hold, from 1.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


@dataclass(frozen=True, slots=True)
class RegisteredStation:
    """A station that may enter heads.

    Attributes:
        key: Its public key.
        name: As the association calls it.
        line: The line that let it in.
    """

    key: PublicKey
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class LostKey:
    """A station whose key is nobody's any more who may sign.

    Attributes:
        since: When it was surely in hand for the last time, in UTC.
        why: In a person's words.
        line: The line that says so.
    """

    since: str
    why: str
    line: int


@dataclass(frozen=True, slots=True)
class RegisteredHead:
    """A head as it was entered.

    Attributes:
        line: The line that entered it first.
        time: When, by the clock of the station that did.
        by: Fingerprint of that station's key.
    """

    line: int
    time: str
    by: str


@dataclass(frozen=True, slots=True)
class RegisterStamp:
    """A time stamp over a line, and so over all lines before.

    Attributes:
        line: The line that holds it.
        covers: The line that it is over.
        token: The authority's answer.
    """

    line: int
    covers: int
    token: bytes


@dataclass(slots=True)
class Register:
    """A register as its lines establish it.

    Attributes:
        association: Its code.
        recovery: The association's recovery key, which founded it.
        stations: Every station that was ever let in, by fingerprint.
        lost: Which of them are lost.
        heads: Digests of checkpoints, to where each was entered first.
        stamps: In their order.
        digests: SHA-256 of each line, the first at index 0.
        lines: Time and signer's fingerprint of each line, in the same order.
    """

    association: str
    recovery: PublicKey
    stations: dict[str, RegisteredStation] = field(default_factory=dict)
    lost: dict[str, LostKey] = field(default_factory=dict)
    heads: dict[str, RegisteredHead] = field(default_factory=dict)
    stamps: list[RegisterStamp] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)

    def seen_by_others(self, fingerprint: str) -> int:
        """Return the last line that another key had signed by the time of a loss; all before it are older.

        Args:
            fingerprint: Of the lost key, whose own word does not count.
        """
        lost = self.lost[fingerprint]
        lines = enumerate(self.lines[: lost.line - 1], start=1)
        return max((number for number, (time, by) in lines if by != fingerprint and time <= lost.since), default=0)

    def may_enter(self, fingerprint: str) -> bool:
        """Say whether a station may enter heads now."""
        return fingerprint in self.stations and fingerprint not in self.lost

    def next_line(self, kind: str, facts: Mapping[str, Json], key: SigningKey, time: str) -> bytes:
        """Return the next line, with its newline.

        Args:
            kind: `station`, `lost`, `heads` or `stamped`.
            facts: What it says.
            key: Signs it.
            time: In UTC, as the logs of cases write it.
        """
        return _signed_line(len(self.digests) + 1, kind, facts, key, time, self.digests[-1])


def founding_line(association: str, recovery: SigningKey, time: str) -> bytes:
    """Return the first line of a register.

    Args:
        association: Its code.
        recovery: Its recovery key.
        time: In UTC.
    """
    facts: Mapping[str, Json] = {"association": association, "key": recovery.public.line}
    return _signed_line(1, "founded", facts, recovery, time, _GENESIS)


def read_register(data: bytes) -> Register:
    """Return the register that lines establish; every one of them has to hold.

    Raises:
        UnsoundRegisterError: One does not, or the end is cut off.
    """
    if not data.endswith(b"\n"):
        raise UnsoundRegisterError(data.count(b"\n") + 1, "the end is cut off")
    register: Register | None = None
    previous = _GENESIS
    for number, raw in enumerate(data[:-1].split(b"\n"), start=1):
        try:
            facts, by = _read_line(raw, number, previous)
            if register is None:
                register = _founded(facts, by)
            else:
                _KINDS[facts["type"]](register, facts, by, number)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UnsoundRegisterError(number, str(error)) from error
        previous = hashlib.sha256(raw).hexdigest()
        register.digests.append(previous)
        register.lines.append((facts["time"], facts["by"]))
    assert register is not None  # noqa: S101 - at least one line was read
    return register


def _signed_line(  # noqa: PLR0913 - the fields of a line
    number: int, kind: str, facts: Mapping[str, Json], key: SigningKey, time: str, previous: str
) -> bytes:
    told = {"v": 1, "seq": number, "time": time, "type": kind, **facts, "prev": previous, "by": key.public.fingerprint}
    line = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    signature = base64.b64encode(key.sign(line, NAMESPACE).blob)
    return line[:-1] + _SIGNED + signature + b'"}\n'


def _read_line(raw: bytes, number: int, previous: str) -> tuple[dict[str, Any], PublicKey]:
    begun, found, rest = raw.rpartition(_SIGNED)
    if not found or not rest.endswith(b'"}'):
        raise ValueError("no signature")
    line = begun + b"}"
    signature = Signature.parse(base64.b64decode(rest[:-2], validate=True))
    facts = json.loads(line)
    if json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode() != line:
        raise ValueError("not the one form")
    if (facts["v"], facts["seq"], facts["prev"]) != (1, number, previous):
        raise ValueError("does not follow the line before it")
    if not signature.holds(line, NAMESPACE) or signature.key.fingerprint != facts["by"]:
        raise ValueError("signature")
    if not _TIME.fullmatch(facts["time"]):
        raise ValueError("time")
    return facts, signature.key


def _founded(facts: Mapping[str, Any], by: PublicKey) -> Register:
    if facts["type"] != "founded" or PublicKey.parse(facts["key"]) != by:
        raise ValueError("not founded")
    return Register(_text(facts["association"]), by)


def _station(register: Register, facts: Mapping[str, Any], by: PublicKey, number: int) -> None:
    _only_recovery(register, by)
    key = PublicKey.parse(facts["key"])
    if key.fingerprint in register.stations:
        raise ValueError("a station twice")
    register.stations[key.fingerprint] = RegisteredStation(key, _text(facts["name"]), number)


def _lost(register: Register, facts: Mapping[str, Any], by: PublicKey, number: int) -> None:
    _only_recovery(register, by)
    if facts["station"] not in register.stations or facts["station"] in register.lost:
        raise ValueError("no station, or lost before")
    if not _TIME.fullmatch(facts["since"]):
        raise ValueError("since")
    register.lost[facts["station"]] = LostKey(facts["since"], _text(facts["why"]), number)


def _heads(register: Register, facts: Mapping[str, Any], by: PublicKey, number: int) -> None:
    _only_stations(register, by)
    for digest in facts["heads"]:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("head")
        register.heads.setdefault(digest, RegisteredHead(number, facts["time"], by.fingerprint))


def _stamped(register: Register, facts: Mapping[str, Any], by: PublicKey, number: int) -> None:
    _only_stations(register, by)
    covers = facts["covers"]
    if not isinstance(covers, int) or not 1 <= covers < number:
        raise ValueError("covers")
    try:
        token = base64.b64decode(facts["token"], validate=True)
    except binascii.Error as error:
        raise ValueError("token") from error
    register.stamps.append(RegisterStamp(number, covers, token))


_KINDS: Final[Mapping[str, Callable[[Register, Mapping[str, Any], PublicKey, int], None]]] = {
    "station": _station,
    "lost": _lost,
    "heads": _heads,
    "stamped": _stamped,
}


def _only_recovery(register: Register, by: PublicKey) -> None:
    if by != register.recovery:
        raise ValueError("only the recovery key may say so")


def _only_stations(register: Register, by: PublicKey) -> None:
    if not register.may_enter(by.fingerprint):
        raise ValueError("no station of this register, or a lost one")


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 1000:
        raise ValueError("text")
    return value
