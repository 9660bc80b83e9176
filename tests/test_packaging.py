"""What is installed, and where it can be: the wheel's longest path, and a wheel of every library for each system."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from portable.lock import ROOT, SOURCE_ONLY, is_for, locked
from tests.wheels import PYTHONS, SYSTEMS, TABLE

# Windows takes 259 letters where nobody switched long paths on, the default, and pip writes each file below the
# environment: README says how short the path of that has to be.
LONGEST_PATH = 176
# `.venv\Lib\site-packages\` and the backslash before it.
BESIDE = 25


def test_no_path_of_the_wheel_grows() -> None:
    """A path that is longer makes `pip install` fail on a computer on which it worked before."""
    packed = [path for folder in ("evidence_kit", "samples") for path in (ROOT / folder).rglob("*") if path.is_file()]
    names = [path.relative_to(ROOT).as_posix() for path in packed if "__pycache__" not in path.parts]
    inside = [name if name.startswith("evidence_kit/") else f"evidence_kit/{name}" for name in names]
    longest = max(inside, key=len)
    assert len(longest) <= LONGEST_PATH, longest
    # `C:\ek`, and more than twenty letters besides.
    assert BESIDE + LONGEST_PATH + len("C:\\evidence-kit-0.1.0-src") <= 259


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_locked_library_has_a_wheel(system: str, python: str) -> None:
    """Whoever installs has no compiler. `python -m tests.wheels` asks the index again after `make lock`."""
    here = f"{system}-{python}"
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()]
    wheels = {digest: name for name, digest, places in rows if here in places.split(" ")}
    without = [
        library.name
        for library, digests in locked()
        if is_for(library, system, python) and library.name not in SOURCE_ONLY and digests.isdisjoint(wheels)
    ]
    assert without == []
    assert all(name.endswith(".whl") for name in wheels.values())


def test_what_is_installed_without_the_extra_stays_small() -> None:
    """Taking in, looking, sealing and verifying: 250 MB, compiled files apart, which pip makes for itself."""
    sizes = {library.name: _installed_bytes(library.name) for library, _ in locked(ROOT / "requirements-core.lock")}
    own = sum(path.stat().st_size for path in (ROOT / "evidence_kit").rglob("*") if "__pycache__" not in path.parts)
    samples = sum(path.stat().st_size for path in (ROOT / "samples").rglob("*") if path.is_file())
    assert not sizes.keys() & {"av", "faiss-cpu", "imagehash", "opencv-python-headless", "scipy", "schwifty"}
    assert sum(sizes.values()) + own + samples < 250_000_000, sorted(sizes.items(), key=lambda each: -each[1])[:8]


def _installed_bytes(name: str) -> int:
    """Return what the files of a library come to; 0 for one that is not for this computer."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return 0
    return sum(Path(str(each.locate())).stat().st_size for each in files if each.suffix != ".pyc" and each.size)


def test_the_shorter_list_is_a_part_of_the_longer_one() -> None:
    whole = dict(locked())
    assert all(whole.get(library) == digests for library, digests in locked(ROOT / "requirements-core.lock"))


def test_the_lock_and_its_table_name_no_host() -> None:
    text = TABLE.read_text("utf-8") + (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
