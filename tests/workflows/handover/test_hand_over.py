"""What leaves the case and what comes back: names, confirmations, passphrases, an authority's clock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rfc3161_client import decode_timestamp_response

from evidence_kit.custody.verdict import Verdict
from evidence_kit.keys import sshsig, timestamp
from evidence_kit.keys.sshsig import ARCHIVE_NAMESPACE, RECEIVED_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing.errors import NoSealError, ReceivedRefusedError, StampRefusedError
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover import timestamps, transfers
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.handover.sealed import SealResult
from evidence_kit.workflows.handover.timestamps import OutsideFacts
from evidence_kit.workflows.handover.transfers import HandOver
from evidence_kit.workflows.reading.overview import log_rows
from tests.authority import Authority, needs_openssl, online
from tests.conftest import NewCase
from tests.workflows.helpers import take_in

DIGITS = "1" * 28
RECEIVER = SigningKey.from_seed(bytes(range(9, 41)))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    made = Authority(tmp_path_factory.mktemp("authority") / "tsa")
    with online(made):
        yield made


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger") / "tsa", chain=False)


@pytest.fixture
def writer(new_case: NewCase, source: Path) -> CaseWriter:
    made = new_case()
    take_in(made, source)
    return made


@pytest.fixture
def sealed(writer: CaseWriter, key: SigningKey, tmp_path: Path) -> SealResult:
    return make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), DIGITS)


def confirmation(
    sealed: SealResult, by: SigningKey = RECEIVER, namespace: str = RECEIVED_NAMESPACE
) -> tuple[bytes, bytes]:
    statement = (sealed.folder / f"{sealed.archives[0].stem}.statement.txt").read_bytes()
    return sshsig.armour(by.sign(statement, namespace).blob), statement


def asked_of(writer: CaseWriter) -> bytes:
    return timestamp.stamp_request(timestamps.line_bytes(writer.case, writer.case.custody.commits[-1]))


@needs_openssl
def test_a_time_stamp_over_the_network_anchors_the_log(
    writer: CaseWriter, key: SigningKey, authority: Authority, tmp_path: Path
) -> None:
    before = writer.case.custody.commits[-1]
    asked = asked_of(writer)
    shown = timestamps.attach_stamp(writer, timestamps.ask_authority(authority.url, asked), [authority.root], asked)
    assert shown.covers == before.line
    assert shown.checked is not None
    assert shown.stamp is not None
    assert shown.stamp.authority == "CN=Clock of Larache"
    outside = OutsideFacts([authority.root])
    folder = writer.case.folder.root
    report = verify_case(folder, key, outside=outside)
    assert (report.verdict, report.findings) == (Verdict.ANCHORED, [])
    assert [(each.kind, each.through) for each in report.anchors] == [("time-stamp", before.line)]
    (row,) = (each for each in log_rows(writer.case) if each["type"] == "anchored")
    assert row["stamp"] == {"at": shown.stamp.at.isoformat(), "authority": "CN=Clock of Larache"}
    sealed = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "out"), DIGITS)
    assert verify_archive(sealed.archive, DIGITS, outside=outside).verdict is Verdict.ANCHORED
    unknown = verify_archive(sealed.archive, DIGITS)
    assert unknown.verdict is Verdict.CONSISTENT
    assert [each.code for each in unknown.findings] == ["time-stamp-authority-unknown"]


@needs_openssl
def test_a_root_of_somebody_else_vouches_for_nothing(
    writer: CaseWriter, authority: Authority, stranger: Authority
) -> None:
    answer = authority.reply(asked_of(writer))
    with pytest.raises(StampRefusedError) as refused:
        timestamps.attach_stamp(writer, answer, [stranger.root])
    assert refused.value.message_id == "stamp-not-vouched-for"
    timestamps.attach_stamp(writer, answer, [])
    report = verify_case(writer.case.folder.root, outside=OutsideFacts([stranger.root]))
    assert (report.verdict, [each.code for each in report.findings]) == (
        Verdict.CONSISTENT,
        ["time-stamp-authority-unknown"],
    )


@needs_openssl
def test_a_carried_answer_has_to_be_over_this_log_and_to_this_request(writer: CaseWriter, authority: Authority) -> None:
    asked = asked_of(writer)
    assert timestamp.request_nonce(asked) == timestamp.read_stamp(authority.reply(asked)).nonce
    for data, problem in (
        (authority.reply(timestamp.stamp_request(b"another line")), "stamp-of-nothing-here"),
        (b"no time stamp at all", "stamp-malformed"),
        (bytes(60_000), "stamp-too-long"),
    ):
        with pytest.raises(StampRefusedError) as refused:
            timestamps.attach_stamp(writer, data, [authority.root])
        assert refused.value.message_id == problem
    with pytest.raises(StampRefusedError) as other:
        timestamps.attach_stamp(writer, authority.reply(asked), [authority.root], asked_of(writer))
    assert other.value.message_id == "stamp-of-another-request"


@needs_openssl
def test_a_bare_token_is_taken_too(writer: CaseWriter, stranger: Authority) -> None:
    bare = decode_timestamp_response(stranger.reply(asked_of(writer))).time_stamp_token()
    assert timestamp.stamp_answer(bare) != bare
    assert timestamps.attach_stamp(writer, bare, [stranger.root]).checked is not None


@needs_openssl
def test_an_answer_whose_certificates_are_not_sorted_is_checked_too(
    writer: CaseWriter, authority: Authority, stranger: Authority
) -> None:
    sorted_one = timestamps.attach_stamp(writer, stranger.reply(asked_of(writer)), [stranger.root]).checked
    assert sorted_one is not None
    assert sorted_one.by == "rfc3161-client"
    unsorted = authority.reply(asked_of(writer))
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        decode_timestamp_response(unsorted)
    checked = timestamps.attach_stamp(writer, unsorted, [stranger.root, authority.root]).checked
    assert checked is not None
    assert checked.by == "rfc3161-client"


@needs_openssl
def test_a_token_that_is_moved_to_another_line_is_found(writer: CaseWriter, authority: Authority) -> None:
    import base64

    from evidence_kit.custody.event import Event

    answer = authority.reply(asked_of(writer))
    earlier = writer.case.custody.commits[0].line
    token = base64.b64encode(answer).decode()
    writer.commit([Event("anchored", {}, clear={"line": earlier, "token": token})])
    writer.commit([Event("anchored", {}, clear={"line": earlier, "token": base64.b64encode(b"junk").decode()})])
    report = verify_case(writer.case.folder.root, outside=OutsideFacts([authority.root]))
    assert report.verdict is Verdict.BROKEN
    assert [each.code for each in report.findings] == ["time-stamp-of-another-line", "time-stamp-malformed"]


def test_nobody_answers() -> None:
    with pytest.raises(StampRefusedError):
        timestamps.ask_authority("http://127.0.0.1:9/", b"x")


def test_a_hand_over_has_both_names_and_the_archives(writer: CaseWriter, sealed: SealResult) -> None:
    day = writer.world.clock.now().date()
    over = HandOver(
        "archive", "Salma B.", "Me Idrissi", "complaint", "Larache", day, received_for="the bar", means="stick"
    )
    transfers.record_transfer(writer, over)
    (entry,) = writer.manifest.entries["transfer.out"]
    assert (entry.facts["given_by"], entry.facts["received_by"], entry.facts["purpose"]) == (
        "Salma B.",
        "Me Idrissi",
        "complaint",
    )
    assert entry.facts["archives"] == [
        {"archive": sealed.archives[0].name, "sha256": sealed.sha256, "size": sealed.size_bytes}
    ]


def test_a_confirmation_anchors_only_for_whoever_knows_the_key(
    writer: CaseWriter, key: SigningKey, sealed: SealResult
) -> None:
    armoured, statement = confirmation(sealed)
    day = writer.world.clock.now().date()
    found, lines, _ = transfers.record_confirmation(writer, armoured, statement, "Me Idrissi", day)
    assert (found, lines) == (RECEIVER.public.fingerprint, sealed.lines)
    (sealed.folder / f"{sealed.archives[0].stem}.received.sig").write_bytes(armoured)
    knowing = OutsideFacts(receivers={found: "Me Idrissi"})
    for report in (
        verify_archive(sealed.archive, DIGITS, outside=knowing),
        verify_case(writer.case.folder.root, key, outside=knowing),
    ):
        assert (report.verdict, report.findings) == (Verdict.ANCHORED, [])
        assert [(each.kind, each.through) for each in report.anchors] == [("counter-signature", lines)]
    ours = OutsideFacts(known={found: "Nadia L."})
    for outside, code in ((OutsideFacts(), "received-key-unknown"), (ours, "received-key-not-a-receiver")):
        for report in (
            verify_archive(sealed.archive, DIGITS, outside=outside),
            verify_case(writer.case.folder.root, key, outside=outside),
        ):
            assert report.verdict is Verdict.CONSISTENT
            assert [each.code for each in report.findings] == [code]


def test_a_signer_of_the_case_cannot_confirm_for_a_receiver(key: SigningKey, sealed: SealResult) -> None:
    armoured, _ = confirmation(sealed, key)
    (sealed.folder / f"{sealed.archives[0].stem}.received.sig").write_bytes(armoured)
    for outside in (
        OutsideFacts(known={key.public.fingerprint: "us"}),
        OutsideFacts(receivers={key.public.fingerprint: "us"}),
    ):
        assert verify_archive(sealed.archive, DIGITS, outside=outside).verdict is Verdict.CONSISTENT
    (sealed.folder / f"{sealed.archives[0].stem}.received.sig").write_bytes(confirmation(sealed, namespace="file")[0])
    report = verify_archive(sealed.archive, DIGITS)
    assert (report.verdict, [each.code for each in report.findings]) == (Verdict.CONSISTENT, ["received-file-invalid"])


def test_what_is_no_confirmation_of_ours_is_refused(writer: CaseWriter, sealed: SealResult) -> None:
    armoured, statement = confirmation(sealed)
    day = writer.world.clock.now().date()
    foreign = statement.replace(sealed.sha256.encode(), b"0" * 64)
    for signature, text in (
        (confirmation(sealed, namespace=ARCHIVE_NAMESPACE)[0], statement),
        (armoured, foreign),
        (sshsig.armour(RECEIVER.sign(foreign, RECEIVED_NAMESPACE).blob), foreign),
        (b"nonsense", statement),
    ):
        with pytest.raises(ReceivedRefusedError):
            transfers.record_confirmation(writer, signature, text, "Me Idrissi", day)
    assert "transfer.in" not in writer.manifest.entries


def test_the_passphrase_comes_again_out_of_the_case_and_the_log_says_so(writer: CaseWriter, sealed: SealResult) -> None:
    shutil.rmtree(sealed.folder)
    name, secret = transfers.show_passphrase(writer)
    assert (name, secret) == (sealed.archives[0].name, DIGITS)
    assert writer.manifest.entries["exported"][-1].facts["what"] == "passphrase"
    with pytest.raises(NoSealError):
        transfers.show_passphrase(writer, 1)
