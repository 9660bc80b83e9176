"""`evidence-kit session`: one unlocking for many commands, typed at a prompt of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._keyboard import KEYBOARD
from evidence_kit.commands._menu import LEAVING, menu_lines, show_menu, typed_line
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._unlocked import HELD, RUN, HeldKey
from evidence_kit.commands._wiring import command
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.case.station import Station

_MOST_MINUTES = 60


@command
def session(
    setting: Setting,
    minutes: Annotated[int, typer.Option("--minutes", metavar="N", min=1, max=_MOST_MINUTES)] = 10,
) -> None:
    """Unlock once, then type commands without the passphrase; it is forgotten when nobody works for a while."""
    run, screen = RUN.get(), setting.screen
    if not setting.asks or run is None:
        raise UsageError("intake-needs-a-person")
    if HELD.get() is not None:
        raise UsageError("session-inside")
    station = setting.station_if_any() or _first_steps(setting, run)
    if station is None:
        return
    held = HeldKey(setting.unlocked_key(station), station.folder, minutes * 60.0)
    token = HELD.set(held)
    try:
        screen.show("session.begins", minutes=minutes)
        show_menu(screen, station, numbered=True)
        while (line := _line(screen, held.seconds_left)) is not None:
            arguments = typed_line(line, menu_lines(station))
            if arguments is None:
                screen.warn("session.quotes")
            elif not arguments:
                show_menu(screen, station, numbered=True)
            elif arguments[0].casefold() in LEAVING:
                break
            else:
                run([*arguments, *_carried(arguments, screen.language, station.folder)])
                held.touch()
        screen.show("session.ends")
    finally:
        held.forget()
        HELD.reset(token)


def _first_steps(setting: Setting, run: Callable[[Sequence[str]], int]) -> Station | None:
    """Offer the first steps until there is a station, and return it; None where a person leaves before."""
    screen = setting.screen
    show_menu(screen, None, numbered=True)
    while (line := _line(screen, lambda: _MOST_MINUTES * 60.0)) is not None:
        arguments = typed_line(line, menu_lines(None))
        if arguments is None:
            screen.warn("session.quotes")
            continue
        if arguments and arguments[0].casefold() in LEAVING:
            break
        if arguments and arguments[0] != "session":
            run([*arguments, *_carried(arguments, screen.language, setting.station_folder)])
            if (station := setting.station_if_any()) is not None:
                return station
        show_menu(screen, None, numbered=True)
    return None


def _line(screen: Screen, left: Callable[[], float]) -> str | None:
    """Return the next line; None at its end, at Ctrl-C, and when nobody typed before the time is over.

    Args:
        screen: Where a passphrase that was typed here is refused.
        left: How many seconds are left.
    """
    keyboard = KEYBOARD.get()
    try:
        while (line := keyboard.line_within(left(), "evidence-kit> ", "session.line")) is not None:
            if not keyboard.is_secret(line):
                return line.strip() if line and left() > 0 else None
            screen.warn("ask.is-secret")
    except KeyboardInterrupt:
        pass
    sys.stderr.write("\n")
    return None


def _carried(arguments: list[str], language: str, station: Path) -> list[str]:
    """Return the flags of the session that a command did not bring itself."""
    own = {"--lang": language, "--station": str(station)}
    given = {each.partition("=")[0] for each in arguments}
    return (
        []
        if given & {"--help", "-h", "--version"}
        else [part for flag, value in own.items() if flag not in given for part in (flag, value)]
    )
