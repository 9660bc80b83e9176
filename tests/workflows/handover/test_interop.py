"""Exports are what other people's programs accept, hold what was asked for, and are in the log."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.custody.errors import ExportExistsError
from evidence_kit.errors import UsageError
from evidence_kit.sealing.errors import ItemDamagedError, NoConsentError
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_case
from evidence_kit.workflows.handover.interop import FORMS, ExportOrder, export_as, form_of
from tests.conftest import NewCase
from tests.workflows.helpers import take_in


@pytest.fixture
def writer(new_case: NewCase, source: Path, tmp_path: Path) -> CaseWriter:
    import zipfile

    made = new_case()
    (source / "=cmd|calc.txt").write_text("hello\n")
    with zipfile.ZipFile(source / "inside.zip", "w") as packed:
        packed.writestr("@one.txt", "in a container\n")
    take_in(made, source)
    record.record_note(made, "for us alone", ["association"])
    record.record_note(made, "for the lawyer", ["lawyer"])
    return made


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker() as made:
        yield made


def order(form: str, out: Path, items: list[str] | None = None, **more: Any) -> ExportOrder:
    return ExportOrder(form_of(form), more.get("purpose", "lawyer"), items, more.get("without_consent"), out)


def test_bagit_finds_the_bag_valid_and_the_originals_are_bit_for_bit(
    writer: CaseWriter, source: Path, tmp_path: Path
) -> None:
    bag = tmp_path / "bag"
    left = export_as(writer, order("bagit", bag))
    done = subprocess.run([sys.executable, "-m", "bagit", "--validate", str(bag)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    inside = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (bag / "data").iterdir()}
    outside = {hashlib.sha256(path.read_bytes()).hexdigest() for path in source.rglob("*") if path.is_file()}
    assert outside <= inside
    assert left.items == left.items_of == len(writer.manifest.items)
    assert hashlib.sha256((bag / "tagmanifest-sha256.txt").read_bytes()).hexdigest() == left.sha256
    assert all(path.stat().st_mode & 0o077 == 0 for path in bag.rglob("*"))
    log, opened = ((bag / name).read_bytes().splitlines() for name in ("custody.jsonl", "events.jsonl"))
    assert len(log) == len(opened)
    for line, text in zip(log, opened, strict=True):
        assert not text or json.loads(line)["commit"] == hashlib.sha256(text).hexdigest()
    said = (bag / "events.jsonl").read_text("utf-8")
    assert "for the lawyer" in said
    assert "for us alone" not in said


def test_case_validate_accepts_the_graph(writer: CaseWriter, tmp_path: Path) -> None:
    graph = tmp_path / "case.jsonld"
    export_as(writer, order("case-uco", graph))
    done = subprocess.run(
        [Path(sys.executable).with_name("case_validate"), str(graph)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "Conforms: True" in done.stdout
    nodes = json.loads(graph.read_text("utf-8"))["@graph"]
    files = [node for node in nodes if node["@type"] == "uco-observable:File"]
    assert len(files) == len(writer.manifest.items)
    hashes = {each["uco-types:hashValue"]["@value"] for node in files for facet in node["uco-core:hasFacet"]
              for each in facet.get("uco-observable:hash", ())}  # fmt: skip
    assert {item.sha256.hex for item in writer.manifest.items.values()} <= hashes
    assert sum(node["@type"] == "uco-observable:ObservableRelationship" for node in nodes) == 1


def test_no_cell_of_the_table_is_a_formula(writer: CaseWriter, tmp_path: Path) -> None:
    table = tmp_path / "items.csv"
    export_as(writer, order("csv", table))
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(writer.manifest.items)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(row["path"].endswith("=cmd|calc.txt") for row in rows)
    first = next(row for row in rows if row["path"] == "phone/note.txt")
    assert first["md5"] == hashlib.md5(b"bonjour\n").hexdigest()  # noqa: S324
    assert first["sha1"] == hashlib.sha1(b"bonjour\n").hexdigest()  # noqa: S324


@pytest.mark.parametrize("form", [each.name for each in FORMS if not each.purposes])
def test_an_export_is_logged_and_asks_for_consent(
    form: str, writer: CaseWriter, tmp_path: Path, worker: Worker
) -> None:
    out = tmp_path / "out"
    with pytest.raises(NoConsentError):
        export_as(writer, order(form, out, purpose="police"))
    with pytest.raises(UsageError):
        export_as(writer, order(form, out, ["E000099"]))
    assert not out.exists()
    left = export_as(
        writer, order(form, out, ["E000001"], purpose="police", without_consent="the judge asked"), None, worker
    )
    said = writer.manifest.entries["exported"][-1].facts
    assert (said["form"], said["items"], said["without_consent"]) == (form, ["E000001"], "the judge asked")
    assert said["sha256"] == left.sha256
    with pytest.raises(ExportExistsError):
        export_as(writer, order(form, out), None, worker)
    assert verify_case(writer.case.folder.root).findings == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases", "out", "phone", "station"]


@pytest.mark.parametrize("form", [each.name for each in FORMS if not each.purposes])
def test_a_damaged_item_leaves_nothing_behind(form: str, writer: CaseWriter, tmp_path: Path, worker: Worker) -> None:
    path = writer.case.folder.item("E000002")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ItemDamagedError):
        export_as(writer, order(form, tmp_path / "out"), None, worker)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cases", "phone", "station"]
    assert "exported" not in writer.manifest.entries


def test_a_form_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match="form-unknown"):
        form_of("pst")
