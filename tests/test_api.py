"""docs/API.md: its examples run, in their order, as they stand there, and they type-check."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "API.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
MYPY = (sys.executable, "-m", "mypy", "--cache-dir", os.devnull, "--config-file", str(ROOT / "pyproject.toml"))


def test_every_example_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(BLOCKS) >= 10
    monkeypatch.chdir(tmp_path)
    Path("phone").mkdir()
    for name in ("candidates/tasse.jpg", "candidates/vitrine.jpg"):
        shutil.copy(ROOT / "samples" / name, "phone")
    shutil.copy(next((ROOT / "samples" / "phone-export" / "Download").glob("*.zip")), "phone")
    known: dict[str, object] = {"__name__": "example"}
    for number, block in enumerate(BLOCKS):
        exec(compile(block, f"docs/API.md, block {number + 1}", "exec"), known)  # noqa: S102 - that is the test


def test_every_example_is_typed(tmp_path: Path) -> None:
    page = tmp_path / "api_page.py"
    page.write_text("\n".join(BLOCKS).replace("def hands():", "def hands() -> Iterator[Hands]:"), "utf-8")
    page.write_text("from collections.abc import Iterator\n" + page.read_text("utf-8"), "utf-8")
    done = subprocess.run(
        [*MYPY, str(page)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "evidence_kit" / "py.typed").is_file()
