"""The links set and the register of stations at a federation's size, simulated: `python -m benchmarks.federation`."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from evidence_kit.custody.register import founding_line, read_register
from evidence_kit.keys.station import SigningKey
from evidence_kit.links.case_entry import CaseEntry
from evidence_kit.links.link_key import LinkKey
from evidence_kit.links.link_set import open_link_set
from evidence_kit.links.search import links_of, rare_points
from evidence_kit.model import Json

_VALUES_A_CASE = 20
_PICTURES_A_CASE = 20
_HEADS_A_DAY = 8


def main() -> None:
    """Grow both and say what one more change, one look and one check cost at each size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, nargs="*", default=[1000, 4000, 16000])
    asked.add_argument("--days", type=int, nargs="*", default=[30, 120])
    asked.add_argument("--stations", type=int, default=50)
    given = asked.parse_args()
    for cases in given.cases:
        _links(cases)
    for days in given.days:
        _register(given.stations, days)


def _links(cases: int) -> None:
    key = LinkKey(bytes(32))

    def entry(number: int) -> CaseEntry:
        values = tuple(sorted(os.urandom(16) for _ in range(_VALUES_A_CASE)))
        points = tuple(os.urandom(32) for _ in values)
        return CaseEntry(
            f"LRC-{number}", "Salma", values, tuple(os.urandom(32) for _ in range(_PICTURES_A_CASE)), points
        )

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set"
        with open_link_set(path, key, 0, os.urandom):
            pass
        _fill(path, key, [entry(number) for number in range(cases)])
        began = time.process_time()
        with open_link_set(path, key, 0, os.urandom) as opened:
            opened.put(entry(cases))
        one_more, began = time.process_time() - began, time.process_time()
        with open_link_set(path, key, 0, os.urandom) as opened:
            links_of(entry(cases + 1), opened.entries(), opened.left_out)
        looked, began = time.process_time() - began, time.process_time()
        with open_link_set(path, key, 0, os.urandom) as opened:
            rare_points(opened.entries(), opened.left_out)
        gathered = time.process_time() - began
        sys.stdout.write(
            f"links, {cases} cases of {_VALUES_A_CASE} values and {_PICTURES_A_CASE} pictures: "
            f"{path.stat().st_size / 1e6:.0f} MB; one more {one_more:.2f} s, links of one "
            f"{looked:.2f} s, points for an answer {gathered:.2f} s of processor\n"
        )


def _fill(path: Path, key: LinkKey, entries: list[CaseEntry]) -> None:
    """Write many rows under one root: growing case by case would write the root anew each time."""
    named = {}
    with closing(sqlite3.connect(path)) as database:
        for each in entries:
            tag = key.case_tag(each.case)
            row = key.box.seal(f"evidence-kit/1 links entry {tag.hex()}", each.packed(), os.urandom(12))
            database.execute("INSERT INTO entry VALUES (?, ?)", (tag, row))
            named[tag.hex()] = hashlib.sha256(row).hexdigest()
        root = json.dumps({"changes": len(entries), "entries": named, "left_out": []}).encode()
        sealed = key.box.seal("evidence-kit/1 links root", root, os.urandom(12))
        database.execute("INSERT OR REPLACE INTO root VALUES (1, ?, ?)", (key.fingerprint, sealed))
        database.commit()


def _register(stations: int, days: int) -> None:
    recovery = SigningKey.generate()
    keys = [SigningKey.generate() for _ in range(stations)]
    moment = "2026-03-05T12:00:00.000000Z"
    data = founding_line("FED", recovery, moment)
    register = read_register(data)
    lines = [data]

    def add(kind: str, facts: dict[str, Json], key: SigningKey) -> None:
        line = register.next_line(kind, facts, key, moment)
        register.digests.append(hashlib.sha256(line[:-1]).hexdigest())
        lines.append(line)

    for number, key in enumerate(keys):
        add("station", {"key": key.public.line, "name": f"station {number}"}, recovery)
    for _ in range(days):
        for key in keys:
            add("heads", {"heads": [os.urandom(32).hex() for _ in range(_HEADS_A_DAY)]}, key)
    whole = b"".join(lines)
    began = time.process_time()
    found = read_register(whole)
    read = time.process_time() - began
    sys.stdout.write(
        f"register, {stations} stations, {days} days, {_HEADS_A_DAY} heads a day each: {len(found.digests)} lines, "
        f"{len(found.heads)} heads, {len(whole) / 1e6:.1f} MB, read and checked in {read:.1f} s of processor\n"
    )


if __name__ == "__main__":
    main()
