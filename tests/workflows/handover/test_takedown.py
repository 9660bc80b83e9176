"""The takedown sheet: hashes as platforms want them, for adults and minors apart; nothing is submitted or decoded."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence_kit.errors import UsageError
from evidence_kit.hashing.perceptual import pdq
from evidence_kit.sealing.errors import NoConsentError
from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workflows.accession.declare import Mark, record_mark
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Declarer, Provenance
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.new import ConsentGiven
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_case
from evidence_kit.workflows.handover.interop import ExportOrder, export_as, form_of
from tests.conftest import NewCase

SAMPLES = Path(__file__).parents[3] / "samples"
CAT = SAMPLES / "phone-export" / "DCIM" / "Camera" / "IMG_20250412_153012.jpg"


@pytest.fixture(scope="module")
def describer() -> Iterator[WorkerDescriber]:
    with WorkerDescriber(1) as made:
        yield made


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    from PIL import Image

    folder = tmp_path / "pictures"
    folder.mkdir()
    shutil.copy(CAT, folder / "a.jpg")
    Image.new("RGB", (300, 200), "navy").save(folder / "b.png")
    (folder / "c.txt").write_text("no picture\n")
    shutil.copy(next(SAMPLES.rglob("*.mp4")), folder / "d.mp4")
    return folder


def taken_in(writer: CaseWriter, describer: WorkerDescriber, folder: Path) -> CaseWriter:
    list(ingest(writer, [folder], Provenance(), describer))
    return writer


def sheet(writer: CaseWriter, out: Path, items: list[str] | None = None, why: str | None = None) -> str:
    export_as(writer, ExportOrder(form_of("takedown"), "takedown", items, why, out))
    return out.read_text("utf-8")


def cells(page: str) -> dict[str, str]:
    return dict(re.findall(r"<tr><td>(E\d{6})</td>(.*?)</tr>", page))


def test_the_hashes_are_those_that_platforms_compute(
    new_case: NewCase, describer: WorkerDescriber, pictures: Path, tmp_path: Path
) -> None:
    from PIL import Image, ImageOps

    writer = taken_in(new_case(purposes=("takedown",)), describer, pictures)
    page = sheet(writer, tmp_path / "sheet.html")
    rows = cells(page)
    assert list(rows) == ["E000001", "E000002", "E000004"]
    for name, item in (("a.jpg", "E000001"), ("b.png", "E000002"), ("d.mp4", "E000004")):
        assert hashlib.md5((pictures / name).read_bytes()).hexdigest() in rows[item]  # noqa: S324
    [printed] = re.findall(r"\b[0-9a-f]{64}\b", page)
    with Image.open(CAT) as opened:
        expected = pdq(ImageOps.exif_transpose(opened))
    assert expected is not None
    assert (int(printed, 16) ^ int(expected.hashes["upright"], 16)).bit_count() <= 6
    assert printed in rows["E000001"]
    words = catalogue("en")
    assert words.sentence("takedown.why.no-detail") in rows["E000002"]
    assert words.sentence("takedown.why.film") in rows["E000004"]


def test_it_says_in_three_languages_that_nothing_is_submitted(
    new_case: NewCase, describer: WorkerDescriber, pictures: Path, tmp_path: Path
) -> None:
    import html

    page = sheet(taken_in(new_case(purposes=("takedown",)), describer, pictures), tmp_path / "sheet.html")
    for language in LANGUAGES:
        assert html.escape(catalogue(language).sentence("takedown.submits-nothing")) in page
        assert f'<section lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert "default-src 'none'" in page
    assert not re.findall(r"(?:src|href)=|<script|<form|<a ", page)


def test_adults_and_minors_are_told_apart(
    new_case: NewCase, describer: WorkerDescriber, pictures: Path, tmp_path: Path
) -> None:
    adult = sheet(taken_in(new_case(purposes=("takedown",)), describer, pictures), tmp_path / "adult.html")
    words = catalogue("fr")
    assert words.sentence("takedown.adult.head") in adult
    assert words.sentence("takedown.minor.head") not in adult
    for age in ("minor", "unknown"):
        writer = new_case(age)
        list(ingest(writer, [pictures], Provenance(), describer))
        assert [each.family for each in writer.manifest.included] == ["text"]
        with pytest.raises(UsageError, match="takedown-nothing"):
            sheet(writer, tmp_path / "none.html", why="the lawyer asked")
        record_mark(
            writer, list(writer.manifest.witnessed.values()), Mark(sensitivity="none"), Declarer("A.", "guardian")
        )
        list(ingest(writer, [pictures], Provenance(), describer))
        minor = sheet(writer, tmp_path / f"{age}.html", why="the lawyer asked")
        assert words.sentence("takedown.minor.head") in minor
        assert words.sentence("takedown.adult.head") not in minor


def test_nothing_is_decoded_for_it_and_a_picture_that_nobody_described_has_no_pdq(
    new_case: NewCase, pictures: Path, tmp_path: Path
) -> None:
    from tests.workflows.helpers import take_in

    writer = new_case(purposes=("takedown",))
    take_in(writer, pictures)
    page = sheet(writer, tmp_path / "sheet.html", ["E000001"])
    assert catalogue("ar").sentence("takedown.why.not-described") in page
    assert hashlib.md5(CAT.read_bytes()).hexdigest() in page  # noqa: S324
    assert list(cells(page)) == ["E000001"]


def test_it_wants_consent_for_a_takedown_and_is_in_the_log(
    new_case: NewCase, describer: WorkerDescriber, pictures: Path, tmp_path: Path
) -> None:
    writer = taken_in(new_case(purposes=("lawyer",)), describer, pictures)
    out = tmp_path / "sheet.html"
    with pytest.raises(NoConsentError):
        sheet(writer, out)
    with pytest.raises(UsageError, match="form-purpose"):
        export_as(writer, ExportOrder(form_of("takedown"), "lawyer", None, None, out))
    assert not out.exists()
    day = writer.world.clock.now().date()
    record.record_consent(writer, ConsentGiven("takedown", given=True, on=day, said_by="person"))
    page = sheet(writer, out)
    said = writer.manifest.entries["exported"][-1].facts
    assert (said["form"], said["purpose"], said["rows"]) == ("takedown", "takedown", 3)
    assert said["sha256"] == hashlib.sha256(page.encode()).hexdigest()
    assert out.stat().st_mode & 0o077 == 0
    assert verify_case(writer.case.folder.root).findings == []


def test_a_mutilated_description_gives_no_hash() -> None:
    from types import SimpleNamespace

    from evidence_kit.workflows.handover.forms.takedown import _pdq

    def told(found: object) -> object:
        item = SimpleNamespace(family="picture", described={"picture": {"facts": {"pdq": found}}})
        return _pdq(item)[:2]  # type: ignore[arg-type]

    good: dict[str, object] = {"quality": 90, "hashes": {"upright": "ab" * 32}}
    assert told(good) == ("ab" * 32, None)
    mutilated: list[object] = [None, [], {"quality": "90"}, good | {"hashes": {"upright": "<b>" * 20}}]
    for bad in [*mutilated, good | {"hashes": []}]:
        assert told(bad) == (None, "not-described")
