"""Facts of a case that suggest provisions to a person; which of them apply, a lawyer says."""

from __future__ import annotations

from collections.abc import Iterable

from evidence_kit.custody.manifest import Manifest
from evidence_kit.errors import UsageError
from evidence_kit.law.provisions import provision
from evidence_kit.workflows.reading.threats import recorded_threats


def facts_of(manifest: Manifest) -> frozenset[str]:
    """Return codes of facts, out of the ledger and the items: `money`, `threat`, `pictures`, `minor`."""
    found: set[str] = set()
    threats = recorded_threats(manifest)
    if threats:
        found |= {"threat", "threat-to-publish", "association", "evidence"}
    if any(entry.facts.get("amount") for entry in threats):
        found.add("money")
    if manifest.age_band != "adult":
        found.add("minor")
    families = {item.family for item in manifest.included}
    if families & {"picture", "video"}:
        found.add("pictures")
    if any(item.for_the_lawyer for item in manifest.included):
        found.add("recording")
    if any(item.marks.get("posting") for item in manifest.included):
        found |= {"publication", "online"}
    return frozenset(found)


def provisions_named(names: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of provisions that were named, each once.

    Raises:
        UsageError: There is no such provision.
    """
    found = []
    for each in names:
        try:
            found.append(provision(each).id)
        except KeyError as error:
            raise UsageError("provision-unknown", provision=each) from error
    return tuple(dict.fromkeys(found))
