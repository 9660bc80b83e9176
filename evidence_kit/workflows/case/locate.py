"""Find the case folder that a person means: a path, an id, or the last number of an id."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from evidence_kit.custody.checkpoint import CASE_ID
from evidence_kit.custody.errors import NoCaseError
from evidence_kit.errors import UsageError
from evidence_kit.vault.disk import draft_beside
from evidence_kit.vault.folder import LOG, CaseFolder
from evidence_kit.workflows.case.disk_errors import file_refused


def find_folder(path: Path) -> CaseFolder:
    """Return the case folder at a path.

    Raises:
        NoCaseError: There is no log in it.
    """
    folder = CaseFolder(path)
    if not folder.log.is_file():
        raise NoCaseError("no-case", path=str(path))
    return folder


def locate(text: str, cases_folder: Callable[[], Path]) -> CaseFolder:
    """Return the case that a text means: a folder, an id, or the last number of an id.

    Args:
        text: What they said.
        cases_folder: Says where ids are looked up; not asked when the text is a folder.

    Raises:
        NoCaseError: There is none, or several end in this number.
    """
    path = Path(text)
    if path.exists():
        return find_folder(_with_its_name(path) if (path / LOG).exists() else path)
    cases = cases_folder()
    if (cases / text.upper() / LOG).exists():
        return find_folder(cases / text.upper())
    found = [each for each in sorted(cases.iterdir()) if ends_in(each.name, text)] if cases.is_dir() else []
    if len(found) > 1:
        raise NoCaseError("case-ambiguous", text=text, cases=", ".join(each.name for each in found))
    if not found:
        raise NoCaseError("no-case", path=text)
    return find_folder(found[0])


def refuse_impossible(path: Path, *, file: bool) -> None:
    """Refuse a place for something new at which nothing can lie, before anything is recorded.

    Args:
        path: The place.
        file: A file is to lie there, whose folder has to be there already.

    Raises:
        UsageError: There is no folder for it.
        DiskFailureError: The name is too long, its links lead in circles, or the folder may not be looked into.
    """
    for each in (path, draft_beside(path)):
        try:
            os.lstat(each)
        except FileNotFoundError:
            continue
        except NotADirectoryError as error:
            raise UsageError("folder-missing", path=str(path.parent)) from error
        except OSError as error:
            raise file_refused(error, str(path)) from error
    if file and not path.parent.is_dir():
        raise UsageError("folder-missing", path=str(path.parent))


def refuse_inside_case(path: Path) -> None:
    """Refuse a place for something new inside a case folder: only the kit writes there, and `verify` names the rest.

    Raises:
        UsageError: The path is, or lies in, the folder of a case.
    """
    try:
        real = path.resolve()
        around = next(
            (each for each in (real, *real.parents) if (each / LOG).is_file() and CaseFolder(each).bodies.is_dir()),
            None,
        )
    except (OSError, RuntimeError):
        # Whoever writes there finds the same trouble, and tells it.
        return
    if around is not None:
        raise UsageError("out-inside-case", path=str(path), case=around.name)


def _with_its_name(path: Path) -> Path:
    """Return the whole path of a case folder; a link that bears a case's name stands for the folder it leads to."""
    # `.` has no name of its own, and a link may be called anything.
    real, named = path.resolve(), Path(os.path.abspath(path))  # noqa: PTH100 - follows no link, unlike `resolve`
    return named if CASE_ID.fullmatch(named.name) and not CASE_ID.fullmatch(real.name) else real


def ends_in(case: str, number: str) -> bool:
    """Say whether a number is the last one of a case id."""
    last = case.rpartition("-")[2]
    return last.isdecimal() and number.isdecimal() and int(last) == int(number)
