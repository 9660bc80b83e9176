"""Handing a case to another station, which alone goes on with it; and the copy that it goes on with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import case_folder
from evidence_kit.errors import UsageError
from evidence_kit.model import Json

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidence_kit.workflows.case.read import Case
    from evidence_kit.workflows.case.readers import CaseHolder
    from evidence_kit.workflows.case.write import CaseWriter


@dataclass(frozen=True, slots=True)
class StationMove:
    """A case that goes on at another station.

    Attributes:
        who: That station: its name in the case, a fingerprint, or the file of its key.
        into: Where a copy for it is made.
        to: Who receives it; the name of the key if None.
        by: Who hands it over; this station's person if None.
        purpose: What for.
        place: Where; this station's place if None.
        on: When.
        means: On what, or how it went.
        remark: Whatever else.
    """

    who: str
    into: Path | None
    to: str | None
    by: str | None
    purpose: str | None
    place: str | None
    on: date
    means: str | None
    remark: str | None


def record_move(setting: Setting, case: str, move: StationMove) -> None:
    """Record the hand-over, make the copy, and say so.

    A case that is on its way to that station already can only be copied once more.
    """
    from evidence_kit.keys.errors import HandedOnError
    from evidence_kit.workflows.case import public_keys, readers
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.handover import transfers
    from evidence_kit.workflows.upkeep import backup

    if move.into is not None and not move.into.is_dir():
        raise UsageError("backup-nowhere", path=str(move.into))
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    who = public_keys.public_key(move.who) if Path(move.who).is_file() else move.who
    setting.need("--for", move.purpose)
    key, screen = setting.unlocked_key(station), setting.screen
    purpose = setting.given_or_asked(move.purpose, "ask.transfer-purpose", "--for")
    with screen.progress("backup.progress") as on_bytes:
        try:
            with writing(folder, key, station, world, setting.accept_older) as writer:
                goes_on = readers.successor(writer.case, who, station.public)
                line = _handed(writer, goes_on, move, purpose, on_bytes)
                opened: Case = writer.case
        except HandedOnError:
            opened = read_case(folder, key, station)
            goes_on = readers.successor(opened, who, station.public)
            if move.into is None or opened.opened.goes_on_with != goes_on.fingerprint:
                raise
            line = transfers.handed_on(opened)
        copy = None if move.into is None else backup.mirror_case(opened, move.into, world.disk, on_bytes)
    screen.show("transfer.moved", case=folder.root.name, name=goes_on.name or "?", line=line)
    if copy is not None:
        screen.show("transfer.copy", path=str(copy.path))
    document: dict[str, Json] = {"case": folder.root.name, "line": line, "type": "transfer.out"}
    screen.document(document | {"station": goes_on.fingerprint, "copy": None if copy is None else str(copy.path)})


def _handed(
    writer: CaseWriter, goes_on: CaseHolder, move: StationMove, purpose: str, on_bytes: Callable[[int], None]
) -> int:
    """Copy the large files, then write the line: a full stick must not leave a case that no station can go on with."""
    from evidence_kit.workflows.handover import transfers
    from evidence_kit.workflows.upkeep import backup

    person = writer.station.person
    over = transfers.HandOver(
        what="case",
        given_by=move.by or person.name,
        received_by=move.to or goes_on.name or goes_on.fingerprint,
        purpose=purpose,
        place=move.place or person.place,
        on=move.on,
        means=move.means,
        remark=move.remark,
    )
    if move.into is not None:
        backup.mirror_case(writer.case, move.into, writer.world.disk, on_bytes)
    return transfers.transfer_to_station(writer, over, goes_on.fingerprint)
