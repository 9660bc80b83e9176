"""The parts of a portable folder: only the files that are meant get in, and the same bytes come out."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from portable.folder import NAMESPACE, compile_all, sign_sums, unpack_wheels, write_launchers, write_sums
from portable.interpreter import WrongFileError, unpack_archive
from tests.e2e.conftest import Program


def packed_python(path: Path, *more: tarfile.TarInfo) -> str:
    """Write an archive like those of python-build-standalone and return its SHA-256."""
    with tarfile.open(path, "w:gz") as packed:
        for name, data in {
            "bin/python3.11": b"\x7fELF",
            "lib/python3.11/os.py": b"x = 1\n",
            "lib/python3.11/test/a.py": b"",
        }.items():
            info = tarfile.TarInfo(f"python/{name}")
            info.size, info.mode = len(data), 0o755
            packed.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("python/bin/python3")
        link.type, link.linkname = tarfile.SYMTYPE, "python3.11"
        for info in (link, *more):
            packed.addfile(info)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_python_comes_out_of_its_file_without_links_and_tests(tmp_path: Path) -> None:
    digest = packed_python(tmp_path / "python.tar.gz")
    unpack_archive(tmp_path / "python.tar.gz", digest, tmp_path / "app")
    found = {path.relative_to(tmp_path / "app").as_posix() for path in (tmp_path / "app").rglob("*") if path.is_file()}
    assert found == {"bin/python3", "lib/python3.11/os.py"}
    assert not any(path.is_symlink() for path in (tmp_path / "app").rglob("*"))
    assert (tmp_path / "app" / "bin" / "python3").read_bytes() == b"\x7fELF"


def test_another_file_than_the_one_that_is_meant_is_refused(tmp_path: Path) -> None:
    digest = packed_python(tmp_path / "python.tar.gz")
    with (tmp_path / "python.tar.gz").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(WrongFileError, match="SHA-256"):
        unpack_archive(tmp_path / "python.tar.gz", digest, tmp_path / "app")
    assert not (tmp_path / "app").exists()


@pytest.mark.parametrize("name", ["/etc/evil", "python/../../evil"])
def test_nothing_gets_out_of_the_folder(name: str, tmp_path: Path) -> None:
    digest = packed_python(tmp_path / "python.tar.gz", tarfile.TarInfo(name))
    with pytest.raises(WrongFileError):
        unpack_archive(tmp_path / "python.tar.gz", digest, tmp_path / "app")
    with zipfile.ZipFile(tmp_path / "a-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr(name, b"")
    with pytest.raises(WrongFileError):
        unpack_wheels([tmp_path / "a-1-py3-none-any.whl"], tmp_path / "site")


def build(folder: Path, wheel: Path, system: str) -> str:
    site = folder / "app" / "lib"
    unpack_wheels([wheel], site)
    compile_all(folder / "app")
    write_launchers(system, folder, "0.1.0")
    return write_sums(folder).read_text("utf-8")


@pytest.mark.parametrize("system", ["linux-x64", "windows-x64", "macos-arm64"])
def test_two_builds_are_the_same_bytes(system: str, tmp_path: Path) -> None:
    wheel = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr(
            "a/__init__.py", "def told(x: int) -> set[str]:\n    return {'a', 'b', 'c'} if x in {1, 2} else set()\n"
        )
        packed.writestr("a-1.data/purelib/b.py", "x = 'ä'\n")
        packed.writestr("a-1.data/scripts/a.exe", b"MZ")
        packed.writestr("a/broken.py", "print 'Python 2'\n")
    first, second = (build(tmp_path / name, wheel, system) for name in ("one", "two"))
    assert first == second
    names = [line.split("  ", 1)[1] for line in first.splitlines()]
    assert "app/lib/a/__pycache__/__init__.cpython-311.pyc" in names
    assert "app/lib/b.py" in names
    assert not any("exe" in name for name in names)
    assert any(name.startswith("evidence-kit.") for name in names)
    done = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path / "one", check=False)
    assert done.returncode == 0
    (tmp_path / "one" / "README.txt").write_text("another")
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=tmp_path / "one", check=False, capture_output=True
    )
    assert done.returncode == 1


def test_the_sums_are_signed_by_a_station_and_openssh_says_so(station_program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "a").write_text("a")
    sums = write_sums(folder)
    secret = station_program.passphrase.read_bytes().splitlines()[0]
    sign_sums(folder, station_program.home / "station", secret)
    judge = ["ssh-keygen", "-Y", "verify", "-f", "SHA256SUMS.signers", "-I", "evidence-kit", "-n", NAMESPACE]
    judge += ["-s", "SHA256SUMS.sig"]
    with sums.open("rb") as file:
        assert subprocess.run(judge, cwd=folder, stdin=file, check=False, capture_output=True).returncode == 0
    sums.write_text("another")
    with sums.open("rb") as file:
        assert subprocess.run(judge, cwd=folder, stdin=file, check=False, capture_output=True).returncode != 0
