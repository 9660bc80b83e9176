import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evidence_kit.sealing import sheet
from evidence_kit.sealing.sheet import HandOverFacts, SheetArchive, sheet_pdf
from evidence_kit.workers.job import Failure

FACTS = HandOverFacts(
    files=[
        SheetArchive(
            "LRC-2026-0007.sealed.zip", 1_687_098, "a345684ccadc68721a5abd4c09954f7ae8e1785ca6a24ef0eae2200b27b4bbcf"
        )
    ],
    items="25 / 25",
    fingerprint="SHA256:I9lvvnGWEPtfq0Q9zzLRiUfFBN3jAtBPOlKSBneB7OA",
    day=date(2026, 11, 23),
    association="LRC",
    purpose="lawyer",
    handed=["LRC-2026-0007.sealed.zip", "LISEZ-MOI.txt"],
)


def test_the_same_facts_give_the_same_bytes() -> None:
    made = sheet_pdf(FACTS)
    assert made.startswith(b"%PDF-")
    assert made == sheet_pdf(FACTS)


def test_behind_a_large_archive_the_same_page_is_set_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    large = replace(FACTS, files=[replace(FACTS.files[0], size_bytes=5 << 30)])
    monkeypatch.setattr(sheet, "_LARGE_BYTES", 6 << 30)
    here = sheet_pdf(large)
    monkeypatch.undo()
    monkeypatch.setattr(sheet, "draw_sheet", lambda *_: pytest.fail("it was set here"))
    assert sheet_pdf(large) == here


def test_where_no_process_can_be_started_the_page_is_set_here(monkeypatch: pytest.MonkeyPatch) -> None:
    large = replace(FACTS, files=[replace(FACTS.files[0], size_bytes=5 << 30)])
    monkeypatch.setattr("evidence_kit.workers.worker.Worker.call", lambda *_: Failure("not-started", "no"))
    assert sheet_pdf(large).startswith(b"%PDF-")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_every_value_can_be_copied_out_of_the_sheet(tmp_path: Path) -> None:
    (tmp_path / "sheet.pdf").write_bytes(sheet_pdf(FACTS))
    done = subprocess.run(["pdftotext", "sheet.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True)
    # A hash that is copied is looked for as it is: nothing stands between its letters.
    assert "\u200b" not in done.stdout
    text = done.stdout
    (file,) = FACTS.files
    for value in (
        file.name,
        file.sha256,
        FACTS.fingerprint,
        "2026-11-23",
        "Fiche de remise",
        "LRC",
        "LISEZ-MOI.txt",
        "avocat",
    ):
        assert value in text
    for word in ("المستلم", "الملف", "الختم"):
        assert word in done.stdout
