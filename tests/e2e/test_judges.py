"""Tools that nobody here wrote open the archive and agree, with the commands that stand in the letter."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evidence_kit.keys.station import SigningKey
from tests.e2e.conftest import ROOT, Program, set_up

LAWYER = SigningKey.from_seed(bytes(range(7, 39)))


def needs(*tools: str) -> pytest.MarkDecorator:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def sh(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, Path, str]:
    """The samples, taken in and sealed for a lawyer with a key: folder and digits. The judges write nothing there."""
    run = Program(tmp_path_factory.mktemp("judged"))
    set_up(run)
    run.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    run.keyed("ingest", "1", ROOT / "samples" / "phone-export", expect=3)
    run.keyed("note", "1", "for the house")
    run.keyed("receipt", "1")
    (run.home / "lawyer.pub").write_text(LAWYER.public.line + " lawyer\n")
    out, digits = run.home / "out", run.home / "digits"
    order = ("--for", "lawyer", "--all", "--to-key", "lawyer=lawyer.pub")
    run.keyed("seal", "1", *order, "--out", out, "--passphrase-out", digits)
    return run, out, digits.read_text().strip()


@pytest.fixture
def unpacked(sealed: tuple[Program, Path, str], tmp_path: Path) -> Path:
    """The bag, after two extractions with 7-Zip."""
    if shutil.which("7z") is None:
        pytest.skip("7z is not installed")
    _, out, digits = sealed
    archive = next(out.glob("*.sealed.zip"))
    place = tmp_path / "unpacked"
    shutil.copytree(out, place)
    assert sh(f"7z x -y -p{digits} '{archive}' && 7z x -y evidence.zip", place).returncode == 0
    return next(path for path in place.iterdir() if path.is_dir())


@needs("7z", "bsdtar")
def test_seven_zip_and_libarchive_find_nothing_wrong(sealed: tuple[Program, Path, str], unpacked: Path) -> None:
    _, out, digits = sealed
    archive = next(out.glob("*.sealed.zip"))
    assert "Everything is Ok" in sh(f"7z t -p{digits} '{archive}'", out).stdout
    assert sh(f"7z t -p{'0' * 28} '{archive}'", out).returncode != 0
    listed = sh("bsdtar -tf ../evidence.zip", unpacked).stdout.splitlines()
    assert all(re.fullmatch(r"LRC-\d{4}-0001/[A-Za-z0-9._/-]+", line) for line in listed)
    assert "evidence.zip" in sh(f"7z l '{archive}'", out).stdout
    assert "E000001" not in sh(f"7z l '{archive}'", out).stdout


@needs("zipdetails")
def test_the_outer_member_is_ae_2_without_a_checksum(sealed: tuple[Program, Path, str]) -> None:
    _, out, _ = sealed
    details = sh(f"zipdetails '{next(out.glob('*.sealed.zip'))}'", out).stdout
    assert re.search(r"Vendor Version\s+0002", details)
    assert re.search(r"CRC\s+00000000", details)
    assert details.count("LOCAL HEADER #") == 1


def test_the_originals_are_bit_for_bit_what_was_taken_in(unpacked: Path) -> None:
    inside = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (unpacked / "data").iterdir()}
    export = ROOT / "samples" / "phone-export"
    outside = {hashlib.sha256(path.read_bytes()).hexdigest() for path in export.rglob("*") if path.is_file()}
    assert outside <= inside


def test_bagit_finds_a_valid_bag(unpacked: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", str(unpacked)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def commands(letter: str, system: str) -> list[list[str]]:
    """Return the commands of one system out of the letter, step by step."""
    section = letter.split(f"\n{system}\n\n1.\n", 1)[1].split("\n\n====", 1)[0]
    return [re.findall(r"^    (.*)$", step, re.MULTILINE) for step in re.split(r"^\d\.$", section, flags=re.MULTILINE)]


@needs("ssh-keygen", "sha256sum", "perl")
def test_the_commands_of_the_letter_do_what_the_letter_says(sealed: tuple[Program, Path, str], unpacked: Path) -> None:
    run, _, _ = sealed
    letter = (unpacked / "READ-ME-FIRST.txt").read_text("utf-8")
    files, signatures, head, event, receipt, statement, _ = commands(letter, "Linux")
    for command in files:
        done = sh(command, unpacked)
        assert done.returncode == 0
        assert {line.rsplit(": ", 1)[1] for line in done.stdout.splitlines()} == {"OK"}
    for command in signatures:
        assert sh(command, unpacked).stdout.startswith("Good ")
    digest = sh(head[0], unpacked).stdout.split()[0]
    assert digest == sh(head[1], unpacked).stdout.splitlines()[2]
    opening = sh(event[0], unpacked).stdout.split()[0]
    assert json.loads(sh(event[1], unpacked).stdout)["commit"] == opening
    rows = run.json("log", "1")
    issued = next(row["says"]["code"] for row in rows if row["type"] == "receipt.issued")
    assert sh(receipt[0], unpacked).stdout.strip() == issued.replace("-", "")[:32]
    assert sh(statement[0], unpacked).stdout.startswith("Good ")
    assert sh(statement[1], unpacked).stdout.split()[0] == sh(statement[2], unpacked).stdout.strip()


@needs("shasum", "ssh-keygen", "perl")
def test_the_commands_for_macos_agree(unpacked: Path) -> None:
    letter = (unpacked / "READ-ME-FIRST.txt").read_text("utf-8")
    linux, macos = commands(letter, "Linux"), commands(letter, "macOS")
    for ours, theirs in zip(linux, macos, strict=True):
        assert [sh(each, unpacked).stdout for each in ours] == [sh(each, unpacked).stdout for each in theirs]


def test_every_opened_event_hashes_to_its_line(unpacked: Path) -> None:
    log = (unpacked / "custody.jsonl").read_bytes().splitlines()
    events = (unpacked / "events.jsonl").read_bytes().split(b"\n")[:-1]
    assert len(log) == len(events)
    opened = 0
    for line, event in zip(log, events, strict=True):
        commit = json.loads(line).get("commit")
        if event:
            assert commit == hashlib.sha256(event).hexdigest()
            opened += 1
    # What lies where on the station is the house's own, like the note.
    assert opened == sum(b'"commit"' in line for line in log) - 2, "all but the note and the sources"
    assert b"for the house" not in b"".join(events)


@needs("ssh-keygen")
def test_the_statement_is_signed_and_names_this_archive(sealed: tuple[Program, Path, str], unpacked: Path) -> None:
    _, out, _ = sealed
    case = unpacked.name
    verify = f"ssh-keygen -Y verify -f '{unpacked}/allowed_signers' -I {case} -n evidence-kit-archive"
    done = sh(f"{verify} -s {case}.statement.txt.sig < {case}.statement.txt", out)
    assert done.stdout.startswith("Good ")
    lines = (out / f"{case}.statement.txt").read_text().splitlines()
    archive = (out / f"{case}.sealed.zip").read_bytes()
    assert lines[3:] == [hashlib.sha256(archive).hexdigest(), str(len(archive))]


@needs("age")
def test_age_opens_the_envelope_with_the_lawyers_key(sealed: tuple[Program, Path, str], tmp_path: Path) -> None:
    _, out, digits = sealed
    (tmp_path / "lawyer").write_bytes(LAWYER.openssh(None))
    done = sh(f"age -d -i '{tmp_path}/lawyer' *.key-lawyer.age", out)
    assert done.stdout.strip() == digits


@needs("age")
def test_age_opens_a_case_with_the_recovery_key_alone(sealed: tuple[Program, Path, str], tmp_path: Path) -> None:
    run, _, _ = sealed
    case = next((run.home / "cases").iterdir())
    (tmp_path / "identity").write_text(sh(f"age -d -i '{run.home}/rec' keys/K0002.age", case).stdout)
    first = sh(f"age -d -i '{tmp_path}/identity' store/E000002.age | sha256sum", case).stdout.split()[0]
    assert first == run.json("show", "1", "2")[0]["sha256"]


@needs("ssh-keygen")
def test_a_checkpoint_can_be_checked_without_an_archive(sealed: tuple[Program, Path, str], tmp_path: Path) -> None:
    run, _, _ = sealed
    run("log", "1", "--checkpoint", tmp_path / "point")
    case = next((run.home / "cases").iterdir()).name
    verify = f"ssh-keygen -Y verify -f {case}.allowed_signers -I {case} -n evidence-kit -s {case}.checkpoint.txt.sig"
    assert sh(f"{verify} < {case}.checkpoint.txt", tmp_path / "point").stdout.startswith("Good ")


def test_what_lies_outside_names_nothing(sealed: tuple[Program, Path, str]) -> None:
    _, out, digits = sealed
    for name in ("LISEZ-MOI.txt", "covering-message.txt"):
        text = (out / name).read_text("utf-8")
        assert digits not in text
        for word in ("LRC", "Salma", "evidence of", "preuve", "chantage", "blackmail"):
            assert word not in text
