"""The page and the program say the same of every archive: verdict, codes, places, counts."""

from __future__ import annotations

import io
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pyzipper

from evidence_kit.commands._neutral_text import neutral_text
from evidence_kit.custody.checkpoint import normalise_receipt
from evidence_kit.hashing import paper
from evidence_kit.hashing.paper import TypedWronglyError
from evidence_kit.sealing import passphrase
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.words import findings
from evidence_kit.workflows.case.write import writing
from evidence_kit.workflows.checking.verify import verify_archive
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from tests.attacks.conftest import DIGITS, Material
from tests.attacks.generator import BESIDE, FOLDERS, OnFolder
from tests.attacks.liar import Line, tells, told_anew
from tests.attacks.rebuild import pack, relist, unpack
from tests.attacks.test_archives import CHANGES
from tests.authority import needs_openssl
from tests.vectors.rules import rules
from tests.web import archives, fuzzed
from tests.web.alike import answered, said
from tests.web.core import PAGE, answers, needs_node

pytestmark = needs_node


# Each byte at the edges is a whole check by both: every third here, all in `make deep`.
@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.deep)])
def test_page_and_program_agree_on_every_attacked_archive(step: int, material: Material, tmp_path: Path) -> None:
    jobs, expected = [], []
    for number, (name, data) in enumerate(archives.all_of_them(material, step)):
        path = tmp_path / str(number) / "LRC-2026-0001.sealed.zip"
        path.parent.mkdir()
        path.write_bytes(data)
        jobs.append({"path": str(path), "passphrase": DIGITS})
        expected.append((name, said(verify_archive(path, DIGITS))))
    table = findings()
    for answer, (name, report) in zip(answers(jobs), expected, strict=True):
        assert answered(answer) == report, name
        for each in answer["findings"]:
            assert table[each["code"]].in_archive == each["weight"]


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 150), *(pytest.param(seed, 1000, marks=pytest.mark.deep) for seed in range(2, 10))]
)
def test_page_and_program_agree_on_whatever_a_key_holder_says(
    seed: int, count: int, material: Material, tmp_path: Path
) -> None:
    jobs, expected, codes = [], [], set()
    for number, (name, data) in enumerate(fuzzed.archives(material, count, seed)):
        path = tmp_path / str(number) / "LRC-2026-0001.sealed.zip"
        path.parent.mkdir()
        path.write_bytes(data)
        jobs.append({"path": str(path), "passphrase": DIGITS})
        report = verify_archive(path, DIGITS)
        codes |= {each.code for each in report.findings}
        expected.append((name, said(report)))
    for answer, (name, report_said) in zip(answers(jobs), expected, strict=True):
        assert answered(answer) == report_said, name
    assert codes >= {"seal-plan-malformed", "log-clear-not-understood", "opening-malformed", "log-object-twice"}


def _plan(name: str, value: object) -> Callable[[list[Line]], object]:
    def change(lines: list[Line]) -> None:
        said_last = lines[-2].opened
        assert said_last is not None
        said_last[name] = value

    return change


def _first_item(lines: list[Line]) -> None:
    opened = next(each.opened for each in lines if each.opened is not None and each.opened["type"] == "item.kept")
    opened["item"] = [opened["item"]]


# What a language may take for the thing itself: digits in quotes, true for one, a list of one, an empty object.
LOOSE: dict[str, tuple[Callable[[list[Line]], object], str]] = {
    "a count in quotes": (_plan("items_of", "3"), "seal-plan-malformed"),
    "a count below nothing": (_plan("items_of", -1), "seal-plan-malformed"),
    "true for one": (_plan("items", [[True, 3]]), "seal-plan-malformed"),
    "a purpose in a list": (_plan("purpose", ["lawyer"]), "seal-plan-malformed"),
    "a form in quotes": (_plan("form", "1"), "seal-plan-malformed"),
    "an item in a list": (_first_item, "item-without-event"),
    "a line in quotes": (tells("anchored", {"line": "2", "token": "MAMCAQA="}), "log-clear-not-understood"),
    "objects that are no list": (tells("destroyed", {"objects": {}, "bodies": {}}), "log-clear-not-understood"),
}


@pytest.mark.parametrize("lie", LOOSE)
def test_neither_takes_a_value_for_what_it_is_not(lie: str, material: Material, tmp_path: Path) -> None:
    change, code = LOOSE[lie]
    path = tmp_path / "LRC-2026-0001.sealed.zip"
    path.write_bytes(pack(told_anew(unpack(material.sealed.archive.read_bytes()), material.key, change)))
    report = verify_archive(path, DIGITS)
    assert code in {each.code for each in report.findings}
    (answer,) = answers([{"path": str(path), "passphrase": DIGITS}])
    assert answered(answer) == said(report)


@needs_openssl
@pytest.mark.parametrize("attack", [each for each in FOLDERS if "time stamp" in each.what], ids=lambda each: each.what)
def test_what_only_the_program_finds_is_said_to_be_not_checked(
    attack: OnFolder, material: Material, case: Path, tmp_path: Path
) -> None:
    attack.make(material, case)
    who = material.station
    forgetful = replace(who, folder=tmp_path / "no", cases=case.parent)
    with writing(CaseFolder(case), material.key, forgetful, material.world) as writer:
        sealed = make_seal(writer, material.key, SealOrder("lawyer", None, {}, None, tmp_path / "stamped"), DIGITS)
    report = verify_archive(sealed.archive, DIGITS)
    assert [each.code for each in report.findings] == [attack.code]
    (answer,) = answers([{"path": str(sealed.archive), "passphrase": DIGITS}])
    assert answered(answer) == said(report)
    assert [each["through"] for each in answer["stamps"]] == [each.covers for each in report.time_stamps]


def test_every_code_of_an_archive_is_one_of_the_page_or_said_to_be_none() -> None:
    script = PAGE.read_text("utf-8")
    both = {rule.code for rule in rules() if rule.who == "both"}
    for code in findings():
        # The page names the code where it gives it, and once a language where it says what it means.
        given = re.search(rf'[^.]"{code}"', script) is not None
        assert given == (code in both), code


def test_a_wrong_passphrase_accuses_nobody_and_shows_nothing(material: Material, tmp_path: Path) -> None:
    chance = tmp_path / "LRC-2026-0001.sealed.zip"
    chance.write_bytes(archives.chance(material.sealed.archive.read_bytes()))
    jobs = [
        {"path": str(material.sealed.archive), "passphrase": "9" * 28},
        {"path": str(chance), "passphrase": "7" * 28},
    ]
    for job, answer in zip(jobs, answers(jobs), strict=True):
        assert answered(answer) == said(verify_archive(Path(job["path"]), job["passphrase"]))
        assert answer["verdict"] == "NOT CHECKED"
        assert answer["inside"] is False


def test_the_receipt_is_judged_alike(material: Material) -> None:
    alien = paper.to_paper(paper.from_paper(material.receipt, 20)[::-1])
    receipts = {
        material.receipt: "ANCHORED",
        material.sealed.receipt_code: "ANCHORED",
        alien: "BROKEN",
    }
    jobs = [{"path": str(material.sealed.archive), "passphrase": DIGITS, "receipt": each} for each in receipts]
    for (receipt, verdict), answer in zip(receipts.items(), answers(jobs), strict=True):
        assert answered(answer) == said(verify_archive(material.sealed.archive, DIGITS, receipt))
        assert answer["verdict"] == verdict


def test_the_statement_is_judged_alike(material: Material, archive: Path, tmp_path: Path) -> None:
    name = f"{material.case.name}.statement.txt"
    jobs, expected = [], []
    for ending in ("", ".sig"):
        data = archive.with_name(name + ending).read_bytes()
        for at in range(0, len(data), 7):
            folder = tmp_path / f"{ending}{at}"
            folder.mkdir()
            changed = bytearray(data)
            changed[at] ^= random.Random(at).choice((0x01, 0x80))
            for beside in (archive, archive.with_name(name), archive.with_name(name + ".sig")):
                (folder / beside.name).write_bytes(beside.read_bytes())
            (folder / (name + ending)).write_bytes(bytes(changed))
            jobs.append(_with_statement(folder / archive.name, name))
            expected.append(said(verify_archive(folder / archive.name, DIGITS)))
    untouched = _with_statement(archive, name)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    for each in (name, name + ".sig"):
        (foreign / each).write_bytes(archive.with_name(each).read_bytes())
    repacked = foreign / archive.name
    repacked.write_bytes(pack(unpack(archive.read_bytes())))
    jobs += [untouched, _with_statement(repacked, name)]
    expected += [said(verify_archive(archive, DIGITS)), said(verify_archive(repacked, DIGITS))]
    assert [answered(answer) for answer in answers(jobs)] == expected
    assert expected[-2]["findings"] == []
    assert expected[-1]["findings"][0][0] == "statement-differs"


def test_what_lies_beside_is_judged_alike(material: Material, tmp_path: Path) -> None:
    jobs, expected = [], []
    for number, attack in enumerate(BESIDE):
        folder = tmp_path / str(number)
        shutil.copytree(material.sealed.folder, folder)
        attack.make(material, folder)
        path = folder / material.sealed.archive.name
        job = _with_statement(path, f"{material.case.name}.statement.txt")
        jobs.append({key: value for key, value in job.items() if key == "passphrase" or Path(value).is_file()})
        expected.append((attack.what, said(verify_archive(path, DIGITS))))
    for answer, (name, report) in zip(answers(jobs), expected, strict=True):
        assert answered(answer) == report, name


def _with_statement(archive: Path, name: str) -> dict[str, Any]:
    statement = str(archive.with_name(name))
    return {"path": str(archive), "passphrase": DIGITS, "statement": statement, "signature": statement + ".sig"}


def test_what_was_taken_out_of_its_shell_is_judged_as_inside_of_it(material: Material, tmp_path: Path) -> None:
    jobs, expected = [], []
    for number, (name, data) in enumerate(archives.repacked(material)):
        sealed = tmp_path / str(number) / "evidence.zip"
        sealed.parent.mkdir()
        sealed.write_bytes(data)
        expected.append((name, said(verify_archive(sealed, DIGITS))))
        with pyzipper.AESZipFile(io.BytesIO(data)) as outer:
            outer.setpassword(DIGITS.encode())
            sealed.write_bytes(outer.read("evidence.zip"))
        jobs.append({"path": str(sealed), "passphrase": ""})
    for answer, (name, report) in zip(answers(jobs), expected, strict=True):
        if name != "no members":
            assert answered(answer) == report, name


def test_an_unpacked_folder_is_judged_as_what_it_was_unpacked_from(material: Material, tmp_path: Path) -> None:
    members = unpack(material.sealed.archive.read_bytes())
    jobs: list[dict[str, Any]] = []
    expected = []
    for name, (change, _) in CHANGES.items():
        changed = relist(change(members), None)
        sealed = tmp_path / f"{len(jobs)}.sealed.zip"
        sealed.write_bytes(pack(changed))
        expected.append((name, {each.code for each in verify_archive(sealed, DIGITS).findings}))
        folder = tmp_path / str(len(jobs)) / "renamed by somebody"
        for path, content in {**changed, "data/Thumbs.db": b"litter"}.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        jobs.append({"folder": str(folder), "passphrase": ""})
    for answer, (name, codes) in zip(answers(jobs), expected, strict=True):
        # A folder has no order in which its files lie.
        ordered = codes - {"archive-member-misplaced"}
        assert {each["code"] for each in answer["findings"]} == ordered | {"file-of-the-system"}, name


def test_what_was_taken_out_and_then_cut_is_not_checked(material: Material, tmp_path: Path) -> None:
    with pyzipper.AESZipFile(material.sealed.archive) as outer:
        outer.setpassword(DIGITS.encode())
        data = outer.read("evidence.zip")
    jobs = []
    for length in (*range(100, len(data), 977), *range(len(data) - 60, len(data))):
        path = tmp_path / str(length)
        path.write_bytes(data[:length])
        jobs.append({"path": str(path), "name": "evidence.zip", "passphrase": ""})
    for job, answer in zip(jobs, answers(jobs), strict=True):
        assert [each["code"] for each in answer["findings"]] == ["archive-cut"], job["path"]
        assert answer["verdict"] == "NOT CHECKED"


TYPED = (
    DIGITS,
    passphrase.grouped_passphrase(DIGITS),
    "-".join(DIGITS[at : at + 4] for at in range(0, 28, 4)),
    DIGITS.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    DIGITS.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")),
    DIGITS.translate(str.maketrans("0123456789", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡")),
    DIGITS.translate(str.maketrans("1234567890", "&é\"'(-è_çà")),
    " \t0123 4567\u00a08901\u202f2345\n6789 0123 4567 ",
    DIGITS[:-1],
    DIGITS + "0",
    "letters",
    "",
    "\u200e" + DIGITS,
    "1234567-890123456789012345678",
    "e\u0301" * 28,
)


@pytest.mark.parametrize("typed", TYPED)
def test_a_passphrase_is_understood_alike(typed: str) -> None:
    try:
        meant: str | None = passphrase.normalise_passphrase(typed)
    except passphrase.PassphraseFormError:
        meant = None
    assert answers([{"typed": typed}]) == [{"passphrase": meant}]


def test_a_receipt_code_is_understood_alike(material: Material) -> None:
    code = material.receipt
    typed = [
        code,
        code.lower(),
        code.replace("-", " "),
        code.replace("O", "0").replace("I", "1"),
        code[:-1],
        code + "A",
    ]
    typed += [
        "",
        "é" + code,
        code.replace("B", "8"),
        code.replace("-", "_"),
        code[1:] + code[0],
        code.replace("A", "٣"),
    ]
    assert answers({"code": each} for each in typed) == [{"receipt": _receipt(each)} for each in typed]


def _receipt(typed: str) -> str | None:
    try:
        return normalise_receipt(typed)
    except TypedWronglyError:
        return None


def test_hostile_text_is_made_harmless_alike() -> None:
    texts = ["سلام", "a\u202eb", "\x00\x1b[2J\x7f", "a\u200db", "\u2028", "e\u0301", "\ue000", "\u00a0\u202f", "<b>&"]
    assert answers({"shown": each} for each in texts) == [{"text": neutral_text(each)} for each in texts]
