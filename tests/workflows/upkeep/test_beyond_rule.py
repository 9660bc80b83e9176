"""What an older case of a minor holds beyond today's rule: found, named, and destroyed with two names."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.accession.declare import Mark, record_mark, update_case
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Declarer, Provenance
from evidence_kit.workflows.case.outcome import WitnessOutcome
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.upkeep.beyond_rule import beyond_the_rule
from evidence_kit.workflows.upkeep.destroy import destroy_evidence, doomed_objects
from tests.conftest import NewCase
from tests.minors.carriers import CARRIERS
from tests.minors.encoders import ENCODERS
from tests.minors.pictures import pictures
from tests.workflows.helpers import take_in, totals


def test_what_was_copied_under_an_earlier_rule_is_found_and_can_be_destroyed(
    new_case: NewCase, tmp_path: Path, key: SigningKey, station: Station
) -> None:
    source = tmp_path / "phone"
    source.mkdir()
    (source / "a.jpg").write_bytes(pictures()["photograph"])
    (source / "declared.gif").write_bytes(pictures()["gif"])
    (source / "words.txt").write_text("if you do not pay\n")
    (source / "m.eml").write_bytes(CARRIERS["mail as it is"](ENCODERS["uuencode"](pictures()["thumbnail"]))[1])
    # An adult's case takes everything in; when it turns out to be a minor's, it holds what an older rule let in.
    writer = new_case("adult")
    take_in(writer, source)
    harmless = next(item for item in writer.manifest.items.values() if item.kind == "gif")
    record_mark(writer, [harmless], Mark(sensitivity="none"), Declarer("Amina K.", "guardian", "a cup"))
    assert list(beyond_the_rule(writer.case)) == []
    update_case(writer, {"age_band": "minor", "age_known_by": "birth certificate"}, "shown today")
    case = read_case(writer.case.folder, key, station)
    found = {item.place.path for item in beyond_the_rule(case)}
    assert found == {"phone/a.jpg", "phone/m.eml"}
    ids = [item.id for item in beyond_the_rule(case)]
    destroy_evidence(writer, doomed_objects(writer.case, ids), "not ours to hold", ("Salma B.", "Me Idrissi"))
    assert list(beyond_the_rule(read_case(writer.case.folder, key, station))) == []


def test_a_kind_that_an_earlier_version_told_otherwise_is_told_anew(
    new_case: NewCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = b'<?xml version="1.0"?><ns0:svg xmlns:ns0="http://www.w3.org/2000/svg"><ns0:text>pay</ns0:text></ns0:svg>'
    (tmp_path / "a.svg").write_bytes(drawing)
    writer = new_case("adult")
    with monkeypatch.context() as earlier:
        earlier.setattr("evidence_kit.intake.text_kinds._SVG_SPACE", "none such")
        take_in(writer, tmp_path / "a.svg")
    assert [item.kind for item in writer.manifest.items.values()] == ["xml"]
    update_case(writer, {"age_band": "minor", "age_known_by": "birth certificate"}, "shown today")
    assert [item.place.path for item in beyond_the_rule(writer.case)] == ["a.svg"]


def test_what_the_store_holds_is_never_announced_as_not_copied(
    new_case: NewCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "sami@example.org", "nadia@example.org", "look"
    mail["Date"] = "Sat, 03 May 2025 21:02:11 +0100"
    mail.set_content("if you do not pay")
    mail.add_attachment(pictures()["gif"], maintype="image", subtype="gif", filename="a.gif")
    (tmp_path / "m.eml").write_bytes(mail.as_bytes())
    writer = new_case("adult")
    with WorkerDescriber(1) as describer:
        with monkeypatch.context() as before_parts_were_taken_out:
            before_parts_were_taken_out.setattr(
                "evidence_kit.workflows.accession.message_parts.take_carried", lambda *_: iter(())
            )
            list(ingest(writer, [tmp_path / "m.eml"], Provenance(), describer))
        update_case(writer, {"age_band": "minor", "age_known_by": "birth certificate"}, "shown today")
        outcomes = list(ingest(writer, [tmp_path / "m.eml"], Provenance(), describer))
    announced = [(each.place.path, each.lies_in) for each in outcomes if isinstance(each, WitnessOutcome)]
    assert announced == [("a.gif", "E000001")]
    assert (totals(outcomes).withheld, totals(outcomes).witnessed) == (0, 0)
