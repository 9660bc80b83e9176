"""From sources to files, in a stable order, without ever following a link."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from evidence_kit.intake.exact_path import exact_path, shown_path
from evidence_kit.vault.links import leads_elsewhere


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file, as seen before it was opened.

    Attributes:
        path: Where it can be opened; on Windows in the form in which every name is taken as it stands.
        shown: Path from the source's own name on, `/` between parts, for display.
        shown_bytes: The same path's bytes in base64 where they are no UTF-8, else None.
        size_bytes: Its length.
    """

    path: Path
    shown: str
    shown_bytes: str | None
    size_bytes: int


@dataclass(frozen=True, slots=True)
class UnfitPath:
    """A path that is no regular file, or that could not be looked at.

    Attributes:
        shown: As in `FoundFile`.
        shown_bytes: As in `FoundFile`.
        reason: `symlink`, `fifo`, `socket`, `device`, `own-folder`, `excluded` or `unreadable`.
        detail: What the system said, where it said something; for `excluded` the pattern.
        errno: Its number for that.
    """

    shown: str
    shown_bytes: str | None
    reason: str
    detail: str | None = None
    errno: int | None = None


def walk_files(
    source: Path, own_folders: frozenset[Path] = frozenset(), exclude: Sequence[str] = ()
) -> Iterator[FoundFile | UnfitPath]:
    """Yield every file below a source, or the source itself; names sort by their bytes, folders with files.

    Args:
        source: A file or folder; an unreadable one is yielded as such.
        own_folders: Resolved folders of ours (case, station) that are not evidence even inside the source.
        exclude: Patterns of what is left out, as `fnmatch` reads them: each is held against the path from the
            source's own name on, and against the last name. A folder that is left out is not looked into.
    """
    name = source.name or source.absolute().name or "source"
    source = exact_path(source)
    try:
        mode = os.lstat(source)
    except OSError as error:
        yield _unfit(name, "unreadable", error)
        return
    if _is_folder(mode):
        yield from _folder(source, name, own_folders, exclude)
    else:
        yield _one(source, name, mode)


def _folder(
    folder: Path, shown: str, own_folders: frozenset[Path], exclude: Sequence[str]
) -> Iterator[FoundFile | UnfitPath]:
    try:
        if own_folders and shown_path(folder.resolve()) in own_folders:
            yield _unfit(shown, "own-folder")
            return
        with os.scandir(folder) as listing:
            names = sorted((entry.name for entry in listing), key=os.fsencode)
    except OSError as error:
        yield _unfit(shown, "unreadable", error)
        return
    for name in names:
        path, inner = folder / name, f"{shown}/{name}"
        if (pattern := _excluded(inner, name, exclude)) is not None:
            yield UnfitPath(*display_name(inner), reason="excluded", detail=pattern)
            continue
        try:
            mode = os.lstat(path)
        except OSError as error:
            yield _unfit(inner, "unreadable", error)
            continue
        if _is_folder(mode):
            yield from _folder(path, inner, own_folders, exclude)
        else:
            yield _one(path, inner, mode)


def _excluded(shown: str, name: str, exclude: Sequence[str]) -> str | None:
    return next((each for each in exclude if fnmatchcase(shown, each) or fnmatchcase(name, each)), None)


_UNFIT = (
    (stat.S_ISFIFO, "fifo"),
    (stat.S_ISSOCK, "socket"),
)


def _is_folder(mode: os.stat_result) -> bool:
    return stat.S_ISDIR(mode.st_mode) and not leads_elsewhere(mode)


def _one(path: Path, shown: str, mode: os.stat_result) -> FoundFile | UnfitPath:
    if leads_elsewhere(mode):
        return _unfit(shown, "symlink")
    if stat.S_ISREG(mode.st_mode):
        return FoundFile(path, *display_name(shown), size_bytes=mode.st_size)
    return _unfit(shown, next((reason for test, reason in _UNFIT if test(mode.st_mode)), "device"))


def _unfit(shown: str, reason: str, error: OSError | None = None) -> UnfitPath:
    detail, number = (None, None) if error is None else (os_words(error), error.errno)
    return UnfitPath(*display_name(shown), reason=reason, detail=detail, errno=number)


def display_name(name: str) -> tuple[str, str | None]:
    """Return a name as it can be shown, and its exact bytes in base64 where it is no Unicode."""
    raw = os.fsencode(name)
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace"), base64.b64encode(raw).decode("ascii")


def os_words(error: OSError) -> str:
    """Return the system's word for an error, without the path that it happened at."""
    return f"{type(error).__name__}: errno {error.errno}" if error.errno else type(error).__name__
