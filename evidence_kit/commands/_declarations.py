"""The declaration of facts by a named person, from flags or asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._wiring import Setting
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.accession.provenance import Saying

SaidBy = Annotated[str | None, typer.Option("--said-by", metavar="NAME")]
SaidAs = Annotated[str | None, typer.Option("--said-as", metavar="ROLE")]
Words = Annotated[str | None, typer.Option("--words", metavar="TEXT")]


def saying(setting: Setting, said_by: str | None, said_as: str | None, words: str | None) -> Saying:
    """Return the person who declares a fact; at a terminal, asked for where no flag names one.

    Raises:
        UsageError: Name or role is missing, or the role is none.
    """
    from evidence_kit.workflows.accession.provenance import SPEAKERS, Saying

    name = setting.ask(said_by, "ask.said-by", "--said-by")
    role = one_of(setting.ask(said_as, "ask.said-as", "--said-as"), SPEAKERS, "--said-as")
    return Saying(name, role, words)


def one_of(given: str, known: tuple[str, ...], flag: str) -> str:
    """Return a value that is one of those known.

    Raises:
        UsageError: It is not.
    """
    value = given.strip().lower()
    if value not in known:
        raise UsageError("value-unknown", value=given, flag=flag, known=", ".join(known))
    return value
