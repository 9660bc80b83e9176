"""One unlocking for many commands, and the menu of what comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.commands._unlocked import HeldKey
from evidence_kit.keys.locked import LockedBytes
from evidence_kit.keys.station import SigningKey
from evidence_kit.words import LANGUAGES, catalogue
from tests.e2e.conftest import Program
from tests.e2e.test_conversations import PHRASE, Terminal


def test_a_session_asks_for_the_passphrase_once(case_program: Program) -> None:
    run, say = case_program, catalogue("fr").sentence
    with Terminal(run, "session", "--lang", "fr") as at:
        at.answer(say("ask.passphrase"), PHRASE)
        for text in ("une", "deux"):
            at.answer("evidence-kit>", f"note 1 {text} --reader lawyer")
            at.wait_for(say("note.done", case="LRC-2026-0001", line=1).partition("1)")[0][:20])
        at.answer("evidence-kit>", "note 9 rien")
        at.answer("evidence-kit>", "")
        at.answer("evidence-kit>", "exit")
        assert at.end() == 0, at.screen
    assert at.screen.count(say("ask.passphrase")) == 1
    assert say("session.ends") in " ".join(at.screen.split())
    notes = [line["says"]["text"] for line in run.json("log", "1") if line.get("type") == "note"]
    assert notes == ["une", "deux"]


def test_a_held_key_serves_its_station_alone_and_is_forgotten_when_nobody_works() -> None:
    now, here = [0.0], Path("here")
    held = HeldKey(key := SigningKey.generate(), here, 600.0, lambda: now[0])
    assert held.key(Path("there")) is None
    found = held.key(here)
    assert found is not None
    assert found.seed == key.seed
    now[0] = 599.0
    assert held.key(here) is not None, "using it counts as work"
    now[0] = 1199.0
    assert held.key(here) is None
    now[0] = 0.0
    assert held.key(here) is None, "forgotten stays forgotten, whatever the clock says"


def test_wiped_memory_holds_nothing() -> None:
    page = LockedBytes(b"secret seed")
    assert page.read() == b"secret seed"
    page.wipe()
    with pytest.raises(ValueError, match="closed"):
        page.read()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_program_alone_shows_what_comes_next(language: str, case_program: Program, tmp_path: Path) -> None:
    say = catalogue(language).sentence
    shown = case_program("--lang", language).stdout
    assert say("menu.new") in shown
    assert "evidence-kit backup 1\n" in shown
    assert "  1  " not in shown, "where nobody can type a number, none is offered"
    empty = case_program("--lang", language, EVIDENCE_KIT_STATION=str(tmp_path / "none")).stdout
    assert "evidence-kit setup" in empty


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_of_the_first_menu_starts_what_stands_beside_it(language: str, case_program: Program) -> None:
    run, say = case_program, catalogue(language).sentence
    with Terminal(run, "--lang", language) as at:
        at.answer(say("ask.menu"), "9")
        at.wait_for(say("ask.not-understood"))
        at.answer(say("ask.menu"), "xyzzy 7")
        at.wait_for(say("ask.not-understood"))
        at.answer(say("ask.menu"), "٣")
        at.answer(say("ask.passphrase"), PHRASE)
        assert at.end() == 0, at.screen
    assert "LRC-2026-0001" in at.screen
    with Terminal(run, "--lang", language) as at:
        at.answer(say("ask.menu"), "evidence-kit cases")
        assert at.end() == 0, at.screen
    assert say("column.case") in at.screen
    with Terminal(run, "--lang", language) as at:
        at.answer(say("ask.menu"), "")
        assert at.end() == 0, at.screen


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        (("sel", "7"), "no-such-command"), (("list", "--lnag"), "no-such-option"), (("list",), "missing-parameter"),
        (("show", "1", "E000001", "more"), "extra-argument"), (("passphrase", "1", "--seal", "x"), "bad-value"),
    ],
)  # fmt: skip
def test_a_slip_of_the_hand_is_told_in_the_language(typed: tuple[str, ...], error: str, case_program: Program) -> None:
    for language in LANGUAGES:
        told = case_program(*typed, "--lang", language, expect=2).stderr
        assert catalogue(language).sentence(f"error.{error}.do", near="{near}").partition("{")[0].strip() in told


def test_help_of_a_command_and_language_anywhere(case_program: Program) -> None:
    words = catalogue("fr").sentence("help.seal.what")
    for typed in (("help", "seal", "--lang", "fr"), ("--lang", "fr", "help", "seal"), ("seal", "--lang=fr", "--help")):
        assert words[:40] in " ".join(case_program(*typed, COLUMNS="200").stdout.split())
