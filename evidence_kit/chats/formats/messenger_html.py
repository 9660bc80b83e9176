"""Messenger, from "Download your information" as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from evidence_kit.chats.format import ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import Entry
from evidence_kit.chats.meta import pages


def claims(head: FileHead, name: str) -> FormatVote:
    """Vote for the exporter's boxes around messages, unless a path or link names Instagram."""
    return (
        FormatVote.BY_CONTENT
        if pages.is_meta_page(head, name) and not pages.names_instagram(head, name)
        else FormatVote.NO
    )


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield the messages in the order of the page."""
    return pages.read_meta_page(export, around, "messenger")


FORMAT = ChatFormat("messenger-html", claims, read)
