"""Programs that nobody here wrote say the same of every file, or there is a reason why not."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.hostile import Part, make_zip
from tests.media.exif_block import ASCII, BYTE, RATIONAL, SHORT, UNDEFINED, block, jpeg_with
from tests.media.heic import heic
from tests.media.judges import AGREED, judged, tools
from tests.media.test_inner_pictures import mpo, tiff
from tests.media.test_lengths import film, pages, trimmed, voice_note
from tests.media.test_pdf_revisions import linearised, saved_again
from tests.media.test_picture import exif, saved, scene
from tests.media.test_recording import sound

SAMPLES = Path(__file__).parents[2] / "samples" / "phone-export"
FILES = sorted(path for path in SAMPLES.rglob("*") if path.is_file())
TEXTS = block(
    {
        "Image": [(0x9C9B, BYTE, "تهديد\0".encode("utf-16-le")), (0x010E, ASCII, "سلمى".encode() + b"\0"),
                  (0x0112, SHORT, [6])],
        "EXIF": [(0x9286, UNDEFINED, b"UNICODE\0" + "ادفع".encode("utf-16-be"))],
        "GPS": [(1, ASCII, b"S\0"), (2, RATIONAL, [35, 1, 11, 1, 24, 1]), (3, ASCII, b"W\0"),
                (4, RATIONAL, [6, 1, 9, 1, 0, 1])],
    },
    ">",
)  # fmt: skip
BARE_PLACE = block({"GPS": [(2, RATIONAL, [35, 1, 11, 1, 24, 1]), (4, RATIONAL, [6, 1, 9, 1, 0, 1])]})


def turned(format_name: str) -> bytes:
    made = exif()
    made[0x0112] = 8
    return saved(scene(96, 64), format_name, exif=made)


def animation() -> bytes:
    buffer = io.BytesIO()
    scene().save(buffer, "GIF", save_all=True, append_images=[scene().rotate(9), scene().rotate(80)], duration=100)
    return buffer.getvalue()


def without_second_page() -> bytes:
    head, comments, _, *rest = pages(voice_note(3))
    return b"".join([head, comments, *rest])


MADE: dict[str, Callable[[], bytes]] = {
    "texts.jpg": lambda: jpeg_with(TEXTS),
    "bare-place.jpg": lambda: jpeg_with(BARE_PLACE),
    "turned.jpg": lambda: turned("JPEG"),
    "turned.png": lambda: turned("PNG"),
    "turned.webp": lambda: turned("WEBP"),
    "turned.tif": lambda: turned("TIFF"),
    "turned.avif": lambda: turned("AVIF"),
    "turned.heic": lambda: heic(scene(96, 64), quarter_turns=1),
    "two.heic": lambda: heic(scene(), second=scene().rotate(180), primary=2),
    "two.jpg": mpo,
    "two.tif": tiff,
    "moving.gif": animation,
    "plain.bmp": lambda: saved(Image.new("RGB", (40, 30)), "BMP"),
    "note.opus": lambda: voice_note(2),
    "chained.opus": lambda: voice_note(1) + voice_note(2),
    "gap.opus": without_second_page,
    "sound.caf": lambda: sound("caf", "pcm_s16le"),
    "sound.aac": lambda: sound("adts", "aac"),
    "sound.mp3": lambda: sound("mp3", "mp3"),
    "film.mp4": film,
    "trimmed.mp4": lambda: trimmed(film(), 2.5),
    "lin.pdf": linearised,
    "saved.pdf": lambda: saved_again(linearised()),
    "plain.zip": lambda: make_zip([Part(b"a.txt"), Part("صورة.jpg".encode())]),
    "old.zip": lambda: make_zip([Part("صورة سلمى.jpg".encode("cp720")), Part("تهديد.txt".encode("cp720"))]),
}


def explained(path: Path) -> int:
    rows = list(judged(path))
    unexplained = [row for row in rows if row.verdict != AGREED and row.reason is None]
    assert unexplained == []
    return len(rows)


@pytest.mark.skipif(not tools(), reason="none of exiftool, ffprobe, heif-info, 7z, pdfinfo is installed")
@pytest.mark.parametrize("name", MADE)
def test_a_file_made_here_is_said_to_be_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(MADE[name]())
    wanted = {"exiftool": {".jpg", ".png", ".gif"}, "ffprobe": {".opus", ".caf", ".mp4"}, "7z": {".zip"}}
    if any(path.suffix in wanted.get(tool, ()) for tool in tools()):
        assert explained(path) > 0
    else:
        explained(path)


@pytest.mark.skipif(not tools(), reason="none of exiftool, ffprobe, heif-info, 7z, pdfinfo is installed")
def test_of_every_sample_the_same_is_said() -> None:
    assert sum(explained(path) for path in FILES) > (50 if "exiftool" in tools() else 0)
