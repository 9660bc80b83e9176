"""The traits of a case: its class in each dimension, out of facts that people recorded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final

from evidence_kit.chats.identifiers.find import identifiers_in
from evidence_kit.chats.identifiers.identifier import Identifier, IdentifierType
from evidence_kit.custody.manifest import Manifest
from evidence_kit.tallies.dimensions import (
    AGE,
    AGES,
    AMOUNT_STEPS,
    AMOUNTS,
    KINDS,
    MONTH,
    OUTCOMES,
    PLATFORM,
    PLATFORMS,
)
from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workflows.reading.conversations import conversations
from evidence_kit.workflows.reading.threats import recorded_threats

# Names that are words as well: a channel is one of these only where nothing else is said.
_WORDS: Final = frozenset({"x", "line", "signal"})
_DIRHAMS: Final = "MAD"


def case_traits(manifest: Manifest, month: str) -> dict[str, str]:
    """Return the class of a case in each dimension.

    Args:
        manifest: The case.
        month: In which it was opened, such as `2026-03`.
    """
    threats = [entry.facts for entry in recorded_threats(manifest)]
    return {
        AGE: manifest.age_band if manifest.age_band in AGES else "unknown",
        PLATFORM: _platform(manifest),
        "demand": _one(_kind(each) for each in threats),
        "channel": _one(_channel(str(each.get("channel") or "")) for each in threats),
        "amount": _amount([str(each["amount"]) for each in threats if each.get("amount")]),
        "outcome": _outcome(manifest.facts),
        MONTH: month,
    }


def _platform(manifest: Manifest) -> str:
    """Return the platform of most messages; `several` where two have as many."""
    counted: Counter[str] = Counter()
    for conversation in conversations(manifest):
        counted[conversation.talk.platform] += conversation.messages
    if not counted:
        return "none"
    most = max(counted.values())
    named = [name for name, number in counted.items() if number == most]
    return "several" if len(named) > 1 else named[0] if named[0] in PLATFORMS else "other"


def _one(named: Iterable[str]) -> str:
    """Return the one class of all threats, `several` where they differ; an unsaid one differs from none."""
    found = set(named)
    said = found - {"unsaid"}
    if len(said) > 1:
        return "several"
    return next(iter(said), "unsaid" if found else "none")


def _kind(threat: Mapping[str, Any]) -> str:
    kind = threat.get("kind")
    if kind is None:
        return "money" if threat.get("amount") else "unsaid"
    return str(kind) if kind in KINDS else "other"


def _channel(text: str) -> str:
    """Return the class of a channel in a person's words."""
    text = " ".join(text.casefold().split())
    if not text:
        return "unsaid"
    found = {
        name
        for word, name in _channel_names().items()
        if text == word or (name not in _WORDS and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))
    }
    return "other" if not found else "several" if len(found) > 1 else next(iter(found))


@cache
def _channel_names() -> dict[str, str]:
    names = {name: name for name in PLATFORMS}
    for language in LANGUAGES:
        words = catalogue(language)
        names |= {words.sentence(f"platform.{name}").casefold(): name for name in PLATFORMS}
        for name in ("call", "mouth"):
            names |= {word.casefold(): name for word in words.sentence(f"statistics.words.{name}").split("|")}
    return names


def _amount(texts: list[str]) -> str:
    """Return the class of the largest sum; `unclear` where one was named and none can be read as dirhams."""
    if not texts:
        return "none"
    sums = [
        value
        for text in texts
        for each in identifiers_in(text)
        if each.type is IdentifierType.AMOUNT and (value := _dirhams(each)) is not None
    ]
    if not sums:
        return "unclear"
    return AMOUNTS[sum(step <= max(sums) for step in AMOUNT_STEPS) - 1]


def _dirhams(sum_of_money: Identifier) -> Decimal | None:
    written = (sum_of_money.details or {}).get("in-dirhams")
    number, _, unit = sum_of_money.value.partition(" ")
    try:
        return Decimal(str(written)) if written is not None else Decimal(number) if unit == _DIRHAMS else None
    except InvalidOperation:
        return None


def _outcome(facts: Mapping[str, Any]) -> str:
    if (outcome := facts.get("outcome")) is not None:
        return str(outcome) if outcome in OUTCOMES else "other"
    return "closed" if facts.get("status") == "closed" else "open"
