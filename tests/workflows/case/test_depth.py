"""Reading less of a case than everything: what is left out of memory changes no answer."""

from pathlib import Path

import pytest

from evidence_kit.custody.errors import CaseBrokenError
from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.accession.declare import Mark, exclude_items, record_mark
from evidence_kit.workflows.accession.provenance import Declarer
from evidence_kit.workflows.case.read import ReadingDepth, read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.reading.overview import item_row, log_rows
from tests.conftest import NewCase
from tests.workflows.helpers import take_in


@pytest.mark.parametrize("age", ["adult", "minor"])
def test_a_brief_reading_lists_what_a_whole_one_lists(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, age: str
) -> None:
    writer = new_case(age)
    (source / "again.bin").write_bytes((source / "DCIM" / "a.bin").read_bytes())
    (source / "photo.jpg").write_bytes(bytes.fromhex("ffd8ffe000104a46494600010101000100010000ffd9"))
    take_in(writer, source)
    every = writer.manifest.everything
    record_mark(writer, every[:1], Mark(sensitivity="none", nature="screenshot"), Declarer("Omar", "lawyer"))
    exclude_items(writer, every[1:2], "not hers")
    whole, brief = (
        read_case(writer.case.folder, key, station, depth) for depth in (ReadingDepth.ALL, ReadingDepth.BRIEF)
    )
    rows = [item_row(each) for each in whole.opened.everything]
    assert rows == [item_row(each) for each in brief.opened.everything]
    assert any(row["also_at"] for row in rows)
    assert any(row["excluded"] for row in rows)
    assert {bool(each.facts) for each in whole.opened.everything} == {True}
    assert {bool(each.facts) for each in brief.opened.everything} == {False}


def test_a_log_is_shown_without_being_kept_in_memory(
    new_case: NewCase, source: Path, station: Station, key: SigningKey
) -> None:
    writer = new_case()
    take_in(writer, source)
    keyed = read_case(writer.case.folder, key, station, ReadingDepth.KEYS)
    assert keyed.manifest is None
    assert list(log_rows(keyed)) == list(log_rows(read_case(writer.case.folder, key, station)))


def test_a_log_is_shown_up_to_the_body_that_is_broken(
    new_case: NewCase, source: Path, station: Station, key: SigningKey
) -> None:
    writer = new_case()
    first = writer.case.custody.signed_lines
    take_in(writer, source)
    body = writer.case.folder.body(writer.case.custody.signed_lines)
    body.write_bytes(body.read_bytes()[:-1])
    rows = log_rows(read_case(writer.case.folder, key, station, ReadingDepth.KEYS))
    shown = [next(rows)["line"] for _ in range(first)]
    with pytest.raises(CaseBrokenError) as caught:
        next(rows)
    assert caught.value.values["code"] == "body-changed"
    assert shown == list(range(1, first + 1))
