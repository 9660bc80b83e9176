"""`evidence-kit keys [trust NAME KEY | forget NAME | readers CASE]`."""

from __future__ import annotations

from typing import Annotated

import typer

from evidence_kit.commands._secrets import compared_by_voice
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import case_folder, command
from evidence_kit.errors import UsageError


@command
def keys(
    setting: Setting,
    action: Annotated[str | None, typer.Argument(metavar="[trust|forget|readers]", show_default=False)] = None,
    who: Annotated[str | None, typer.Argument(metavar="[NAME|CASE]", show_default=False)] = None,
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", show_default=False)] = None,
    confirm: Annotated[str | None, typer.Option(metavar="END")] = None,
    receiver: Annotated[bool, typer.Option("--receiver")] = False,
) -> None:
    """Show the keys of this station and of people it knows; trust one; list who can read a case."""
    if action is None:
        _own(setting)
    elif action == "trust" and who is not None and key is not None:
        _trust(setting, who, key, confirm, receiver=receiver)
    elif action == "forget" and who is not None and key is None:
        _forget(setting, who)
    elif action == "readers" and who is not None and key is None:
        _readers(setting, who)
    else:
        raise UsageError("keys-action", action=action)


def _own(setting: Setting) -> None:
    from evidence_kit.workflows.checking.trusted_keys import trusted_keys

    station, people = setting.station(), trusted_keys(setting.station_folder)
    rows = [
        ("keys.station", station.public.fingerprint),
        ("keys.recovery", station.recovery.fingerprint),
        ("keys.public", station.public.line),
        ("keys.folder", str(station.folder)),
        ("keys.cases", str(station.cases)),
    ]
    setting.screen.document(
        {
            "association": station.association,
            "name": station.person.name,
            "fingerprint": station.public.fingerprint,
            "public": station.public.line,
            "recovery_fingerprint": station.recovery.fingerprint,
            "recovery": station.recovery.line,
            "recovery_to_file": station.recovery_to_file,
            "station": str(station.folder),
            "cases": str(station.cases),
            "known": [{"name": each.name, "fingerprint": of, "receiver": each.receiver} for of, each in people.items()],
        }
    )
    if not setting.screen.json:
        setting.screen.facts(rows)
        for of, each in people.items():
            known = "keys.known-receiver" if each.receiver else "keys.known"
            setting.screen.line(f"{setting.screen.sentence(known, name=each.name)}: {of}")


def _trust(setting: Setting, name: str, key: str, confirm: str | None, *, receiver: bool) -> None:
    from evidence_kit.workflows.checking.trusted_keys import fingerprint_of, trust_key

    meant, station = fingerprint_of(key), setting.station_if_any()
    if receiver and station is not None and meant in {station.public.fingerprint, station.recovery.fingerprint}:
        raise UsageError("receiver-is-own", fingerprint=meant)
    shown = compared_by_voice(setting, meant, confirm)
    trust_key(setting.station_folder, name, shown, setting.world().disk, receiver=receiver)
    setting.screen.show("keys.trusted-receiver" if receiver else "keys.trusted", name=name, fingerprint=shown)
    setting.screen.document({"name": name, "fingerprint": shown, "receiver": receiver})


def _forget(setting: Setting, name: str) -> None:
    from evidence_kit.workflows.checking.trusted_keys import forget_name

    forget_name(setting.station_folder, name, setting.world().disk)
    setting.screen.show("keys.forgotten", name=name)
    setting.screen.document({"forgotten": name})


def _readers(setting: Setting, case: str) -> None:
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.case.readers import holders

    folder, station = case_folder(setting, case), setting.station()
    found = holders(read_case(folder, setting.unlocked_key(station), station))
    screen = setting.screen
    screen.document(
        {
            "case": folder.root.name,
            "readers": [
                {
                    "name": each.name,
                    "role": each.role,
                    "fingerprint": each.fingerprint,
                    "key": each.key,
                    "file": each.file,
                    "reads": each.reads,
                    "signs": each.signs,
                }
                for each in found
            ],
        }
    )
    if screen.json:
        return
    rows = []
    for each in found:
        may = "may-sign" if each.signs else "may-read" if each.reads else "sent-away"
        name = each.name or screen.sentence(f"keys.role-{each.role}")
        rows.append((name, screen.sentence(f"keys.{may}"), each.fingerprint, each.file))
    with screen.listing():
        screen.table(("column.name", "column.may", "column.fingerprint", "column.key-file"), rows)
