"""`evidence-kit tidy CASE [PATH...]`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._declarations import Words, known_value
from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit
from evidence_kit.model import Json

if TYPE_CHECKING:
    from evidence_kit.intake.mounts import Mount
    from evidence_kit.workflows.case.write import CaseWriter
    from evidence_kit.workflows.upkeep.tidy import LawyersWord, PlainFile

_SHOWN = 20
_WHOSE = ("ours", "theirs", "unknown")


@case_command
def tidy(
    setting: Setting,
    case: CaseArgument,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH...]", show_default=False)] = None,
    delete_confirmed: Annotated[bool, typer.Option("--delete-confirmed")] = False,
    witnessed_by: Annotated[str | None, typer.Option("--witnessed-by", metavar="LAWYER")] = None,
    words: Words = None,
    stick: Annotated[str | None, typer.Option("--stick", metavar="ours|theirs")] = None,
) -> None:
    """List plain copies of a case that still lie on this computer or a stick, and delete them on yes."""
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.upkeep.tidy import LawyersWord

    whose = None if stick is None else known_value(stick, _WHOSE[:2], "--stick")
    folder, station = case_folder(setting, case), setting.station()
    key = setting.unlocked_key(station)
    word = None if witnessed_by is None else LawyersWord(witnessed_by, words)
    with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
        left = tidy_up(setting, writer, paths or (), word, confirmed=delete_confirmed, stick=whose)
    if left:
        raise typer.Exit(Exit.INCOMPLETE)


def tidy_up(
    setting: Setting,
    writer: CaseWriter,
    paths: Sequence[Path],
    word: LawyersWord | None,
    *,
    confirmed: bool = False,
    stick: str | None = None,
) -> int:
    """List plain copies, ask, delete; return the number of copies left against the person's word.

    Args:
        setting: Screen and world.
        writer: The case.
        paths: Where to look; where the case was taken from when there are none.
        word: The lawyer's, about files that were only witnessed.
        confirmed: It was said before that what the case holds may go.
        stick: Whose a stick is, `ours` or `theirs`; asked for each where nobody said.
    """
    from evidence_kit.intake.mounts import mount_table
    from evidence_kit.workflows.accession.ingest import total_bytes
    from evidence_kit.workflows.upkeep.tidy import delete_plain, may_delete, plain_files, sources_of

    screen = setting.screen
    sources = list(paths) or sources_of(writer.manifest)
    if not sources:
        screen.show("tidy.no-sources")
    mounts, found = mount_table(), []
    with screen.progress("tidy.progress", total_bytes([each for each in sources if each.exists()])) as on_bytes:
        for plain in plain_files(writer.case, setting.station(), sources, mounts):
            on_bytes(plain.size_bytes)
            found.append(plain)
            screen.document(_row(plain, "found"))
    _tell(setting, found)
    may = [plain for plain in found if may_delete(plain, word)]
    going = _backed_up(setting, writer, _on_ours(setting, may, sources, mounts, stick))
    sure = bool(going) and (confirmed or (setting.asks and screen.agree("ask.tidy", count=len(going))))
    deleted = 0
    if sure:
        for plain, gone in delete_plain(writer, going, sources, word):
            deleted += gone
            screen.document(_row(plain, "deleted" if gone else "not-deleted"))
            if not gone:
                screen.warn("tidy.not-deleted", path=plain.shown)
        screen.show("tidy.deleted", count=deleted)
    elif going:
        screen.show("tidy.only-listed")
    if found:
        screen.show("tidy.elsewhere")
    facts: dict[str, Json] = {"done": "tidy", "case": writer.case.id, "found": len(found), "deleted": deleted}
    screen.document(facts)
    return len(may) - deleted if sure or confirmed else 0


def _on_ours(
    setting: Setting, may: list[PlainFile], sources: Sequence[Path], mounts: Sequence[Mount], stick: str | None
) -> list[PlainFile]:
    """Return the files that do not lie on a foreign stick."""
    from evidence_kit.intake.mounts import MediumKind, medium_of

    going = may
    for source in sources:
        there = [plain for plain in going if plain.path == source or source in plain.path.parents]
        if not there or medium_of(source, mounts) is not MediumKind.REMOVABLE:
            continue
        whose = stick or ("unknown" if not setting.asks else None)
        whose = whose or setting.screen.choose("ask.stick-whose", "stick", _WHOSE, path=str(source))
        if whose != "ours":
            setting.screen.warn("tidy.not-ours", path=str(source))
            going = [plain for plain in going if plain not in there]
    return going


def _backed_up(setting: Setting, writer: CaseWriter, going: list[PlainFile]) -> list[PlainFile]:
    """Return the files whose loss here a verified backup would outlive; without one, only pages that show an item."""
    from evidence_kit.workflows.upkeep.backup import holds_all
    from evidence_kit.workflows.upkeep.tidy import PlainState

    if holds_all(writer.manifest):
        return going
    pages = [plain for plain in going if plain.state is PlainState.REVEALED]
    if len(pages) < len(going):
        setting.screen.warn("tidy.no-backup", case=writer.case.id)
    return pages


def _tell(setting: Setting, found: Sequence[PlainFile]) -> None:
    """Say, state by state, how much lies where."""
    from evidence_kit.workflows.upkeep.tidy import PlainState

    screen = setting.screen
    for state in PlainState:
        those = [plain for plain in found if plain.state is state]
        if not those:
            continue
        total = sum(plain.size_bytes for plain in those)
        tell = screen.warn if state in {PlainState.STORE_DAMAGED, PlainState.STORE_UNREAD} else screen.show
        tell(f"tidy.state.{state.value}", count=len(those), size=byte_count(total))
        for plain in those[:_SHOWN]:
            screen.show("tidy.line", path=plain.shown)
        if len(those) > _SHOWN:
            screen.show("tidy.more", count=len(those) - _SHOWN)
    if not found:
        screen.show("tidy.nothing")


def _row(plain: PlainFile, outcome: str) -> Json:
    digest = None if plain.sha256 is None else plain.sha256.hex
    return {
        "outcome": outcome,
        "path": plain.shown,
        "state": plain.state.value,
        "item": plain.item,
        "size": plain.size_bytes,
        "sha256": digest,
    }
