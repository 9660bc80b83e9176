"""Several test processes: files stay whole, and the long ones come first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.scheduling import LONGEST_FIRST, PARTED, TOGETHER, file_of

ROOT = Path(__file__).parents[1]


def test_the_files_that_are_named_are_there() -> None:
    named = [*LONGEST_FIRST, *PARTED, *TOGETHER, *TOGETHER.values()]
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_two_processes_take_the_longest_files_first_and_whole() -> None:
    short, longer = "tests/words/test_words.py", "tests/web/test_agreement.py"
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "-v", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, short, "tests/test_glossary.py", longer, "-k", "unicode or glossary or every_code"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    told = [line.split() for line in done.stdout.splitlines() if line.startswith("[gw")]
    ran = [(words[0], file_of(next(word for word in words if "::" in word))) for words in told]
    (process,) = {process for process, file in ran if file == longer}
    assert next(file for each, file in ran if each == process) == longer, done.stdout
    for file in (short, "tests/test_glossary.py"):
        assert len({process for process, each in ran if each == file}) == 1
