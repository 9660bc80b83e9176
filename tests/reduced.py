"""A Python that has every library of this one but some, which are not installed or cannot be loaded."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from evidence_kit.libraries import MATCHING

ROOT = Path(__file__).parents[1]
# Read by every process of that Python, the isolated ones too, before anything else.
_BLOCKER = """
import importlib.machinery, sys
ABSENT, BROKEN = {absent!r}, {broken!r}

class Blocker:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in ABSENT:
            raise ModuleNotFoundError(f"No module named {{top!r}}", name=top)
        return importlib.machinery.ModuleSpec(name, self) if top in BROKEN else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        raise ImportError(f"DLL load failed while importing {{name}}", name=name)

sys.meta_path.insert(0, Blocker())
"""


def reduced_python(folder: Path, without: Iterable[str] = MATCHING, broken: Iterable[str] = ()) -> Path:
    """Make an environment of its own and return its interpreter.

    Args:
        folder: Where it is made; it must not be there yet.
        without: Modules that are not installed in it.
        broken: Modules that are installed and cannot be loaded, as where a DLL is missing.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (own / "_reduced.py").write_text(_BLOCKER.format(absent=sorted(without), broken=sorted(broken)))
    places = [place for place in sys.path if Path(place).name == "site-packages"]
    (own / "reduced.pth").write_text("\n".join([*places, str(ROOT), "import _reduced\n"]))
    return folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def call(python: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the program with an interpreter, in a folder of its own."""
    around = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [python, "-m", "evidence_kit", *arguments], cwd=home, env=around, capture_output=True, text=True, check=False
    )
