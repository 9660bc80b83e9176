"""Demands of the ledger, in order of time, with the exhibits and messages that show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.custody.manifest import LogEvent, Manifest
from evidence_kit.reports.exhibit import Demand, Exhibit
from evidence_kit.workflows.reading.threats import recorded_threats

if TYPE_CHECKING:
    from evidence_kit.workflows.reporting.transcripts import Read


def cited_places(manifest: Manifest) -> set[tuple[str, str]]:
    """Return item and place of every message that the ledger cites."""
    return {
        (str(each["item"]), str(each["at"]))
        for entry in recorded_threats(manifest)
        for each in entry.facts.get("messages", ())
    }


def demands(manifest: Manifest, shown: Sequence[Exhibit], read: Read) -> list[Demand]:
    """Return the demands, the earliest cited message first; one that cites none stands at the time of its record.

    Args:
        manifest: What the case says, with its recorded threats.
        shown: The exhibits, whose numbers the demands cite.
        read: The conversations, with the times of cited messages.
    """
    numbers = {each.item: each.number for each in shown}
    told = [(_date(entry, read.cited_times), entry) for entry in recorded_threats(manifest)]
    told.sort(key=lambda each: (each[0].order if each[0] is not None else each[1].time[:23], each[1].line))
    return [_demand(number, date, entry, numbers) for number, (date, entry) in enumerate(told, start=1)]


def _date(entry: LogEvent, times: Mapping[str, StatedTime | None]) -> StatedTime | None:
    found = [times.get(f"{each['item']}:{each['at']}") for each in entry.facts.get("messages", ())]
    return min((each for each in found if each is not None), key=lambda each: each.order, default=None)


def _demand(number: int, date: StatedTime | None, entry: LogEvent, numbers: Mapping[str, int]) -> Demand:
    facts = entry.facts
    messages = facts.get("messages", ())
    items = [str(item) for item in facts.get("items", ())]
    items += [str(item) for each in messages for item in each.get("attachments", ())]
    items = list(dict.fromkeys(items))

    def text(name: str) -> str | None:
        return None if facts.get(name) is None else str(facts[name])

    return Demand(
        number=number,
        line=entry.line,
        recorded=entry.time,
        by=str(facts.get("by", "")),
        date=date,
        demand=text("demand") or "",
        deadline=text("deadline"),
        amount=text("amount"),
        channel=text("channel"),
        account=text("account"),
        exhibits=tuple(numbers[item] for item in items if item in numbers),
        items=tuple(items),
        messages=tuple(f"{each['item']}:{each['at']}" for each in messages),
    )
