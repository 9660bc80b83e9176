"""What is installed without matching and films: every command works, or says in one sentence what is missing."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from evidence_kit.errors import Exit
from tests.contracts.conftest import LINES, ROOT, make_material
from tests.reduced import call, reduced_python

pytestmark = pytest.mark.xdist_group("without-extra")
LIBRARIES = "av, opencv-python-headless, faiss-cpu, imagehash"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reduced_python(tmp_path_factory.mktemp("small") / "python")


def test_the_demo_leaves_out_what_compares_and_says_so(small: Path, tmp_path: Path) -> None:
    done = call(small, "demo", "--lang", "ar", "--samples", str(ROOT / "samples"), home=tmp_path)
    assert done.returncode == Exit.DONE, done.stderr
    assert LIBRARIES in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    # The archive that it made is judged by an installation that has everything.
    (archive,) = (tmp_path / "demo-output" / "sealed").glob("*.sealed.zip")
    assert archive.stat().st_size > 1 << 20
    # The one voice note and the film are kept, and nothing is held against them.
    assert "av" in done.stdout + done.stderr


def test_the_program_says_what_it_is_without(small: Path, tmp_path: Path) -> None:
    assert (
        call(small, "--version", home=tmp_path)
        .stdout.strip()
        .endswith("[-av -opencv-python-headless -faiss-cpu -imagehash]")
    )
    told = json.loads(call(small, "doctor", "--json", home=tmp_path).stdout)
    (libraries,) = (each for each in told["checks"] if each["check"] == "libraries")
    assert libraries["health"] == "unknown"
    assert LIBRARIES in libraries["what"]
    assert "requirements.lock" in libraries["do"]


@pytest.mark.parametrize("name", ["exifread", "pi_heif", "defusedxml", "numpy", "av"])
def test_a_library_that_does_not_load_takes_nothing_along(name: str, tmp_path: Path) -> None:
    """One that cannot be loaded left every JPEG without a description, and told as damaged."""
    python = reduced_python(tmp_path / "python", without=(), broken=[name])
    code = """
import json, sys
from pathlib import Path
from evidence_kit.workers.worker import Worker
samples = Path(sys.argv[1])
files = {"jpeg": "DCIM/Camera/IMG_20260412_101502.jpg", "png": None, "mp4": None, "opus": None}
with Worker() as worker:
    for path in sorted(samples.rglob("*")):
        kind = {".jpg": "jpeg", ".png": "png", ".mp4": "mp4", ".opus": "opus", ".webp": "webp"}.get(path.suffix)
        if kind:
            about = {"kind": kind, "name": path.name}
            answer = worker.call("evidence_kit.media.registry:describe", about, path.read_bytes())
            print(json.dumps([kind, *(getattr(answer, each, None) for each in ("value", "reason", "detail"))]))
"""
    done = subprocess.run(
        [python, "-c", code, str(ROOT / "samples" / "phone-export")], capture_output=True, text=True, check=True
    )
    pictures = 0
    for kind, value, reason, detail in map(json.loads, done.stdout.splitlines()):
        if reason is not None:
            assert (reason, detail) == ("library-missing", name)
            assert kind in {"mp4", "opus"}
            continue
        problems = [(each["code"], each["detail"]) for each in value["problems"]]
        codes = {code for code, _ in problems}
        assert codes <= {"library-missing", "not-decoded"} or kind != "jpeg"
        assert {detail for code, detail in problems if code == "library-missing"} <= {name}
        if kind == "jpeg" and "not-decoded" not in codes:
            pictures += 1
            assert value["facts"]["width_pixels"]
            assert value["facts"].get("phash") or name == "numpy"
    assert pictures >= 4


@pytest.mark.deep
def test_no_command_ends_with_a_traceback(small: Path, tmp_path: Path) -> None:
    """The scenario of every command, in an installation without the extra."""
    make_material(tmp_path)
    done = subprocess.run(
        [small, "-m", "tests.contracts.scenario", tmp_path, "--any-code"],
        input=LINES, capture_output=True, text=True, check=False, cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {"LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [json.loads(each) for each in done.stdout.splitlines()]
    assert [row["line"] for row in rows if row["code"] == Exit.BUG or not isinstance(row["code"], int)] == []
    assert "Traceback" not in done.stderr
    assert {row["code"] for row in rows if row["line"].startswith("match 1")} == {int(Exit.SYSTEM_LIMIT)}
