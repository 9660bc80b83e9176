"""Build portable folders: `python -m portable [SYSTEM...]`, or fetch wheels: `… wheelhouse [SYSTEM...]`.

Each system named is built into `portable-out/evidence-kit-VERSION-SYSTEM`; without one, Linux and Windows, and macOS
where its Python lies in `pythons/`. Two builds are the same bytes. Nothing is fetched where `wheelhouse/` has it all.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from portable.folder import compile_all, sign_sums, unpack_wheels, write_launchers, write_sums
from portable.interpreter import WrongFileError, take_folder, take_own, unpack_archive
from portable.lock import PYTHON, ROOT, fetch_wheels

_SYSTEMS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "pythons.toml").read_text("utf-8"))


def main() -> None:
    """Build what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m portable", description=__doc__)
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", choices=[*_SYSTEMS, "wheelhouse", []])
    parser.add_argument("--out", type=Path, default=ROOT / "portable-out")
    parser.add_argument("--pythons", type=Path, default=ROOT / "pythons", help="folder with files of pythons.toml")
    parser.add_argument("--windows-python", type=Path, help="folder that windows_python.sh made")
    parser.add_argument("--wheels", type=Path, default=ROOT / "wheelhouse")
    parser.add_argument("--offline", action="store_true", help="take the wheels as they lie there")
    parser.add_argument("--sign-with", type=Path, metavar="STATION")
    parser.add_argument("--passphrase-file", type=Path)
    given = parser.parse_args()
    if sys.version_info[:2] != tuple(map(int, PYTHON.split("."))):
        parser.error(f"it is built with Python {PYTHON}, which compiles what is in it")
    if given.systems[:1] == ["wheelhouse"]:
        for system in given.systems[1:] or _SYSTEMS:
            fetch_wheels(system, _SYSTEMS[system]["wheels"], given.wheels / system)
        return
    found = [system for system, facts in _SYSTEMS.items() if (given.pythons / facts["file"]).is_file()]
    for system in given.systems or sorted({"linux-x64", "windows-x64", *found}):
        try:
            folder = _build(system, given)
        except WrongFileError as error:
            parser.exit(2, f"{system}: {error}\n")
        print(f"{system}: {folder}")


def _build(system: str, given: argparse.Namespace) -> Path:
    facts = _SYSTEMS[system]
    wheels = given.wheels / system
    if not given.offline:
        fetch_wheels(system, facts["wheels"], wheels)
    number = version("evidence-kit")
    folder: Path = given.out / f"evidence-kit-{number}-{system}"
    shutil.rmtree(folder, ignore_errors=True)
    app = folder / "app"
    app.parent.mkdir(parents=True, exist_ok=True)
    archive = given.pythons / facts["file"]
    if archive.is_file():
        unpack_archive(archive, facts["sha256"], app)
    elif system == "linux-x64":
        take_own(app)
    elif system == "windows-x64":
        take_folder(_windows_python(given), app)
    else:
        raise WrongFileError(f"put {facts['file']} into {given.pythons}")
    windows = system.startswith("windows")
    unpack_wheels(wheels.glob("*.whl"), app / ("Lib" if windows else f"lib/python{PYTHON}") / "site-packages")
    compile_all(app)
    write_launchers(system, folder, number)
    write_sums(folder)
    if given.sign_with is not None:
        secret = given.passphrase_file.read_bytes().splitlines()[0] if given.passphrase_file else b""
        sign_sums(folder, given.sign_with, secret)
    return folder


def _windows_python(given: argparse.Namespace) -> Path:
    if given.windows_python is not None:
        return Path(given.windows_python)
    made: Path = given.out / "windows-python"
    script = Path(__file__).parent / "windows_python.sh"
    subprocess.run(["bash", script, made], check=True, env=None)
    return made / "py"


if __name__ == "__main__":
    main()
