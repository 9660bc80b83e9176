"""Counts over real cases of one station, from the command line: told once, and never of a few."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.cli import run
from evidence_kit.keys import station as station_keys
from evidence_kit.tallies.dimensions import CLASSES, KINDS, OUTCOMES, PLATFORMS
from evidence_kit.tallies.pooling import FLOOR
from evidence_kit.vault import disk
from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workflows.case import world as worlds
from evidence_kit.workflows.counting import case_walk, releases, traits
from tests.fakes import FailingDisk
from tests.schemas import problems

PASSPHRASE = "eleven quiet herons cross the estuary"
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


class Office:
    """One station, whose clock stands where a test wants it."""

    def __init__(self, at: Path, now: datetime) -> None:
        self.at, self.now, self.said = at, now, ""

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
        return json.loads(out.getvalue()) if out.getvalue() else None

    def case(self, month: int, age: str, **threat: str) -> str:
        self.now = datetime(2026, month, 5, 12, tzinfo=UTC)
        guardian = ("--guardian", "Mother", "--guardian-relation", "mother") if age == "minor" else ()
        case = str(self("new", "--age", age, "--age-known-by", "told", *guardian)["case"])
        if threat:
            flags = [text for name, value in threat.items() for text in (f"--{name}", value)]
            self("threats", case, "add", *flags)
        return case


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station with the cases of a quarter, six of adults and five of minors."""
    office = Office(tmp_path_factory.mktemp("office"), APRIL)
    (office.at / "pw").write_text(PASSPHRASE)
    office("setup", "--association", "LRC", "--name", "Salma", "--role", "volunteer", "--place", "Larache",
           "--cases", str(office.at / "cases"), "--recovery-out", str(office.at / "rec"))  # fmt: skip
    for number in range(6):
        office.case(1 + number % 3, "adult", demand="pay", amount="3000 DH", channel="WhatsApp")
    for number in range(5):
        office.case(1 + number % 3, "minor", demand="more pictures", kind="pictures", channel="Instagram")
    return office.at


@pytest.fixture
def one(kept: Path, tmp_path: Path) -> Office:
    shutil.copytree(kept, tmp_path / "office")
    return Office(tmp_path / "office", APRIL)


def cells(told: dict[str, Any], name: str) -> dict[str, int]:
    (table,) = (each for each in told["tables"] if each["by"] == name)
    return {"+".join(each["classes"]): each["cases"] for each in table["cells"] or ()}


QUARTER = ("--from", "2026-01", "--to", "2026-03")


def test_a_quarter_in_numbers(one: Office) -> None:
    assert one("statistics") == {"periods": []}
    cases = sorted(each.name for each in (one.at / "cases").iterdir())
    told = one("statistics", *QUARTER, "--out", str(one.at / "out"), "--lang", "ar,fr,en")
    assert told["cases"] == 11
    assert cells(told, "age") == {"adult": 6, "minor+unknown": 5}
    assert cells(told, "demand")["money"] == 6
    assert cells(told, "channel")["whatsapp"] == 6
    assert cells(told, "month") == {}
    assert one("statistics") == {"periods": [{"from": "2026-01", "to": "2026-03", "cases": 11}]}
    names = sorted(path.name for path in (one.at / "out").iterdir())
    assert names == ["counts.ar.pdf", "counts.csv", "counts.en.pdf", "counts.fr.pdf", "counts.json"]
    for path in (one.at / "out").iterdir():
        data = path.read_bytes()
        assert not any(case.encode() in data for case in cases), path
        assert b"Salma" not in data
    assert (one.at / "out" / "counts.en.pdf").read_bytes().startswith(b"%PDF")
    one("statistics", *QUARTER, "--out", str(one.at / "out"), code=28)


def test_one_case_more_or_less_changes_nothing_that_was_told(one: Office) -> None:
    """Before and after one case, one change, one destroyed case and one that comes from another computer."""
    before = one("statistics", *QUARTER)
    cases = sorted((one.at / "cases").iterdir())
    one("update", cases[0].name, "--age", "minor", "--age-known-by", "card", "--why", "card seen")
    assert one("statistics", *QUARTER) == before
    shutil.rmtree(cases[1])
    assert one("statistics", *QUARTER) == before
    one.case(2, "unknown")
    one.now = datetime(2026, 5, 1, tzinfo=UTC)
    assert one("statistics", *QUARTER) == before


def test_no_two_reports_can_be_subtracted(one: Office) -> None:
    one("statistics", *QUARTER)
    months = [f"2026-{number:02}" for number in range(1, 4)]
    for first, last in itertools.combinations_with_replacement(["2025-11", *months], 2):
        if (first, last) != ("2026-01", "2026-03") and last >= "2026-01":
            one("statistics", "--from", first, "--to", last, code=2)
    assert "subtracted" in one.said
    one("statistics", "--from", "2025-11", "--to", "2025-12", code=52)


def test_a_month_that_is_not_over_or_none_is_refused(one: Office) -> None:
    one("statistics", "--from", "2026-01", "--to", "2026-04", code=2)
    one("statistics", "--from", "2026-03", "--to", "2026-01", code=2)
    one("statistics", "--from", "2026-1", "--to", "2026-03", code=2)
    one("statistics", "--from", "2026-01", code=2)
    one("statistics", "--out", str(one.at / "out"), code=2)


def test_too_few_cases_are_not_told_of_and_nothing_is_remembered(one: Office) -> None:
    one("statistics", "--from", "2026-01", "--to", "2026-02", "--out", str(one.at / "out"), code=52)
    assert not (one.at / "out").exists()
    assert one("statistics") == {"periods": []}


def test_broken_and_locked_cases_are_named_at_the_screen_and_in_no_file(one: Office) -> None:
    broken, locked = sorted((one.at / "cases").iterdir())[-2:]
    log = (broken / "custody.jsonl").read_bytes()
    (broken / "custody.jsonl").write_bytes(log.replace(b'"commit":"', b'"commit":"0', 1))
    for name in (locked / "keys").iterdir():
        name.unlink()
    one("statistics", *QUARTER, code=52)
    assert broken.name in one.said
    one.case(1, "adult")
    one.now = datetime(2026, 4, 1, tzinfo=UTC)
    told = one("statistics", *QUARTER, "--leave-unread", "--out", str(one.at / "out"), code=3)
    assert told["cases"] == 10
    assert told["not_counted"] == "1-4"
    assert broken.name.encode() not in (one.at / "out" / "counts.json").read_bytes()
    assert one("statistics", *QUARTER)["cases"] == 10


def test_a_destroyed_case_is_not_counted_and_not_called_unread(one: Office) -> None:
    case = sorted((one.at / "cases").iterdir())[0].name
    one("destroy", case, "--whole-case", "--reason", "asked", "--by", "Salma", "--and", "Omar", "--yes")
    told = one("statistics", *QUARTER)
    assert told["cases"] == 10
    assert told["not_counted"] == "1-4"
    assert "destroyed" in one.said


def test_a_forged_or_foreign_memory_is_refused(one: Office) -> None:
    one("statistics", *QUARTER)
    memory = one.at / "st" / "statistics.sealed"
    data = memory.read_bytes()
    for forged in (b"", data[:-1], data[:20] + bytes([data[20] ^ 1]) + data[21:], b'[{"from":"2026-01"}]'):
        memory.write_bytes(forged)
        one("statistics", *QUARTER, code=52)
        one("statistics", code=52)
    memory.write_bytes(data)
    assert one("statistics")["periods"]


def test_no_class_is_below_the_floor_whatever_the_office_has(one: Office) -> None:
    told = one("statistics", *QUARTER)
    for table in told["tables"]:
        for cell in table["cells"] or ():
            assert cell["cases"] >= FLOOR


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("WhatsApp", "whatsapp"), ("par WhatsApp", "whatsapp"), ("واتساب", "whatsapp"), ("X", "x"),
        ("on the line", "other"),
        ("un appel", "call"), ("مكالمة", "call"), ("by mouth", "mouth"), ("WhatsApp, then Instagram", "several"),
        ("", "unsaid"), ("a letter", "other"),
    ],
)  # fmt: skip
def test_a_channel_in_somebodys_words(text: str, name: str) -> None:
    assert traits._channel(text) == name


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        ([], "none"), (["500 DH"], "under-1000"), (["3000 MAD", "500 dh"], "1000-4999"), (["5000 درهم"], "5000-19999"),
        (["1 million de centimes"], "5000-19999"), (["20000 DH"], "20000-up"), (["200 EUR"], "unclear"),
        (["a lot"], "unclear"),
    ],
)  # fmt: skip
def test_a_sum_in_somebodys_words(texts: list[str], name: str) -> None:
    assert traits._amount(texts) == name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_has_a_name(language: str) -> None:
    words = catalogue(language)
    for dimension, classes in CLASSES.items():
        for name in classes:
            own = dimension in {"platform", "channel"} and name in PLATFORMS
            assert words.sentence(f"platform.{name}" if own else f"statistics.class.{dimension}.{name}")
    assert {name.removeprefix("platform.") for name in words.sentences if name.startswith("platform.")} == set(
        PLATFORMS
    )
    assert set(KINDS) <= set(CLASSES["demand"])
    assert set(OUTCOMES) <= set(CLASSES["outcome"])


def test_what_is_printed_is_what_the_schema_says(one: Office) -> None:
    assert problems("statistics", one("statistics")) == []
    assert problems("statistics", one("statistics", *QUARTER)) == []
    assert problems("statistics", one("statistics")) == []


@pytest.mark.parametrize(
    ("act", "at"),
    [("create", 1), ("create", 3), ("write", 1), ("write", 3), ("sync", 1), ("sync", 3), ("move", 1), ("move", 2)],
)
def test_a_full_disk_is_one_sentence_and_the_numbers_stay_the_same(
    one: Office, act: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first call the memory is not written, and nothing is shown; later the files are not, all or none."""
    with monkeypatch.context() as patch:
        patch.setattr(disk, "RealDisk", lambda: FailingDisk(act, at))
        one("statistics", *QUARTER, "--out", str(one.at / "out"), code=11)
    assert not list(one.at.glob(".*"))
    told = one("statistics", *QUARTER)
    assert told["cases"] == 11
    assert not (one.at / "out").exists()


def test_of_two_runs_at_once_one_tells_and_both_say_the_same(one: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second looks at the cases while the first remembers; a case more by then changes nothing."""
    told: list[Any] = []
    own = case_walk.seen_cases

    def overtaken(*given: Any) -> Any:
        found = list(own(*given))
        monkeypatch.setattr(releases, "seen_cases", own)
        told.append(one("statistics", *QUARTER))
        shutil.rmtree(sorted((one.at / "cases").iterdir())[0])
        return found[:-1]

    monkeypatch.setattr(releases, "seen_cases", overtaken)
    assert one("statistics", *QUARTER) == told[0]
