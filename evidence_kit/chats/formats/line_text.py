"""LINE, "Export chat history": tabs between time, sender and text; the date on a line of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.encoding import encoding_of
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    DateOrder,
    Entry,
    Message,
    MessageFlag,
    MessageKind,
    MessageSender,
    MessageTime,
    Metadata,
    Precision,
    TimeKind,
    Unread,
    UnreadReason,
)
from evidence_kit.chats.segments import TextSegment, text_segments
from evidence_kit.chats.times import CALENDAR_REASONS, from_words

_OPENING = re.compile(
    r"\n(?:(?P<day>(?:[^\d\n]{0,12}\d{1,4}[/.]\d{1,2}[/.]\d{1,4}[^\t\n]{0,12}))(?=\r?\n|\Z)"
    r"|(?P<clock>\d{1,2}:\d{2}(?: ?[APap][Mm])?)\t(?:(?P<sender>[^\t\n]*)\t)?)"
)
_HEADER = re.compile(r"[\ufeff\s]*\[LINE\] (?:Chat history (?:with|in) )?(?P<title>[^\n\r]*)")
_MEDIA = re.compile(
    r"\[(?:Photos?|Videos?|Sticker|Voice message|File|Album|صورة|فيديو|ملصق|رسالة صوتية|ملف|Autocollant|Vidéo"
    r"|Message vocal|Fichier|Foto|Imagen|写真|動画|スタンプ|ボイスメッセージ|ファイル|사진|동영상|스티커"
    r"|รูปภาพ|วิดีโอ|สติกเกอร์)\]",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\[(?:Location|الموقع|Position|Ubicación|位置情報|위치)\]")
_NOTHING: frozenset[MessageFlag] = frozenset()
_CALL = re.compile(r"☎ ")
_UNSENT = re.compile(r"(?P<name>\S[^\n]*?) unsent a message\.?\Z")


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for the header."""
    return FormatVote.BY_CONTENT if _HEADER.match(head.text) else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in file order; a text of several lines stands in quotes."""
    reader = _Reader()
    for stretch in text_segments(export, encoding_of(export), _OPENING):
        yield reader.entry(stretch)


FORMAT = ChatFormat("line-text", claims, read)


class _Reader:
    """Remembers the day, which stands before its messages, and the title, which stands first."""

    def __init__(self) -> None:
        self._conversation = Conversation("line", "text")
        self._day: MessageTime | None = None

    def entry(self, stretch: TextSegment) -> Entry:
        """Return the entry of a stretch."""
        opening, body, place = stretch
        if body is None:
            return Unread(place, UnreadReason.TOO_LONG)
        if opening is None:
            header = _HEADER.match(body)
            if header:
                self._conversation = Conversation("line", "text", None, header["title"].strip() or None)
            known = header or not body.strip()
            return Metadata(place, "header", body) if known else Unread(place, UnreadReason.NOT_A_MESSAGE)
        if opening["day"]:
            self._day = from_words(opening["day"])
            return Metadata(place, "day", opening["day"] + body)
        return self._message(opening["clock"], opening["sender"], body, place)

    def _message(self, clock: str, sender: str | None, body: str, place: ByteRange) -> Message:
        body = body.rstrip("\r\n")
        quoted = len(body) > 1 and body[0] == body[-1] == '"' and "\n" in body
        text = body[1:-1] if quoted else body
        kind, flags = MessageKind.TEXT, _NOTHING
        attachments: tuple[Attachment, ...] = ()
        if sender is None:
            unsent = _UNSENT.match(text)
            kind = MessageKind.DELETED if unsent else MessageKind.SYSTEM
            if unsent is not None:
                sender, flags = unsent["name"], frozenset({MessageFlag.DELETED})
        elif _CALL.match(text):
            kind = MessageKind.CALL
        elif _MEDIA.fullmatch(text):
            kind, attachments = MessageKind.MEDIA_OMITTED, (Attachment(None, AttachmentStatus.OMITTED),)
        elif _PLACE.match(text):
            kind = MessageKind.LOCATION
        who = MessageSender(sender) if sender else None
        return Message(place, self._conversation, who, self._time(clock), text, kind, attachments, flags)

    def _time(self, clock: str) -> MessageTime:
        """Return the time of the clock on the day above; with every reading that the day has."""
        raw = f"{self._day.raw} {clock}" if self._day else clock
        days = [] if self._day is None else [self._day.value] if self._day.value else list(self._day.readings)
        hour, minute = (int(part) for part in re.findall(r"\d+", clock))
        if clock[-1:] in "Mm":
            hour = hour % 12 + (12 if clock[-2] in "Pp" else 0)
        if self._day is not None and not days and self._day.reason in CALENDAR_REASONS:
            return MessageTime(raw, TimeKind.LOCAL, None, Precision.MINUTE, None, self._day.reason)
        if hour > 23 or minute > 59 or not days:
            return MessageTime(raw, TimeKind.NONE, None, reason="no-such-date-or-time")
        readings = tuple(f"{day}T{hour:02d}:{minute:02d}" for day in days)
        order = self._day.date_order if self._day else None
        if len(readings) == 1:
            reason = self._day.reason if self._day and self._day.reason in CALENDAR_REASONS else None
            return MessageTime(raw, TimeKind.LOCAL, readings[0], Precision.MINUTE, order, reason)
        return MessageTime(
            raw, TimeKind.LOCAL, None, Precision.MINUTE, DateOrder.AMBIGUOUS, "nothing-decides", readings
        )
