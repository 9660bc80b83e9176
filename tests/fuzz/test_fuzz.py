"""Any bytes at all: a few in every run, many guided by coverage with `make deep`."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS, flipped, seeds

SECONDS = 60


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_what_is_near_them_break_nothing(name: str) -> None:
    most = 3 if name in {"pictures", "recordings", "documents"} else 20
    assert seeds(name)
    for seed in seeds(name)[:most]:
        for data in flipped(seed):
            TARGETS[name](data)


@pytest.mark.deep
@pytest.mark.skipif(find_spec("atheris") is None, reason="there is no atheris for this system")
@pytest.mark.parametrize("name", TARGETS)
def test_fuzzing_for_a_while_finds_nothing(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.run", name, "--seconds", str(SECONDS), "--corpus", str(tmp_path)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=10 * SECONDS)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "DONE" in done.stderr or "Done" in done.stderr
