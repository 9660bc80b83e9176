"""`evidence-kit export CASE --as FORM --for PURPOSE`."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._declarations import purpose_of
from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._processes import isolated_worker
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder


@case_command
def export(
    setting: Setting,
    case: CaseArgument,
    form: Annotated[str | None, typer.Option("--as", metavar="FORM")] = None,
    purpose: Annotated[str | None, typer.Option("--for", metavar="PURPOSE")] = None,
    items: Annotated[str | None, typer.Option("--items", metavar="ID,ID…")] = None,
    without_consent: Annotated[str | None, typer.Option("--without-consent", metavar="REASON")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="PATH")] = None,
) -> None:
    """Write items of a case for other people's programs, in clear."""
    from evidence_kit.workflows.case.locate import refuse_inside_case
    from evidence_kit.workflows.case.new import PURPOSES
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.handover.interop import FORMS, ExportOrder, consented_items, export_as, form_of

    setting.need("--as", form)
    purpose_of(setting, purpose, PURPOSES)
    if form is not None:
        form_of(form)
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    key = setting.unlocked_key(station)
    wanted = form_of(setting.choose(form, "ask.form", "--as", "form", [each.name for each in FORMS]))
    whom = setting.choose(purpose, "ask.export-purpose", "--for", "purpose", PURPOSES)
    path = out or Path(f"{folder.root.name}.{wanted.name}{wanted.ending}")
    refuse_inside_case(path)
    order = ExportOrder(wanted, whom, _ids(items), without_consent, path)
    with (
        writing(folder, key, station, world, setting.accept_older) as writer,
        isolated_worker() if wanted.talks else nullcontext() as worker,
    ):
        total = sum(item.size_bytes for item in consented_items(writer.case, order))
        with setting.screen.progress("export.progress", total) as on_bytes:
            left = export_as(writer, order, on_bytes, worker)
    screen = setting.screen
    screen.show(
        "export.items", count=left.items, items_of=left.items_of, path=str(path), size=byte_count(left.size_bytes)
    )
    screen.warn("export.plain", path=str(path))
    screen.document(
        {
            "case": folder.root.name,
            "path": str(left.path),
            "form": left.form,
            "items": left.items,
            "items_of": left.items_of,
            "rows": left.rows,
            "size": left.size_bytes,
            "sha256": left.sha256,
            "line": left.line,
        }
    )


def _ids(items: str | None) -> list[str] | None:
    from evidence_kit.workflows.reading.overview import item_id

    return None if items is None else [item_id(each) for each in items.split(",") if each.strip()]
