"""`evidence-kit chats CASE [N]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _transcript_view
from evidence_kit.commands._processes import isolated_worker
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.model import Json
    from evidence_kit.workflows.case.read import Case
    from evidence_kit.workflows.case.write import CaseWriter
    from evidence_kit.workflows.reading.conversation_page import ConversationRequest
    from evidence_kit.workflows.reading.conversations import CaseConversation

PAGE_MESSAGES = 100
_TIME = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d(?::\d\d(?::\d\d)?)?)?)?)?")


@case_command
def chats(
    setting: Setting,
    case: CaseArgument,
    number: Annotated[int | None, typer.Argument(metavar="N", show_default=False)] = None,
    sender: Annotated[str | None, typer.Option("--from", metavar="WHO")] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY")] = None,
    search: Annotated[str | None, typer.Option(metavar="WORDS")] = None,
    page: Annotated[int | None, typer.Option(metavar="P", min=1, show_default=False)] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    jsonl: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
) -> None:
    """List the conversations of a case, read one, or write them into a file."""
    from evidence_kit.workflows.case.read import read_case
    from evidence_kit.workflows.case.write import writing
    from evidence_kit.workflows.reading.conversation_page import ConversationRequest
    from evidence_kit.workflows.reading.conversations import conversation_at, conversations

    wish = ConversationRequest(sender, _time(since), _time(until), search)
    if csv is not None and jsonl is not None:
        raise UsageError("one-export")
    out = csv or jsonl
    folder, station = case_folder(setting, case), setting.station()
    if out is not None:
        key = setting.unlocked_key(station)
        with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
            listed = conversations(writer.manifest)
            chosen = listed if number is None else [conversation_at(listed, number, writer.case.id)]
            _export(setting, writer, chosen, wish, out, "csv" if csv else "jsonl")
        return
    opened = read_case(folder, setting.unlocked_key(station), station)
    listed = conversations(opened.opened)
    if number is not None:
        _one(setting, opened, conversation_at(listed, number, opened.id), wish, page)
    elif wish.everything:
        _transcript_view.show_conversations(setting.screen, opened.opened, listed)
    else:
        _found(setting, opened, listed, wish)


def _one(
    setting: Setting, opened: Case, conversation: CaseConversation, wish: ConversationRequest, page: int | None
) -> None:
    """Show a page of one conversation; a script gets all of it unless it asks for a page."""
    from evidence_kit.workflows.reading.exports import open_exports

    screen = setting.screen
    with isolated_worker() as worker, open_exports(opened, worker, progress=screen.first_reading) as reading:
        if screen.json and page is None:
            _transcript_view.stream_messages(screen, conversation, reading.in_order(conversation, wish))
            return
        at = page or 1
        found = reading.page(conversation, wish, (at - 1) * PAGE_MESSAGES, PAGE_MESSAGES)
        pages = max(1, -(-found.matched // PAGE_MESSAGES))
        if at > pages:
            raise UsageError("page-unknown", page=at, pages=pages)
        _transcript_view.show_messages(screen, conversation, found, at, pages)


def _found(setting: Setting, opened: Case, listed: Sequence[CaseConversation], wish: ConversationRequest) -> None:
    """Show the wanted entries of every conversation, the first page of each."""
    from evidence_kit.workflows.reading.exports import open_exports

    any_found = False
    first = setting.screen.first_reading
    with isolated_worker() as worker, open_exports(opened, worker, progress=first) as reading:
        reading.index_exports([(part.item, part.format) for each in listed for part in each.parts])
        for conversation in listed:
            if setting.screen.json:
                any_found |= _transcript_view.stream_messages(
                    setting.screen, conversation, reading.in_order(conversation, wish)
                )
                continue
            found = reading.page(conversation, wish, 0, PAGE_MESSAGES)
            if found.matched:
                any_found = True
                _transcript_view.show_messages(
                    setting.screen, conversation, found, 1, -(-found.matched // PAGE_MESSAGES)
                )
    if not any_found:
        setting.screen.show("chats.nothing-found")


def _export(
    setting: Setting,
    writer: CaseWriter,
    chosen: Sequence[CaseConversation],
    wish: ConversationRequest,
    out: Path,
    form: str,
) -> None:
    from evidence_kit.workflows.case.plain_file import WantedFile, export_rows
    from evidence_kit.workflows.reading.conversation_rows import conversation_entries
    from evidence_kit.workflows.reading.exports import open_exports
    from evidence_kit.workflows.reading.messages import COLUMNS, UNREAD

    items = sorted({part.item.id for conversation in chosen for part in conversation.parts})
    wanted = WantedFile(out, form, "chats", items, {"only": wish.arguments()})
    gaps = 0
    total = sum(part.item.size_bytes for conversation in chosen for part in conversation.parts)
    first = setting.screen.first_reading
    with isolated_worker() as worker, open_exports(writer.case, worker, progress=first) as reading:
        reading.index_exports([(part.item, part.format) for conversation in chosen for part in conversation.parts])
        with setting.screen.progress("chats.progress", total) as on_bytes:

            def rows() -> Iterator[dict[str, Json]]:
                nonlocal gaps
                for conversation in chosen:
                    wanted_entries = reading.wanted_messages(conversation, wish)
                    for row in conversation_entries(wanted_entries, conversation):
                        gaps += row["kind"] == UNREAD
                        yield row
                    on_bytes(sum(part.item.size_bytes for part in conversation.parts))

            done = export_rows(writer, wanted, COLUMNS, rows())
    _transcript_view.show_exported(setting.screen, done, writer.case.id)
    if gaps:
        raise typer.Exit(Exit.INCOMPLETE)


def _time(text: str | None) -> str | None:
    """Return the beginning of an ISO 8601 time; digits of any script, a space for the T.

    Raises:
        UsageError: It is none.
    """
    if text is None:
        return None
    from evidence_kit.chats.folding import fold_text

    told = fold_text(text).strip().replace(" ", "T", 1)
    if not _TIME.fullmatch(told):
        raise UsageError("time-unreadable", text=text)
    return told
