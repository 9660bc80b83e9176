"""What keeps a worker apart on each system: tried where it is, simulated elsewhere, never told where it is not."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.model import Json
from evidence_kit.workers import mac_sandbox, windows_job
from evidence_kit.workers.limits import ADDRESS_SPACE_BYTES
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.upkeep.doctor import GUARDS, Health, check_isolation, guards_of

HERE = Path(__file__).parent
WINDOWS = pytest.mark.skipif(sys.platform != "win32", reason="job objects are Windows'")


class Call:
    """A function of a library: it notes how it was called, and answers."""

    def __init__(self, name: str, answer: int, calls: list[tuple[str, tuple[Any, ...]]]) -> None:
        self.name, self.answer, self.calls = name, answer, calls
        self.restype: object = None
        self.argtypes: object = None

    def __call__(self, *given: Any) -> int:
        if self.name == "SetInformationJobObject" and given[1] == 9:
            limits = ctypes.cast(given[2], ctypes.POINTER(windows_job._ExtendedLimits)).contents
            given = (limits.basic.flags, limits.basic.processes, limits.process_memory)
        self.calls.append((self.name, given))
        return self.answer


class Library:
    """Windows' kernel32 or advapi32: every function answers as told, 1 where nothing is told."""

    def __init__(self, **answers: int) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self._answers = answers

    def __getattr__(self, name: str) -> Call:
        found = Call(name, self._answers.get(name, 1), self.calls)
        setattr(self, name, found)
        return found


def test_a_job_limits_memory_and_programs_and_ends_with_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Library(CreateJobObjectW=77)
    monkeypatch.setattr(windows_job, "_library", lambda _: kernel)
    job = windows_job.WorkerJob(ADDRESS_SPACE_BYTES)
    assert job.name is not None
    assert job.name.startswith("Local\\")
    assert ("SetInformationJobObject", (0x2000 | 0x400 | 0x100 | 0x8, 1, ADDRESS_SPACE_BYTES)) in kernel.calls
    assert ("CloseHandle", (77,)) not in kernel.calls, "the program keeps it for as long as it lives"
    job.end_process()
    job.end_process()
    assert kernel.calls.count(("CloseHandle", (77,))) == 1


@pytest.mark.parametrize("refused", ["CreateJobObjectW", "SetInformationJobObject"])
def test_a_job_that_the_system_refuses_has_no_name(refused: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Library(**{refused: 0})
    monkeypatch.setattr(windows_job, "_library", lambda _: kernel)
    assert windows_job.WorkerJob(1 << 30).name is None


def test_what_the_system_grants_and_does_not_hold_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wine takes a limit of memory and of processes, and keeps neither."""
    kernel = Library(IsProcessInJob=1, VirtualAlloc=1234)
    monkeypatch.setattr(
        windows_job, "_library", lambda name: kernel if name == "kernel32" else Library(OpenProcessToken=0)
    )
    monkeypatch.setattr(windows_job, "_starts", lambda: True)
    told = windows_job.enter("Local\\x", 2 << 30)
    assert told == {"job_object": False, "memory_limited": False, "starts_programs": True, "integrity": None}
    assert guards_of({"system": "win32", "limits": {"address_space_bytes": None}, **told}) == set()


def test_on_no_other_system_is_there_a_job() -> None:
    if sys.platform != "win32":
        assert windows_job.WorkerJob(1 << 30).name is None
        assert windows_job.enter(None, 1)["job_object"] is False


@pytest.mark.parametrize(("answer", "writes", "holds"), [(0, False, True), (0, True, False), (-1, False, False)])
def test_a_mac_s_sandbox_counts_once_it_was_tried(
    answer: int, writes: bool, holds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mac_sandbox, "_can_write", lambda: writes)
    assert mac_sandbox.enter(lambda: Library(sandbox_init=answer), system="darwin") is holds
    assert mac_sandbox.enter(lambda: Library(sandbox_init=0), system="linux") is False


def test_a_mac_without_the_function_has_no_sandbox() -> None:
    assert mac_sandbox.enter(object, system="darwin") is False


def test_the_doctor_says_what_holds_here_and_what_does_not() -> None:
    with Worker(allowed=("hostile.",), libraries=(HERE,)) as worker:
        worker.call("hostile:echo", {}, b"")
        here = check_isolation(worker.isolation, str)
    assert here.health in {Health.WELL, Health.UNKNOWN}
    windows: dict[str, Json] = {
        "system": "win32",
        "limits": {"address_space_bytes": 1},
        "job_object": True,
        "integrity": 0x1000,
    }
    told = check_isolation({**windows, "starts_programs": False}, str)
    assert told.health is Health.UNKNOWN
    assert told.values == {"held": "memory · programs · write · ends", "open": "read · network"}
    assert check_isolation({**windows, "integrity": 0x2000, "starts_programs": True}, str).values["open"] == (
        "programs · write · read · network"
    )
    assert check_isolation(None, str).values == {"held": "-", "open": " · ".join(GUARDS)}
    assert check_isolation(None, str).health is Health.ILL


@WINDOWS
def test_on_windows_a_worker_is_in_a_job_and_ends_with_its_program(tmp_path: Path) -> None:
    """The program is killed while its worker is in the middle of a job of a minute."""
    code = (
        "import os, sys, threading\nfrom pathlib import Path\nfrom evidence_kit.workers.worker import Worker\n"
        "w = Worker(allowed=('hostile.',), libraries=(Path(sys.argv[1]),), "
        "environment={'SystemRoot': os.environ['SystemRoot']})\n"
        "w.call('hostile:echo', {}, b'')\nprint(w.isolation['job_object'], w._process._popen.pid, flush=True)\n"
        "os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(HERE)], capture_output=True, text=True, check=False)
    assert done.returncode == 9
    entered, number = done.stdout.split()
    assert entered == "True"
    kernel = windows_job._kernel()
    for _ in range(50):
        process = kernel.OpenProcess(0x100000, 0, int(number))
        if not process or kernel.WaitForSingleObject(process, 100) == 0:
            return
        time.sleep(0.1)
    pytest.fail("the worker outlived its program")
