"""What describing costs: PDQ beside a full decode, and a small job in an isolated process."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from evidence_kit.hashing.perceptual import pdq
from evidence_kit.workers.job import Job
from evidence_kit.workers.pool import Pool
from evidence_kit.workers.worker import Worker

DESCRIBE = "evidence_kit.media.registry:describe"


def main() -> None:
    """Print milliseconds, the best of a few runs each."""
    data = _picture(4000, 3000)
    small = Image.open(io.BytesIO(data))
    small.draft("RGB", (1024, 1024))
    small.load()
    print(f"12 Mpx JPEG, full decode        {_best(lambda: Image.open(io.BytesIO(data)).load()):8.1f} ms")
    print(f"12 Mpx JPEG, draft to 1024      {_best(lambda: _drafted(data)):8.1f} ms")
    print(f"PDQ, 8 orientations, from draft {_best(lambda: pdq(small)):8.1f} ms")
    with Worker() as worker:
        began = time.perf_counter()
        worker.call(DESCRIBE, {"kind": "none"}, b"")
        print(f"start of a worker               {(time.perf_counter() - began) * 1000:8.1f} ms")
        print(f"empty job                       {_best(lambda: worker.call(DESCRIBE, {'kind': 'none'}, b'')):8.2f} ms")
        ten = bytes(10_000_000)
        print(f"job with 10 MB of payload       {_best(lambda: worker.call(DESCRIBE, {'kind': 'x'}, ten)):8.2f} ms")
        worker.call(DESCRIBE, {"kind": "jpeg"}, data)
        print(f"12 Mpx JPEG described           {_best(lambda: worker.call(DESCRIBE, {'kind': 'jpeg'}, data)):8.1f} ms")
    thumbnail = _picture(320, 240)
    for workers in (1, 2):
        with Pool(workers=workers) as pool:
            list(pool.map(_jobs(thumbnail, 2 * workers)))
            began = time.perf_counter()
            list(pool.map(_jobs(thumbnail, 200)))
            each = (time.perf_counter() - began) * 1000 / 200
        print(f"320 x 240 JPEG, pool of {workers}       {each:8.2f} ms a job")


def _picture(width: int, height: int) -> bytes:
    cells = np.random.default_rng(1).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _drafted(data: bytes) -> None:
    picture = Image.open(io.BytesIO(data))
    picture.draft("RGB", (1024, 1024))
    picture.load()


def _jobs(data: bytes, count: int) -> Iterator[Job]:
    return (Job(DESCRIBE, {"kind": "jpeg"}, data) for _ in range(count))


def _best(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken) * 1000


if __name__ == "__main__":
    main()
