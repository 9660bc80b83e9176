"""One mail, as saved by a mail program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.mail.bodies import carried_files, mail_message
from evidence_kit.chats.message import ByteRange, Entry, Message, Unread, UnreadReason

LONGEST_BYTES = 1 << 27

_FIELD = re.compile(rb"[!-9;-~]{1,76}:")
_TELLING = re.compile(
    rb"^(?:received|return-path|message-id|mime-version|delivered-to|subject|date|from|to|dkim-signature):",
    re.I | re.M,
)


def claims(head: FileHead, name: str) -> FormatVote:
    """Vote for lines of a mail's header from the first on, three telling ones among them."""
    data = head.data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    top = re.split(rb"\r?\n\r?\n", data, maxsplit=1)[0]
    telling = {field.lower() for field in _TELLING.findall(top)}
    if _FIELD.match(data) and len(telling) >= 3 and b"from:" in telling:
        return FormatVote.BY_CONTENT
    return FormatVote.BY_NAME if name.casefold().endswith(".eml") else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the mail; one of more than 128 MB is not read, since its parts would be held at once."""
    data = export.read(LONGEST_BYTES + 1)
    if len(data) > LONGEST_BYTES:
        yield Unread(ByteRange(0, export.seek(0, 2)), UnreadReason.TOO_LONG)
        return
    place = ByteRange(0, len(data))
    made = mail_message(data, place, "eml")
    yield made if isinstance(made, Message) else Unread(place, UnreadReason.MALFORMED, made)


FORMAT = ChatFormat("mail-eml", claims, read, carried_files)
