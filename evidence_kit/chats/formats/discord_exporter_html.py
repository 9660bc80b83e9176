"""Discord as DiscordChatExporter writes it by default: one channel as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats import html_pages
from evidence_kit.chats.format import HEAD_BYTES, ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.markup import MarkupNode, parse_markup, shown_lines
from evidence_kit.chats.message import (
    NO_TIME,
    AccountId,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    FurtherWords,
    Message,
    MessageEvent,
    MessageFlag,
    MessageKind,
    MessageSender,
    Reaction,
    WordsRole,
)
from evidence_kit.chats.times import from_words

_MARK = re.compile(rb"<div[^<>]{0,300}\bchatlog__message-container\b")
_MEDIA = frozenset({"img", "video", "audio", "source", "a"})


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for the classes of that program's pages."""
    text = head.text
    page = "chatlog__message-container" in text or ("chatlog__message-group" in text and "preamble__entry" in text)
    # The style sheet that stands first can fill the head; it names the same classes.
    return (
        FormatVote.BY_CONTENT
        if page or ".chatlog__message-container" in text or ".chatlog__author" in text
        else FormatVote.NO
    )


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages; of several in a row only the first says who wrote."""
    reader = _Reader(_title(export), around)
    yield from html_pages.page_entries(export, _MARK, reader.message)


FORMAT = ChatFormat("discord-exporter-html", claims, read)


def _title(export: BinaryIO) -> str | None:
    """Return how guild and channel are called: they stand above the messages, behind the style sheet."""
    held = b""
    while len(held) < 16 * HEAD_BYTES and (data := export.read(HEAD_BYTES)):
        held += data
        if b"chatlog__message-container" in held.rpartition(b"</style>")[2]:
            break
    export.seek(0)
    root = parse_markup(held.rpartition(b"</style>")[2].decode("utf-8", "replace"))
    shown = [shown_lines(node.text()).strip() for node in root.walk() if "preamble__entry" in node.classes()]
    return " / ".join(each for each in shown if each) or None


class _Reader:
    """Remembers who wrote last."""

    def __init__(self, title: str | None, around: Surroundings) -> None:
        self._conversation = Conversation("discord", "chat-exporter-html", None, title)
        self._around = around
        self._sender: MessageSender | None = None

    def message(self, element: MarkupNode, place: ByteRange) -> Message | None:
        """Return the message that an element is."""
        author = element.find("chatlog__author") or element.find("chatlog__system-notification-author")
        if author is not None:
            self._sender = _person(author)
        dated = element.find("chatlog__timestamp") or element.find("chatlog__system-notification-timestamp")
        dated = dated or element.find("chatlog__short-timestamp")
        notice = element.find("chatlog__system-notification-content")
        content = element.find("chatlog__content") or notice
        attachments = tuple(self._attachments(element))
        kind = MessageKind.SYSTEM if notice is not None else MessageKind.MEDIA if attachments else MessageKind.TEXT
        return Message(
            place,
            self._conversation,
            self._sender,
            from_words(dated.attributes.get("title") or shown_lines(dated.text())) if dated else NO_TIME,
            shown_lines(content.text()).strip() if content else "",
            kind,
            attachments,
            frozenset({MessageFlag.EDITED}) if element.find("chatlog__edited-timestamp") else frozenset(),
            element.attributes.get("data-message-id"),
            _answered(element),
            tuple(_reactions(element)),
            words=tuple(dict.fromkeys(_words(element, content))),
            event=MessageEvent("service", {"action": shown_lines(notice.text()).strip()})
            if notice is not None
            else None,
        )

    def _attachments(self, element: MarkupNode) -> Iterator[Attachment]:
        seen: set[str] = set()
        for holder in element.walk():
            if "chatlog__attachment" not in holder.classes():
                continue
            for node in holder.walk():
                uri = node.attributes.get("src") or node.attributes.get("href") if node.tag in _MEDIA else None
                if not uri or uri in seen or uri.startswith("#"):
                    continue
                seen.add(uri)
                elsewhere = "://" in uri
                name = uri.partition("?")[0].rpartition("/")[2] if elsewhere else uri
                status = AttachmentStatus.NOT_EXPORTED if elsewhere else self._around.status(uri)
                yield Attachment(name, status)
                break


def _person(author: MarkupNode) -> MessageSender:
    number, handle = author.attributes.get("data-user-id"), author.attributes.get("title")
    ids = [AccountId(kind, value) for kind, value in (("user-id", number), ("handle", handle)) if value]
    return MessageSender(shown_lines(author.text()).strip() or handle, tuple(ids))


def _answered(element: MarkupNode) -> str | None:
    for node in element.walk():
        if "chatlog__reply-link" in node.classes():
            found = re.search(r"\d{15,21}", node.attributes.get("onclick", "") + node.attributes.get("href", ""))
            return found[0] if found else None
    return None


def _words(element: MarkupNode, content: MarkupNode | None) -> Iterator[FurtherWords]:
    """Yield quotations with their author, the texts of embeds, addresses under words, names of files."""
    author = element.find("chatlog__reply-author")
    for node in element.walk():
        classes = node.classes()
        if "chatlog__reply-content" in classes or "chatlog__reference-content" in classes:
            yield FurtherWords(
                WordsRole.QUOTE, shown_lines(node.text()).strip(), shown_lines(author.text()).strip() if author else "?"
            )
        for name, role in _ROLES.items():
            if name in classes and (shown := shown_lines(node.text()).strip()):
                yield FurtherWords(role, shown)
    for node in content.walk() if content is not None else ():
        href = node.attributes.get("href", "")
        if node.tag == "a" and "://" in href and content is not None and href not in content.text():
            yield FurtherWords(WordsRole.LINK, href)


_ROLES = {
    "chatlog__embed-title": WordsRole.TITLE,
    "chatlog__embed-description": WordsRole.DESCRIPTION,
    "chatlog__embed-author": WordsRole.ORIGIN,
    "chatlog__embed-field": WordsRole.NOTE,
    "chatlog__embed-footer": WordsRole.NOTE,
    "chatlog__attachment-generic-name": WordsRole.FILE,
    "chatlog__forwarded-header": WordsRole.NOTE,
    "chatlog__poll-question": WordsRole.QUESTION,
    "chatlog__poll-answer": WordsRole.OPTION,
}


def _reactions(element: MarkupNode) -> Iterator[Reaction]:
    for node in element.walk():
        if "chatlog__reaction" in node.classes():
            sign = next((each.attributes["alt"] for each in node.walk() if each.attributes.get("alt")), None)
            yield Reaction(sign or node.attributes.get("title", ""), None)
