"""The files that a `destroyed` line promises to be gone, and the end of an interrupted destruction.

The order: new bodies lie beside the old ones as drafts, durable; then the line is signed; then the drafts take their
places and the items' files go. Whoever opens the case after an interruption finds the line and does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evidence_kit.custody.established import Custody
from evidence_kit.hashing.exact import sha256
from evidence_kit.model import Disk
from evidence_kit.vault.disk import read_regular
from evidence_kit.vault.folder import DRAFT_ENDING, CaseFolder
from evidence_kit.vault.links import is_link


def waiting_body(folder: CaseFolder, custody: Custody, line: int) -> Path | None:
    """Return the draft that is to replace a body, None when there is none that the log vouches for.

    Args:
        folder: The case folder.
        custody: Says which bodies were rewritten, and their new digests.
        line: Number of the signature line that the body belongs to.
    """
    if line not in custody.rewritten:
        return None
    draft = draft_of(folder, line)
    if is_link(draft) or not draft.is_file():
        return None
    return draft if sha256(read_regular(draft)) == custody.bodies[line].digest else None


def draft_of(folder: CaseFolder, line: int) -> Path:
    """Return where a body waits until the log says that it counts."""
    body = folder.body(line)
    return body.with_name(body.name + DRAFT_ENDING)


def leftovers(folder: CaseFolder, custody: Custody) -> Iterator[Path]:
    """Yield the files an interrupted destruction left: those of destroyed items, and waiting bodies."""
    for item in custody.destroyed:
        path = folder.item(item)
        if item not in custody.objects and path.is_file() and not is_link(path):
            yield path
    for line in sorted(custody.rewritten):
        draft = waiting_body(folder, custody, line)
        if draft is not None:
            yield draft


def finish_removal(folder: CaseFolder, custody: Custody, disk: Disk) -> int:
    """Finish the destructions in the log; return how many files that took.

    Args:
        folder: The case folder.
        custody: Says which items and bodies are destroyed.
        disk: The disk of the case.

    Raises:
        OSError: The disk failed; opening the case again goes on from there.
    """
    found = list(leftovers(folder, custody))
    for path in found:
        if path.parent == folder.bodies:
            disk.move(path, path.with_name(path.name.removesuffix(DRAFT_ENDING)))
        else:
            disk.remove(path)
    for place in {path.parent for path in found}:
        disk.sync_folder(place)
    return len(found)
