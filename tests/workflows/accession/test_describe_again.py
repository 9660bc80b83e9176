"""Looking again: what differs is said, nothing is overwritten, and nothing is decoded that may not be."""

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import pytest

from evidence_kit.model import Json
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workflows.accession.commit_group import KnownDescription, PendingDescription
from evidence_kit.workflows.accession.describe_again import describable, redescribe
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.write import CaseWriter
from tests.conftest import NewCase
from tests.fakes import NoDescriber

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)


class Saying(NoDescriber):
    """Says of every picture what it was told to."""

    def __init__(self, facts: Mapping[str, Json], version: str = "picture/2") -> None:
        self.facts, self.version = facts, version
        self.pixels: list[bool] = []
        self.payloads: list[bytes] = []

    def describes(self, kind: str) -> bool:
        return kind == "jpeg"

    def start_describing(
        self, kind: str, name: str, payload: bytes | BinaryIO, *, pixels: bool = True
    ) -> PendingDescription:
        self.pixels.append(pixels)
        self.payloads.append(payload if isinstance(payload, bytes) else payload.read())
        return KnownDescription(
            {"describer": self.version, "versions": {}, "parameters": {}, "facts": self.facts, "problems": []}
        )


@pytest.fixture
def writer(new_case: NewCase, tmp_path: Path) -> CaseWriter:
    writer = new_case()
    (tmp_path / "photo.jpg").write_bytes(JPEG)
    list(ingest(writer, [tmp_path / "photo.jpg"], Provenance(), Saying({"mode": "RGB", "frames": 1})))
    return writer


def test_what_differs_is_said_and_the_old_description_stays(writer: CaseWriter) -> None:
    later = Saying({"mode": "RGB", "frames": 2, "new": "x"}, "picture/3")
    [done] = redescribe(writer, later, describable(writer, later, [], again=True))
    assert later.payloads == [JPEG]
    assert {each.fact: (each.before, each.after) for each in done.differences} == {
        "facts.frames": ("1", "2"),
        "facts.new": (None, '"x"'),
    }
    item = writer.manifest.items["E000001"]
    assert [each.facts["facts"]["frames"] for each in item.descriptions] == [1, 2]
    assert done.before == item.descriptions[0].line
    assert done.line == item.descriptions[1].line


def test_where_nothing_is_new_nothing_is_written(writer: CaseWriter) -> None:
    before = writer.case.folder.log.read_bytes()
    same = Saying({"mode": "RGB", "frames": 1})
    [done] = redescribe(writer, same, describable(writer, same, [], again=True))
    assert (done.differences, done.line) == ((), None)
    assert writer.case.folder.log.read_bytes() == before


def test_an_attempt_that_fails_takes_nothing_away(writer: CaseWriter) -> None:
    failing = Saying({}, "picture")
    [done] = redescribe(writer, failing, describable(writer, failing, [], again=True))
    assert {each.fact for each in done.differences} == {"facts.frames", "facts.mode"}
    assert writer.manifest.items["E000001"].described["picture"]["facts"] == {"mode": "RGB", "frames": 1}


def test_without_being_asked_only_what_nobody_looked_into_is(
    writer: CaseWriter, new_case: NewCase, tmp_path: Path
) -> None:
    assert describable(writer, Saying({}), [], again=False) == []
    other = new_case()
    list(ingest(other, [tmp_path / "photo.jpg"], Provenance(), Saying({}, "picture")))
    assert [item.id for item in describable(other, Saying({}), [], again=False)] == ["E000001"]


def test_damaged_bytes_are_not_described(writer: CaseWriter) -> None:
    path = writer.case.folder.item("E000001")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    describer = Saying({"mode": "L"})
    with pytest.raises(ItemDamagedError):
        list(redescribe(writer, describer, describable(writer, describer, [], again=True)))
    assert describer.payloads == []


def test_a_large_item_is_handed_over_from_memory(writer: CaseWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence_kit.workflows.accession.describe_again.KEEP_BYTES", 10)
    later = Saying({"mode": "L"}, "picture/3")
    [done] = redescribe(writer, later, describable(writer, later, [], again=True))
    if later.payloads:
        assert later.payloads == [JPEG]
    else:
        assert done.problems == ("too-large",)
