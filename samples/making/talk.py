"""What the invented people write, and the exports it comes in."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

VICTIM, THREAT = "نادية", "ياسين"
VICTIM_FR, THREAT_FR = "Nadia Elmisal", "Yassine Elmital"
RLM, LRM, COMMA = "\u200f", "\u200e", "\u060c"
PICTURE, VOICE = "IMG-20250503-WA0007.jpg", "PTT-20250503-WA0004.opus"
THREAD = "yassineelmital_100000000000012"
PHOTO = "photos/490000012_1000012_n.jpg"


def rib(bank: str, city: str, account: str) -> str:
    """A Moroccan account number with its check digits: 24 digits, divisible by 97."""
    body = f"{bank}{city}{account}"
    return f"{bank} {city} {account} {97 - int(body + '00') % 97:02d}"


RIB = rib("007", "640", "0000000000000123")


@dataclass(frozen=True, slots=True)
class Line:
    """One message; a sender of None is the application itself."""

    day: tuple[int, int]
    time: str
    sender: str | None
    text: str


_NOTICE = (
    "الرسائل والمكالمات مشفرة تمامًا بين الطرفين. لا يمكن لأي شخص خارج هذه الدردشة، ولا حتى واتساب، "
    "قراءتها أو الاستماع إليها."
)
_SATURDAY, _SUNDAY = (3, 5), (4, 5)

ARABIC = (
    Line(_SATURDAY, "20:58", None, _NOTICE),
    Line(_SATURDAY, "20:58", THREAT, "السلام عليكم نادية"),
    Line(_SATURDAY, "20:59", VICTIM, "وعليكم السلام، شكون معايا؟"),
    Line(_SATURDAY, "21:02", THREAT, "أنا ياسين، هضرنا فالفيسبوك"),
    Line(_SATURDAY, "21:04", THREAT, f"{LRM}{PICTURE} (الملف مرفق)\nعقلتي على هاد الصورة؟"),
    Line(_SATURDAY, "21:05", VICTIM, "منين جبتيها؟"),
    Line(_SATURDAY, "21:06", THREAT, f"{LRM}{VOICE} (الملف مرفق)"),
    Line(_SATURDAY, "21:07", VICTIM, "الله يخليك مسحها"),
    Line(
        _SATURDAY,
        "21:09",
        THREAT,
        "إلا ما صيفطتيش 5000 درهم غادي ننشر الصور ديالك فالفيسبوك ونصيفطهم لعائلتك",
    ),
    Line(_SATURDAY, "21:10", THREAT, f"صيفطي الفلوس لهاد الحساب:\nRIB {RIB}\nباسم ياسين المثال"),
    Line(_SATURDAY, "21:11", THREAT, "عندك حتى لغدا 4 ماي مع 12:00 ديال النهار"),
    Line(_SATURDAY, "21:12", VICTIM, "ما عنديش هاد الفلوس"),
    Line(_SATURDAY, "21:13", THREAT, "<تم استبعاد الوسائط>"),
    Line(_SATURDAY, "21:14", THREAT, "تم حذف هذه الرسالة"),
    Line(_SATURDAY, "21:15", VICTIM, "أنت حذفت هذه الرسالة"),
    Line(_SATURDAY, "21:20", THREAT, "null"),
    Line(_SATURDAY, "21:21", THREAT, "مكالمة صوتية فائتة"),
    Line(_SATURDAY, "21:30", THREAT, "ولا صيفطي بكاش بلوس للرقم +212 600-000012"),
    Line(_SATURDAY, "21:31", VICTIM, "غادي نمشي عند الجمعية"),
    Line(_SUNDAY, "08:15", THREAT, "باقي ليك 4 سوايع <تم تعديل هذه الرسالة>"),
    Line(_SUNDAY, "08:16", THREAT, "شوفي هنا: https://moltaqa.example/yassine.elmital"),
    Line(_SUNDAY, "11:58", THREAT, "الوقت سالا 😡"),
)

_MAY = datetime(2025, 5, 1, tzinfo=UTC)
FRENCH: tuple[tuple[timedelta, str, str], ...] = (
    (timedelta(days=0, hours=19, minutes=12), THREAT_FR, "Salut Nadia, ça va ? On s'est vus à la fête 😊"),
    (timedelta(days=0, hours=19, minutes=40), VICTIM_FR, "Bonsoir, on se connaît ?"),
    (timedelta(days=1, hours=20, minutes=3), THREAT_FR, "Regarde, tout est déjà prêt."),
    (timedelta(days=1, hours=20, minutes=5), VICTIM_FR, "D'où tu as cette photo ? Enlève-la s'il te plaît."),
    (
        timedelta(days=1, hours=20, minutes=9),
        THREAT_FR,
        "Si tu ne paies pas 5 000 dirhams avant dimanche midi, je publie tout et je l'envoie à ta mère.",
    ),
    (
        timedelta(days=2, hours=9, minutes=30),
        VICTIM_FR,
        "J'ai envoyé 300 DH par Western Union, MTCN 0012345678. Je n'ai rien de plus.",
    ),
    (timedelta(days=2, hours=9, minutes=47), THREAT_FR, "Ce n'est pas assez. Il reste 4 700 DH."),
)

MINOR = """\
10/05/2025, 17:02 - Les messages et les appels sont chiffrés de bout en bout. Aucun tiers, pas même \
WhatsApp, ne peut les lire ou les écouter.
10/05/2025, 17:03 - Le Grand: Salut, t'es bien Adam du collège ?
10/05/2025, 17:04 - Adam: Oui c'est qui ?
10/05/2025, 17:05 - Le Grand: J'ai une photo de toi
10/05/2025, 17:06 - Le Grand: <Médias omis>
10/05/2025, 17:06 - Adam: Efface-la stp
10/05/2025, 17:08 - Le Grand: Une recharge de 100 dh avant 20h
sinon je la montre à toute ta classe
10/05/2025, 17:09 - Adam: Je n'ai pas d'argent
10/05/2025, 17:10 - Le Grand: Débrouille-toi
10/05/2025, 17:11 - Adam: Vous avez supprimé ce message
10/05/2025, 17:22 - Adam: Je vais le dire à ma mère
10/05/2025, 19:40 - Le Grand: Dernière chance. Le numéro pour la recharge : 0600000034
"""
MINOR_MESSAGES = 12


def arabic_export(picture: Path, voice: Path, target: Path) -> None:
    """The zip that WhatsApp for Android makes of the Arabic conversation, media included."""
    lines = [
        f"{day}{RLM}/{month}{RLM}/2025{COMMA} {line.time} - " + (f"{line.sender}: " if line.sender else "") + line.text
        for line in ARABIC
        for day, month in [line.day]
    ]
    content = ("\n".join(lines) + "\n").encode()
    members = {f"{target.stem}.txt": content, PICTURE: picture.read_bytes(), VOICE: voice.read_bytes()}
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 5, 5, 10, 14, 0)), data, zipfile.ZIP_DEFLATED)


def messenger_export(root: Path) -> Path:
    """The French conversation as Facebook hands it out; gives the folder of the thread.

    Newest first, and every UTF-8 byte written as if it were a Latin-1 character, which is Facebook's slip.
    """
    uri = f"your_facebook_activity/messages/inbox/{THREAD}/{PHOTO}"
    messages = []
    for after, sender, text in FRENCH:
        moment = int((_MAY + after).timestamp())
        message: dict[str, object] = {
            "sender_name": sender,
            "timestamp_ms": moment * 1000 + 417,
            "content": text,
        }
        if text.startswith("Regarde"):
            message["photos"] = [{"uri": uri, "creation_timestamp": moment}]
        if text.startswith("Ce n'est"):
            message["reactions"] = [{"reaction": "😢", "actor": VICTIM_FR}]
        messages.append(message | {"is_geoblocked_for_viewer": False})
    unsent = int((_MAY + timedelta(days=2, hours=10)).timestamp()) * 1000
    messages.append({"sender_name": THREAT_FR, "timestamp_ms": unsent, "is_unsent": True})
    thread = {
        "participants": [{"name": THREAT_FR}, {"name": VICTIM_FR}],
        "messages": messages[::-1],
        "title": THREAT_FR,
        "is_still_participant": True,
        "thread_path": f"inbox/{THREAD}",
        "magic_words": [],
    }
    folder = root / "your_facebook_activity" / "messages" / "inbox" / THREAD
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_as_facebook(thread), indent=2)
    (folder / "message_1.json").write_text(text, encoding="ascii", newline="\n")
    return folder


def _as_facebook(value: object) -> object:
    if isinstance(value, str):
        return value.encode().decode("latin-1")
    if isinstance(value, list):
        return [_as_facebook(part) for part in value]
    if isinstance(value, dict):
        return {key: _as_facebook(part) for key, part in value.items()}
    return value
