"""Describing photographs of 12 megapixels beside plain decoding on all cores: `python -m benchmarks.photos`.

`[--photos 48] [--runs 5] [--work DIR]`. Plain decoding is Pillow's, every pixel of every photograph, in one process a
core. Ours is all of `ingest`, a whole process: read, hashed, encrypted, durable, described in isolated workers; and the
same with `--no-describe`. Ratios are of one run, medians of all runs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.case import PROGRAM, Measured, measure

WIDTH, HEIGHT = 4000, 3000
DECODE = """
import sys
from multiprocessing import Pool
from pathlib import Path
from PIL import Image
def decode(path):
    Image.open(path).load()
if __name__ == "__main__":
    with Pool(int(sys.argv[2])) as pool:
        pool.map(decode, sorted(Path(sys.argv[1]).iterdir()), chunksize=1)
"""


def main() -> None:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=48)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--work", type=Path, default=None)
    wanted = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="photos-", dir=wanted.work) as name:
        folder = Path(name)
        size_bytes = _photographs(folder / "photos", wanted.photos)
        rows: dict[str, list[Measured]] = {}
        for number in range(wanted.runs):
            for what, done in _run(folder, number, cores).items():
                rows.setdefault(what, []).append(done)
            _show(rows, wanted.photos, size_bytes, cores)


def _show(rows: dict[str, list[Measured]], photos: int, size_bytes: int, cores: int) -> None:
    """Print medians so far: the last table is the one that counts."""
    runs = len(rows["Pillow, every pixel, all cores"])
    print(f"{photos} photographs of 12 Mpx, {size_bytes / 1e6:.0f} MB, {cores} cores, medians of {runs}")
    plain = rows["Pillow, every pixel, all cores"]
    for what, done in rows.items():
        wall = statistics.median(run.wall for run in done)
        ratio = statistics.median(one.wall / other.wall for one, other in zip(done, plain, strict=True))
        each = wall * 1000 / photos
        print(f"{what:34} {wall:7.2f} s, {each:6.0f} ms a photograph, {ratio:5.2f} of plain decoding", flush=True)


def _photographs(folder: Path, count: int) -> int:
    """Make photographs that differ, with the fine grain that makes a camera's files as large as they are."""
    folder.mkdir()
    dice = np.random.default_rng(12)
    for number in range(count):
        coarse = Image.fromarray(dice.integers(0, 256, (60, 80, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), dtype=np.int16)
        grain = dice.integers(-9, 10, (HEIGHT, WIDTH, 1), dtype=np.int16)
        pixels = np.clip(smooth + grain, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"IMG_{number:04}.jpg", quality=90)
    return sum(path.stat().st_size for path in folder.iterdir())


def _run(folder: Path, number: int, cores: int) -> dict[str, Measured]:
    environment = dict(os.environ) | {"EVIDENCE_KIT_STATION": str(folder / "station")}
    (folder / "passphrase").write_text("correct horse battery\n")
    (folder / "decode.py").write_text(DECODE)
    more = ("--passphrase-file", str(folder / "passphrase"), "--no-input", "--quiet")

    def kit(*arguments: str) -> Measured:
        return measure((*PROGRAM, *arguments, *more), environment, folder)

    if not (folder / "station").exists():
        facts = ("--association", "BENCH", "--name", "B", "--role", "b", "--place", "p", "--recovery-out", "rec")
        kit("setup", *facts, "--cases", str(folder / "cases"))
    photos, done = str(folder / "photos"), {}
    decode = (sys.executable, str(folder / "decode.py"), photos, str(cores))
    done["Pillow, every pixel, all cores"] = measure(decode, environment, folder)
    for what, how in (("ingest", ()), ("ingest --no-describe", ("--no-describe",))):
        case = f"CASE-{number}-{len(how)}"
        kit("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer", "--id", case)
        done[what] = kit("ingest", case, photos, *how)
        shutil.rmtree(folder / "cases" / case)
    return done


if __name__ == "__main__":
    main()
