"""The orientation of a picture: its size as stored, the file's statements, and the resulting view.

In HEIF and AVIF the boxes `irot` and `imir` are part of the picture and EXIF is only a remark; in every other form EXIF
is all there is. Source: ISO/IEC 23008-12, 6.5.10 and 6.5.12, annex A.2; Exif 2.32, 4.6.4 (Orientation).
"""

from __future__ import annotations

from typing import BinaryIO, Final

from evidence_kit.media import heif
from evidence_kit.model import Json, PixelSize

_BOXED: Final = {"heic", "avif"}
# What a viewer does for each value: quarters clockwise, and mirrored left to right before that.
_TURNS: Final = {1: (0, False), 2: (0, True), 3: (2, False), 4: (2, True), 5: (3, True), 6: (1, False), 7: (1, True),
                 8: (3, False)}  # fmt: skip


def read(payload: BinaryIO, kind: str, decoded_size: PixelSize | None, exif: int | None) -> dict[str, Json]:
    """Return `width_pixels` and `height_pixels` as stored, and `orientation`.

    Args:
        payload: The whole file.
        kind: Name of its content type.
        decoded_size: As Pillow opened it; None where it did not.
        exif: The EXIF orientation, 1 to 8; None where there is none.

    Returns:
        Both sizes (None where unknown), and `orientation`: `exif`, `boxes` (`quarter_turns_clockwise`, `mirrored`;
        None for forms without them, or where there are none), `rests_on` (`boxes`, `exif` or `nothing`), and
        `shown_width_pixels`, `shown_height_pixels` as a viewer has them.
    """
    found = heif.read(payload) if kind in _BOXED else None
    item = found.items.get(found.primary or -1) if found is not None else None
    if item is None:
        if kind == "tiff" and decoded_size is not None and _TURNS[exif or 1][0] % 2:
            # Pillow tells the size of a TIFF as it will be shown.
            return _by_exif(decoded_size.turned(), exif)
        return _by_exif(decoded_size, exif)
    stored = item.size or decoded_size
    turned, mirrored = -item.quarter_turns % 4, item.mirrors
    boxes: Json = {"quarter_turns_clockwise": turned, "mirrored": list(mirrored)} if turned or mirrored else None
    shown = None if stored is None else stored.turned() if turned % 2 else stored
    if item.is_cut and decoded_size is not None and kind == "heic":
        # Cut to a part by `clap`, which the decoder has applied.
        shown = decoded_size
    return _facts(stored, shown, {"exif": exif, "boxes": boxes, "rests_on": "boxes" if boxes else "nothing"})


def _by_exif(stored: PixelSize | None, exif: int | None) -> dict[str, Json]:
    turned, mirrored = _TURNS[exif or 1]
    shown = stored.turned() if stored is not None and turned % 2 else stored
    rests_on = "exif" if turned or mirrored else "nothing"
    return _facts(stored, shown, {"exif": exif, "boxes": None, "rests_on": rests_on})


def _facts(stored: PixelSize | None, shown: PixelSize | None, orientation: dict[str, Json]) -> dict[str, Json]:
    wide, high = stored or (None, None)
    shown_wide, shown_high = shown or (None, None)
    return {
        "width_pixels": wide,
        "height_pixels": high,
        "orientation": orientation | {"shown_width_pixels": shown_wide, "shown_height_pixels": shown_high},
    }
