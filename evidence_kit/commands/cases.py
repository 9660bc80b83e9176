"""`evidence-kit cases`."""

from __future__ import annotations

from dataclasses import asdict

from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command


@command
def cases(setting: Setting) -> None:
    """List all cases of this station, as far as they can be seen without a key."""
    from evidence_kit.workflows.reading.overview import overviews

    station, today = setting.station(), setting.world().clock.now().astimezone().date()
    found = list(overviews(station.cases))
    until = {each.case: station.kept_until(each.case) for each in found}
    due = {case: day for case, day in until.items() if day is not None and day <= today}
    setting.screen.document({"cases": [{**asdict(each), "due": each.case in due} for each in found]})
    if setting.screen.json:
        return
    if not found:
        setting.screen.show("cases.none")
        return
    rows = [
        (
            each.case,
            setting.screen.sentence(f"state.{each.state}"),
            str(each.items),
            (each.last or "")[:16].replace("T", " "),
        )
        for each in found
    ]
    columns = ("column.case", "column.state", "column.items", "column.last")
    with setting.screen.listing():
        setting.screen.table(columns, rows, right=(2,))
    for case, day in due.items():
        setting.screen.warn("retention.due-case", case=case, date=day.isoformat())
