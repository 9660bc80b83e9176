r"""The form of a path in which Windows takes every name as it stands.

Otherwise Windows cuts a dot or blank at the end of a name, so that `photo.` opens `photo`; takes `con.jpg` for the
console; and refuses paths of 260 letters where nobody switched long ones on. Behind `\\?\` it does none of that.
Source: Microsoft, Naming Files, Paths, and Namespaces.
"""

from __future__ import annotations

import ntpath
import sys
from pathlib import Path
from typing import Final

_EXACT: Final = "\\\\?\\"
_EXACT_SHARE: Final = "\\\\?\\UNC\\"
_DEVICE: Final = "\\\\.\\"


def exact_path(path: Path) -> Path:
    """Return a path of an original as Windows takes it letter for letter; elsewhere the path itself."""
    return Path(exact(str(path.absolute()))) if sys.platform == "win32" else path


def shown_path(path: Path) -> Path:
    """Return a path as a person knows it; its exact form opens the same file or a longer one."""
    return Path(shown(str(path))) if sys.platform == "win32" else path


def exact(absolute: str) -> str:
    r"""Return the exact form of an absolute path of Windows, `..` taken out: behind `\\?\` it would be a name."""
    if absolute.startswith((_EXACT, _DEVICE)):
        return absolute
    whole = ntpath.normpath(absolute)
    return _EXACT_SHARE + whole[2:] if whole.startswith("\\\\") else _EXACT + whole


def shown(path: str) -> str:
    """Return the common form of a path of Windows, for eyes and logs."""
    if path.startswith(_EXACT_SHARE):
        return "\\\\" + path[len(_EXACT_SHARE) :]
    return path.removeprefix(_EXACT)
