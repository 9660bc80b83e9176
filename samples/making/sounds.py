"""Spoken notes and a short silent film, by espeak-ng and ffmpeg."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

_EXACT = ("-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1")


def spoken(voice: str, text: str, target: Path, *encoding: str) -> None:
    """Speak a text and encode it as ffmpeg is told."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "spoken.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(raw), text], check=True)
        _ffmpeg("-i", str(raw), *encoding, *_EXACT, str(target))


def film(still: Path, target: Path) -> None:
    """Two seconds of moving slowly over a still, without sound."""
    crop = "crop=iw*0.6:ih*0.6:x=(iw-ow)*t/2:y=(ih-oh)*t/2,scale=320:240"
    picture = ("-loop", "1", "-framerate", "8", "-t", "2", "-i", str(still))
    _ffmpeg(*picture, "-vf", crop, "-an", "-c:v", "libx264", "-pix_fmt", "yuv420p", *_EXACT, str(target))


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *arguments], check=True)
