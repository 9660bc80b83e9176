"""Facts that hint at how a picture came about: names that apps give, sizes that screens have. No conclusions."""

from __future__ import annotations

import re

from evidence_kit.model import Json

# Shorter side first. Sizes of phones and tablets sold since 2014; many cameras have none of them.
SCREENS_PIXELS = frozenset(
    {
        (640, 1136), (720, 1280), (720, 1440), (720, 1480), (720, 1520), (720, 1544), (720, 1560), (720, 1570),
        (720, 1600), (720, 1612), (720, 1640), (720, 1650), (750, 1334), (828, 1792), (1080, 1920), (1080, 2160),
        (1080, 2220), (1080, 2240), (1080, 2244), (1080, 2248), (1080, 2260), (1080, 2270), (1080, 2280),
        (1080, 2310), (1080, 2312), (1080, 2316), (1080, 2340), (1080, 2376), (1080, 2388), (1080, 2392),
        (1080, 2400), (1080, 2408), (1080, 2412), (1080, 2424), (1080, 2436), (1080, 2460), (1080, 2520),
        (1080, 2640), (1125, 2436), (1170, 2532), (1179, 2556), (1206, 2622), (1220, 2712), (1242, 2208),
        (1242, 2688), (1284, 2778), (1290, 2796), (1320, 2868), (1440, 2560), (1440, 2880), (1440, 2960),
        (1440, 3040), (1440, 3088), (1440, 3120), (1440, 3168), (1440, 3200), (1488, 2266), (1536, 2048),
        (1620, 2160), (1640, 2360), (1668, 2224), (1668, 2388), (2048, 2732),
    }
)  # fmt: skip

_NAMES = {
    "whatsapp-android": re.compile(r"(?:IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d{4}", re.ASCII),
    "whatsapp-desktop": re.compile(r"WhatsApp (?:Image|Video|Audio|Ptt) \d{4}-\d\d-\d\d at ", re.ASCII),
    "whatsapp-ios-export": re.compile(r"\d{8}-(?:PHOTO|VIDEO|AUDIO|STICKER|GIF)-\d{4}-\d\d-\d\d-", re.ASCII),
    "telegram": re.compile(r"(?:photo|video|audio|IMG)_(?:\d+@)?\d\d?\d?\d?-\d\d-\d{2,4}_\d\d-\d\d-\d\d", re.ASCII),
    "signal": re.compile(r"signal-\d{4}-\d\d-\d\d-\d{6}", re.ASCII),
    "screenshot": re.compile(r"screen[ _-]?shot|screenrecord|capture d.écran|لقطة", re.IGNORECASE),
}


def naming_signs(name: str) -> list[Json]:
    """Return the ids of the naming habits that the file's name follows; any file can be given such a name."""
    return [sign for sign, pattern in _NAMES.items() if pattern.search(name)]


def screenshot_signs(width: int, height: int, *, camera_tags: bool, texts: str = "") -> dict[str, Json]:
    """Return the hints for and against a screenshot.

    Args:
        width: In pixels.
        height: In pixels.
        camera_tags: A camera left tags.
        texts: What the file says in words; iPhones write "Screenshot" into the comment of their EXIF.
    """
    return {
        "size_of_a_known_screen": tuple(sorted((width, height))) in SCREENS_PIXELS,
        "camera_tags": camera_tags,
        "says_screenshot": "screenshot" in texts.casefold(),
    }
