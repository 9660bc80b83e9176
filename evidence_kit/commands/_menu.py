"""The short menu: the next steps at this station, a line each, and the one that a person chooses."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from evidence_kit.commands._answers import number_in
from evidence_kit.commands._screen import Screen

if TYPE_CHECKING:
    from evidence_kit.workflows.case.station import Station

LEAVING: Final = frozenset({"exit", "quit", "q", "quitter", "خروج"})
"""What people type to leave."""


def menu_lines(station: Station | None) -> list[list[str]]:
    """Return the command lines of the menu, in their order."""
    return [arguments for _, arguments in _entries(station)]


def show_menu(screen: Screen, station: Station | None, *, numbered: bool) -> None:
    """Show the next steps.

    Args:
        screen: Where.
        station: This station, None where there is none yet.
        numbered: A number can be typed; else it would be one more thing that does nothing.
    """
    screen.line()
    for number, (what, arguments) in enumerate(_entries(station), start=1):
        mark = f"{number}  " if numbered else ""
        screen.line(f"  {mark}{screen.sentence(f'menu.{what}')}\n       evidence-kit {' '.join(arguments)}")
    screen.line()
    screen.line(screen.sentence("menu.more"))


def chosen_line(screen: Screen, station: Station | None, commands: Collection[str]) -> list[str]:
    """Ask which of the steps is to begin; return its command line, empty where a person only presses Enter.

    Args:
        screen: Where.
        station: This station, None where there is none yet.
        commands: Names of all commands; any other word is asked for again, so that the next one is not typed into the
            shell.
    """
    while True:
        typed = screen.ask_line("ask.menu")
        arguments = typed_line(typed, menu_lines(station))
        if arguments is None:
            screen.warn("session.quotes")
        elif not arguments or arguments[0].casefold() in LEAVING:
            return []
        elif arguments[0] in commands or arguments[0].startswith("-"):
            return arguments
        else:
            screen.warn("ask.not-understood")


def typed_line(line: str, offered: list[list[str]]) -> list[str] | None:
    """Return the arguments of a typed line: a number of the menu, or a command; None when quotes do not close."""
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    if words[:1] == ["evidence-kit"]:
        words = words[1:]
    number = number_in(words[0]) if len(words) == 1 else None
    return offered[number - 1] if number is not None and 1 <= number <= len(offered) else words


def _entries(station: Station | None) -> list[tuple[str, list[str]]]:
    from evidence_kit.workflows.reading.overview import overviews

    if station is None:
        return [("setup", ["setup"]), ("demo", ["demo"]), ("verify", ["help", "lawyer"])]
    entries = [("new", ["intake"])]
    newest = max((each.case for each in overviews(station.cases)), default=None)
    if newest is not None:
        short = newest.rpartition("-")[2].lstrip("0") or "0"
        entries += [
            ("go-on", ["intake", short]),
            ("show", ["show", short]),
            ("backup", ["backup", short]),
            ("seal", ["seal", short, "--for", "lawyer"]),
        ]
    return [*entries, ("cases", ["cases"])]
