"""The work of an isolated process on an export: recognise it, count its entries, return them in bounded pages.

No answer grows with the export: lists have a most, texts a longest, pages a size; whatever is left out is counted.
Nothing here needs a key.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from evidence_kit.chats import registry
from evidence_kit.chats.bounded import (
    bounded_json,
    json_bytes,
)
from evidence_kit.chats.exchanged import Exchanged
from evidence_kit.chats.export_survey import ConversationKey, ExportSurvey, conversation_key
from evidence_kit.chats.format import HEAD_BYTES, Surroundings
from evidence_kit.chats.identifiers.gathered import Gathering
from evidence_kit.chats.index_block import index_blocks
from evidence_kit.chats.message import Entry, Message, Unread
from evidence_kit.chats.message_filter import MessageFilter, filter_from_arguments
from evidence_kit.chats.side_texts import with_side_texts
from evidence_kit.model import Json

PAGE_BYTES = 4 << 20
MOST_ENTRIES = 5000
CARRIED_BYTES = 6 << 20
# A row names at most some thousand places.
_ROWS_A_PIECE = 50
_PAGE = frozenset({"offset", "count"})


def reading_facts(payload: BinaryIO, arguments: Mapping[str, Json]) -> Json:
    """Return how far an export could be read, as it goes into `chat.parsed` without its item.

    Args:
        payload: The export.
        arguments: `name`, its path inside the export; `beside`, paths of what came with it, or None;
            `head_only`: the payload is the beginning of something too large to be read.

    Returns:
        `recognition`: `none`; `contested`, with `formats`; `recognised`, with the figures; or `failed`, with
        `problems`.
    """
    name = str(arguments.get("name", ""))
    recognition = registry.recognise_format(payload.read(HEAD_BYTES), name)
    if isinstance(recognition, registry.Contested):
        return {"recognition": "contested", "formats": list(recognition.names)}
    if isinstance(recognition, registry.NoChat):
        return {"recognition": "none"}
    beside = arguments.get("beside")
    listed = frozenset(map(str, beside)) if isinstance(beside, (list, tuple)) else None
    by = recognition.by.name.lower().replace("_", "-")
    if arguments.get("head_only"):
        problem: Json = {"code": "too-large-inside-container", "detail": ""}
        return {"recognition": "failed", "format": recognition.format.name, "by": by, "problems": [problem]}
    survey = ExportSurvey()
    for entry in registry.read_export(payload, recognition.format, Surroundings(name, listed)):
        survey.add(entry)
    return {"recognition": "recognised", "format": recognition.format.name, "by": by, **survey.facts()}


def export_entries(payload: BinaryIO, arguments: Mapping[str, Json]) -> Json:
    """Return some entries of an export.

    Args:
        payload: The export.
        arguments: `name`, `format` as `reading_facts` said; `texts`, files whose words are those of messages, as
            `with_side_texts` takes them, in base64; `item` for the locators, `sha256` of it; `offset` and `count`
            among the entries that are asked for; `newest_first`: the file begins with the newest, so it is
            told from its end; `until_full`: read no further than the page, and go on from there when the next page
            is asked for; the rest as in `MessageFilter`.

    Returns:
        `entries`; `next`, the offset to go on from, None at the end; `matched`, how many entries there are, all of
        them unless `until_full` let the reading end with the page; `undated`, how many messages were left out for
        want of a time.
    """
    offset, count = _number(arguments, "offset"), min(_number(arguments, "count"), MOST_ENTRIES)
    if arguments.get("until_full"):
        return _read_on(payload, arguments, offset, count)
    if arguments.get("newest_first"):
        total = sum(1 for _ in _matching(payload, arguments, filter_from_arguments(arguments)))
        window = range(max(0, total - offset - count), max(0, total - offset))
    else:
        window = range(offset, offset + count)
    item, wanted = str(arguments.get("item", "")), filter_from_arguments(arguments)
    page: deque[tuple[int, Json]] = deque()
    used = total = 0
    for at, (entry, conversation) in enumerate(_matching(payload, arguments, wanted)):
        total = at + 1
        full = used > PAGE_BYTES and not arguments.get("newest_first")
        if at in window and not full:
            told = {**bounded_json(entry, item), "conversation_number": conversation}
            used += (size := json_bytes(told))
            page.append((size, told))
            while used > PAGE_BYTES and arguments.get("newest_first") and len(page) > 1:
                used -= page.popleft()[0]
    listed = [told for _, told in page]
    following = offset + len(listed)
    return {
        "entries": listed[::-1] if arguments.get("newest_first") else listed,
        "next": following if listed and following < total else None,
        "matched": total,
        "undated": wanted.undated,
    }


@dataclass(slots=True)
class _Begun:
    """An export that is read page by page, where it was left.

    Attributes:
        asked_for: What was asked for, without the page.
        source: The bytes; each page brings them anew.
        entries: What is still to come.
        wanted: Counts what was left out.
        told: How many entries were told.
        next: The entry behind them, None at the end.
    """

    asked_for: tuple[int, str]
    source: Exchanged
    entries: Iterator[tuple[Entry, int]]
    wanted: MessageFilter
    told: int
    next: tuple[Entry, int] | None

    def step(self) -> tuple[Entry, int] | None:
        """Return the entry that is next, and move behind it."""
        now = self.next
        if now is not None:
            self.told += 1
            self.next = next(self.entries, None)
        return now


# At most one: whoever reads a whole export asks for page after page of it. It saves time and decides nothing: where it
# is another export's, or a new process began, the export is read from its beginning.
_begun: list[_Begun] = []


def _read_on(payload: BinaryIO, arguments: Mapping[str, Json], offset: int, count: int) -> Json:
    """Return a page, reading on from the page before if that was the last one read."""
    reading = _at_page(payload, arguments, offset)
    item = str(arguments.get("item", ""))
    page: list[Json] = []
    used = 0
    while len(page) < count and used <= PAGE_BYTES and (found := reading.step()) is not None:
        told = {**bounded_json(found[0], item), "conversation_number": found[1]}
        used += json_bytes(told)
        page.append(told)
    return {
        "entries": page,
        "next": reading.told if page and reading.next is not None else None,
        "matched": reading.told + (reading.next is not None),
        "undated": reading.wanted.undated,
    }


def _at_page(payload: BinaryIO, arguments: Mapping[str, Json], offset: int) -> _Begun:
    """Return the export with `offset` entries behind it."""
    size_bytes = payload.seek(0, os.SEEK_END)
    asked_for = size_bytes, repr(sorted((name, told) for name, told in arguments.items() if name not in _PAGE))
    begun = _begun.pop() if _begun else None
    if begun is None or not offset or begun.asked_for != asked_for or begun.told != offset:
        source, wanted = Exchanged(payload), filter_from_arguments(arguments)
        entries = _matching(source, arguments, wanted)
        begun = _Begun(asked_for, source, entries, wanted, 0, next(entries, None))
        while begun.told < offset and begun.step() is not None:
            pass
    begun.source.exchange(payload)
    _begun.append(begun)
    return begun


@dataclass(slots=True)
class _Indexing:
    """An export that is being packed page by page, where it was left.

    Attributes:
        asked_for: Which export.
        source: The bytes; each page brings them anew.
        pieces: What is still to come.
        told: How many pieces were told.
    """

    asked_for: tuple[int, str]
    source: Exchanged
    pieces: Iterator[dict[str, Json]]
    told: int = 0


# At most one, as for `_begun`.
_indexing: list[_Indexing] = []


def index_page(payload: BinaryIO, arguments: Mapping[str, Json]) -> Json:
    """Return a page of the index of an export, all read once.

    Args:
        payload: The export.
        arguments: `name`, `format` as `reading_facts` said; `region` for phone numbers; `offset` among the pieces.

    Returns:
        `pieces`, in order: blocks, each with `count`, `alone`, `reached` (the offset behind it),
        and, in base64, `entries`, `columns`, `words` as in
        `IndexBlock`; behind them `found`, rows as `find_identifiers` tells them, packed the same way, and
        `left_out`; `next`, the offset to go on from, None at the end.
    """
    size_bytes, offset = payload.seek(0, os.SEEK_END), _number(arguments, "offset")
    asked_for = size_bytes, repr(sorted((name, told) for name, told in arguments.items() if name not in _PAGE))
    begun = _indexing.pop() if _indexing else None
    if begun is None or not offset or begun.asked_for != asked_for or begun.told != offset:
        source = Exchanged(payload)
        begun = _Indexing(asked_for, source, _pieces(source, arguments))
        while begun.told < offset and next(begun.pieces, None) is not None:
            begun.told += 1
    begun.source.exchange(payload)
    pieces: list[Json] = []
    used = 0
    for piece in begun.pieces:
        pieces.append(piece)
        used += json_bytes(piece)
        begun.told += 1
        if used > PAGE_BYTES:
            _indexing.append(begun)
            return {"pieces": pieces, "next": begun.told}
    return {"pieces": pieces, "next": None}


def _pieces(source: BinaryIO, arguments: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    gathering = Gathering(str(arguments.get("region", "MA")))
    reached = 0

    def gathered() -> Iterator[tuple[Entry, int]]:
        nonlocal reached
        for entry, number in _matching(source, arguments, MessageFilter()):
            if isinstance(entry, Message):
                gathering.add(entry)
            reached = entry.place.end
            yield entry, number

    for block in index_blocks(gathered()):
        packed = {"entries": block.entries, "columns": block.columns, "words": block.words}
        yield {
            "count": block.count,
            "alone": block.alone,
            "reached": reached,
            **{name: base64.b64encode(data).decode() for name, data in packed.items()},
        }
    rows = iter(gathering.rows())
    while some := list(islice(rows, _ROWS_A_PIECE)):
        told = json.dumps([gathering.row(*row) for row in some], separators=(",", ":"))
        yield {"found": base64.b64encode(zlib.compress(told.encode(), 1)).decode(), "left_out": gathering.left_out}


def carried_files(payload: BinaryIO, arguments: Mapping[str, Json]) -> Json:
    """Return some of the files that one record carries: parts of a mail or of a picture message.

    Args:
        payload: The record: the bytes of the place that its attachments name.
        arguments: `format`; `part` and `offset` in it, from where to tell on.

    Returns:
        `pieces`: [{part, offset, size, data (base64)}], `size` being that of the whole part; `next`: part and offset
        to go on from, None at the end.
    """
    chosen = registry.format_named(str(arguments["format"]))
    first, offset = _number(arguments, "part"), _number(arguments, "offset")
    pieces: list[Json] = []
    room = CARRIED_BYTES
    for part, content in chosen.carried(payload.read()) if chosen is not None and chosen.carried is not None else ():
        if part < first:
            continue
        begin = offset if part == first else 0
        data = content[begin : begin + room]
        room -= len(data)
        coded = base64.b64encode(data).decode("ascii")
        pieces.append({"part": part, "offset": begin, "size": len(content), "data": coded})
        if begin + len(data) < len(content) or len(pieces) == MOST_ENTRIES:
            return {"pieces": pieces, "next": {"part": part, "offset": begin + len(data)}}
    return {"pieces": pieces, "next": None}


def find_identifiers(payload: BinaryIO, arguments: Mapping[str, Json]) -> Json:
    """Return the identifiers named in the messages of an export, gathered by value.

    Args:
        payload: The export.
        arguments: `name`, `format`, `region`; `offset` and `count` among the findings.

    Returns:
        `found`, `next`, `matched`, and `left_out`: how many values were too many to be gathered. A value with many
        places stands in several of them, of which only the first counts it.
    """
    gathering = Gathering(str(arguments.get("region", "MA")))
    for entry in _entries(payload, arguments):
        if isinstance(entry, Message):
            gathering.add(entry)
    found = gathering.rows()
    offset, count = _number(arguments, "offset"), min(_number(arguments, "count"), MOST_ENTRIES)
    page: list[Json] = []
    used = 0
    for row in found[offset : offset + count]:
        each = gathering.row(*row)
        used += json_bytes(each)
        if page and used > PAGE_BYTES:
            break
        page.append(each)
    following = offset + len(page)
    return {
        "found": page,
        "next": following if page and following < len(found) else None,
        "matched": len(found),
        "left_out": gathering.left_out,
    }


def _number(arguments: Mapping[str, Json], name: str) -> int:
    value = arguments.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def _entries(payload: BinaryIO, arguments: Mapping[str, Json]) -> Iterator[Entry]:
    chosen = registry.format_named(str(arguments["format"]))
    if chosen is None:
        raise ValueError(f"no format is called {arguments['format']}")
    beside = arguments.get("beside")
    listed = frozenset(map(str, beside)) if isinstance(beside, (list, tuple)) else None
    entries = registry.read_export(payload, chosen, Surroundings(str(arguments.get("name", "")), listed))
    texts = arguments.get("texts")
    if not isinstance(texts, Mapping):
        return entries
    return with_side_texts(entries, {path: base64.b64decode(str(data)) for path, data in texts.items()})


def _matching(payload: BinaryIO, arguments: Mapping[str, Json], wanted: MessageFilter) -> Iterator[tuple[Entry, int]]:
    """Yield the entries that are asked for, each with the number of its conversation in the file.

    A stretch that could not be read counts to the conversation of the message before it.
    """
    numbers: dict[ConversationKey, int] = {}
    number = 0
    for entry in _entries(payload, arguments):
        if isinstance(entry, Message):
            number = numbers.setdefault(conversation_key(entry), len(numbers))
            if wanted.wants(entry, number):
                yield entry, number
        elif isinstance(entry, Unread) and wanted.everything and wanted.conversation in {None, number}:
            yield entry, number
