"""The page and the program judge alike whatever a key holder writes into a log, an opening, a list or a statement."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.workflows.checking.verify import verify_archive
from tests.meaning import lies
from tests.meaning.judged import judge_all, shown
from tests.meaning.story import CASE, DIGITS, write
from tests.web.core import needs_node

pytestmark = needs_node

MANY = 20
EACH = 1000


@pytest.mark.parametrize("name", lies.STORIES)
def test_a_story_that_nobody_lied_in_breaks_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{CASE}.sealed.zip"
    path.write_bytes(write(lies.STORIES[name]()).archive)
    assert verify_archive(path, DIGITS).verdict.value == "CONSISTENT"


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 100), *(pytest.param(seed, EACH, marks=pytest.mark.deep) for seed in range(1, MANY + 1))]
)
def test_page_and_program_say_the_same_of_every_lie(seed: int, count: int, tmp_path: Path) -> None:
    judged = judge_all(lies.told(count, seed), tmp_path)
    assert judged.count == count
    assert not judged.differ, shown(judged)
    # A run in which everything was sound, or everything malformed in one way, would show nothing.
    assert len(judged.codes) > 15
    assert judged.verdicts["CONSISTENT"] > 0
