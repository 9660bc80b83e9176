"""Disks that fill up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, mebibytes: int) -> Iterator[Path]:
    """Mount a disk of so many MiB, and take it away again; skip where this computer does not let us."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("mounting a tmpfs wants root")
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("this system does not let us mount a tmpfs")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def enlarge(place: Path, mebibytes: int) -> None:
    """Give a mounted disk more room."""
    subprocess.run(["mount", "-o", f"remount,size={mebibytes}m", str(place)], check=True)
