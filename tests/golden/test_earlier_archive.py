"""What version 0.1.0 wrote still verifies: an archive and a case with a removed signer, a receipt and a time stamp.

The stamp's certificates are not in DER's order: that version needed the program `openssl` to check it.
"""

from __future__ import annotations

import json
from pathlib import Path

from evidence_kit.custody.verdict import Verdict
from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover.timestamps import OutsideFacts

EARLIER = Path(__file__).parent / "archive-of-0.1.0"
FACTS = json.loads((EARLIER / "facts.json").read_text("utf-8"))
ROOT = OutsideFacts([(EARLIER / "root.pem").read_bytes()])
ARCHIVE = EARLIER / "LRC-2026-0001.sealed.zip"
CASE = EARLIER / "case" / "LRC-2026-0001"


def test_an_archive_of_the_version_before_is_anchored_as_it_was() -> None:
    report = verify_archive(ARCHIVE, FACTS["digits"], FACTS["receipt"], outside=ROOT)
    assert report.verdict is Verdict.ANCHORED
    assert [each.code for each in report.findings] == ["allowed-signers-of-earlier-form"]
    assert [(each.kind, each.through) for each in report.anchors] == [("receipt", 10), ("time-stamp", 25)]
    assert (report.items, report.items_here, report.items_behind) == (3, 3, 0)


def test_without_a_root_its_stamp_fixes_nothing() -> None:
    report = verify_archive(ARCHIVE, FACTS["digits"])
    assert report.verdict is Verdict.CONSISTENT
    codes = [each.code for each in report.findings]
    assert codes == ["allowed-signers-of-earlier-form", "time-stamp-authority-unknown"]


def test_a_case_of_the_version_before_is_sound_with_and_without_its_key() -> None:
    for key in (None, SigningKey.from_seed(bytes(range(32)))):
        report = verify_case(CASE, key, receipt=FACTS["receipt"], outside=ROOT)
        assert (report.verdict, report.findings, report.items) == (Verdict.ANCHORED, [], 3)
