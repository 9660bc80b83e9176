"""How much a short command loads before it begins: a script that calls the program a thousand times pays for each."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.conftest import Program

# Modules in all, and which of them are ours: a dozen above what is loaded today. Before pydantic and rich were left out
# of the start these were 339, 383 and 351.
MOST = {"--help": (215, 22), "list 1 --locked --no-input": (275, 70), "verify 1 --no-input": (315, 102)}
COUNT = """
import sys
from evidence_kit.cli import run
code = run(sys.argv[1:])
ours = sum(name.partition(".")[0] == "evidence_kit" for name in sys.modules)
print(code, len(sys.modules), ours, sep="\\n", file=sys.stderr)
"""
# What draws tables and boxes, checks values, decodes pictures or talks to a network has no part in it.
NEVER = ("pydantic", "numpy", "cv2", "PIL", "av", "msgspec", "typst", "asyncio", "http", "urllib.request", "email")


@pytest.mark.parametrize("line", MOST)
def test_a_short_command_loads_little(line: str, case_program: Program) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNT, *line.split()],
        env=case_program.environment(), cwd=case_program.home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    code, modules, ours = map(int, done.stderr.split()[-3:])
    assert code == 0, done.stderr
    most, most_ours = MOST[line]
    assert modules <= most
    assert ours <= most_ours


@pytest.mark.parametrize("line", MOST)
def test_what_a_short_command_has_no_use_for_is_not_loaded(line: str, case_program: Program) -> None:
    told = COUNT + f"print(*sorted(set(sys.modules) & {set(NEVER)!r}), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", told, *line.split()],
        env=case_program.environment(), cwd=case_program.home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == ""
