"""Somebody with a key that may sign writes a whole archive anew, and lets its log say whatever they like."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evidence_kit.custody import opening
from evidence_kit.custody.chain import replay_log
from evidence_kit.custody.checkpoint import Checkpoint
from evidence_kit.keys.sshsig import CHECKPOINT_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import GENESIS, Digest
from evidence_kit.sealing import bag
from tests.attacks.rebuild import Members, relist


@dataclass
class Line:
    """A line of the log, and the opening of its event; None for a signature line or a withheld one."""

    fields: dict[str, Any]
    opened: dict[str, Any] | None


def told_anew(members: Members, key: SigningKey, change: Callable[[list[Line]], object]) -> Members:
    """Return the bag with a changed log: chained, committed to, signed and listed as if it had always been so."""
    openings = members[bag.EVENTS].split(b"\n")
    lines = [
        Line(json.loads(raw), json.loads(said) if said else None)
        for raw, said in zip(members[bag.LOG].splitlines(), openings, strict=False)
    ]
    change(lines)
    log, said = _chained(lines, key)
    changed = members | {bag.LOG: log, bag.EVENTS: said}
    custody = replay_log([log]).custody
    if custody.commits:
        changed |= bag.signed_files(custody)
    return relist(changed, key)


def _chained(lines: list[Line], key: SigningKey) -> tuple[bytes, bytes]:
    log, said, before, case = b"", b"", GENESIS, _case(lines)
    for number, line in enumerate(lines, 1):
        fields, text = line.fields, b"" if line.opened is None else opening.compact_json(line.opened)
        fields |= {"seq": number, "prev": before.hex}
        if "sig" in fields:
            named = fields.get("bodies")
            bodies = Digest(named) if isinstance(named, str) and len(named) == len(GENESIS.hex) else GENESIS
            point = Checkpoint(case, number - 1, before, bodies)
            signed = key.sign(point.text, CHECKPOINT_NAMESPACE).blob
            fields |= {"by": key.public.fingerprint, "sig": base64.b64encode(signed).decode("ascii")}
        elif text:
            fields["commit"] = hashlib.sha256(text).hexdigest()
        raw = opening.compact_json(fields)
        before = Digest(hashlib.sha256(raw).hexdigest())
        log, said = log + raw + b"\n", said + text + b"\n"
    return log, said


def _case(lines: list[Line]) -> str:
    clear = lines[0].fields.get("clear")
    found = clear.get("case") if isinstance(clear, dict) else None
    return found if isinstance(found, str) and found.isascii() else "LRC-2026-0001"


def tells(
    kind: str, clear: dict[str, Any] | None = None, behind: int = 0, **fields: str
) -> Callable[[list[Line]], object]:
    """Put a commit of one event behind a signature line, counted from the first or from the end.

    Args:
        kind: Type of the event.
        clear: What its line says in clear.
        behind: Which of the signature lines.
        fields: More of the event line, such as `object` and `stored`.
    """

    def change(lines: list[Line]) -> None:
        signatures = [at for at, line in enumerate(lines) if "sig" in line.fields]
        if not signatures:
            return
        before = signatures[behind]
        told = {} if clear is None else {"clear": {"type": kind} | clear}
        signed = dict(lines[before].fields)
        event = {"v": 1, "seq": 0, "time": signed.get("time"), "commit": "", **fields, **told, "prev": ""}
        opened = {"salt": "00" * 16, "type": kind, **told}
        lines[before + 1 : before + 1] = [Line(event, opened), Line(signed, None)]

    return change
