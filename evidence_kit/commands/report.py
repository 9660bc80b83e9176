"""`evidence-kit report CASE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._declarations import chosen_pictures, chosen_provisions
from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._processes import isolated_worker
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidence_kit.keys.station import SigningKey
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.case.station import Station
    from evidence_kit.workflows.case.write import CaseWriter
    from evidence_kit.workflows.reporting.make import ReportMade, ReportOrder

_MOST_FOLDERS = 1000


@case_command
def report(
    setting: Setting,
    case: CaseArgument,
    only: Annotated[str | None, typer.Option("--only", metavar="PART")] = None,
    conversation: Annotated[list[int] | None, typer.Option("--conversation", metavar="N")] = None,
    redact_names: Annotated[bool, typer.Option("--redact-names")] = False,
    pictures: Annotated[str | None, typer.Option("--pictures", metavar="blurred|none")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT")] = None,
    purpose: Annotated[str, typer.Option("--for", metavar="lawyer|police|person")] = "lawyer",
    law: Annotated[list[str] | None, typer.Option("--law", metavar="PROVISION")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
) -> None:
    """Make the dossier of a case as PDF."""
    from evidence_kit.reports.paper import SECTIONS
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reporting.collect import ReportRequest
    from evidence_kit.workflows.reporting.make import PURPOSES, ReportOrder, make

    if only is not None and only not in SECTIONS:
        raise UsageError("report-part-unknown", part=only)
    pictures = chosen_pictures(pictures)
    if purpose not in PURPOSES:
        raise UsageError("report-purpose-unknown", purpose=purpose)
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    key = setting.unlocked_key(station)
    broken = _broken(folder, key, station)
    with writing(folder, key, station, world, setting.accept_older) as writer, isolated_worker() as worker:
        request = ReportRequest(
            by=station.person.name,
            kit=world.kit,
            conversations=tuple(conversation or ()),
            provisions=chosen_provisions(law),
            real_name=name,
            broken=broken,
        )
        order = ReportOrder(request, purpose, setting.languages, only, redact_names, pictures)
        made = make(writer, order, [out] if out else _folders(writer, order), worker, setting.screen.first_reading)
    _tell(setting, made)
    if broken:
        setting.screen.warn("report.case-broken")
        raise typer.Exit(Exit.BROKEN)


def _broken(folder: CaseFolder, key: SigningKey, station: Station) -> tuple[str, ...]:
    """Return the codes of findings that break the case: a paper names them on its first page."""
    from evidence_kit.model import Weight
    from evidence_kit.workflows.checking.verify import verify_case

    found = verify_case(folder.root, key, station.remembered(folder.root.name))
    return tuple(dict.fromkeys(each.code for each in found.findings if each.weight is Weight.BROKEN))


def _folders(writer: CaseWriter, order: ReportOrder) -> Iterator[Path]:
    """Yield where reports lie when nobody says: beside the sealed archives, by receiver and state of the log."""
    from evidence_kit.workflows.reporting.disclosed import resting_on

    last = resting_on(writer.case)
    parts = [order.purpose, *([order.only] if order.only else []), last.time[:10], "-".join(order.languages)]
    name = ".".join([writer.case.id, *parts])
    place = writer.station.cases.parent / "reports"
    yield place / name
    for number in range(2, _MOST_FOLDERS):
        yield place / f"{name}.{number}"


def _tell(setting: Setting, made: ReportMade) -> None:
    screen = setting.screen
    for name, size_bytes in made.files:
        screen.show("report.written", path=str(made.folder / name), size=byte_count(size_bytes))
    screen.show("again.done" if made.again else "report.recorded", line=made.line)
    screen.document(
        {
            "folder": str(made.folder),
            "files": [{"name": name, "size": size_bytes} for name, size_bytes in made.files],
            "line": made.line,
        }
    )
