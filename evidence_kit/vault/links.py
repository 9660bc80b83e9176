"""Names that lead elsewhere: symbolic links, and on Windows junctions, which Python takes for folders."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

# A reparse point with this bit stands for another name. Others are files of their own: a cloud's placeholders, files
# that Windows packs. Source: Microsoft, MS-FSCC 2.1.2.1.
_STANDS_FOR_A_NAME: Final = 0x2000_0000


def leads_elsewhere(seen: os.stat_result) -> bool:
    """Return whether a result of `lstat` is about a link of any kind."""
    return stat.S_ISLNK(seen.st_mode) or bool(getattr(seen, "st_reparse_tag", 0) & _STANDS_FOR_A_NAME)


def is_link(path: Path) -> bool:
    """Return whether a link of any kind lies at a path; an unreadable entry is none."""
    try:
        return leads_elsewhere(os.lstat(path))
    except (OSError, ValueError):
        return False


def tree(root: Path, unread: Callable[[OSError], None] | None = None) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each folder below a root with the names of its folders and files, as `os.walk` does, through no link.

    A link to a folder counts as a file. The list of folders may be sorted and shortened by the caller.

    Args:
        root: Where to begin; nothing is yielded if it is not there.
        unread: Told about each folder that cannot be read now, which is then passed over.

    Raises:
        OSError: A folder cannot be read, and nobody is to be told: what lies in it is not known to be absent.
    """

    def refused(error: OSError) -> None:
        if isinstance(error, (FileNotFoundError, NotADirectoryError)):
            return
        if unread is None:
            raise error
        unread(error)

    for folder, names, files in os.walk(root, onerror=refused):
        here = Path(folder)
        linked = [name for name in names if is_link(here / name)]
        names[:] = [name for name in names if name not in linked]
        yield here, names, files + linked


def files_below(root: Path) -> list[Path]:
    """Return every file below a folder that is no link, sorted; none where there is no folder.

    Raises:
        OSError: One of the folders cannot be read.
    """
    found = (here / name for here, _, files in tree(root) for name in files)
    return sorted(path for path in found if path.is_file() and not is_link(path))
