"""AugLy's attacks, run by a Python that has AugLy (1.0, with numpy below 2 and Pillow below 10).

Called as `PYTHON augly_attacks.py JOBS.json`: a list of {source, kind, target}; writes each target.
"""

from __future__ import annotations

import json
import random
import sys

import numpy as np

# AugLy's perspective transform asks numpy for a name that went away with 1.24.
np.float = float  # type: ignore[attr-defined]

import augly.image as imaugs  # noqa: E402
from PIL import Image  # noqa: E402

MOBILE = "mobile.png"


def _template(name: str) -> str:
    from pathlib import Path

    import augly

    return str(Path(augly.__file__).parent / "assets" / "screenshot_templates" / name)


KINDS = {
    "AugLy blur": lambda p: imaugs.blur(p, radius=3),
    "AugLy brightness .4": lambda p: imaugs.brightness(p, factor=0.4),
    "AugLy colour jitter": lambda p: imaugs.color_jitter(
        p, brightness_factor=1.3, contrast_factor=1.4, saturation_factor=1.6
    ),
    "AugLy aspect ratio 1.8": lambda p: imaugs.change_aspect_ratio(p, ratio=1.8),
    "AugLy crop": lambda p: imaugs.crop(p, x1=0.2, x2=0.8, y1=0.2, y2=0.8),
    "AugLy quality 15": lambda p: imaugs.encoding_quality(p, quality=15),
    "AugLy grey": lambda p: imaugs.grayscale(p),
    "AugLy mirror": lambda p: imaugs.hflip(p),
    "AugLy meme": lambda p: imaugs.meme_format(p, caption_height=100),
    "AugLy opacity .5": lambda p: imaugs.opacity(p, level=0.5),
    "AugLy emoji": lambda p: imaugs.overlay_emoji(p, emoji_size=0.35, x_pos=0.3, y_pos=0.3),
    "AugLy onto a background": lambda p: imaugs.overlay_onto_background_image(
        p, Image.new("RGB", p.size, (70, 110, 60)), overlay_size=0.6
    ),
    "AugLy screenshot, web": lambda p: imaugs.overlay_onto_screenshot(p),
    "AugLy screenshot, mobile": lambda p: imaugs.overlay_onto_screenshot(p, template_filepath=_template(MOBILE)),
    "AugLy stripes": lambda p: imaugs.overlay_stripes(p, line_width=0.4, line_angle=30, line_density=0.6),
    "AugLy text": lambda p: imaugs.overlay_text(p, font_size=0.15, y_pos=0.4),
    "AugLy pad": lambda p: imaugs.pad(p, w_factor=0.25, h_factor=0.25),
    "AugLy perspective": lambda p: imaugs.perspective_transform(p, sigma=20.0),
    "AugLy pixels": lambda p: imaugs.pixelization(p, ratio=0.4),
    "AugLy noise": lambda p: imaugs.random_noise(p, var=0.01),
    "AugLy turn 15°": lambda p: imaugs.rotate(p, degrees=15),
}


def main() -> None:
    """Write all targets."""
    for job in json.load(open(sys.argv[1], encoding="utf-8")):  # noqa: PTH123, SIM115
        random.seed(job["source"])
        np.random.seed(7)
        with Image.open(job["source"]) as opened:
            picture = opened.convert("RGB")
        KINDS[job["kind"]](picture).convert("RGB").save(job["target"], quality=88)


if __name__ == "__main__":
    main()
