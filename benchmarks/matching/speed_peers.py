"""How long imagededup needs, run by a Python that has it: `speed_peers.py decode FILE`, or `search HASHES QUERIES`."""

from __future__ import annotations

import json
import random
import statistics
import sys
import time

from imagededup.handlers.search.retrieval import HashEval
from imagededup.methods import PHash


def main() -> None:
    """Print one line of JSON."""
    hasher = PHash(verbose=False)
    if sys.argv[1] == "decode":
        hasher.encode_image(image_file=sys.argv[2])
        spent = []
        for _ in range(5):
            began = time.process_time()
            hasher.encode_image(image_file=sys.argv[2])
            spent.append(time.process_time() - began)
        print(json.dumps({"seconds": statistics.median(spent)}))
        return
    dice = random.Random(1)
    hashes = {str(number): f"{dice.getrandbits(64):016x}" for number in range(int(sys.argv[2]))}
    queries = {f"q{number}": f"{dice.getrandbits(64):016x}" for number in range(int(sys.argv[3]))}
    told = {}
    for method, name in (("bktree", "bktree"), ("brute_force_cython", "brute")):
        began = time.perf_counter()
        HashEval(
            test=hashes, queries=queries, distance_function=hasher.hamming_distance, verbose=False, threshold=10,
            search_method=method, num_dist_workers=0,
        )  # fmt: skip
        told[name] = time.perf_counter() - began
    print(json.dumps(told))


if __name__ == "__main__":
    main()
