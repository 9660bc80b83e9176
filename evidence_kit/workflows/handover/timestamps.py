"""Time stamps of a case: the line they cover, request, answer, and the proof that each gives."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.custody.clear_lines import anchored_token
from evidence_kit.custody.established import Custody, SignedCommit
from evidence_kit.custody.event import Event
from evidence_kit.custody.line import LONGEST_LINE_BYTES, line_instant
from evidence_kit.custody.verdict import Anchor, ReceiptOrigin
from evidence_kit.errors import UsageError
from evidence_kit.keys import timestamp
from evidence_kit.keys.timestamp import CheckedStamp, Stamp, StampError
from evidence_kit.model import Disk, Finding, Json, Weight
from evidence_kit.sealing.errors import StampRefusedError
from evidence_kit.vault.disk import write_durably
from evidence_kit.workflows.case.read import Case

if TYPE_CHECKING:
    from evidence_kit.workflows.case.write import CaseWriter

ROOTS = "time-stamp-roots"
# Two thirds of a line, because it stands there in base64.
_LARGEST_ANSWER_BYTES = 47 << 10
_SECONDS = 30
_LOG = "custody.jsonl"


@dataclass(frozen=True, slots=True)
class OutsideFacts:
    """The facts that a checker knows from outside the checked material.

    Attributes:
        roots: PEM files of time-stamping authorities' root certificates.
        receivers: Names of receivers whose keys the checker compared and keeps as such, by fingerprint. Whose key is
            whose comes out of this list and never out of the log that is checked.
        known: Names of everybody else whose key the checker compared, by fingerprint: such a key anchors nothing.
        origin: Where a receipt code that is typed comes from.
    """

    roots: Sequence[bytes] = ()
    receivers: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    origin: ReceiptOrigin = ReceiptOrigin.PAPER


@dataclass(frozen=True, slots=True)
class ShownStamp:
    """One time stamp in a log, and its proof to this checker.

    Attributes:
        line: The line that holds it.
        covers: The signature line that it is over.
        stamp: What it says; None when it cannot be read.
        checked: Who vouches for it; None when nobody does.
        days: Whole days between that line's own time and the stamp; below 0 where the writer's clock was ahead.
        broken: It is over something else, or no stamp.
        early: It was made before the time that the line it is over gives: one of two clocks was wrong.
    """

    line: int
    covers: int
    stamp: Stamp | None = None
    checked: CheckedStamp | None = None
    days: int | None = None
    broken: bool = False
    early: bool = False


def line_bytes(case: Case, signed: SignedCommit) -> bytes:
    """Return the exact bytes of a signature line, without its newline."""
    with case.folder.log.open("rb") as file:
        start = max(0, signed.end_bytes - LONGEST_LINE_BYTES - 2)
        file.seek(start)
        return file.read(signed.end_bytes - start - 1).rpartition(b"\n")[2]


def ask_authority(url: str, asked: bytes) -> bytes:
    """Send a request to an authority and return its answer.

    Raises:
        UsageError: It is no address of the web.
        StampRefusedError: Nothing came back, or too much.
    """
    # Only whoever asks needs what speaks to the web; checking a stamp does not.
    import urllib.request

    if not url.startswith(("https://", "http://")):
        raise UsageError("stamp-url", url=url)
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    wanted = urllib.request.Request(url, asked, headers)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(wanted, timeout=_SECONDS) as came:  # noqa: S310
            data = bytes(came.read(_LARGEST_ANSWER_BYTES + 1))
    except (OSError, ValueError) as error:
        raise StampRefusedError("stamp-no-answer", url=url, reason=type(error).__name__) from error
    return data


def attach_stamp(writer: CaseWriter, data: bytes, roots: Sequence[bytes], asked: bytes | None = None) -> ShownStamp:
    """Put an authority's answer into the log, next to the line that it is over.

    Args:
        writer: The case.
        data: As it came.
        roots: Root certificates; none where nobody can check it here.
        asked: The request that it answers, where it is at hand.

    Raises:
        StampRefusedError: It is no time stamp, not over a signature line of this case, answers another request, or
            none of the given roots vouches for it.
    """
    custody = writer.case.custody
    if len(data) > _LARGEST_ANSWER_BYTES:
        raise StampRefusedError("stamp-too-long", most=_LARGEST_ANSWER_BYTES)
    try:
        answer = timestamp.stamp_answer(data)
        stamp = timestamp.read_stamp(answer)
    except StampError as error:
        raise StampRefusedError("stamp-malformed", reason=str(error)) from error
    over = next((signed for signed in custody.commits if signed.head.hex == stamp.imprint), None)
    if over is None:
        raise StampRefusedError("stamp-of-nothing-here", case=writer.case.id)
    if asked is not None and timestamp.request_nonce(asked) != stamp.nonce:
        raise StampRefusedError("stamp-of-another-request")
    checked = timestamp.check_stamp(answer, over.head.hex, roots)
    if roots and checked is None:
        raise StampRefusedError("stamp-not-vouched-for", authority=stamp.authority or "?")
    facts: dict[str, Json] = {
        "authority": stamp.authority,
        "stamped_at": stamp.at.isoformat(),
        "policy": stamp.policy,
        "serial": str(stamp.serial),
        "checked_by": "nobody" if checked is None else checked.by,
        "root": None if checked is None else checked.root,
    }
    clear: dict[str, Json] = {"line": over.line, "token": base64.b64encode(answer).decode("ascii")}
    signed = writer.commit([Event("anchored", facts, clear=clear)])
    return ShownStamp(signed.first, over.line, stamp, checked, _days(over, stamp), early=_early(over, stamp))


def log_stamps(custody: Custody, outside: OutsideFacts) -> Iterator[ShownStamp]:
    """Yield the proof of every time stamp in a log."""
    commits = {signed.line: signed for signed in custody.commits}
    for line, clear in sorted(custody.clear.items()):
        if clear.get("type") == "anchored":
            said = clear.get("line")
            covers = said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 0
            yield _shown(line, covers, commits.get(covers), anchored_token(clear), outside)


def judge_stamps(
    shown: Sequence[ShownStamp], told: Mapping[int, Mapping[str, object]]
) -> tuple[list[Finding], list[Anchor]]:
    """Return the findings about the time stamps of a log, and the lines that they fix.

    Args:
        shown: The stamps.
        told: What the opened events say of them, by the line of the event.
    """
    findings, anchors = [], []
    for each in shown:
        if each.broken or each.stamp is None:
            code = "time-stamp-malformed" if each.stamp is None else "time-stamp-of-another-line"
            values = {} if each.stamp is None else {"covers": each.covers}
            findings.append(Finding(code, Weight.BROKEN, _LOG, each.line, values=values))
            continue
        if not _told_alike(told.get(each.line, {}), each.stamp):
            findings.append(Finding("time-stamp-told-differently", Weight.BROKEN, _LOG, each.line))
        if each.early:
            values = {"covers": each.covers}
            findings.append(Finding("time-stamp-before-line", Weight.NOTE, _LOG, each.line, values=values))
        if each.checked is None:
            findings.append(Finding("time-stamp-authority-unknown", Weight.NOTE, _LOG, each.line))
        else:
            anchors.append(Anchor(each.covers, "time-stamp", each.stamp.at.isoformat()))
    return findings, anchors


def _told_alike(said: Mapping[str, object], stamp: Stamp) -> bool:
    """Say whether an event describes its stamp truly; fields that it leaves out are not compared."""
    true = {"stamped_at": stamp.at.isoformat(), "policy": stamp.policy, "serial": str(stamp.serial)}
    return all(told is None or told == true[name] for name, told in said.items() if name in true)


def roots_of(folder: Path) -> list[bytes]:
    """Return the root certificates given to this station."""
    place = folder / ROOTS
    return [path.read_bytes() for path in sorted(place.glob("*.pem"))] if place.is_dir() else []


def keep_root(folder: Path, root: bytes, disk: Disk) -> None:
    """Keep a root certificate, so that `verify` finds it without being told.

    Args:
        folder: The station's folder.
        root: The certificate in PEM.
        disk: The station's disk.
    """
    place = folder / ROOTS
    disk.make_folder(place)
    path = place / f"{hashlib.sha256(root).hexdigest()[:16]}.pem"
    if not path.exists():
        write_durably(disk, path, root)


def _shown(line: int, covers: int, signed: SignedCommit | None, token: bytes, outside: OutsideFacts) -> ShownStamp:
    try:
        stamp = timestamp.read_stamp(token)
    except StampError:
        return ShownStamp(line, covers, broken=True)
    if signed is None or stamp.imprint != signed.head.hex:
        return ShownStamp(line, covers, stamp, broken=True)
    checked = timestamp.check_stamp(token, signed.head.hex, outside.roots)
    return ShownStamp(line, covers, stamp, checked, _days(signed, stamp), early=_early(signed, stamp))


def _early(signed: SignedCommit, stamp: Stamp) -> bool:
    return stamp.before(line_instant(signed.time))


def _days(signed: SignedCommit, stamp: Stamp) -> int:
    # An authority may know whole seconds only, and the line before it microseconds: that is no day earlier.
    return int((stamp.at - line_instant(signed.time)) / timedelta(days=1))
