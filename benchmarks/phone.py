"""A phone export of two thousand mixed files, for trying things out: `python -m benchmarks.phone FOLDER [COUNT]`."""

from __future__ import annotations

import io
import random
import sys
import wave
import zipfile
from pathlib import Path

from PIL import Image

SEED = 20261125
# Of a hundred files of a phone, roughly.
_MEDIA = "Android/media/com.whatsapp/WhatsApp/Media"
_SHARES = {"photo": 55, "received": 18, "voice": 12, "text": 8, "pdf": 4, "odd": 3}


def make(folder: Path, count: int = 2000) -> None:
    """Write the export; the same seed gives the same bytes."""
    dice = random.Random(SEED)
    kinds = dice.choices(list(_SHARES), list(_SHARES.values()), k=count - 2)
    for number, kind in enumerate(kinds):
        name, data = _file(kind, number, dice)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    _chat(folder / "Download" / "Discussion WhatsApp avec Sami.zip", dice)
    (folder / "DCIM" / "Camera" / "IMG_broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off")


def _file(kind: str, number: int, dice: random.Random) -> tuple[str, bytes]:
    day = f"2025{dice.randint(1, 6):02}{dice.randint(1, 28):02}"
    if kind == "photo":
        return f"DCIM/Camera/IMG_{day}_{number:06}.jpg", _picture(dice, (320, 240))
    if kind == "received":
        return f"{_MEDIA}/WhatsApp Images/IMG-{day}-WA{number:04}.jpg", _picture(dice, (200, 260))
    if kind == "voice":
        return f"{_MEDIA}/WhatsApp Voice Notes/PTT-{day}-WA{number:04}.wav", _sound(dice)
    if kind == "text":
        return f"Documents/note-{number}.txt", f"Note {number}: {dice.random()}\nسطر بالعربية\n".encode()
    if kind == "pdf":
        return f"Download/document-{number}.pdf", _document(number)
    return f"Android/data/app/{number}.bin", dice.randbytes(2000)


def _picture(dice: random.Random, size: tuple[int, int]) -> bytes:
    picture = Image.new("RGB", size, (dice.randrange(256), dice.randrange(256), dice.randrange(256)))
    for _ in range(6):
        box = sorted(dice.randrange(size[0]) for _ in range(2)), sorted(dice.randrange(size[1]) for _ in range(2))
        colour = (dice.randrange(256), dice.randrange(256), dice.randrange(256))
        picture.paste(colour, (box[0][0], box[1][0], box[0][1] + 1, box[1][1] + 1))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _document(number: int) -> bytes:
    from pypdf import PdfWriter

    made, out = PdfWriter(), io.BytesIO()
    made.add_blank_page(200 + number % 100, 300)
    made.write(out)
    return out.getvalue()


def _sound(dice: random.Random) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(dice.randbytes(8000))
    return out.getvalue()


def _chat(path: Path, dice: random.Random) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{1 + at // 8:02}/05/2025, 21:{at % 60:02} - Sami: message {at}" for at in range(120)]
    lines[0] = "01/05/2025, 21:00 - Les messages et les appels sont chiffrés de bout en bout."
    lines[60] = "05/05/2025, 21:00 - Sami: IMG-20250505-WA0001.jpg (fichier joint)"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("Discussion WhatsApp avec Sami.txt", "\n".join(lines) + "\n")
        made.writestr("IMG-20250505-WA0001.jpg", _picture(dice, (400, 300)))


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
