"""Which format reads a file: exactly one must claim it, by what is in it first, by its name second."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

from evidence_kit.chats.conservation import conserved
from evidence_kit.chats.format import ALONE, HEAD_BYTES, ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.formats import (
    discord_exporter,
    discord_package,
    discord_package_csv,
    google_chat,
    imessage_text,
    instagram_html,
    instagram_json,
    line_text,
    mail_eml,
    mail_mbox,
    mail_outlook,
    messenger_encrypted_json,
    messenger_html,
    messenger_json,
    messenger_one_page,
    signal_export_json,
    signal_export_text,
    signal_plaintext,
    skype_json,
    sms_backup,
    snapchat_json,
    telegram_html,
    telegram_json,
    tiktok_json,
    unreadable,
    whatsapp,
    x_archive,
)
from evidence_kit.chats.message import Entry

FORMATS: tuple[ChatFormat, ...] = (
    whatsapp.FORMAT,
    messenger_json.FORMAT,
    messenger_encrypted_json.FORMAT,
    messenger_html.FORMAT,
    messenger_one_page.FORMAT,
    instagram_json.FORMAT,
    instagram_html.FORMAT,
    telegram_json.FORMAT,
    telegram_html.FORMAT,
    sms_backup.FORMAT,
    mail_eml.FORMAT,
    mail_mbox.FORMAT,
    mail_outlook.FORMAT,
    signal_plaintext.FORMAT,
    signal_export_json.FORMAT,
    signal_export_text.FORMAT,
    x_archive.FORMAT,
    snapchat_json.FORMAT,
    tiktok_json.FORMAT,
    imessage_text.FORMAT,
    discord_exporter.FORMAT,
    discord_package.FORMAT,
    discord_package_csv.FORMAT,
    google_chat.FORMAT,
    skype_json.FORMAT,
    line_text.FORMAT,
    *unreadable.FORMATS,
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """Exactly one format claims the file.

    Attributes:
        format: That one.
        by: Whether its content or only its name says so.
    """

    format: ChatFormat
    by: FormatVote


@dataclass(frozen=True, slots=True)
class Contested:
    """More than one format claims the file, so none reads it; a fact to record.

    Attributes:
        names: The names of those formats.
    """

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoChat:
    """No format claims the file, which says nothing but that; most files of a phone are none."""


Recognition: TypeAlias = Recognised | Contested | NoChat


def recognise(head: bytes, name: str = "") -> Recognition:
    """Return which format claims a file.

    Args:
        head: The first `HEAD_BYTES` of it, or all when it has fewer.
        name: Its path inside the export, `/` between parts.
    """
    seen = FileHead(head[:HEAD_BYTES])
    votes = [(each.claims(seen, name), each) for each in FORMATS]
    best = max(vote for vote, _ in votes)
    claiming = [each for vote, each in votes if vote is best]
    if best is FormatVote.NO:
        return NoChat()
    if len(claiming) > 1:
        return Contested(tuple(each.name for each in claiming))
    return Recognised(claiming[0], best)


def format_named(name: str) -> ChatFormat | None:
    """Return the format of that name."""
    return next((each for each in FORMATS if each.name == name), None)


def read(export: BinaryIO, chosen: ChatFormat, around: Surroundings = ALONE) -> Iterator[Entry]:
    """Yield every entry of an export; lazy; their places cover the file.

    Args:
        export: Seekable; read from its beginning, some formats twice.
        chosen: As `recognise` said.
        around: What is known of the file beyond its bytes.
    """
    size_bytes = export.seek(0, os.SEEK_END)
    export.seek(0)
    yield from conserved(chosen.read(export, around), size_bytes)
