"""Names of events, and how the dates of an export were read, in the words of the papers."""

from __future__ import annotations

from evidence_kit.reports.transcript import Transcript
from evidence_kit.words import Words

_ORDERS = {"day, month, year": "day", "month, day, year": "month", "ambiguous": "either"}


def event_name(words: Words, kind: str) -> str:
    """Return the name of an event in a table; its code, where the catalogue has no word for it."""
    known = f"report.event.{kind.replace('.', '-')}"
    return words.sentence(known) if words.knows(known) else kind


def date_order(words: Words, transcript: Transcript) -> str | None:
    """Return how the dates of an export were read, and why; None where its form leaves no choice."""
    order, _, reason = (transcript.order or "").partition(" (")
    why = f"chats.order-reason.{reason.rstrip(')')}"
    if order not in _ORDERS or not words.knows(why):
        return None
    return words.sentence(f"chats.order.{_ORDERS[order]}", number=transcript.number, reason=words.sentence(why))
