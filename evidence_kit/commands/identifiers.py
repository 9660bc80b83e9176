"""`evidence-kit identifiers CASE`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _identifier_view, _transcript_view
from evidence_kit.commands._processes import isolated_worker
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.case.read import Case
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
        opened = read_case(folder, setting.key(station), station)
        found, whole = _all(setting, opened, region.upper(), kind)
        _identifier_view.show_identifiers(setting.screen, found)
    else:
        key = setting.key(station)
        with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
            found, whole = _all(setting, writer.case, region.upper(), kind)
            items = [item.id for item, _ in exports_of(writer.manifest)]
            wanted = WantedFile(
                csv, "csv", "identifiers", items, {"types": list(kind or TYPES), "region": region.upper()}
            )
            done = export_rows(writer, wanted, COLUMNS, (each.flat() for each in found))
        _transcript_view.show_exported(setting.screen, done, folder.root.name)
    if not whole:
        raise typer.Exit(Exit.INCOMPLETE)


def _all(setting: Setting, opened: Case, region: str, kinds: list[str] | None) -> tuple[list[NamedIdentifier], bool]:
    """Return all identifiers, and whether every export could be looked through; those that could not are named."""
    from evidence_kit.custody.errors import ChatNotReadError
    from evidence_kit.workflows.reading.exports import open_exports
    from evidence_kit.workflows.reading.identifiers import export_identifiers as find
    from evidence_kit.workflows.reading.identifiers import exports_of, gathered_identifiers
    from evidence_kit.workflows.reading.index_records import REGION

    whole = True
    chats = exports_of(opened.opened)
    total = sum(item.size_bytes for item, _ in chats)
    first = setting.screen.first_reading
    with isolated_worker() as worker, open_exports(opened, worker, progress=first) as reading:
        if region == REGION:
            reading.keep(chats)
        with setting.screen.progress("chats.progress", total) as on_bytes:

            def each_of_all() -> Iterator[NamedIdentifier]:
                nonlocal whole
                for item, chosen in chats:
                    try:
                        yield from find(reading, item, chosen, region)
                    except ChatNotReadError as error:
                        whole = False
                        setting.screen.warn(f"error.{error.message_id}.what", **error.values)
                    on_bytes(item.size_bytes)

            found = gathered_identifiers(each_of_all())
    return [each for each in found if not kinds or each.type in kinds], whole
