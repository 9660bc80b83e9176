"""Times, days, sums and numbers that cannot be: asked for again, remarked on, and recorded as they were typed."""

from __future__ import annotations

import pytest

from evidence_kit.words import LANGUAGES, catalogue
from tests.e2e.conftest import Program
from tests.e2e.test_conversations import Terminal


@pytest.mark.parametrize(
    ("name", "typed", "doubt"),
    [
        ("phone_clock", "25:99", "time"), ("phone_clock", "21:14", None), ("phone_clock", "21h14", None),
        ("phone_clock", "٢١:١٤", None), ("phone_clock", "٢٥:٩٩", "time"), ("phone_clock", "2114", None),
        ("phone_clock", "9", None), ("phone_clock", "99", "time"), ("phone_clock", "juste", None),
        ("phone_clock", "مضبوطة", None), ("phone_clock", "je ne sais pas", None),
        ("phone_clock", "xyzzy", "no-time"), ("phone_clock", "24:00", None),
        ("phone_clock", "24:01", "time"), ("phone_clock", "31/02/2026 21:14", "date"),
        ("phone_clock", "1/1/2031 9:00", None),
        ("phone_clock", "2026-11-23T18:48:00+01:00", None), ("phone_clock", "9 h 5, dit-elle", None),
        ("taken_when", "2026-02-30", "date"), ("taken_when", "30.11.2026", None), ("taken_when", "01/12/2031", "ahead"),
        ("taken_when", "last night", None), ("posted", "2026-12-01", None), ("posted", "2026-12-05 10:00", "ahead"),
        ("seen", "yesterday at 26:10", "time"), ("taken_by", "Nadia, A52, 45/13/2026", "date"),
        ("taken_by", "Nadia, A52, le 23/11/2026 à 20h", None), ("deadline", "31/04/2027", "date"),
        ("deadline", "2027-01-01", None), ("deadline", "vendredi", None), ("amount", "2000 DH", None),
        ("amount", "٢٠٠٠ درهم", None), ("amount", "-500", "sum"), ("amount", "0 DH", "sum"),
        ("amount", "xyzzy", "no-sum"),
        ("account", "0612345678", None), ("account", "06123", "number"),
        ("account", "+212 6 12 34 56 78 90 12", "number"),
        ("account", "salma_x", None), ("value", "00000000000", "number"), ("consent_on", "2026-12-30", "ahead"),
        ("on", "2026-11-30", None), ("retention", "2019-01-01", "over"), ("retention", "2031-01-01", None),
    ],
)  # fmt: skip
def test_what_cannot_be_is_doubted(name: str, typed: str, doubt: str | None) -> None:
    from datetime import date

    from evidence_kit.commands._stated import STATED
    from evidence_kit.commands._texts import STATED_NAMES

    assert STATED[name](typed, date(2026, 11, 30)) == doubt
    assert set(STATED) == STATED_NAMES


def test_every_stated_time_and_day_of_every_command_is_looked_at() -> None:
    from evidence_kit import cli
    from evidence_kit.commands._stated import STATED
    from evidence_kit.words import catalogue

    program = cli.build(catalogue("en"))
    told = {each.name for command in program.commands.values() for each in command.params if each.metavar in STATING}
    assert told <= set(STATED)


STATING = {"TIME", "WHEN", "DATE"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_is_asked_for_again_and_recorded_as_typed(language: str, case_program: Program) -> None:
    run, say = case_program, catalogue(language).sentence
    (run.home / "more.txt").write_text(f"{language}\n", "utf-8")
    keyed = ("--passphrase-file", run.passphrase, "--lang", language)
    facts = ("--how", "phone-export", "--handed-by", "her", "--device", "d", "--phone-now", "here")
    with Terminal(run, "ingest", "1", run.home / "more.txt", *facts, *keyed) as at:
        at.answer(say("ask.phone-clock"), "25:99")
        at.answer(say("stated.time", text="25:99"), "26:00")
        at.answer(say("stated.time", text="26:00"), "")
        assert at.end() == 0, at.screen
    done = run("ingest", "1", run.passphrase, *facts, "--phone-clock", "25:99", *keyed, "--no-input")
    assert say("stated.time", text="25:99") in done.stderr
    clocks = [line.get("says", {}).get("provenance", {}).get("phone_clock") for line in run.json("log", "1")]
    assert {"26:00", "25:99"} <= set(clocks)
