"""SMS Backup & Restore: text messages, picture messages and calls of an Android phone, as XML of any size.

The file is cut into records, and each is parsed by itself: so a broken one costs nothing but itself, no
document type of the file is ever obeyed, and memory holds one record.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import BinaryIO, cast

from evidence_kit.chats.blocks import MarkedBlock, marked_blocks
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import (
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
    Metadata,
    Unread,
    UnreadReason,
    WordsRole,
)
from evidence_kit.chats.sms_records import SmsElement, parsed_record, parsed_together
from evidence_kit.chats.times import from_epoch
from evidence_kit.chats.told import duration_text
from evidence_kit.model import ByteSpan, Json

_RECORD = re.compile(rb"<(?:sms|mms|call)(?=[\s/>])")
_CLOSING = (b"</smses>", b"</calls>")
_TEXT, _NO_FLAGS = MessageKind.TEXT, frozenset[MessageFlag]()
_TOGETHER_BYTES = 1 << 17
_COUNT = re.compile(rb"<(?:smses|calls)\b[^>]{0,1000}?\bcount\s*=\s*[\"'](\d{1,12})[\"']")
_OPENING = re.compile(r"<(?:smses|calls)[\s>]")

_BOXES = {"1": "received", "2": "sent", "3": "draft", "4": "outbox", "5": "failed", "6": "queued"}
_CALLS = {"1": "received", "2": "made", "3": "missed", "4": "voicemail", "5": "rejected", "6": "refused"}
_FROM, _TO = "137", "151"
_LAYOUT = "application/smil"
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for the root element."""
    text = head.text.lstrip()
    return FormatVote.BY_CONTENT if text[:1] == "<" and _OPENING.search(text[:20_000]) else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield messages and calls in file order, then whether there are as many as the file says."""
    stated, records, end = None, 0, 0
    waiting = _Waiting()
    for block in marked_blocks(export, _RECORD):
        end = block.place.end
        if block.marked:
            records += 1
            if waiting.takes(block):
                continue
            yield from waiting.entries()
            if not waiting.takes(block):
                yield from _entries(block)
            continue
        yield from waiting.entries()
        if block.data is None:
            yield Unread(block.place, UnreadReason.TOO_LONG)
            continue
        found = _COUNT.search(block.data)
        stated = int(found[1]) if found else stated
        yield Metadata(block.place, "header", block.data.decode("utf-8", "replace"))
    yield from waiting.entries()
    if stated is not None and stated != records:
        yield Unread(ByteRange(end, end), UnreadReason.WRONG_COUNT, f"{stated} stated, {records} found")


def carried_files(record: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of every part of a picture message; base64 that breaks ends before its break."""
    made = parsed_record(record)
    if not isinstance(made, SmsElement):
        return
    parts = [child.attributes for group in made.inside if group.tag == "parts" for child in group.inside]
    for attachment in _parts(parts, ByteRange(0, len(record))):
        if attachment.inside is not None and attachment.part is not None:
            yield attachment.part, _from_base64(parts[attachment.part - 1].get("data", ""))


FORMAT = ChatFormat("sms-backup-restore", claims, read, carried_files)


def _from_base64(text: str) -> bytes:
    signs = _NOT_BASE64.sub("", text)
    odd = len(signs) % 4
    # One sign alone holds no byte; two and three do, and lack their padding.
    whole = signs[:-1] if odd == 1 else signs + "=" * (-odd % 4)
    return base64.b64decode(whole, validate=True)


class _Waiting:
    """Records that are parsed together: a parser for each costs more than its reading."""

    def __init__(self) -> None:
        self._blocks: list[MarkedBlock] = []
        self._size_bytes = 0

    def takes(self, block: MarkedBlock) -> bool:
        """Take a record, or say that it does not fit: those before it are to be told first, or it is read alone."""
        data = block.data
        if data is None or self._size_bytes + len(data) > _TOGETHER_BYTES:
            return False
        self._blocks.append(block)
        self._size_bytes += len(data)
        return True

    def entries(self) -> Iterator[Entry]:
        """Yield the entries taken so far, and begin anew."""
        taken, self._blocks, self._size_bytes = self._blocks, [], 0
        elements = parsed_together([block.data or b"" for block in taken])
        if elements is None:
            for block in taken:
                yield from _entries(block)
            return
        yield from map(_message, elements, (block.place for block in taken))


def _entries(block: MarkedBlock) -> Iterator[Entry]:
    """Yield the record; the root's closing tag, which stands behind the last one, as metadata."""
    if block.data is None:
        yield Unread(block.place, UnreadReason.TOO_LONG)
        return
    data, stripped = block.data, block.data.rstrip()
    closing = stripped.endswith(_CLOSING)
    if closing:
        data = stripped[: stripped.rindex(b"<")].rstrip()
    place = ByteRange(block.place.start, block.place.start + len(data))
    made = parsed_record(data)
    yield _message(made, place) if isinstance(made, SmsElement) else Unread(place, *made)
    if closing:
        yield Metadata(ByteRange(place.end, block.place.end), "closing")


def _message(record: SmsElement, place: ByteRange) -> Message:
    told = record.attributes
    if "null" in told.values():
        told = {key: value for key, value in told.items() if value != "null"}
    tag = record.tag
    if tag == "sms":
        return _sms(told, place)
    return _mms(record, told, place) if tag == "mms" else _call(told, place)


def _sms(told: dict[str, str], place: ByteRange) -> Message:
    take, get = told.pop, told.get
    conversation, sender, told["box"] = _sides(get("address"), get("contact_name"), take("type", ""))
    body, time = take("body", ""), from_epoch(take("date", None), 1000)
    if "subject" in told or "sub" in told:
        return Message(place, conversation, sender, time, body, details=_details(told), words=_subject(told))
    return Message(place, conversation, sender, time, body, _TEXT, (), _NO_FLAGS, None, None, (), _details(told))


@lru_cache(maxsize=4096)
def _sides(address: str | None, name: str | None, box: str) -> tuple[Conversation, MessageSender | None, str]:
    """Return the conversation of a text message, its sender, and the name of the box it lay in."""
    sender = _person(address, name, _sent(box))
    return _conversation("sms", address, name), sender, _BOXES.get(box, f"type {box}")


def _call(told: dict[str, str], place: ByteRange) -> Message:
    number, kind = told.get("number"), told.pop("type", "")
    date = told.pop("date", None)
    told["call"] = _CALLS.get(kind, f"type {kind}")
    return Message(
        place,
        _conversation("call", number, told.get("contact_name")),
        _sender(number, told, sent=kind == "2" if kind in _CALLS else None),
        from_epoch(date, 1000),
        "",
        MessageKind.CALL,
        details=_details(told),
        event=_called(told),
    )


def _called(told: Mapping[str, str]) -> MessageEvent:
    if told["call"] in {"missed", "rejected", "refused"}:
        return MessageEvent("call-missed" if told["call"] == "missed" else "call-declined")
    seconds = told.get("duration", "")
    return (
        MessageEvent("called", {"duration": duration_text(int(seconds))})
        if seconds.isdecimal()
        else MessageEvent("call")
    )


def _mms(record: SmsElement, told: dict[str, str], place: ByteRange) -> Message:
    groups: dict[str, list[Mapping[str, str]]] = {
        group.tag: [child.attributes for child in group.inside] for group in record.inside
    }
    addresses = groups.get("addrs", [])
    senders = [each.get("address", "") for each in addresses if each.get("type") == _FROM]
    box = told.pop("msg_box", "")
    told["box"] = _BOXES.get(box, f"type {box}")
    listed = next((each for each in senders if each != "insert-address-token"), None)
    author = listed or told.get("address")
    parts = groups.get("parts", [])
    texts = [part.get("text", "") for part in parts if part.get("ct") == "text/plain"]
    attachments = tuple(_parts(parts, place))
    date = told.pop("date", None)
    receivers: list[Json] = [each.get("address", "") for each in addresses if each.get("type") == _TO]
    group = len(_numbers(told.get("address"))) > 1
    return Message(
        place,
        _conversation("mms", told.get("address"), told.get("contact_name")),
        _sender(author, told, sent=_sent(box), group=group),
        from_epoch(date, 1000),
        "\n".join(text for text in texts if text != "null"),
        MessageKind.MEDIA if attachments else MessageKind.TEXT,
        attachments,
        native_id=told.get("m_id"),
        details={**(_details(told) or {}), "to": receivers},
        words=_subject(told),
        to=tuple(MessageSender(None, (AccountId("phone", number),)) for number in map(str, receivers) if number),
    )


def _numbers(address: str | None) -> list[str]:
    """Return the numbers of a thread; of a group, the program joins them with a tilde."""
    return [each for each in (address or "").split("~") if each]


def _subject(told: Mapping[str, str]) -> tuple[FurtherWords, ...]:
    subject = told.get("sub") or told.get("subject")
    return (FurtherWords(WordsRole.SUBJECT, subject),) if subject else ()


def _sent(box: str) -> bool | None:
    """Return whether the owner wrote it; that a draft was never sent, `box` says."""
    return box != "1" if box in _BOXES else None


def _parts(parts: Sequence[Mapping[str, str]], place: ByteRange) -> Iterator[Attachment]:
    """Yield the parts that are neither text nor layout; their bytes stand in the record, in base64."""
    for number, part in enumerate(parts, start=1):
        media_type = part.get("ct")
        if media_type in {"text/plain", _LAYOUT}:
            continue
        name = next((part[key] for key in ("name", "fn", "cl") if part.get(key, "null") != "null"), None)
        data = part.get("data", "")
        size = len(data.rstrip("=")) * 3 // 4 if data else None
        status = AttachmentStatus.PRESENT if data else AttachmentStatus.NOT_EXPORTED
        inside = ByteSpan(place.start, place.end) if data else None
        yield Attachment(name, status, media_type, size, inside, number)


@lru_cache(maxsize=4096)
def _conversation(kind: str, address: str | None, name: str | None) -> Conversation:
    title = None if name in {None, "(Unknown)"} else name
    members = tuple(_numbers(address))
    return Conversation("sms", f"backup-restore-{kind}", address, title, members if len(members) > 1 else ())


def _sender(
    address: str | None, told: Mapping[str, str], *, sent: bool | None, group: bool = False
) -> MessageSender | None:
    return _person(address, None if group else told.get("contact_name"), sent)


@lru_cache(maxsize=4096)
def _person(address: str | None, name: str | None, sent: bool | None) -> MessageSender | None:  # noqa: FBT001 - to be cached
    """Return who sent it: the owner, whom the file does not name, or the other side.

    Of a group the name that stands there is that of all its members, and names nobody.
    """
    if sent:
        return MessageSender(None, (), is_owner=True)
    if address is None:
        return None
    known_type = "phone" if re.fullmatch(r"[+\d][\d\s\-]{2,}", address) else "sender-name"
    shown = None if name in {None, "(Unknown)"} else name
    return MessageSender(shown, (AccountId(known_type, address),), is_owner=None if sent is None else False)


def _details(told: dict[str, str]) -> Mapping[str, Json] | None:
    # Each record has a mapping of its own, which nothing else is made of any more.
    return cast("dict[str, Json]", told) or None
