"""Telegram Desktop, "Export chat history" as HTML: a thousand messages a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats import html_pages
from evidence_kit.chats.format import HEAD_BYTES, ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.markup import MarkupNode, parse_markup, shown_lines
from evidence_kit.chats.message import (
    NO_TIME,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    FurtherWords,
    Message,
    MessageFlag,
    MessageKind,
    MessageSender,
    MessageTime,
    Precision,
    Reaction,
    TimeKind,
    WordsRole,
)
from evidence_kit.chats.times import by_another_calendar
from evidence_kit.model import Json

_MARK = re.compile(rb"<div class=\"message (?:default|service)\b[^\"]{0,100}\"")
_TITLE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d)?)?\Z")
_MESSAGE_LINK = re.compile(r"go_to_message(\d+)")
_ROLES = {
    "question": WordsRole.QUESTION,
    "answer": WordsRole.OPTION,
    "title": WordsRole.TITLE,
    "description": WordsRole.DESCRIPTION,
    "status": WordsRole.NOTE,
}
_NOT_INCLUDED = "Not included"


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for the classes of Telegram's chat pages."""
    text = head.text
    page = "page_body chat_page" in text or ('class="history"' in text and 'class="message ' in text)
    return FormatVote.BY_CONTENT if page else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages; one that is joined to the one before has its sender, and takes it from there."""
    header = parse_markup(export.read(HEAD_BYTES).decode("utf-8", "replace")).find("page_header")
    export.seek(0)
    title = header.find("text", "bold") if header else None
    reader = _Reader(
        Conversation("telegram", "desktop-html", None, shown_lines(title.text()).strip() if title else None), around
    )
    yield from html_pages.page_entries(export, _MARK, reader.message)


FORMAT = ChatFormat("telegram-html", claims, read)


class _Reader:
    """Remembers who wrote last, since joined messages do not say it again."""

    def __init__(self, conversation: Conversation, around: Surroundings) -> None:
        self._conversation, self._around = conversation, around
        self._sender: MessageSender | None = None
        self._origin: str | None = None

    def message(self, element: MarkupNode, place: ByteRange) -> Message | None:
        """Return the message that an element is."""
        native = element.attributes.get("id", "").removeprefix("message") or None
        if "service" in element.classes():
            self._sender = self._origin = None
            said = shown_lines(element.text()).strip()
            return Message(place, self._conversation, None, NO_TIME, said, MessageKind.SYSTEM, native_id=native)
        body = element.find("body")
        if body is None:
            return None
        more: dict[str, Json] = {}
        told: list[FurtherWords] = []
        if named := _own(body, "from_name"):
            name, via, bot = shown_lines(named.text()).strip().partition(" via @")
            self._sender = MessageSender(name.strip())
            if via:
                told.append(FurtherWords(WordsRole.NOTE, f"via @{bot.strip()}"))
        elif self._sender is None:
            more["sender"] = "stands in the part before"
        forwarded, flags = _own(body, "forwarded", "body"), set()
        if forwarded is not None:
            flags.add(MessageFlag.FORWARDED)
            # Of two forwarded messages in a row only the first says from whom.
            self._origin = _origin(forwarded) or self._origin
            if self._origin is not None:
                more["forwarded_from"] = self._origin
                told.append(FurtherWords(WordsRole.ORIGIN, self._origin))
        else:
            self._origin = None
        reply = body.find("reply_to")
        dated, text = body.find("date", "details"), body.find("text")
        attachments = tuple(self._attachments(body))
        return Message(
            place,
            self._conversation,
            self._sender,
            _time(dated.attributes.get("title", "")) if dated else NO_TIME,
            shown_lines(text.text()) if text else "",
            _kind(body, attachments),
            attachments,
            frozenset(flags),
            native,
            _reply(reply) if reply else None,
            tuple(_reactions(body)),
            more | _media_words(body) or None,
            tuple(dict.fromkeys([*told, *_words(body, text)])),
        )

    def _attachments(self, body: MarkupNode) -> Iterator[Attachment]:
        wrap = body.find("media_wrap")
        if wrap is None:
            return
        links = [node.attributes["href"] for node in wrap.walk() if node.tag == "a" and node.attributes.get("href")]
        local = [link for link in links if "://" not in link and not link.startswith(("#", "mailto:", "tel:"))]
        for link in dict.fromkeys(local):
            yield Attachment(link, self._around.status(link))
        if not local and _NOT_INCLUDED in wrap.text():
            shown = wrap.find("title")
            yield Attachment(shown_lines(shown.text()).strip() if shown else None, AttachmentStatus.NOT_EXPORTED)


def _own(body: MarkupNode, *names: str) -> MarkupNode | None:
    """Return a direct child of these classes: the quotation of a forwarded message stands deeper."""
    wanted = frozenset(names)
    return next((child for child in body.children if isinstance(child, MarkupNode) and wanted <= child.classes()), None)


def _origin(forwarded: MarkupNode) -> str | None:
    """Return from whom a message was forwarded; its own date stands inside of the name."""
    named = _own(forwarded, "from_name")
    if named is None:
        return None
    shown = "".join(child if isinstance(child, str) else "" for child in named.children)
    return shown_lines(shown or named.text()).strip() or None


def _words(body: MarkupNode, text: MarkupNode | None) -> Iterator[FurtherWords]:
    """Yield the words beside the text: of a poll, a file, buttons with their addresses, links under words."""
    for node in text.walk() if text is not None else ():
        href = node.attributes.get("href", "")
        if node.tag == "a" and "://" in href and href not in node.text():
            yield FurtherWords(WordsRole.LINK, href)
    wrap = body.find("media_wrap")
    for node in wrap.walk() if wrap is not None else ():
        if node.tag == "a" and "://" in (href := node.attributes.get("href", "")):
            # Such as of a place on a map.
            yield FurtherWords(WordsRole.LINK, href)
        role = next((_ROLES[name] for name in _ROLES if name in node.classes()), None)
        if role is not None and (
            shown := shown_lines("".join(each for each in node.children if isinstance(each, str)))
        ):
            yield FurtherWords(role, shown.strip())
    for button in body.walk():
        if "bot_button" in button.classes():
            yield FurtherWords(WordsRole.BUTTON, shown_lines(button.text()).strip())
            addresses = (node.attributes.get("href") for node in button.walk())
            yield from (FurtherWords(WordsRole.BUTTON, address) for address in addresses if address)


def _time(title: str) -> MessageTime:
    return by_another_calendar(_stated(title))


def _stated(title: str) -> MessageTime:
    found = _TITLE.fullmatch(title.strip())
    if found is None:
        return MessageTime(title, TimeKind.NONE, None, reason="no-such-date-or-time")
    day, month, year, clock, zone = found.groups()
    told = f"{year}-{month}-{day}T{clock}"
    if zone:
        return MessageTime(title, TimeKind.OFFSET, told + zone, Precision.SECOND)
    if "UTC" in title:
        return MessageTime(title, TimeKind.UTC, told + "Z", Precision.SECOND)
    return MessageTime(title, TimeKind.LOCAL, told, Precision.SECOND)


def _kind(body: MarkupNode, attachments: tuple[Attachment, ...]) -> MessageKind:
    for name, kind in (
        ("media_call", MessageKind.CALL),
        ("media_location", MessageKind.LOCATION),
        ("media_live_location", MessageKind.LOCATION),
        ("media_poll", MessageKind.POLL),
        ("media_contact", MessageKind.CONTACT),
    ):
        if body.find(name):
            return kind
    if not attachments:
        return MessageKind.MEDIA_OMITTED if body.find("media_wrap") else MessageKind.TEXT
    absent = all(attachment.status is AttachmentStatus.NOT_EXPORTED for attachment in attachments)
    return MessageKind.MEDIA_OMITTED if absent else MessageKind.MEDIA


def _media_words(body: MarkupNode) -> dict[str, Json]:
    wrap = body.find("media_wrap")
    shown = shown_lines(wrap.text()).strip() if wrap else ""
    return {"media": " | ".join(part.strip() for part in shown.split("\n") if part.strip())} if shown else {}


def _reply(reply: MarkupNode) -> str | None:
    for node in reply.walk():
        if found := _MESSAGE_LINK.search(node.attributes.get("href", "") + node.attributes.get("onclick", "")):
            return found[1]
    return None


def _reactions(body: MarkupNode) -> Iterator[Reaction]:
    for node in body.walk():
        if "reaction" in node.classes() and (emoji := node.find("emoji")):
            who = [inner.attributes.get("title") for inner in node.walk() if "initials" in inner.classes()]
            for name in who or [None]:
                yield Reaction(shown_lines(emoji.text()).strip(), name)
