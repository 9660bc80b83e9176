"""The README and the guides say what the program does: codes, commands, flags, and the checks shown to a lawyer."""

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
from pathlib import Path
from typing import Any

import pytest

import evidence_kit
from docs.pages import ENDINGS, GUIDES, page
from evidence_kit.cli import GROUPS, build
from evidence_kit.custody.verdict import Verdict
from evidence_kit.errors import EvidenceError, Exit
from evidence_kit.keys.recovery import to_paper
from evidence_kit.keys.station import SigningKey, unlock
from evidence_kit.words import LANGUAGES, catalogue
from tests.e2e.conftest import PROGRAM, ROOT, Program, set_up
from tests.e2e.guides import (
    PAGES,
    TEXTS,
    block_with,
    blocks,
    command_lines,
    headings,
    pages_in,
    prose,
)
from tests.web.chromium import Browser, needs_chromium

LINES = list(dict.fromkeys(shlex.join(line) for text in TEXTS.values() for line in command_lines(text)))
COMMANDS = {name for _, names in GROUPS for name in names}
# How many sheets of A4 a guide says it is.
LENGTHS = {"volunteer": 1, "lawyer": 2}


@pytest.fixture(scope="module")
def kit() -> Any:
    return build(catalogue("en"))


def errors_below(parent: type[EvidenceError]) -> Iterator[type[EvidenceError]]:
    for child in parent.__subclasses__():
        yield child
        yield from errors_below(child)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_every_exit_code_of_the_program_and_no_other(language: str) -> None:
    for module in pkgutil.walk_packages(evidence_kit.__path__, "evidence_kit."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)
    ours = {each for each in errors_below(EvidenceError) if each.__module__.startswith("evidence_kit")}
    text = TEXTS[f"scripts{ENDINGS[language]}.md"]
    table = re.findall(r"^\| (\d+) \| (.+) \|$", text, re.MULTILINE)
    codes = [int(code) for code, _ in table]
    assert len(set(codes)) == len(codes)
    assert sorted(codes) == sorted({int(each) for each in Exit} | {int(each.exit_code) for each in ours})
    assert all(meaning.strip() for _, meaning in table)
    assert {type(each.exit_code) for each in ours} == {Exit}


def test_every_error_lives_where_the_table_is_compared_with() -> None:
    sources = (ROOT / "evidence_kit").rglob("*.py")
    raising = [
        path for path in sources if re.search(r"^class \w+\(EvidenceError\)", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert {path.name for path in raising} == {"errors.py"}


def test_the_readme_is_short_and_opens_every_door() -> None:
    lines = TEXTS["README.md"].splitlines()
    assert len(lines) <= 150
    assert max(map(len, (line for line in lines if not line.startswith("|")))) <= 130
    targets = set(re.findall(r"\]\(([^)#]+)\)", TEXTS["README.md"]))
    assert {f"docs/{name}" for name in PAGES if name != "README.md"} <= targets


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_shown_in_every_language(language: str) -> None:
    shown = {line[0] for name in pages_in(language) for line in command_lines(TEXTS[name])}
    # The demonstration stands in the README, which is the same for all.
    assert shown | {"demo"} == COMMANDS
    assert len(LINES) > 70


@pytest.mark.parametrize("line", LINES)
def test_every_command_line_is_one_that_the_program_takes(line: str, kit: Any) -> None:
    name, *arguments = shlex.split(line)
    assert name in kit.commands
    context = kit.commands[name].make_context(name, arguments)
    assert {parameter.name for parameter in kit.commands[name].params} - {"help"} == set(context.params)


@pytest.mark.parametrize("name", PAGES)
def test_every_flag_named_in_a_sentence_is_one_of_the_program(name: str, kit: Any) -> None:
    codes = re.findall(r"`([^`]+)`", prose(TEXTS[name]))
    # Programs of others have flags of their own.
    ours = [code for code in codes if not code.startswith(("env ", "ssh ", "shasum ", "age-keygen "))]
    named = {flag for code in ours for flag in re.findall(r"(?<!\S)--[a-z-]+", code)}
    known = {flag for command in kit.commands.values() for each in command.params for flag in each.opts}
    assert named <= known | {"--help"}
    assert named or name.startswith("lawyer")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_lists_every_command_that_the_guides_name(language: str, program: Program) -> None:
    shown = program("--help", "--lang", language).stdout
    listed = set(re.findall(r"^  ([a-z]+) ", shown, re.MULTILINE))
    assert {line.split()[0] for line in LINES} <= listed


@pytest.mark.parametrize("name", PAGES)
def test_every_file_and_heading_that_a_page_points_to_is_there(name: str) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", prose(TEXTS[name])):
        path = PAGES[name].parent / target if target else PAGES[name]
        assert path.exists(), target
        if anchor:
            assert anchor in headings(path.read_text("utf-8")), (target, anchor)


def bare(block: str) -> str:
    """Return a block without what a translation puts into its own words: quoted words and comments."""
    lines = (re.sub(r"(^|\s)# .*$|(^|\s)# .*(?=\s\S)", "", line) for line in block.splitlines())
    return "\n".join(re.sub(r'"[^"$]*"', '"…"', line).rstrip() for line in lines)


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_translation_has_the_same_commands_tables_and_headings(guide: str, language: str) -> None:
    ours, theirs = TEXTS[f"{guide}.md"], TEXTS[f"{guide}{ENDINGS[language]}.md"]
    assert [(kind, bare(block)) for kind, block in blocks(theirs)] == [
        (kind, bare(block)) for kind, block in blocks(ours)
    ]
    for shape in (r"^#+ ", r"^\| ", r"\n\n\*\*", r"^\d\. "):
        assert len(re.findall(shape, prose(theirs), re.M)) == len(re.findall(shape, prose(ours), re.M)), shape
    assert len(re.findall(r"\]\(", theirs)) == len(re.findall(r"\]\(", ours))
    # What is code in one language is code in the other: files, flags and commands are never translated.
    same, other = (set(re.findall(r"`([^`]+)`", prose(text).replace("\n", " "))) for text in (ours, theirs))
    # Names of files that bear the language are those of the guide's own: `dossier.fr.pdf` in French.
    same, other = (_of_no_language(codes, named) for codes, named in ((same, "en"), (other, language)))
    assert {bare(code) for code in other if "…" not in code} == {bare(code) for code in same if "…" not in code}


def _of_no_language(codes: set[str], language: str) -> set[str]:
    """Return codes with the ending of one language named alike; where a guide lists all three, nothing differs."""
    listed = {f".{each}" for each in LANGUAGES}
    return {re.sub(rf"\.{language}(?=\.|$)", ".LANGUAGE", code) for code in codes - listed}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdicts_of_the_lawyers_sheet_are_the_programs_words(language: str) -> None:
    words = catalogue(language)
    table = re.findall(r"^\| \*\*(.+?)\*\* \|", TEXTS[f"lawyer{ENDINGS[language]}.md"], re.MULTILINE)
    assert set(table) == {words.sentence(f"verdict.{each.name.lower()}.word") for each in Verdict}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_table_of_troubles_quotes_is_what_the_program_says(language: str) -> None:
    rows = re.findall(r"^\| \*(.+?)\*", TEXTS[f"handbook{ENDINGS[language]}.md"], re.MULTILINE)
    assert len(rows) == 7
    said = "\n".join(str(text) for text in catalogue(language).sentences.values())
    for row in rows:
        for part in filter(None, map(str.strip, row.split("…"))):
            assert part.rstrip(" :") in said, part


@needs_chromium
@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="pdfinfo is not installed")
def test_the_guides_print_on_as_many_pages_as_they_say(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "profile")
    try:
        for guide, most in LENGTHS.items():
            for language in LANGUAGES:
                html = tmp_path / f"{guide}.{language}.html"
                html.write_text(page(guide, language, (ROOT / "evidence_kit/sealing/fonts").as_uri()), "utf-8")
                pdf = html.with_suffix(".pdf")
                pdf.write_bytes(browser.printed(html.as_uri()))
                told = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
                assert re.search(rf"^Pages: +{most}$", told, re.MULTILINE), (guide, language, told)
    finally:
        browser.close()


def needs(*tools: str) -> pytest.MarkDecorator:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


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
    block = block_with("lawyer.md", "CASE=LRC-2026-0007").replace("LRC-2026-0007", case)
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
    taking = block_with("scripts.md", "id=$(evidence-kit new").replace("/media/usb/phone", "phone")
    said = run_block(f"set +e\n{taking}", program.home, program).splitlines()
    assert said[0] == "fifo\tphone/pipe"
    assert Path(said[2]).is_file()


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
        block_with("scripts.md", "verify", "cron").split(None, 5)[5]
        if form == "cron"
        else block_with("scripts.md", "ExecStart", "ini").partition("ExecStart=")[2].partition("\n")[0]
    )
    assert line.startswith("/"), "neither cron nor systemd knows where programs lie"
    for here, there in (
        ("/usr/local/bin/", ""), ("/srv/cases", "cases"), ("/mnt/other/", ""), ("/root/pass", "pass"),
    ):  # fmt: skip
        line = line.replace(here, there)
    said = run_block(f"{line} 2>&1", server.home, server)
    assert (said == "") is (form == "cron"), "cron mails whatever is printed"
    assert run_block(f"{line} 2>&1 >/dev/null", server.home, server) == ""
    log = next((server.home / "cases").glob("*-0001")) / "custody.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"seq":3', b'"seq":4', 1))
    said = run_block(f"set +e\n{line}\necho code $?", server.home, server)
    assert said.endswith("code 4\n")
    assert "BROKEN" in said


@needs("bash", "jq")
def test_the_dashboard_in_the_shell_counts_what_each_case_holds(server: Program) -> None:
    said = run_block(block_with("scripts.md", "group_by(.family)"), server.home, server).splitlines()
    year = next((server.home / "cases").iterdir()).name.split("-")[1]
    assert said == [f"LRC-{year}-0001\ttext\t1\t9", f"LRC-{year}-0001\tunknown\t1\t256"]


def test_the_dashboard_in_pandas_finds_what_was_taken_in_twice(server: Program) -> None:
    script = block_with("scripts.md", "import pandas", "python").replace('"7"', '"1"')
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
    block = block_with("handbook.md", "from_paper").replace("LRC-2026-0007.key-case.age", shlex.quote(str(envelope)))
    block = block.replace("LRC-2026-0007", shlex.quote(str(case))).replace(
        ".venv/bin/python", shlex.quote(sys.executable)
    )
    paper = to_paper(unlock((run.home / "rec").read_bytes(), None))
    said = run_block(block.replace("rm recovery.key case.key", "cat E000001"), run.home, run, stdin=paper + "\n")
    assert (run.home / "digits").read_text() in said
    assert said.endswith((run.home / "phone" / "a.txt").read_text())


def test_every_dependency_has_a_line_among_the_decisions_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = [each for extra in project["project"]["optional-dependencies"].values() for each in extra]
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"], *extras]
    index = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z][a-z0-9.-]*) \| .+ \| \[\d{4}\]", index, re.MULTILINE)
    assert sorted(rows) == sorted({re.split(r"[^a-z0-9.-]", each)[0] for each in declared})


def test_every_decision_is_in_the_index_and_every_link_between_documents_leads_somewhere() -> None:
    decisions = ROOT / "docs" / "decisions"
    index = (decisions / "README.md").read_text("utf-8")
    assert {path.name for path in decisions.glob("0*.md")} <= set(re.findall(r"\]\(([^)]+)\)", index))
    pages = [*decisions.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
    for path in pages:
        for target in re.findall(r"\]\(([^):#\s]+)\)", prose(path.read_text("utf-8"))):
            assert (path.parent / target).exists(), (path.name, target)
