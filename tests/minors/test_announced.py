"""Nobody says of what lies in the store that it was not copied: the ingest, the list, the case, the report."""

from __future__ import annotations

from pathlib import Path

from evidence_kit.custody.event import Event
from evidence_kit.workflows.accession.commit_group import Undescribed
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.accession.register import Accession
from evidence_kit.workflows.case.outcome import WitnessOutcome
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.overview import item_row
from tests.conftest import NewCase
from tests.minors.pictures import pictures
from tests.workflows.helpers import take_in


def _with_a_mail_of_another_rule(new_case: NewCase, tmp_path: Path) -> CaseWriter:
    """Return a case that holds a text, and of which the log says that a film in it and a picture in that were seen."""
    (tmp_path / "a.txt").write_bytes(b"if you do not pay by Friday everybody sees it\n")
    (tmp_path / "b.jpg").write_bytes(pictures()["thumbnail"])
    writer = new_case("minor")
    take_in(writer, tmp_path)
    seen = writer.manifest.witnessed["W000001"]
    assert writer.manifest.not_copied == [seen]
    facts = {key: value for key, value in seen.facts.items() if key not in {"salt", "type"}}
    inside = [("W000002", "E000001", "1" * 64), ("W000003", "W000002", "2" * 64), ("W000004", None, "3" * 64)]
    for name, container, digest in inside:
        place = {} if container is None else {"container": container, "member": 0}
        told = {**facts, "item": name, "path": f"{name}.mp4", "sha256": digest, **place}
        writer.commit([Event("item.witnessed", told)], [])
    return writer


def test_what_stands_in_an_item_is_not_among_what_was_not_copied(new_case: NewCase, tmp_path: Path) -> None:
    manifest = _with_a_mail_of_another_rule(new_case, tmp_path).manifest
    holders = {name: manifest.holder(each) for name, each in manifest.witnessed.items()}
    assert holders == {"W000001": None, "W000002": "E000001", "W000003": "E000001", "W000004": None}
    assert [each.id for each in manifest.not_copied] == ["W000001", "W000004"]
    rows = {name: item_row(each)["taken_in_as"] for name, each in manifest.witnessed.items()}
    assert rows == holders


def test_an_announcement_is_held_against_what_was_committed(new_case: NewCase, tmp_path: Path) -> None:
    writer = _with_a_mail_of_another_rule(new_case, tmp_path)
    accession = Accession(writer, Provenance(), Undescribed())
    for name, held in (("W000003", "E000001"), ("W000004", None)):
        accession.totals.count_file("video", "withheld")
        seen = writer.manifest.witnessed[name]
        outcome = WitnessOutcome(name, seen.place, "mp4", "video", 1, seen.sha256.hex)
        assert accession._checked(outcome).lies_in == held
