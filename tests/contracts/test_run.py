"""What everything that runs many small jobs must do."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from evidence_kit.workers.job import Failure, Job, Result, Run
from evidence_kit.workers.pool import Pool, Worker

HOSTILE = Path(__file__).parents[1] / "workers"


def worker() -> Worker:
    return Worker(allowed=("hostile.",), libraries=(HOSTILE,))


RUNS: dict[str, Callable[[], AbstractContextManager[Run]]] = {
    "worker": worker,
    "pool": lambda: Pool(worker, workers=2),
}


@pytest.fixture(scope="module", params=RUNS)
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    with RUNS[request.param]() as opened:
        yield opened


def test_answers_come_in_the_order_of_the_jobs(run: Run) -> None:
    jobs = [Job("hostile:echo", {"n": n}, bytes(n)) for n in range(20)]
    assert list(run.map(jobs)) == [Result({"bytes": n, "arguments": {"n": n}}) for n in range(20)]


def test_a_failure_takes_only_its_own_place(run: Run) -> None:
    jobs = [Job("hostile:echo"), Job("hostile:leave"), Job("hostile:wrong"), Job("hostile:echo")]
    answers = list(run.map(jobs))
    assert [isinstance(answer, Failure) for answer in answers] == [False, True, True, False]


def test_no_jobs_give_no_answers(run: Run) -> None:
    assert list(run.map([])) == []
