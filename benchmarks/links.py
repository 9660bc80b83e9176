"""Links of one case against a set of a million identifiers and a million pictures: `python -m benchmarks.links`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from evidence_kit.links.case_entry import CaseEntry
from evidence_kit.links.link_key import LinkKey
from evidence_kit.links.link_set import open_link_set
from evidence_kit.links.search import links_of

_CASES = 2000


def main() -> None:
    """Measure opening, reading and searching a set, and say how much of what was planted is found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--values", type=int, default=1_000_000)
    asked.add_argument("--pictures", type=int, default=1_000_000)
    given = asked.parse_args()
    random, key = np.random.default_rng(1), LinkKey(bytes(32))
    values = random.integers(0, 256, (given.values, 16), dtype=np.uint8)
    pictures = random.integers(0, 256, (given.pictures, 32), dtype=np.uint8)
    mine = CaseEntry("MINE", "Salma", tuple(sorted({each.tobytes() for each in values[:2500]}
                     | {os.urandom(16) for _ in range(2500)})), tuple(_turned(pictures[:2000], random)))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "links.sqlite"
        with open_link_set(path, key, 0, os.urandom) as opened:
            parts = zip(np.array_split(values, _CASES), np.array_split(pictures, _CASES), strict=True)
            for number, (some, seen) in enumerate(parts):
                rows = (tuple(sorted(each.tobytes() for each in some)), tuple(each.tobytes() for each in seen))
                opened.put(CaseEntry(f"LRC-{number}", "Salma", *rows))
        began, worked = time.perf_counter(), time.process_time()
        with open_link_set(path, key, 0, os.urandom) as opened:
            found = links_of(mine, opened.entries(), opened.left_out)
        wall, processor = time.perf_counter() - began, time.process_time() - worked
        size = path.stat().st_size
    recalled = len({each.picture for each in found.pictures}) / 2000
    sys.stdout.write(
        f"{given.values} identifiers, {given.pictures} pictures in {_CASES} cases, {size / 1e6:.0f} MB: "
        f"{wall:.2f} s by the clock, {processor:.2f} s of processor; "
        f"{len(found.values) + len(found.frequent)} of 2500 identifiers, {recalled:.3f} of pictures 31 bits away\n"
    )


def _turned(rows: np.ndarray, random: np.random.Generator) -> list[bytes]:
    bits = np.unpackbits(rows, axis=1)
    for row in bits:
        row[random.choice(256, 31, replace=False)] ^= 1
    return [each.tobytes() for each in np.packbits(bits, axis=1)]


if __name__ == "__main__":
    main()
