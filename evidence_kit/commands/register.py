"""`evidence-kit register found|let-in|lost|heads|stamp|show FILE`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.custody.register import Register
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.workflows.case.station import Station


class Action(StrEnum):
    """An action on the register of stations."""

    FOUND = "found"
    LET_IN = "let-in"
    LOST = "lost"
    HEADS = "heads"
    STAMP = "stamp"
    SHOW = "show"


_ACTIONS = "|".join(each.value for each in Action)


@command
def register(
    setting: Setting,
    action: Annotated[Action, typer.Argument(metavar=_ACTIONS, show_default=False)],
    register_file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    key: Annotated[str | None, typer.Option("--key", metavar="KEY|NAME")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME")] = None,
    lost_since: Annotated[str | None, typer.Option("--since", metavar="TIME")] = None,
    why: Annotated[str | None, typer.Option("--why", metavar="TEXT")] = None,
    recovery_key: Annotated[Path | None, typer.Option("--recovery-key", metavar="FILE")] = None,
    request: Annotated[Path | None, typer.Option("--request", metavar="FILE.tsq")] = None,
    attach: Annotated[Path | None, typer.Option("--attach", metavar="FILE.tsr")] = None,
) -> None:
    """Keep the heads of all cases of all stations in one signed file, and say whose key was lost."""
    station = setting.station()
    if action is Action.FOUND:
        _need("--name", name)
        _found(setting, station, register_file, name or "", recovery_key)
    elif action is Action.LET_IN:
        _need("--key", key)
        _need("--name", name)
        _let_in(setting, station, register_file, (key or "", name or ""), recovery_key)
    elif action is Action.LOST:
        _need("--key", key)
        _need("--since", lost_since)
        setting.need("--why", why)
        _lost(setting, station, register_file, (key or "", lost_since or "", why), recovery_key)
    elif action is Action.HEADS:
        _heads(setting, station, register_file)
    elif action is Action.STAMP:
        _stamp(setting, station, register_file, request, attach)
    else:
        _show(setting, station, register_file)


def _need(flag: str, value: str | None) -> None:
    if value is None or not value.strip():
        raise UsageError("needed", fact=flag.removeprefix("--"), flag=flag)


def _recovery(setting: Setting, station: Station, file: Path | None) -> SigningKey:
    from evidence_kit.commands._recovery_paper import typed_key
    from evidence_kit.commands.recover import recovery_key_in

    key = typed_key(setting) if file is None else recovery_key_in(file)
    if key.public != station.recovery:
        raise UsageError("recovery-of-another", fingerprint=key.public.fingerprint)
    return key


def _found(setting: Setting, station: Station, file: Path, name: str, recovery: Path | None) -> None:
    from evidence_kit.workflows.upkeep.station_register import found_register

    made = found_register(file, station, _recovery(setting, station, recovery), name, setting.world())
    setting.screen.show("register.founded", path=str(file), association=made.association)
    _document(setting, Action.FOUND, made)


def _let_in(setting: Setting, station: Station, file: Path, other: tuple[str, str], recovery: Path | None) -> None:
    from evidence_kit.workflows.upkeep.station_register import let_in

    made = let_in(file, station, _recovery(setting, station, recovery), other, setting.world())
    setting.screen.show("register.let-in", name=other[1], fingerprint=[*made.stations][-1])
    _document(setting, Action.LET_IN, made)


def _lost(
    setting: Setting, station: Station, file: Path, told: tuple[str, str, str | None], recovery: Path | None
) -> None:
    from evidence_kit.workflows.upkeep.station_register import declare_lost

    lost, since, why = told
    key = _recovery(setting, station, recovery)
    about = {"lost": lost, "since": since, "why": setting.given_or_asked(why, "ask.why", "--why")}
    made = declare_lost(file, station, key, about, setting.world())
    setting.screen.show("register.lost", name=lost, since=since)
    _document(setting, Action.LOST, made)


def _heads(setting: Setting, station: Station, file: Path) -> None:
    from evidence_kit.workflows.upkeep.station_register import enter_heads

    done = enter_heads(file, station, setting.unlocked_key(station), setting.world())
    for case, error in done.unread:
        setting.screen.warn("register.unread", case=case)
        setting.screen.warn(f"error.{error.message_id}.what", **error.values)
    setting.screen.show("register.entered", count=done.entered)
    setting.screen.document(
        {"action": "heads", "entered": done.entered, "known": done.known, "unread": [case for case, _ in done.unread]}
    )
    if done.unread:
        raise typer.Exit(Exit.INCOMPLETE)


def _stamp(setting: Setting, station: Station, file: Path, request: Path | None, attach: Path | None) -> None:
    from evidence_kit.commands._archives import small_file_bytes
    from evidence_kit.workflows.handover.timestamps import roots_of
    from evidence_kit.workflows.upkeep import station_register

    if (request is None) == (attach is None):
        raise UsageError("register-stamp-how")
    if request is not None:
        _ask(setting, station, file, request)
        setting.screen.show("register.stamp-request", path=str(request), answer=request.with_suffix(".tsr").name)
        setting.screen.document({"action": "stamp", "request": str(request)})
    if attach is not None:
        answer, key = small_file_bytes(attach), setting.unlocked_key(station)
        covers, at = station_register.attach_stamp(file, station, key, answer, setting.world())
        setting.screen.show("register.stamped", covers=covers, at=at)
        if not roots_of(station.folder):
            setting.screen.warn("stamp.unknown")
        setting.screen.document({"action": "stamp", "covers": covers, "stamped_at": at})


def _ask(setting: Setting, station: Station, file: Path, request: Path) -> None:
    """Write a request; one that an interrupted run wrote about this very line is as good."""
    import os

    from evidence_kit.commands._archives import refuse_existing, small_file_bytes
    from evidence_kit.vault.disk import place_new
    from evidence_kit.workflows.upkeep.station_register import last_digest, stamp_request

    if not os.path.lexists(request):
        place_new(setting.world().disk, request, stamp_request(file, station))
    elif last_digest(file, station) not in small_file_bytes(request):
        refuse_existing(request)


def _show(setting: Setting, station: Station, file: Path) -> None:
    from evidence_kit.workflows.checking.register import opened_register

    found = opened_register(file, {station.recovery.fingerprint: station.association}, station.folder)
    screen = setting.screen
    for of, each in found.stations.items():
        lost = found.lost.get(of)
        said = "register.station" if lost is None else "register.station-lost"
        screen.result(screen.sentence(said, name=each.name, fingerprint=of, since="" if lost is None else lost.since))
    screen.show("register.holds", heads=len(found.heads), stamps=len(found.stamps))
    _document(setting, Action.SHOW, found)


def _document(setting: Setting, action: Action, found: Register) -> None:
    setting.screen.document(
        {
            "action": action.value,
            "association": found.association,
            "recovery": found.recovery.fingerprint,
            "lines": len(found.digests),
            "heads": len(found.heads),
            "stamps": len(found.stamps),
            "stations": [
                {
                    "name": each.name,
                    "fingerprint": of,
                    "lost_since": found.lost[of].since if of in found.lost else None,
                }
                for of, each in found.stations.items()
            ],
        }
    )
