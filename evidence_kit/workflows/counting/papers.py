"""Write a release as files: a table, facts for a program, a page to print in each language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from evidence_kit.reports.pdf import ReportFile
from evidence_kit.reports.tally_page import tally_pdf
from evidence_kit.tallies.release import Release
from evidence_kit.vault.disk import draft_beside, give_name, write_new
from evidence_kit.vault.patience import discard_tree
from evidence_kit.workflows.case.disk_errors import own_disk
from evidence_kit.workflows.case.plain_file import ensure_free
from evidence_kit.workflows.case.world import World


def release_files(release: Release, languages: Sequence[str]) -> Iterator[ReportFile]:
    """Yield the files of a release.

    Args:
        release: What was told.
        languages: One page for each.

    Raises:
        ReportFailedError: The typesetter failed.
    """
    yield ReportFile("counts.csv", release.csv())
    yield ReportFile("counts.json", release.json())
    for language in languages:
        yield ReportFile(f"counts.{language}.pdf", tally_pdf(release, language))


def write_release(release: Release, languages: Sequence[str], folder: Path, world: World) -> list[Path]:
    """Write the files of a release into a new folder: all of them, or nothing.

    Args:
        release: What was told.
        languages: One page for each.
        folder: Where; there is nothing yet.
        world: The disk.

    Raises:
        ExportExistsError: There is something.
        ReportFailedError: The typesetter failed.
        DiskFullError: No room; nothing is left behind.
    """
    ensure_free(folder)
    made = list(release_files(release, languages))
    disk, draft = world.disk, draft_beside(folder)
    with own_disk(0):
        discard_tree(draft)
        disk.make_folder(draft)
        try:
            for each in made:
                write_new(disk, draft / each.name, each.content)
            give_name(disk, draft, folder)
        except BaseException:
            discard_tree(draft)
            raise
    return [folder / each.name for each in made]
