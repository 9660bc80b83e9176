"""A question of 5,000 values against a set of a million, on two cores: `python -m benchmarks.between`."""

from __future__ import annotations

import argparse
import os
import sys
import time

from evidence_kit.keys.blinding import BlindingKey
from evidence_kit.keys.station import SigningKey
from evidence_kit.links.between import Answer, answered_points, asked_points, common_count, signed_file, value_point
from evidence_kit.workers.pool import Pool
from evidence_kit.workers.worker import Worker

_COMMON = 137


def main() -> None:
    """Ask, answer and read; say how long each takes and whether the count is right."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--values", type=int, default=5000)
    asked.add_argument("--set", type=int, default=1_000_000)
    given = asked.parse_args()
    mask, key = BlindingKey(os.urandom(32)), SigningKey.generate()
    values = [value_point("phone", f"+2126{number:08}") for number in range(given.values)]
    kept = [mask.times(each) for each in values[:_COMMON]]
    # Multiples of one point are points as good as any, and made faster.
    point = kept[0]
    while len(kept) < given.set:
        point = mask.times(point)
        kept.append(point)
    began = time.perf_counter()
    values = [value_point("phone", f"+2126{number:08}") for number in range(given.values)]
    points, inverse = asked_points(values, os.urandom)
    asked_seconds, began = time.perf_counter() - began, time.perf_counter()
    with Pool(lambda: Worker(allowed=("evidence_kit.links.",)), workers=2) as pool:
        again, tags = answered_points(points, kept, mask, os.urandom, pool)
    answer = Answer("0" * 64, "TET", "Omar, Tetouan", again, tags)
    size = len(signed_file(answer, key))
    answered_seconds, began = time.perf_counter() - began, time.perf_counter()
    count = common_count(answer, inverse)
    read_seconds = time.perf_counter() - began
    sys.stdout.write(
        f"{given.values} values against {given.set}: asked in {asked_seconds:.1f} s, "
        f"answered in {answered_seconds:.1f} s ({size / 1e6:.1f} MB), read in {read_seconds:.1f} s; "
        f"{count} in common, {_COMMON} planted\n"
    )


if __name__ == "__main__":
    main()
