"""One run of every command that several contracts are held against."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from evidence_kit.keys.station import SigningKey

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
# One line a call, in this order, in one folder: each command at least once, in the shapes that its output can have.
LINES = (HERE / "scenario_lines.txt").read_text("utf-8")


@dataclass(frozen=True)
class Call:
    """What came of one line."""

    line: str
    code: int
    loaded: frozenset[str]
    printed: list[Any]

    @property
    def command(self) -> str:
        return self.line.split()[0]


@pytest.fixture(scope="session")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """Return every call of the scenario, which takes minutes: it is run once, whoever of the workers asks first."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    told = shared / "scenario.jsonl"
    with FileLock(shared / "scenario.lock"):
        if not told.exists():
            told.write_text(_run_scenario(tmp_path_factory.mktemp("scenario")), "utf-8")
    lines = [json.loads(each) for each in told.read_text("utf-8").splitlines()]
    return [Call(row["line"], row["code"], frozenset(row["loaded"]), row["printed"]) for row in lines]


def _run_scenario(home: Path) -> str:
    make_material(home)
    done = subprocess.run(
        [sys.executable, "-m", "tests.contracts.scenario", home],
        input=LINES, capture_output=True, text=True, check=False, cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {"LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_material(home: Path) -> None:
    """Put what the lines name into a folder: an export, pictures found elsewhere, keys, a batch."""
    samples = ROOT / "samples"
    (home / "backups").mkdir()
    (home / "pass").write_text("correct horse battery\n")
    shutil.copytree(samples / "phone-export", home / "phone")
    shutil.copytree(samples / "candidates", home / "found")
    shutil.copytree(samples / "minor-export", home / "minor")
    os.mkfifo(home / "phone" / "pipe")
    (home / "phone" / "broken.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    (home / "lawyer.pub").write_text(SigningKey.from_seed(bytes(range(32))).public.line + "\n")
    (home / "batch.toml").write_text(
        '[defaults]\nsteps = ["new", "ingest", "match", "verify"]\nage = "adult"\nage_known_by = "told"\n'
        '[[case]]\nname = "one"\nsources = ["found"]\n[[case]]\nname = "two"\nsources = ["nowhere"]\n'
        '[[case]]\nname = "three"\nsorces = "x"\n'
    )
