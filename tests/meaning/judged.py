"""Both verifiers over what the liar wrote: what each says of it, and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence_kit.workflows.checking.verify import verify_archive
from tests.meaning.lies import Told
from tests.meaning.story import CASE, DIGITS
from tests.web.alike import answered, said
from tests.web.core import answers

A_RUN = 200
# Nearly every archive is given to the page without its shell, which takes most of its time and is changed in none.
LOCKED_EVERY = 10


@dataclass
class Judged:
    """What came of a run.

    Attributes:
        count: How many archives were judged.
        differ: What was told, what the program said of it, and what the page said.
        codes: How often each finding was given.
        verdicts: How often each verdict was.
    """

    count: int = 0
    differ: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)


def judge_all(told: Iterable[Told], folder: Path) -> Judged:
    """Let both verifiers judge everything, some hundreds at a time."""
    judged = Judged()
    run: list[Told] = []
    for each in told:
        run.append(each)
        if len(run) == A_RUN:
            _judge(run, folder, judged)
            run = []
    _judge(run, folder, judged)
    return judged


def _judge(run: list[Told], folder: Path, judged: Judged) -> None:
    jobs, expected = [], []
    for number, each in enumerate(run):
        place = folder / str(number)
        place.mkdir(exist_ok=True)
        jobs.append(_written(each, place, locked=number % LOCKED_EVERY == 0))
        report = verify_archive(place / f"{CASE}.sealed.zip", DIGITS)
        judged.codes.update({finding.code for finding in report.findings})
        judged.verdicts[report.verdict.value] += 1
        expected.append((each.name, said(report)))
    for answer, (name, program) in zip(answers(jobs), expected, strict=True):
        judged.count += 1
        page = answered(answer)
        if page != program:
            judged.differ.append((name, program, page))


def _written(told: Told, place: Path, *, locked: bool) -> dict[str, Any]:
    """Put an archive and what lies beside it into a folder, and return the page's job."""
    archive, plain = place / f"{CASE}.sealed.zip", place / "evidence.zip"
    paper, signature = (place / f"{CASE}.statement.txt{ending}" for ending in ("", ".sig"))
    archive.write_bytes(told.made.archive)
    for path in (paper, signature):
        path.unlink(missing_ok=True)
    if told.statement is not None:
        paper.write_bytes(told.statement[0])
        signature.write_bytes(told.statement[1])
        beside = {"statement": str(paper), "signature": str(signature)}
        return {"path": str(archive), "passphrase": DIGITS, **beside}
    # Without its shell an inner archive is known by its first member.
    if locked or next(iter(told.made.bag), "") != "bagit.txt":
        return {"path": str(archive), "passphrase": DIGITS}
    plain.write_bytes(told.made.inner)
    return {"path": str(plain), "passphrase": "", "name": archive.name}


def shown(judged: Judged) -> str:
    """Return the first differences, for people."""
    rows = []
    for name, program, page in judged.differ[:20]:
        rows.append(name[:300])
        rows += [f"  {key}: {program[key]} | {page[key]}" for key in program if program[key] != page[key]]
    return "\n".join([f"{len(judged.differ)} of {judged.count} differ", *rows])
