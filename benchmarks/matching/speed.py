"""`python -m benchmarks.matching.speed`: seconds and megabytes of hashes, features and searches, in one run.

    --photos DIR      photographs, as for `benchmarks.matching`
    --peers PYTHON    a Python that has imagededup
    --part PART       decode, hashes, library or memory; all of them if not given
    --references N... sizes of the libraries, smallest first

CPU seconds of one thread, medians. Of the references of large libraries the first 200 are photographs; the others are
drawn from the descriptors of these, with noise: extracting ten thousand pictures would say nothing more.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidence_kit.hashing.nearby import BinaryIndex, ExactIndex, NearIndex
from evidence_kit.hashing.perceptual import dhash, phash
from evidence_kit.matching import geometry
from evidence_kit.matching.extraction import features_of
from evidence_kit.matching.features import Features
from evidence_kit.matching.keypoints import Keypoints
from evidence_kit.matching.library import Library
from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.media.pixels import frames_of
from evidence_kit.model import PixelSize

HERE = Path(__file__).parent
SIZES = (500, 1000, 2000, 4000, 8000)
MEMORY_OF = 10_000
REAL = 200
QUERIES = 20
HASHES, HASH_QUERIES = 100_000, 100
_PARTS = ("decode", "hashes", "library", "memory")


def main() -> None:
    """Measure and print lines of a table."""
    parser = argparse.ArgumentParser(description="How fast pictures are looked at and found.")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--part", choices=_PARTS)
    parser.add_argument("--references", type=int, nargs="+", default=SIZES)
    wanted = parser.parse_args()
    import cv2
    import faiss

    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    for part in _PARTS:
        if wanted.part in {None, part}:
            for line in _MEASURED[part](wanted):
                print(line, flush=True)


def _decode(wanted: argparse.Namespace) -> Iterator[str]:
    data, peers = _large(wanted.photos), wanted.peers
    everything = _median(lambda: _all_of(data))
    full = _median(lambda: Image.open(io.BytesIO(data)).convert("RGB").load())
    yield f"12 Mpx to all hashes and features: {1000 * everything:.0f} ms; Pillow decodes it at full size in "
    yield f"  {1000 * full:.0f} ms; ratio {everything / full:.2f}"
    if peers is not None:
        with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
            file.write(data)
            file.flush()
            told = _peer(peers, "decode", file.name)
        yield f"  imagededup PHash of the same file: {1000 * told['seconds']:.0f} ms"


def _all_of(data: bytes) -> None:
    [pixels] = frames_of(io.BytesIO(data))
    features_of(pixels.rgb, PixelSize(pixels.width, pixels.height))
    picture = Image.fromarray(pixels.rgb)
    phash(picture)
    dhash(picture)


def _large(photos: Path) -> bytes:
    """Return a JPEG of 4000 x 3000: a photograph with as much grain as a telephone's camera leaves."""
    with Image.open(sorted(photos.glob("*.JPEG"))[1]) as opened:
        smooth = opened.convert("RGB").resize((4000, 3000), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(1).normal(0, 4, (3000, 4000, 1))
    page = Image.fromarray(np.clip(np.asarray(smooth, np.float32) + grain, 0, 255).astype(np.uint8))
    held = io.BytesIO()
    page.save(held, "JPEG", quality=92)
    return held.getvalue()


def _hashes(wanted: argparse.Namespace) -> Iterator[str]:
    peers = wanted.peers
    dice = np.random.default_rng(1)
    references = [row.tobytes() for row in dice.integers(0, 256, (HASHES, 32), np.uint8)]
    queries = [row.tobytes() for row in dice.integers(0, 256, (HASH_QUERIES, 32), np.uint8)]
    seconds = [_searched(kind(references), queries, 5) for kind in (ExactIndex, BinaryIndex)]
    yield f"{HASH_QUERIES} queries against {HASHES:,} hashes of 256 bits: numpy {seconds[0]:.3f} s, faiss {seconds[1]:.3f} s"
    for count in (1_000, 5_000, 20_000, 50_000):
        few = [_searched(kind(references[:count]), queries[:1], 9) for kind in (ExactIndex, BinaryIndex)]
        yield f"  one query against {count:,}: numpy {1e6 * few[0]:.0f} µs, faiss {1e6 * few[1]:.0f} µs"
    if peers is not None:
        theirs = _peer(peers, "search", str(HASHES), str(HASH_QUERIES))
        yield f"  imagededup, 64 bits: BK tree {theirs['bktree']:.2f} s, brute force {theirs['brute']:.2f} s"


def _searched(index: NearIndex, queries: Sequence[bytes], rounds: int) -> float:
    return _median(lambda: list(index.near(queries, 31)), rounds)


@dataclass(slots=True)
class _Pool:
    """References as many as are wanted, made from the features of a few photographs."""

    real: list[Features]
    descriptors: NDArray[np.uint8]

    @classmethod
    def of(cls, photos: Path) -> _Pool:
        real = [_features(path) for path in sorted(photos.glob("*.JPEG"))[:REAL]]
        return cls(real, np.concatenate([each.views[0].keypoints.descriptors for each in real]))

    def load(self, name: str) -> Features:
        number = int(name)
        base = self.real[number % len(self.real)]
        if number < len(self.real):
            return base
        dice = np.random.default_rng(number)
        view = base.views[0]
        count = min(len(view.keypoints), THRESHOLDS.most_indexed_keypoints)
        rows = dice.integers(0, len(self.descriptors), count)
        noisy = self.descriptors[rows].astype(np.int16) + dice.integers(-20, 21, (count, 128), np.int16)
        keypoints = Keypoints(
            view.keypoints.points[:count], view.keypoints.scales[:count], np.clip(noisy, 0, 255).astype(np.uint8)
        )
        hashes = tuple(dice.integers(0, 256, 32, np.uint8).tobytes() for _ in range(8))
        return Features(base.width, base.height, (replace(view, keypoints=keypoints, pdq=hashes),))


def _features(path: Path) -> Features:
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((1600, 1600))
    return features_of(np.asarray(picture), PixelSize(*picture.size), inside=False)


def _library(wanted: argparse.Namespace) -> Iterator[str]:
    pool, asked = _Pool.of(wanted.photos), _asked(wanted.photos)
    brute = _median(lambda: _brute(asked[0], pool.real[:50]), 3) / 50
    yield f"brute force, every reference by its keypoints: {1000 * brute:.1f} ms a reference and query"
    before: tuple[int, float] | None = None
    for size in wanted.references:
        began = time.process_time()
        library = Library([str(number) for number in range(size)], pool.load)
        made = time.process_time() - began
        seconds = statistics.median(_found(library, each) for each in asked)
        grown = (
            ""
            if before is None
            else f"; {size / before[0]:.1f} times the references, {seconds / before[1]:.2f} times the cost"
        )
        yield (
            f"{size:,} references: {1000 * seconds:.0f} ms a query; brute force {1000 * brute * size:,.0f} ms, "
            f"{brute * size / seconds:,.0f} times as long; index made in {made:.0f} s{grown}"
        )
        before = (size, seconds)


def _found(library: Library, query: Features) -> float:
    return _cpu(lambda: library.find(query))


def _asked(photos: Path) -> list[Features]:
    asked = []
    for path in sorted(photos.glob("*.JPEG"))[:QUERIES]:
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        part = picture.crop((picture.width // 6, picture.height // 6, picture.width, picture.height))
        asked.append(features_of(np.asarray(part), PixelSize(*part.size)))
    return asked


def _brute(query: Features, references: Sequence[Features]) -> None:
    for each in references:
        pairs = geometry.similar_pairs(query.views[0].keypoints, each.views[0].keypoints)
        geometry.fit_plane(query.views[0].keypoints, each.views[0].keypoints, pairs, each.views[0].size)


def _memory(wanted: argparse.Namespace) -> Iterator[str]:
    pool = _Pool.of(wanted.photos)
    before = _resident()
    library = Library([str(number) for number in range(MEMORY_OF)], pool.load)
    after, peak = _resident(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"{len(library):,} references: {after - before:.0f} MB more than before; at most {peak:.0f} MB in all"


def _resident() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def _peer(python: Path, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [str(python), str(HERE / "speed_peers.py"), *arguments], check=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _median(work: Callable[[], object], rounds: int = 9) -> float:
    work()
    return statistics.median(_cpu(work) for _ in range(rounds))


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


_MEASURED = {"decode": _decode, "hashes": _hashes, "library": _library, "memory": _memory}

if __name__ == "__main__":
    main()
