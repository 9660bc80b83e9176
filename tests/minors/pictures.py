"""Eleven pictures and films, made here: from a thumbnail without its header to a photograph."""

from __future__ import annotations

import io
import random
import re
from functools import cache

from PIL import Image

from tests.e2e.conftest import ROOT


def _saved(form: str, side: int, **how: int) -> bytes:
    held = io.BytesIO()
    grain = random.Random(side)
    picture = Image.frombytes("RGB", (side, side), grain.randbytes(side * side * 3))
    picture.save(held, form, **how)
    return held.getvalue()


def _scan(data: bytes) -> bytes:
    """Return a JPEG from its scan on: what apps store of a thumbnail, since the header is always the same."""
    return data[data.index(b"\xff\xda") + 2 : -2]


def _without_words(data: bytes) -> bytes:
    """Return a file without what its codec says of itself: that is words, and no picture."""
    grain = random.Random(1)
    return re.sub(rb"[ -~]{16,}", lambda match: grain.randbytes(len(match[0])), data)


def _saved_dark() -> bytes:
    """Return a picture whose bytes fill the lower half of what a byte can be."""
    held = io.BytesIO()
    grain = random.Random(2)
    Image.frombytes("L", (40, 40), bytes(grain.choices(range(90), k=1600))).convert("RGB").save(held, "BMP")
    return held.getvalue()[:3000]


@cache
def pictures() -> dict[str, bytes]:
    """Return the pictures by name."""
    from tests.media.heic import heic
    from tests.media.test_recording import film

    photograph = (ROOT / "samples" / "candidates" / "tasse.jpg").read_bytes()
    small = Image.open(io.BytesIO(photograph)).resize((48, 36))
    held = io.BytesIO()
    small.save(held, "JPEG", quality=30)
    return {
        "thumbnail without header": _scan(_saved("JPEG", 24, quality=60))[:400],
        "thumbnail": held.getvalue(),
        "photograph": photograph[:12_000],
        "png": _saved("PNG", 20),
        "gif": _saved("GIF", 24),
        "bmp": _saved("BMP", 24),
        "webp": _saved("WEBP", 32, quality=40),
        "tiff": _saved("TIFF", 20),
        "heic": _without_words(heic(Image.open(io.BytesIO(photograph)).resize((64, 48)))[:6000]),
        "film": _without_words(film("mp4")[:6000]),
        "dark": _saved_dark(),
    }
