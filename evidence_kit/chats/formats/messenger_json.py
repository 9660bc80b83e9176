"""Messenger, from "Download your information" as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import Entry
from evidence_kit.chats.meta import records


def claims(head: FileHead, name: str) -> FormatVote:
    """Vote for the exporter's keys, unless a path or link names Instagram."""
    return (
        FormatVote.BY_CONTENT
        if records.is_meta_export(head) and not records.names_instagram(head, name)
        else FormatVote.NO
    )


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in the order of the file, which is newest first."""
    return records.read_meta_records(export, around, "messenger")


FORMAT = ChatFormat("messenger-json", claims, read)
