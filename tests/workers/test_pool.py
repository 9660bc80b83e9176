"""Whatever a describer does, the program gets a value and the next job works."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence_kit.workers.job import Failure, Job, Result
from evidence_kit.workers.pool import Pool
from evidence_kit.workers.worker import ENVIRONMENT, Worker

HERE = Path(__file__).parent
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and the filter of system calls are Linux")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits and descriptors are POSIX")


def worker() -> Worker:
    return Worker(allowed=("hostile.",), libraries=(HERE,))


@pytest.fixture(scope="module")
def isolated() -> Iterator[Worker]:
    with worker() as started:
        yield started


def next_job_works(one: Worker) -> bool:
    return one.call("hostile:echo", {"a": 1}, b"abc") == Result({"bytes": 3, "arguments": {"a": 1}})


def test_a_result_comes_back(isolated: Worker) -> None:
    assert next_job_works(isolated)
    assert isolated.call("hostile:echo", {}) == Result({"bytes": None, "arguments": {}})


@pytest.mark.parametrize(
    ("function", "arguments", "reason"),
    [
        ("loop", {}, "timeout"),
        ("sleep", {"seconds": "30"}, "timeout"),
        ("leave", {}, "crashed"),
        ("give_up", {}, "crashed"),
        ("segfault", {}, "crashed"),
        ("number", {}, "bad-answer"),
        ("large", {}, "bad-answer"),
        ("deep", {}, "bad-answer"),
        ("surrogate", {}, "bad-answer"),
        ("forge", {}, "bad-answer"),
        ("wrong", {}, "raised"),
        ("missing", {}, "raised"),
    ],
)
def test_every_misbehaviour_is_a_value_and_the_next_job_works(
    isolated: Worker, function: str, arguments: dict[str, str], reason: str
) -> None:
    answer = isolated.call(f"hostile:{function}", arguments, seconds=1.0)
    assert isinstance(answer, Failure)
    assert answer.reason == reason
    assert next_job_works(isolated)


@POSIX
@pytest.mark.parametrize(("function", "reason"), [("eat", "memory"), ("burn", "cpu-time")])
def test_memory_and_cpu_time_end(isolated: Worker, function: str, reason: str) -> None:
    answer = isolated.call(f"hostile:{function}", {}, seconds=20)
    assert isinstance(answer, Failure)
    assert answer.reason == reason
    assert next_job_works(isolated)


@POSIX
def test_a_job_that_may_take_long_may_compute_as_long(isolated: Worker) -> None:
    usual, long = (isolated.call("hostile:cpu_limit", {}, seconds=seconds) for seconds in (5.0, 4000.5))
    assert isinstance(usual, Result)
    assert isinstance(long, Result)
    assert isinstance(usual.value, int)
    assert isinstance(long.value, int)
    assert 60 <= usual.value < 120
    assert 4001 <= long.value < 4060


@POSIX
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGABRT", "SIGBUS"])
def test_a_signal_is_named(isolated: Worker, name: str) -> None:
    answer = isolated.call("hostile:kill", {"signal": int(signal.Signals[name])})
    assert answer == Failure("crashed", name)
    assert next_job_works(isolated)


def test_what_a_library_prints_does_not_reach_the_protocol(isolated: Worker) -> None:
    assert isolated.call("hostile:chatter", {}) == Result(["", ""])
    assert next_job_works(isolated)


@POSIX
def test_no_file_is_written(isolated: Worker, tmp_path: Path) -> None:
    answer = isolated.call("hostile:write", {"path": str(tmp_path / "written")})
    assert isinstance(answer, Failure)
    assert next_job_works(isolated)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 0


@LINUX
def test_not_even_an_empty_file_is_made(isolated: Worker, tmp_path: Path) -> None:
    next_job_works(isolated)
    if isolated.isolation is None or isolated.isolation["landlock_abi"] is None:
        pytest.skip("this kernel has no Landlock")
    isolated.call("hostile:write", {"path": str(tmp_path / "made")})
    assert list(tmp_path.iterdir()) == []
    secret = tmp_path / "secret"
    secret.write_text("key")
    answer = isolated.call("hostile:read", {"path": str(secret)})
    assert isinstance(answer, Failure)
    assert answer.detail.startswith("PermissionError")


@LINUX
@pytest.mark.parametrize("function", ["udp", "program", "shoot"])
def test_no_socket_no_program_no_signal(isolated: Worker, function: str) -> None:
    next_job_works(isolated)
    if isolated.isolation is None or not isolated.isolation["landlock_abi"]:
        pytest.skip("this kernel has no Landlock")
    answer = isolated.call(f"hostile:{function}", {})
    assert isinstance(answer, Failure)
    assert answer.detail.startswith("PermissionError")


@LINUX
def test_nobody_is_called(isolated: Worker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = isolated.call("hostile:connect", {"port": server.getsockname()[1]})
    assert isinstance(answer, Failure)
    assert "PermissionError" in answer.detail


def test_it_says_what_isolation_it_got(isolated: Worker) -> None:
    assert next_job_works(isolated)
    assert isolated.isolation is not None
    assert set(isolated.isolation) >= {"system", "limits", "landlock_abi", "system_calls_filtered"}


def test_the_environment_is_ours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_KIT_PASSPHRASE", "secret")
    with worker() as fresh:
        answer = fresh.call("hostile:environment", {})
    assert isinstance(answer, Result)
    assert isinstance(answer.value, list)
    assert {str(name) for name in answer.value} <= {*ENVIRONMENT, "LC_CTYPE", "__CF_USER_TEXT_ENCODING"}


@pytest.mark.parametrize("name", ["os:system", "hostile_not:echo", "hostile", "hostile:", "hostile:a.b", ""])
def test_only_listed_modules_run(isolated: Worker, name: str) -> None:
    answer = isolated.call(name, {})
    assert isinstance(answer, Failure)
    assert answer.reason == "not-allowed"


def test_by_default_only_describers_matchers_and_parsers_run() -> None:
    with Worker() as ours:
        answer = ours.call("evidence_kit.keys.station:open", {})
    assert isinstance(answer, Failure)
    assert answer.reason == "not-allowed"


@POSIX
def test_an_open_file_is_read_without_moving_its_position(isolated: Worker, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(b"head" + bytes(1000) + b"tail")
    with path.open("rb", buffering=0) as opened:
        opened.seek(17)
        assert isolated.call("hostile:ends", {}, opened) == Result(["head", "tail"])
        assert opened.tell() == 17
    with path.open("r+b") as writable, pytest.raises(ValueError, match="opened for reading"):
        isolated.call("hostile:ends", {}, writable)


def test_bytes_above_the_limit_are_a_value(isolated: Worker) -> None:
    answer = isolated.call("hostile:echo", {}, bytes(64 * 1024 * 1024 + 1))
    assert isinstance(answer, Failure)
    assert answer.reason == "too-large"


def test_twenty_megabytes_come_through(isolated: Worker) -> None:
    assert isolated.call("hostile:echo", {}, bytes(20_000_000)) == Result({"bytes": 20_000_000, "arguments": {}})


def test_arguments_that_the_log_would_refuse_are_a_mistake_of_ours(isolated: Worker) -> None:
    with pytest.raises(ValueError, match="2\\^53"):
        isolated.call("hostile:echo", {"n": 2**53})


@POSIX
def test_no_process_stays_behind() -> None:
    with worker() as one:
        answer = one.call("hostile:pid", {})
        one.call("hostile:loop", {}, seconds=0.2)
        assert isinstance(answer, Result)
        first = answer.value
        again = one.call("hostile:pid", {})
        assert isinstance(again, Result)
        second = again.value
    for pid in (first, second):
        assert isinstance(pid, int)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@POSIX
def test_a_worker_ends_with_the_program_in_the_middle_of_a_job() -> None:
    script = f"""
import os, sys, threading
from pathlib import Path
from evidence_kit.workers.worker import Worker
worker = Worker(allowed=("hostile.",), libraries=(Path({str(HERE)!r}),))
print(worker.call("hostile:pid", {{}}).value, flush=True)
threading.Thread(target=worker.call, args=("hostile:sleep", {{"seconds": "60"}}), daemon=True).start()
threading.Event().wait(0.5)
os._exit(0)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    _gone(int(ended.stdout), within_seconds=5)


@POSIX
def test_it_works_where_the_program_has_no_standard_streams(tmp_path: Path) -> None:
    script = f"""
import os
for descriptor in (0, 1, 2): os.close(descriptor)
from pathlib import Path
from evidence_kit.workers.worker import Worker
with Worker(allowed=("hostile.",), libraries=(Path({str(HERE)!r}),)) as worker:
    answer = worker.call("hostile:echo", {{}}, b"abc")
Path({str(tmp_path / "answer")!r}).write_text(repr(answer.value))
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    assert (tmp_path / "answer").read_text() == "{'bytes': 3, 'arguments': {}}"


@POSIX
def test_an_interrupt_leaves_no_process() -> None:
    one = worker()
    answer = one.call("hostile:pid", {})
    assert isinstance(answer, Result)
    assert isinstance(answer.value, int)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(KeyboardInterrupt):
            one.call("hostile:sleep", {"seconds": "30"})
    finally:
        signal.signal(signal.SIGALRM, before)
    _gone(answer.value, within_seconds=3)
    assert next_job_works(one)
    one.close()


def test_a_pool_survives_crashes_and_keeps_the_order() -> None:
    jobs = [Job("hostile:leave") if n % 5 == 0 else Job("hostile:echo", {"n": n}) for n in range(12)]
    with Pool(worker, workers=2) as pool:
        answers = list(pool.map(iter(jobs)))
    assert [isinstance(answer, Failure) for answer in answers] == [n % 5 == 0 for n in range(12)]
    assert answers[7] == Result({"bytes": None, "arguments": {"n": 7}})


def test_a_pool_reads_only_a_few_jobs_ahead() -> None:
    read = []

    def jobs() -> Iterator[Job]:
        for n in range(50):
            read.append(n)
            yield Job("hostile:echo", {"n": n})

    with Pool(worker, workers=2, ahead=3) as pool:
        stream = pool.map(jobs())
        next(stream)
        assert len(read) <= 6


def test_a_pool_lets_no_more_in_than_there_is_room_for() -> None:
    with Pool(worker, workers=1, ahead=1) as pool:
        first = pool.submit(Job("hostile:sleep", {"seconds": "0.5"}))
        pool.submit(Job("hostile:echo"))
        assert not first.done()
        pool.submit(Job("hostile:echo"))
        assert first.done()


def test_a_pool_holds_only_so_many_bytes_of_payloads_and_always_one() -> None:
    with Pool(worker, workers=1, ahead=9, payload_bytes=1000) as pool:
        first = pool.submit(Job("hostile:sleep", {"seconds": "0.5"}, bytes(5000)))
        assert not first.done()
        second = pool.submit(Job("hostile:echo", {}, bytes(600)))
        assert first.done()
        assert second.result() == Result({"bytes": 600, "arguments": {}})


def test_what_is_too_large_is_the_value_of_its_future(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("evidence_kit.workers.payload.CAN_PASS_DESCRIPTORS", False)
    path = tmp_path / "film"
    with path.open("wb") as made:
        made.truncate(64 * 1024 * 1024 + 1)
    with path.open("rb") as opened, Pool(worker, workers=1) as pool:
        answer = pool.submit(Job("hostile:ends", {}, opened)).result()
    assert isinstance(answer, Failure)
    assert answer.reason == "too-large"


def test_a_pool_that_an_error_leaves_does_not_wait_for_its_jobs() -> None:
    began = time.monotonic()
    with contextlib.suppress(LookupError), Pool(worker, workers=1) as pool:
        stream = pool.map([Job("hostile:echo"), Job("hostile:sleep", {"seconds": "50"}), Job("hostile:sleep")])
        next(stream)
        time.sleep(0.3)
        raise LookupError
    assert time.monotonic() - began < 20


@POSIX
def test_without_sockets_pipes_do_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence_kit.workers.payload.CAN_PASS_DESCRIPTORS", False)
    with worker() as piped, tempfile.TemporaryFile() as opened:
        opened.write(b"head and tail")
        assert next_job_works(piped)
        assert piped.call("hostile:ends", {}, opened) == Result(["head", "tail"])
        timed_out = piped.call("hostile:loop", {}, seconds=0.5)
        assert isinstance(timed_out, Failure)
        assert timed_out.reason == "timeout"
        assert next_job_works(piped)
        opened.truncate(64 * 1024 * 1024 + 1)
        assert isinstance(piped.call("hostile:ends", {}, opened), Failure)
        assert isinstance(piped.call("hostile:leave", {}), Failure)


def test_an_interpreter_that_does_not_start_is_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(HERE / "missing"))
    with worker() as one:
        answer = one.call("hostile:echo", {})
    assert isinstance(answer, Failure)
    assert answer.reason == "not-started"


def _gone(pid: int, within_seconds: float) -> None:
    until = time.monotonic() + within_seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return
        time.sleep(0.05)
    pytest.fail(f"process {pid} lives on")
