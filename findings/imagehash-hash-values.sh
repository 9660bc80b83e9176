#!/usr/bin/env bash
# Sets and dictionaries of ImageHash: `hash()` of 20,000 different picture hashes takes about 1,200 values.
#
# Assumed: an ImageHash is hashable, so a set or a dictionary of a collection's picture hashes is found in constant time.
# Seen:    `__hash__` adds up 2 ** (position % 8) of the bits that are set: 64 bits fall on at most 2,041 sums, and
#          most on the few hundred in the middle. Looking up takes as many comparisons as there are hashes of one sum:
#          in a set of 20,000, one look-up calls __eq__ some 30 times, and the time of all look-ups grows with the square of
#          the collection. `str(hash)` or the packed bits as the key avoid it.
# With:    ImageHash 4.3.2, numpy 2, Python 3.11
# Source:  imagehash/__init__.py: ImageHash.__hash__
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check ImageHash==4.3.2 numpy==2.3.5
"$room/venv/bin/python" - <<'PY'
import sys

import imagehash
import numpy as np

COUNT = 20_000
bits = np.random.default_rng(1).random((COUNT, 8, 8)) > 0.5
hashes = [imagehash.ImageHash(each) for each in bits]
written, values = len({str(each) for each in hashes}), len({hash(each) for each in hashes})

compared = 0
equal = imagehash.ImageHash.__eq__


def counted(self: object, other: object) -> bool:
    global compared
    compared += 1
    return equal(self, other)


imagehash.ImageHash.__eq__ = counted
held = set(hashes)
compared = 0
for each in hashes[-200:]:
    assert imagehash.ImageHash(each.hash) in held
print(f"{written} different hashes have {values} values of hash(); a look-up in 20,000 compares {compared / 200:.0f} times")
sys.exit(not (written == COUNT and values < 2_041 and compared > 200 * 10))
PY
