"""Quantisation and frame of a JPEG: signs of the program that compressed it last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache

from PIL import Image, JpegImagePlugin

from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.model import Json

_SAMPLINGS = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}

# The example tables of the standard, which the Independent JPEG Group scales by a quality; in zigzag order as files
# hold them. Source: ITU-T T.81, tables K.1 and K.2.
_LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
    51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120,
    101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
_CHROMINANCE = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99,
    99, 99, 99, 99, *((99,) * 32),
)  # fmt: skip


def read(picture: Image.Image, notes: DescriptionNotes) -> dict[str, Json] | None:
    """Return the tables and other marks that tell compressors apart; None when it is no JPEG.

    `sha256` is there to compare the `tables` by; `progressive`, `sampling`, `jfif`, `adobe_mark` and `comment` follow.
    `ijg_quality` is the quality, 1 to 100, at which the programs of the Independent JPEG Group, and all that build on
    them, write these very tables; None when they are somebody else's.
    """
    tables: Mapping[int, Sequence[int]] = getattr(picture, "quantization", None) or {}
    if not tables:
        return None
    listed: list[Json] = [{"table": number, "values": [int(step) for step in tables[number]]} for number in tables]
    text = json.dumps(listed, separators=(",", ":"))
    comment = picture.info.get("comment")
    return {
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "ijg_quality": ijg_quality([tables[number] for number in sorted(tables)]),
        "tables": listed,
        "progressive": bool(picture.info.get("progressive")),
        "sampling": _SAMPLINGS.get(JpegImagePlugin.get_sampling(picture)),
        "jfif": "jfif_version" in picture.info,
        "adobe_mark": "adobe" in picture.info,
        "comment": notes.text(comment.decode("utf-8", "replace")) if isinstance(comment, bytes) else None,
    }


def ijg_quality(tables: Sequence[Sequence[int]]) -> int | None:
    """Return the quality at which the standard's example tables become these, None when at none.

    Args:
        tables: Luminance first, 64 steps each, in reading order.
    """
    wanted = [tuple(table) for table in tables[:2]]
    for quality in range(100, 0, -1):
        if wanted and wanted == list(_scaled(quality)[: len(wanted)]):
            return quality
    return None


@cache
def _scaled(quality: int) -> tuple[tuple[int, ...], ...]:
    factor = 5000 // quality if quality < 50 else 200 - 2 * quality
    return tuple(
        tuple(min(255, max(1, (step * factor + 50) // 100)) for step in table) for table in (_LUMINANCE, _CHROMINANCE)
    )
