"""What a person and a script meet: codes, sentences, JSON, no traceback, no secret."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import PROGRAM, Program, set_up


def test_the_whole_path_from_setup_to_a_checked_archive(case_program: Program, tmp_path: Path) -> None:
    run = case_program
    receipt = run.json("receipt", "1")[0]
    sealed = run.json("seal", "1", "--for", "lawyer", "--all", "--passphrase-out", tmp_path / "digits")[0]
    checked = run(
        "verify", sealed["archive"], "--archive-passphrase-file", tmp_path / "digits",
        "--receipt", receipt["code"], "--receipt-from", "paper", "--json",
    )  # fmt: skip
    verdict = json.loads(checked.stdout)
    assert (verdict["verdict"], verdict["items"], verdict["items_of"]) == ("ANCHORED", 2, 2)
    assert verdict["anchors"] == [
        {"kind": "receipt", "through": receipt["lines"], "since": verdict["anchors"][0]["since"], "origin": "paper"}
    ]
    digits = (tmp_path / "digits").read_text().strip()
    assert (tmp_path / "digits").stat().st_mode & 0o777 == 0o600
    assert digits.isdecimal()
    assert len(digits) == 28


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_language_tells_the_same_story(language: str, case_program: Program) -> None:
    done = case_program("verify", "1", "--lang", language)
    words = {"ar": "سليم دون تأكيد خارجي", "fr": "INTACT, SANS PREUVE EXTÉRIEURE", "en": "CONSISTENT"}
    assert done.stdout.splitlines()[0] == words[language]


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_help_speaks_one_language(language: str, program: Program) -> None:
    for command in ([], ["list"]):
        shown = program(*command, "--help", "--lang", language).stdout
        assert "Show this" not in shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nonsense"], 2),
        (["list"], 2),
        (["list", "1", "--nonsense"], 2),
        (["list", "1", "--lang", "de"], 2),
        (["new", "--age", "old", "--age-known-by", "x", "--no-input"], 2),
        (["new", "--no-input"], 2),
        (["ingest", "1", "phone", "--how", "magic", "--no-input"], 2),
        (["seal", "1", "--for", "lawyer", "--no-input"], 2),
        (["verify", "1", "--receipt", "AAAA", "--receipt-from", "paper"], 2),
        (["verify", "1", "--receipt", "AAAA"], 2),
        (["list", "9", "--no-input"], 20),
        (["verify", "/nowhere"], 20),
        (["setup", "--no-input"], 26),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_wrong_command_has_its_code_and_two_sentences(arguments: list[str], code: int, case_program: Program) -> None:
    done = case_program(*arguments, expect=code)
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 2


def test_trouble_with_keys_and_cases_has_its_code(case_program: Program, tmp_path: Path) -> None:
    run = case_program
    wrong = tmp_path / "wrong"
    wrong.write_text("not the passphrase\n")
    run("list", "1", "--passphrase-file", wrong, expect=30)
    run("list", "1", "--passphrase-file", tmp_path / "none", expect=2)
    run.keyed("ingest", "1", tmp_path / "nowhere", expect=10)
    run.keyed("seal", "1", "--for", "police", "--all", "--passphrase-out", tmp_path / "p", expect=40)
    assert not (tmp_path / "p").exists()
    run.keyed("seal", "1", "--for", "lawyer", "--items", "E000099", "--passphrase-out", tmp_path / "p", expect=2)
    run.keyed("show", "1", "E000099", expect=24)
    run.keyed("grant", "1", "nokey", "--name", "x", "--confirm", "y", expect=31)
    run("list", "1", "--station", tmp_path / "other", "--passphrase-file", run.passphrase, expect=25)
    key = run.home / "station" / "station.key"
    key.rename(key.with_suffix(".away"))
    run.keyed("list", "1", expect=31)


def test_a_broken_case_is_broken_everywhere(case_program: Program) -> None:
    log = case_program.home / "cases" / "LRC-2026-0001" / "custody.jsonl"
    log = next((case_program.home / "cases").iterdir()) / "custody.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"seq":3', b'"seq":4', 1))
    case_program("verify", "1", expect=4)
    case_program.keyed("list", "1", expect=4)
    case_program.keyed("note", "1", "x", expect=4)
    assert "BROKEN" in case_program("cases").stdout


def test_an_error_is_a_document_too(case_program: Program) -> None:
    document = case_program.json("list", "9", expect=20)[0]
    assert document["error"] == "no-case"
    assert document["exit"] == 20
    assert document["what"]
    assert document["do"]


def test_json_stands_alone_on_standard_output(case_program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    for arguments in (
        ["keys"],
        ["cases"],
        ["list", "1"],
        ["show", "1"],
        ["show", "1", "1"],
        ["log", "1"],
        ["log", "1", "--locked"],
        ["note", "1", "x"],
        ["consent", "1", "police", "--by", "person"],
        ["receipt", "1"],
        ["ingest", "1", folder],
        ["verify", "1"],
        ["new", "--age", "unknown", "--age-known-by", "nobody"],
    ):
        assert case_program.json(*arguments), arguments


def test_a_case_is_named_by_folder_id_or_number(case_program: Program) -> None:
    case = next((case_program.home / "cases").iterdir())
    listed = [case_program.json("list", name) for name in ("1", "0001", case.name, case.name.lower(), str(case))]
    assert all(each == listed[0] for each in listed)


def test_without_the_key_only_what_the_folder_shows_is_listed(case_program: Program) -> None:
    shown = case_program("list", "1", "--no-input").stdout
    assert "E000001" in shown
    assert "a.txt" not in shown


def test_the_passphrase_comes_through_standard_input(case_program: Program) -> None:
    done = case_program("list", "1", "--passphrase-file", "-", stdin=b"correct horse battery\n")
    assert "a.txt" in done.stdout


def test_a_hostile_name_does_nothing_to_the_screen(case_program: Program) -> None:
    folder = case_program.home / "hostile"
    folder.mkdir()
    for name in ("[red]x[bold].txt", "[blink].txt", "a\u202egpj.txt", "b\x1b[31m.txt", "{seq}.txt", "new\nline.txt"):
        (folder / name).write_text(name)
    done = case_program.keyed("ingest", "1", folder)
    shown = done.stdout + case_program.keyed("list", "1").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    for text in (
        "[red]x[bold].txt",
        "[blink].txt",
        "a[U+202E]gpj.txt",
        "b[U+001B][31m.txt",
        "{seq}.txt",
        "new[U+000A]line",
    ):
        assert text in shown


def test_a_reader_that_leaves_early_breaks_nothing(case_program: Program) -> None:
    command = [*PROGRAM, "log", "1", "--locked", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=case_program.environment()
    ) as run:
        assert run.stdout is not None
        run.stdout.close()
        assert run.stderr is not None
        errors = run.stderr.read()
    assert b"Traceback" not in errors
    assert run.returncode == 0


def test_the_program_works_with_nothing_around_it(case_program: Program) -> None:
    case = next((case_program.home / "cases").iterdir())
    done = subprocess.run([*PROGRAM, "verify", str(case), "--json"], env={}, capture_output=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "CONSISTENT"


def test_closed_standard_streams_are_no_trouble(case_program: Program) -> None:
    case = next((case_program.home / "cases").iterdir())
    shell = f'exec {sys.executable} -c "from evidence_kit.cli import main; main()" verify {case} <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", shell], env=case_program.environment(), check=False).returncode == 0


def test_setup_makes_files_that_only_their_owner_reads(station_program: Program) -> None:
    for path in (station_program.home / "station").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (station_program.home / "rec").stat().st_mode & 0o777 == 0o600


def test_a_second_station_takes_the_recovery_key_of_the_first(station_program: Program, tmp_path: Path) -> None:
    public = station_program.json("keys")[0]["recovery"]
    other = Program(tmp_path / "second")
    other.home.mkdir()
    other.passphrase.write_text("another good passphrase\n")
    facts = ("--association", "lrc", "--name", "Omar", "--role", "lawyer", "--place", "Tanger")
    other.keyed("setup", *facts, "--cases", other.home / "cases", "--recovery", public)
    assert other.json("keys")[0]["recovery"] == public


def test_a_short_passphrase_makes_no_station(program: Program) -> None:
    program.passphrase.write_text("short\n")
    facts = ("--association", "LRC", "--name", "S", "--role", "r", "--place", "p")
    program.keyed("setup", *facts, "--cases", program.home / "c", "--recovery-out", program.home / "r", expect=34)
    assert not (program.home / "station" / "station.key").exists()


def hear_ctrl_c() -> None:
    """Undo what a shell does to whatever it starts in the background: SIGINT ignored, children included."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_with_130_and_what_was_shown_is_safe(station_program: Program, tmp_path: Path) -> None:
    run = station_program
    run.keyed("new", "--age", "adult", "--age-known-by", "told", "--id", "LRC-2026-0500")
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(3000):
        (folder / f"{number:05}.txt").write_text(f"message {number}\n" * 500)
    command = [*PROGRAM, "ingest", "500", str(folder), "--json", "--passphrase-file", str(run.passphrase)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=run.environment(),
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - this process has no threads that matter
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        shown = [json.loads(line) for line in [first, *process.stdout] if line.strip()]
        errors = process.stderr.read() if process.stderr is not None else b""
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors
    items = {row["item"]: row["sha256"] for row in run.json("list", "500")}
    assert all(items[row["item"]] == row["sha256"] for row in shown if row.get("outcome") == "kept")
    assert 0 < len(items) < 3000
    assert run.json("ingest", "500", folder)[-1]["kept"] == 3000 - len(items)
    run.keyed("verify", "500")


def test_two_stations_cannot_share_a_folder(station_program: Program) -> None:
    key = station_program.home / "station" / "station.key"
    before = key.read_bytes()
    set_up(station_program)  # the same command again: it was done before
    with pytest.raises(AssertionError):
        set_up(station_program, "--name", "Another")
    assert key.read_bytes() == before
