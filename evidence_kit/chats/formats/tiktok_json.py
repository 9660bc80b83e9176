"""TikTok, "Download your data" as JSON: direct messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.json_records import Record, other_facts, record_entries, string_member
from evidence_kit.chats.jsontree import Path
from evidence_kit.chats.leaves import other_words
from evidence_kit.chats.message import AccountId, ByteRange, Conversation, Entry, Message, MessageSender, WordsRole
from evidence_kit.chats.times import from_iso

_SECTIONS = ("Direct Message", "Direct Messages")
_TITLE = "Chat History with "
_KNOWN = frozenset({"Date", "From", "Content"})
_TECHNICAL = frozenset({"MessageId", "ID", "Id"})
_ROLES = {
    "Link": WordsRole.LINK,
    "VideoLink": WordsRole.LINK,
    "Title": WordsRole.TITLE,
    "Description": WordsRole.DESCRIPTION,
    "UserName": WordsRole.CONTACT,
}


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for the section of direct messages, or for the sections that TikTok's file begins with."""
    tops = {part.split("/")[1] for part in head.shape}
    chats = any(section in tops for section in _SECTIONS) or any("/ChatHistory" in part for part in head.shape)
    whole = "Activity" in tops and any("Video Browsing" in part or "Watch History" in part for part in head.shape)
    return FormatVote.BY_CONTENT if chats or whole else FormatVote.NO


def read(export: BinaryIO, _around: Surroundings) -> Iterator[Entry]:
    """Yield the messages of all chats in file order; dates are UTC by TikTok's own word."""
    yield from record_entries(export, _into, _is_record, _message)


FORMAT = ChatFormat("tiktok-json", claims, read)


def _into(path: Path) -> bool:
    inside = bool(path) and (path[0] in {*_SECTIONS, "Chat History"} or (path[0] == "Activity" and len(path) < 2))
    nested = len(path) > 1 and path[0] == "Activity" and path[1] in {*_SECTIONS, "Chat History"}
    return not path or (len(path) < 6 and (inside or nested) and not _is_record(path))


def _is_record(path: Path) -> bool:
    if len(path) < 2 or not isinstance(path[-1], int):
        return False
    return str(path[-2]).startswith(_TITLE) or path[-3:-2] == ("ChatHistory",)


def _message(record: Record, path: Path, place: ByteRange) -> Message | None:
    if "Date" not in record:
        return None
    other = str(path[-2]).removeprefix(_TITLE).rstrip(":")
    sender = string_member(record, "From")
    return Message(
        place,
        Conversation("tiktok", "download-json", other, other),
        MessageSender(sender, (AccountId("handle", sender),), is_owner=None) if sender else None,
        from_iso(record.get("Date"), is_utc=True),
        string_member(record, "Content") or "",
        details=other_facts(record, _KNOWN),
        words=other_words(record, _KNOWN, _TECHNICAL, _ROLES),
    )
