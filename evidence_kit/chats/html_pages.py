"""The reading of HTML that all formats share: a page is cut into blocks, a block becomes a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeAlias

from evidence_kit.chats.blocks import marked_blocks
from evidence_kit.chats.markup import MarkupNode, parse_markup, shown_lines
from evidence_kit.chats.message import ByteRange, Entry, Message, Metadata, Unread, UnreadReason

Made: TypeAlias = Message | Metadata | None

_LONGEST_BYTES = 1 << 24


def page_entries(
    export: BinaryIO, mark: re.Pattern[bytes], message: Callable[[MarkupNode, ByteRange], Made]
) -> Iterator[Entry]:
    """Yield the page's head as metadata, then every block as a message or unread.

    Args:
        export: Stands at its beginning.
        mark: Matches the opening tag of a message.
        message: Makes one of that element, or metadata; None when it is neither.
    """
    for data, place, marked in marked_blocks(export, mark, _LONGEST_BYTES):
        if data is None:
            yield Unread(place, UnreadReason.TOO_LONG)
            continue
        text = data.decode("utf-8", "surrogateescape")
        root = parse_markup(text)
        if not marked:
            yield Metadata(place, "page", shown_lines(root.text()))
            continue
        element = next((child for child in root.children if isinstance(child, MarkupNode)), None)
        if element is None:
            yield Unread(place, UnreadReason.MALFORMED)
            continue
        yield from _entries(text, root, element, place, message)


def _entries(
    text: str, root: MarkupNode, element: MarkupNode, place: ByteRange, message: Callable[[MarkupNode, ByteRange], Made]
) -> Iterator[Entry]:
    """Yield the message, and the rest of its block where that is more than closing tags."""
    behind = shown_lines("".join(child if isinstance(child, str) else child.text() for child in root.children[1:]))
    middle = place.end
    if behind:
        middle = place.start + len(text[: element.end].encode("utf-8", "surrogateescape"))
    whole = ByteRange(place.start, middle)
    yield message(element, whole) or Unread(whole, UnreadReason.UNKNOWN_SHAPE, shown_lines(element.text())[:200])
    if behind:
        yield Metadata(ByteRange(middle, place.end), "page", behind)
