"""Messenger's end-to-end encrypted chats, downloaded from the app's secure storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import Entry
from evidence_kit.chats.meta import records


def claims(head: FileHead, _name: str) -> FormatVote:
    """Vote for a thread name, or for messages with the keys of this exporter."""
    shape = head.shape
    known = "/threadName" in shape or "/messages/*/senderName" in shape
    return FormatVote.BY_CONTENT if known and "/messages" in shape else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in the order of the file; who the owner is, the file does not say."""
    return records.read_meta_records(export, around, "messenger", records.ENCRYPTED)


FORMAT = ChatFormat("messenger-encrypted-json", claims, read)
