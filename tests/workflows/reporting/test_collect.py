"""The dossier of a case: demands in order of time, exhibits, transcripts, and nothing that a plan withholds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from evidence_kit.reports.dossier import Dossier, encoded
from evidence_kit.sealing.plan import Scope
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.declare import exclude_items, update_case
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover.scope import SealOrder, choose_scope
from evidence_kit.workflows.reading.exports import open_exports
from evidence_kit.workflows.reading.threats import Threat
from evidence_kit.workflows.reporting.collect import ReportRequest, collected
from evidence_kit.workflows.reporting.disclosed import disclosed, whole
from evidence_kit.workflows.reporting.make import ReportOrder, files
from tests.workflows.phones import chat_of, threaten

REQUEST = ReportRequest("Salma B.", "0.0-test")


@pytest.fixture
def writer(phone_case: CaseWriter) -> CaseWriter:
    return phone_case


def of(writer: CaseWriter, worker: Worker, scope: Scope | None = None, request: ReportRequest = REQUEST) -> Dossier:
    wanted = scope or whole(writer.case, "lawyer")
    case = disclosed(writer.case, wanted)
    with open_exports(case, worker) as reading:
        return collected(case, wanted, reading, request)


def test_demands_stand_in_order_of_time_and_not_of_recording(writer: CaseWriter, worker: Worker) -> None:
    whatsapp, messenger = chat_of(writer, ".txt"), chat_of(writer, ".json")
    later = Threat("5000 or the pictures", messages=[f"{whatsapp}:10"], amount="5000 MAD")
    threaten(writer, worker, later, Threat("first demand", messages=[f"{messenger}:/messages/3"]))
    found = of(writer, worker)
    assert [each.demand for each in found.demands] == ["first demand", "5000 or the pictures"]
    assert found.demands[0].date is not None
    assert found.demands[0].date.value == "2025-05-02T20:09:00.417Z"
    assert {each.item: each.demands for each in found.exhibits if each.demands} == {messenger: (1,), whatsapp: (2,)}


def test_every_line_of_a_cited_conversation_is_there_with_its_place(writer: CaseWriter, worker: Worker) -> None:
    whatsapp = chat_of(writer, ".txt")
    threaten(writer, worker, Threat("pay", messages=[f"{whatsapp}:10"]))
    found = of(writer, worker)
    assert [each.platform for each in found.transcripts] == ["whatsapp"]
    lines = found.transcripts[0].lines
    assert len(lines) == sum(part.messages for part in found.transcripts[0].parts) == 22
    assert lines[0].where == f"{whatsapp}:1"
    assert [each.where for each in lines if each.demands == (1,)] == [f"{whatsapp}:10"]
    numbers = {each.item: each.number for each in found.exhibits}
    tied = [file for line in lines for file in line.attachments if file.items]
    assert tied
    assert all(file.exhibits == tuple(numbers[item] for item in file.items) for file in tied)


def test_a_conversation_that_nothing_cites_is_printed_when_it_is_named(writer: CaseWriter, worker: Worker) -> None:
    assert of(writer, worker).transcripts == ()
    named = ReportRequest("Salma B.", "0.0-test", conversations=[2])
    assert [each.number for each in of(writer, worker, request=named).transcripts] == [2]


def test_the_chronology_counts_every_message_once_and_stands_in_order(writer: CaseWriter, worker: Worker) -> None:
    found = of(writer, worker)
    counted = sum(int(each.values["count"]) for each in found.chronology if each.source == "messages")
    assert counted == 30
    orders = [each.time.order for each in found.chronology]
    assert orders == sorted(orders)


def test_what_was_excluded_is_nowhere_in_a_dossier(writer: CaseWriter, worker: Worker) -> None:
    whatsapp = chat_of(writer, ".txt")
    members = [item for item in writer.manifest.items.values() if item.family == "picture"]
    threaten(writer, worker, Threat("pay", messages=[f"{whatsapp}:10"]))
    gone = members[0]
    exclude_items(writer, [gone], "misfiled")
    said = encoded(of(writer, worker)).decode()
    assert gone.id not in said
    assert gone.sha256.hex not in said


def test_a_scope_keeps_everything_else_out_of_a_dossier(writer: CaseWriter, worker: Worker) -> None:
    whatsapp, messenger = chat_of(writer, ".txt"), chat_of(writer, ".json")
    record.record_note(writer, "a whispered word", ["psychologist"])
    threats = [Threat("pay", messages=[f"{whatsapp}:10"]), Threat("SECRET", messages=[f"{messenger}:/messages/3"])]
    threaten(writer, worker, *threats)
    found = of(writer, worker, Scope("lawyer", (whatsapp,), everything=False, threats=True))
    said = encoded(found).decode()
    assert [each.demand for each in found.demands] == ["pay"]
    for absent in ("SECRET", "whispered", "Yassine Elmital", messenger):
        assert absent not in said
    assert [each.item for each in found.exhibits] == [whatsapp]
    files = {file.status for line in found.transcripts[0].lines for file in line.attachments}
    assert files
    assert "present" not in files


def test_an_export_that_is_damaged_is_a_limit_and_stops_nothing(writer: CaseWriter, worker: Worker) -> None:
    messenger = chat_of(writer, ".json")
    path = writer.case.folder.item(messenger)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    found = of(writer, worker)
    assert [each.values["item"] for each in found.limits if each.code == "conversation-not-read"] == [messenger]
    assert sum(int(each.values["count"]) for each in found.chronology if each.source == "messages") == 22


def test_custody_names_every_line_of_the_log_once(writer: CaseWriter, worker: Worker) -> None:
    found = of(writer, worker)
    assert sum(each.count for each in found.custody) == len(writer.case.custody.commitments)


def test_a_ledger_that_is_sealed_along_is_opened_only_with_everything_that_it_cites(
    writer: CaseWriter, worker: Worker
) -> None:
    whatsapp, messenger = chat_of(writer, ".txt"), chat_of(writer, ".json")
    threats = [Threat("pay", messages=[f"{whatsapp}:10"]), Threat("SECRET", messages=[f"{messenger}:/messages/3"])]
    threaten(writer, worker, *threats)
    lines = {str(entry.facts["demand"]): entry.line for entry in writer.manifest.entries["threat.recorded"]}

    def closed(items: list[str], *, ledger: bool) -> frozenset[int]:
        order = SealOrder("lawyer", items, {}, None, Path("nowhere"), threats=ledger)
        return choose_scope(writer.case, order).withheld

    assert set(lines.values()) <= closed([whatsapp, messenger], ledger=False)
    assert not set(lines.values()) & closed([whatsapp, messenger], ledger=True)
    assert set(lines.values()) & closed([whatsapp], ledger=True) == {lines["SECRET"]}


def test_blurred_pictures_really_come_into_the_paper(writer: CaseWriter, worker: Worker, tmp_path: Path) -> None:
    scope = whole(writer.case, "lawyer")
    order = ReportOrder(REQUEST, languages=("en",), pictures="blurred")
    pictures = [item for item in writer.manifest.items.values() if item.family == "picture"]
    assert pictures
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(next(files(writer.case, scope, order, worker)).content)
    listed = subprocess.run(["pdfimages", "-list", paper], capture_output=True, check=True, text=True).stdout
    assert len(listed.splitlines()) - 2 >= len(pictures)
    text = subprocess.run(["pdftotext", paper, "-"], capture_output=True, check=True, text=True).stdout
    assert text.count(", blurred") == len(pictures)


def test_a_picture_that_cannot_be_blurred_is_named(writer: CaseWriter, tmp_path: Path) -> None:
    order = ReportOrder(REQUEST, languages=("en",), pictures="blurred")
    with Worker(allowed=("evidence_kit.chats.",)) as without_media:
        paper = next(files(writer.case, whole(writer.case, "lawyer"), order, without_media)).content
    path = tmp_path / "paper.pdf"
    path.write_bytes(paper)
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True).stdout
    assert "could not be blurred" in text


@pytest.mark.parametrize("age", ["minor", "unknown"])
def test_no_picture_of_a_person_not_known_to_be_an_adult_is_drawn(
    age: str, writer: CaseWriter, worker: Worker, tmp_path: Path
) -> None:
    """A person may turn out to be a minor when pictures lie in the case already."""
    update_case(writer, {"age_band": age, "age_known_by": "identity card"}, "seen today")
    order = ReportOrder(REQUEST, languages=("en",), pictures="blurred")
    path = tmp_path / "paper.pdf"
    path.write_bytes(next(files(writer.case, whole(writer.case, "lawyer"), order, worker)).content)
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True).stdout
    pictures = [item for item in writer.manifest.items.values() if item.family == "picture"]
    assert " ".join(text.split()).count("not shown, because the person is not known to be an adult") == len(pictures)
    assert ", blurred" not in text
