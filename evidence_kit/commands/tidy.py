"""`evidence-kit tidy CASE [PATH...]`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._declarations import Words
from evidence_kit.commands._screen import byte_count
from evidence_kit.commands._wiring import CaseArgument, Setting, case_command, case_folder
from evidence_kit.errors import Exit
from evidence_kit.model import Json

if TYPE_CHECKING:
    from evidence_kit.workflows.case.write import CaseWriter
    from evidence_kit.workflows.upkeep.tidy import LawyersWord, PlainFile

_SHOWN = 20


@case_command
def tidy(
    setting: Setting,
    case: CaseArgument,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH...]", show_default=False)] = None,
    delete_confirmed: Annotated[bool, typer.Option("--delete-confirmed")] = False,
    witnessed_by: Annotated[str | None, typer.Option("--witnessed-by", metavar="LAWYER")] = None,
    words: Words = None,
) -> None:
    """List plain copies of a case that still lie on this computer or a stick, and delete them on yes."""
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.upkeep.tidy import LawyersWord

    folder, station = case_folder(setting, case), setting.station()
    key = setting.key(station)
    word = None if witnessed_by is None else LawyersWord(witnessed_by, words)
    with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
        left = tidy_up(setting, writer, paths or (), word, confirmed=delete_confirmed)
    if left:
        raise typer.Exit(Exit.INCOMPLETE)


def tidy_up(
    setting: Setting, writer: CaseWriter, paths: Sequence[Path], word: LawyersWord | None, *, confirmed: bool = False
) -> int:
    """List plain copies, ask, delete; return the number of copies left against the person's word."""
    from evidence_kit.intake.mounts import mount_table
    from evidence_kit.workflows.accession.ingest import total_bytes
    from evidence_kit.workflows.upkeep.tidy import delete_plain, may_delete, plain_files, sources_of

    screen = setting.screen
    sources = list(paths) or sources_of(writer.manifest)
    if not sources:
        screen.tell("tidy.no-sources")
    mounts, found = mount_table(), []
    with screen.progress("tidy.progress", total_bytes([each for each in sources if each.exists()])) as on_bytes:
        for plain in plain_files(writer.case, setting.station(), sources, mounts):
            on_bytes(plain.size_bytes)
            found.append(plain)
            screen.document(_row(plain, "found"))
    _tell(setting, found)
    going = [plain for plain in found if may_delete(plain, word)]
    sure = bool(going) and (confirmed or (setting.asks and screen.agree("ask.tidy", count=len(going))))
    deleted = 0
    if sure:
        for plain, gone in delete_plain(writer, going, sources, word):
            deleted += gone
            screen.document(_row(plain, "deleted" if gone else "not-deleted"))
            if not gone:
                screen.warn("tidy.not-deleted", path=str(plain.path))
        screen.tell("tidy.deleted", count=deleted)
    elif going:
        screen.tell("tidy.only-listed")
    if found:
        screen.tell("tidy.elsewhere")
    facts: dict[str, Json] = {"done": "tidy", "case": writer.case.id, "found": len(found), "deleted": deleted}
    screen.document(facts)
    return len(going) - deleted if sure else 0


def _tell(setting: Setting, found: Sequence[PlainFile]) -> None:
    """Say, state by state, how much lies where."""
    from evidence_kit.workflows.upkeep.tidy import PlainState

    screen = setting.screen
    for state in PlainState:
        those = [plain for plain in found if plain.state is state]
        if not those:
            continue
        total = sum(plain.size_bytes for plain in those)
        tell = screen.warn if state in {PlainState.STORE_DAMAGED, PlainState.STORE_UNREAD} else screen.tell
        tell(f"tidy.state.{state.value}", count=len(those), size=byte_count(total))
        for plain in those[:_SHOWN]:
            screen.tell("tidy.line", path=str(plain.path))
        if len(those) > _SHOWN:
            screen.tell("tidy.more", count=len(those) - _SHOWN)
    if not found:
        screen.tell("tidy.nothing")


def _row(plain: PlainFile, outcome: str) -> Json:
    digest = None if plain.sha256 is None else plain.sha256.hex
    return {
        "outcome": outcome,
        "path": str(plain.path),
        "state": plain.state.value,
        "item": plain.item,
        "size": plain.size_bytes,
        "sha256": digest,
    }
