"""`evidence-kit seal CASE --for police|lawyer`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._screen import size
from evidence_kit.commands._wiring import CaseArgument, Setting, case_command, case_folder
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.seal import Planned, Sealed


@case_command
def seal(
    setting: Setting,
    case: CaseArgument,
    purpose: Annotated[str | None, typer.Option("--for", metavar="police|lawyer")] = None,
    everything: Annotated[bool, typer.Option("--all")] = False,
    items: Annotated[str | None, typer.Option("--items", metavar="ID,ID…")] = None,
    to_key: Annotated[list[str] | None, typer.Option("--to-key", metavar="NAME=KEY")] = None,
    without_consent: Annotated[str | None, typer.Option("--without-consent", metavar="REASON")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
    passphrase_out: Annotated[Path | None, typer.Option("--passphrase-out", metavar="FILE")] = None,
    yes: Annotated[bool, typer.Option("--yes")] = False,
) -> None:
    """Make the archive for the police or the lawyer."""
    from evidence_kit.sealing import passphrase as digits
    from evidence_kit.workflows.case import writing
    from evidence_kit.workflows.seal import PURPOSES, Order, next_folder, planned
    from evidence_kit.workflows.seal import seal as make

    wanted = setting.ask(purpose, "ask.purpose", "--for")
    if wanted not in PURPOSES:
        raise UsageError("purpose-unknown", purpose=wanted)
    if everything == (items is not None):
        raise UsageError("seal-scope")
    readers = _readers(to_key or [])
    if not setting.asks and passphrase_out is None and not readers:
        raise UsageError("needed", fact="passphrase-out", flag="--passphrase-out")
    _free(passphrase_out)
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    key = setting.key(station)
    with writing(folder, key, station, world, setting.accept_older) as writer:
        now = world.clock.now().astimezone().isoformat()
        place = out or next_folder(writer.case, station.cases.parent / "sealed", wanted, now)
        order = Order(wanted, _ids(items), readers, without_consent, place)
        plan = planned(writer.case, order)
        _tell_plan(setting, plan)
        if setting.asks and not yes and not setting.screen.agree("ask.seal"):
            raise typer.Exit(Exit.DONE)
        secret = digits.generate()
        if passphrase_out is not None:
            _write_secret(setting, passphrase_out, secret)
        try:
            with setting.screen.progress("seal.progress", 2 * plan.size_bytes) as on_bytes:
                sealed = make(writer, key, order, secret, on_bytes)
        except BaseException:
            # Digits without an archive are worthless, and would stand in the way of the next try.
            if passphrase_out is not None:
                passphrase_out.unlink(missing_ok=True)
            raise
    _tell(setting, sealed, folder.root.name)
    if passphrase_out is None and setting.asks:
        with setting.screen.secret_page():
            setting.screen.secret_line(setting.screen.say("seal.passphrase-page"))
            setting.screen.secret_line("\n    " + digits.grouped(secret) + "\n")
            setting.screen.ask("ask.written-down")


def _ids(items: str | None) -> list[str] | None:
    if items is None:
        return None
    from evidence_kit.workflows.look import item_id

    return [item_id(each) for each in items.split(",") if each.strip()]


def _readers(given: list[str]) -> dict[str, str]:
    from evidence_kit.workflows.record import named_reader

    return dict(named_reader(each) for each in given)


def _free(path: Path | None) -> None:
    from evidence_kit.custody.errors import CaseExistsError

    if path is not None and path.exists():
        raise CaseExistsError("file-exists", path=str(path))


def _write_secret(setting: Setting, path: Path, secret: str) -> None:
    file = setting.world().disk.create(path)
    try:
        file.write(secret.encode("ascii") + b"\n")
        file.sync()
    finally:
        file.close()


def _tell_plan(setting: Setting, plan: Planned) -> None:
    setting.screen.tell("seal.plan", items_in=plan.items_in, items_of=plan.items_of, size=size(plan.size_bytes))
    setting.screen.tell("seal.closed", count=plan.events_of - plan.events_in, events_of=plan.events_of)


def _tell(setting: Setting, sealed: Sealed, case: str) -> None:
    screen = setting.screen
    screen.tell("seal.done", path=str(sealed.folder), size=size(sealed.size_bytes))
    screen.tell("seal.receipt", code=sealed.receipt_code)
    screen.tell("seal.next")
    screen.document(
        {
            "case": case,
            "archive": str(sealed.archive),
            "folder": str(sealed.folder),
            "sha256": sealed.sha256,
            "size": sealed.size_bytes,
            "items_in": sealed.items_in,
            "items_of": sealed.items_of,
            "events_in": sealed.events_in,
            "events_of": sealed.events_of,
            "receipt": sealed.receipt_code,
        }
    )
