"""What everything that runs many small jobs must do."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from evidence_kit.workers.job import Failure, Job, JobRunner, Result
from evidence_kit.workers.pool import Pool
from evidence_kit.workers.worker import Worker

HOSTILE = Path(__file__).parents[1] / "workers"


def worker() -> Worker:
    return Worker(allowed=("hostile.",), libraries=(HOSTILE,))


RUNS: dict[str, Callable[[], AbstractContextManager[JobRunner]]] = {
    "worker": worker,
    "pool": lambda: Pool(worker, workers=2),
}


@pytest.fixture(scope="module", params=RUNS)
def run(request: pytest.FixtureRequest) -> Iterator[JobRunner]:
    with RUNS[request.param]() as opened:
        yield opened


def test_answers_come_in_the_order_of_the_jobs(run: JobRunner) -> None:
    jobs = [Job("hostile:echo", {"n": n}, bytes(n)) for n in range(20)]
    assert list(run.map(jobs)) == [Result({"bytes": n, "arguments": {"n": n}}) for n in range(20)]


def test_a_failure_takes_only_its_own_place(run: JobRunner) -> None:
    jobs = [Job("hostile:echo"), Job("hostile:leave"), Job("hostile:wrong"), Job("hostile:echo")]
    answers = list(run.map(jobs))
    assert [isinstance(answer, Failure) for answer in answers] == [False, True, True, False]


def test_no_jobs_give_no_answers(run: JobRunner) -> None:
    assert list(run.map([])) == []


def test_futures_taken_in_the_order_of_their_jobs_are_ordered_answers(run: JobRunner) -> None:
    futures = [run.submit(Job("hostile:echo", {"n": n})) for n in range(3)]
    assert [future.result() for future in futures] == [Result({"bytes": None, "arguments": {"n": n}}) for n in range(3)]


def test_a_failure_is_the_value_of_its_future(run: JobRunner) -> None:
    assert isinstance(run.submit(Job("hostile:leave")).result(), Failure)


def test_a_file_may_be_closed_once_its_job_is_given_out(run: JobRunner, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(b"head" + bytes(1000) + b"tail")
    with path.open("rb", buffering=0) as opened:
        future = run.submit(Job("hostile:ends", {}, opened))
    assert future.result() == Result(["head", "tail"])


def test_a_mistake_of_ours_is_raised_where_it_was_made(run: JobRunner, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2\\^53"):
        run.submit(Job("hostile:echo", {"n": 2**53}))
    path = tmp_path / "writable"
    path.touch()
    with path.open("r+b") as writable, pytest.raises(ValueError, match="opened for reading"):
        run.submit(Job("hostile:ends", {}, writable))


@pytest.mark.skipif(sys.platform == "win32", reason="there a file is read before it is handed over")
def test_a_file_that_changes_meanwhile_is_noticed(run: JobRunner, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(b"head" + bytes(1000) + b"tail")
    with path.open("rb", buffering=0) as opened:
        timer = threading.Timer(0.3, path.write_bytes, (b"other",))
        timer.start()
        answer = run.submit(Job("hostile:sleep", {"seconds": "1"}, opened)).result()
        timer.join()
    assert answer == Result("1", payload_changed=True)
