"""Shapes that a run of every command seldom shows, out of the functions that print them, held to the schemas."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from evidence_kit.chats import message as chat
from evidence_kit.chats import worker
from evidence_kit.chats.bounded import bounded_json
from evidence_kit.commands import _batch_view, _ingest_view, _match_view, _verdict_view, show, tidy
from evidence_kit.commands._screen import Screen
from evidence_kit.custody.manifest import FoundAt, Item, LogEvent, Manifest, fold_events
from evidence_kit.custody.verdict import Anchor, Verdict
from evidence_kit.keys.timestamp import CheckedStamp, Stamp
from evidence_kit.matching.levels import MatchScore
from evidence_kit.matching.transformation import Area, Point, Transformation
from evidence_kit.model import ByteSpan, Digest, Finding, Weight
from evidence_kit.workflows.accession.provenance import Posting, Provenance, Screenshot
from evidence_kit.workflows.batch import results as batch
from evidence_kit.workflows.case import outcome
from evidence_kit.workflows.case.new import Guardian
from evidence_kit.workflows.case.outcome import WouldKeep
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.handover.timestamps import ShownStamp
from evidence_kit.workflows.reading import attachment_ties, messages, overview, threats
from evidence_kit.workflows.reading.conversation_rows import conversation_row
from evidence_kit.workflows.reading.conversations import CaseConversation, ConversationPart
from evidence_kit.workflows.reading.coverage import chat_read, checked_facts, file_conversations
from evidence_kit.workflows.reading.identifiers import NamedIdentifier, _named, gathered_identifiers
from evidence_kit.workflows.reading.match import Candidate, MatchResult, NotCompared
from evidence_kit.workflows.reading.similar import SimilarPair
from tests.chats.reading import LEDGER, sample_bytes
from tests.schemas import held, judge, problems

SHA256 = "0f" * 32
SIGNER = "SHA256:" + "aB" * 21 + "c"
LOST = chat.Attachment("b", chat.AttachmentStatus.MISSING)
PLACES = (
    FoundAt("phone/a.txt"),
    FoundAt("phone/\ufffd.txt", "cGhvbmUv/y50eHQ="),
    FoundAt("in.txt", None, "E000009", 0),
    FoundAt("phone/a.zip", None, "W000009"),
)


class Printed(Screen):
    """A screen that keeps the documents."""

    def __init__(self) -> None:
        super().__init__("en", json=True)
        self.documents: list[Any] = []

    def document(self, value: Any) -> None:
        self.documents.append(value)


def sound_document(command: str, document: Any) -> None:
    """Hold one document to the schema as whoever reads it does; a field that nobody knows makes it unsound."""
    assert len(held(command, json.dumps(document))) == 1
    assert problems(command, {**document, "never heard of": 1})


def test_a_document_is_one_line_to_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"documents": "".join(map(chr, [*range(0x110), 0x2028, 0x2029, 0xFEFF, 0x1F600])), "surrogate": "\udc85"}
    Screen("en", json=True).document(told)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == told | {"surrogate": "\ufffd" * 3}


def item(name: str = "E000001", path: str = "phone/chat.txt", **more: Any) -> Item:
    given = {"kind": "text", "family": "text", "facts": {}} | more
    when = "2026-11-23T18:48:00.123456Z"
    told: dict[str, Any] = {"size_bytes": 9, "sha256": Digest(SHA256), "crc32": "00c0ffee"}
    return Item(id=name, line=5, time=when, place=FoundAt(path), **told, **given)


def message(**more: Any) -> chat.Message:
    """A message that says everything a message can say."""
    person = chat.MessageSender(
        "A", (chat.AccountId("phone", "+212612345678"), chat.AccountId("own-chosen-name", "a", "display name")), True
    )
    time = chat.MessageTime("05/03/25", chat.TimeKind.LOCAL, None, chat.Precision.DAY, chat.DateOrder.AMBIGUOUS,
                     "both-below-13", ("2025-03-05", "2025-05-03"))  # fmt: skip
    files = (
        chat.Attachment("a.jpg", chat.AttachmentStatus.UNKNOWN, "image/jpeg", 1 << 60, ByteSpan(5, 9), 1),
        chat.Attachment(None, chat.AttachmentStatus.OMITTED),
    )
    whole: dict[str, Any] = {
        "place": chat.ByteRange(5, 9, chat.LineSpan(2, 3), "/messages/0"),
        "conversation": chat.Conversation("messenger", "json", "17", "A and B"),
        "sender": person,
        "time": time,
        "text": "give \udcff money",
        "kind": chat.MessageKind.MEDIA,
        "attachments": files,
        "flags": frozenset(chat.MessageFlag),
        "native_id": "m\udc80",
        "reply_to": "n",
        "reactions": (chat.Reaction("❤", "B", time), chat.Reaction("x", None)),
        "details": {"7": 1, "share": {"link": "https://example.org"}},
    }
    return chat.Message(**(whole | more))


def row(entry: chat.Entry, manifest: Manifest | None = None) -> Mapping[str, Any]:
    told = {**bounded_json(entry, "E000001"), "conversation_number": 0}
    ties = attachment_ties.AttachmentTies(manifest or Manifest())
    entry_said = (
        messages.transcript_entry(told, item(), ties)
        if told["entry"] == "message"
        else messages.transcript_gap(told, item())
    )
    return messages.transcript_row(entry_said, 1, "messenger", None)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"sender": None, "time": chat.NO_TIME, "attachments": (), "reactions": (), "details": None, "reply_to": None},
        {"native_id": None, "place": chat.ByteRange(0, 4), "sender": chat.MessageSender(None, (), None)},
        {"sender": chat.MessageSender(None, (chat.AccountId("user-id", "x\udcff", "display name"),), False)},
        {"text": "z" * (1 << 20)},
        {"details": {"x": "z" * (1 << 20)}, "attachments": (LOST,) * 60_000},
        {"native_id": "q" * (1 << 16), "sender": chat.MessageSender("z" * (1 << 20))},
    ],
)  # fmt: skip
def test_a_message_however_full_or_empty_or_long(changed: dict[str, Any]) -> None:
    sound_document("chats", row(message(**changed)))


def test_a_message_whose_attachments_are_in_the_case() -> None:
    known = Manifest(
        items={each.id: each for each in (item(), item("E000002", "phone/a.jpg", kind="jpeg", family="picture"))}
    )
    document = row(message(attachments=(chat.Attachment("a.jpg", chat.AttachmentStatus.UNKNOWN),)), known)
    assert document["attachment_items"] == [f"E000002 {SHA256}"]
    assert document["attachments"] == ["a.jpg (present)"]
    sound_document("chats", document)


@pytest.mark.parametrize("why", chat.UnreadReason)
def test_a_stretch_that_was_not_understood(why: chat.UnreadReason) -> None:
    for detail, place in (
        ("", chat.ByteRange(0, 0)),
        ("\udcff", chat.ByteRange(0, 9, chat.LineSpan(1, 1))),
        ("x", chat.ByteRange(0, 9, None, "/\udcff")),
    ):
        sound_document("chats", row(chat.Unread(place, why, detail)))
    sound_document(
        "chats",
        messages.transcript_row(messages.transcript_gap({"locator": None}, item()), 1, "line", None)
        | {"text": "malformed"},
    )


@pytest.mark.parametrize("sample", LEDGER, ids=lambda sample: str(sample["path"]))
def test_every_sample_of_every_format(sample: Mapping[str, Any]) -> None:
    export = item(path=f"phone/{sample['path']}")
    facts = checked_facts(
        worker.reading_facts(io.BytesIO(sample_bytes(sample["path"])), {"name": sample["path"], "beside": None})
    )
    sound_document("ingest", _ingest_view.outcome_json(chat_read(export.id, export.place, facts)))
    found = file_conversations(facts)
    for number, talk in enumerate(found, start=1):
        sound_document(
            "chats",
            conversation_row(CaseConversation(number, (ConversationPart(export, str(facts["format"]), talk),) * 2)),
        )
    about = {"name": sample["path"], "format": facts["format"], "item": export.id, "offset": 0, "count": 10**6}
    told: Any = worker.export_entries(io.BytesIO(sample_bytes(sample["path"])), about)
    for entry in told["entries"]:
        message_of_ours = entry["entry"] == "message"
        here = (
            messages.transcript_entry(entry, export, attachment_ties.AttachmentTies(Manifest()))
            if message_of_ours
            else messages.transcript_gap(entry, export)
        )
        platform, title = (found[0].platform, found[0].title) if found else ("mail", None)
        sound_document("chats", messages.transcript_row(here, 1, platform, title))
    named: Any = worker.find_identifiers(io.BytesIO(sample_bytes(sample["path"])), {**about, "region": "MA"})
    for each in gathered_identifiers(_named(each, export) for each in named["found"]):
        sound_document("identifiers", each.row())


@pytest.mark.parametrize(
    "recognition",
    [
        {"recognition": "contested", "formats": ["mail-eml", "mail-mbox"]},
        {"recognition": "failed", "problems": [{"code": "chat-not-read", "detail": "x"}]},
    ],
)
def test_an_export_that_was_not_read(recognition: dict[str, Any]) -> None:
    document = _ingest_view.outcome_json(chat_read("E000001", PLACES[2], checked_facts(recognition)))
    sound_document("ingest", document)
    sound_document("chats", document)


@pytest.mark.parametrize("place", PLACES)
def test_every_outcome_of_an_ingest(place: FoundAt) -> None:
    screen = Printed()
    one = outcome.Kept("E000001", place, "jpeg", "picture", 9, SHA256, False, False, ("not-decoded",), True)
    for each in (
        one,
        replace(one, name_agrees=None, described=True, problems=()),
        outcome.WitnessOutcome("W000001", place, "jpeg", "picture", 9, SHA256),
        outcome.SeenAgain("W000001", place),
        outcome.AlreadyInCase("E000001", place),
        outcome.Refused(place, "unreadable", "PermissionError: errno 13"),
        outcome.Refused(place, "member-size-over-file", None, 1 << 60),
        outcome.Refused(place, "excluded", "*.tmp", None),
        outcome.ContainerRead("W000001", place, 9, 8, 1, ("comment", "count-differs")),
        outcome.Unopened("E000001", place, "container-too-deep"),
        WouldKeep(place, "zip", "container", 9, 3, 1 << 60),
        WouldKeep(place, "text", "text", 9, None, 0),
    ):
        _ingest_view.show_outcome(screen, cast("Any", each))
        for command in ("ingest", "demo", "intake"):
            sound_document(command, screen.documents[-1])
    assert len(screen.documents) == 12


def kept_facts(event: str, **more: Any) -> dict[str, Any]:
    said_so = Provenance(
        "screenshot", "Nadia", "phone", "Larache", "none", "Fatima", "guardian", "nothing on it", "Android 14", "her",
        "WhatsApp", "Export chat", "18:47", "2026-11-23T18:48:00+01:00", "synchronised", ("Salma",), "with her",
        Screenshot("her", "phone", "May", "yes"), Posting("Instagram", "x", "https://a", "https://b", "May", "June"),
    )  # fmt: skip
    facts = {
        "salt": "0" * 32, "type": f"item.{event}", "by": "Salma B.", "kit": "1.0",
        "item": "E000001" if event == "kept" else "W000001", "path": "a/b.jpg", "path_bytes": "YQ==",
        "container": "E000009", "member": 3, "size": 9, "sha256": SHA256, "crc32": "00c0ffee",
        "kind": {"name": "jpeg", "family": "picture", "media_type": "image/jpeg"}, "name_agrees": None,
        "times": {"local": "2025-05-03T21:02:04", "utc": None},
        "attributes": [{"name": "user.x", "value": "y"}, {"name": "user.z", "size": 9, "sha256": SHA256}],
        "zone_identifier": {"from": "sidecar", "raw": "[ZoneTransfer]", "zone": "3", "host_url": "https://a"},
        "name_from": "assumed-cp437", "name_dangers": ["dot-dot", "duplicate"],
        "within": {"start": 0, "end": 4, "part": 1},
        "without": 1, "provenance": said_so.facts("+0100"), "sensitivity": "none", "declared_by": "Fatima",
        "declared_as": "guardian", "declared_words": "nothing on it", "unstable": True,
    }  # fmt: skip
    if event == "witnessed":
        del facts["crc32"]
        facts["around"] = [{"name": "chat.txt", "text": "…look…"}]
    return facts | more


def events(*told: tuple[str, Mapping[str, Any]]) -> Manifest:
    time = "2026-11-23T18:48:00.123456Z"
    return fold_events(LogEvent(line, time, kind, facts) for line, (kind, facts) in enumerate(told, start=1))


MARKED = {
    "items": ["E000001", "W000001"], "sensitivity": "intimate", "nature": "derived", "parent": "E000009",
    "transformation": "cut", "screenshot": {"taken_by": "her"}, "posting": {"platform": "x"},
    "said_by": "S", "said_as": "person", "words": None,
}  # fmt: skip
DESCRIBED = {
    "by": "S", "kit": "1", "item": "E000001", "describer": "picture/2", "versions": {"pillow": "1"},
    "parameters": {"pixels": False},
    "facts": {"width_pixels": 1, "exif": {"tags": []}}, "problems": [{"code": "exif-not-read", "detail": "x"}],
}  # fmt: skip

FAILED = {
    "by": "S", "kit": "1", "item": "E000001", "describer": "pdf", "facts": {},
    "problems": [{"code": "not-described", "detail": ""}],
}  # fmt: skip


def test_an_item_of_which_everything_is_known() -> None:
    again = {"item": "E000001", "path": "c/d.jpg"}
    audio = kept_facts("kept", item="E000002", kind={"name": "opus", "family": "audio", "media_type": "audio/ogg"})
    plain = {name: value for name, value in audio.items() if name not in {
        "path_bytes", "container", "member", "attributes", "zone_identifier", "name_from", "name_dangers", "within",
        "without", "declared_by", "declared_as", "declared_words", "unstable"}}  # fmt: skip
    manifest = events(
        ("item.kept", kept_facts("kept")),
        ("item.witnessed", kept_facts("witnessed")),
        ("item.described", DESCRIBED),
        ("item.described", FAILED),
        ("item.seen-again", again),
        ("item.marked", MARKED),
        ("item.excluded", {"items": ["E000001"], "reason": "not hers"}),
        ("item.kept", plain | {"provenance": Provenance().facts("+0000"), "times": {"modified_ns": "-5"}}),
    )  # fmt: skip
    assert len(manifest.everything) == 3
    for each in manifest.everything:
        sound_document("show", overview.everything_about(each))
        sound_document("list", overview.item_row(each))


def test_a_case_of_which_everything_is_known() -> None:
    opened = {
        "salt": "0" * 32, "type": "case.opened", "clear": {}, "by": "S", "kit": "1", "association": "LRC",
        "person": {"name": "S", "role": "r", "place": "L"}, "age_band": "minor", "age_known_by": "told",
        "guardian": Guardian("F", "mother", "card").facts(), "pseudonym": None, "retention": "2031-01-01",
        "minor_media": "witness", "recovery_to_file": True, "safety_asked": True, "reference": "114",
    }  # fmt: skip
    changes = {
        "minor_media": "keep",
        "minor_media_by": {"name": "M", "reason": "r"},
        "responsible": "S",
        "status": "closed",
    }
    manifest = events(
        ("case.opened", opened),
        ("case.updated", {"changes": changes, "reason": "r"}),
        ("consent.recorded", {"purpose": "takedown", "given": False, "on": "2026-11-23", "said_by": "guardian"}),
        ("note", {"text": "x", "readers": ["lawyer", "psychologist"]}),
        ("destroyed", {"clear": {"objects": ["E000004"]}, "reason": "r", "agreed_by": ["S", "O"], "whole": False}),
        ("sealed", {"archive": "x.sealed.zip"}),
    )  # fmt: skip
    sound_document("show", show._case(manifest, "LRC-2026-0001"))
    gone = {"clear": {"objects": ["E000004"]}, "reason": "r", "agreed_by": ["S", "O"], "whole": True}
    sound_document("show", show._case(events(("destroyed", gone)), "LRC-2026-0001"))
    told = {
        "demand": "2000 DH",
        "items": ["E000001"],
        "messages": [{"item": "E000001", "at": "5", "id": "x"}],
        "by": "S",
    }
    sound_document("threats", threats.threat_row(LogEvent(9, "2026-11-23T18:48:00.123456Z", "threat.recorded", told)))


def pairs() -> Iterator[SimilarPair]:
    outline, area = (Point(-5, 0), Point(3, 4)), Area(0, 0, 3, 4)
    inside = Transformation(True, -90, True, 40, 60, "screenshot", "picture", "upper-left", outline, area, None)
    altered = replace(inside, lies_in=None, agreed=Area(0, 0, 2, 2), differs=(Area(0, 0, 1, 1),))
    whole = replace(inside, inside=None, place=None, lies_in=None, agreed=Area(0, 0, 1, 1), turned_degrees=180)
    film = MatchScore(60, 0, 0, 0, 0, 0, 0)
    yield SimilarPair(
        "E000001", "E000002", "picture-inside", "keypoints", MatchScore(None, 5, 9, 3, 2, 0.5, 0.5), inside
    )
    yield SimilarPair("E000001", "found/a.jpg", "same-picture", "sha256")
    yield SimilarPair("E000001", "LRC-2026-0002/E000007", "to-judge", "pdq", film, None, 1.0, 0, 2500)
    yield SimilarPair("E000001", "E000003", "same-picture", "pdq", MatchScore(5, 9, 9, 9, 9, 1, 1), whole)
    yield SimilarPair("E000001", "E000004", "same-picture", "pdq", MatchScore(5, 9, 9, 9, 9, 1, 1), altered)


def test_pairs_of_every_kind() -> None:
    screen = Printed()
    found = MatchResult(
        pairs=list(pairs()),
        clusters=[("E000001", "found/a.jpg")],
        candidates={"found/a.jpg": Candidate("found/a.jpg", SHA256, Path("found/a.jpg"))},
        not_compared=[NotCompared("x", "unreadable: PermissionError: errno 13"), NotCompared("y", "not-declared")],
        compared=3,
        other_case="LRC-2026-0002",
    )
    _match_view.show_matches(screen, found, "LRC-2026-0001", {})
    for command in ("match", "demo"):
        sound_document(command, screen.documents[0])
    broken = screen.documents[0] | {"pairs": [screen.documents[0]["pairs"][0] | {"candidate": "x"}]}
    assert not judge("match").is_valid(broken)


def test_a_report_with_everything_in_it() -> None:
    at = datetime(2026, 11, 23, 18, 48, tzinfo=UTC)
    stamp = Stamp(at=at, authority=None, policy="1.2", serial=5, imprint=SHA256, nonce=None)
    report = Report(
        Verdict.BROKEN, "LRC-2026-0001", "case", "LRC-2026-0001",
        findings=[
            Finding("log-cut", Weight.BROKEN, "custody.jsonl", 5),
            Finding("log-line-malformed", Weight.BROKEN, None, None, "E000001", {"reason": "x"}),
        ],
        anchors=[Anchor(5, "time-stamp", at.isoformat()), Anchor(5, "receipt", "2026-11-23T18:48:00.123456Z")],
        lines=9, items_of=None, destroyed=("E000004",), signers=(SIGNER,), being_written=True,
        time_stamps=[
            ShownStamp(5, 0, broken=True),
            ShownStamp(6, 4, stamp, CheckedStamp("openssl", SHA256), 0),
            ShownStamp(7, 4, replace(stamp, authority="CN=x"), None, -1),
        ],
    )  # fmt: skip
    document = _verdict_view.report_json(Screen("ar", json=True), report, {SIGNER: "Salma"})
    assert document["time_stamps"][0]["stamped_at"] is None  # type: ignore[index, call-overload]
    for command in ("verify", "demo"):
        sound_document(command, document)
    sound_document("verify", {"below": "a/b", **document})


def test_steps_of_a_batch_of_every_kind() -> None:
    screen = Printed()
    totals = outcome.Totals(kept=1)
    totals.count_file("picture", "kept")
    totals.count_file("none", "refused")
    verified = {"verdict": "BROKEN", "items": 1, "items_of": None, "findings": [
        {"code": "log-cut", "weight": "broken", "file": None, "line": None, "item": None}]}  # fmt: skip
    compared = {
        "compared": 1,
        "pairs": [each.facts({"found/a.jpg"}, "LRC-2026-0002") for each in pairs()],
        "not_compared": [],
        "to_try_again": 0,
    }
    sealed = {"archive": "a.sealed.zip", "sha256": SHA256, "receipt": "-".join(["ABCD"] * 9)}
    whole = {**sealed, "size": 9, "items_in": 1, "items_of": 2, "passphrase_file": None}
    refused = {"not_kept": [{"path": "a", "reason": "symlink"}], "to_try_again": 0}
    done: list[tuple[str, int, Mapping[str, Any]]] = [
        ("new", 0, {"path": "x"}), ("match", 3, compared), ("seal", 0, sealed), ("seal", 0, whole),
        ("verify", 4, verified), ("ingest", 3, {**totals.facts(), **refused}),
    ]  # fmt: skip
    for step, code, facts in done:
        _batch_view.show_outcome(screen, batch.StepResult(2, "one", "LRC-2026-0001", step, "done", code, facts))
    would: list[tuple[str, Mapping[str, Any]]] = [
        ("new", {"age": "adult"}), ("ingest", {"size": 5}), ("match", {}), ("verify", {}), ("seal", {"size": 5}),
        ("seal", {"size": 5, "items_in": 1, "items_of": 2}),
    ]  # fmt: skip
    for step, facts in would:
        _batch_view.show_outcome(screen, batch.StepResult(2, "one", "LRC-2026-0001", step, "would-do", 0, facts))
    _batch_view.show_outcome(screen, batch.StepResult(2, "one", None, "verify", "not-tried"))
    _batch_view.show_outcome(screen, batch.StepResult(2, "one", None, "seal", "done-before"))
    trouble = batch.ErrorFacts(2, "batch-key-unknown", {"line": 2, "column": 1, "key": "x", "nearest": "y"})
    _batch_view.show_outcome(screen, batch.StepResult(2, "one", None, "check", "failed", 2, {}, trouble))
    _batch_view.show_batch_result(screen, batch.BatchResult(2, 1, 130, stopped=True), dry_run=False)
    assert len(screen.documents) == 16
    for document in screen.documents:
        sound_document("batch", document)


def test_values_of_every_type() -> None:

    from evidence_kit.chats.stated_time import StatedTime

    seen = StatedTime("x", "offset", "2025-05-03T21:02:04+01:00")
    for kind, details in (
        ("phone", None), ("handle", {"platform": "instagram"}), ("profile", {"platform": "x.com", "account": "a"}),
        ("rib", {"bank-code": "007", "bank": "AWB"}), ("iban", {"country": "FR"}),
        ("iban", {"country": "MA", "bank-code": "007"}),
        ("transfer_code", {"services": ["wafacash"]}), ("amount", {"in-dirhams": "20"}),
    ):  # fmt: skip
        named = NamedIdentifier(
            kind, "v", "low", {"at-sign": None}, {"region MA": None}, details, 1, None, seen, {"A": 1}, ["E000001:5"]
        )
        sound_document("identifiers", named.row())
        sound_document(
            "threats", {"number": 1, "suggestion": named.row(), "accounts": [{"type": "phone", "value": "v"}]}
        )


def test_a_plain_copy_in_every_state() -> None:
    from evidence_kit.workflows.upkeep.tidy import PlainFile, PlainState

    for state in PlainState:
        for outcome_of in ("found", "deleted", "not-deleted"):
            sound_document("tidy", tidy._row(PlainFile(Path("x"), state), outcome_of))
            sound_document("tidy", tidy._row(PlainFile(Path("x"), state, "W000001", 5, Digest(SHA256)), outcome_of))
