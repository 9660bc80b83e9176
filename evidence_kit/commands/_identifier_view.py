"""How identifiers and threats look, on a screen and as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from evidence_kit.chats.told import OWNER
from evidence_kit.commands._neutral_text import readable_text
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._transcript_view import time_text

if TYPE_CHECKING:
    from evidence_kit.custody.manifest import LogEvent
    from evidence_kit.workflows.reading.identifiers import NamedIdentifier
    from evidence_kit.workflows.reading.threats import Suggestion

_INDENT = 4
_MOST_PLACES = 6
_MOST_SENDERS = 4


def show_identifiers(screen: Screen, found: Sequence[NamedIdentifier]) -> None:
    """Show the identifiers found, type by type."""
    for each in found:
        screen.document(each.row())
    if screen.json:
        return
    with screen.listing():
        for kind, values in groupby(found, key=lambda each: each.type):
            screen.result(screen.sentence(f"identifiers.type.{kind}"))
            for each in values:
                _identifier(screen, each)
    screen.show("identifiers.said" if found else "identifiers.none")


def _identifier(screen: Screen, each: NamedIdentifier) -> None:
    """Show one identifier, and how sure it is."""
    screen.result(f"  {readable_text(each.value)}  ({screen.sentence(f'identifiers.confidence.{each.confidence}')})")
    if "checksum-fails" in each.how:
        screen.write(screen.sentence("identifiers.checksum-fails"), _INDENT)
    if code := each.bank("bank-code"):
        screen.write(_bank(screen, each, code), _INDENT)
    if services := each.services:
        screen.write(screen.sentence("identifiers.services", names=", ".join(services)), _INDENT)
    screen.write(_about(screen, each), _INDENT)
    for assumption in each.assumed:
        screen.write(_assumed(screen, assumption), _INDENT)


def show_suggestions(screen: Screen, suggested: Sequence[Suggestion]) -> None:
    """Show sums that were named, as places to look at."""
    for number, each in enumerate(suggested, start=1):
        accounts = [{"type": account.type, "value": account.value} for account in each.accounts]
        screen.document({"number": number, "suggestion": each.amount.row(), "accounts": accounts})
    if screen.json:
        return
    with screen.listing():
        for number, each in enumerate(suggested, start=1):
            screen.result(f"{number}. {readable_text(each.amount.value)}")
            screen.write(_about(screen, each.amount), _INDENT)
            for account in each.accounts:
                screen.write(f"{screen.sentence(f'identifiers.type.{account.type}')} {account.value}", _INDENT)
    screen.show("threats.suggested" if suggested else "threats.nothing-suggested")


def show_threats(screen: Screen, threats: Sequence[LogEvent]) -> None:
    """Show the threats that were recorded."""
    from evidence_kit.workflows.reading.threats import FACTS, threat_row

    for entry in threats:
        screen.document(threat_row(entry))
    if screen.json:
        return
    with screen.listing():
        for number, entry in enumerate(threats, start=1):
            told = threat_row(entry)
            screen.result(screen.sentence("threats.head", number=number, line=entry.line, by=str(told["by"])))
            for name in (*FACTS, "messages", "items"):
                value = told[name]
                if value:
                    shown = " ".join(map(str, value)) if isinstance(value, list) else str(value)
                    screen.write(screen.pair(screen.sentence(f"threats.fact.{name}"), shown), _INDENT)
    if not threats:
        screen.show("threats.none")


def _bank(screen: Screen, named: NamedIdentifier, code: str) -> str:
    """Return which bank an account is with, as far as its code says so."""
    name = named.bank("bank")
    if name is None:
        return screen.sentence("identifiers.bank-unknown", code=code)
    disputed = isinstance(named.details, Mapping) and named.details.get("bank-disputed") is True
    return screen.sentence("identifiers.bank-disputed" if disputed else "identifiers.bank", name=name, code=code)


def _about(screen: Screen, named: NamedIdentifier) -> str:
    """Return how often, by whom, when and where, in one line."""
    names = [screen.sentence("chats.owner-unnamed") if name == OWNER else name for name in named.senders]
    people = ", ".join(names[:_MOST_SENDERS]) + (f" +{len(names) - _MOST_SENDERS}" if names[_MOST_SENDERS:] else "")
    times = " – ".join(dict.fromkeys(filter(None, map(time_text, (named.first, named.last)))))
    places = " ".join(named.places[:_MOST_PLACES])
    if len(named.places) > _MOST_PLACES:
        places += f" +{len(named.places) - _MOST_PLACES}"
    times_said = screen.sentence("identifiers.times", count=named.count)
    return " · ".join(part for part in (times_said, people, times, places) if part)


def _assumed(screen: Screen, assumption: str) -> str:
    """Return the assumption in words where there are words for it."""
    told = []
    for each in assumption.split("; "):
        region = each.removeprefix("region ")
        name = "identifiers.assumed." + re.sub(r"[^a-z0-9]+", "-", each.casefold()).strip("-")
        if region != each:
            told.append(screen.sentence("identifiers.assumed.region", region=region))
        else:
            told.append(screen.sentence(name) if screen.knows(name) else each)
    return "; ".join(told)
