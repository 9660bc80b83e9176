"""Repeat an act that Windows refuses while another program has the file open, as a virus scanner has a new one."""

from __future__ import annotations

import shutil
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

_Done = TypeVar("_Done")
# A scanner lets go of a small file within a tenth of a second; who holds one for two seconds is somebody else.
WAITS_SECONDS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)
# Access denied, which a name whose deletion is under way gets too; sharing and lock violation; a folder that still
# holds such a name; a file that is mapped into memory. Source: Microsoft, System Error Codes.
_HELD: Final = frozenset({5, 32, 33, 145, 1224})


def patiently(act: Callable[[], _Done]) -> _Done:
    """Return the result of an act on a file, tried again for two seconds while Windows refuses it as held.

    Args:
        act: May be called several times; one call that failed has done nothing, or what may be done twice.

    Raises:
        OSError: It failed for another reason, or every time.
    """
    if sys.platform == "win32":
        return _again(act)
    return act()


def _again(act: Callable[[], _Done]) -> _Done:
    """Return the result of an act, tried until its waits are used up."""
    for seconds in WAITS_SECONDS:
        try:
            return act()
        except OSError as error:
            if not _is_held(error):
                raise
        time.sleep(seconds)
    return act()


def _is_held(error: OSError) -> bool:
    """Return whether another program's open file may be the reason; opening by number tells no code of Windows."""
    code = getattr(error, "winerror", None)
    return isinstance(error, PermissionError) if code is None else code in _HELD


def remove_tree(folder: Path) -> None:
    """Delete a folder of ours with all in it; one that is gone is fine.

    Raises:
        OSError: Something of it is still there.
    """
    with suppress(FileNotFoundError):
        patiently(lambda: shutil.rmtree(folder))


def discard_tree(folder: Path) -> None:
    """Delete a draft folder; trouble here must not hide its cause."""
    with suppress(OSError):
        remove_tree(folder)


def remove_file(path: Path) -> None:
    """Delete a file that a person wants gone, marked read-only or not: of the two only Windows minds.

    Raises:
        OSError: It is still there, marked as it was.
    """
    before = path.lstat().st_mode
    marked = sys.platform == "win32" and not before & stat.S_IWRITE
    if marked:
        path.chmod(before | stat.S_IWRITE)
    try:
        patiently(path.unlink)
    except OSError:
        if marked:
            path.chmod(before)
        raise
