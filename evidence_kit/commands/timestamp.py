"""`evidence-kit timestamp CASE`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._archives import refuse_existing, root_certificate, small_file_bytes
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.case.write import CaseWriter
    from evidence_kit.workflows.handover.timestamps import ShownStamp


@case_command
def timestamp(
    setting: Setting,
    case: CaseArgument,
    url: Annotated[str | None, typer.Option("--url", metavar="URL")] = None,
    request: Annotated[Path | None, typer.Option("--request", metavar="FILE.tsq")] = None,
    attach: Annotated[Path | None, typer.Option("--attach", metavar="FILE.tsr")] = None,
    tsa_ca: Annotated[list[Path] | None, typer.Option("--tsa-ca", metavar="FILE.pem")] = None,
) -> None:
    """Let an authority's clock say that the log existed."""
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.handover import timestamps

    if sum(each is not None for each in (url, request, attach)) != 1:
        raise UsageError("stamp-how")
    if request is not None and not request.is_file():
        refuse_existing(request)
    given = [root_certificate(path) for path in tsa_ca or ()]
    answer = None if attach is None else small_file_bytes(attach)
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    key = setting.unlocked_key(station)
    for root in given:
        timestamps.keep_root(station.folder, root, world.disk)
    roots = given or timestamps.roots_of(station.folder)
    with writing(folder, key, station, world, setting.accept_older) as writer:
        if request is not None:
            _ask_by_hand(setting, writer, request)
            return
        if url is not None:
            from evidence_kit.keys import timestamp as tokens

            asked = tokens.stamp_request(timestamps.line_bytes(writer.case, writer.case.custody.commits[-1]))
            shown = timestamps.attach_stamp(writer, timestamps.ask_authority(url, asked), roots, asked)
        else:
            beside = attach.with_suffix(".tsq") if attach is not None else None
            asked_then = beside.read_bytes() if beside is not None and beside.is_file() else None
            shown = timestamps.attach_stamp(writer, answer or b"", roots, asked_then)
    _tell(setting, shown, folder.root.name)


def _ask_by_hand(setting: Setting, writer: CaseWriter, path: Path) -> None:
    from evidence_kit.keys import timestamp as tokens
    from evidence_kit.vault.disk import place_new
    from evidence_kit.workflows.handover import timestamps

    signed = writer.case.custody.commits[-1]
    if os.path.lexists(path):
        # An interrupted run may have written it: then it asks about this very line.
        if bytes.fromhex(signed.head.hex) not in small_file_bytes(path):
            refuse_existing(path)
    else:
        place_new(setting.world().disk, path, tokens.stamp_request(timestamps.line_bytes(writer.case, signed)))
    setting.screen.show("stamp.request", path=str(path), line=signed.line, answer=path.with_suffix(".tsr").name)
    setting.screen.document({"case": writer.case.id, "request": str(path), "covers": signed.line})


def _tell(setting: Setting, shown: ShownStamp, case: str) -> None:
    screen, stamped = setting.screen, shown.stamp
    if stamped is None:
        return
    at = stamped.at.isoformat()
    screen.show("stamp.done", line=shown.line, covers=shown.covers, at=at, authority=stamped.authority or "?")
    if shown.checked is None:
        screen.warn("stamp.unknown")
    screen.document(
        {
            "case": case,
            "line": shown.line,
            "covers": shown.covers,
            "stamped_at": at,
            "authority": stamped.authority,
            "checked_by": None if shown.checked is None else shown.checked.by,
        }
    )
