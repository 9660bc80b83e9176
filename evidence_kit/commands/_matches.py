"""How similar pictures look, on a screen and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_kit.commands._screen import Screen

if TYPE_CHECKING:
    from evidence_kit.workflows.match import Matches


def show(screen: Screen, found: Matches, case: str, names: dict[str, str]) -> None:
    """Show pairs and groups, and what could not be compared."""
    from evidence_kit.workflows.match import pair_facts

    screen.document(
        {
            "case": case,
            "compared": found.compared,
            "candidates": len(found.candidates),
            "pairs": [pair_facts(pair, found.candidates) for pair in found.pairs],
            "clusters": [{"items": list(each.items), "widest_bits": each.widest_bits} for each in found.clusters],
            "not_compared": [{"name": each.name, "reason": each.reason} for each in found.not_compared],
        }
    )
    if screen.json:
        return
    if found.pairs:
        rows = [
            (
                f"{pair.reference} {names.get(pair.reference, '').rpartition('/')[2]}",
                f"{pair.query} {names.get(pair.query, '').rpartition('/')[2]}".strip(),
                screen.say(f"match.level.{pair.level}"),
                screen.say(f"match.orientation.{pair.orientation}"),
                f"{pair.distance_bits} / {pair.limit_bits}",
            )
            for pair in found.pairs
        ]
        columns = ("column.item", "column.other", "column.level", "column.orientation", "column.distance")
        screen.table(columns, rows, right=(4,))
    else:
        screen.tell("match.none")
    if found.clusters:
        screen.tell("match.clusters", count=len(found.clusters))
    poor = sum(each.reason == "no-detail" for each in found.not_compared)
    if poor:
        screen.tell("match.unmatchable", count=poor)
    for each in found.not_compared:
        if each.reason not in {"no-picture", "no-detail"}:
            reason = screen.say(f"reason.{each.reason}") if screen.knows(f"reason.{each.reason}") else each.reason
            screen.warn("match.not-compared", name=each.name, reason=reason)
    screen.tell("match.said")
