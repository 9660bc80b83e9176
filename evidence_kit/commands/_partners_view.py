"""Questions between associations at the screen: `links ask`, `links answer`, `links read`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from evidence_kit.commands._links_view import case_identifiers
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import case_folder
from evidence_kit.errors import Exit
from evidence_kit.workflows.checking.trusted_keys import trusted_names
from evidence_kit.workflows.linking import partners

if TYPE_CHECKING:
    from evidence_kit.workflows.case.station import Station


def ask(setting: Setting, station: Station, case: str, out: Path) -> None:
    """Write a question about a case.

    Args:
        setting: Screen and world.
        station: The station.
        case: The case, as it was typed.
        out: The new file.
    """
    from evidence_kit.workflows.case.read import read_case

    folder = case_folder(setting, case)
    key = setting.unlocked_key(station)
    opened = read_case(folder, key, station)
    partners.refuse_without_partners(opened)
    found, whole = case_identifiers(setting, opened)
    asked = partners.ask_partner(opened, found, partners.Desk(station, key, setting.world()), out)
    setting.screen.show("links.asked", count=asked.values, path=str(out))
    setting.screen.show("links.asked-how")
    setting.screen.document(
        {"action": "ask", "case": opened.id, "values": asked.values, "points": asked.points, "file": str(out)}
    )
    if not whole:
        raise typer.Exit(Exit.INCOMPLETE)


def answer(setting: Setting, station: Station, question: Path, out: Path) -> None:
    """Answer a question.

    Args:
        setting: Screen and world.
        station: The station.
        question: Its file.
        out: The new file.
    """
    from evidence_kit.workers.pool import Pool
    from evidence_kit.workers.worker import Worker
    from evidence_kit.workflows.linking.association import association_links

    asked = partners.known_file(question)
    name = partners.refuse_unknown_signer(asked, trusted_names(station.folder))
    key = setting.unlocked_key(station)
    links = association_links(station, key)
    with Pool(lambda: Worker(allowed=("evidence_kit.links.",)), workers=2) as pool:
        given = partners.answer_partner(asked, links, partners.Desk(station, key, setting.world()), out, pool)
    setting.screen.show("links.answered", name=name, path=str(out))
    setting.screen.show("links.answered-used", used=given.used, most=given.most)
    setting.screen.document(
        {"action": "answer", "association": given.asker, "asked_by": name, "points": given.points,
         "used": given.used, "most": given.most, "file": str(out)}
    )  # fmt: skip


def read(setting: Setting, station: Station, path: Path) -> None:
    """Show the count that an answer gives.

    Args:
        setting: Screen and world.
        station: The station.
        path: Its file.
    """
    answered = partners.known_file(path)
    name = partners.refuse_unknown_signer(answered, trusted_names(station.folder))
    found = partners.read_answer(answered, partners.Desk(station, setting.unlocked_key(station), setting.world()))
    screen = setting.screen
    said: dict[str, str | int] = {"association": found.association, "values": found.values, "case": found.case}
    if found.known:
        screen.result(screen.sentence("links.known", count=found.known, **said))
        screen.result(screen.sentence("links.known-call", answers=found.answers, name=name))
    else:
        screen.result(screen.sentence("links.known-none", **said))
    screen.show("links.known-limits")
    screen.document(
        {"action": "read", "case": found.case, "values": found.values, "known": found.known,
         "association": found.association, "answers": found.answers, "signed_by": name}
    )  # fmt: skip
