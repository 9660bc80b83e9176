"""Find the case folder that a person means: a path, an id, or the last number of an id."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from evidence_kit.custody.errors import NoCaseError
from evidence_kit.vault.folder import LOG, CaseFolder


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
        return find_folder(path.resolve() if (path / LOG).exists() else path)
    cases = cases_folder()
    if (cases / text.upper() / LOG).exists():
        return find_folder(cases / text.upper())
    found = [each for each in sorted(cases.iterdir()) if ends_in(each.name, text)] if cases.is_dir() else []
    if len(found) > 1:
        raise NoCaseError("case-ambiguous", text=text, cases=", ".join(each.name for each in found))
    if not found:
        raise NoCaseError("no-case", path=text)
    return find_folder(found[0])


def ends_in(case: str, number: str) -> bool:
    """Say whether a number is the last one of a case id."""
    last = case.rpartition("-")[2]
    return last.isdecimal() and number.isdecimal() and int(last) == int(number)
