"""Transcripts as a paper prints them: conversations, their lines and the files these carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evidence_kit.chats.stated_time import StatedTime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a message carries or names.

    Attributes:
        name: As the source writes it.
        status: `present`, `missing`, `witnessed`, `perhaps`, `omitted`, `not_exported`, `unknown`, `withheld`.
        items: Ids of the items that it is; of those that it perhaps is, where the status is `perhaps`.
        exhibits: Their numbers.
    """

    name: str | None
    status: str
    items: tuple[str, ...] = ()
    exhibits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript: a message, or a stretch that nobody could read.

    Attributes:
        where: Item and place in it, such as `E000012:57`.
        sender: `(owner)` for an owner who is not named; None where the app speaks.
        owner: Whether this is the person whose export it is.
        time: None where the export states none.
        text: As it was written.
        kind: Such as `text`, `call`, `deleted`; `unread` for a stretch.
        event: Code and values of what happened, where the export tells it without words.
        words: Words beside the text: role, text, by whom.
        attachments: In the order of the source.
        to: Who received it, where the record says so.
        reactions: Signs, and who gave them.
        flags: What else is to be known.
        demands: Numbers of the demands that cite it.
        gap: Code of why a stretch could not be read.
    """

    where: str
    sender: str | None
    owner: bool | None
    time: StatedTime | None
    text: str
    kind: str
    event: tuple[str, Mapping[str, str]] | None = None
    words: tuple[tuple[str, str, str | None], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    to: tuple[str, ...] = ()
    reactions: tuple[tuple[str, str | None], ...] = ()
    flags: tuple[str, ...] = ()
    demands: tuple[int, ...] = ()
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """An item that holds a conversation, or a part of one: its id, its path, its SHA-256."""

    item: str
    path: str
    sha256: str
    messages: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation as it is printed, in one reading order.

    Attributes:
        number: As `chats` numbers it.
        platform: Such as `whatsapp`.
        title: As the export shows it.
        parts: The items that hold it.
        participants: Who wrote, how many messages, and whether the export is theirs.
        zones: What its times can be compared with, and how many have each.
        order: How its dates are read and why, where that had to be decided.
        notes: Codes of what is to be known: `wording-unknown`, `left-out`, `log-beside`, `days-unread`,
            `days-counted-over`, `days-without-year`, `unread`, `untimed`.
        lines: Every message, and every stretch that could not be read.
    """

    number: int
    platform: str
    title: str | None
    parts: tuple[Part, ...]
    participants: tuple[tuple[str, int, bool | None], ...]
    zones: Mapping[str, int]
    order: str | None
    notes: tuple[str, ...]
    lines: tuple[Line, ...]
