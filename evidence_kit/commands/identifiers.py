"""`evidence-kit identifiers CASE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _identifier_view, _transcript_view
from evidence_kit.commands._links_view import case_identifiers, tell_links
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.reading.identifiers import NamedIdentifier


@case_command
def identifiers(
    setting: Setting,
    case: CaseArgument,
    kind: Annotated[list[str] | None, typer.Option("--type", metavar="TYPE")] = None,
    region: Annotated[str, typer.Option(metavar="COUNTRY")] = "MA",
    csv: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
) -> None:
    """List phone numbers, accounts, transfer codes and sums named in conversations."""
    from evidence_kit.workflows.case.plain_file import WantedFile, export_rows
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reading.identifiers import COLUMNS, TYPES, exports_of

    for each in kind or ():
        if each not in TYPES:
            raise UsageError("identifier-unknown", type=each, known=", ".join(TYPES))
    folder, station = case_folder(setting, case), setting.station()
    if csv is None:
        key = setting.unlocked_key(station)
        opened = read_case(folder, key, station)
        everything, whole = case_identifiers(setting, opened, region.upper())
        found = _of_types(everything, kind)
        _identifier_view.show_identifiers(setting.screen, found)
        if whole and region.upper() == "MA":
            tell_links(setting, station, key, opened, lambda: everything)
    else:
        key = setting.unlocked_key(station)
        with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
            everything, whole = case_identifiers(setting, writer.case, region.upper())
            found = _of_types(everything, kind)
            items = [item.id for item, _ in exports_of(writer.manifest)]
            wanted = WantedFile(
                csv, "csv", "identifiers", items, {"types": list(kind or TYPES), "region": region.upper()}
            )
            done = export_rows(writer, wanted, COLUMNS, (each.flat() for each in found))
        _transcript_view.show_exported(setting.screen, done, folder.root.name)
    if not whole:
        raise typer.Exit(Exit.INCOMPLETE)


def _of_types(found: list[NamedIdentifier], kinds: list[str] | None) -> list[NamedIdentifier]:
    return [each for each in found if not kinds or each.type in kinds]
