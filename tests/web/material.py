"""An invented case with pictures, hostile names and texts, sealed for the page to open."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from evidence_kit.custody.event import Event
from evidence_kit.keys import timestamp
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.vault.disk import RealDisk
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.declare import update_case
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.new import CaseOpening, ConsentGiven, create_case
from evidence_kit.workflows.case.station import Station, StationUser, write_station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover import timestamps
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.handover.seal_reports import ReportWanted
from evidence_kit.workflows.handover.sealed import SealResult
from evidence_kit.workflows.reading.exports import open_exports
from evidence_kit.workflows.reading.threats import Threat, record_threat
from tests.attacks.conftest import DIGITS
from tests.authority import Authority
from tests.conftest import PASSPHRASE, Numbered, SteppingClock
from tests.workflows.helpers import take_in


@dataclass(frozen=True)
class Handed:
    """What a lawyer gets."""

    sealed: SealResult
    receipt: str
    originals: dict[str, bytes]

    @property
    def archive(self) -> Path:
        return self.sealed.archive

    @property
    def statement(self) -> list[Path]:
        name = self.archive.name.replace(".sealed.zip", ".statement.txt")
        return [self.archive.with_name(name), self.archive.with_name(name + ".sig")]


def _noise(kind: str, seed: int) -> bytes:
    pixels = random.Random(seed).randbytes(96 * 96 * 3)
    target = io.BytesIO()
    Image.frombytes("RGB", (96, 96), pixels).save(target, kind)
    return target.getvalue()


def originals(port: int) -> dict[str, bytes]:
    call = f"http://127.0.0.1:{port}/"
    name = f"<img src='{call.replace('/', '∕')}' onerror=alert(1)>.txt"
    chat = "[03/11/2026, 21:14:08] Inconnu: 3 000 dirhams avant minuit\n[03/11/2026, 21:15:40] أنا: لا\n"
    found = {
        "DCIM/Camera/IMG-20261103-WA0001.jpg": _noise("JPEG", 1),
        "DCIM/Screenshots/لقطة شاشة ٣.png": _noise("PNG", 2),
        f"Download/{name}": f'<img src="{call}"><script>fetch("{call}")</script>\n'.encode(),
        "Download/\u202egpj.exe": b"MZ" + random.Random(3).randbytes(3000),
        "WhatsApp/_chat.txt": chat.encode(),
        "Download/page.html": f'<html><body><img src="{call}"></body></html>'.encode(),
        "random.bin": random.Random(4).randbytes(3 << 20),
    }
    for number in range(60):
        found[f"Notes/note {number:02}.txt"] = f"note {number}\n".encode() * 5
    return found


def _read_the_chat(writer: CaseWriter) -> None:
    """What reading the conversation at ingest records, in the least words."""
    item = next(each.id for each in writer.case.opened.items.values() if each.place.path.endswith("_chat.txt"))
    moments: Json = {"raw": "03/11/2026, 21:14:08", "kind": "local, zone unknown", "value": "2026-11-03T21:14:08"}
    conversation: Json = {"number": 0, "title": "Inconnu", "messages": 2, "first": moments, "last": moments}
    facts: dict[str, Json] = {"item": item, "recognition": "recognised", "format": "whatsapp-text"}
    writer.commit([Event("chat.parsed", {**facts, "conversations": [conversation]})])


Fill = Callable[[Path], None]


def _nothing_more(_: Path) -> None:
    """Leave the phone as it is."""


def film(size_bytes: int) -> Fill:
    """A film of so many zeros."""

    def fill(phone: Path) -> None:
        with (phone / "film.bin").open("wb") as file:
            file.truncate(size_bytes)

    return fill


def _opened(
    root: Path, port: int, purpose: str, fill: Fill = _nothing_more
) -> tuple[CaseWriter, SigningKey, dict[str, bytes]]:
    """Open a case and take a phone in."""
    writer, key = _case(root, purpose)
    source = root / "phone"
    files = originals(port)
    for name, content in files.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    fill(source)
    take_in(writer, source)
    _read_the_chat(writer)
    return writer, key, files


def _case(root: Path, purpose: str) -> tuple[CaseWriter, SigningKey]:
    """Open a case at a station of its own."""
    key, recovery = (SigningKey.from_seed(bytes(range(at, at + 32))) for at in (0, 32))
    world = World(SteppingClock(), RealDisk(), Numbered(), "0.0-test")
    person, cases = StationUser("Salma B.", "volunteer", "Larache"), root / "cases"
    station = Station(root / "station", "LRC", person, key.public, recovery.public, False, cases)
    write_station(station, key, PASSPHRASE, world)
    consent = ConsentGiven(purpose, given=True, on=world.clock.now().date(), said_by="person")
    return create_case(station, key, CaseOpening("adult", "told", [consent]), world), key


def hand_over(root: Path, port: int, *, purpose: str = "lawyer", fill: Fill = _nothing_more) -> Handed:
    """Take a phone in and seal it; `fill` puts more onto the phone."""
    writer, key, files = _opened(root, port, purpose, fill)
    record.record_note(writer, "for us alone", ["association"])
    receipt, _, _ = record.issue_receipt(writer)
    sealed = make_seal(writer, key, SealOrder(purpose, None, {}, None, root / "sealed"), DIGITS)
    return Handed(sealed, receipt, files)


def hand_over_in_parts(root: Path, authority: Authority, worker: Worker) -> Handed:
    """Seal a phone in two parts, its pictures blurred, its log stamped by an authority's clock."""
    writer, key, files = _opened(root, 1, "lawyer")
    for _ in range(2):
        line = timestamps.line_bytes(writer.case, writer.case.custody.commits[-1])
        timestamps.attach_stamp(writer, authority.reply(timestamp.stamp_request(line)), [authority.root])
    receipt, _, _ = record.issue_receipt(writer)
    order = SealOrder("lawyer", None, {}, None, root / "sealed", redacted=True, split_bytes=400_000)
    return Handed(make_seal(writer, key, order, DIGITS, worker=worker), receipt, files)


PHONE = Path(__file__).parents[2] / "samples" / "phone-export"
THREAT = "خاصك تصيفط 5000 درهم قبل الجمعة"


def long_conversation(messages: int) -> bytes:
    """A WhatsApp export of so many lines; every hundredth is the other's threat, with a picture beside it."""
    lines = []
    for number in range(messages):
        at = f"{1 + number // 1440 % 28:02}/{1 + number // 40320 % 12:02}/2026, {number // 60 % 24:02}:{number % 60:02}"
        text = f"{THREAT} {number}" if number % 100 == 99 else f"message numéro {number}, réponse de la personne"
        lines.append(f"{at} - {'Inconnu' if number % 2 else 'Nadia'}: {text}\n")
    return "".join(lines).encode()


def hand_over_dossier(
    root: Path,
    worker: Worker,
    messages: int = 0,
    languages: tuple[str, ...] = ("fr",),
    hostile: str | None = None,
) -> Handed:
    """Seal a phone with its conversations and the dossier.

    Args:
        root: An empty folder.
        worker: Reads conversations.
        messages: So many lines has a further conversation; none is made of 0.
        languages: Of the papers.
        hostile: Stands in every field of the case and of the ledger that a person fills.
    """
    writer, key = _case(root, "lawyer")
    sources = [next((PHONE / "Download").glob("*.zip")), PHONE / "Download" / "facebook-nadiaelmisal-2025-05-05"]
    if messages:
        more = root / "long" / "WhatsApp Chat with Inconnu.txt"
        more.parent.mkdir(parents=True)
        more.write_bytes(long_conversation(messages))
        sources = [more]
    with WorkerDescriber(workers=1) as describer:
        list(ingest(writer, sources, Provenance("phone-export", device="A12"), describer))
    chat = next(item.id for item in writer.manifest.items.values() if item.place.path.endswith(".txt"))
    at = messages // 2 if messages else 10
    cited = Threat("5000 درهم أو الصور", messages=[f"{chat}:{at}"], amount="5000 MAD", deadline="vendredi")
    if hostile is not None:
        cited = replace(cited, demand=hostile, amount=hostile, deadline=hostile, channel=hostile, account=hostile)
        update_case(writer, {"pseudonym": hostile, "reference": hostile, "age_known_by": hostile}, hostile)
    with open_exports(writer.case, worker) as reading:
        record_threat(writer, cited, reading)
    receipt, _, _ = record.issue_receipt(writer)
    wanted = ReportWanted(languages, (), "Salma B.")
    order = SealOrder("lawyer", None, {}, None, root / "sealed", report=wanted)
    return Handed(make_seal(writer, key, order, DIGITS, worker=worker), receipt, {})
