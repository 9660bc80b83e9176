"""The chronology: messages by the day, calls, demands, posts and the case's own events in one order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.custody.manifest import Manifest
from evidence_kit.reports.exhibit import Demand, Exhibit, Occurrence
from evidence_kit.workflows.reporting.transcripts import Read

_OWN = frozenset(
    {"case.opened", "case.updated", "transfer.out", "transfer.in", "sealed", "destroyed", "recovered"}
)  # fmt: skip
_POSTED = ("posted", "seen")


def chronology(manifest: Manifest, read: Read, ledger: Sequence[Demand], shown: Sequence[Exhibit]) -> list[Occurrence]:
    """Return the chronology, the earliest first; events without a time stand at its end.

    Messages are counted by the day and the conversation: the transcripts print them one by one.

    Args:
        manifest: What the case says.
        read: The conversations, read once.
        ledger: The demands.
        shown: The exhibits, in the order of their numbers.
    """
    found = [*_days(read), *_calls(read), *_demands(ledger), *_posts(manifest, shown), *_own(manifest)]
    return sorted(found, key=lambda each: each.time.order)


def _days(read: Read) -> Iterator[Occurrence]:
    for talk in read.talks:
        conversation = talk.conversation
        for day, counted in talk.days.items():
            values: dict[str, str | int] = {
                "conversation": conversation.number,
                "platform": conversation.talk.platform,
                "title": conversation.title or "",
                "count": counted.messages,
                "attachments": counted.attachments,
            }
            if counted.last:
                values |= {"first": counted.first, "last": counted.last}
            yield Occurrence(StatedTime(day, "day", day or None), "messages", "day", values)


def _calls(read: Read) -> Iterator[Occurrence]:
    for talk in read.talks:
        for call in talk.calls:
            values: dict[str, str | int] = {"conversation": talk.conversation.number, "text": call.text}
            values |= {"platform": talk.conversation.talk.platform, "sender": call.sender or ""}
            time = call.time or StatedTime("", "none", None)
            yield Occurrence(time, "call", "call", values, call.where)


def _demands(ledger: Sequence[Demand]) -> Iterator[Occurrence]:
    for demand in ledger:
        time = demand.date or StatedTime(demand.recorded, "utc", demand.recorded)
        values: dict[str, str | int] = {"text": demand.demand, "amount": demand.amount or ""}
        values["deadline"] = demand.deadline or ""
        where = demand.messages[0] if demand.messages else None
        code = "demand" if demand.date is not None else "demand-recorded"
        yield Occurrence(time, "demand", code, values, where, (demand.number,))


def _posts(manifest: Manifest, shown: Sequence[Exhibit]) -> Iterator[Occurrence]:
    """Yield the posts and sightings, in the words of their witnesses."""
    numbers = {each.item: each.number for each in shown}
    for item in manifest.included:
        told: dict[str, object] = {}
        provenance = item.facts.get("provenance")
        if isinstance(provenance, dict) and isinstance(provenance.get("posting"), dict):
            told |= provenance["posting"]
        if isinstance(item.marks.get("posting"), dict):
            told |= item.marks["posting"]
        for name in _POSTED:
            if told.get(name) and item.id in numbers:
                raw = str(told[name])
                time = StatedTime(raw, "said", raw if raw[:4].isdecimal() and raw[4:5] == "-" else None)
                values: dict[str, str | int] = {"exhibit": numbers[item.id], "account": str(told.get("account") or "")}
                values["address"] = str(told.get("content_url") or told.get("profile_url") or "")
                yield Occurrence(time, "post", name, values, item.id)


def _own(manifest: Manifest) -> Iterator[Occurrence]:
    listed = [] if manifest.opened is None else [manifest.opened]
    listed += [entry for kind, entries in manifest.entries.items() if kind in _OWN for entry in entries]
    for entry in listed:
        yield Occurrence(StatedTime(entry.time, "utc", entry.time), "case", entry.type, {"line": entry.line})
    for consent in manifest.consents:
        values: dict[str, str | int] = {"line": consent.line, "purpose": consent.purpose, "given": int(consent.given)}
        yield Occurrence(StatedTime(consent.on, "day", consent.on), "case", "consent.recorded", values)
    for item in list(manifest.items.values())[:1]:
        values = {"count": len(manifest.items), "line": item.line}
        yield Occurrence(StatedTime(item.time, "utc", item.time), "case", "item.kept", values)
