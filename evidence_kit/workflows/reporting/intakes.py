"""Intakes: items that were taken in together, from which phone, by whom, by which clocks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from evidence_kit.custody.manifest import Item, Manifest
from evidence_kit.reports.case_facts import Intake
from evidence_kit.sealing.plan import Scope

_OTHERS = ("system", "app", "menu", "exported_by", "phone_now", "clock_state")


def intakes(manifest: Manifest, scope: Scope) -> list[Intake]:
    """Return the intakes in order; items of one command, one person and one account of themselves are one."""
    included = set(scope.items)
    items = [item for item in manifest.items.values() if item.id in included]
    return [_intake(list(group)) for _, group in groupby(items, key=_account)]


def _account(item: Item) -> tuple[str, str]:
    """Return the facts that the items of an intake share: who took them in, and how they came."""
    return str(item.facts.get("by")), repr(item.facts.get("provenance"))


def _intake(items: list[Item]) -> Intake:
    first, last = items[0], items[-1]
    told = first.facts.get("provenance")
    said = told if isinstance(told, Mapping) else {}

    def text(name: str) -> str | None:
        return None if said.get(name) is None else str(said[name])

    others = {name: str(said[name]) for name in _OTHERS if said.get(name)}
    if present := said.get("present"):
        others["present"] = ", ".join(map(str, present))
    return Intake(
        first=first.time,
        last=last.time,
        by=str(first.facts.get("by", "")),
        items=len(items),
        first_item=first.id,
        last_item=last.id,
        how=text("how"),
        handed_by=text("handed_by"),
        device=text("device"),
        place=text("place"),
        phone_clock=text("phone_clock"),
        computer_clock=text("computer_clock"),
        utc_offset=text("utc_offset"),
        others=others,
    )
