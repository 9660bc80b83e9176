"""Write `vectors/wheels.tsv` anew: which wheel pip takes for each locked library, system and version of Python.

    python -m tests.wheels

Asks the index that pip is set up with for what it would install, and fetches no wheel. Wanted after `make lock`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from portable.lock import ROOT, SOURCE_ONLY, is_for, locked

TABLE = ROOT / "tests" / "vectors" / "wheels.tsv"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "linux-arm64": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "macos-arm64": ("macosx_14_0_arm64", "macosx_13_0_arm64", "macosx_12_0_arm64", "macosx_11_0_arm64"),
    "windows-x64": ("win_amd64",),
}


def _taken(system: str, python: str) -> Iterator[tuple[str, str]]:
    wanted = [each for each, _ in locked() if each.name not in SOURCE_ONLY and is_for(each, system, python)]
    with tempfile.TemporaryDirectory() as folder:
        names, report = Path(folder, "names.txt"), Path(folder, "report.json")
        names.write_text("".join(f"{each.name}{each.specifier}\n" for each in wanted))
        told = ["--dry-run", "--ignore-installed", "--ignore-requires-python", "--no-deps", "--only-binary=:all:"]
        told += [word for each in SYSTEMS[system] for word in ("--platform", each)]
        told += ["--python-version", python, "--implementation", "cp", "--target", folder]
        pip = [sys.executable, "-m", "pip", "install", "-q", *told, "--report", str(report), "-r", str(names)]
        subprocess.run(pip, check=True)
        for each in json.loads(report.read_text("utf-8"))["install"]:
            info = each["download_info"]
            yield info["url"].rpartition("/")[2].partition("#")[0], info["archive_info"]["hashes"]["sha256"]


if __name__ == "__main__":
    found: dict[tuple[str, str], list[str]] = {}
    for system in SYSTEMS:
        for python in PYTHONS:
            for wheel in _taken(system, python):
                found.setdefault(wheel, []).append(f"{system}-{python}")
    lines = ("\t".join((name, digest, " ".join(places))) for (name, digest), places in sorted(found.items()))
    TABLE.write_text("".join(f"{line}\n" for line in lines), "utf-8")
