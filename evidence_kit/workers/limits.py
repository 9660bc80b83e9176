"""The limits that a worker process takes on before it sees a hostile byte.

Each means is tried on its own; where the system lacks it, the worker runs on without and says so, and the report
goes into the record of what it describes.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from evidence_kit.model import Json
from evidence_kit.workers import mac_sandbox, windows_job

ADDRESS_SPACE_BYTES = 2 * 1024**3
CPU_SECONDS = 60
_NAMES = ("address_space_bytes", "core_bytes", "open_files", "file_bytes")
OPEN_FILES = 64

_NO_NEW_PRIVILEGES = 38  # prctl
_SET_SECCOMP, _FILTER = 22, 2

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_DIRECTORY = 1 << 2, 1 << 3
_PATH_BENEATH = 1
# How many file-system rights each Landlock ABI knows: execute, write, remove, make, refer, truncate, ioctl.
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")

# Architecture as the audit interface names it; then socket, connect, bind, listen, execve, execveat, ptrace,
# process_vm_readv, process_vm_writev, io_uring_setup.
_FORBIDDEN_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 49, 50, 59, 322, 101, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 201, 221, 281, 117, 270, 271, 425)),
}


def confine(readable: Iterable[Path], job: str | None = None) -> dict[str, Json]:
    """Give up the rights that describing files does not need, for good, and return those that the system withdrew.

    Args:
        readable: Folders that stay readable besides the system's libraries.
        job: Name of the program's job object, on Windows.

    Returns:
        `system`; `limits` (name to value, None where it could not be set); `landlock_abi` (None without);
        `system_calls_filtered`; on Windows what `windows_job.enter` returns, on macOS `sandbox`.
    """
    granted: dict[str, Json] = {"system": sys.platform, "limits": _limit()}
    if sys.platform == "win32":
        entered = windows_job.enter(job, ADDRESS_SPACE_BYTES)
        memory = ADDRESS_SPACE_BYTES if entered["memory_limited"] else None
        granted |= {**entered, "limits": {**dict.fromkeys(_NAMES), "address_space_bytes": memory}}
    if sys.platform == "darwin":
        granted["sandbox"] = mac_sandbox.enter()
    granted["landlock_abi"] = _landlock(readable) if sys.platform == "linux" else None
    granted["system_calls_filtered"] = _filter_calls() if sys.platform == "linux" else False
    return granted


def renew_cpu_time(seconds: int = CPU_SECONDS) -> None:
    """Let this process use `seconds` of CPU time from now on, where the system can limit it."""
    if sys.platform == "win32":
        return
    import resource

    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    try:
        # The soft limit alone: the hard one, once lowered, could not be raised for the next job.
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + 1 + seconds, hard))
    except (ValueError, OSError):
        return


def _limit() -> dict[str, Json]:
    wanted = {
        "address_space_bytes": ("RLIMIT_AS", ADDRESS_SPACE_BYTES),
        "core_bytes": ("RLIMIT_CORE", 0),
        "open_files": ("RLIMIT_NOFILE", OPEN_FILES),
        # Nothing is written, on systems without Landlock neither.
        "file_bytes": ("RLIMIT_FSIZE", 0),
    }
    if sys.platform == "win32":
        return dict.fromkeys(_NAMES)
    import resource

    got: dict[str, Json] = {"cpu_seconds": CPU_SECONDS}
    for name, (constant, value) in wanted.items():
        try:
            resource.setrlimit(getattr(resource, constant), (value, value))
            got[name] = value
        except (AttributeError, ValueError, OSError):
            got[name] = None
    return got


def _landlock(readable: Iterable[Path]) -> int | None:
    """Forbid every file but the readable ones, every program, and TCP; return the ABI, or None without Landlock.

    Source: Linux, Documentation/userspace-api/landlock.rst.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if abi < 1:
        return None
    files = (1 << _RIGHTS[min(abi, 5)]) - 1
    network = _TCP_BIND_AND_CONNECT if abi >= 4 else 0
    scoped = _ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0
    # As many fields as this kernel knows: an older one refuses the others.
    attributes = struct.pack("=QQQ", files, network, scoped)[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    rules = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if rules < 0:
        return None
    try:
        for path in (*map(Path, _SYSTEM_LIBRARIES), *readable):
            _allow_reading(libc, rules, path)
        # The kernel lets an ordinary process restrict itself only when it has given up gaining rights.
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)):
            return None
    finally:
        os.close(rules)
    return int(abi)


def _allow_reading(libc: ctypes.CDLL, rules: int, path: Path) -> None:
    try:
        descriptor = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | _READ_DIRECTORY if path.is_dir() else _READ_FILE
        libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, descriptor), ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _filter_calls() -> bool:
    """Make sockets (UDP too, which Landlock leaves open), programs and looking into processes fail with EPERM.

    Source: Linux, Documentation/userspace-api/seccomp_filter.rst; classic BPF, `struct sock_filter`.
    """
    if platform.machine() not in _FORBIDDEN_CALLS:
        return False
    architecture, forbidden = _FORBIDDEN_CALLS[platform.machine()]
    load, equal, at_least, done = 0x20, 0x15, 0x35, 0x06
    allowed, refused = 0x7FFF0000, 0x00050001
    count = len(forbidden)
    steps = [
        (load, 0, 0, 4),
        (equal, 0, count + 3, architecture),
        (load, 0, 0, 0),
        (at_least, count + 1, 0, 0x40000000),  # the x32 numbers name the same calls
        *((equal, count - place, 0, number) for place, number in enumerate(forbidden)),
        (done, 0, 0, allowed),
        (done, 0, 0, refused),
    ]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(steps), code)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return not libc.prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), ctypes.byref(program))
