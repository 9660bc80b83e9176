"""README.md says what the program does: its codes, its commands, its flags, and the checks that it shows a lawyer."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

import evidence_kit
from evidence_kit.cli import GROUPS, build
from evidence_kit.errors import EvidenceError, Exit
from evidence_kit.keys.recovery import to_paper
from evidence_kit.keys.station import SigningKey, unlock
from evidence_kit.words import LANGUAGES, catalogue
from tests.e2e.conftest import PROGRAM, ROOT, Program, set_up

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(sh|powershell)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
# Where one command ends and something else begins.
ENDS = re.compile(r"[|;&<>()]+")


@pytest.fixture(scope="module")
def kit() -> Any:
    return build(catalogue("en"))


def script(block: str) -> str:
    """Return a shell block with its variables that hold flags put in."""
    for name, value in re.findall(r'^(\w+)="(--[^"]*)"$', block, re.MULTILINE):
        block = block.replace(f"${name}", value)
    return block


def command_lines() -> Iterator[list[str]]:
    """Yield the arguments of every call of the program in a code block."""
    for system, block in BLOCKS:
        for line in script(block).splitlines():
            text = line.replace("\\", "/") if system == "powershell" else line
            for part in text.split("$("):
                if re.match(r"\s*(\S*/)?evidence-kit\s", part):
                    yield first_command(part)[1:]


def first_command(text: str) -> list[str]:
    """Return the words up to the first pipe, redirection or bracket that stands outside quotes."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|;&<>()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(takewhile(lambda word: not ENDS.fullmatch(word), lexer))


LINES = list(command_lines())


def errors_below(parent: type[EvidenceError]) -> Iterator[type[EvidenceError]]:
    for child in parent.__subclasses__():
        yield child
        yield from errors_below(child)


def test_the_table_has_every_exit_code_of_the_program_and_no_other() -> None:
    for module in pkgutil.walk_packages(evidence_kit.__path__, "evidence_kit."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)
    ours = {each for each in errors_below(EvidenceError) if each.__module__.startswith("evidence_kit")}
    table = re.findall(
        r"^\| (\d+) \| (.+) \|$", README.partition("## Exit codes")[2].partition("\n## ")[0], re.MULTILINE
    )
    codes = [int(code) for code, _ in table]
    assert len(set(codes)) == len(codes)
    assert sorted(codes) == sorted({int(each) for each in Exit} | {int(each.exit_code) for each in ours})
    assert all(meaning.strip() for _, meaning in table)


def test_every_error_lives_where_the_table_is_compared_with() -> None:
    sources = (ROOT / "evidence_kit").rglob("*.py")
    raising = [
        path for path in sources if re.search(r"^class \w+\(EvidenceError\)", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert {path.name for path in raising} == {"errors.py"}


def test_the_readme_shows_enough_to_be_worth_testing() -> None:
    assert len(LINES) > 25
    assert {line[0] for line in LINES} == {name for _, names in GROUPS for name in names}


@pytest.mark.parametrize("line", LINES, ids=shlex.join)
def test_every_command_line_is_one_that_the_program_takes(line: list[str], kit: Any) -> None:
    name, *arguments = line
    assert name in kit.commands
    context = kit.commands[name].make_context(name, arguments)
    assert {parameter.name for parameter in kit.commands[name].params} - {"help"} == set(context.params)


def test_every_flag_named_in_a_sentence_is_one_of_the_program(kit: Any) -> None:
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
    named = {flag for code in re.findall(r"`([^`\n]+)`", prose) for flag in re.findall(r"(?<!\S)--[a-z-]+", code)}
    known = {flag for command in kit.commands.values() for each in command.params for flag in each.opts}
    assert named
    assert named <= known | {"--help"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_lists_every_command_that_the_readme_names(language: str, program: Program) -> None:
    shown = program("--help", "--lang", language).stdout
    listed = set(re.findall(r"^│ ([a-z]+) ", shown, re.MULTILINE))
    assert {line[0] for line in LINES} <= listed


def test_every_file_that_the_readme_points_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-")
        for line in re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings


def needs(*tools: str) -> pytest.MarkDecorator:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def block_with(text: str) -> str:
    (found,) = [block for system, block in BLOCKS if system == "sh" and text in block]
    return str(found)


def run_block(block: str, folder: Path, run: Program, stdin: str = "") -> str:
    """Run a block in a shell that knows the program by its name."""
    path = run.home / "bin"
    path.mkdir(exist_ok=True)
    (path / "evidence-kit").write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n')
    (path / "evidence-kit").chmod(0o755)
    surroundings = run.environment(PATH=f"{path}{os.pathsep}{os.environ['PATH']}", PYTHONPATH=str(ROOT))
    done = subprocess.run(
        ["bash", "-e", "-c", block],
        input=stdin,
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


@needs("bash", "7z", "ssh-keygen", "sha256sum")
def test_the_checks_for_the_lawyer_say_good(case_program: Program) -> None:
    run = case_program
    run.keyed(
        "seal", "1", "--for", "lawyer", "--all", "--out", run.home / "out", "--passphrase-out", run.home / "digits"
    )
    digits = (run.home / "digits").read_text().strip()
    case = next((run.home / "out").glob("*.sealed.zip")).name.partition(".")[0]
    run_block(f"7z x -y -p{digits} {case}.sealed.zip; 7z x -y evidence.zip", run.home / "out", run)
    block = block_with("CASE=LRC-2026-0007").replace("LRC-2026-0007", case)
    said = run_block(block, run.home / "out" / case, run).splitlines()
    assert sum(line.startswith("Good ") for line in said) == 3
    files = [line for line in said if line.endswith((": OK", ": FAILED"))]
    assert len(files) >= 13
    assert all(line.endswith(": OK") for line in files)
    hashes = [line[:64] for line in said if re.match(r"[0-9a-f]{64}(  |$)", line)]
    assert len(hashes) == 4
    assert hashes[0] == hashes[1]
    assert hashes[2] == hashes[3]


@needs("bash", "jq")
def test_the_pipelines_for_scripts_run(program: Program) -> None:
    set_up(program)
    (program.home / "phone").mkdir()
    (program.home / "phone" / "a.txt").write_text("a threat\n")
    os.mkfifo(program.home / "phone" / "pipe")
    (program.home / "lawyer.pub").write_text(SigningKey.from_seed(bytes(range(32))).public.line + "\n")
    shutil.copy(program.passphrase, program.home / "pass")
    taking = block_with("id=$(evidence-kit new").replace("/media/usb/phone", "phone")
    said = run_block(f"set +e\n{taking}", program.home, program).splitlines()
    assert said[0] == "fifo\tphone/pipe"
    assert Path(said[2]).is_file()


def other_block(language: str, text: str) -> str:
    (found,) = (
        block for block in re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL) if text in block
    )
    return str(found)


@pytest.fixture
def server(case_program: Program) -> Program:
    """A station with two cases and a passphrase file named as on the page."""
    shutil.copy(case_program.passphrase, case_program.home / "pass")
    twice = case_program.home / "phone" / "twice"
    twice.mkdir()
    shutil.copy(case_program.home / "phone" / "a.txt", twice)
    case_program.keyed("ingest", "1", case_program.home / "phone")
    case_program.keyed("new", "--age", "adult", "--age-known-by", "told")
    return case_program


@needs("bash")
@pytest.mark.parametrize("form", ["cron", "systemd"])
def test_the_weekly_check_tells_a_good_case_from_a_broken_one(form: str, server: Program) -> None:
    line = (
        other_block("cron", "verify").split(None, 5)[5]
        if form == "cron"
        else other_block("ini", "ExecStart").partition("ExecStart=")[2].partition("\n")[0]
    )
    for here, there in (("/srv/cases", "cases"), ("/mnt/other/", ""), ("/root/pass", "pass")):
        line = line.replace(here, there)
    assert run_block(line, server.home, server)
    log = next((server.home / "cases").glob("*-0001")) / "custody.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"seq":3', b'"seq":4', 1))
    said = run_block(f"set +e\n{line}\necho code $?", server.home, server)
    assert said.endswith("code 4\n")
    assert "BROKEN" in said


@needs("bash", "jq")
def test_the_dashboard_in_the_shell_counts_what_each_case_holds(server: Program) -> None:
    said = run_block(block_with("group_by(.family)"), server.home, server).splitlines()
    year = next((server.home / "cases").iterdir()).name.split("-")[1]
    assert said == [f"LRC-{year}-0001\ttext\t1\t9", f"LRC-{year}-0001\tunknown\t1\t256"]


def test_the_dashboard_in_pandas_finds_what_was_taken_in_twice(server: Program) -> None:
    script = other_block("python", "import pandas").replace('"7"', '"1"')
    said = run_block(f"{shlex.quote(sys.executable)} - <<'END'\n{script}END\n", server.home, server)
    assert "phone/twice/a.txt" in said
    assert re.search(r"\d{4}-\d\d-\d\d +2 +265", said)


@needs("bash", "age")
def test_the_paper_of_the_recovery_key_opens_a_case_without_the_station(case_program: Program) -> None:
    run = case_program
    out = run.home / "out"
    run.keyed("seal", "1", "--for", "lawyer", "--all", "--out", out, "--passphrase-out", run.home / "digits")
    case = next((run.home / "cases").iterdir())
    envelope = next(out.glob("*.key-case.age"))
    block = block_with("from_paper").replace("LRC-2026-0007.key-case.age", shlex.quote(str(envelope)))
    block = block.replace("LRC-2026-0007", shlex.quote(str(case))).replace(
        ".venv/bin/python", shlex.quote(sys.executable)
    )
    paper = to_paper(unlock((run.home / "rec").read_bytes(), None))
    said = run_block(block.replace("rm recovery.key case.key", "cat E000001"), run.home, run, stdin=paper + "\n")
    assert (run.home / "digits").read_text() in said
    assert said.endswith((run.home / "phone" / "a.txt").read_text())


def test_every_dependency_has_a_line_among_the_decisions_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    index = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z][a-z0-9-]*) \| .+ \| \[\d{4}\]", index, re.MULTILINE)
    assert sorted(rows) == sorted(re.split(r"[^a-z0-9-]", each)[0] for each in declared)


def test_every_decision_is_in_the_index_and_every_link_between_documents_leads_somewhere() -> None:
    decisions = ROOT / "docs" / "decisions"
    index = (decisions / "README.md").read_text("utf-8")
    assert {path.name for path in decisions.glob("0*.md")} <= set(re.findall(r"\]\(([^)]+)\)", index))
    for page in [*decisions.glob("*.md"), ROOT / "docs" / "THREATS.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^):#]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), (page.name, target)
