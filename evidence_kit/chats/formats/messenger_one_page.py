"""Messenger before 2018: every thread of an account on one page, `messages.htm`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import BinaryIO

from evidence_kit.chats.blocks import marked_blocks
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.markup import MarkupNode, parse_markup, shown_lines
from evidence_kit.chats.message import (
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageKind,
    MessageSender,
    Metadata,
    Unread,
    UnreadReason,
)
from evidence_kit.chats.times import from_words

_BLOCK = re.compile(rb'<div class="(?:message|thread)"[^>]{0,200}>')
_OWNER = re.compile(r"<title>([^<]{1,200}?) - [^<]{1,60}</title>")
_TITLE_BYTES = 4096
_LONGEST_BYTES = 1 << 24
_MEDIA = frozenset({"img", "video", "audio", "source"})


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for a thread and the header of a message."""
    signs = ('class="thread"', 'class="message_header"', 'class="user"', 'class="meta"')
    return FormatVote.BY_CONTENT if all(sign in head.text for sign in signs) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in the order of the page, in which each thread begins with its newest.

    A thread is named by who takes part in it. Whose account it is stands in the title of the page. What a person wrote
    stands behind the box with name and date, up to the next box.
    """
    named = _OWNER.search(export.read(_TITLE_BYTES).decode("utf-8", "replace"))
    export.seek(0)
    reader = _Reader(shown_lines(parse_markup(named[1]).text()) if named else None, around)
    for data, place, marked in marked_blocks(export, _BLOCK, _LONGEST_BYTES):
        if data is None:
            yield Unread(place, UnreadReason.TOO_LONG)
        else:
            yield from reader.entries(data, place, marked=marked)


FORMAT = ChatFormat("messenger-one-page-html", claims, read)


class _Reader:
    """Remembers in which thread it is."""

    def __init__(self, owner: str | None, around: Surroundings) -> None:
        self._owner, self._around = owner, around
        self._conversation = Conversation("messenger", "one-page-html")

    def entries(self, data: bytes, place: ByteRange, *, marked: bool) -> Iterator[Entry]:
        """Yield the entry of a block, and the rest of the page behind it.

        Args:
            data: The bytes of the block, from one mark to the next.
            place: Where they lie in the file, in bytes.
            marked: Whether the block begins with a mark; what stands before the first does not.
        """
        text = data.decode("utf-8", "surrogateescape")
        root = parse_markup(text)
        element = next((child for child in root.children if isinstance(child, MarkupNode)), None)
        if not marked or element is None:
            yield Metadata(place, "page", shown_lines(root.text()))
            return
        if "thread" in element.classes():
            people = shown_lines(element.text())
            self._conversation = Conversation("messenger", "one-page-html", None, people or None)
            yield Metadata(place, "thread", people)
            return
        date = element.find("meta")
        if date is None:
            yield Unread(place, UnreadReason.UNKNOWN_SHAPE, shown_lines(element.text())[:200])
            return
        others = [child for child in root.children if isinstance(child, MarkupNode) and child is not element]
        written = list(takewhile(lambda child: child.tag == "p", others))
        end = place.start + len(text[: (written or [element])[-1].end].encode("utf-8", "surrogateescape"))
        yield self._message(written, element, shown_lines(date.text()), ByteRange(place.start, end))
        if end < place.end:
            behind = shown_lines("".join(child.text() for child in others[len(written) :]))
            yield Metadata(ByteRange(end, place.end), "page", behind)

    def _message(self, paragraphs: list[MarkupNode], element: MarkupNode, date: str, place: ByteRange) -> Message:
        user = element.find("user")
        name = shown_lines(user.text()) if user is not None else ""
        written = MarkupNode("", {}, list(paragraphs))
        sources = (node.attributes.get("src") for node in written.walk() if node.tag in _MEDIA)
        attachments = tuple(Attachment(uri, self._status(uri)) for uri in dict.fromkeys(filter(None, sources)))
        is_owner = None if self._owner is None else name == self._owner
        return Message(
            place,
            self._conversation,
            MessageSender(name, (), is_owner) if name else None,
            from_words(date),
            shown_lines(written.text()),
            MessageKind.MEDIA if attachments else MessageKind.TEXT,
            attachments,
        )

    def _status(self, uri: str) -> AttachmentStatus:
        elsewhere = uri.startswith(("http://", "https://"))
        return AttachmentStatus.NOT_EXPORTED if elsewhere else self._around.status(uri.removeprefix("../"))
