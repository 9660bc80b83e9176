"""`evidence-kit links join|show|remove|leave-out|ask|answer|read`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import case_folder, command
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.workflows.case.station import Station


class Action(StrEnum):
    """An action on the association's links."""

    JOIN = "join"
    SHOW = "show"
    REMOVE = "remove"
    LEAVE_OUT = "leave-out"
    ASK = "ask"
    ANSWER = "answer"
    READ = "read"


_OF_A_CASE = frozenset({Action.SHOW, Action.REMOVE, Action.ASK})
_OF_A_FILE = frozenset({Action.ANSWER, Action.READ})
_ACTIONS = "|".join(each.value for each in Action)


@command
def links(
    setting: Setting,
    action: Annotated[Action, typer.Argument(metavar=_ACTIONS, show_default=False)],
    case: Annotated[str | None, typer.Argument(metavar="[CASE|FILE]", show_default=False)] = None,
    recovery_key: Annotated[Path | None, typer.Option("--recovery-key", metavar="FILE")] = None,
    set_file: Annotated[Path | None, typer.Option("--set", metavar="FILE")] = None,
    value: Annotated[str | None, typer.Option("--value", metavar="TEXT")] = None,
    again: Annotated[bool, typer.Option("--again")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE")] = None,
) -> None:
    """Show which numbers, accounts and pictures of a case occur in other cases of the association."""
    if (action in _OF_A_CASE | _OF_A_FILE) == (case is None):
        raise UsageError("links-case", action=action.value)
    if out is None and action in {Action.ASK, Action.ANSWER}:
        raise UsageError("needed", fact="out", flag="--out")
    station = setting.station()
    if action in _OF_A_FILE | {Action.ASK}:
        from evidence_kit.commands import _partners_view as partners

        if action is Action.ASK:
            partners.ask(setting, station, case or "", out or Path())
        elif action is Action.ANSWER:
            partners.answer(setting, station, Path(case or ""), out or Path())
        else:
            partners.read(setting, station, Path(case or ""))
        return
    if action is Action.JOIN:
        _join(setting, station, recovery_key, set_file)
    elif action is Action.LEAVE_OUT:
        setting.need("--value", value)
        _leave_out(setting, station, value, again=again)
    elif action is Action.SHOW:
        _show(setting, station, case or "")
    else:
        _remove(setting, station, case or "")


def _join(setting: Setting, station: Station, recovery_key: Path | None, set_file: Path | None) -> None:
    from evidence_kit.commands._recovery_paper import typed_key
    from evidence_kit.commands.recover import recovery_key_in
    from evidence_kit.workflows.linking.association import join_links

    key = setting.unlocked_key(station)
    recovery = typed_key(setting) if recovery_key is None else recovery_key_in(recovery_key)
    if recovery.public != station.recovery:
        raise UsageError("recovery-of-another", fingerprint=recovery.public.fingerprint)
    joined = join_links(station, key, recovery, set_file, setting.world())
    setting.screen.show("links.joined", path=str(joined.path))
    setting.screen.document({"action": "join", "set": str(joined.path)})


def _show(setting: Setting, station: Station, case: str) -> None:
    from evidence_kit.commands._links_view import case_identifiers, show_links
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.linking.association import association_links
    from evidence_kit.workflows.linking.case_links import refuse_without_consent, update_links

    folder = case_folder(setting, case)
    key = setting.unlocked_key(station)
    joined = association_links(station, key)
    opened = read_case(folder, key, station)
    refuse_without_consent(opened.opened, opened.id)
    found, whole = case_identifiers(setting, opened)
    done = update_links(opened, found, joined, setting.world())
    show_links(setting.screen, done)
    setting.screen.document({"action": "show", **done.document(opened.id)})
    if not whole:
        raise typer.Exit(Exit.INCOMPLETE)


def _remove(setting: Setting, station: Station, case: str) -> None:
    from evidence_kit.workflows.linking.association import association_links
    from evidence_kit.workflows.linking.case_links import remove_case

    folder = case_folder(setting, case)
    joined = association_links(station, setting.unlocked_key(station))
    was_in = remove_case(folder.root.name, joined, setting.world())
    setting.screen.show("links.removed" if was_in else "links.not-in", case=folder.root.name)
    setting.screen.document({"action": "remove", "case": folder.root.name, "removed": was_in})


def _leave_out(setting: Setting, station: Station, value: str | None, *, again: bool) -> None:
    from evidence_kit.workflows.linking.association import association_links
    from evidence_kit.workflows.linking.case_links import leave_out

    key: SigningKey = setting.unlocked_key(station)
    joined = association_links(station, key)
    text = setting.given_or_asked(value, "ask.links-value", "--value")
    while not (named := leave_out(text, joined, setting.world(), again=again)):
        if value is not None:
            raise UsageError("links-no-value")
        setting.screen.failed(UsageError("links-no-value"))
        text = setting.screen.ask("ask.links-value")
    for kind, each in named:
        said = "links.counts-again" if again else "links.left-out"
        setting.screen.show(said, type=setting.screen.sentence(f"identifiers.type.{kind}"), value=each)
    rows = [{"type": kind, "value": each} for kind, each in named]
    setting.screen.document({"action": "leave-out", "identifiers": rows, "again": again})
