"""The lock file, by system: which libraries are installed there, and their wheels."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PYTHON = "3.11"
# Python alone, without a wheel on the index: what is built of it runs everywhere.
SOURCE_ONLY = frozenset({"authres"})
_MARKERS = {"linux": "linux", "macos": "darwin", "windows": "win32"}
# Dates in the wheels that are built here; the first that a zip can hold would do, this one is hatchling's.
_EPOCH = "1580601600"


def locked(path: Path = LOCK) -> Iterator[tuple[Requirement, frozenset[str]]]:
    """Yield every library of a lock file with the SHA-256 of the files that may be it."""
    for entry in path.read_text("utf-8").replace("\\\n", " ").splitlines():
        if entry and not entry.startswith("#"):
            wanted, *hashes = entry.split("--hash=sha256:")
            yield Requirement(wanted.strip()), frozenset(each.strip() for each in hashes)


def is_for(library: Requirement, system: str, python: str) -> bool:
    """Return whether a library is installed on a system, such as `windows-x64`."""
    told = {
        "python_full_version": f"{python}.0", "python_version": python, "implementation_name": "cpython",
        "platform_python_implementation": "CPython", "sys_platform": _MARKERS[system.partition("-")[0]],
    }  # fmt: skip
    return library.marker is None or library.marker.evaluate(told)


def fetch_wheels(system: str, tags: Sequence[str], folder: Path) -> None:
    """Put the wheels of all locked libraries and of the kit into a folder, each checked against the lock.

    Args:
        system: Such as `windows-x64`.
        tags: Platform tags that fit, the newest first.
        folder: What lies in it already is not fetched again.
    """
    fetch_locked(LOCK, system, tags, folder)
    for old in folder.glob("evidence_kit-*.whl"):
        old.unlink()
    _pip("wheel", "--no-deps", "--no-build-isolation", str(ROOT), "-w", str(folder))


def fetch_locked(
    lock: Path, system: str, tags: Sequence[str], folder: Path, only: frozenset[str] | None = None
) -> None:
    """Put wheels of a lock file into a folder.

    Args:
        lock: The lock file.
        system: Such as `windows-x64`.
        tags: Platform tags that fit, the newest first.
        folder: What lies in it already is not fetched again.
        only: Names of the libraries that are wanted; None for all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted: dict[bool, list[str]] = {True: [], False: []}
    for library, digests in locked(lock):
        if is_for(library, system, PYTHON) and (only is None or library.name in only):
            hashes = "".join(f" --hash=sha256:{each}" for each in sorted(digests))
            wanted[library.name in SOURCE_ONLY].append(f"{library.name}{library.specifier}{hashes}\n")
    listed, built = folder / "wheels.txt", folder / "sources.txt"
    listed.write_text("".join(wanted[False]), "utf-8")
    built.write_text("".join(wanted[True]), "utf-8")
    fits = [word for tag in tags for word in ("--platform", tag)]
    fits += ["--python-version", PYTHON, "--implementation", "cp", "--only-binary=:all:"]
    _pip("download", "--no-deps", "--require-hashes", *fits, "-r", str(listed), "-d", str(folder))
    if wanted[True] and not list(folder.glob("authres-*.whl")):
        _pip("wheel", "--no-deps", "--require-hashes", "-r", str(built), "-w", str(folder))


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH})
