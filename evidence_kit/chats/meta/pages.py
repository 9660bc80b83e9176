"""Reads the HTML that "Download your information" makes of a Messenger or Instagram conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence_kit.chats import html_pages
from evidence_kit.chats.format import HEAD_BYTES, FileHead, Surroundings
from evidence_kit.chats.markup import MarkupNode, parse_markup, shown_lines
from evidence_kit.chats.message import (
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    FurtherWords,
    Message,
    MessageKind,
    MessageSender,
    Metadata,
    Reaction,
    WordsRole,
)
from evidence_kit.chats.times import from_words

_BLOCK = re.compile(
    rb"<div[^>]{1,40}class=\"[^\"]{0,200}\buiBoxWhite noborder\b[^\"]{0,200}\"|"
    rb"<div class=\"[^\"]{0,200}\buiBoxWhite noborder\b[^\"]{0,200}\""
)
_SENDER, _CONTENT, _DATE = ("_a6-h", "_2lel"), ("_a6-p", "_2let"), ("_a6-o", "_2lem", "_a72d")
_REACTION = re.compile(r"([^\w\s]*)\s*(.*)", re.DOTALL)
_TITLE = ("_a70e", "_3b0d")
_MESSAGES_PATH = re.compile(
    r"(?:^|/)(?:messages|inbox|archived_threads|message_requests|filtered_threads)/|message_\d+\.html\Z"
)


def is_meta_page(head: FileHead, name: str) -> bool:
    """Return whether this is a conversation of that exporter: its boxes, with a sender and a date.

    The same boxes show logins and followers, so a name that is known must be one of a conversation.
    """
    text = head.text
    boxes = "uiBoxWhite noborder" in text and any(sign in text for sign in _SENDER)
    dated = any(sign in text for sign in _DATE) and any(sign in text for sign in _CONTENT)
    return boxes and dated and (not name or _MESSAGES_PATH.search(name) is not None)


def names_instagram(head: FileHead, name: str) -> bool:
    """Return whether the path, or a path or link in the head, names Instagram; else it is Messenger."""
    return "instagram" in name.casefold() or "your_instagram_activity" in head.text or "www.instagram.com" in head.text


def read_meta_page(export: BinaryIO, around: Surroundings, platform: str) -> Iterator[Entry]:
    """Yield the messages in the order of the page; its dates are in words, and without a zone.

    Args:
        export: The page, at its beginning; read twice, once its head and once all of it.
        around: Its name and its neighbours, by which attachments are found.
        platform: `messenger` or `instagram`.
    """
    root = parse_markup(export.read(HEAD_BYTES).decode("utf-8", "replace"))
    export.seek(0)
    shown = _first(root, _TITLE) or next((node for node in root.walk() if node.tag == "title"), None)
    folder = PurePosixPath(around.name).parent.name or None
    conversation = Conversation(platform, "download-html", folder, shown_lines(shown.text()) or None if shown else None)

    def message(element: MarkupNode, place: ByteRange) -> html_pages.Made:
        return _message(element, place, conversation, around)

    yield from html_pages.page_entries(export, _BLOCK, message)


def _message(
    element: MarkupNode, place: ByteRange, conversation: Conversation, around: Surroundings
) -> html_pages.Made:
    """Return the message in a box; a box without a date lists the participants."""
    sender, content, date = (_first(element, names) for names in (_SENDER, _CONTENT, _DATE))
    if date is None:
        return Metadata(place, "box", shown_lines(element.text()))
    if content is None:
        return None
    reactions = tuple(_reactions(content))
    text = shown_lines(content.text())
    attachments = tuple(_attachments(content, around))
    return Message(
        place,
        conversation,
        MessageSender(shown_lines(sender.text())) if sender else None,
        from_words(shown_lines(date.text())),
        text,
        MessageKind.MEDIA if attachments else MessageKind.TEXT,
        attachments,
        reactions=reactions,
        words=tuple(dict.fromkeys(_links(content, text))),
    )


def _links(content: MarkupNode, text: str) -> Iterator[FurtherWords]:
    """Yield the addresses under words that the page shows, and files with the names that it gives them."""
    for node in content.walk():
        href = node.attributes.get("href", "")
        if node.tag == "a" and href.startswith(("http://", "https://", "mailto:", "tel:")) and href not in text:
            yield FurtherWords(WordsRole.LINK, href)


def _first(element: MarkupNode, names: tuple[str, ...]) -> MarkupNode | None:
    return next((node for node in element.walk() if node.classes() & set(names)), None)


def _reactions(content: MarkupNode) -> Iterator[Reaction]:
    """Take the list of reactions out of the content and yield them: each is an emoji and then a name."""
    for node in content.walk():
        for child in [child for child in node.children if isinstance(child, MarkupNode) and child.tag == "ul"]:
            node.children.remove(child)
            for entry in child.walk():
                found = _REACTION.fullmatch(shown_lines(entry.text()))
                if entry.tag == "li" and found and found[0]:
                    yield Reaction(found[1], found[2] or None)


def _attachments(content: MarkupNode, around: Surroundings) -> Iterator[Attachment]:
    seen = set()
    for node in content.walk():
        uri = node.attributes.get("src") or node.attributes.get("href")
        if uri is None or uri in seen or node.tag not in {"img", "video", "audio", "source", "a"}:
            continue
        elsewhere = uri.startswith(("http://", "https://", "mailto:", "tel:"))
        if elsewhere and node.tag == "a":
            continue
        seen.add(uri)
        yield Attachment(uri, AttachmentStatus.NOT_EXPORTED if elsewhere else around.status(uri))
