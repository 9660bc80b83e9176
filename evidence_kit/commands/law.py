"""`evidence-kit law [PROVISION]`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import case_folder, command
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidence_kit.law.provisions import Provision


@command
def law(
    setting: Setting,
    provision: Annotated[str | None, typer.Argument(metavar="PROVISION", show_default=False)] = None,
    case: Annotated[str | None, typer.Option("--case", metavar="CASE")] = None,
) -> None:
    """List provisions as candidates for the lawyer, and where to turn."""
    from evidence_kit.law.provisions import provision as known
    from evidence_kit.law.provisions import provisions

    screen = setting.screen
    if provision is not None:
        try:
            _show(setting, [known(provision)])
        except KeyError as error:
            raise UsageError("provision-unknown", provision=provision) from error
        return
    screen.show("law.candidates")
    if case is not None:
        _show(setting, _suggested(setting, case))
        return
    _show(setting, provisions())
    _routes(setting)


def _suggested(setting: Setting, case: str) -> Sequence[Provision]:
    """Return the provisions that facts of a case suggest; the ledger of threats is read, and no conversation."""
    from evidence_kit.law.provisions import suggested
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.reporting.suggestions import facts_of

    folder, station = case_folder(setting, case), setting.station()
    return suggested(facts_of(read_case(folder, setting.unlocked_key(station), station).opened))


def _show(setting: Setting, listed: Sequence[Provision]) -> None:
    with setting.screen.listing():
        _each(setting, listed)


def _each(setting: Setting, listed: Sequence[Provision]) -> None:
    screen = setting.screen
    language = screen.language
    for each in listed:
        screen.document(
            {
                "id": each.id,
                "law": each.law,
                "article": each.article,
                "conduct": dict(each.conduct),
                "penalty": dict(each.penalty),
                "note": dict(each.note),
                "source": each.source,
                "checked": each.checked,
                "text_language": each.text_language,
                "awaits": each.awaits,
            }
        )
        if screen.json:
            continue
        screen.result(f"{each.id}  {each.title(language)}")
        screen.write(each.conduct[language], 4)
        if each.penalty:
            screen.write(screen.sentence("law.penalty", penalty=each.penalty[language]), 4)
        if each.note:
            screen.write(each.note[language], 4)
        said = screen.sentence(
            "law.source",
            source=cited(screen, each.source),
            checked=each.checked,
            language=screen.sentence(f"law.language.{each.text_language}"),
            awaits=cited(screen, each.awaits),
        )
        screen.write(said, 4)


def cited(screen: Screen, source: str) -> str:
    """Return how a source is called in the person's language; one that has no words yet stays as the table has it."""
    name = "law.cited." + re.sub(r"[^a-z0-9]+", "-", source.casefold()).strip("-")
    return screen.sentence(name) if screen.knows(name) else source


def _routes(setting: Setting) -> None:
    from evidence_kit.law.routes import routes

    screen = setting.screen
    if not screen.json:
        screen.result(screen.sentence("law.routes"))
    for each in routes():
        screen.document(
            {
                "id": each.id,
                "name": dict(each.name),
                "reach": each.reach,
                "checked": each.checked,
                "source": each.source,
            }
        )
        if screen.json:
            continue
        checked = (
            screen.sentence("law.checked", checked=each.checked)
            if each.printed
            else screen.sentence("law.unchecked", source=cited(screen, each.source))
        )
        screen.result(f"    {each.name[screen.language]}  {each.reach}".rstrip())
        screen.write(checked, 8)
