"""`python -m portable.tests_for_windows WHEELS FOLDER`: what the tests on Windows need besides the program."""

from __future__ import annotations

import sys
from pathlib import Path

from portable.folder import unpack_wheels
from portable.lock import ROOT, fetch_locked

_WANTED = frozenset({
    "attrs", "bcrypt", "colorama", "coverage", "execnet", "hypothesis", "imagehash", "iniconfig", "pluggy", "pytest",
    "pytest-cov", "pytest-xdist", "pywavelets", "scipy", "sortedcontainers",
})  # fmt: skip


def main() -> None:
    """Fetch the wheels of the lock file of developers, and unpack them."""
    wheels, folder = Path(sys.argv[1]), Path(sys.argv[2])
    fetch_locked(ROOT / "requirements-dev.lock", "windows-x64", ["win_amd64"], wheels, _WANTED)
    unpack_wheels(wheels.glob("*.whl"), folder)


if __name__ == "__main__":
    main()
