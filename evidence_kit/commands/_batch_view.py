"""How the outcomes of a batch look, on a screen, as JSON Lines and as a report."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.commands._screen import Screen
from evidence_kit.model import Json

if TYPE_CHECKING:
    from evidence_kit.commands._setting import Setting
    from evidence_kit.workflows.batch.results import BatchResult, StepResult


def show_outcome(screen: Screen, told: StepResult) -> None:
    """Show one outcome: every one as JSON, and a line of its own on the screen."""
    screen.document(_json(screen, told))
    if screen.json:
        return
    values: dict[str, str | int] = {"line": told.line, "name": told.name, "case": told.case or "–"}
    values["step"] = screen.sentence(f"batch.step.{told.step}")
    if told.trouble is not None:
        what, advice = _words(screen, told)
        screen.warn("batch.failed", **values, what=what, do=advice)
    elif told.code:
        screen.warn("batch.open", **values, result=_facts(screen, told))
    elif not screen.quiet:
        screen.line(screen.sentence(f"batch.{told.result}", **values, result=_facts(screen, told)).rstrip())


def show_batch_result(screen: Screen, ended: BatchResult, *, dry_run: bool) -> None:
    """Show the result of the whole batch."""
    screen.document(_ended(ended, dry_run=dry_run))
    if screen.json:
        return
    sentence = "batch.rehearsed" if dry_run else "batch.stopped" if ended.stopped else "batch.ended"
    screen.show(sentence, count=ended.whole, lines=ended.lines)


def refuse_other_file(report: Path | None, file: Path) -> None:
    """Refuse to overwrite any file but an earlier report about the same batch.

    Raises:
        PathTakenError: There is something already.
    """
    from evidence_kit.custody.errors import PathTakenError

    if report is not None and os.path.lexists(report) and not _about(report, file):
        raise PathTakenError("file-exists", path=str(report))


def _about(report: Path, file: Path) -> bool:
    """Say whether a report is about a batch file as it stands now."""
    try:
        facts = json.loads(report.read_bytes())
        return bool(facts["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest() and facts["done"] == "batch")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_report(report: Path, file: Path, told: Sequence[StepResult], ended: BatchResult, setting: Setting) -> None:
    """Put the final report in place, whole or not at all."""
    from evidence_kit.vault.disk import write_durably

    world = setting.world()
    document: Json = {
        "batch": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "kit": world.kit,
        "time": world.clock.now().isoformat(),
        "steps": [_json(setting.screen, each) for each in told],
        **_ended(ended, dry_run=all(each.result != "done" for each in told)),
    }
    text = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
    write_durably(world.disk, report, text + b"\n")


def _json(screen: Screen, told: StepResult) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "line": told.line,
        "name": told.name,
        "case": told.case,
        "step": told.step,
        "result": told.result,
        "exit": told.code,
        "facts": dict(told.facts),
    }
    if told.trouble is not None:
        what, advice = _words(screen, told)
        facts |= {"error": told.trouble.id, "values": dict(told.trouble.values), "what": what, "do": advice}
    return facts


def _ended(ended: BatchResult, *, dry_run: bool) -> dict[str, Json]:
    return {
        "done": "batch",
        "dry_run": dry_run,
        "lines": ended.lines,
        "whole": ended.whole,
        "stopped": ended.stopped,
        "exit": ended.code,
    }


def _words(screen: Screen, told: StepResult) -> tuple[str, str]:
    trouble = told.trouble
    if trouble is None:
        return "", ""
    name = f"error.{trouble.id}"
    return screen.sentence(f"{name}.what", **trouble.values), screen.sentence(f"{name}.do", **trouble.values)


def _facts(screen: Screen, told: StepResult) -> str:
    """Return the one figure of a step that a person wants to see."""
    facts = told.facts
    if told.step == "ingest" and "kept" in facts:
        return screen.sentence("batch.kept", count=_number(facts["kept"]), refused=_number(facts["refused"]))
    if told.step == "verify" and "verdict" in facts:
        return screen.sentence(f"verdict.{str(facts['verdict']).lower().replace(' ', '_')}.word")
    if told.step == "seal" and "receipt" in facts:
        return str(facts["receipt"])
    if told.step == "match" and "pairs" in facts:
        pairs = facts["pairs"]
        return screen.sentence("batch.pairs", count=len(pairs) if isinstance(pairs, Sequence) else 0)
    return ""


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0
