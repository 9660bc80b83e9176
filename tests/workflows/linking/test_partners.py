"""Two associations ask each other, from the command line: a count comes back, and nothing else."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.cli import run
from evidence_kit.keys import station as station_keys
from evidence_kit.links import link_set
from evidence_kit.vault import disk
from evidence_kit.workflows.case import world as worlds
from tests.fakes import FailingDisk
from tests.schemas import problems

HIS_NUMBER, HIS_OTHER = "0612345678", "0698765432"
PASSPHRASE = "eleven quiet herons cross the estuary"


class Association:
    """One station of an association."""

    def __init__(self, at: Path) -> None:
        self.at, self.said, self.now = at, "", datetime(2026, 3, 5, 12, tzinfo=UTC)

    @classmethod
    def new(cls, at: Path, code: str, name: str, place: str) -> Association:
        at.mkdir()
        (at / "pw").write_text(PASSPHRASE)
        made = cls(at)
        made("setup", "--association", code, "--name", name, "--role", "volunteer", "--place", place,
             "--cases", str(at / "cases"), "--recovery-out", str(at / "rec"))  # fmt: skip
        made("links", "join", "--recovery-key", str(at / "rec"))
        return made

    def __call__(self, *words: str, code: int = 0) -> Any:
        common = ["--station", str(self.at / "st"), "--passphrase-file", str(self.at / "pw"), "--no-input", "--json"]
        out, errors = io.StringIO(), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
        ):
            patch.setattr(worlds.SystemClock, "now", lambda _: self.now)
            patch.setattr(station_keys, "KDF_ROUNDS", 1)
            ended = run([*words, *common])
        self.said = errors.getvalue()
        assert ended == code, self.said
        printed = [json.loads(line) for line in out.getvalue().splitlines()]
        if words[0] == "links":
            assert [each for one in printed for each in problems("links", one)] == []
        return printed[-1] if printed else None

    def case(self, chat: str, *consents: str) -> str:
        case = str(self("new", "--age", "adult", "--age-known-by", "told")["case"])
        folder = self.at / f"phone-{case}"
        folder.mkdir()
        lines = [f"[12/11/2026, 21:04:0{place}] {line}" for place, line in enumerate(chat.splitlines())]
        (folder / "WhatsApp Chat - Karim.txt").write_text("\n".join(lines) + "\n")
        for each in consents:
            self("consent", case, each, "--by", "person")
        self("ingest", case, str(folder), "--how", "phone-export", "--handed-by", "her", "--said-by", "her")
        return case

    def trusts(self, other: Association, name: str) -> None:
        key = (other.at / "st" / "station.pub").read_text().rsplit(" ", 1)[0]
        end = str(other("keys")["fingerprint"])[-6:]
        self("keys", "trust", name, key, "--confirm", end)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("between")
    larache = Association.new(at / "larache", "LRC", "Salma", "Larache")
    tetouan = Association.new(at / "tetouan", "TET", "Omar", "Tetouan")
    larache.case(f"Nadia: mon numero 0677777777\nKarim: paie {HIS_NUMBER}, ou {HIS_OTHER}", "links", "partners")
    tetouan.case(f"Hind: non\nK.: appelle {HIS_NUMBER}", "links", "partners")
    tetouan.case(f"Aya: non\nK.: {HIS_NUMBER}\nK.: ou {HIS_OTHER}", "links")
    larache.trusts(tetouan, "Omar of Tetouan")
    tetouan.trusts(larache, "Salma of Larache")
    return at


@pytest.fixture
def both(kept: Path, tmp_path: Path) -> tuple[Association, Association]:
    at = tmp_path / "both"
    shutil.copytree(kept, at)
    for name in ("larache", "tetouan"):
        memory = at / name / "st" / "links.json"
        facts = json.loads(memory.read_bytes())
        facts["set"] = str(at / name / "st" / Path(facts["set"]).name)
        memory.write_text(json.dumps(facts))
    return Association(at / "larache"), Association(at / "tetouan")


def question_of(one: Association) -> Path:
    path = one.at / "question"
    one("links", "ask", "1", "--out", str(path))
    return path


def test_a_number_is_known_in_another_town(both: tuple[Association, Association]) -> None:
    larache, tetouan = both
    asked = larache("links", "ask", "1", "--out", str(larache.at / "question"))
    assert (asked["values"], asked["points"]) == (2, 16)
    given = tetouan("links", "answer", str(larache.at / "question"), "--out", str(tetouan.at / "answer"))
    assert (given["asked_by"], given["points"], given["used"]) == ("Salma of Larache", 16, 16)
    told = larache("links", "read", str(tetouan.at / "answer"))
    # The second number is known in a case whose person did not agree to it.
    assert (told["known"], told["values"], told["association"]) == (1, 2, "TET")
    assert (told["answers"], told["signed_by"]) == ("Omar, Tetouan", "Omar of Tetouan")
    assert larache("links", "read", str(tetouan.at / "answer")) == told


def test_no_case_person_or_number_is_in_the_files(both: tuple[Association, Association]) -> None:
    larache, tetouan = both
    question = question_of(larache)
    tetouan("links", "answer", str(question), "--out", str(tetouan.at / "answer"))
    for path in (question, tetouan.at / "answer"):
        data = path.read_bytes()
        for word in (b"2026-", HIS_NUMBER[1:].encode(), b"Karim", b"Nadia"):
            assert word not in data
    assert "known" not in json.dumps(tetouan("cases"))


def test_without_a_consent_of_its_own_nothing_is_asked(both: tuple[Association, Association]) -> None:
    _, tetouan = both
    tetouan("links", "ask", "2", "--out", str(tetouan.at / "question"), code=40)
    assert not (tetouan.at / "question").exists()


def test_a_consent_that_is_withdrawn_is_known_to_no_other(both: tuple[Association, Association]) -> None:
    larache, tetouan = both
    question = question_of(larache)
    tetouan("consent", "1", "partners", "--by", "person", "--withdraw")
    tetouan("links", "answer", str(question), "--out", str(tetouan.at / "answer"))
    assert larache("links", "read", str(tetouan.at / "answer"))["known"] == 0
    # Inside the association it goes on taking part.
    assert tetouan("links", "show", "2")["identifiers"]


def test_a_question_is_answered_once(both: tuple[Association, Association]) -> None:
    larache, tetouan = both
    question = question_of(larache)
    tetouan("links", "answer", str(question), "--out", str(tetouan.at / "answer"))
    tetouan("links", "answer", str(question), "--out", str(tetouan.at / "again"), code=51)
    assert not (tetouan.at / "again").exists()
    assert "answered before" in tetouan.said


def test_whoever_asks_too_much_waits_a_month(
    both: tuple[Association, Association], monkeypatch: pytest.MonkeyPatch
) -> None:
    larache, tetouan = both
    monkeypatch.setattr(link_set, "MOST_OF_ONE", 40)
    for number in range(3):
        path = larache.at / f"question{number}"
        larache("links", "ask", "1", "--out", str(path))
        out = str(tetouan.at / f"answer{number}")
        tetouan("links", "answer", str(path), "--out", out, code=51 if number == 2 else 0)
    assert not (tetouan.at / "answer2").exists()
    monkeypatch.setattr(link_set, "MOST_OF_ALL", 40)
    monkeypatch.setattr(link_set, "MOST_OF_ONE", 4000)
    tetouan("links", "answer", str(path), "--out", out, code=51)
    tetouan.now = datetime(2026, 4, 5, tzinfo=UTC)
    assert tetouan("links", "answer", str(path), "--out", out)["used"] == 16


def test_the_count_survives_an_earlier_set(both: tuple[Association, Association]) -> None:
    """Laid back to before the question, the set would forget the count: it is an earlier one, and found out."""
    larache, tetouan = both
    path = tetouan.at / "st" / "links.sqlite"
    (earlier,) = [path.read_bytes()]
    tetouan("links", "answer", str(question_of(larache)), "--out", str(tetouan.at / "answer"))
    path.write_bytes(earlier)
    tetouan("links", "answer", str(larache.at / "question"), "--out", str(tetouan.at / "again"), code=51)
    path.unlink()
    tetouan("links", "answer", str(larache.at / "question"), "--out", str(tetouan.at / "again"), code=51)


def test_a_strangers_question_or_answer_is_refused(both: tuple[Association, Association]) -> None:
    larache, tetouan = both
    question = question_of(larache)
    tetouan("keys", "forget", "Salma of Larache")
    tetouan("links", "answer", str(question), "--out", str(tetouan.at / "answer"), code=51)
    assert "SHA256:" in tetouan.said


def test_an_answer_to_another_question_is_refused(both: tuple[Association, Association]) -> None:
    larache, tetouan = both
    question = question_of(larache)
    tetouan("links", "answer", str(question), "--out", str(tetouan.at / "answer"))
    (asked,) = (larache.at / "st" / "asked").glob("*.sealed")
    kept = asked.read_bytes()
    asked.write_bytes(kept[:-1])
    larache("links", "read", str(tetouan.at / "answer"), code=51)
    asked.unlink()
    larache("links", "read", str(tetouan.at / "answer"), code=51)
    asked.write_bytes(kept)
    larache("links", "read", str(question), code=51)
    tetouan.trusts(tetouan, "ourselves")
    tetouan("links", "answer", str(tetouan.at / "answer"), "--out", str(tetouan.at / "again"), code=51)


def test_other_files_are_refused(both: tuple[Association, Association]) -> None:
    larache, tetouan = both
    data = question_of(larache).read_bytes()
    for name, forged in {
        "empty": b"",
        "cut": data[:-20],
        "text": b"hello",
        "flip": data.replace(b"LRC", b"LRX"),
    }.items():
        (tetouan.at / name).write_bytes(forged)
        tetouan("links", "answer", str(tetouan.at / name), "--out", str(tetouan.at / "answer"), code=51)
    tetouan("links", "answer", str(tetouan.at / "nowhere"), "--out", str(tetouan.at / "answer"), code=2)
    tetouan("links", "answer", str(larache.at / "question"), code=2)
    assert not (tetouan.at / "answer").exists()


@pytest.mark.parametrize(("act", "at"), [("create", 1), ("write", 1), ("sync", 1), ("move", 1), ("create", 2)])
def test_a_full_disk_leaves_no_question(
    both: tuple[Association, Association], act: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    larache, _ = both
    with monkeypatch.context() as patch:
        patch.setattr(disk, "RealDisk", lambda: FailingDisk(act, at))
        larache("links", "ask", "1", "--out", str(larache.at / "question"), code=11)
    assert not list(larache.at.glob("*question*"))
    question_of(larache)


def test_an_answer_that_was_interrupted_is_counted_once_and_can_be_given(
    both: tuple[Association, Association], monkeypatch: pytest.MonkeyPatch
) -> None:
    larache, tetouan = both
    question = question_of(larache)
    out = str(tetouan.at / "answer")
    with monkeypatch.context() as patch:
        # The set is SQLite's own; of our files the answer comes behind the memory of the set.
        patch.setattr(disk, "RealDisk", lambda: FailingDisk("create", 2))
        tetouan("links", "answer", str(question), "--out", out, code=11)
    assert not Path(out).exists()
    assert tetouan("links", "answer", str(question), "--out", out)["used"] == 16
    assert larache("links", "read", out)["known"] == 1
    # The very same call again finds it done; another name would be another answer.
    assert tetouan("links", "answer", str(question), "--out", out)["used"] == 16
    tetouan("links", "answer", str(question), "--out", str(tetouan.at / "again"), code=51)
