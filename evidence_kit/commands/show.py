"""`evidence-kit show CASE ITEM`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._retention import retention_due
from evidence_kit.commands._reveal import reveal as show_to_the_eye
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import EvidenceError, Exit, UsageError
from evidence_kit.model import Json

if TYPE_CHECKING:
    from evidence_kit.commands._screen import Screen
    from evidence_kit.custody.manifest import Manifest
    from evidence_kit.workflows.case.outcome import ChatRead
    from evidence_kit.workflows.case.read import Case


# Facts whose values are words of the kit.
_CLOSED = frozenset({"age_band", "minor_media", "status", "readers", "said_by", "purpose"})


@case_command
def show(
    setting: Setting,
    case: CaseArgument,
    item: Annotated[str | None, typer.Argument(metavar="ITEM", show_default=False)] = None,
    all_: Annotated[bool, typer.Option("--all")] = False,
    reveal: Annotated[str | None, typer.Option("--reveal", metavar="REASON")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    recheck: Annotated[bool, typer.Option("--recheck")] = False,
) -> None:
    """Show a case, or one item with everything known about it; the picture itself only with a reason."""
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.reading.overview import everything_about, evidence_of

    folder, station = case_folder(setting, case), setting.station()
    if reveal is not None:
        if item is None or not reveal.strip():
            raise UsageError("reveal-what")
        show_to_the_eye(setting, folder, item, reveal.strip(), out)
        return
    opened = read_case(folder, setting.unlocked_key(station), setting.memory(station))
    if recheck:
        _recheck(setting, opened)
        return
    manifest = opened.opened
    retention_due(setting, manifest)
    if manifest.goes_on_with not in {None, station.public.fingerprint}:
        setting.screen.warn("show.handed-on", fingerprint=manifest.goes_on_with or "")
    facts = _case(manifest, opened.id) if item is None else everything_about(evidence_of(manifest, item, opened.id))
    setting.screen.document(facts)
    if setting.screen.json:
        return
    with setting.screen.listing():
        if item is None or all_ or "sha256" not in facts:
            _draw(setting, facts, 0)
        else:
            from evidence_kit.commands import _item_view

            _item_view.show_item(setting.screen, facts, opened.id, _chat_of(manifest, str(facts["item"])))


def _recheck(setting: Setting, case: Case) -> None:
    """Name the objects of a minor's case that today's rule would not copy; exit with 3 when there are any.

    What is damaged or cannot be read now is told, with its own exit code, and does not keep the rest from being named.
    """
    from evidence_kit.workflows.upkeep.beyond_rule import beyond_the_rule

    screen, codes = setting.screen, [Exit.DONE]

    def unread(error: EvidenceError) -> None:
        screen.failed(error)
        codes.append(error.exit_code)

    found = list(beyond_the_rule(case, unread))
    for item in found:
        screen.show("show.recheck-item", item=item.id, kind=item.kind, path=item.place.path)
    if found:
        screen.show("show.recheck-do", count=len(found), case=case.id, items=" ".join(item.id for item in found))
    elif len(codes) == 1:
        screen.show("show.recheck-none")
    listed: list[Json] = [
        {
            "item": item.id,
            "path": item.place.path,
            "kind": item.kind,
            "size": item.size_bytes,
            "sha256": item.sha256.hex,
        }
        for item in found
    ]
    screen.document({"case": case.id, "beyond_the_rule": listed, "not_rechecked": len(codes) - 1})
    if found:
        codes.append(Exit.INCOMPLETE)
    # Damage counts before what could not be read, and that before what was found.
    worst = Exit.BROKEN if Exit.BROKEN in codes else max(codes)
    if worst is not Exit.DONE:
        raise typer.Exit(worst)


def _chat_of(manifest: Manifest, item: str) -> ChatRead | None:
    """Return the facts of an item as an export of messages; None where it was none."""
    from evidence_kit.workflows.reading.coverage import chat_read

    told = [entry for entry in manifest.entries.get("chat.parsed", ()) if str(entry.facts["item"]) == item]
    return chat_read(item, manifest.items[item].place, told[-1].facts) if told else None


def _case(manifest: Manifest, case: str) -> dict[str, Json]:
    closed = {"clear", "salt", "type", "by", "kit"}
    facts = {key: value for key, value in manifest.facts.items() if key not in closed}
    newest = {each.purpose: each for each in manifest.consents}
    return {
        "case": case,
        **facts,
        "consent": {
            purpose: {"given": each.given, "on": each.on, "said_by": each.facts.get("said_by")}
            for purpose, each in newest.items()
        },
        "items": len(manifest.items),
        "witnessed": len(manifest.not_copied),
        "for_the_lawyer": [item.id for item in manifest.included if item.for_the_lawyer],
        "destroyed": [
            {
                "items": list(each.facts["clear"]["objects"]),
                "reason": each.facts["reason"],
                "by": list(each.facts["agreed_by"]),
            }
            for each in manifest.entries.get("destroyed", ())
        ],
        "refused": len(manifest.refused),
        "seals": [{"archive": each.facts["archive"], "time": each.time} for each in manifest.entries.get("sealed", ())],
        "notes": [
            {"line": each.line, "text": each.facts["text"], "readers": each.facts["readers"]}
            for each in manifest.entries.get("note", ())
        ],
    }


def _draw(setting: Setting, value: Json, depth: int) -> None:
    """Draw nested facts in the person's language, names indented; every value made harmless."""
    if not isinstance(value, dict):
        return
    screen, indent = setting.screen, "  " * depth
    for name, inner in value.items():
        if isinstance(inner, dict):
            screen.result(indent + screen.pair(_label(screen, name), ""))
            _draw(setting, inner, depth + 1)
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            screen.result(indent + screen.pair(_label(screen, name), ""))
            for each in inner:
                shown = (screen.pair(_label(screen, key), _value(screen, key, part)) for key, part in each.items())
                screen.result(f"{indent}  {' · '.join(shown)}")
        elif inner not in (None, [], {}):
            screen.result(indent + screen.pair(_label(screen, name), _value(screen, name, inner)))


def _label(screen: Screen, name: str) -> str:
    """Return the name of a fact in the person's language; a name that the kit never gave stays as it is."""
    for sentence in (f"fact.{name}", f"fact.value.{name}"):
        if screen.knows(sentence):
            return screen.sentence(sentence)
    return name.replace("_", " ")


def _value(screen: Screen, name: str, value: Json) -> str:
    """Return a value in the person's language where the kit chose the word; people's own words stay as they are."""
    if isinstance(value, list):
        return ", ".join(_value(screen, name, each) for each in value)
    sentence = f"fact.value.{value}"
    ours = name in _CLOSED or isinstance(value, bool)
    return screen.sentence(sentence) if ours and screen.knows(sentence) else str(value)
