"""A picture made unrecognisable: a few coloured cells, drawn soft, in a new file that takes nothing over.

Blurring a picture with a filter can be undone in part, and small faces are still recognised. What is left here is a
mosaic of at most eight cells a side: its other details are nowhere in the file.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import BinaryIO, Final

import PIL
from PIL import Image, ImageOps

from evidence_kit.media.picture import DRAFT_PIXELS, FORMATS, MAX_PIXELS
from evidence_kit.model import Json

METHOD: Final = "blurred/1"
CELLS: Final = 8
SIDE_PIXELS: Final = 256
QUALITY: Final = 80


def blur_picture(payload: BinaryIO, _arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Return a blurred copy as JPEG, in base64, and how it was made.

    Whatever Pillow raises about hostile bytes ends the job, and the picture stays out.
    """
    Image.init()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # beyond twice this, Pillow refuses
    payload.seek(0)
    with Image.open(payload, formats=[name for name in FORMATS if name in Image.OPEN]) as picture:
        picture.draft("RGB", (DRAFT_PIXELS, DRAFT_PIXELS))
        picture.load()
        upright = ImageOps.exif_transpose(_on_white(picture))
    longest = max(upright.size)
    cells = tuple(max(1, round(side * CELLS / longest)) for side in upright.size)
    drawn = tuple(max(1, round(side * SIDE_PIXELS / longest)) for side in upright.size)
    soft = upright.resize((cells[0], cells[1]), Image.Resampling.BOX)
    soft = soft.resize((drawn[0], drawn[1]), Image.Resampling.BICUBIC)
    made = io.BytesIO()
    # A new picture out of bare pixels: no EXIF, no colour profile, no comment comes along.
    Image.frombytes("RGB", soft.size, soft.tobytes()).save(made, "JPEG", quality=QUALITY)
    return {
        "jpeg": base64.b64encode(made.getvalue()).decode("ascii"),
        "method": METHOD,
        "parameters": {"cells": CELLS, "side_pixels": SIDE_PIXELS, "quality": QUALITY},
        "versions": {"pillow": PIL.__version__},
    }


def _on_white(picture: Image.Image) -> Image.Image:
    exif = picture.info.get("exif")
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        solid = Image.new("RGBA", clear.size, "white")
        solid.alpha_composite(clear)
        picture = solid
    opaque = picture.convert("RGB")
    if exif is not None:
        opaque.info["exif"] = exif
    return opaque
