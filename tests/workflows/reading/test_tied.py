"""Attachments and their items: sure in the chat's own place, perhaps elsewhere, and said before a seal."""

from __future__ import annotations

import base64
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from evidence_kit.commands._screen import Screen
from evidence_kit.commands.seal import _tell_plan
from evidence_kit.custody.manifest import FoundAt, Item, Manifest
from evidence_kit.hashing.exact import sha256
from evidence_kit.words import LANGUAGES
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.outcome import ChatRead, Outcome
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal_estimate import planned_counts
from evidence_kit.workflows.reading.attachment_ties import AttachmentTies
from evidence_kit.workflows.reading.conversation_page import ConversationRequest
from evidence_kit.workflows.reading.conversation_rows import conversation_entry, conversation_row
from evidence_kit.workflows.reading.conversations import conversations
from evidence_kit.workflows.reading.exports import open_exports
from evidence_kit.workflows.reading.identifiers import export_identifiers, exports_of
from evidence_kit.workflows.reading.threats import Threat, record_threat
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry
from tests.conftest import NewCase

TIME = "2026-11-23T18:48:00.123456Z"
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(200))
MMS = (
    '<mms date="{date}" msg_box="1" address="+212600000017" m_id="{native}"><parts><part seq="0" ct="image/jpeg" '
    'name="image000.jpg" text="null" data="{data}" /></parts><addrs>'
    '<addr address="+212600000017" type="137" /></addrs></mms>'
)


def take(writer: CaseWriter, describer: WorkerDescriber, *sources: Path) -> list[Outcome]:
    return list(ingest(writer, sources, Provenance(), describer))


def said_in(writer: CaseWriter, worker: Worker, number: int = 0) -> list[TranscriptEntry]:
    with open_exports(writer.case, worker) as reading:
        entries = list(reading.wanted_messages(conversations(writer.manifest)[number], ConversationRequest()))
    return [entry for entry in entries if isinstance(entry, TranscriptEntry)]


def item(name: str, path: str, container: str | None = None, time: str = TIME) -> Item:
    place = FoundAt(path, None, container)
    return Item(
        id=name, line=1, time=time, place=place, size_bytes=1, sha256=sha256(name.encode()), crc32="00000000",
        kind="text", family="text", facts={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chat", "name", "held", "expected"),
    [
        (("p/chat.txt", None), "facture.pdf", [("p/facture.pdf", None)], "sure"),
        (("p/chat.txt", None), "facture.pdf", [("p/media/facture.pdf", None)], "sure"),
        (("p/a/chat.txt", None), "facture.pdf", [("p/b/facture.pdf", None)], "elsewhere"),
        (("p/a/chat.txt", None), "IMG-20250428-WA0007.jpg", [("p/b/IMG-20250428-WA0007.jpg", None)], "elsewhere"),
        (("x/A/W/d.db", None), "Media/I/1.jpg", [("x/A/W/Media/I/1.jpg", None), ("x/B/W/Media/I/1.jpg", None)], "sure"),
        (("x/A/W/d.db", None), "Media/I/1.jpg", [("x/B/W/Media/I/1.jpg", None)], "elsewhere"),
        (
            ("phoneA/chat.txt", None),
            "IMG-20250428-WA0007.jpg",
            [("phoneB/IMG-20250428-WA0007.jpg", None)],
            "other-source",
        ),
        (("chat.txt", "E000009"), "facture.pdf", [("facture.pdf", "E000008")], "other-container"),
        (("chat.txt", "E000009"), "facture.pdf", [("facture.pdf", "E000008"), ("facture.pdf", "E000009")], "sure"),
        (("x/A/data.json", None), "media/p.jpg", [("x/A/media/p.jpg", None), ("x/B/media/p.jpg", None)], "sure"),
        (("x/inbox/a/m.json", None), "inbox/a/photos/1.jpg", [("x/inbox/a/photos/1.jpg", None)], "sure"),
        (("x/main.jsonl", None), f"files/eb/{'eb' * 32}.jpg", [(f"x/files/eb/{'eb' * 32}", None)], "sure"),
        (("p/chat.txt", None), "facture.pdf", [], "none"),
    ],
)
def test_what_a_name_means(
    chat: tuple[str, str | None], name: str, held: list[tuple[str, str | None]], expected: str
) -> None:
    listed = [item(f"E00000{number}", *where) for number, where in enumerate(held, start=1)]
    ties = AttachmentTies(Manifest(items={each.id: each for each in listed}))
    sure, perhaps, reason = ties.items_named(name, item("E000007", *chat))
    found = "sure" if len(sure) == 1 else reason if perhaps else "none"
    assert (found, bool(sure) and bool(perhaps)) == (expected, False)


@pytest.mark.parametrize(
    ("second", "time", "expected"),
    [
        ("IMG-20260928-WA0014.jpg", TIME, None),
        ("facture.pdf", TIME, None),
        ("facture.pdf", "2026-11-23T18:50:00.123456Z", "other-source"),
    ],
)
def test_files_that_were_named_one_by_one_for_one_ingest_lie_side_by_side(
    second: str, time: str, expected: str | None
) -> None:
    chat, file = item("E000001", "Chat de WhatsApp con Nadia.txt"), item("E000002", second, time=time)
    sure, perhaps, reason = AttachmentTies(Manifest(items={"E000002": file})).items_named(second, chat)
    assert (sure, perhaps, reason) == (((), (file,), expected) if expected else ((file,), (), None))


def test_a_database_out_of_an_encrypted_backup_stands_where_the_backup_does() -> None:
    backup = item("E000001", "x/WhatsApp/Databases/msgstore.db.crypt15")
    database = item("E000002", "msgstore.db", "E000001")
    picture = item("E000003", "x/WhatsApp/Media/WhatsApp Images/IMG-20250428-WA0007.jpg")
    ties = AttachmentTies(Manifest(items={each.id: each for each in (backup, database, picture)}))
    sure, _, _ = ties.items_named("Media/WhatsApp Images/IMG-20250428-WA0007.jpg", database)
    assert sure == (picture,)


CARD = b"BEGIN:VCARD\nVERSION:3.0\nFN:Compte\nTEL;waid=212600000033:+212 600-000033\nEND:VCARD\n"


@pytest.mark.parametrize("inside", [False, True])
def test_what_a_contact_card_says_is_shown_searched_and_looked_through(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path, *, inside: bool
) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    if inside:
        part = f'<part seq="0" ct="text/x-vCard" name="Compte.vcf" data="{base64.b64encode(CARD).decode()}" />'
        record = f'<mms date="1746305000123" msg_box="1" address="+212600000017"><parts>{part}</parts></mms>'
        (folder / "sms.xml").write_text(f'<smses count="1">\n{record}\n</smses>\n')
    else:
        (folder / "WhatsApp Chat with A.txt").write_text("13/09/2026, 18:03 - A: Compte.vcf (file attached)\n" * 2)
        (folder / "Compte.vcf").write_bytes(CARD)
        (folder / "contacts.vcf").write_bytes(CARD.replace(b"600-000033", b"600-000099"))
    writer = new_case()
    take(writer, describer, folder)
    entry = said_in(writer, worker)[0]
    assert [each.text for each in entry.words if each.role == "contact"] == ["Compte", "+212 600-000033"]
    for kept in (True, False):
        with open_exports(writer.case, worker, kept=kept) as reading:
            talk, found = conversations(writer.manifest)[0], exports_of(writer.manifest)[0]
            hits = reading.page(talk, ConversationRequest(search="600-000033"), 0, 10)
            named = {each.value for each in export_identifiers(reading, *found, "MA")}
        assert [each.where for each in hits.entries][:1] == [entry.where]
        assert "+212600000033" in named
        assert "+212600000099" not in named


def test_two_zips_do_not_lend_each_other_their_files(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path
) -> None:
    line = "{}/04/2025, 05:58 - {}: \u200efacture.pdf (fichier joint)\n28/04/2025, 06:00 - Sam: ok\n"
    folder = tmp_path / "p"
    folder.mkdir()
    for name, day, files in (("Lina", 28, {}), ("Omar", 30, {"facture.pdf": b"%PDF-1.4 x"})):
        with zipfile.ZipFile(folder / f"Discussion WhatsApp avec {name}.zip", "w") as packed:
            packed.writestr(f"Discussion WhatsApp avec {name}.txt", line.format(day, name))
            for inner, data in files.items():
                packed.writestr(inner, data)
    writer = new_case()
    take(writer, describer, folder)
    listed = enumerate(conversations(writer.manifest))
    attachments = {each.title: said_in(writer, worker, at)[0].attachments[0] for at, each in listed}
    assert (attachments["Omar"].status, len(attachments["Omar"].items)) == ("present", 1)
    assert (attachments["Lina"].status, attachments["Lina"].items, attachments["Lina"].reason) == (
        "perhaps", (), "other-container",
    )  # fmt: skip


def test_the_same_bytes_in_two_messages_are_tied_to_both(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path
) -> None:
    coded = base64.b64encode(PHOTO).decode()
    records = "".join(MMS.format(date=1746305000123 + at, native=f"x{at}", data=coded) for at in range(2))
    (tmp_path / "sms.xml").write_text(f"<smses count='2'>\n{records}</smses>\n")
    writer = new_case()
    take(writer, describer, tmp_path / "sms.xml")
    first, second = (each.attachments[0] for each in said_in(writer, worker))
    assert [each.status for each in (first, second)] == ["present", "present"]
    assert [each.id for each in first.items] == [each.id for each in second.items] != []


def test_an_owner_and_receivers_stand_in_rows_and_unknown_is_unknown(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path
) -> None:
    (tmp_path / "sms.xml").write_text(
        '<smses count="2"><sms address="+212600000017" date="1746305000123" type="1" body="envoie" />\n'
        '<sms address="+212600000017" date="1746305060123" type="2" body="non" /></smses>\n'
    )
    (tmp_path / "_chat.txt").write_text("[13/05/2025, 21:02:11] Nadia: salut\n")
    writer = new_case()
    take(writer, describer, tmp_path / "sms.xml", tmp_path / "_chat.txt")
    chat, sms = sorted(conversations(writer.manifest), key=lambda each: each.talk.platform, reverse=True)
    rows = [conversation_entry(each, sms) for each in said_in(writer, worker, sms.number - 1)]
    assert [(row["sender"], row["owner"]) for row in rows] == [("+212600000017", False), ("(owner)", True)]
    assert conversation_row(sms)["participants"] == [
        {"name": "+212600000017", "messages": 1, "owner": False}, {"name": "(owner)", "messages": 1, "owner": True},
    ]  # fmt: skip
    assert [conversation_entry(each, chat)["owner"] for each in said_in(writer, worker, chat.number - 1)] == [None]


def test_a_seal_says_first_what_cited_messages_name_and_it_will_not_hold(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phone, other = tmp_path / "phone", tmp_path / "other"
    phone.mkdir()
    other.mkdir()
    (phone / "Discussion WhatsApp avec Lina.txt").write_text(
        "28/04/2025, 05:57 - Lina: \u200eIMG-20250428-WA0001.jpg (fichier joint)\n"
        "28/04/2025, 05:58 - Lina: \u200efacture.pdf (fichier joint)\n"
        "28/04/2025, 05:59 - Lina: null\n"
        "28/04/2025, 06:00 - Lina: \u200eIMG-20250428-WA0002.jpg (fichier joint)\n"
        "28/04/2025, 06:01 - Lina: paie\n"
    )
    (other / "facture.pdf").write_bytes(b"%PDF-1.4 x")
    (phone / "IMG-20250428-WA0001.jpg").write_bytes(PHOTO)
    writer = new_case(purposes=("police",))
    take(writer, describer, phone, other)
    with open_exports(writer.case, worker) as reading:
        talk = conversations(writer.manifest)[0].parts[0].item.id
        record_threat(writer, Threat("paie", messages=[f"{talk}:{line}" for line in (1, 2, 3)]), reading)
    order = SealOrder("police", None, {}, None, tmp_path / "sealed", cited=True)
    counts = planned_counts(writer.case, order, worker)
    assert [(each.name, each.status, each.cited) for each in counts.absent] == [
        ("facture.pdf", "perhaps", True), (None, "unread", True), ("IMG-20250428-WA0002.jpg", "missing", False),
    ]  # fmt: skip
    (perhaps,) = counts.absent[0].perhaps
    assert writer.manifest.items[perhaps].place.path == "other/facture.pdf"
    assert counts.items_in == 2
    everything = replace(order, cited=False)
    assert [(each.name, each.status) for each in planned_counts(writer.case, everything, worker).absent] == [
        (None, "unread"), ("IMG-20250428-WA0002.jpg", "missing"),
    ]  # fmt: skip
    counts_of_items = planned_counts(writer.case, replace(everything, items=[talk]), worker)
    assert [(each.name, each.status, bool(each.perhaps)) for each in counts_of_items.absent] == [
        ("IMG-20250428-WA0001.jpg", "not_chosen", True), ("facture.pdf", "perhaps", True), (None, "unread", False),
        ("IMG-20250428-WA0002.jpg", "missing", False),
    ]  # fmt: skip
    for language in LANGUAGES:
        _tell_plan(Screen(language), counts_of_items)
        assert "WA0001" in capsys.readouterr().err
    for language in LANGUAGES:
        _tell_plan(Screen(language), counts)
        shown = capsys.readouterr().err
        assert "facture.pdf" in shown
        assert perhaps in shown


def test_words_of_the_app_that_nobody_knows_are_said_when_they_are_taken_in(
    new_case: NewCase, describer: WorkerDescriber, tmp_path: Path
) -> None:
    (tmp_path / "_chat.txt").write_text("[13/05/2025, 21:02:11] Nadia: \u200eMezuak zifratuta daude.\n")
    writer = new_case()
    (read,) = [each for each in take(writer, describer, tmp_path / "_chat.txt") if isinstance(each, ChatRead)]
    assert read.wording_unknown
    (conversation,) = conversations(writer.manifest)
    assert conversation.parts[0].wording_unknown


def test_a_name_that_only_its_neighbours_tell_is_an_attachment_in_the_transcript_too(
    new_case: NewCase, describer: WorkerDescriber, worker: Worker, tmp_path: Path
) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "_chat.txt").write_text("[13/05/2025, 21:02:11] Nadia: \u200e<erantsia: kontratua azkena.docx>\n")
    (folder / "kontratua azkena.docx").write_bytes(b"PK\x03\x04 x")
    writer = new_case()
    take(writer, describer, folder)
    (said,) = said_in(writer, worker)
    assert said.kind == "media"
    assert [(each.name, each.status, len(each.items)) for each in said.attachments] == [
        ("kontratua azkena.docx", "present", 1)
    ]
