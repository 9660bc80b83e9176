"""Hand-overs: outgoing and incoming, with both names; confirmations; the passphrase once more."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import LogEvent, Manifest
from evidence_kit.keys import age, sshsig
from evidence_kit.keys.sshsig import RECEIVED_NAMESPACE, Signature
from evidence_kit.model import Json
from evidence_kit.sealing.errors import NoSealError, ReceivedRefusedError
from evidence_kit.sealing.statement import Statement
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.write import CaseWriter

THINGS = ("archive", "case-copy", "device", "paper")


@dataclass(frozen=True, slots=True)
class HandOver:
    """One hand-over, as people say it was.

    Attributes:
        what: One of `THINGS`.
        given_by: Who gave it.
        received_by: Who took it.
        purpose: What for.
        place: Where.
        on: When.
        received_for: Whom the receiver acts for.
        means: On what, or how it went.
        remark: Whatever else.
        seal: Line of the `sealed` event that is meant; the newest when None.
        incoming: It came to us.
    """

    what: str
    given_by: str
    received_by: str
    purpose: str
    place: str
    on: date
    received_for: str | None = None
    means: str | None = None
    remark: str | None = None
    seal: int | None = None
    incoming: bool = False


def seal_of(manifest: Manifest, case: str, line: int | None = None) -> LogEvent:
    """Return a `sealed` event, the newest unless a line is named.

    Args:
        manifest: What the case says.
        case: Id of the case, for the error.
        line: Line of the `sealed` event; None for the newest.

    Raises:
        NoSealError: There is none.
    """
    sealed = manifest.entries.get("sealed", [])
    found = [entry for entry in sealed if line is None or entry.line == line]
    if not found:
        raise NoSealError("no-seal", case=case)
    return found[-1]


class SealNamed(NamedTuple):
    """A seal as a person knows it again.

    Attributes:
        archive: Name of its first archive.
        day: When it was made, YYYY-MM-DD in UTC.
        line: Of the log.
        others: How many other seals the case has.
    """

    archive: str
    day: str
    line: int
    others: int


def seal_named(manifest: Manifest, case: str, line: int | None = None) -> SealNamed:
    """Return which seal is meant where a person names a line, or none: then the newest.

    Args:
        manifest: What the case says.
        case: Id of the case, for the error.
        line: Line of the `sealed` event.

    Raises:
        NoSealError: There is none.
    """
    meant = seal_of(manifest, case, line)
    others = len(manifest.entries.get("sealed", ())) - 1
    return SealNamed(str(meant.facts["archive"]), meant.time[:10], meant.line, others)


def record_transfer(writer: CaseWriter, over: HandOver) -> int:
    """Record a hand-over; return its line.

    Raises:
        NoSealError: An archive was handed over, and none was sealed.
    """
    facts: dict[str, Json] = {"what": over.what}
    if over.what == "archive" and not over.incoming:
        facts["archives"] = sealed_archives(seal_of(writer.manifest, writer.case.id, over.seal).facts)
    facts |= _told(over)
    return writer.commit([Event("transfer.in" if over.incoming else "transfer.out", facts)]).first


def _told(over: HandOver) -> dict[str, Json]:
    told: dict[str, Json] = {
        "given_by": over.given_by,
        "received_by": over.received_by,
        "received_for": over.received_for,
        "purpose": over.purpose,
        "place": over.place,
        "on": over.on.isoformat(),
        "means": over.means,
        "remark": over.remark,
    }
    return {name: value for name, value in told.items() if value is not None}


def transfer_to_station(writer: CaseWriter, over: HandOver, fingerprint: str) -> int:
    """Hand the case itself to another station, whose key alone goes on with it; return the line that says so.

    Args:
        writer: The case; this station writes to it no more afterwards.
        over: Who hands over, to whom, and how.
        fingerprint: Of the other station's key, which may read and sign already.
    """
    told: dict[str, Json] = {"what": "case", "station": fingerprint} | _told(over)
    return writer.commit([Event("transfer.out", told)]).first


def handed_on(case: Case) -> int:
    """Return the line that says that the case was handed to another station."""
    return max(each.line for each in case.opened.entries["transfer.out"] if each.facts.get("what") == "case")


def sealed_archives(sealed: Mapping[str, Any]) -> list[Json]:
    """Return the archives of a `sealed` event: name, digest and length of each."""
    listed = [sealed, *sealed.get("further", ())]
    return [{name: each[name] for name in ("archive", "sha256", "size")} for each in listed]


class Confirmation(NamedTuple):
    """A receiver's counter-signature in the log.

    Attributes:
        fingerprint: Of the receiver's key.
        lines: How many lines of the log it fixes.
        line: Its own line.
    """

    fingerprint: str
    lines: int
    line: int


def record_confirmation(writer: CaseWriter, armoured: bytes, statement: bytes, by: str, on: date) -> Confirmation:
    """Record a receiver's counter-signature; return the fingerprint, the last line it fixes, and its own line.

    Args:
        writer: The case, unlocked.
        armoured: The receiver's signature, as `ssh-keygen` writes it.
        statement: The statement of the archive, byte for byte.
        by: Name of who brought it.
        on: The day it came.

    Raises:
        ReceivedRefusedError: It is none, or the statement is not one of this case.
    """
    case = writer.case
    try:
        said = Statement.parse(statement)
        signature = Signature.parse(sshsig.unarmour(armoured))
    except ValueError as error:
        raise ReceivedRefusedError("received-malformed") from error
    if not signature.holds(statement, RECEIVED_NAMESPACE):
        raise ReceivedRefusedError("received-not-over-this")
    known = {
        (str(each["sha256"]), entry.facts["head"])  # type: ignore[call-overload,index]
        for entry in case.opened.entries.get("sealed", ())
        for each in sealed_archives(entry.facts)
    }
    if said.case != case.id or (said.sha256.hex, said.head.hex) not in known:
        raise ReceivedRefusedError("received-not-ours", case=case.id)
    facts: dict[str, Json] = {
        "what": "counter-signature",
        "given_by": by,
        "statement": statement.decode("ascii"),
        "signature": base64.b64encode(signature.blob).decode("ascii"),
        "key": signature.key.fingerprint,
        "lines": said.lines,
        "on": on.isoformat(),
    }
    line = writer.commit([Event("transfer.in", facts)]).first
    return Confirmation(signature.key.fingerprint, said.lines, line)


def show_passphrase(writer: CaseWriter, line: int | None = None) -> tuple[str, str]:
    """Return an archive's name and its 28 digits once more; that they were shown is in the log before they are.

    Raises:
        NoSealError: There is no such seal, or it was made before passphrases were kept in the case.
    """
    name, secret = passphrase_digits(writer.case, line)
    writer.commit([Event("exported", {"what": "passphrase", "form": "screen", "name": name})])
    return name, secret


def passphrase_digits(case: Case, line: int | None = None) -> tuple[str, str]:
    """Return an archive's name and its 28 digits.

    Raises:
        NoSealError: There is no such seal, or it was made before passphrases were kept in the case.
    """
    sealed = seal_of(case.opened, case.id, line)
    wrapped = sealed.facts.get("passphrase_wrapped")
    if wrapped is None or case.identity is None:
        raise NoSealError("no-passphrase", case=case.id, archive=str(sealed.facts["archive"]))
    secret = age.decrypt_bytes(base64.b64decode(wrapped), [case.identity.opener]).decode("ascii").strip()
    return str(sealed.facts["archive"]), secret
