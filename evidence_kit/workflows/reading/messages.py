"""A message as a person or a script gets it: typed, tied to the items that are its attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evidence_kit.chats.told import OWNER
from evidence_kit.custody.manifest import Item, Witnessed
from evidence_kit.model import Json
from evidence_kit.workflows.reading.attachment_ties import AttachmentTies
from evidence_kit.workflows.reading.coverage import CoverageError, text_fact, time_fact
from evidence_kit.workflows.reading.transcript_entries import (
    ShownReaction,
    SideText,
    TiedAttachment,
    TranscriptEntry,
    TranscriptGap,
)


def transcript_entry(told: Mapping[str, Any], item: Item, ties: AttachmentTies) -> TranscriptEntry:
    """Return a message out of a worker's entry.

    Args:
        told: The entry as a worker tells it; nothing in it is believed unseen.
        item: The item that it stands in.
        ties: Finds the items of its attachments.

    Raises:
        CoverageError: It has not the shape of a message.
    """
    sender = told.get("sender")
    sender = sender if type(sender) is dict or isinstance(sender, Mapping) else None
    when = time_fact(_plain_time(told.get("time")))
    flags = told.get("flags") or ()
    attachments, number = told.get("attachments") or (), told.get("conversation_number")
    if not isinstance(flags, (list, tuple)) or not isinstance(attachments, (list, tuple)):
        raise CoverageError("message")
    tied = _all_tied(attachments, told, item, ties) if attachments else ()
    return TranscriptEntry(
        item=item,
        at=place_in(told.get("locator")),
        id=text_fact({"id": display_text(told.get("id"))}, "id"),
        time=when if when is not None and when.raw else None,
        sender=None if sender is None else _name(sender),
        owner=_owner(sender),
        text=display_text(told.get("text")) or "",
        kind=str(told.get("kind")),
        attachments=tied,
        flags=tuple(map(str, flags)) if flags else (),
        conversation=number if isinstance(number, int) and not isinstance(number, bool) else None,
        told=told,
        words=_words(told) if told.get("words") else (),
        event=_event(told.get("event")),
        to=tuple(name for each in _mappings(told, "to") if (name := _name(each))) if told.get("to") else (),
        reactions=_reactions(told) if told.get("reactions") else (),
    )


def _all_tied(
    attachments: Sequence[Any], told: Mapping[str, Any], item: Item, ties: AttachmentTies
) -> tuple[TiedAttachment, ...]:
    listed = [each for each in attachments if isinstance(each, Mapping)]
    tied = [_tied(each, item, ties) for each in listed]
    hollow = [at for at, each in enumerate(listed) if not each.get("size_bytes")]
    if hollow and (seen := ties.left_out(item, told.get("locator"))):
        for number_of, at in enumerate(hollow):
            items = (seen[number_of],) if len(seen) == len(hollow) else tuple(seen)
            status = "witnessed" if any(isinstance(each, Witnessed) for each in items) else "present"
            tied[at] = TiedAttachment(tied[at].name, status, items)
    return tuple(tied)


def _words(told: Mapping[str, Any]) -> tuple[SideText, ...]:
    return tuple(
        SideText(str(each.get("role")), display_text(each.get("text")) or "", display_text(each.get("by")))
        for each in _mappings(told, "words")
    )


def _reactions(told: Mapping[str, Any]) -> tuple[ShownReaction, ...]:
    return tuple(
        ShownReaction(display_text(each.get("emoji")) or "", display_text(each.get("actor")))
        for each in _mappings(told, "reactions")
    )


def _mappings(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = told.get(name)
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, (list, tuple)) else []


def _owner(sender: Mapping[str, Any] | None) -> bool | None:
    known = None if sender is None else sender.get("is_owner")
    return known if isinstance(known, bool) else None


def _event(told: Any) -> tuple[str, Mapping[str, str]] | None:  # noqa: ANN401 - from a worker
    if told is None or not isinstance(told, Mapping):
        return None
    values = told.get("values")
    held = values if isinstance(values, Mapping) else {}
    return str(told.get("code")), {str(key): display_text(value) or "" for key, value in held.items()}


def transcript_gap(told: Mapping[str, Any], item: Item) -> TranscriptGap:
    """Return a stretch that was not understood out of a worker's entry."""
    why = display_text(told.get("why")) or ""
    return TranscriptGap(item, place_in(told.get("locator")), why, told)


def display_text(value: Any) -> str | None:  # noqa: ANN401 - from a worker
    """Return a text of an entry for display; one that is no Unicode comes with both spellings."""
    # Nearly always a text or nothing: to ask for a mapping first costs more than the answer.
    if value is None or type(value) is str:
        return value
    if isinstance(value, Mapping):
        value = value.get("text")
    return value if isinstance(value, str) else None


def place_in(locator: Any) -> str:  # noqa: ANN401 - from a worker
    """Return where in an item an entry stands: its first line, its JSON pointer, or `@` and its offset."""
    if type(locator) is not dict and not isinstance(locator, Mapping):
        return "?"
    lines, pointer = locator.get("lines"), display_text(locator.get("pointer"))
    if isinstance(lines, (list, tuple)) and lines and isinstance(lines[0], int):
        return str(lines[0])
    return pointer if pointer is not None else f"@{locator.get('start', '?')}"


def _name(sender: Mapping[str, Any]) -> str | None:
    shown = display_text(sender.get("display"))
    if shown:
        return shown
    ids = sender.get("ids")
    first = ids[0] if isinstance(ids, (list, tuple)) and ids else None
    if isinstance(first, Mapping) and (value := display_text(first.get("value"))):
        return value
    return OWNER if sender.get("is_owner") is True else None


def _plain_time(value: Any) -> Any:  # noqa: ANN401 - from a worker
    if type(value) is dict and type(value.get("raw")) is str:
        return value
    return {**value, "raw": display_text(value.get("raw"))} if isinstance(value, Mapping) else None


def _tied(told: Mapping[str, Any], chat: Item, ties: AttachmentTies) -> TiedAttachment:
    name, status = display_text(told.get("name_in_source")), str(told.get("status"))
    if told.get("inside") is not None:
        carried = ties.inside(told, chat)
        if isinstance(carried, Witnessed):
            status = "witnessed"
        return TiedAttachment(name, status, () if carried is None else (carried,))
    if name is None or status not in {"unknown", "present", "missing"}:
        return TiedAttachment(name, status)
    items, perhaps, reason = ties.items_named(name, chat)
    if items and all(isinstance(each, Witnessed) for each in items):
        return TiedAttachment(name, "witnessed", items)
    if perhaps:
        return TiedAttachment(name, "perhaps", (), perhaps, reason)
    return TiedAttachment(name, "present" if items else "missing", items)


# The kind of a row that is a stretch which nobody could read.
UNREAD = "unread"
COLUMNS = (
    "conversation", "platform", "title", "where", "time", "time_as_written", "time_kind", "sender", "owner", "kind",
    "flags", "text", "words", "event", "to", "reactions", "attachments", "attachment_items",
    "attachment_perhaps", "id", "item", "path", "item_sha256",
)  # fmt: skip


def transcript_row(
    entry: TranscriptEntry | TranscriptGap, number: int, platform: str, title: str | None, members: Sequence[str] = ()
) -> dict[str, Json]:
    """Return a message, or a stretch that was not understood, as one row with the way back to its item and line.

    Args:
        entry: The message.
        number: Of its conversation.
        platform: Of its conversation.
        title: Of its conversation.
        members: Who takes part in its conversation, as the export lists them.
    """
    first: dict[str, Json] = {"conversation": number, "platform": platform, "title": title, "where": entry.where}
    last: dict[str, Json] = {
        "item": entry.item.id,
        "path": entry.item.place.path,
        "item_sha256": entry.item.sha256.hex,
        "locator": entry.told.get("locator"),
    }
    if isinstance(entry, TranscriptGap):
        return {**first, "kind": UNREAD, "text": entry.why, "detail": entry.told.get("detail"), **last}
    time = entry.time
    return {
        **first,
        "time": None if time is None else time.value,
        "time_as_written": None if time is None else time.raw,
        "time_kind": None if time is None else time.kind,
        "sender": entry.sender,
        "owner": entry.owner,
        "kind": entry.kind,
        "flags": list(entry.flags),
        "text": entry.text,
        "words": [f"{each.role}{f' ({each.by})' if each.by else ''}: {each.text}" for each in entry.words],
        "event": None if entry.event is None else entry.event[0],
        "to": list(entry.to or (name for name in members if entry.sender is not None and name != entry.sender)),
        "reactions": [each.emoji if each.actor is None else f"{each.emoji} {each.actor}" for each in entry.reactions],
        "attachments": [f"{each.name or '?'} ({each.status})" for each in entry.attachments],
        "attachment_items": [f"{item.id} {item.sha256.hex}" for each in entry.attachments for item in each.items],
        "attachment_perhaps": [
            f"{item.id} {item.sha256.hex} ({each.reason})" for each in entry.attachments for item in each.perhaps
        ],
        "id": entry.id,
        **last,
        "entry": entry.told,
    }
