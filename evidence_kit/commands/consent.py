"""`evidence-kit consent CASE PURPOSE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._answers import choice, number_in
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.commands.new import day
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.case.new import Guardian
    from evidence_kit.workflows.case.write import CaseWriter


@case_command
def consent(
    setting: Setting,
    case: CaseArgument,
    purpose: Annotated[str, typer.Argument(metavar="PURPOSE", show_default=False)],
    withdraw: Annotated[bool, typer.Option("--withdraw")] = False,
    by: Annotated[str | None, typer.Option(metavar="WHO")] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE")] = None,
    reference: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    guardian: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    guardian_relation: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
) -> None:
    """Record a consent, or its withdrawal."""
    from evidence_kit.workflows.case import record
    from evidence_kit.workflows.case.new import CONSENTS, ConsentGiven, Guardian
    from evidence_kit.workflows.case.write import writing

    if purpose not in CONSENTS:
        raise UsageError("purpose-unknown", purpose=purpose, known=", ".join(CONSENTS))
    folder, station, world = case_folder(setting, case), setting.station(), setting.world()
    setting.need("--by", by)
    key = setting.unlocked_key(station)
    said_by = by or _said_by(setting)
    said_on = day(on, "--on") or world.clock.now().astimezone().date()
    answering = None
    if guardian is not None:
        relation = setting.given_or_asked(guardian_relation, "ask.guardian-relation", "--guardian-relation")
        answering = Guardian(guardian, relation)
    with writing(folder, key, station, world, setting.accept_older) as writer:
        if answering is None and not withdraw:
            answering = _guardian_asked(setting, writer)
        given = ConsentGiven(purpose, given=not withdraw, on=said_on, said_by=said_by, reference=reference)
        line = record.record_consent(writer, given, answering)
    name = "consent.withdrawn" if withdraw else "consent.given"
    setting.screen.show(
        name, purpose=setting.screen.sentence(f"fact.value.{purpose}"), case=folder.root.name, line=line
    )
    setting.screen.document({"case": folder.root.name, "purpose": purpose, "given": not withdraw, "line": line})
    if withdraw and purpose in {"links", "partners"}:
        from evidence_kit.commands._links_view import taken_out_of_links

        if not taken_out_of_links(setting, station, key, folder.root.name, partners_only=purpose == "partners"):
            raise typer.Exit(Exit.INCOMPLETE)


def _said_by(setting: Setting) -> str:
    """Return who consents: the person, the guardian, or a name."""
    keys, screen = ("person", "guardian"), setting.screen
    while True:
        answer = screen.ask_once("ask.consent-by", below=screen.choices("consent-by", keys)) or ""
        meant = choice(answer, "consent-by", keys)
        if meant is not None or (answer and number_in(answer) is None):
            return meant or answer
        screen.warn("ask.not-understood")


def _guardian_asked(setting: Setting, writer: CaseWriter) -> Guardian | None:
    """Ask who the legal guardian is where a consent needs one and the case names none; None where nobody is known."""
    from evidence_kit.workflows.case.new import Guardian

    manifest, screen = writer.manifest, setting.screen
    if not setting.asks or manifest.age_band == "adult" or manifest.facts.get("guardian") is not None:
        return None
    name = screen.ask_once("ask.guardian")
    return None if name is None else Guardian(name, screen.ask("ask.guardian-relation"))
