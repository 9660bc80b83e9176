"""`evidence-kit transfer CASE`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._archives import small_file_bytes, tell_seal
from evidence_kit.commands._secrets import compared_by_voice
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._station_transfer import StationMove, record_move
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.commands.new import day
from evidence_kit.errors import UsageError


@case_command
def transfer(
    setting: Setting,
    case: CaseArgument,
    to: Annotated[str | None, typer.Option("--to", metavar="NAME")] = None,
    to_office: Annotated[str | None, typer.Option("--to-office", metavar="TEXT")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME")] = None,
    purpose: Annotated[str | None, typer.Option("--for", metavar="TEXT")] = None,
    place: Annotated[str | None, typer.Option("--place", metavar="TEXT")] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE")] = None,
    thing: Annotated[str, typer.Option("--what", metavar="archive|case-copy|device|paper")] = "archive",
    means: Annotated[str | None, typer.Option("--means", metavar="TEXT")] = None,
    remark: Annotated[str | None, typer.Option("--remark", metavar="TEXT")] = None,
    seal: Annotated[int | None, typer.Option("--seal", metavar="LINE")] = None,
    incoming: Annotated[bool, typer.Option("--in")] = False,
    received: Annotated[Path | None, typer.Option("--received", metavar="FILE.sig")] = None,
    statement: Annotated[Path | None, typer.Option("--statement", metavar="FILE.txt")] = None,
    confirm: Annotated[str | None, typer.Option("--confirm", metavar="END")] = None,
    to_station: Annotated[str | None, typer.Option("--to-station", metavar="WHO")] = None,
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR")] = None,
) -> None:
    """Record a hand-over, with both names."""
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.handover import transfers

    if into is not None and to_station is None:
        raise UsageError("needed", fact="to-station", flag="--to-station")
    if thing not in transfers.THINGS:
        raise UsageError("transfer-what", what=thing, known=", ".join(transfers.THINGS))
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    when = day(on, "--on") or world.clock.now().astimezone().date()
    if received is not None:
        _received(setting, case, _Paper(received, statement, by, confirm, when))
        return
    if to_station is not None:
        record_move(setting, case, StationMove(to_station, into, to, by, purpose, place, when, means, remark))
        return
    setting.need("--by" if incoming else "--to", by if incoming else to)
    setting.need("--for", purpose)
    key = setting.unlocked_key(station)
    own = station.person.name
    over = transfers.HandOver(
        what=thing,
        given_by=setting.given_or_asked(by, "ask.given-by", "--by") if incoming else (by or own),
        received_by=(to or own) if incoming else setting.given_or_asked(to, "ask.received-by", "--to"),
        purpose=setting.given_or_asked(purpose, "ask.transfer-purpose", "--for"),
        place=place or station.person.place,
        on=when,
        received_for=to_office,
        means=means,
        remark=remark,
        seal=seal,
        incoming=incoming,
    )
    with writing(folder, key, station, world, setting.accept_older) as writer:
        line = transfers.record_transfer(writer, over)
        meant = (
            transfers.seal_named(writer.manifest, writer.case.id, seal) if thing == "archive" and not incoming else None
        )
    setting.screen.show("transfer.done", given_by=over.given_by, received_by=over.received_by, line=line)
    if meant is not None:
        tell_seal(setting.screen, meant)
    kind = "transfer.in" if incoming else "transfer.out"
    setting.screen.document({"case": folder.root.name, "line": line, "type": kind})


@dataclass(frozen=True, slots=True)
class _Paper:
    """The files that came back from a receiver."""

    signature: Path
    statement: Path | None
    by: str | None
    confirm: str | None
    on: date


def _received(setting: Setting, case: str, came: _Paper) -> None:
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.checking import trusted_keys
    from evidence_kit.workflows.checking.anchors import receiver_fingerprint as signer_of
    from evidence_kit.workflows.handover import transfers

    signature = came.signature
    paper = came.statement or signature.with_name(signature.name.removesuffix(".received.sig") + ".statement.txt")
    armoured, text = small_file_bytes(signature), small_file_bytes(paper)
    fingerprint = signer_of(text, armoured)
    station, world = setting.station(), setting.world()
    setting.need("--by", came.by)
    key = setting.unlocked_key(station)
    who = setting.given_or_asked(came.by, "ask.confirmed-by", "--by")
    people = trusted_keys.trusted_keys(station.folder)
    if fingerprint is not None and not (fingerprint in people and people[fingerprint].receiver):
        # Anybody can make a key and sign: whose it is, two people say to each other.
        compared_by_voice(setting, fingerprint, came.confirm)
    folder = case_folder(setting, case)
    with writing(folder, key, station, world, setting.accept_older) as writer:
        found, lines, line = transfers.record_confirmation(writer, armoured, text, who, came.on)
    trusted_keys.trust_key(station.folder, who, found, world.disk, receiver=True)
    setting.screen.show("transfer.confirmed", by=who, lines=lines, line=line)
    setting.screen.document(
        {"case": folder.root.name, "line": line, "type": "transfer.in", "key": found, "through": lines}
    )
