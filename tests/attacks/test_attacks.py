"""Every attack gives the finding that the table names, and the table in docs is the list."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from evidence_kit.custody.verdict import Verdict
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.words import findings
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.write import writing
from evidence_kit.workflows.checking.compare import compare_logs, folder_log
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from tests.attacks.conftest import DIGITS, Check, Material
from tests.attacks.generator import BESIDE, FOLDERS, ON_ARCHIVES, REWRITES, Attack, OnBeside, OnFolder, archive_of, rows
from tests.e2e.conftest import ROOT

TABLE = (ROOT / "docs" / "ATTACKS.md").read_text("utf-8")


def named(attack: Attack) -> str:
    return attack.what


def judged(attack: Attack, report: Report) -> None:
    assert report.verdict.value == attack.verdict, report.findings
    codes = {finding.code for finding in report.findings}
    assert codes <= set(findings())
    assert attack.code in codes if attack.code else codes or attack.verdict == "CONSISTENT"


@pytest.mark.parametrize("attack", ON_ARCHIVES, ids=named)
def test_an_attacked_archive_is_found(attack: Attack, material: Material, check: Check) -> None:
    judged(attack, check(archive_of(attack, material)))


@pytest.mark.parametrize("attack", BESIDE, ids=named)
def test_what_lies_beside_an_archive_is_held_against_it(attack: OnBeside, material: Material, archive: Path) -> None:
    assert verify_archive(archive, DIGITS).findings == []
    attack.make(material, archive.parent)
    judged(attack, verify_archive(archive, DIGITS))


@pytest.mark.parametrize("attack", FOLDERS, ids=named)
def test_an_attacked_case_folder_is_found(attack: OnFolder, material: Material, case: Path) -> None:
    attack.make(material, case)
    left = next(path.parent for path in case.parent.glob("*/custody.jsonl"))
    judged(attack, verify_case(left))


@pytest.mark.parametrize("attack", [each for each in FOLDERS if "pipe" in each.what], ids=named)
def test_a_pipe_makes_nobody_wait_who_has_the_key(attack: OnFolder, material: Material, case: Path) -> None:
    attack.make(material, case)
    judged(attack, verify_case(case, material.key))


@pytest.mark.parametrize("attack", [each for each in FOLDERS if "time stamp" in each.what], ids=named)
def test_what_is_wrong_with_a_time_stamp_is_found_in_an_archive_too(
    attack: OnFolder, material: Material, case: Path, tmp_path: Path
) -> None:
    attack.make(material, case)
    forgetful = Station(
        tmp_path / "forgets", "LRC", material.station.person, material.key.public, material.station.recovery, False,
        case.parent,
    )  # fmt: skip
    with writing(CaseFolder(case), material.key, forgetful, material.world) as writer:
        sealed = make_seal(writer, material.key, SealOrder("lawyer", None, {}, None, tmp_path / "stamped"), DIGITS)
    judged(attack, verify_archive(sealed.archive, DIGITS))


@pytest.mark.parametrize("attack", REWRITES, ids=named)
def test_a_whole_rewrite_is_consistent_and_only_the_receipt_breaks_it(
    attack: Attack, material: Material, tmp_path: Path
) -> None:
    path = tmp_path / material.sealed.archive.name
    path.write_bytes(archive_of(attack, material))
    assert path.read_bytes() != material.sealed.archive.read_bytes()
    without = verify_archive(path, DIGITS)
    assert (without.verdict, without.findings) == (Verdict.CONSISTENT, [])
    with_receipt = verify_archive(path, DIGITS, material.receipt)
    assert with_receipt.verdict is Verdict.BROKEN
    assert [finding.code for finding in with_receipt.findings] == ["receipt-not-found"]
    assert verify_archive(material.sealed.archive, DIGITS, material.receipt).verdict is Verdict.ANCHORED


def test_two_logs_that_one_key_wrote_from_one_case_are_told_apart(
    material: Material, case: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / case.name
    shutil.copytree(case, other)
    for folder, text in ((case, "here"), (other, "there")):
        station = Station(
            folder.parent / "forgets", "LRC", material.station.person, material.key.public, material.station.recovery,
            False, folder.parent,
        )  # fmt: skip
        with writing(CaseFolder(folder), material.key, station, material.world) as writer:
            record.record_note(writer, text, ["association"])
        assert verify_case(folder).findings == []
        assert verify_case(folder, receipt=material.receipt).verdict is Verdict.ANCHORED
    compared = compare_logs(folder_log(case), folder_log(other))
    assert [finding.code for finding in compared.findings] == ["log-forked"]


def test_the_table_in_the_documents_is_this_list() -> None:
    shown = re.findall(r"^\| (.+?) \| (.+?) \| (`[a-z-]+`|none|any) \| ([A-Z ]+) \|$", TABLE, re.MULTILINE)
    assert [tuple(row) for row in shown] == rows()


def test_no_attack_stands_twice() -> None:
    names = [row[:2] for row in rows()]
    assert len(set(names)) == len(names)
