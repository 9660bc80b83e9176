"""Names of the folders that hold sealed archives, one for each purpose and day."""

from __future__ import annotations

import os
from pathlib import Path

from evidence_kit.workflows.case.read import Case


def next_folder(case: Case, sealed: Path, purpose: str, now: str) -> Path:
    """Return a folder name that is free: case, purpose, day, and a number when the day saw several.

    The receipt's slip lies beside the folder and stays when the folder goes on a stick: its name has to be free too.

    Args:
        case: The case.
        sealed: Folder in which archives lie.
        purpose: For whom the archive is.
        now: The instant, beginning `YYYY-MM-DD` in UTC.
    """
    return _folders(case, sealed, purpose, now)[-1]


def newest_folder(case: Case, sealed: Path, purpose: str, now: str) -> Path | None:
    """Return the folder that was given such a name last, None when the day saw none.

    Args:
        case: The case.
        sealed: Folder of sealed archives.
        purpose: For whom.
        now: A day, YYYY-MM-DD.
    """
    found = _folders(case, sealed, purpose, now)
    return found[-2] if len(found) > 1 else None


def _folders(case: Case, sealed: Path, purpose: str, now: str) -> list[Path]:
    """Return the folders of a day in their order, and behind them the first that is free."""
    base = f"{case.id}.{purpose}.{now[:10]}"
    found = [sealed / base]
    while any(map(os.path.lexists, _names(found[-1]))):
        found.append(sealed / f"{base}.{len(found) + 1}")
    return found


def slip_beside(folder: Path) -> Path:
    """Return where the receipt's slip goes: beside the folder, because it does not travel with the archive."""
    return folder.with_name(folder.name + ".receipt.html")


def _names(folder: Path) -> tuple[Path, Path]:
    return folder, slip_beside(folder)
