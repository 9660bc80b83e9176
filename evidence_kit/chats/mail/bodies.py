"""Makes a message of one mail in memory: its text, its attachments, its headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message as Mail

from evidence_kit.chats.mail.headers import (
    charset_text,
    decoded_header,
    first_header,
    header_facts,
    mail_receivers,
    mail_sender,
    mail_time,
)
from evidence_kit.chats.markup import parse_markup, shown_lines
from evidence_kit.chats.message import (
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    FurtherWords,
    Message,
    MessageEvent,
    MessageKind,
    WordsRole,
)
from evidence_kit.model import ByteSpan, Json

_MOST_PARTS = 1000
_MOST_LINKS = 200
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ESCAPED = re.compile(r"^>(?=>*From )", re.MULTILINE)
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


def mail_message(data: bytes, place: ByteRange, variant: str, *, unescape: bool = False) -> Message | str:
    """Return the mail that these bytes are, or why they are none.

    The default policy, compat32, is the right one: the newer ones raise on headers that exist.

    Args:
        data: The mail; of many in one file, without the line that separates them.
        place: Where in the file.
        variant: Which format it came in.
        unescape: Whether lines that begin with `>From ` lose a `>`.
    """
    try:
        mail = message_from_bytes(data)
        parts = _parts(mail)
        text = _text(parts)
        attachments = tuple(_attachments(parts, place))
        who, told, to = mail_sender(mail), header_facts(mail), mail_receivers(mail)
        sealed, links = _sealed(mail, parts), tuple(_links(parts, text))
        time, native, answered = (
            mail_time(first_header(mail, "Date")),
            first_header(mail, "Message-ID"),
            first_header(mail, "In-Reply-To"),
        )
    except _BROKEN as error:
        return f"{type(error).__name__}: {error}"[:200]
    stated = (who, native, told["subject"], told.get("received"), first_header(mail, "Date"))
    if all(value is None for value in stated):
        return "no header that a mail has"
    if unescape:
        text = _ESCAPED.sub("", text)
    details: dict[str, Json] = {**told, "defects": [type(defect).__name__ for defect in mail.defects]}
    return Message(
        place,
        Conversation("mail", variant, None, told["subject"] if isinstance(told["subject"], str) else None),
        who,
        time,
        text,
        _kind(text, attachments, sealed),
        attachments,
        native_id=native.strip() if native else None,
        reply_to=answered.strip() if answered else None,
        details=details,
        words=(*subject_words(told["subject"]), *links),
        event=None if sealed is None else MessageEvent("unreadable", {"reason": sealed}),
        to=to,
    )


def subject_words(subject: object) -> tuple[FurtherWords, ...]:
    """Return the subject of a mail as words of it."""
    return (FurtherWords(WordsRole.SUBJECT, subject),) if isinstance(subject, str) and subject.strip() else ()


def _kind(text: str, attachments: tuple[Attachment, ...], sealed: str | None) -> MessageKind:
    if sealed is not None:
        return MessageKind.UNSUPPORTED
    return MessageKind.TEXT if text or not attachments else MessageKind.MEDIA


def _sealed(mail: Mail, parts: list[Mail]) -> str | None:
    """Return the name of the wrapping that hides the words of a mail; None when they can be read."""
    if mail.get_content_type() == "multipart/encrypted":
        return "PGP/MIME"
    kinds = {part.get_content_type() for part in parts}
    if kinds & _SMIME and not any(kind.startswith("text/") for kind in kinds):
        return "S/MIME"
    return None


def _links(parts: list[Mail], text: str) -> Iterator[FurtherWords]:
    """Yield the addresses under words of the parts that are HTML, where the text does not show them."""
    seen: set[str] = set()
    for part in parts:
        if _is_attached(part) or part.get_content_type() != "text/html":
            continue
        for node in parse_markup(_decoded(part)).walk():
            href = node.attributes.get("href", "")
            if node.tag == "a" and "://" in href and href not in text and href not in seen:
                seen.add(href)
                yield FurtherWords(WordsRole.LINK, href)
                if len(seen) == _MOST_LINKS:
                    return


def _parts(mail: Mail) -> list[Mail]:
    """Return the leaves in order; walked without recursion, since nesting is the sender's to choose."""
    leaves: list[Mail] = []
    waiting: list[Mail] = [mail]
    while waiting and len(leaves) < _MOST_PARTS:
        part = waiting.pop()
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_type() != "message/rfc822":
            waiting.extend(reversed([inner for inner in payload if isinstance(inner, Mail)]))
        else:
            leaves.append(part)
    return leaves


def _text(parts: list[Mail]) -> str:
    """Return the plain texts; of a mail that has none, the text of its HTML."""
    shown = [part for part in parts if not _is_attached(part)]
    plain = [_decoded(part) for part in shown if part.get_content_type() == "text/plain"]
    if plain:
        return "\n".join(plain)
    pages = [_decoded(part) for part in shown if part.get_content_type() == "text/html"]
    return "\n".join(shown_lines(parse_markup(page).text()) for page in pages)


def carried_files(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of every part of a mail that is a file, its encoding for transport undone.

    A mail inside of a mail is written again, since the parser does not keep its bytes; they stand in the mail.
    """
    try:
        files = list(_files(_parts(message_from_bytes(data))))
        yield from ((number, _content(part)) for number, part in files)
    except _BROKEN:
        return


def _attachments(parts: list[Mail], place: ByteRange) -> Iterator[Attachment]:
    """Yield the parts that are files; their bytes stand in the mail, encoded."""
    for number, part in _files(parts):
        name = part.get_filename()
        yield Attachment(
            decoded_header(name) if name is not None else None,
            AttachmentStatus.PRESENT,
            part.get_content_type(),
            len(_content(part)),
            ByteSpan(place.start, place.end),
            number,
        )


def _files(parts: list[Mail]) -> Iterator[tuple[int, Mail]]:
    """Yield the parts that are neither the text that is read nor a bare frame, with their number among all."""
    for number, part in enumerate(parts, start=1):
        if _is_attached(part) or part.get_content_maintype() not in {"text", "multipart"}:
            yield number, part


def _content(part: Mail) -> bytes:
    inner = part.get_payload()
    if isinstance(inner, list):
        return b"\n".join(each.as_bytes() for each in inner if isinstance(each, Mail))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _is_attached(part: Mail) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _decoded(part: Mail) -> str:
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset()
    return charset_text(payload, charset) if isinstance(payload, bytes) else ""
