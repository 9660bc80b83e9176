"""A script's surroundings: no environment, no home, no streams, a reader that leaves, a log that is followed."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.conftest import PROGRAM, ROOT, Program
from tests.e2e.test_cli import hear_ctrl_c

KEYED = "--no-input --passphrase-file pass --json"
# What a script may call with nothing around it, and the code that it gets.
LISTED = re.compile(r"^([0-9]+) +(\S.*)$", re.MULTILINE)
BLOCK = (ROOT / "docs" / "scripts.md").read_text("utf-8").partition("```text\n")[2].partition("```")[0]
LINES = {f"{line} {KEYED}": int(code) for code, line in LISTED.findall(BLOCK)}


def test_the_list_has_lines_that_work_and_lines_that_fail() -> None:
    assert len(LINES) == len(BLOCK.splitlines())
    assert set(LINES.values()) == {0, 2, 10, 20}


@pytest.fixture
def bare(case_program: Program) -> Program:
    (case_program.home / "pass").write_bytes(case_program.passphrase.read_bytes())
    text = '[[case]]\nsteps = ["new"]\nage = "adult"\nage_known_by = "told"\n'
    (case_program.home / "batch.toml").write_text(text)
    # Something for every line to show: a conversation with a number in it, and a demand.
    case_program.keyed("ingest", "1", ROOT / "samples" / "chats" / "whatsapp" / "ios-ar")
    case_program.keyed("threats", "1", "add", "--demand", "2000 DH", "--item", "E000001")
    return case_program


def chosen(way: int) -> list[object]:
    """Return the lines that one way of calling is tried with: every third, so that each is called; in `deep` all."""
    some = dict(list(LINES.items())[way::3])
    return [pytest.param(some, id="every third"), pytest.param(LINES, id="every one", marks=pytest.mark.deep)]


@pytest.mark.parametrize("lines", chosen(0))
def test_every_line_works_with_nothing_around_it(lines: dict[str, int], bare: Program) -> None:
    for line, code in lines.items():
        done = subprocess.run(
            [*PROGRAM, *shlex.split(line), "--station", str(bare.home / "station")],
            env={"LC_ALL": "C"}, cwd=bare.home, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, (line, done.stderr)
        documents = [json.loads(each) for each in done.stdout.decode("utf-8").splitlines()]
        assert documents, line
        assert ("error" in documents[-1]) == bool(code), line


@pytest.mark.parametrize("lines", chosen(1))
def test_every_line_works_without_streams(lines: dict[str, int], bare: Program) -> None:
    for line, code in lines.items():
        shell = f"exec {shlex.join(PROGRAM)} {line} --station {bare.home / 'station'} <&- >&- 2>&-"
        assert subprocess.run(["sh", "-c", shell], env={}, cwd=bare.home, check=False).returncode == code, line


@pytest.mark.parametrize("lines", chosen(2))
def test_every_line_survives_a_reader_that_leaves(lines: dict[str, int], bare: Program) -> None:
    for line, code in lines.items():
        shell = f"{shlex.join(PROGRAM)} {line} --station {bare.home / 'station'} | true; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", shell], env={}, cwd=bare.home, capture_output=True, check=False)
        assert done.returncode == code, (line, done.stderr)
        assert b"Traceback" not in done.stderr


@contextmanager
def following(run: Program) -> Iterator[subprocess.Popen[bytes]]:
    command = [*PROGRAM, "log", "1", "--follow", "--json", "--no-input", "--passphrase-file", str(run.passphrase)]
    with subprocess.Popen(
        command, env=run.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - this process has no threads that matter
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def test_a_followed_log_shows_what_is_signed_from_now_on(case_program: Program) -> None:
    known = len(case_program.json("log", "1"))
    with following(case_program) as process:
        assert process.stdout is not None
        before = [json.loads(process.stdout.readline()) for _ in range(known)]
        assert [each["line"] for each in before] == list(range(1, known + 1))
        case_program.keyed("note", "1", "he called again")
        event, signature = (json.loads(process.stdout.readline()) for _ in range(2))
        assert (event["type"], event["says"]["text"]) == ("note", "he called again")
        assert (signature["type"], signature["line"]) == ("signature", known + 2)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def test_following_ends_when_nobody_listens_any_more(case_program: Program) -> None:
    with following(case_program) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 0


def test_a_log_that_is_cut_while_it_is_followed_is_broken(case_program: Program) -> None:
    log = next((case_program.home / "cases").iterdir()) / "custody.jsonl"
    with following(case_program) as process:
        assert process.stdout is not None
        process.stdout.readline()
        log.write_bytes(log.read_bytes()[:-1000])
        assert process.wait(20) == 4
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


def test_the_program_is_started_by_its_name_too(case_program: Program) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evidence_kit", "--version"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("evidence-kit ")


@pytest.mark.parametrize("page", ["cp720", "cp850", "cp1252", "utf-8"])
def test_a_pipe_and_a_file_get_utf_8_whatever_the_code_page(page: str, case_program: Program) -> None:
    """Windows gives a pipe the code page of the system: Arabic became question marks, and JSON with it."""
    said = [
        case_program(*arguments, expect=None, PYTHONIOENCODING=f"{page}:strict", PYTHONUTF8="0").stdout
        for arguments in (["--lang", "ar"], ["--lang", "fr", "doctor", "--json"], ["list", "1", "--lang", "ar"])
    ]
    assert "القضية" in said[0] or "قضية" in said[0]
    assert json.loads(said[1])["checks"]
    assert "ê" in said[1] or "é" in said[1]
    assert not any("?" * 4 in text or "\ufffd" in text for text in said)
