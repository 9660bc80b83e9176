"""Ten pictures and films, made here: from a thumbnail without its header to a photograph."""

from __future__ import annotations

import io
import random
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
        "heic": heic(Image.open(io.BytesIO(photograph)).resize((64, 48)))[:6000],
        "film": film("mp4")[:6000],
    }
