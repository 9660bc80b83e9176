"""`evidence-kit new`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._answers import choice, number_in
from evidence_kit.commands._declarations import known_value
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.case.new import ConsentGiven


_KNOWN_BY = ("told", "card", "guardian")


@command
def new(
    setting: Setting,
    age: Annotated[str | None, typer.Option(metavar="adult|minor|unknown")] = None,
    age_known_by: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    consent: Annotated[list[str] | None, typer.Option(metavar="PURPOSE")] = None,
    consent_on: Annotated[str | None, typer.Option(metavar="DATE")] = None,
    consent_by: Annotated[str | None, typer.Option(metavar="WHO")] = None,
    consent_reference: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    guardian: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    guardian_relation: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    guardian_document: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    pseudonym: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    retention: Annotated[str | None, typer.Option(metavar="DATE")] = None,
    reference: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    minor_media: Annotated[str, typer.Option(metavar="witness|refuse|keep")] = "witness",
    minor_media_by: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    minor_media_why: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    case_id: Annotated[str | None, typer.Option("--id", metavar="ID")] = None,
) -> None:
    """Open a case and print its id."""
    from evidence_kit.workflows.case.new import AGE_BANDS, MINOR_MEDIA, CaseOpening, Guardian
    from evidence_kit.workflows.case.untold import opened_once

    station = setting.station()
    setting.need("--age", age)
    setting.need("--age-known-by", age_known_by)
    if age is not None and age.strip().lower() not in AGE_BANDS:
        raise UsageError("age-unknown", age=age)
    key = setting.unlocked_key(station)
    band, known_by = age_asked(setting, age, age_known_by)
    answering = None
    if guardian is not None:
        relation = setting.given_or_asked(guardian_relation, "ask.guardian-relation", "--guardian-relation")
        answering = Guardian(guardian, relation, guardian_document)
    today = setting.world().clock.now().astimezone().date()
    on = day(consent_on, "--consent-on") or today
    said_by = consent_by or ("guardian" if answering is not None else "person")
    policy, decided = known_value(minor_media, MINOR_MEDIA, "--minor-media"), None
    if policy != MINOR_MEDIA[0]:
        decided = (
            setting.given_or_asked(minor_media_by, "ask.said-by", "--minor-media-by"),
            setting.given_or_asked(minor_media_why, "ask.why", "--minor-media-why"),
        )
    about = CaseOpening(
        age_band=band,
        age_known_by=known_by,
        consents=[_given(purpose, on, said_by, consent_reference) for purpose in consent or ()],
        guardian=answering,
        pseudonym=pseudonym,
        retention=day(retention, "--retention"),
        reference=reference,
        minor_media=policy,
        minor_media_by=decided,
    )
    with opened_once(station, key, about, setting.world(), case_id) as opened:
        case = opened.case
        if opened.before:
            setting.screen.show("again.done", line=1)
        setting.screen.show("new.done", case=case.id, path=str(case.folder.root))
        if band != "adult" and policy != "keep":
            setting.screen.show("new.careful" if policy == MINOR_MEDIA[0] else "ingest.careful-refuse")
        lines = case.custody.signed_lines
        setting.screen.document({"case": case.id, "path": str(case.folder.root), "lines": lines})


def age_asked(setting: Setting, age: str | None = None, known_by: str | None = None) -> tuple[str, str]:
    """Return the age band and how it is known: by flags, or as a person answers."""
    from evidence_kit.workflows.case.new import AGE_BANDS

    band, screen = setting.choose(age, "ask.age", "--age", "age", AGE_BANDS), setting.screen
    while not known_by:
        setting.need("--age-known-by")
        answer = screen.ask_once("ask.age-known-by", below=screen.choices("known-by", _KNOWN_BY)) or ""
        if number_in(answer) is None:
            known_by = answer
        elif (meant := choice(answer, "known-by", _KNOWN_BY)) is not None:
            known_by = screen.sentence(f"choice.known-by.{meant}")
        if not known_by:
            screen.warn("ask.not-understood")
    return band, known_by


def day(text: str | None, flag: str) -> date | None:
    """Return a date given as YYYY-MM-DD.

    Raises:
        UsageError: It is none.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("date-malformed", date=text or "", flag=flag) from error


def _given(purpose: str, on: date, said_by: str, reference: str | None) -> ConsentGiven:
    from evidence_kit.workflows.case.new import CONSENTS, ConsentGiven

    if purpose not in CONSENTS:
        raise UsageError("purpose-unknown", purpose=purpose, known=", ".join(CONSENTS))
    return ConsentGiven(purpose, given=True, on=on, said_by=said_by, reference=reference)
