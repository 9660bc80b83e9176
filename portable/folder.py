"""The portable folder: Python, unpacked wheels, compiled, launchers beside them, and what it all hashes to."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from portable.interpreter import WrongFileError

HERE = Path(__file__).parent
SUMS = "SHA256SUMS"
NAMESPACE = "evidence-kit-portable"
# Compiled in a process of its own: what Python writes depends on what was loaded before. Its own check of dates is
# switched off, since a stick has none to rely on, and nothing may be written beside the program.
_COMPILE = """
import pathlib, py_compile, sys
top, mode = pathlib.Path(sys.argv[1]), py_compile.PycInvalidationMode.UNCHECKED_HASH
for path in sorted(top.rglob("*.py")):
    name = path.relative_to(top).as_posix()
    try:
        py_compile.compile(str(path), dfile=name, doraise=True, invalidation_mode=mode)
    except py_compile.PyCompileError:
        pass
"""


def unpack_wheels(wheels: Iterable[Path], target: Path) -> None:
    """Unpack wheels as pip would, without the programs that it would write for them.

    Raises:
        WrongFileError: A wheel holds a path that leads out of it.
    """
    for wheel in sorted(wheels):
        with zipfile.ZipFile(wheel) as packed:
            for info in packed.infolist():
                parts = PurePosixPath(info.filename).parts
                if info.is_dir():
                    continue
                if PurePosixPath(info.filename).is_absolute() or ".." in parts:
                    raise WrongFileError(f"{wheel.name} holds {info.filename}")
                if parts[0].endswith(".data"):
                    if parts[1] not in {"purelib", "platlib"}:
                        continue
                    parts = parts[2:]
                path = target.joinpath(*parts)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(packed.read(info))


def compile_all(folder: Path) -> None:
    """Compile every module, so that the program starts at once and writes nothing."""
    subprocess.run([sys.executable, "-I", "-B", "-c", _COMPILE, folder], check=True)


def write_launchers(system: str, folder: Path, version: str) -> None:
    """Write what a person clicks on, and a page that says what this is, in three languages."""
    shutil.copyfile(HERE / "launchers" / "README.txt", folder / "README.txt")
    text = (folder / "README.txt").read_text("utf-8").replace("{version}", version).replace("{system}", system)
    (folder / "README.txt").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    names = {"linux": ("evidence-kit.sh", "evidence-kit.desktop"), "macos": ("evidence-kit.command",)}
    for name in names.get(system.partition("-")[0], ("evidence-kit.cmd",)):
        data = (HERE / "launchers" / name).read_bytes()
        (folder / name).write_bytes(data.replace(b"\n", b"\r\n") if name.endswith(".cmd") else data)
        (folder / name).chmod(0o755)


def write_sums(folder: Path) -> Path:
    """Write the SHA-256 of every file, as `sha256sum -c` reads them, and return where."""
    files = sorted(path for path in folder.rglob("*") if (path.is_file() and path.parent != folder) or path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
        if not path.name.startswith(SUMS) or path.parent != folder
    ]
    sums = folder / SUMS
    sums.write_bytes("".join(lines).encode())
    return sums


def sign_sums(folder: Path, station: Path, passphrase: bytes) -> None:
    """Sign the sums with a station's key: `SHA256SUMS.sig`, and who may sign in `SHA256SUMS.signers`.

    `ssh-keygen -Y verify -f SHA256SUMS.signers -I evidence-kit -n evidence-kit-portable -s SHA256SUMS.sig < SHA256SUMS`
    checks it. Whose key it is, a person compares by voice, as with an archive.
    """
    from evidence_kit.keys.sshsig import armour
    from evidence_kit.workflows.case.station import load_station

    key = load_station(station).unlock(passphrase)
    signature = key.sign((folder / SUMS).read_bytes(), NAMESPACE)
    (folder / f"{SUMS}.sig").write_bytes(armour(signature.blob))
    (folder / f"{SUMS}.signers").write_text(f"evidence-kit {key.public.line}\n", "ascii")
