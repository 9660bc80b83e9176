"""An archive with the dossier: planned, checked, and silent about everything that its plan withholds."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pyzipper

from evidence_kit.custody.verdict import Verdict
from evidence_kit.errors import UsageError
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing import plan
from evidence_kit.sealing.errors import SealExistsError
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.declare import exclude_items
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.handover.seal_reports import ReportWanted
from evidence_kit.workflows.reading.conversations import conversations
from evidence_kit.workflows.reading.threats import Threat
from tests.conftest import NewCase
from tests.workflows.phones import chat_of, threaten

DIGITS = "0123456789" * 2 + "01234567"


@pytest.fixture
def writer(phone_case: CaseWriter) -> CaseWriter:
    return phone_case


def bag_of(archive: Path) -> dict[str, bytes]:
    with pyzipper.AESZipFile(archive) as outer:
        outer.setpassword(DIGITS.encode())
        inner = outer.read("evidence.zip")
    with zipfile.ZipFile(io.BytesIO(inner)) as bag:
        return {each.partition("/")[2]: bag.read(each) for each in bag.namelist()}


def wanted(out: Path, items: list[str] | None = None, **more: Any) -> SealOrder:
    return SealOrder("lawyer", items, {}, None, out, report=ReportWanted(("en",), (), "Salma B."), **more)


def said_in(bag: dict[str, bytes], tmp_path: Path) -> str:
    """Return every word below report/: files as they are, papers as text, and what is attached to papers."""
    said = ""
    for name, content in bag.items():
        if not name.startswith("report/"):
            continue
        said += name + content.decode("utf-8", "replace")
        if name.endswith(".pdf"):
            paper = tmp_path / "paper.pdf"
            paper.write_bytes(content)
            said += subprocess.run(["pdftotext", paper, "-"], capture_output=True, check=True).stdout.decode()
            folder = tmp_path / "attached"
            folder.mkdir(exist_ok=True)
            subprocess.run(["pdfdetach", "-saveall", "-o", folder, paper], check=True)
            # The log alone names every item, in clear, for everybody: its openings are what is withheld.
            (folder / "custody.jsonl").unlink()
            said += "".join(each.read_text("utf-8") for each in sorted(folder.iterdir()))
    return said


def test_a_seal_with_a_report_holds_papers_and_every_conversation_and_is_consistent(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path
) -> None:
    whatsapp = chat_of(writer, ".txt")
    threaten(writer, worker, Threat("pay", messages=[f"{whatsapp}:10"], amount="5000 MAD", deadline="Friday"))
    sealed = make_seal(writer, key, wanted(tmp_path / "sealed"), DIGITS, worker=worker)
    checked = verify_archive(sealed.archive, DIGITS)
    assert (checked.verdict, checked.findings) == (Verdict.CONSISTENT, [])
    bag = bag_of(sealed.archive)
    listed = json.loads(bag["report/conversations.json"])["conversations"]
    assert sorted(name for name in bag if name.startswith("report/")) == sorted(
        [
            "report/conversations.json",
            "report/dossier.en.pdf",
            "report/dossier.json",
            *(each["file"] for each in listed),
        ]
    )
    assert [each["number"] for each in listed] == list(range(1, len(listed) + 1))
    for each in listed:
        lines = [json.loads(line) for line in bag[each["file"]].splitlines()]
        assert sum("gap" not in line for line in lines) == each["messages"] == sum(p["messages"] for p in each["parts"])
    chat = next(each for each in listed if each["platform"] == "whatsapp")
    lines = [json.loads(line) for line in bag[chat["file"]].splitlines()]
    assert [line["where"] for line in lines if line.get("demands")] == [f"{whatsapp}:10"]
    told = json.loads(bag["report/dossier.json"])
    assert [(each["demand"], each["amount"], each["deadline"]) for each in told["demands"]] == [
        ("pay", "5000 MAD", "Friday")
    ]
    assert told["transcripts"][0]["lines"] == []
    begun = [json.loads(line) for line in bag["events.jsonl"].splitlines() if line]
    made = [each for each in begun if each["type"] == "report.made"]
    assert [each["name"] for each in made[0]["files"]] == sorted(name for name in bag if name.startswith("report/"))


def test_a_message_stands_in_the_original_where_its_line_says(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path
) -> None:
    sealed = make_seal(writer, key, wanted(tmp_path / "sealed"), DIGITS, worker=worker)
    bag = bag_of(sealed.archive)
    chat = chat_of(writer, ".txt")
    original = bag[f"data/{chat}.txt"]
    lines = [json.loads(line) for name in bag if name.startswith("report/chats/") for line in bag[name].splitlines()]
    met = [line for line in lines if line["where"].startswith(f"{chat}:") and line["kind"] == "text"]
    assert len(met) > 10
    for line in met:
        start, end = line["bytes"]
        assert line["text"].splitlines()[0] in original[start:end].decode("utf-8")


def test_a_report_never_says_what_the_plan_withholds(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path
) -> None:
    whatsapp, messenger = chat_of(writer, ".txt"), chat_of(writer, ".json")
    pictures = [item for item in writer.manifest.items.values() if item.family == "picture"]
    record.record_note(writer, "a whispered word", ["psychologist"])
    threaten(
        writer,
        worker,
        Threat("pay", messages=[f"{whatsapp}:10"]),
        Threat("SECRET demand", messages=[f"{messenger}:/messages/3"], account="@withheld.account"),
    )
    exclude_items(writer, [pictures[0]], "a reason that nobody reads")
    sealed = make_seal(writer, key, wanted(tmp_path / "sealed", [whatsapp]), DIGITS, worker=worker)
    bag = bag_of(sealed.archive)
    said = said_in(bag, tmp_path)
    assert "pay" in said
    withheld = writer.manifest.items[messenger]
    for absent in (
        "SECRET", "withheld.account", "whispered", "Yassine Elmital", "a reason that nobody", messenger,
        withheld.sha256.hex, pictures[0].id, pictures[0].sha256.hex, pictures[1].sha256.hex,
    ):  # fmt: skip
        assert absent not in said, absent
    # What is searched for is found where it does stand, so that the search can fail.
    assert writer.manifest.items[whatsapp].sha256.hex in said
    assert verify_archive(sealed.archive, DIGITS).verdict is Verdict.CONSISTENT


def test_every_part_of_a_seal_holds_the_whole_report(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "split_volumes", lambda sizes, *_: [(item,) for item, _ in sizes])
    order = wanted(tmp_path / "sealed", split_bytes=1 << 30)
    sealed = make_seal(writer, key, order, DIGITS, worker=worker)
    bags = [bag_of(sealed.folder / each.name) for each in sealed.archives]
    reports = [{name: each for name, each in bag.items() if name.startswith("report/")} for bag in bags]
    assert len(bags) > 1
    assert all(each == reports[0] for each in reports)
    for each in sealed.archives:
        assert verify_archive(sealed.folder / each.name, DIGITS).verdict is Verdict.CONSISTENT


def test_the_same_case_gives_the_same_reports_and_nothing_is_left_beside(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path
) -> None:
    first = make_seal(writer, key, wanted(tmp_path / "one"), DIGITS, worker=worker)
    assert sorted(each.suffix for each in first.folder.iterdir() if each.is_dir()) == []
    chats = {name: each for name, each in bag_of(first.archive).items() if name.startswith("report/chats/")}
    second = make_seal(writer, key, wanted(tmp_path / "two"), DIGITS, worker=worker)
    again = {name: each for name, each in bag_of(second.archive).items() if name.startswith("report/chats/")}
    assert chats == again != {}


def test_a_text_keeps_its_ending_only_where_it_is_safe_to_open(
    new_case: NewCase, key: SigningKey, describer: WorkerDescriber, tmp_path: Path
) -> None:
    phone = tmp_path / "phone"
    phone.mkdir()
    page = '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><p>تهديد</p>{}</body></html>'
    (phone / "plain.html").write_text(page.format(""), "utf-8")
    (phone / "calls.html").write_text(page.format('<img src="https://example.org/seen.gif">'), "utf-8")
    (phone / "sms.xml").write_text('<?xml version="1.0" encoding="UTF-8"?><smses count="1"><sms body="x"/></smses>')
    (phone / "card.vcf").write_text("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Yassine\r\nEND:VCARD\r\n")
    made = new_case()
    list(ingest(made, [phone], Provenance("copy"), describer))
    sealed = make_seal(made, key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), DIGITS)
    assert verify_archive(sealed.archive, DIGITS).verdict is Verdict.CONSISTENT
    bag = bag_of(sealed.archive)
    named = {item.place.path.rpartition("/")[2]: item.id for item in made.manifest.items.values()}
    endings = {name.partition("/")[2][:7]: name.rpartition(".")[2] for name in bag if name.startswith("data/")}
    assert {name: endings[item] for name, item in named.items()} == {
        "plain.html": "html", "calls.html": "bin", "sms.xml": "xml", "card.vcf": "vcf",
    }  # fmt: skip
    assert b".bin" in bag["READ-ME-FIRST.txt"]


def text_of(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "text.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()


def with_report(order: SealOrder, **wishes: Any) -> SealOrder:
    return replace(order, report=ReportWanted(("en",), (), "Salma B.", **wishes))


def test_a_narrower_archive_keeps_the_numbers_that_chats_gives(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path
) -> None:
    messenger = chat_of(writer, ".json")
    numbers = {part.item.id: each.number for each in conversations(writer.manifest) for part in each.parts}
    assert numbers[messenger] == 2
    threaten(writer, worker, Threat("pay", messages=[f"{messenger}:/messages/3"]))
    bag = bag_of(make_seal(writer, key, wanted(tmp_path / "sealed", [messenger]), DIGITS, worker=worker).archive)
    (listed,) = json.loads(bag["report/conversations.json"])["conversations"]
    assert (listed["number"], listed["file"]) == (2, "report/chats/002.jsonl")
    told = json.loads(bag["report/dossier.json"])
    assert [each["number"] for each in told["transcripts"]] == [2]
    counted = [each["values"]["conversation"] for each in told["chronology"] if each["source"] == "messages"]
    assert set(counted) == {2}


def test_a_conversation_that_nothing_cites_is_printed_where_it_is_named_and_goes_in(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path
) -> None:
    whatsapp, messenger = chat_of(writer, ".txt"), chat_of(writer, ".json")
    threaten(writer, worker, Threat("pay", messages=[f"{whatsapp}:10"]))
    order = with_report(wanted(tmp_path / "sealed"), conversations=(2,))
    bag = bag_of(make_seal(writer, key, order, DIGITS, worker=worker).archive)
    assert [each["number"] for each in json.loads(bag["report/dossier.json"])["transcripts"]] == [1, 2]
    assert f"{messenger}:/messages/3" in said_in({"report/p.pdf": bag["report/dossier.en.pdf"]}, tmp_path)
    head = writer.head
    for number, code in ((2, "chat-not-sealed"), (9, "chat-unknown")):
        order = with_report(wanted(tmp_path / "other", [whatsapp]), conversations=(number,))
        with pytest.raises(UsageError, match=code):
            make_seal(writer, key, order, DIGITS, worker=worker)
    assert writer.head == head


def test_names_are_labels_everywhere_below_report_and_the_page_still_finds_its_files(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path
) -> None:
    whatsapp = chat_of(writer, ".txt")
    threaten(writer, worker, Threat("pay", messages=[f"{whatsapp}:10"]))
    names = {each.name for talk in conversations(writer.manifest) for each in talk.participants}
    assert len(names) > 2
    plain = bag_of(make_seal(writer, key, wanted(tmp_path / "plain"), DIGITS, worker=worker).archive)
    assert all(name in said_in(plain, tmp_path) for name in names - {"(owner)"})
    order = with_report(wanted(tmp_path / "sealed"), redact_names=True)
    sealed = make_seal(writer, key, order, DIGITS, worker=worker)
    assert verify_archive(sealed.archive, DIGITS).verdict is Verdict.CONSISTENT
    bag = bag_of(sealed.archive)
    said = said_in(bag, tmp_path)
    for name in names - {"(owner)"}:
        assert name not in said
    assert "[N1]" in said
    for each in json.loads(bag["report/conversations.json"])["conversations"]:
        before = [json.loads(line) for line in plain[each["file"]].splitlines()]
        after = [json.loads(line) for line in bag[each["file"]].splitlines()]
        assert [(line["where"], line.get("time"), line["kind"]) for line in after] == [
            (line["where"], line.get("time"), line["kind"]) for line in before
        ]
    # The originals are what they were.
    assert bag[f"data/{whatsapp}.txt"] == plain[f"data/{whatsapp}.txt"]


def test_the_papers_of_an_archive_show_blurred_pictures_where_they_are_wanted(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path
) -> None:
    pictures = [item for item in writer.manifest.items.values() if item.family == "picture"]
    order = with_report(wanted(tmp_path / "sealed"), pictures="blurred")
    bag = bag_of(make_seal(writer, key, order, DIGITS, worker=worker).archive)
    assert text_of(bag["report/dossier.en.pdf"], tmp_path).count(", blurred") == len(pictures)
    plain = bag_of(make_seal(writer, key, wanted(tmp_path / "plain"), DIGITS, worker=worker).archive)
    assert ", blurred" not in text_of(plain["report/dossier.en.pdf"], tmp_path)


def test_an_archive_with_another_report_is_not_taken_for_the_one_that_is_wanted(
    writer: CaseWriter, key: SigningKey, worker: Worker, tmp_path: Path
) -> None:
    order = with_report(wanted(tmp_path / "sealed"))
    made = make_seal(writer, key, order, DIGITS, worker=worker)
    assert make_seal(writer, key, order, DIGITS, worker=worker).receipt_code == made.receipt_code
    for wishes in ({"pictures": "blurred"}, {"redact_names": True}, {"conversations": (2,)}):
        with pytest.raises(SealExistsError):
            make_seal(writer, key, with_report(order, **wishes), DIGITS, worker=worker)
    with pytest.raises(SealExistsError):
        make_seal(writer, key, replace(order, report=ReportWanted(("fr",), (), "Salma B.")), DIGITS, worker=worker)
