"""`evidence-kit completion SHELL`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._program import BUILD
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command
from evidence_kit.errors import UsageError


@command
def completion(
    setting: Setting,
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish|powershell", show_default=False)],
    install: Annotated[bool, typer.Option("--install")] = False,
) -> None:
    """Print the script with which a shell completes commands and options, or put it where the shell looks for it."""
    from evidence_kit.commands._completions import SCRIPTS, place_of_script, program_words
    from evidence_kit.words import catalogue

    name = {"pwsh": "powershell"}.get(shell.casefold(), shell.casefold())
    build = BUILD.get()
    if name not in SCRIPTS or build is None:
        raise UsageError("shell-unknown", shell=shell, known=", ".join(SCRIPTS))
    screen = setting.screen
    script = SCRIPTS[name](*program_words(build(catalogue(screen.language))))
    place = place_of_script(name, Path.home()) if install else None
    if install and place is None:
        screen.show("completion.by-hand")
    elif place is not None:
        _put(setting, place, script)
        screen.show(f"completion.{name}", path=str(place))
    elif not screen.json:
        screen.plain(script)
    screen.document({"shell": name, "script": script, "path": None if place is None else str(place)})


def _put(setting: Setting, place: Path, script: str) -> None:
    """Write the script; one of our own that is there already is replaced, anything else is left."""
    from evidence_kit.custody.errors import PathTakenError
    from evidence_kit.vault.disk import write_durably

    if os.path.lexists(place) and (place.is_symlink() or b"evidence-kit" not in place.read_bytes()):
        raise PathTakenError("file-exists", path=str(place))
    setting.world().disk.make_folder(place.parent)
    write_durably(setting.world().disk, place, script.encode("utf-8"))
