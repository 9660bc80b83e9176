"""The portable folder for Linux, built from the lock file: from the double-click to archive and receipt."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evidence_kit.words import catalogue
from portable.lock import ROOT
from tests.e2e import test_conversations
from tests.e2e.conftest import Program
from tests.e2e.test_conversations import PHRASE, Terminal

pytestmark = [
    pytest.mark.xdist_group("stick"),
    pytest.mark.skipif(sys.platform != "linux" or shutil.which("patchelf") is None, reason="patchelf is not installed"),
]


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a stick with the program's folder on it."""
    out = tmp_path_factory.mktemp("stick")
    if not (ROOT / "wheelhouse" / "linux-x64").is_dir():
        pytest.skip("the wheels are not there: python -m portable wheelhouse linux-x64")
    command = [sys.executable, "-m", "portable", "linux-x64", "--out", str(out), "--offline"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return out


@pytest.fixture
def program(stick: Path) -> Path:
    (folder,) = stick.glob("evidence-kit-*-linux-x64")
    return folder / "evidence-kit.sh"


_CALLS = "openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod"


def files_of(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_its_names_fit_on_any_stick(program: Path) -> None:
    """FAT has no links, takes no `A` beside an `a`, and none of these signs."""
    inside = [path.relative_to(program.parent) for path in program.parent.rglob("*")]
    assert not any(path.is_symlink() for path in program.parent.rglob("*"))
    assert len({str(path).casefold() for path in inside}) == len(inside)
    assert not [path for path in inside if re.search(r'[<>:"|?*\\]|[. ]$', path.name)]
    # What stands before it on a Windows stick: `E:\\evidence-kit-0.1.0-windows-x64\\`, shorter by eleven inside.
    assert max(len(str(path)) for path in inside) < 210


def test_the_first_answer_comes_at_once(program: Path) -> None:
    """Three seconds of a double-click on two cores; processor time, since others work here too."""
    before = os.times()
    subprocess.run([program, "--version"], check=True, capture_output=True)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    assert used < 3.0
    done = subprocess.run([program, "doctor", "--json", "--no-input"], capture_output=True, text=True, check=False)
    assert '"check":"libraries","health":"well"' in done.stdout.replace(": ", ":").replace(", ", ",")


def test_from_the_double_click_to_the_archive_and_the_receipt(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written but beside the program; `strace` watches what is opened for writing, made or moved."""
    watch = ["strace", "-f", "-qq", "-s", "4096", "-o", str(tmp_path / "trace"), "-e", f"trace={_CALLS}"]
    monkeypatch.setattr(test_conversations, "PROGRAM", [*watch, "-e", "signal=none", str(program)])
    say = catalogue("en").sentence
    home = tmp_path / "home"
    home.mkdir()
    phone = tmp_path / "phone"
    shutil.copytree(ROOT / "samples" / "candidates", phone)
    before, data = files_of(program.parent), program.parents[1] / "evidence-kit-data"
    out = data / "handed-over"
    data.mkdir()
    run = Program(home)
    around = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    monkeypatch.setattr(Program, "environment", lambda _self, **more: {**around, **more})
    with Terminal(run) as at:
        at.answer("evidence-kit>", "setup --association LRC --name Salma --role volunteer --place Larache "
                  f"--recovery-out {data / 'recovery.key'}")  # fmt: skip
        at.answer(say("ask.new-passphrase"), PHRASE)
        at.answer(say("ask.passphrase-again"), PHRASE)
        at.answer(say("ask.passphrase"), PHRASE)
        at.answer(
            "evidence-kit>", "new --age adult --age-known-by told --consent lawyer --consent-by person --no-input"
        )
        at.answer("evidence-kit>", f"ingest 1 {phone} --how phone-export --handed-by Nadia --no-input")
        at.answer("evidence-kit>", "receipt 1 --no-input")
        at.answer(
            "evidence-kit>",
            f"seal 1 --for lawyer --all --out {out} --passphrase-out {data / 'digits'} --yes --no-input",
        )
        at.answer("evidence-kit>", "exit")
        at.end()
    shown = at.screen
    assert len(list(out.rglob("*.sealed.zip"))) == 1, shown
    assert files_of(program.parent) == before, "nothing beside the program changed"
    assert {path.name for path in data.iterdir()} >= {"station", "cases", "recovery.key", "handed-over"}
    assert list(home.rglob("*")) == []
    touched = _written(tmp_path / "trace")
    allowed = (str(data), "/dev/", "/proc/self/", "/memfd:")
    assert [path for path in touched if not path.startswith(allowed) and not path.endswith("evidence-kit-data")] == []


def _written(trace: Path) -> set[str]:
    """Return the paths that were opened for writing, made or moved."""
    found = set()
    for line in trace.read_text("utf-8", "replace").splitlines():
        call = re.search(r"(\w+)\((.*)\)\s+= (-?\d+)", line)
        if call is None or call[3].startswith("-"):
            continue
        if call[1].startswith("open") and not re.search(r"O_WRONLY|O_RDWR|O_CREAT", call[2]):
            continue
        found |= {path for path in re.findall(r'"([^"]*)"', call[2]) if path.startswith("/")}
    return found


def test_a_newer_folder_opens_the_old_station_wherever_the_stick_is(stick: Path, program: Path, tmp_path: Path) -> None:
    """The second folder is a new version; the stick has another name than when the station was made."""
    shutil.copytree(stick / "evidence-kit-data", tmp_path / "E" / "evidence-kit-data")
    newer = tmp_path / "E" / "evidence-kit-9.9.9-linux-x64"
    newer.mkdir()
    shutil.copy(program, newer)
    (newer / "app").symlink_to(program.parent / "app")
    done = subprocess.run([newer / program.name, "cases", "--json"], capture_output=True, text=True, check=True)
    assert "LRC-" in done.stdout


def test_a_disk_that_lets_no_program_run_is_told_in_one_sentence(program: Path, tmp_path: Path) -> None:
    copy = tmp_path / "here"
    (copy / "app" / "bin").mkdir(parents=True)
    shutil.copy(program, copy)
    (copy / "app" / "bin" / "python3").write_bytes(b"")
    done = subprocess.run([copy / program.name], capture_output=True, text=True, check=False)
    assert done.returncode == 126
    assert "copy the folder onto the computer" in done.stderr
