"""The short menu: the next steps at this station, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_kit.commands._screen import Screen

if TYPE_CHECKING:
    from evidence_kit.workflows.case.station import Station


def menu_lines(station: Station | None) -> list[list[str]]:
    """Return the command lines of the menu, in their order."""
    return [arguments for _, arguments in _entries(station)]


def show_menu(screen: Screen, station: Station | None) -> None:
    """Show the next steps."""
    screen.line()
    for number, (what, arguments) in enumerate(_entries(station), start=1):
        screen.line(f"  {number}  {screen.sentence(f'menu.{what}')}\n       evidence-kit {' '.join(arguments)}")
    screen.line()
    screen.line(screen.sentence("menu.more"))


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
            ("backup", ["backup", short, "FOLDER"]),
            ("seal", ["seal", short, "--for", "lawyer", "--report"]),
        ]
    return [*entries, ("cases", ["cases"])]
