"""The chain of a log and its signatures, checked from the first line to the last without stopping at a break.

`replay_log` reads a log once and keeps, beside the findings, what the signed lines establish: who may sign, for whom
new bytes are encrypted, which file every item and every commit has, and how far the log is signed.

Source: linking after Haber & Stornetta (1991), over exact line bytes, so that no canonical form is needed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from evidence_kit.custody import opening
from evidence_kit.custody.checkpoint import CASE_ID, Checkpoint
from evidence_kit.custody.clear_lines import EFFECTS, signers_named
from evidence_kit.custody.established import Custody, SignedCommit, StoredFile
from evidence_kit.custody.line import LONGEST_LINE_BYTES, VERSION, EventLine, LineError, SignatureLine, parse_line
from evidence_kit.keys.errors import KeyUnreadableError
from evidence_kit.keys.sshsig import CHECKPOINT_NAMESPACE, PublicKey, Signature
from evidence_kit.model import GENESIS, Digest, Finding, Weight

_ANNOUNCED = re.compile(r"evidence-kit/([1-9][0-9]{0,5})")
LOG = "custody.jsonl"


@dataclass(frozen=True, slots=True)
class Replay:
    """A replayed log: its established facts and its findings."""

    custody: Custody
    findings: tuple[Finding, ...]


def split_lines(pieces: Iterable[bytes], longest: int = LONGEST_LINE_BYTES) -> Iterator[tuple[bytes, bool]]:
    """Yield each line without its newline, and whether it had one; only the last may have none.

    A stretch without any newline that is longer than a line may be is yielded as if it were lines, so that
    memory stays bounded; whoever looks at it finds it malformed.
    """
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line, True
        if len(rest) > longest:
            yield rest, True
            rest = b""
    if rest:
        yield rest, False


def replay_log(pieces: Iterable[bytes], on_line: Callable[[int, bytes], None] | None = None) -> Replay:
    """Check a log from its first byte to its last.

    Args:
        pieces: The log's bytes in order, in pieces of any size; memory stays at one line and what is kept of it.
        on_line: Called with every line's number and bytes.

    Returns:
        What the signed lines establish, and a finding for every break at or above the last valid signature
        line. What stands behind that line is no part of the log: it is measured, and is a finding only when it
        cannot be the beginning of a commit that was being written. A log of a later version is not looked into.
    """
    state = _State()
    for raw, ended in split_lines(pieces):
        if on_line is not None:
            on_line(state.number + 1, raw)
        # Of the first line alone: looked for further down, one forged line would turn "broken" into "not checked".
        if state.number == 0 and is_newer_format(raw):
            return Replay(state.custody, (Finding("log-version-unknown", Weight.UNCHECKED, LOG, line=1),))
        state.take(raw, ended=ended)
    return state.finish()


def is_newer_format(raw: bytes) -> bool:
    """Say whether a first line announces a later version of the format than the one that is known here.

    It does so in the form that every line has: what no version of ours would write announces nothing.
    """
    try:
        fields = opening.parse_canonical(raw)
        if isinstance(fields, dict) and type(fields.get("v")) is int and fields["v"] > VERSION:
            return True
        announced = _ANNOUNCED.fullmatch(fields["clear"]["format"])
    except (ValueError, KeyError, TypeError):
        return False
    return announced is not None and int(announced[1]) > VERSION


def resume_custody(custody: Custody, data: bytes) -> tuple[Finding, ...]:
    """Let a custody that was replayed before grow by a commit that was appended since.

    Returns:
        Findings, none when the commit continues the log and is signed by somebody who may.
    """
    state = _State(
        custody=custody,
        number=custody.signed_lines,
        offset=custody.end_bytes,
        previous=custody.head.hex,
        first=custody.signed_lines + 1,
    )
    for raw, ended in split_lines([data]):
        state.take(raw, ended=ended)
    return state.finish().findings


@dataclass(slots=True)
class _State:
    custody: Custody = field(default_factory=Custody)
    number: int = 0
    offset: int = 0
    previous: str = GENESIS.hex
    time: str | None = None
    first: int = 1
    pending: list[EventLine] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    tail: list[Finding] = field(default_factory=list)

    def take(self, raw: bytes, *, ended: bool) -> None:
        self.number += 1
        self.offset += len(raw) + ended
        try:
            line = parse_line(raw, self.time)
        except LineError as error:
            # A power cut leaves half a line at the end. It is no break: nobody was told that it counts, and the next
            # writer puts it aside. Taken for one, every case that lost power while it was written would be called
            # broken.
            if not ended and _could_be_a_beginning(raw):
                return
            self._broken("log-line-malformed", reason=str(error))
            self.previous = hashlib.sha256(raw).hexdigest()
            return
        if not ended:
            return
        if line.seq != self.number:
            self._broken("log-line-misnumbered", says=line.seq)
        if line.prev.hex != self.previous:
            self._broken("log-chain-broken")
        self.time = line.time
        if isinstance(line, EventLine):
            pending = self.pending
            if pending and line.time != pending[0].time:
                self._broken("log-line-misdated")
            pending.append(line)
        else:
            self._sign(line, raw)
        self.previous = hashlib.sha256(raw).hexdigest()

    def _sign(self, line: SignatureLine, raw: bytes) -> None:
        """Accept a signature line, or say why not."""
        custody = self.custody
        # The first commit names in its own first line who may sign: before it there is nobody to ask. What fixes it is
        # outside: a receipt, a time stamp, the station that remembers.
        opened = self.pending[0].clear if self.first == 1 and self.pending else None
        case = custody.case or _case_of(opened)
        signers = custody.signers if custody.commits else signers_named(opened)
        problem = "log-signature-invalid"
        if not self.pending or line.time != self.pending[-1].time:
            problem = "log-line-misdated"
        elif case is not None and (line.by not in signers or custody.wholly_destroyed):
            problem = "log-signer-not-allowed"
        elif case is not None:
            checkpoint = Checkpoint(case, self.number - 1, Digest(self.previous), line.bodies)
            if line.prev.hex == self.previous and _holds(line, checkpoint, signers[line.by]):
                self._accept(line, raw, checkpoint)
                return
        self._broken(problem, by=line.by)

    def _accept(self, line: SignatureLine, raw: bytes, checkpoint: Checkpoint) -> None:
        """Accept a signature: all lines above it are part of the log, and so are their findings."""
        custody = self.custody
        # Until a signature stands below them, these lines are no part of the log, and junk in them breaks nothing.
        self.findings += self.tail
        self.tail = []
        custody.case = checkpoint.case
        commitments = custody.commitments
        for number, event in enumerate(self.pending, self.first):
            commitments[event.seq] = event.commit
            if event.object is not None and event.stored is not None:
                if event.object in custody.objects or event.object in custody.destroyed:
                    self._finding("log-object-twice", event.seq, item=event.object)
                custody.objects[event.object] = StoredFile(event.seq, event.stored)
                custody.named[event.seq] = event.object
            if event.clear is not None:
                self._establish(event, number)
        if custody.wholly_destroyed and custody.objects:
            self._finding("log-clear-not-understood", custody.bodies[custody.commits[0].line].line)
        custody.bodies[line.seq] = StoredFile(line.seq, line.bodies)
        custody.commits.append(
            SignedCommit(
                checkpoint=checkpoint,
                line=self.number,
                first=self.first,
                time=line.time,
                by=line.by,
                sig=line.sig,
                end_bytes=self.offset,
                head=_digest(raw),
            )
        )
        self.pending, self.first = [], self.number + 1

    def _establish(self, event: EventLine, number: int) -> None:
        """Take over the facts that a line states in clear."""
        clear, might_sign = dict(event.clear or {}), set(self.custody.signers)
        self.custody.clear[event.seq] = clear
        try:
            if event.seq == 1 and clear["type"] != "case.opened":
                raise ValueError(clear["type"])
            EFFECTS[str(clear["type"])](self.custody, event.seq, clear)
        except (AttributeError, KeyError, TypeError, ValueError, KeyUnreadableError):
            self._finding("log-clear-not-understood", event.seq)
        # By the place of the line, and not by the number that it gives itself.
        self.custody.removed |= dict.fromkeys(might_sign - set(self.custody.signers), number)

    def finish(self) -> Replay:
        custody = self.custody
        custody.lines = self.number
        custody.tail_bytes = self.offset - custody.end_bytes
        custody.tail_unfinished = not self.tail
        findings = [*self.findings, *self.tail]
        if not custody.commits:
            findings.append(Finding("log-nothing-signed", Weight.BROKEN, LOG))
        elif custody.tail_bytes:
            weight = Weight.NOTE if custody.tail_unfinished else Weight.BROKEN
            values = {"bytes": custody.tail_bytes}
            code = "log-tail-unfinished" if custody.tail_unfinished else "log-tail-unsigned"
            findings.append(Finding(code, weight, LOG, line=custody.signed_lines + 1, values=values))
        return Replay(custody, tuple(findings))

    def _broken(self, code: str, **values: str | int) -> None:
        self.tail.append(Finding(code, Weight.BROKEN, LOG, line=self.number, values=values))

    def _finding(self, code: str, line: int, item: str | None = None) -> None:
        self.findings.append(Finding(code, Weight.BROKEN, LOG, line=line, item=item))


def _could_be_a_beginning(raw: bytes) -> bool:
    """A line without its newline that a power cut may have left: it opens like one and is not yet closed."""
    begins = b'{"v":1,"seq":'
    if not (raw.startswith(begins) or begins.startswith(raw)):
        return False
    depth, in_text, escaped = 0, False, False
    for sign in raw:
        if in_text:
            escaped, in_text = sign == 0x5C and not escaped, sign != 0x22 or escaped
        elif sign == 0x22:
            in_text = True
        elif sign in b"{[":
            depth += 1
        elif sign in b"}]":
            depth -= 1
            if depth == 0:
                return False
    return True


def _digest(raw: bytes) -> Digest:
    return Digest(hashlib.sha256(raw).hexdigest())


def _holds(line: SignatureLine, checkpoint: Checkpoint, key: PublicKey) -> bool:
    try:
        signature = Signature.parse(line.sig)
    except ValueError:
        return False
    return signature.key == key and signature.holds(checkpoint.text, CHECKPOINT_NAMESPACE)


def _case_of(clear: Mapping[str, Any] | None) -> str | None:
    case = None if clear is None else clear.get("case")
    return case if isinstance(case, str) and CASE_ID.fullmatch(case) else None
