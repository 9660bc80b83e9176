"""A dry run over sources: the plan of an ingest, and the room it needs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from evidence_kit.custody.manifest import FoundAt
from evidence_kit.intake import picture_signatures
from evidence_kit.intake.container import ContainerContents, container_contents
from evidence_kit.intake.read import NotRegularError, open_original
from evidence_kit.intake.walk import FoundFile, UnfitPath, os_words, walk_files
from evidence_kit.intake.window import file_window
from evidence_kit.workflows.accession.prepare import file_stretch
from evidence_kit.workflows.accession.witness import WitnessRule
from evidence_kit.workflows.case.outcome import Refused, Totals, WouldKeep

_CONTAINER_ENDINGS: Final = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".txz", ".tbz")


def plan_ingest(
    sources: Sequence[Path], own: frozenset[Path], exclude: Sequence[str], rule: WitnessRule
) -> Iterator[WouldKeep | Refused | Totals]:
    """Yield the plan of an ingest for every file, the totals last; nothing is written.

    Whether the case has the same bytes already only reading them all would tell; that is not done.

    Args:
        sources: Files and folders.
        own: Resolved folders of ours.
        exclude: Patterns of what is left out.
        rule: What is done with pictures.
    """
    totals = Totals()
    for found in (each for source in sources for each in walk_files(source, own, exclude)):
        outcome = _unfit(found) if isinstance(found, UnfitPath) else _looked_at(found, careful=rule.careful)
        _count(totals, outcome)
        yield outcome
    yield totals


def needed_bytes(sources: Sequence[Path], exclude: Sequence[str] = ()) -> int:
    """Return how many bytes an ingest may write: every file, and the declared members of containers."""
    needed = 0
    for found in (each for source in sources for each in walk_files(source, exclude=exclude)):
        if isinstance(found, FoundFile):
            needed += found.size_bytes
            if found.path.name.lower().endswith(_CONTAINER_ENDINGS):
                with contextlib.suppress(OSError, NotRegularError), open_original(found.path) as original:
                    stretch = file_stretch(original, found)
                    held = container_contents(
                        stretch.kind, stretch.name, file_window(original.file, original.before.size_bytes)
                    )
                    needed += 0 if held is None else _held(held)[1]
    return needed


def _unfit(found: UnfitPath) -> Refused:
    return Refused(FoundAt(found.shown, found.shown_bytes), found.reason, found.detail)


def _looked_at(found: FoundFile, *, careful: bool) -> WouldKeep | Refused:
    from evidence_kit.intake.understood.rule import judge_file

    place = FoundAt(found.shown, found.shown_bytes)
    try:
        with open_original(found.path) as original:
            stretch = file_stretch(original, found)
            window = file_window(original.file, original.before.size_bytes)
            if careful and not judge_file(stretch.name, stretch.kind, lambda: window).copied:
                return Refused(place, picture_signatures.REASON, stretch.kind.family.value, found.size_bytes)
            held = container_contents(stretch.kind, stretch.name, window)
            members, member_bytes = (None, 0) if held is None else _held(held)
    except NotRegularError:
        return Refused(place, "not-regular")
    except OSError as error:
        return Refused(place, "unreadable", os_words(error), found.size_bytes)
    kind = stretch.kind
    return WouldKeep(place, kind.name, kind.family.value, found.size_bytes, members, member_bytes)


def _held(held: ContainerContents) -> tuple[int, int]:
    """Return how many files a container holds and how long they say they are; of a packed tar nobody knows yet."""
    if held.form.startswith("tar+"):
        return 0, 0
    listed = [entry for entry in held.entries() if entry.refusal is None]
    return len(listed), sum(entry.size_bytes or 0 for entry in listed)


def _count(totals: Totals, outcome: WouldKeep | Refused) -> None:
    if isinstance(outcome, WouldKeep):
        totals.kept += 1
        totals.kept_bytes += outcome.size_bytes
        totals.count_file(outcome.family, "kept")
    elif outcome.reason == "excluded":
        totals.excluded += 1
    elif outcome.reason == picture_signatures.REASON:
        totals.withheld += 1
        totals.refused += 1
        totals.count_file(outcome.detail or "none", "withheld")
    else:
        totals.refused += 1
        totals.count_file("none", "refused")
