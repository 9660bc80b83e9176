"""The Python inside a portable folder: out of a file with its hash, or from a folder that holds one."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path, PurePosixPath

# What a program that only runs has no use for: tests, headers, windows on the screen, installers.
_NEVER = frozenset({
    "__pycache__", "config-3.11-x86_64-linux-gnu", "dist-packages", "distutils", "ensurepip", "idlelib", "include",
    "lib2to3", "pkgconfig", "pydoc_data", "share", "site-packages", "test", "tests", "tkinter", "turtledemo", "tcl",
    "tcl8", "tcl8.6", "tk8.6", "itcl4.2.4", "thread2.8.9", "Scripts", "libs",
})  # fmt: skip
_SYSTEM_LIBRARIES = (
    "linux-vdso",
    "ld-linux",
    "libc.",
    "libm.",
    "libpthread",
    "libdl.",
    "librt.",
    "libutil.",
    "libgcc_s",
)
LONGEST_FILE_BYTES = 1 << 30


class WrongFileError(Exception):
    """A file is not the one that is meant."""


def unpack_archive(archive: Path, sha256: str, folder: Path) -> None:
    """Unpack a Python from its file; links become files, which a stick formatted as FAT cannot hold otherwise.

    Raises:
        WrongFileError: It is another file than the one with this SHA-256, or holds a path that leads out of it.
    """
    seen = hashlib.sha256(archive.read_bytes()).hexdigest()
    if seen != sha256:
        raise WrongFileError(f"{archive.name} has the SHA-256 {seen}, not {sha256}")
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            path = PurePosixPath(member.name)
            if path.is_absolute() or ".." in path.parts:
                raise WrongFileError(f"{archive.name} holds {member.name}")
            inside = PurePosixPath(*path.parts[1:])
            if (
                not inside.parts
                or _NEVER & set(inside.parts)
                or not (member.isfile() or member.issym() or member.islnk())
            ):
                continue
            source = packed.extractfile(member)
            if source is None or _is_alias(inside):
                continue
            target = folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(source, file)
            target.chmod(0o755 if member.mode & 0o100 or inside.name.startswith("python3") else 0o644)


def take_own(folder: Path) -> None:
    """Take the Python that runs this, with the libraries it needs that are not every Linux's own.

    Raises:
        WrongFileError: This is no Linux, or the program that rewrites library paths is missing.
    """
    patch = shutil.which("patchelf")
    if sys.platform != "linux" or patch is None:
        raise WrongFileError("this computer's own Python is taken on Linux alone, and needs patchelf")
    binary, lib = folder / "bin" / "python3", folder / "lib"
    binary.parent.mkdir(parents=True)
    shutil.copyfile(Path(sys.executable).resolve(), binary)
    binary.chmod(0o755)
    stdlib = Path(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix}))
    inside = lib / f"python{sysconfig.get_python_version()}"
    shutil.copytree(stdlib, inside, ignore=_left_out)
    needed = {path for each in (binary, *sorted(inside.rglob("*.so"))) for path in _libraries_of(each)}
    for path in sorted(needed):
        shutil.copyfile(path, lib / path.name)
    for path in (binary, *sorted(lib.rglob("*.so*"))):
        up = "/".join([".."] * (len(path.relative_to(folder).parts) - 1)) or "."
        subprocess.run([patch, "--set-rpath", f"$ORIGIN/{up}/lib", path], check=True)


def take_folder(source: Path, folder: Path) -> None:
    """Take a Python that lies unpacked in a folder, as `windows_python.sh` leaves it."""
    shutil.copytree(source, folder, ignore=_left_out)


def _left_out(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _NEVER or name.startswith(("config-3", "_tkinter"))}


def _is_alias(path: PurePosixPath) -> bool:
    """Say whether a path is one of several names of the interpreter, of which one does."""
    return path.parent.name == "bin" and path.name != "python3"


def _libraries_of(binary: Path) -> list[Path]:
    told = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False).stdout
    found = [line.split(" => ")[1].split(" (")[0] for line in told.splitlines() if " => /" in line]
    return [Path(each) for each in found if not Path(each).name.startswith(_SYSTEM_LIBRARIES)]
