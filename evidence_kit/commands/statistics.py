"""`evidence-kit statistics [--from MONTH --to MONTH]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.tallies.release import Release
    from evidence_kit.workflows.case.station import Station
    from evidence_kit.workflows.counting.case_walk import SeenCase


@command
def statistics(
    setting: Setting,
    first: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM")] = None,
    leave_unread: Annotated[bool, typer.Option("--leave-unread")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
) -> None:
    """Count the cases of a period for training and partners, so that no case can be told from it."""
    if (first is None) != (last is None):
        raise UsageError("needed", fact="--from, --to", flag="--to" if last is None else "--from")
    if out is not None and first is None:
        raise UsageError("needed", fact="--from, --to", flag="--from")
    station = setting.station()
    if first is not None and last is not None:
        from evidence_kit.workflows.counting.releases import closed_period

        # Said before the passphrase is asked for.
        closed_period(first, last, _this_month(setting))
    key = setting.unlocked_key(station)
    if first is None or last is None:
        _list(setting, station, key)
        return
    _count(setting, station, key, (first, last), out, leave_unread=leave_unread)


def _this_month(setting: Setting) -> str:
    return setting.world().clock.now().isoformat()[:7]


def _list(setting: Setting, station: Station, key: SigningKey) -> None:
    from evidence_kit.workflows.counting.releases import told_releases

    told = told_releases(station, key)
    setting.screen.document({"periods": [{"from": each.first, "to": each.last, "cases": each.cases} for each in told]})
    if setting.screen.json:
        return
    if not told:
        setting.screen.show("statistics.none")
    for each in told:
        setting.screen.result(_period(setting, each))


def _count(
    setting: Setting,
    station: Station,
    key: SigningKey,
    months: tuple[str, str],
    out: Path | None,
    *,
    leave_unread: bool,
) -> None:
    from evidence_kit.workflows.case.plain_file import ensure_free
    from evidence_kit.workflows.counting.papers import write_release
    from evidence_kit.workflows.counting.releases import CountOrder, closed_period, told_or_counted

    if out is not None:
        ensure_free(out)
    world = setting.world()
    order = CountOrder(closed_period(*months, _this_month(setting)), leave_unread)
    try:
        release = told_or_counted(station, key, order, world)
    finally:
        _tell_uncounted(setting, order.seen)
    _show(setting, release)
    written = [] if out is None else write_release(release, setting.languages, out, world)
    for path in written:
        setting.screen.show("statistics.written", path=str(path))
    setting.screen.document({**release.document(), "files": [str(path) for path in written]})
    if any(each.error is not None for each in order.seen):
        raise typer.Exit(Exit.INCOMPLETE)


def _tell_uncounted(setting: Setting, seen: list[SeenCase]) -> None:
    """Name the cases that were not counted, to the person at the screen alone."""
    for each in seen:
        if each.why is not None:
            setting.screen.warn(f"statistics.uncounted.{each.why.value}", case=each.case)
            if each.error is not None:
                setting.screen.warn(f"error.{each.error.message_id}.what", **each.error.values)


def _period(setting: Setting, release: Release) -> str:
    first, last = release.first, release.last
    return setting.screen.sentence(
        "statistics.period", association=release.association, first=first, last=last, count=release.cases
    )


def _show(setting: Setting, release: Release) -> None:
    if setting.screen.json:
        return
    from evidence_kit.reports.tally_page import cell_name, not_counted
    from evidence_kit.words import catalogue

    screen, words = setting.screen, catalogue(setting.screen.language)
    with screen.listing():
        screen.result(_period(setting, release))
        for name, cells in release.tables.items():
            screen.result("")
            screen.result(screen.sentence(f"statistics.by.{name}"))
            for cell in cells or ():
                screen.write(screen.pair(cell_name(words, name, cell), str(cell.cases)), 2)
            if cells is None:
                screen.write(screen.sentence("statistics.page.nothing"), 2)
        screen.result("")
        screen.show("statistics.page.rule")
    if release.not_counted is not None:
        screen.result(not_counted(words, release.not_counted))
