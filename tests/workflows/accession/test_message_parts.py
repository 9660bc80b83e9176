"""Files that messages carry inside of them become items, tied to the message that they came with."""

from __future__ import annotations

import base64
import hashlib
import io
import mailbox
from email.message import EmailMessage
from pathlib import Path

from PIL import Image

from evidence_kit.custody.manifest import Item
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.conversation_page import ConversationRequest
from evidence_kit.workflows.reading.conversations import conversations
from evidence_kit.workflows.reading.exports import open_exports
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry
from tests.conftest import NewCase

SAMPLES = Path(__file__).parents[3] / "samples"
PICTURE = next((SAMPLES / "phone-export" / "DCIM" / "Camera").glob("*.jpg")).read_bytes()
LARGE = bytes(range(256)) * (7 << 12)


def mail(subject: str, *files: tuple[str, bytes, str], inner: EmailMessage | None = None) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Yassine <y@example.org>", "nadia@example.org", subject
    made["Date"], made["Message-ID"] = "Sat, 03 May 2025 21:02:11 +0100", f"<{subject}@example.org>"
    made.set_content("شوف هاد التصويرة")
    for name, data, kind in files:
        made.add_attachment(data, maintype=kind, subtype="octet-stream", filename=name)
    if inner is not None:
        made.add_attachment(inner)
    return made


def take(writer: CaseWriter, describer: WorkerDescriber, *sources: Path) -> None:
    list(ingest(writer, sources, Provenance(), describer))


def original(writer: CaseWriter, item: Item) -> bytes:
    sink = io.BytesIO()
    writer.case.decrypt(item.id, sink)
    return sink.getvalue()


def members(writer: CaseWriter) -> dict[str, Item]:
    return {item.place.path: item for item in writer.manifest.items.values() if item.place.container is not None}


def test_what_a_mail_carries_becomes_items_bit_for_bit(
    tmp_path: Path, new_case: NewCase, describer: WorkerDescriber
) -> None:
    writer = new_case()
    inner = mail("inner", ("deep.bin", b"deep", "application"))
    outer = mail("outer", ("صورة.jpg", PICTURE, "image"), ("large.bin", LARGE, "application"), inner=inner)
    (tmp_path / "m.eml").write_bytes(outer.as_bytes())
    take(writer, describer, tmp_path / "m.eml")
    found = members(writer)
    assert original(writer, found["صورة.jpg"]) == PICTURE
    assert original(writer, found["large.bin"]) == LARGE
    assert found["صورة.jpg"].kind == "jpeg"
    assert original(writer, found["deep.bin"]) == b"deep"
    within = found["صورة.jpg"].facts["within"]
    assert (within["start"], within["end"]) == (0, len(outer.as_bytes()))
    before = writer.head
    take(writer, describer, tmp_path / "m.eml")
    assert writer.head == before


def test_attachments_are_tied_to_the_message_that_carries_them(
    tmp_path: Path, new_case: NewCase, describer: WorkerDescriber
) -> None:
    writer = new_case()
    box = mailbox.mbox(tmp_path / "b.mbox")
    for subject, data in (("one", b"first"), ("two", b"second")):
        box.add(mail(subject, ("same-name.txt", data, "text")))
    box.close()
    take(writer, describer, tmp_path / "b.mbox")
    with Worker() as worker, open_exports(writer.case, worker) as reading:
        (talk,) = conversations(writer.manifest)
        said = [
            each for each in reading.wanted_messages(talk, ConversationRequest()) if isinstance(each, TranscriptEntry)
        ]
    tied = [writer.manifest.items[each.attachments[0].items[0].id] for each in said]
    assert [original(writer, item) for item in tied] == [b"first", b"second"]


def backup(*parts: tuple[str, str]) -> bytes:
    told = "".join(
        f'<part seq="{number}" ct="{kind}" name="p{number}" cl="p{number}" text="null" data="{data}" />'
        for number, (kind, data) in enumerate(parts)
    )
    mms = f'<mms date="1746306131000" msg_box="1" address="+212612345678"><parts>{told}</parts><addrs /></mms>'
    return f'<?xml version="1.0"?>\n<smses count="1">\n  {mms}\n</smses>\n'.encode()


def test_parts_of_a_picture_message_become_items(tmp_path: Path, new_case: NewCase, describer: WorkerDescriber) -> None:
    writer = new_case()
    picture = base64.b64encode(PICTURE).decode()
    broken = base64.b64encode(b"cut off here").decode()[:-3]
    data = backup(("image/jpeg", picture), ("application/octet-stream", broken))
    (tmp_path / "sms.xml").write_bytes(data)
    take(writer, describer, tmp_path / "sms.xml")
    found = members(writer)
    assert original(writer, found["p0"]) == PICTURE
    assert b"cut off here".startswith(original(writer, found["p1"]))


def test_in_a_minors_case_no_picture_is_taken_out_of_a_message(
    tmp_path: Path, new_case: NewCase, describer: WorkerDescriber
) -> None:
    writer = new_case("minor")
    (tmp_path / "m.eml").write_bytes(mail("x", ("a.jpg", PICTURE, "image"), ("b.txt", b"text", "text")).as_bytes())
    take(writer, describer, tmp_path / "m.eml")
    assert all(item.family != "picture" for item in writer.manifest.items.values())


def test_in_a_minors_case_the_pictures_that_were_left_out_are_tied_to_their_messages(
    tmp_path: Path, new_case: NewCase, describer: WorkerDescriber
) -> None:
    pictures = [png(shade) for shade in (10, 120, 230)]
    parts = "".join(
        f'<part seq="{n}" ct="image/png" name="{n}.png" text="null" data="{base64.b64encode(data).decode()}" />'
        for n, data in enumerate(pictures[1:])
    )
    sms = '<sms address="+212612345678" date="1747166640000" type="1" body="salam" />'
    mms = f'<mms address="+212612345678" date="1747166640123" msg_box="1"><parts>{parts}</parts><addrs /></mms>'
    (tmp_path / "sms.xml").write_text(f'<smses count="3">\n{sms}\n{mms}\n{sms}\n</smses>\n', "utf-8")
    (tmp_path / "m.eml").write_bytes(mail("x", ("a.png", pictures[0], "image"), ("b.txt", b"text", "text")).as_bytes())
    writer = new_case("minor")
    take(writer, describer, tmp_path / "m.eml", tmp_path / "sms.xml")
    by_digest = {each.sha256.hex: each.id for each in writer.manifest.left_out}
    with Worker() as worker, open_exports(writer.case, worker) as reading:
        told = {
            each.name: (each.status, [item.id for item in each.items])
            for conversation in conversations(writer.manifest)
            for said in reading.wanted_messages(conversation, ConversationRequest())
            if isinstance(said, TranscriptEntry)
            for each in said.attachments
        }
    for name, data in zip(("a.png", "0.png", "1.png"), pictures, strict=True):
        assert told[name] == ("witnessed", [by_digest[hashlib.sha256(data).hexdigest()]])
    assert told["b.txt"][0] == "present"


def png(shade: int) -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, shade, 0)).save(sink, "PNG")
    return sink.getvalue()
