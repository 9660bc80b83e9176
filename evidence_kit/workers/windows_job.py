"""Limits for a worker on Windows: a job object that the program holds, and a token that may write nothing.

The program makes the job and keeps its only lasting handle: whatever ends the program closes it, and Windows then ends
the worker in the middle of its work. The worker enters by the job's name, since in a virtual environment `python.exe`
is a program that starts another, and the process that the program knows is not the one that works. What a limit is
worth is tried at once, before any foreign byte comes, and only what held is told.

Source: Microsoft, "Job Objects", "Mandatory Integrity Control"; every call needs no rights of an administrator.
"""

from __future__ import annotations

import ctypes
import secrets
import subprocess
import sys
from typing import Any, Final

from evidence_kit.model import Json

_EXTENDED_LIMITS, _UI_RESTRICTIONS = 9, 4
_ACTIVE_PROCESSES, _PROCESS_MEMORY, _DIE_QUIETLY, _KILL_ON_CLOSE = 0x8, 0x100, 0x400, 0x2000
_EVERY_UI_RESTRICTION = 0xFF
_ALL_OF_A_JOB = 0x1F001F
_QUERY, _ADJUST_DEFAULT, _ADJUST_PRIVILEGES = 0x8, 0x80, 0x20
_INTEGRITY_LEVEL = 25
_GROUP_INTEGRITY = 0x20
_COMMIT, _RELEASE, _READ_AND_WRITE = 0x3000, 0x8000, 4
_SUSPENDED, _NO_WINDOW = 0x4, 0x8000000
LOW: Final = 0x1000
"""Integrity of what may write to nothing that belongs to the person: a browser's pages have it."""


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64), ("job_time", ctypes.c_int64), ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t), ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32), ("affinity", ctypes.c_size_t), ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )  # fmt: skip


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits), ("io", ctypes.c_uint64 * 6), ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t), ("peak_process_memory", ctypes.c_size_t), ("peak_job_memory", ctypes.c_size_t),
    )  # fmt: skip


class _SidAndAttributes(ctypes.Structure):
    _fields_ = (("sid", ctypes.c_void_p), ("attributes", ctypes.c_uint32))


class WorkerJob:
    """A job object for one worker.

    Args:
        memory_bytes: How much memory its process may commit.

    Attributes:
        name: By which the worker enters it; None where the system gave none.
    """

    def __init__(self, memory_bytes: int) -> None:
        self.name: str | None = None
        self._handle: int | None = None
        kernel = _kernel()
        if kernel is None:
            return
        name = f"Local\\evidence-kit-{secrets.token_hex(16)}"
        handle = kernel.CreateJobObjectW(None, name)
        if not handle:
            return
        limits = _ExtendedLimits()
        limits.basic.flags = _ACTIVE_PROCESSES | _PROCESS_MEMORY | _DIE_QUIETLY | _KILL_ON_CLOSE
        limits.basic.processes = 1
        limits.process_memory = memory_bytes
        if not kernel.SetInformationJobObject(handle, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)):
            kernel.CloseHandle(handle)
            return
        ui = ctypes.c_uint32(_EVERY_UI_RESTRICTION)
        kernel.SetInformationJobObject(handle, _UI_RESTRICTIONS, ctypes.byref(ui), ctypes.sizeof(ui))
        self.name, self._handle = name, handle

    def end_process(self) -> None:
        """Close the job, which ends the process in it."""
        kernel = _kernel()
        if self._handle is not None and kernel is not None:
            kernel.CloseHandle(self._handle)
        self._handle = None


def enter(name: str | None, memory_bytes: int) -> dict[str, Json]:
    """Put this process into the program's job and take its token's rights away, for good.

    Args:
        name: Of the job.
        memory_bytes: How much memory it should not get.

    Returns:
        `job_object`: whether this process is in it; `memory_limited`: whether the system refused it as much memory as
        is not allowed; `starts_programs`: whether it could start one; `integrity`: level of its token afterwards, as
        Windows answers, 4096 for "low", None where it does not say.
    """
    kernel = _kernel()
    if kernel is None:
        return {"job_object": False, "memory_limited": False, "starts_programs": True, "integrity": None}
    entered = _entered(kernel, name)
    told: dict[str, Json] = {"job_object": entered, "memory_limited": entered and not _takes(kernel, memory_bytes)}
    told["starts_programs"] = not entered or _starts()
    return told | {"integrity": _lowered(kernel)}


def _takes(kernel: Any, memory_bytes: int) -> bool:  # noqa: ANN401
    """Say whether so much memory can be had; nothing is written to it, and it is given back."""
    taken = kernel.VirtualAlloc(None, memory_bytes, _COMMIT, _READ_AND_WRITE)
    if taken:
        kernel.VirtualFree(taken, 0, _RELEASE)
    return bool(taken)


def _starts() -> bool:
    """Say whether a program can be started; it does not come to run anything."""
    try:
        started = subprocess.Popen(
            [sys.executable, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, creationflags=_SUSPENDED | _NO_WINDOW,
        )  # fmt: skip
    except OSError:
        return False
    started.kill()
    started.wait()
    return True


def _entered(kernel: Any, name: str | None) -> bool:  # noqa: ANN401 - a library of the system
    job = kernel.OpenJobObjectW(_ALL_OF_A_JOB, False, name) if name else None  # noqa: FBT003
    if not job:
        return False
    kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess())
    inside = ctypes.c_int(0)
    answered = kernel.IsProcessInJob(kernel.GetCurrentProcess(), job, ctypes.byref(inside))
    # Ours is closed: with it open the program's end would not close the last one.
    kernel.CloseHandle(job)
    return bool(answered and inside.value)


def _lowered(kernel: Any) -> int | None:  # noqa: ANN401
    security = _library("advapi32")
    token = ctypes.c_void_p()
    wanted = _QUERY | _ADJUST_DEFAULT | _ADJUST_PRIVILEGES
    if security is None or not security.OpenProcessToken(kernel.GetCurrentProcess(), wanted, ctypes.byref(token)):
        return None
    try:
        # Every privilege; the call cannot name one that would be needed to read a file.
        security.AdjustTokenPrivileges(token, True, None, 0, None, None)  # noqa: FBT003
        sid = (ctypes.c_ubyte * 12)(1, 1, 0, 0, 0, 0, 0, 16, LOW & 0xFF, LOW >> 8, 0, 0)
        label = _SidAndAttributes(ctypes.cast(sid, ctypes.c_void_p), _GROUP_INTEGRITY)
        security.SetTokenInformation(token, _INTEGRITY_LEVEL, ctypes.byref(label), ctypes.sizeof(label) + len(sid))
        return _integrity(security, token)
    finally:
        kernel.CloseHandle(token)


def _integrity(security: Any, token: ctypes.c_void_p) -> int | None:  # noqa: ANN401
    """Return the level that a token has, whatever was asked of it."""
    buffer = ctypes.create_string_buffer(128)
    length = ctypes.c_uint32()
    if not security.GetTokenInformation(token, _INTEGRITY_LEVEL, buffer, len(buffer), ctypes.byref(length)):
        return None
    sid = _SidAndAttributes.from_buffer(buffer).sid
    if not sid:
        return None
    # A SID: revision, count of parts, six bytes of authority, then the parts; the last is the level.
    count = ctypes.cast(sid, ctypes.POINTER(ctypes.c_ubyte))[1]
    return int(ctypes.cast(sid + 8, ctypes.POINTER(ctypes.c_uint32))[count - 1])


def _kernel() -> Any:  # noqa: ANN401
    kernel = _library("kernel32")
    if kernel is not None:
        for name in ("CreateJobObjectW", "OpenJobObjectW", "GetCurrentProcess"):
            getattr(kernel, name).restype = ctypes.c_void_p
        kernel.CreateJobObjectW.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p]
        kernel.OpenJobObjectW.argtypes = [ctypes.c_uint32, ctypes.c_int, ctypes.c_wchar_p]
        kernel.SetInformationJobObject.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32]
        kernel.AssignProcessToJobObject.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        kernel.IsProcessInJob.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
        kernel.CloseHandle.argtypes = [ctypes.c_void_p]
        kernel.VirtualAlloc.restype = ctypes.c_void_p
        kernel.VirtualAlloc.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_uint32]
        kernel.VirtualFree.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32]
    return kernel


def _library(name: str) -> Any:  # noqa: ANN401
    """Return a library of Windows, None on every other system."""
    load = getattr(ctypes, "WinDLL", None)
    if load is None:
        return None
    library = load(name, use_last_error=True)
    if name == "advapi32":
        library.OpenProcessToken.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p]
        library.AdjustTokenPrivileges.argtypes = [
            ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        library.SetTokenInformation.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32]
        library.GetTokenInformation.argtypes = [
            ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p,
        ]  # fmt: skip
    return library
