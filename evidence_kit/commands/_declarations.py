"""The declaration of facts by a named person, from flags or asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._setting import Setting
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidence_kit.workflows.accession.provenance import Declarer, Screenshot

SaidBy = Annotated[str | None, typer.Option("--said-by", metavar="NAME")]
SaidAs = Annotated[str | None, typer.Option("--said-as", metavar="ROLE")]
Words = Annotated[str | None, typer.Option("--words", metavar="TEXT")]
TakenBy = Annotated[str | None, typer.Option("--taken-by", metavar="WHO")]
TakenOn = Annotated[str | None, typer.Option("--taken-on", metavar="DEVICE")]
TakenWhen = Annotated[str | None, typer.Option("--taken-when", metavar="WHEN")]
StillThere = Annotated[str | None, typer.Option("--still-there", metavar="yes|no|unknown")]


def declared_by(setting: Setting, said_by: str | None, said_as: str | None, words: str | None) -> Declarer:
    """Return the person who declares a fact; at a terminal, asked for where no flag names one.

    Raises:
        UsageError: Name or role is missing, or the role is none.
    """
    from evidence_kit.workflows.accession.provenance import SPEAKERS, Declarer

    name = setting.given_or_asked(said_by, "ask.said-by", "--said-by")
    role = known_value(setting.choose(said_as, "ask.said-as", "--said-as", "said-as", SPEAKERS), SPEAKERS, "--said-as")
    return Declarer(name, role, words)


def screenshot(
    taken_by: str | None, taken_on: str | None, taken_when: str | None, still_there: str | None
) -> Screenshot:
    """Return the declared facts about screenshots.

    Args:
        taken_by: Who took them.
        taken_on: On which device.
        taken_when: When, in the words of whoever says so.
        still_there: Whether the conversation still exists on the device, as typed.

    Raises:
        UsageError: The last is none of the three words.
    """
    from evidence_kit.workflows.accession.provenance import STILL_THERE, Screenshot

    there = None if still_there is None else known_value(still_there, STILL_THERE, "--still-there")
    return Screenshot(taken_by, taken_on, taken_when, there)


def known_value(given: str, known: tuple[str, ...], flag: str) -> str:
    """Return a value that is one of those known.

    Raises:
        UsageError: It is not.
    """
    value = given.strip().lower()
    if value not in known:
        raise UsageError("value-unknown", value=given, flag=flag, known=", ".join(known))
    return value


def purpose_of(setting: Setting, purpose: str | None, known: tuple[str, ...]) -> None:
    """Refuse a purpose that is none, or that nobody is there to name, before anything is unlocked.

    Raises:
        UsageError: It is none, or missing.
    """
    setting.need("--for", purpose)
    if purpose is not None and purpose.strip().lower() not in known:
        raise UsageError("purpose-unknown", purpose=purpose, known=", ".join(known))


def chosen_pictures(chosen: str | None) -> str:
    """Return how a paper shows pictures, `none` where nobody says.

    Raises:
        UsageError: There is no such way.
    """
    from evidence_kit.workflows.reporting.make import PICTURES

    if chosen is not None and chosen not in PICTURES:
        raise UsageError("report-pictures-unknown", pictures=chosen)
    return chosen or PICTURES[0]


def chosen_provisions(chosen: Sequence[str] | None) -> tuple[str, ...]:
    """Return the ids of provisions that were named, each once.

    Raises:
        UsageError: There is no such provision.
    """
    from evidence_kit.workflows.reporting.suggestions import provisions_named

    return provisions_named(chosen or ())
