"""The index block of an export: its entries some thousand together, beside them their searchable words.

A block is three pieces of bytes. `entries` is one JSON text an entry, without what depends on the case: the item and
the identifiers made from it. `words` is every text in which words are looked for, folded, so that one search for bytes
goes over some thousand messages; `columns` is what else is asked for. Nothing here needs a key.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import msgspec

from evidence_kit.chats.bounded import LARGEST_ENTRY, LONGEST_TEXT, bounded_json, shortened
from evidence_kit.chats.folding import fold_for_search, fold_many_for_search
from evidence_kit.chats.json_form import place_id
from evidence_kit.chats.message import Entry, Message
from evidence_kit.chats.told import person_name, searched_texts
from evidence_kit.model import Json

# A folded text holds no white space but single blanks: these end a text, and an entry.
TEXT_END: Final = "\r"
ENTRY_END: Final = "\n"
ENTRIES_A_BLOCK: Final = 2048
# What a block may be when it is opened again, whoever made it.
LARGEST_BLOCK: Final = 1 << 28
_MOST_BYTES = 4 << 20
_LEVEL = 1
_EXACT_IN_JAVASCRIPT = 2**53
_DEEPEST = 20
_ENCODER = msgspec.json.Encoder()


class IndexColumns(msgspec.Struct, frozen=True):
    """The columns of an index beside its words, entry by entry.

    Attributes:
        conversation: Number of its conversation in the export.
        message: Whether it is a message, and no stretch that was not understood.
        sender: Which of `senders` it is from; -1 for none.
        senders: Names and accounts of a sender, folded, each ending with `TEXT_END`.
        times: Every reading of its time.
    """

    conversation: list[int]
    message: list[bool]
    sender: list[int]
    senders: list[str]
    times: list[list[str]]


@dataclass(slots=True)
class IndexBlock:
    """Some thousand entries, packed.

    Attributes:
        count: How many.
        alone: Whether all are of the conversation with the number 0.
        entries: One JSON text an entry.
        columns: `IndexColumns` as JSON.
        words: Folded texts.
    """

    count: int
    alone: bool
    entries: bytes
    columns: bytes
    words: bytes


def index_blocks(told: Iterable[tuple[Entry, int]]) -> Iterator[IndexBlock]:
    """Yield the entries of an export packed, in their order.

    Args:
        told: Messages, and what was not understood, each with the number of its conversation.
    """
    waiting = iter(told)
    while some := list(islice(waiting, ENTRIES_A_BLOCK)):
        making = _Making()
        for entry, number in some:
            making.add(entry, number)
            if making.size_bytes > _MOST_BYTES:
                yield making.block()
                making = _Making()
        if making.lines:
            yield making.block()


def unpacked_piece(data: bytes) -> bytes:
    """Return the value that a piece of a block was packed from.

    Raises:
        ValueError: It is none, or larger than any.
    """
    try:
        opener = zlib.decompressobj()
        whole = opener.decompress(data, LARGEST_BLOCK)
    except zlib.error as error:
        raise ValueError("not packed") from error
    if opener.unconsumed_tail or not opener.eof:
        raise ValueError("too large")
    return whole


@dataclass(slots=True)
class _Making:
    """A block that is being filled."""

    lines: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    size_bytes: int = 0
    conversation: list[int] = field(default_factory=list)
    message: list[bool] = field(default_factory=list)
    sender: list[int] = field(default_factory=list)
    senders: dict[str, int] = field(default_factory=dict)
    known: dict[Any, int] = field(default_factory=dict)
    times: list[list[str]] = field(default_factory=list)

    def add(self, entry: Entry, number: int) -> None:
        line = entry_line(entry)
        self.size_bytes += len(line)
        self.lines.append(line)
        self.conversation.append(number)
        if not isinstance(entry, Message):
            self.message.append(False)
            self.sender.append(-1)
            self.times.append([])
            self.texts.append("")
            return
        self.message.append(True)
        time = entry.time
        self.times.append([time.value] if time.value is not None else list(time.readings))
        self.sender.append(-1 if entry.sender is None else self._sender(entry))
        self.texts.append(TEXT_END.join([_in_one_line(text) for text in searched_texts(entry) if text]))

    def _sender(self, entry: Message) -> int:
        sender = entry.sender
        number = self.known.get(sender)
        if number is None and sender is not None:
            names = [person_name(sender) or "", *(each.value for each in sender.ids)]
            told = "".join(shortened(fold_for_search(name), LONGEST_TEXT) + TEXT_END for name in names)
            number = self.known[sender] = self.senders.setdefault(told, len(self.senders))
        return -1 if number is None else number

    def block(self) -> IndexBlock:
        columns = IndexColumns(self.conversation, self.message, self.sender, list(self.senders), self.times)
        words = fold_many_for_search(ENTRY_END.join(self.texts))
        return IndexBlock(
            len(self.lines),
            not any(self.conversation),
            zlib.compress(b"\n".join(self.lines), _LEVEL),
            zlib.compress(_ENCODER.encode(columns), _LEVEL),
            zlib.compress(words.encode("utf-8", "surrogatepass"), _LEVEL),
        )


def entry_line(entry: Entry) -> bytes:
    """Return an entry as one line of JSON; most are written in C, with `place` where others have a locator."""
    if isinstance(entry, Message) and _is_plain(entry):
        try:
            line = _ENCODER.encode(entry)
        except (UnicodeEncodeError, TypeError, ValueError, RecursionError):
            line = b""
        if line and len(line) <= LARGEST_ENTRY:
            return line
    told = bounded_json(entry, "")
    if isinstance(entry, Message) and entry.native_id is None:
        told["id"] = None
    return json.dumps(told, separators=(",", ":")).encode()


def _in_one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ") if "\n" in text or "\r" in text else text


def entry_as_told(line: Mapping[str, Json], item: str, number: int) -> dict[str, Json]:
    """Return an entry as `evidence_kit.chats.worker:export_entries` tells it.

    Args:
        line: What `entry_line` made, decoded.
        item: The case's item that the export is.
        number: Of the entry's conversation.
    """
    told: dict[str, Any] = dict(line)
    in_c = "entry" not in told
    place = told.pop("place" if in_c else "locator", None)
    if in_c:
        told = {"entry": "message", "id": told.get("native_id"), **told}
        flags, conversation = told.get("flags"), told.get("conversation")
        if isinstance(flags, list) and len(flags) > 1:
            told["flags"] = sorted(map(str, flags))
        if isinstance(conversation, dict):
            conversation.pop("members", None)
    cut = told.pop("cut", None)
    told["locator"] = None
    if isinstance(place, Mapping):
        start, end = place.get("start"), place.get("end")
        if told["entry"] == "message" and told.get("id") is None and isinstance(start, int) and isinstance(end, int):
            told["id"] = place_id(item, "", start, end)
        told["locator"] = {**place, "item": item, "member": ""}
    if cut is not None:
        told["cut"] = cut
    told["conversation_number"] = number
    return told


def _is_plain(message: Message) -> bool:
    """Say whether a message can be written as it is: no large integers, and no keys that are numbers."""
    if message.details is not None and not _fits(message.details, 0):
        return False
    if message.event is not None and message.event.values is not None and not _fits(message.event.values, 0):
        return False
    return all(each.size_bytes is None or each.size_bytes < _EXACT_IN_JAVASCRIPT for each in message.attachments)


def _fits(value: object, depth: int) -> bool:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return abs(value) < _EXACT_IN_JAVASCRIPT  # type: ignore[arg-type]
    if depth > _DEEPEST:
        return False
    if kind is dict:
        members: dict[str, object] = value  # type: ignore[assignment]
        return all(not key.isdigit() and _fits(inner, depth + 1) for key, inner in members.items())
    if kind is list:
        return all(_fits(inner, depth + 1) for inner in value)  # type: ignore[attr-defined]
    return False
