"""Conversations and their messages as rows for a script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.model import Json
from evidence_kit.workflows.reading.conversations import CaseConversation
from evidence_kit.workflows.reading.messages import transcript_row
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry, TranscriptGap


def conversation_row(conversation: CaseConversation) -> dict[str, Json]:
    """Return a conversation as a script wants it."""
    talk = conversation.talk
    return {
        "conversation": conversation.number,
        "platform": talk.platform,
        "variant": talk.variant,
        "id": talk.id,
        "title": conversation.title,
        "messages": conversation.messages,
        "participants": [
            {"name": each.name, "messages": each.messages, "owner": each.owner} for each in conversation.participants
        ],
        "members": list(conversation.members),
        "first": moment_row(conversation.first),
        "last": moment_row(conversation.last),
        **{name: conversation.figures(name) for name in ("kinds", "flags", "times", "attachments")},
        "parts": [
            {
                "item": part.item.id,
                "path": part.item.place.path,
                "format": part.format,
                "number": part.talk.number,
                "messages": part.talk.messages,
            }
            for part in conversation.parts
        ],
    }


def conversation_entry(entry: TranscriptEntry | TranscriptGap, conversation: CaseConversation) -> dict[str, Json]:
    """Return a message of a conversation, or a stretch that was not understood, as one row."""
    talk = conversation.talk
    return transcript_row(entry, conversation.number, talk.platform, conversation.title, conversation.members)


def conversation_entries(
    entries: Iterable[TranscriptEntry | TranscriptGap], conversation: CaseConversation
) -> Iterator[dict[str, Json]]:
    """Yield the rows of many entries as `conversation_entry` makes them; the conversation is asked once."""
    platform, title, members = conversation.talk.platform, conversation.title, conversation.members
    for entry in entries:
        yield transcript_row(entry, conversation.number, platform, title, members)


def moment_row(moment: StatedTime | None) -> Json:
    """Return a time as a script wants it."""
    if moment is None:
        return None
    told: dict[str, Json] = {"raw": moment.raw, "kind": moment.kind, "value": moment.value}
    return {**told, "readings": list(moment.readings)} if moment.readings else told
