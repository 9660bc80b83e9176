"""`evidence-kit recovery check|sheet|shares`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._recovery_paper import sheets, typed_key, write_sheets
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command
from evidence_kit.errors import UsageError

_ACTIONS = ("check", "sheet", "shares")


@command
def recovery(
    setting: Setting,
    action: Annotated[str, typer.Argument(metavar="check|sheet|shares", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
    recovery_key: Annotated[Path | None, typer.Option("--recovery-key", metavar="FILE")] = None,
) -> None:
    """Check the recovery paper, or write pages to print it anew."""
    from evidence_kit.commands.recover import recovery_key_in

    if action not in _ACTIONS:
        raise UsageError("recovery-action", action=action)
    station = setting.station()
    if action != "check":
        setting.need("--out", None if out is None else str(out))
    key = typed_key(setting) if recovery_key is None else recovery_key_in(recovery_key)
    if key.public != station.recovery:
        raise UsageError("recovery-of-another", fingerprint=key.public.fingerprint)
    written: list[str] = []
    if action == "check":
        setting.screen.show("recovery.opens")
    else:
        pages = sheets(key, station.association, shared=action == "shares")

        def put() -> Path:
            folder = out or Path(setting.screen.ask("ask.recovery-folder").strip("'\"")).expanduser()
            write_sheets(setting, pages, folder)
            return folder

        # Whoever has typed the whole key is not sent back to its beginning by a slip in the name of a folder.
        folder = put() if out is not None else setting.tried(put, UsageError)
        written = [str(folder / name) for name, _ in pages]
    setting.screen.document({"fingerprint": key.public.fingerprint, "opens": True, "written": written})
