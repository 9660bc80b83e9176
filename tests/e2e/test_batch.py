"""A batch as a script runs it: killed anywhere and resumed, interrupted, in JSON, with a report."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import PROGRAM, Program, set_up
from tests.e2e.test_cli import hear_ctrl_c

CASES = 4


@pytest.fixture
def batch(program: Program) -> Program:
    """A station, and a batch of four small cases, two of which share a file."""
    set_up(program)
    lines = [
        '[defaults]\nsteps = ["new", "ingest", "match", "seal", "verify"]\nage = "adult"\nage_known_by = "told"\n'
        'consent = "lawyer"\nfor = "lawyer"\nscope = "all"\npassphrase_folder = "digits"\n'
    ]
    for number in range(CASES):
        folder = program.home / f"export-{number}"
        folder.mkdir()
        for name in ("a.bin", "b.bin", "c.bin"):
            (folder / name).write_bytes(random.Random(f"{number % 3}{name}").randbytes(20_000))
        lines.append(f'[[case]]\nname = "desk {number}"\nsources = ["{folder.name}"]\n')
    (program.home / "batch.toml").write_text("\n".join(lines), "utf-8")
    return program


def command(run: Program, *more: str) -> list[str]:
    return [*PROGRAM, "batch", "batch.toml", "--json", "--no-input", "--passphrase-file", str(run.passphrase), *more]


def items(run: Program) -> dict[str, list[str]]:
    """What the case of each line holds, found by the mark that the line left in it."""
    found: dict[str, list[str]] = {}
    for case in run.json("cases")[0]["cases"]:
        name = run.json("show", case["case"])[0]["reference"].partition("/")[2]
        assert name not in found, "one line opened two cases"
        found[name] = sorted(row["sha256"] for row in run.json("list", case["case"]))
    return found


def expected(run: Program) -> dict[str, list[str]]:
    from hashlib import sha256

    return {
        f"desk {number}": sorted(
            sha256(path.read_bytes()).hexdigest() for path in (run.home / f"export-{number}").iterdir()
        )
        for number in range(CASES)
    }


def kill_and_resume(run: Program, kills: int, jobs: str) -> None:
    chance = random.Random(kills)
    for _ in range(kills):
        with subprocess.Popen(
            command(run, "--jobs", jobs),
            cwd=run.home, env=run.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:  # fmt: skip
            time.sleep(chance.uniform(0.5, 2.5))
            process.kill()
    last = run.json("batch", "batch.toml", "--jobs", jobs)[-1]
    assert (last["whole"], last["exit"]) == (CASES, 0)
    assert items(run) == expected(run)
    for case in run.json("cases")[0]["cases"]:
        run.keyed("verify", case["case"])


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_batch_that_was_killed_is_taken_up_again(batch: Program, jobs: str) -> None:
    kill_and_resume(batch, 2, jobs)


@pytest.mark.deep
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_batch_that_was_killed_twenty_times_gives_the_same_items(batch: Program, jobs: str) -> None:
    kill_and_resume(batch, 20, jobs)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_every_case_valid(batch: Program, jobs: str) -> None:
    with subprocess.Popen(
        command(batch, "--jobs", jobs),
        cwd=batch.home, env=batch.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - this process has no threads that matter
    ) as process:  # fmt: skip
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        shown = [first, *(json.loads(line) for line in process.stdout)]
        errors = process.stderr.read() if process.stderr is not None else b""
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors
    assert shown[-1]["stopped"] is True
    for case in batch.json("cases")[0]["cases"]:
        batch.keyed("verify", case["case"])
    assert batch.json("batch", "batch.toml")[-1]["whole"] == CASES
    assert items(batch) == expected(batch)


def test_outcomes_and_the_report_say_the_same(batch: Program) -> None:
    (batch.home / "export-3").rename(batch.home / "away")
    done = batch.json("batch", "batch.toml", "--report", "report.json", expect=10)
    report: dict[str, Any] = json.loads((batch.home / "report.json").read_text("utf-8"))
    assert report["steps"] == done[:-1]
    assert {name: report[name] for name in done[-1]} == done[-1]
    assert (done[-1]["lines"], done[-1]["whole"], done[-1]["exit"]) == (CASES, CASES - 1, 10)
    (failed,) = (row for row in done if row.get("result") == "failed")
    assert (failed["name"], failed["step"], failed["error"], failed["exit"]) == (
        "desk 3",
        "new",
        "source-missing",
        10,
    )
    assert (batch.home / "report.json").stat().st_mode & 0o777 == 0o600
    # An earlier report about the same batch is replaced; no other file is.
    batch.json("batch", "batch.toml", "--report", "report.json", expect=10)
    (batch.home / "mine.json").write_text("{}", "utf-8")
    again = batch.json("batch", "batch.toml", "--report", "mine.json", expect=23)
    assert again[-1]["error"] == "file-exists"
    (batch.home / "away").rename(batch.home / "export-3")
    assert batch.json("batch", "batch.toml")[-1]["whole"] == CASES


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_person_reads_where_and_what(batch: Program, language: str) -> None:
    text = (batch.home / "batch.toml").read_text("utf-8")
    text = text.replace("export-1", "nowhere").replace('sources = ["export-2', 'sorces = ["export-2')
    (batch.home / "batch.toml").write_text(text, "utf-8")
    keyed = ("--no-input", "--passphrase-file", batch.passphrase)
    shown = batch("batch", "batch.toml", "--dry-run", "--lang", language, *keyed, expect=10)
    assert "sorces" in shown.stderr
    assert "nowhere" in shown.stderr
    assert f"desk {CASES - 1}" in shown.stdout


def test_no_secret_of_a_batch_is_ever_an_argument(batch: Program) -> None:
    """Side by side, processes are started: what they are started with anybody on the computer can read."""
    seen = set()
    with subprocess.Popen(
        command(batch, "--jobs", "2"), cwd=batch.home, env=batch.environment(), stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    words = path.read_bytes() + path.with_name("environ").read_bytes()
                except OSError:
                    continue
                if b"multiprocessing" in words:
                    seen.add(words)
            time.sleep(0.02)
    assert seen
    assert not any(b"PRIVATE KEY" in each or b"correct horse" in each for each in seen)
