"""The page's own script, run in node: a job a line, an answer a line."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "evidence_kit" / "sealing" / "verifier.html"
NODE = shutil.which("node") or shutil.which("nodejs")
OLDEST_NODE = 20


def _version() -> int:
    if NODE is None:
        return 0
    said = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=False).stdout
    return int(said.strip().lstrip("v").partition(".")[0] or 0)


needs_node = pytest.mark.skipif(_version() < OLDEST_NODE, reason=f"node {OLDEST_NODE} or newer is not installed")


def answers(jobs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    assert NODE is not None
    given = "".join(json.dumps(job) + "\n" for job in jobs)
    runner = Path(__file__).with_name("run.mjs")
    done = subprocess.run(
        [NODE, "--no-warnings", str(runner), str(PAGE)],
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    # Not splitlines: a text may hold one of the other signs that it takes for the end of a line.
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]
