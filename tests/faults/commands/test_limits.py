"""Limits as the system sets them: no memory, no threads, a library that is broken on the disk, a reader that left."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from evidence_kit.cli import run
from evidence_kit.commands import _streams
from tests.faults.commands.judge import accused, left, traced
from tests.faults.commands.scenes import SCENES, Place
from tests.faults.commands.stage import ROOT, THREAD, Fault

MIB = 1 << 20


def _line(place: Place, called: str) -> list[str]:
    return place.line(next(scene for scene in SCENES if scene.called == called))


def test_a_library_that_panics_for_want_of_a_thread_is_a_sentence(place: Place) -> None:
    told = set()
    place.again()
    threads = place.stage.run(_line(place, "seal"), Fault(classes=THREAD)).calls
    for at in range(threads - 2, threads + 1):
        place.again()
        fault = Fault("fail", at, errno.EAGAIN, stays=True, classes=THREAD)
        ran = place.stage.run(_line(place, "seal"), fault)
        assert (ran.code, traced(ran)) == (13, False), ran.err
        told |= {document.get("error") for document in ran.documents}
        assert list(left(place, SCENES[0])) == []
    # It did panic, and nobody pretended it.
    assert "library-broke" in told


@pytest.mark.parametrize(("called", "suffers"), [("note", False), ("verify", False), ("ingest", True), ("seal", True)])
def test_a_computer_without_memory_is_a_sentence(called: str, suffers: bool, place: Place) -> None:
    codes = set()
    for more in (1, 3 * MIB, 12 * MIB, 48 * MIB):
        place.again()
        ran = place.stage.run(_line(place, called), memory=more)
        assert ran.code in {0, 3, 5, 13}, (more, ran.code, ran.err)
        assert not traced(ran)
        assert list(accused(place, SCENES[0], f"with {more} bytes more")) == []
        codes.add(ran.code)
    # What starts threads does not get by on nothing, and none waits for one that died at birth.
    assert (13 in codes) is suffers


@pytest.mark.parametrize(("called", "library"), [("note", "pyrage"), ("seal", "typst"), ("note", "cryptography")])
@pytest.mark.parametrize("how", ["broken", "gone"])
def test_a_library_that_does_not_load_is_named(
    called: str, library: str, how: str, place: Place, tmp_path: Path
) -> None:
    found = find_spec(library)
    assert found is not None
    assert found.origin is not None
    shutil.copytree(Path(found.origin).parent, tmp_path / library)
    (built,) = [each for each in (tmp_path / library).rglob("*.so") if "_cffi" not in each.name]
    if how == "gone":
        built.unlink()
    else:
        built.write_bytes(b"what a failing disk left of it " * 4096)
    place.again()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "LC_ALL": "C.UTF-8"}
    words = [sys.executable, "-m", "evidence_kit", *_line(place, called)]
    ran = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 13, ran.stderr
    assert "cannot be loaded" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(accused(place, SCENES[0], f"without {library}")) == []


class _Gone:
    """Standard output as Windows has it once its reader is gone."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    def isatty(self) -> bool:
        return False


@pytest.mark.parametrize(("system", "code"), [("nt", 0), ("posix", 12)])
def test_a_pipe_without_a_reader_is_no_trouble_where_it_is_called_invalid(
    system: str, code: int, place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place.again()
    monkeypatch.setattr(_streams, "_LEFT", _streams.left_by_reader(system))
    monkeypatch.setattr(sys, "stdout", _Gone())
    assert run(_line(place, "cases")) == code
    monkeypatch.undo()
    said = capsys.readouterr().err
    assert ("system error 22" in said) is (code != 0)
