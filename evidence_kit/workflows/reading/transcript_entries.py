"""Entries of a transcript, typed: a message with its attachments, or a stretch that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.custody.manifest import CaseObject, Item
from evidence_kit.model import Json


@dataclass(frozen=True, slots=True)
class TiedAttachment:
    """An attachment of a message, and the items of the case that it is.

    Attributes:
        name: As the source writes it; None where it gives none.
        status: As the export alone says, or by what the case holds: `present`, `missing`, `perhaps` where a file bears
            the name and lies where it need not have come with the message, or `witnessed` where it was seen and not
            copied.
        items: Items that stand inside of the message, or whose path ends in that name; more than one when their bytes
            differ, so that none is sure. What was seen and not copied is among them.
        perhaps: Items that bear the name and lie elsewhere; a seal takes none of them by itself.
        reason: Why these are no more than perhaps: `elsewhere`, `other-container` or `other-source`.
    """

    name: str | None
    status: str
    items: tuple[CaseObject, ...] = ()
    perhaps: tuple[CaseObject, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SideText:
    """Words of a message outside of its text.

    Attributes:
        role: Their place in it, such as `question`, `link`, `earlier`.
        text: With U+FFFD for what is no text.
        by: Who wrote them, where that is another than the sender.
    """

    role: str
    text: str
    by: str | None


@dataclass(frozen=True, slots=True)
class ShownReaction:
    """A reaction to a message: the sign, and who gave it where that is known."""

    emoji: str
    actor: str | None


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """One message.

    Attributes:
        item: The item that holds it.
        at: Where in the item: a line, a JSON pointer, or an offset; `where` is both.
        id: The platform's identifier, or the SHA-256 of the place.
        time: None where the export gives none.
        sender: `(owner)` for the owner of an export that does not name them; None where the app itself speaks, or the
            export does not say who wrote.
        owner: Whether the sender is the person whose export it is; None where the export does not say.
        text: With U+FFFD for what is no text.
        kind: Such as `text`, `deleted`, `call`.
        attachments: In the order of the source.
        flags: What else is to be known.
        conversation: Number of its conversation in the item, from 0; None when the worker did not say.
        told: The whole entry, as the worker gave it.
        words: Words outside of the text.
        event: Code of what happened, where the export tells it without words, and the values of its sentence.
        to: Who received it, where the record says so.
        reactions: In the order of the source.
    """

    item: Item
    at: str
    id: str
    time: StatedTime | None
    sender: str | None
    owner: bool | None
    text: str
    kind: str
    attachments: tuple[TiedAttachment, ...]
    flags: tuple[str, ...]
    conversation: int | None
    told: Mapping[str, Json]
    words: tuple[SideText, ...] = ()
    event: tuple[str, Mapping[str, str]] | None = None
    to: tuple[str, ...] = ()
    reactions: tuple[ShownReaction, ...] = ()

    @property
    def where(self) -> str:
        """Name the message's place in the case, such as `E000012:5`."""
        return f"{self.item.id}:{self.at}"


@dataclass(frozen=True, slots=True)
class TranscriptGap:
    """A stretch that could not be read as messages.

    Attributes:
        item: The item that holds it.
        at: Where in the item.
        why: Code of the reason.
        told: The whole entry.
    """

    item: Item
    at: str
    why: str
    told: Mapping[str, Json]

    @property
    def where(self) -> str:
        """Name its place in the case."""
        return f"{self.item.id}:{self.at}"
