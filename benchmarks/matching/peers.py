"""Hashes of pictures by the peers, run by a Python that has imagededup, perception, pdqhash and imagehash.

Called as `PYTHON peers.py FILES.json OUT.json`: a list of paths; writes {method: {path: hexadecimal or null}}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import imagehash
import numpy as np
import pdqhash
from imagededup.methods import DHash, PHash
from PIL import Image


def main() -> None:
    """Write the hashes of all files."""
    files = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    phash, dhash = PHash(verbose=False), DHash(verbose=False)
    found: dict[str, dict[str, str | None]] = {}
    for path in files:
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        pixels = np.asarray(picture)
        bits, quality = pdqhash.compute(pixels)
        hashes = {
            "imagehash phash": str(imagehash.phash(picture)),
            "imagehash dhash": str(imagehash.dhash(picture)),
            "imagehash whash": str(imagehash.whash(picture)),
            "imagededup PHash": phash.encode_image(image_array=pixels),
            "imagededup DHash": dhash.encode_image(image_array=pixels),
            "PDQ (pdqhash)": np.packbits(bits).tobytes().hex() if quality >= 50 else None,
        }
        for method, text in hashes.items():
            found.setdefault(method, {})[path] = text
    _perception(files, found)
    Path(sys.argv[2]).write_text(json.dumps(found), "utf-8")


def _perception(files: list[str], found: dict[str, dict[str, str | None]]) -> None:
    from perception import hashers

    hasher = hashers.PHash()
    for path in files:
        vector = hasher.compute(path, hash_format="hex")
        found.setdefault("perception PHash", {})[path] = vector


if __name__ == "__main__":
    main()
