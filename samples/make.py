"""Makes everything in `samples/` again: `python samples/make.py`.

Not run by tests. Needs Python 3.11 with Pillow and scikit-image (for its photographs) and evidence-kit (for
the kinds in the ledger), espeak-ng, ffmpeg with libopus, libmp3lame and libx264, Chromium, and the fonts Noto
Sans and Noto Sans Arabic. The same versions of these give the same bytes; others give other bytes that mean
the same, and the ledger is written anew.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from making import papers, pictures, screens, sounds, talk
from making.pictures import ORIGINS, Album, taken

from evidence_kit.intake.sniff import HEAD_BYTES, sniff

HERE = Path(__file__).parent
OURS, OUR_LICENCE = "made for evidence-kit", "CC0-1.0"
LARACHE = (35.1932, -6.1557)

WHATSAPP = "phone-export/Android/media/com.whatsapp/WhatsApp/Media"
CAMERA = "phone-export/DCIM/Camera"
SHOTS = "phone-export/Pictures/Screenshots"
DOWNLOAD = "phone-export/Download"


@dataclass(slots=True)
class Ledger:
    """What is written, and what each file is."""

    root: Path
    lines: dict[str, dict[str, str | int]] = field(default_factory=dict)

    def ours(self, path: str, **facts: str | int) -> Path:
        """Note a file that we made from nothing; gives the place to write it."""
        return self._note(path, {"origin": OURS, "licence": OUR_LICENCE, **facts})

    def photo(self, path: str, source: str, **facts: str | int) -> Path:
        """Note a file that shows one of the source photographs."""
        origin = ORIGINS[source]
        return self._note(path, {"origin": origin.origin, "licence": origin.licence, "shows": source, **facts})

    def _note(self, path: str, facts: dict[str, str | int]) -> Path:
        self.lines[path] = facts
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def text(self) -> Iterator[str]:
        """The ledger's lines, sorted by path; kinds and digests are read from the files."""
        yield "# Every sample: where it comes from, and what a reader must find in it. Written by make.py.\n"
        for path in sorted(self.lines):
            content = (self.root / path).read_bytes()
            kind = sniff(content[:HEAD_BYTES], len(content)).name
            facts = {"path": path, **self.lines[path], "kind": kind, "size_bytes": len(content)}
            yield "\n[[sample]]\n"
            for key, value in (facts | {"sha256": hashlib.sha256(content).hexdigest()}).items():
                # JSON's escapes are TOML's; a direction character in a name is never written bare.
                yield f"{key} = {json.dumps(value, ensure_ascii=True)}\n"


def photographs(album: Album, ledger: Ledger) -> None:
    """The camera's folder, and copies that WhatsApp or somebody made."""
    shots: list[tuple[str, str, int, dict[str, object]]] = [
        ("IMG_20250412_153012.jpg", "cat", 88, {"zone": "+01:00", "place": LARACHE}),
        ("IMG_20250413_101500.jpg", "astronaut", 86, {}),
        ("IMG_20250421_070905.jpg", "rocket", 86, {"zone": "+01:00"}),
        ("IMG_20250422_221640.jpg", "galaxies", 80, {"zone": "+01:00"}),
        ("IMG_20250426_174455.jpg", "street", 84, {"zone": "+01:00"}),
    ]
    for name, source, quality, details in shots:
        stamp = f"{name[4:8]}:{name[8:10]}:{name[10:12]} {name[13:15]}:{name[15:17]}:{name[17:19]}"
        exif = taken(stamp, **details)  # type: ignore[arg-type]
        pictures.save(album.picture(source), ledger.photo(f"{CAMERA}/{name}", source), quality, exif)

    exif = taken("2025:04:20 18:22:33", zone="+01:00")
    turned = pictures.rotated(album.picture("coffee"), exif)
    target = ledger.photo(f"{CAMERA}/IMG_20250420_182233.jpg", "coffee", note="lies on its side, EXIF turns it")
    pictures.save(turned, target, 86, exif)

    whole = ledger.root / "whole.jpg"
    pictures.save(album.picture("clock"), whole, 86, taken("2025:05:01 11:30:00", zone="+01:00"))
    content = whole.read_bytes()
    whole.unlink()
    cut = ledger.photo(f"{CAMERA}/IMG_20250501_113000.jpg", "clock", note="damaged: ends in the middle")
    cut.write_bytes(content[: len(content) // 2])

    cat, rocket, coffee = "IMG_20250412_153012", "IMG_20250421_070905", "IMG_20250420_182233"
    copies = [
        (f"{WHATSAPP}/WhatsApp Images/{talk.PICTURE}", "cat", "scaled, recompressed", cat),
        (f"{WHATSAPP}/WhatsApp Images/IMG-20250503-WA0009.jpg", "coffee", "cropped", coffee),
        (f"{WHATSAPP}/WhatsApp Images/Sent/IMG-20250422-WA0001.jpg", "rocket", "mirrored", rocket),
        ("candidates/avatar_1180.jpg", "cat", "scaled, recompressed", cat),
        ("candidates/tasse.jpg", "coffee", "mirrored, scaled", coffee),
    ]
    for path, source, change, original in copies:
        picture = album.picture(source)
        if "mirrored" in change:
            picture = pictures.mirrored(picture)
        if "cropped" in change:
            picture = pictures.cropped(picture, (0.2, 0.15, 0.85, 0.9))
        if "scaled" in change:
            picture = pictures.scaled(picture, 480 if path.startswith("candidates") else 720)
        target = ledger.photo(path, source, made_from=f"{CAMERA}/{original}.jpg", change=change)
        pictures.save(picture, target, 62 if path.startswith("candidates") else 72)
    pictures.save(album.picture("coins", 640), ledger.photo("candidates/vitrine.jpg", "coins"), 78)
    note = "neutral; may be declared `none`"
    neutral = ledger.photo("minor-export/IMG_20250510_171200.jpg", "wall", note=note)
    pictures.save(album.picture("wall", 640), neutral, 72, taken("2025:05:10 17:12:00", zone="+01:00"))


def screenshots(screen: screens.Screen, album: Album, ledger: Ledger, scratch: Path) -> None:
    """Four screens: a post, a chat in Arabic, one in French, a page on the net."""
    cat, rocket = scratch / "cat.jpg", scratch / "rocket.jpg"
    pictures.save(album.picture("cat", 900), cat, 80)
    pictures.save(album.picture("rocket", 900), rocket, 80)

    words = "شكون كيعرف مولات هاد القطة؟ غدا غادي نزيد صور خرين"
    answers = [("سعيد", "شكون هادي؟"), ("أمينة", "عيب عليك، حيد الصورة")]
    phone = screens.Phone("post", "21:30", "ياسين المثال", "3 ماي، الساعة 21:26")
    page = screens.post(phone, "ملتقى", words, cat, answers)
    target = ledger.photo(
        f"{SHOTS}/Screenshot_20250503-213015_Moltaqa.jpg",
        "cat",
        made_from=f"{CAMERA}/IMG_20250412_153012.jpg",
        change="inside a screenshot",
    )
    pictures.save(screen.draw(page, screens.PHONE, "ar"), target, 84)

    said = [spoken for spoken in talk.ARABIC if "21:09" <= spoken.time <= "21:15" and "وسائط" not in spoken.text]
    lines = [
        screens.line(spoken.text, spoken.time, mine=spoken.sender == talk.VICTIM, gone="هذه الرسالة" in spoken.text)
        for spoken in said
    ]
    phone = screens.Phone("wa", "21:16", talk.THREAT, "آخر ظهور اليوم 21:15")
    page = screens.chat(phone, "3 ماي 2025", lines, "مراسلة")
    screen.draw(page, screens.PHONE, "ar").save(
        ledger.ours(f"{SHOTS}/Screenshot_20250503-211602_WhatsApp.png"), optimize=True
    )

    lines = []
    for after, sender, text in talk.FRENCH[2:]:
        hours, minutes = divmod(after.seconds // 60, 60)
        shown = cat if text.startswith("Regarde") else None
        lines.append(screens.line(text, f"{hours + 1:02d}:{minutes:02d}", mine=sender == talk.VICTIM_FR, picture=shown))
    phone = screens.Phone("me", "11:02", talk.THREAT_FR, "En ligne il y a 9 min")
    page = screens.chat(phone, "2 – 3 mai 2025", lines, "Aa")
    screen.draw(page, screens.PHONE, "fr").quantize(256).save(
        ledger.photo(
            f"{SHOTS}/Screenshot_20250503-110204_Messenger.png",
            "cat",
            made_from=f"{CAMERA}/IMG_20250412_153012.jpg",
            change="inside a screenshot, scaled",
        ),
        optimize=True,
    )

    page = screens.website("Un soir de départ", "https://fusee.example/album/7", "Photo du jour.", rocket)
    target = ledger.photo(
        "candidates/capture-page.jpg",
        "rocket",
        made_from=f"{CAMERA}/IMG_20250421_070905.jpg",
        change="inside a screenshot, scaled",
    )
    pictures.save(screen.draw(page, screens.DESK, "fr"), target, 78)


def recordings(ledger: Ledger) -> None:
    """Two voice notes, a film, and music that calls itself a picture."""
    opus = ("-ac", "1", "-ar", "16000", "-c:a", "libopus", "-b:a", "16k")
    said = "عندك حتى لغدا. صيفطي الفلوس ولا غادي ننشر الصور."
    note = ledger.ours(f"{WHATSAPP}/WhatsApp Voice Notes/202518/{talk.VOICE}", note="a voice, Arabic")
    sounds.spoken("ar", said, note, *opus)
    said = "Tu as jusqu'à demain midi. Cinq mille dirhams, pas un de moins."
    path = "phone-export/Android/media/org.telegram.messenger/Telegram/Telegram Audio/voice_5402.ogg"
    sounds.spoken("fr-fr", said, ledger.ours(path, note="a voice, French"), *opus)
    hidden = ledger.ours(f"{DOWNLOAD}/photo_nadia.jpg", note="the name lies: sound")
    sounds.spoken(
        "fr-fr",
        "Je sais où tu habites.",
        hidden,
        "-ac",
        "1",
        "-c:a",
        "libmp3lame",
        "-b:a",
        "32k",
        "-f",
        "mp3",
    )
    rocket = ledger.root / CAMERA / "IMG_20250421_070905.jpg"
    sounds.film(rocket, ledger.photo(f"{CAMERA}/VID_20250425_120000.mp4", "rocket", note="two seconds, silent"))


def conversations(ledger: Ledger) -> None:
    """The exports, and what lies about beside them."""
    name = f"دردشة واتساب مع {talk.THREAT}"
    export = ledger.photo(
        f"{DOWNLOAD}/{name}.zip",
        "cat",
        format="whatsapp-android",
        member=f"{name}.txt",
        messages=len(talk.ARABIC),
        unread=0,
    )
    media = ledger.root / WHATSAPP
    voice = media / "WhatsApp Voice Notes" / "202518" / talk.VOICE
    talk.arabic_export(media / "WhatsApp Images" / talk.PICTURE, voice, export)

    root = f"{DOWNLOAD}/facebook-nadiaelmisal-2025-05-05"
    thread = talk.messenger_export(ledger.root / root).relative_to(ledger.root).as_posix()
    ledger.ours(f"{thread}/message_1.json", format="messenger-json", messages=len(talk.FRENCH) + 1, unread=0)
    sent = ledger.photo(
        f"{thread}/{talk.PHOTO}", "cat", made_from=f"{CAMERA}/IMG_20250412_153012.jpg", change="recompressed"
    )
    with pictures.Image.open(media / "WhatsApp Images" / talk.PICTURE) as picture:
        pictures.save(picture, sent, 66)

    chat = ledger.ours(
        "minor-export/Discussion WhatsApp avec Le Grand.txt",
        format="whatsapp-android",
        messages=talk.MINOR_MESSAGES,
        unread=0,
    )
    chat.write_text(talk.MINOR, encoding="utf-8", newline="\n")
    ledger.ours(f"{DOWNLOAD}/recu-envoi.pdf").write_bytes(papers.receipt())
    ledger.ours("phone-export/Contacts/contacts.vcf").write_text(papers.CONTACTS, encoding="utf-8", newline="\r\n")
    turned = ledger.ours(f"{DOWNLOAD}/photo_\u202egpj.txt", note="on a careless screen the name ends in jpg")
    turned.write_text("Ce n'est pas une photo.\n", encoding="utf-8", newline="\n")
    ledger.ours(f"{WHATSAPP}/WhatsApp Images/.nomedia", note="empty").write_bytes(b"")
    ledger.ours(f"{WHATSAPP}/WhatsApp Images/IMG-20250502-WA0002.jpg", note="empty").write_bytes(b"")


def main() -> None:
    """Make all samples in a scratch folder, then put them in the place of the old ones."""
    parser = argparse.ArgumentParser(description="Make the samples again.")
    parser.add_argument("--chromium", default="chromium", help="the browser that draws the screens")
    browser = parser.parse_args().chromium
    package = importlib.util.find_spec("skimage")
    if package is None or package.origin is None:
        raise SystemExit("scikit-image is missing: its data folder has the photographs")
    album = Album(Path(package.origin).parent / "data")
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "samples")
        photographs(album, ledger)
        screenshots(screens.Screen(browser), album, ledger, Path(folder))
        recordings(ledger)
        conversations(ledger)
        (ledger.root / "LEDGER.toml").write_text("".join(ledger.text()), encoding="utf-8", newline="\n")
        for made in ledger.root.iterdir():
            old = HERE / made.name
            if old.is_dir():
                shutil.rmtree(old)
            shutil.move(made, old)


if __name__ == "__main__":
    main()
