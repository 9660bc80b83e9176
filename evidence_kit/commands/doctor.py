"""`evidence-kit doctor`."""

from __future__ import annotations

import shutil

import typer

from evidence_kit.commands._processes import isolated_worker
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command
from evidence_kit.errors import Exit
from evidence_kit.model import Json

_COLUMNS, _LINES = 60, 20


@command
def doctor(setting: Setting) -> None:
    """Say whether this computer is fit for its work, and how to mend its faults."""
    from evidence_kit.workflows.upkeep.doctor import Checked, Health, check_computer, check_isolation, check_libraries

    screen = setting.screen
    with isolated_worker() as worker:
        libraries = check_libraries(worker)
        isolation = check_isolation(worker.isolation, lambda guard: screen.sentence(f"doctor.guard.{guard}"))
    checks = list(check_computer(setting.station_folder, setting.station_if_any(), setting.world().clock.now()))
    checks += [libraries, isolation]
    if screen.watched:
        size = shutil.get_terminal_size()
        fits = size.columns >= _COLUMNS and size.lines >= _LINES
        checks.append(Checked("window", Health.WELL if fits else Health.ILL))
    rows: list[Json] = []
    for each in checks:
        name = f"doctor.{each.name}"
        what = screen.sentence(f"{name}.{each.health.value}", **each.values)
        mend = None if each.health is Health.WELL else screen.sentence(f"{name}.do", **each.values)
        rows.append({"check": each.name, "health": each.health.value, "what": what, "do": mend})
        screen.result(f"{'✓' if each.health is Health.WELL else '!' if each.health is Health.ILL else '?'} {what}")
        if mend is not None:
            screen.result(f"    {mend}")
    screen.document({"checks": rows})
    if any(each.health is Health.ILL for each in checks):
        raise typer.Exit(Exit.INCOMPLETE)
