"""`evidence-kit update CASE --why TEXT`."""

from __future__ import annotations

from typing import Annotated

import typer

from evidence_kit.commands._declarations import SaidBy, known_value
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.commands.new import age_asked, day
from evidence_kit.model import Json
from evidence_kit.tallies.dimensions import OUTCOMES


@case_command
def update(
    setting: Setting,
    case: CaseArgument,
    why: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    age: Annotated[str | None, typer.Option(metavar="adult|minor|unknown")] = None,
    age_known_by: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    guardian: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    guardian_relation: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    guardian_document: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    retention: Annotated[str | None, typer.Option(metavar="DATE")] = None,
    minor_media: Annotated[str | None, typer.Option(metavar="witness|refuse|keep")] = None,
    said_by: SaidBy = None,
    responsible: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    pseudonym: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    status: Annotated[str | None, typer.Option(metavar="open|closed")] = None,
    outcome: Annotated[str | None, typer.Option(metavar="|".join(OUTCOMES))] = None,
) -> None:
    """Record a change of the facts about a case, and why."""
    from evidence_kit.workflows.accession import declare
    from evidence_kit.workflows.case.new import AGE_BANDS, MINOR_MEDIA, Guardian
    from evidence_kit.workflows.case.write import writing

    folder, station = case_folder(setting, case), setting.station()
    setting.need("--why", why)
    key = setting.unlocked_key(station)
    changes: dict[str, Json] = {}
    if age is not None:
        known_value(age, AGE_BANDS, "--age")
        changes["age_band"], changes["age_known_by"] = age_asked(setting, age, age_known_by)
    if guardian is not None:
        relation = setting.given_or_asked(guardian_relation, "ask.guardian-relation", "--guardian-relation")
        changes["guardian"] = Guardian(guardian, relation, guardian_document).facts()
    if (until := day(retention, "--retention")) is not None:
        changes["retention"] = until.isoformat()
    reason = setting.given_or_asked(why, "ask.why", "--why")
    if minor_media is not None:
        changes["minor_media"] = policy = known_value(minor_media, MINOR_MEDIA, "--minor-media")
        changes["minor_media_by"] = None
        if policy != "witness":
            changes["minor_media_by"] = {
                "name": setting.given_or_asked(said_by, "ask.said-by", "--said-by"),
                "reason": reason,
            }
    changes |= {
        name: value
        for name, value in (
            ("responsible", responsible),
            ("pseudonym", pseudonym),
            ("outcome", None if outcome is None else known_value(outcome, OUTCOMES, "--outcome")),
            ("status", None if status is None else known_value(status, ("open", "closed"), "--status")),
        )
        if value is not None
    }
    with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
        updated = declare.update_case(writer, changes, reason)
    setting.screen.show("update.done", case=folder.root.name, line=updated.line)
    if updated.lie_here:
        setting.screen.warn("update.lie-here", count=len(updated.lie_here))
    facts: dict[str, Json] = {"case": folder.root.name, "line": updated.line, "changes": changes}
    setting.screen.document(facts | {"lie_here": list(updated.lie_here)})
