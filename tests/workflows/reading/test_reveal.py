"""Showing one item: logged first, blurred, nothing in it runs, and never what nobody may see."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from evidence_kit.errors import UsageError
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.sealing.passphrase import generate_passphrase
from evidence_kit.words import catalogue
from evidence_kit.workflows.accession.declare import Mark, chosen_items, record_mark
from evidence_kit.workflows.accession.provenance import Declarer
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.reading.reveal import reveal_item
from tests.conftest import NewCase
from tests.e2e.conftest import ROOT
from tests.workflows.helpers import take_in

PICTURE = ROOT / "samples" / "candidates" / "tasse.jpg"
WHY = "the lawyer needs to know which picture is meant"


def with_items(writer: CaseWriter, folder: Path) -> CaseWriter:
    folder.mkdir()
    (folder / "a.jpg").write_bytes(PICTURE.read_bytes())
    (folder / "b.txt").write_text("<script>alert(1)</script> سلام\n", "utf-8")
    (folder / "c.bin").write_bytes(bytes(range(256)))
    take_in(writer, folder)
    return writer


def test_a_page_holds_the_very_bytes_and_the_log_says_why(new_case: NewCase, tmp_path: Path) -> None:
    writer = with_items(new_case(), tmp_path / "in")
    out = tmp_path / "pages" / "page.html"
    for language in ("ar", "fr", "en"):
        page = reveal_item(writer, writer.manifest.items["E000001"], WHY, out, catalogue(language))
        text = page.path.read_text("utf-8")
        found = re.search(r'<img alt="E000001" src="data:image/jpeg;base64,([^"]+)">', text)
        assert found is not None
        assert base64.b64decode(found[1]) == PICTURE.read_bytes()
        assert "default-src 'none'" in text
        assert "<script" not in text
    assert [each.facts["reason"] for each in writer.manifest.entries["item.viewed"]] == [WHY] * 3
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in out.parent.iterdir()] == ["page.html"]


def test_a_text_is_shown_as_text(new_case: NewCase, tmp_path: Path) -> None:
    writer = with_items(new_case(), tmp_path / "in")
    page = reveal_item(writer, writer.manifest.items["E000002"], WHY, tmp_path / "page.html", catalogue("fr"))
    text = page.path.read_text("utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; سلام" in text
    assert "<script" not in text


def test_what_a_browser_cannot_show_is_not_logged_as_seen(new_case: NewCase, tmp_path: Path) -> None:
    writer = with_items(new_case(), tmp_path / "in")
    lines = writer.head.lines
    with pytest.raises(UsageError, match="reveal-unsupported"):
        reveal_item(writer, writer.manifest.items["E000003"], WHY, tmp_path / "page.html", catalogue("fr"))
    assert writer.head.lines == lines


def test_a_damaged_item_leaves_no_page_and_the_wish_is_logged_all_the_same(new_case: NewCase, tmp_path: Path) -> None:
    writer = with_items(new_case(), tmp_path / "in")
    path = writer.case.folder.item("E000001")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ItemDamagedError):
        reveal_item(writer, writer.manifest.items["E000001"], WHY, tmp_path / "out" / "page.html", catalogue("en"))
    assert list((tmp_path / "out").iterdir()) == []
    assert len(writer.manifest.entries["item.viewed"]) == 1


def test_in_a_case_that_is_no_adults_a_picture_is_shown_only_when_declared_harmless(
    new_case: NewCase, tmp_path: Path
) -> None:
    writer = with_items(new_case(), tmp_path / "in")
    writer.manifest.facts["age_band"] = "minor"
    picture = writer.manifest.items["E000001"]
    with pytest.raises(UsageError, match="reveal-minor"):
        reveal_item(writer, picture, WHY, tmp_path / "page.html", catalogue("en"))
    record_mark(
        writer, chosen_items(writer.manifest, "", ["1"], ()), Mark(sensitivity="none"), Declarer("Amina K.", "guardian")
    )
    reveal_item(writer, picture, WHY, tmp_path / "page.html", catalogue("en"))
    reveal_item(writer, writer.manifest.items["E000002"], WHY, tmp_path / "text.html", catalogue("en"))


def test_who_looked_leaves_the_house_in_no_archive(new_case: NewCase, tmp_path: Path, key: SigningKey) -> None:
    writer = with_items(new_case(), tmp_path / "in")
    page = reveal_item(writer, writer.manifest.items["E000001"], WHY, tmp_path / "page.html", catalogue("en"))
    digits = generate_passphrase()
    sealed = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "out"), digits)
    withheld = writer.manifest.entries["seal.begun"][0].facts["withheld"]
    assert any(first <= page.line <= last for first, last in withheld)
    assert not verify_archive(sealed.archive, digits).findings
