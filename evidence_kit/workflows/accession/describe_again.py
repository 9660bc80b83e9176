"""Describing items of a case again, with the libraries of today; nothing is overwritten, differences are shown."""

from __future__ import annotations

import io
import json
import os
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Item
from evidence_kit.hashing.exact import TallyingSink
from evidence_kit.intake import picture_signatures
from evidence_kit.keys.age import DamagedError
from evidence_kit.libraries import LIBRARY_MISSING
from evidence_kit.model import Json
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workflows.accession.commit_group import DescriptionService, PendingDescription, problems_of
from evidence_kit.workflows.accession.reading import KEEP_BYTES
from evidence_kit.workflows.case.write import CaseWriter

LARGEST_BYTES = 1 << 30
_TOGETHER = 16
_SAID = ("versions", "parameters", "facts", "problems")


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that two descriptions give differently, as JSON; None where one of them does not give it."""

    fact: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Redescribed:
    """The result of describing an item again.

    Attributes:
        item: Its id.
        line: Line of the new event, None where nothing is new and nothing was written.
        before: Line of the description it was compared with, None where there was none.
        differences: What is different, by the name of the fact.
        problems: What went wrong this time.
    """

    item: str
    line: int | None
    before: int | None
    differences: tuple[Difference, ...]
    problems: tuple[str, ...] = ()


def describable(
    writer: CaseWriter, describer: DescriptionService, wanted: Sequence[Item], *, again: bool
) -> list[Item]:
    """Return the items that have a describer; without `again` those never described, or without a library.

    Args:
        writer: The case.
        describer: Knows which content types have a describer.
        wanted: The items that are asked for; empty for all that are not excluded.
        again: Also those that were described before.
    """
    chosen = wanted or writer.manifest.included
    return [
        item
        for item in chosen
        if item.id in writer.case.custody.objects
        and describer.describes(item.kind)
        and (again or not any(each.get("facts") for each in item.described.values()) or _lacks_library(item))
    ]


def _lacks_library(item: Item) -> bool:
    """Say whether a library was missing when an item was described, so that more may come of it now."""
    return any(code.startswith(LIBRARY_MISSING) for each in item.described.values() for code in problems_of(each))


def redescribe(writer: CaseWriter, describer: DescriptionService, items: Sequence[Item]) -> Iterator[Redescribed]:
    """Describe items again; each is yielded once its new description is durable.

    Args:
        writer: The case.
        describer: Looks into the bytes.
        items: The items, from `describable`.

    Raises:
        ItemDamagedError: The bytes of an item are damaged.
    """
    waiting: deque[tuple[Item, PendingDescription | Mapping[str, Json]]] = deque()
    for item in items:
        waiting.append((item, _begun(writer, describer, item)))
        if len(waiting) >= _TOGETHER:
            yield from _settled(writer, waiting)
    yield from _settled(writer, waiting)


def differences(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[Difference, ...]:
    """Return the differences of two descriptions: versions, parameters, facts and problems."""
    old, new = (dict(_flat({name: each.get(name) for name in _SAID}, "")) for each in (before, after))
    return tuple(
        Difference(name, old.get(name), new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )


def _begun(writer: CaseWriter, describer: DescriptionService, item: Item) -> PendingDescription | Mapping[str, Json]:
    pixels = writer.manifest.age_band == picture_signatures.ADULT or item.sensitivity == "none"
    with _plain(writer, item) as payload:
        if payload is None:
            problem = {"code": "too-large", "detail": f"{item.size_bytes} bytes"}
            return {"describer": item.family, "facts": {}, "problems": [problem]}
        return describer.start_describing(item.kind, PurePosixPath(item.place.path).name, payload, pixels=pixels)


@contextmanager
def _plain(writer: CaseWriter, item: Item) -> Iterator[bytes | BinaryIO | None]:
    """Open an item's bytes without writing them to a disk; None where they are too many for that.

    Raises:
        ItemDamagedError: They are not the bytes that were taken in.
    """
    make = getattr(os, "memfd_create", None)
    if item.size_bytes <= KEEP_BYTES:
        held = io.BytesIO()
        _checked(writer, item, held)
        yield held.getvalue()
    elif make is None or sys.platform != "linux" or item.size_bytes > LARGEST_BYTES:
        yield None
    else:
        with os.fdopen(make(item.id), "wb") as memory:
            _checked(writer, item, memory)
            memory.flush()
            with Path(f"/proc/self/fd/{memory.fileno()}").open("rb", buffering=0) as payload:
                yield payload


def _checked(writer: CaseWriter, item: Item, held: IO[bytes]) -> None:
    """Decrypt an item into memory and see that it is the one that was taken in."""
    sink = TallyingSink(held)
    try:
        writer.case.decrypt(item.id, sink)
    except (FileNotFoundError, DamagedError) as error:
        raise ItemDamagedError("item-damaged", item=item.id, case=writer.case.id) from error
    if sink.tally.sha256 != item.sha256:
        raise ItemDamagedError("item-damaged", item=item.id, case=writer.case.id)


def _settled(
    writer: CaseWriter, waiting: deque[tuple[Item, PendingDescription | Mapping[str, Json]]]
) -> Iterator[Redescribed]:
    found: list[tuple[Item, Mapping[str, Json], int | None, tuple[Difference, ...]]] = []
    events: list[Event] = []
    while waiting:
        item, pending = waiting.popleft()
        facts = pending if isinstance(pending, Mapping) else pending.result()
        before = _newest(item, str(facts["describer"]).partition("/")[0])
        changed = differences({} if before is None else before[1], facts)
        found.append((item, facts, None if before is None else before[0], changed))
        if changed:
            events.append(Event("item.described", {"item": item.id, **facts}))
    line = writer.commit(events).first if events else 0
    for item, facts, old, changed in found:
        written = None
        if changed:
            written, line = line, line + 1
        yield Redescribed(item.id, written, old, changed, problems_of(facts))


def _newest(item: Item, name: str) -> tuple[int, Mapping[str, Json]] | None:
    """Return line and content of the newest description under a name that has facts, or else of the newest."""
    entries = [each for each in item.descriptions if str(each.facts["describer"]).partition("/")[0] == name]
    useful = [each for each in entries if each.facts.get("facts")] or entries
    return (useful[-1].line, useful[-1].facts) if useful else None


def _flat(value: Json, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}".lstrip("."))
    elif value not in (None, [], {}):
        yield path, json.dumps(value, ensure_ascii=False)
