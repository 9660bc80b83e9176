"""Signal's own plaintext export: `main.jsonl`, one frame a line, beside `metadata.json` and `files/`."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from evidence_kit.chats.encoding import UTF8
from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import Record, object_member, object_members, other_facts, string_member
from evidence_kit.chats.json_window import decoded_json
from evidence_kit.chats.leaves import text_leaves
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
    Metadata,
    Reaction,
    Unread,
    UnreadReason,
    WordsRole,
)
from evidence_kit.chats.segments import text_segments
from evidence_kit.chats.times import from_epoch
from evidence_kit.chats.told import duration_text, person_name
from evidence_kit.model import Json

_FRAME = re.compile(r"\n(?=[\ufeff]?\{)")
_FRAMES = re.compile(r'\A\s*\{\s*"(?:version|account|recipient|chat|chatItem|backupInfo|stickerPack|adHocCall)"\s*:')
_TELLING = re.compile(r'^\{\s*"(?:recipient|chat|chatItem)"\s*:\s*\{', re.MULTILINE)
_KNOWN = frozenset({"chatId", "authorId", "dateSent"})
_KINDS = {
    "contactMessage": MessageKind.CONTACT,
    "stickerMessage": MessageKind.MEDIA,
    "remoteDeletedMessage": MessageKind.DELETED,
    "adminDeletedMessage": MessageKind.DELETED,
    "viewOnceMessage": MessageKind.MEDIA_OMITTED,
    "updateMessage": MessageKind.SYSTEM,
    "poll": MessageKind.POLL,
    "paymentNotification": MessageKind.SYSTEM,
    "giftBadge": MessageKind.SYSTEM,
}
_CALLS = ("individualCall", "groupCall")
_DELETED = ("remoteDeletedMessage", "adminDeletedMessage")
# Keys whose texts are for machines: identifiers, keys, digests, states.
TECHNICAL = frozenset(
    {"chatId", "authorId", "dateSent", "adminId", "targetSentTimestamp", "sentTimestamp", "contentType", "pointer"}
    | {"locatorInfo", "wasDownloaded", "type", "flag", "clientUuid", "blurHash", "bodyRanges", "reactions", "quote"}
    | {"incoming", "outgoing", "directionless", "dateReceived", "dateServerSent", "sortOrder", "avatar", "packId"}
    | {"packKey", "image", "attachment", "attachments", "longText", "revisions", "callId", "ringerRecipientId"}
    | {"startedCallTimestamp", "direction", "state", "startedCallRecipientId", "endedCallTimestamp", "mentionAci"}
    | {"updaterAci", "aci", "memberAci", "voterId", "voteCount", "timestamp", "receiptCredentialPresentation"}
    | {"newMemberAci", "memberAcis", "targetAuthorAci", "targetSentTimestamp", "expiresInMs", "expireStartDate"}
)
_ROLES: Mapping[str, WordsRole] = {
    "question": WordsRole.QUESTION,
    "option": WordsRole.OPTION,
    "url": WordsRole.LINK,
    "title": WordsRole.TITLE,
    "description": WordsRole.DESCRIPTION,
    "caption": WordsRole.CAPTION,
    "givenName": WordsRole.CONTACT,
    "familyName": WordsRole.CONTACT,
    "nickname": WordsRole.CONTACT,
    "organization": WordsRole.CONTACT,
    "value": WordsRole.CONTACT,
    "label": WordsRole.CONTACT,
    "fileName": WordsRole.FILE,
    "emoji": WordsRole.STORY,
}
_SIMPLE = {
    "END_SESSION": "changed-key",
    "IDENTITY_UPDATE": "changed-key",
    "CHANGE_NUMBER": "changed-number",
    "BLOCKED": "blocked",
    "UNBLOCKED": "unblocked",
    "REPORTED_SPAM": "reported-spam",
}
# Written down, since the system's own table is a file, which an isolated worker does not get to see.
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "audio/aac": ".aac",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "text/plain": ".txt",
    "text/x-signal-plain": ".txt",
}
_WITHOUT = "messages that vanish, and those that were to be seen once: the app leaves them out of this export"


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for frames of a backup, one a line."""
    return FormatVote.BY_CONTENT if _FRAMES.match(head.text) and _TELLING.search(head.text) else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield chat items in file order; recipients and chats stand before them and are remembered."""
    yield Metadata(ByteRange(0, 0), "decided:left-out", _WITHOUT)
    reader = _Reader(around)
    for _, body, place in text_segments(export, UTF8, _FRAME):
        if body is None:
            yield Unread(place, UnreadReason.TOO_LONG)
        elif not body.strip():
            yield Metadata(place, "blank")
        else:
            yield reader.entry(body, place)


FORMAT = ChatFormat("signal-plaintext", claims, read)


class _Reader:
    """Remembers who is who."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._owner: str | None = None
        self._people: dict[str, MessageSender] = {}
        self._chats: dict[str, Conversation] = {}

    def entry(self, text: str, place: ByteRange) -> Entry:
        """Return the entry of a frame."""
        frame, why = decoded_json(text)
        if why is not None:
            return Unread(place, why)
        if not isinstance(frame, dict):
            return Unread(place, UnreadReason.UNKNOWN_SHAPE, type(frame).__name__)
        if item := object_member(frame, "chatItem"):
            return self._message(item, place)
        if account := object_member(frame, "account"):
            self._owner = (
                " ".join(filter(None, (string_member(account, "givenName"), string_member(account, "familyName"))))
                or None
            )
        if recipient := object_member(frame, "recipient"):
            self._people[str(recipient.get("id"))] = _person(recipient, self._owner)
        if chat := object_member(frame, "chat"):
            number = str(chat.get("id"))
            other = self._people.get(str(chat.get("recipientId")))
            self._chats[number] = Conversation("signal", "plaintext", number, other.display if other else None)
        return Metadata(place, next(iter(frame), "frame"), cast("Json", frame))

    def _message(self, item: Record, place: ByteRange) -> Message:
        number, author = str(item.get("chatId")), str(item.get("authorId"))
        standard = object_member(item, "standardMessage")
        content = next(
            (object_member(item, key) for key in ("directStoryReplyMessage", *_KINDS) if key in item), standard
        )
        attachments = tuple(self._attachments(standard or content))
        reactions = object_members(standard or content, "reactions")
        quote = object_member(standard, "quote")
        return Message(
            place,
            self._chats.get(number, Conversation("signal", "plaintext", number)),
            self._people.get(author, MessageSender(None, (AccountId("recipient-id", author),))),
            from_epoch(item.get("dateSent"), 1000),
            _text(standard or content),
            _kind(item, attachments),
            attachments,
            _flags(item),
            reply_to=string_member(quote, "targetSentTimestamp"),
            reactions=tuple(
                Reaction(
                    string_member(each, "emoji") or "",
                    self._name(string_member(each, "authorId")),
                    from_epoch(each.get("sentTimestamp"), 1000) if "sentTimestamp" in each else NO_TIME,
                )
                for each in reactions
            ),
            details=other_facts(item, _KNOWN),
            words=tuple(dict.fromkeys(self._words(item, standard or content, quote))),
            event=self._event(item, standard),
        )

    def _words(self, item: Record, content: Record, quote: Record) -> Iterator[FurtherWords]:
        """Yield the words beside the text: earlier versions, quotations, links, polls, contacts, stories."""
        for revision in object_members(item, "revisions"):
            earlier = object_member(revision, "standardMessage") or object_member(revision, "directStoryReplyMessage")
            if text := _text(earlier):
                yield FurtherWords(WordsRole.EARLIER, text)
            for each in (*object_members(earlier, "attachments"), object_member(earlier, "longText")):
                yield from _file_names(object_member(each, "pointer") or each)
        if quoted := _text(quote):
            yield FurtherWords(WordsRole.QUOTE, quoted, self._name(string_member(quote, "authorId")))
        for each in _pointers(content):
            yield from _file_names(each)
        told = _text(content)
        for key, value in item.items():
            if key not in {*_KNOWN, "revisions"} and isinstance(value, Mapping):
                for name, text in text_leaves(value, TECHNICAL):
                    if text != told:
                        yield FurtherWords(_ROLES.get(name, WordsRole.NOTE), text)

    def _event(self, item: Record, standard: Record) -> MessageEvent | None:
        """Return the event of an item: an update's, a deletion's, or where the rest of a long text stands."""
        if long_text := object_member(standard, "longText"):
            return MessageEvent("longer-text", {"file": self._path(long_text) or "?"})
        if deleted := object_member(item, "adminDeletedMessage"):
            return MessageEvent("deleted-by-admin", {"name": self._name(string_member(deleted, "adminId")) or "?"})
        if update := object_member(item, "updateMessage"):
            return _update(update)
        return MessageEvent("view-once-opened") if "viewOnceMessage" in item else None

    def _path(self, pointer: Record) -> str | None:
        """Return where the export keeps a file: under the SHA-256 of its digest and its key, which stand in it.

        Source: Signal Desktop, getMediaNameForAttachment and getLocalBackupFileName of its local backups.
        """
        locator = object_member(pointer, "locatorInfo")
        digest, key = string_member(locator, "plaintextHash"), string_member(locator, "localKey")
        if not digest or not key:
            return None
        try:
            media = base64.b64decode(digest, validate=True) + base64.b64decode(key, validate=True)
        except ValueError:
            return None
        name = hashlib.sha256(media).hexdigest()
        stated = PurePosixPath(string_member(pointer, "fileName") or "").suffix
        ending = _ENDINGS.get(string_member(pointer, "contentType") or "", stated)
        paths = [f"files/{name[:2]}/{name}{each}" for each in dict.fromkeys((ending, stated, ""))]
        return next(filter(self._around.holds, paths), paths[0])

    def _name(self, number: str | None) -> str | None:
        return person_name(self._people.get(str(number))) or number

    def _attachments(self, content: Record) -> Iterator[Attachment]:
        for pointer in _pointers(content):
            name = self._path(pointer) or string_member(pointer, "fileName") or string_member(pointer, "path")
            size = string_member(pointer, "size") or string_member(object_member(pointer, "locatorInfo"), "size")
            status = self._around.status(name) if name else AttachmentStatus.UNKNOWN
            size_bytes = int(size) if size and size.isdecimal() else None
            yield Attachment(name, status, string_member(pointer, "contentType"), size_bytes)


def _pointers(content: Record) -> list[Record]:
    """Return the files of a message: its attachments, and the rest of a text that is too long for it."""
    listed = [*object_members(content, "attachments")]
    listed += [object_member(content, key) for key in ("attachment", "longText") if key in content]
    listed += [object_member(object_member(content, "sticker"), "data")] if "sticker" in content else []
    return [object_member(each, "pointer") or each for each in listed if each]


def _file_names(pointer: Record) -> Iterator[FurtherWords]:
    """Yield a file's name before the export gave it another, and its caption."""
    for key, role in (("fileName", WordsRole.FILE), ("caption", WordsRole.CAPTION)):
        if text := string_member(pointer, key):
            yield FurtherWords(role, text)


def _update(update: Record) -> MessageEvent:
    """Return the event of an update: a timer, a call, a number or key that changed, or the app's own name."""
    if "expirationTimerChange" in update:
        period = string_member(object_member(update, "expirationTimerChange"), "expiresInMs") or "0"
        seconds = int(period) // 1000 if period.isdecimal() else 0
        return MessageEvent("set-timer", {"duration": duration_text(seconds)}) if seconds else MessageEvent("timer-off")
    if call := next((object_member(update, key) for key in _CALLS if key in update), None):
        state = string_member(call, "state") or ""
        return MessageEvent("call-missed" if "MISSED" in state else "call-declined" if "DECLINED" in state else "call")
    kind = (
        string_member(object_member(update, "simpleUpdate"), "type") or ", ".join(_actions(update)) or "updateMessage"
    )
    if "profileChange" in update:
        return MessageEvent("changed-name")
    return MessageEvent(_SIMPLE[kind]) if kind in _SIMPLE else MessageEvent("service", {"action": kind})


def _actions(update: Record) -> Iterator[str]:
    """Yield the kinds of change that an update is made of, by the app's own names."""
    for key, value in update.items():
        listed = object_members(object_member(update, key), "updates")
        yield from (name for each in listed for name in each) if listed else (key,)
        if not isinstance(value, Mapping):
            return


def _person(recipient: Record, owner: str | None) -> MessageSender:
    contact, group = object_member(recipient, "contact"), object_member(recipient, "group")
    if "self" in recipient:
        return MessageSender(owner, (), is_owner=True)
    title = object_member(object_member(group, "snapshot"), "title")
    if group:
        return MessageSender(string_member(title, "title") or string_member(object_member(group, "snapshot"), "title"))
    names = (
        " ".join(
            filter(None, (string_member(contact, f"{kind}GivenName"), string_member(contact, f"{kind}FamilyName")))
        )
        for kind in ("system", "profile")
    )
    ids = [
        AccountId(kind, value)
        for key, kind in (("e164", "phone"), ("username", "handle"), ("aci", "user-id"))
        if (value := string_member(contact, key))
    ]
    return MessageSender(next(filter(None, names), None), tuple(ids), is_owner=False)


def _text(content: Record) -> str:
    text = content.get("text")
    if isinstance(text, str):
        return text
    reply = object_member(object_member(content, "textReply"), "text")
    question = string_member(content, "question")
    return string_member(object_member(content, "text"), "body") or string_member(reply, "body") or question or ""


def _kind(item: Record, attachments: tuple[Attachment, ...]) -> MessageKind:
    if any(call in object_member(item, "updateMessage") for call in _CALLS):
        return MessageKind.CALL
    found = next((kind for key, kind in _KINDS.items() if key in item), None)
    if found is not None:
        return found
    if attachments:
        return MessageKind.MEDIA
    known = "standardMessage" in item or "directStoryReplyMessage" in item
    return MessageKind.TEXT if known else MessageKind.UNSUPPORTED


def _flags(item: Record) -> frozenset[MessageFlag]:
    flags = {
        MessageFlag.DELETED: any(key in item for key in _DELETED),
        MessageFlag.EDITED: bool(item.get("revisions")),
        MessageFlag.VIEW_ONCE: "viewOnceMessage" in item,
        MessageFlag.SELF_DESTRUCT: bool(item.get("expiresInMs")),
    }
    return frozenset(flag for flag, holds in flags.items() if holds)
