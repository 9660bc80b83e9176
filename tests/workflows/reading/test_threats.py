"""Identifiers gathered over a case, and the ledger of threats."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evidence_kit.custody.errors import NoItemError
from evidence_kit.custody.event import Event
from evidence_kit.errors import UsageError
from evidence_kit.sealing.plan import Scope, discloses
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.conversation_page import ConversationRequest
from evidence_kit.workflows.reading.conversations import conversations
from evidence_kit.workflows.reading.exports import ExportReader, open_exports
from evidence_kit.workflows.reading.identifiers import (
    NamedIdentifier,
    export_identifiers,
    exports_of,
    gathered_identifiers,
)
from evidence_kit.workflows.reading.threats import (
    Threat,
    cited_evidence,
    completed_threat,
    record_threat,
    recorded_threats,
    suggestions,
    threat_row,
)
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry


@pytest.fixture
def opened(phone_case: CaseWriter, worker: Worker) -> Iterator[tuple[CaseWriter, ExportReader]]:
    with open_exports(phone_case.case, worker) as reading:
        yield phone_case, reading


def found_in(writer: CaseWriter, reading: ExportReader) -> list[NamedIdentifier]:
    return gathered_identifiers(
        each for item, chosen in exports_of(writer.manifest) for each in export_identifiers(reading, item, chosen, "MA")
    )


def test_the_same_sum_in_two_languages_is_one_value(opened: tuple[CaseWriter, ExportReader]) -> None:
    found = {(each.type, each.value): each for each in found_in(*opened)}
    demanded = found["amount", "5000 MAD"]
    assert (demanded.count, set(demanded.senders)) == (2, {"ياسين", "Yassine Elmital"})
    assert len(demanded.places) == 2
    assert demanded.first is not None
    assert demanded.first.value == "2025-05-02T20:09:00.417Z"
    assert found["rib", "007640000000000000012329"].confidence == "high"
    assert found["transfer_code", "0012345678"].row()["senders"] == [{"name": "Nadia Elmisal", "count": 1}]


def test_suggestions_name_sums_beside_accounts_and_record_nothing(opened: tuple[CaseWriter, ExportReader]) -> None:
    head = opened[0].head
    suggested = {
        each.amount.value: {account.value for account in each.accounts} for each in suggestions(found_in(*opened))
    }
    assert "007640000000000000012329" in suggested["5000 MAD"]
    assert opened[0].head == head


def test_a_threat_is_recorded_with_its_messages_and_never_disclosed(opened: tuple[CaseWriter, ExportReader]) -> None:
    writer, reading = opened
    line = record_threat(writer, Threat("5000 درهم", deadline="4 ماي", messages=["2:10"], items=["1"]), reading)
    (entry,) = recorded_threats(writer.manifest)
    told = threat_row(entry)
    assert (told["line"], told["demand"], told["amount"]) == (line, "5000 درهم", None)
    assert (told["messages"], told["items"]) == (["E000002:10"], ["E000001", "E000002"])
    assert len(entry.facts["messages"][0]["id"]) == 64
    everything = Scope("police", tuple(writer.manifest.items), everything=True)
    assert not discloses(everything, "threat.recorded", entry.facts)


def test_the_ledger_says_what_an_archive_has_to_hold(opened: tuple[CaseWriter, ExportReader]) -> None:
    writer, reading = opened
    assert cited_evidence(writer.manifest).scope == ()
    record_threat(writer, Threat("5000 درهم", messages=["2:10"]), reading)
    found = cited_evidence(writer.manifest)
    assert (found.items, [each.number for each in found.conversations]) == (("E000002",), [1])
    assert found.scope == ("E000002",)
    record_threat(writer, Threat("encore", items=["1"], messages=[with_attachment(reading, writer)]), reading)
    found = cited_evidence(writer.manifest)
    assert found.attachments
    assert set(found.scope) == {"E000001", "E000002", *found.attachments}
    writer.commit([Event("item.excluded", {"items": ["E000001"], "reason": "misfiled"})])
    assert "E000001" not in cited_evidence(writer.manifest).scope


def test_a_person_takes_a_suggestion_and_says_what_is_demanded(opened: tuple[CaseWriter, ExportReader]) -> None:
    writer, reading = opened
    suggested = suggestions(found_in(*opened))
    number = next(at for at, each in enumerate(suggested, start=1) if each.amount.value == "5000 MAD")
    record_threat(
        writer, completed_threat(Threat("pay or it is published", account="his own"), suggested, number), reading
    )
    (entry,) = recorded_threats(writer.manifest)
    told = threat_row(entry)
    assert (told["demand"], told["amount"], told["account"]) == ("pay or it is published", "5000 MAD", "his own")
    assert told["messages"] == suggested[number - 1].amount.places
    assert len(cited_evidence(writer.manifest).conversations) == 2
    for wrong in (0, len(suggested) + 1):
        with pytest.raises(UsageError):
            completed_threat(Threat("x"), suggested, wrong)


def with_attachment(reading: ExportReader, writer: CaseWriter) -> str:
    (first, *_) = conversations(writer.manifest)
    return next(
        said.where
        for said in reading.wanted_messages(first, ConversationRequest())
        if isinstance(said, TranscriptEntry) and any(len(each.items) == 1 for each in said.attachments)
    )


@pytest.mark.parametrize("place", ["nonsense", "2:9999", "1:1"])
def test_a_message_that_is_not_there_is_refused(place: str, opened: tuple[CaseWriter, ExportReader]) -> None:
    writer, reading = opened
    with pytest.raises(UsageError):
        record_threat(writer, Threat("x", messages=[place]), reading)
    with pytest.raises(NoItemError):
        record_threat(writer, Threat("x", items=["99"]), reading)
    assert recorded_threats(writer.manifest) == []
