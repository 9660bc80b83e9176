"""`intake`, `ingest`, `note` and `show` as a person at a terminal meets them: asked, answered, read."""

from __future__ import annotations

import codecs
import os
import re
import select
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from evidence_kit.words import LANGUAGES, catalogue
from tests.e2e.conftest import PROGRAM, ROOT, Program
from tests.e2e.test_cli import hear_ctrl_c

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

PHRASE = "correct horse battery"
PICTURE = ROOT / "samples" / "candidates" / "tasse.jpg"
PATIENCE_SECONDS = 60


class Terminal:
    """The program at a terminal of its own; every line that is typed is one that was asked for."""

    def __init__(self, run: Program, *arguments: str | Path) -> None:
        self.screen = ""
        self.asked = 0
        self._seen = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._ours, theirs = pty.openpty()
        command = [*PROGRAM, *map(str, arguments)]
        environment = run.environment(TERM="xterm", COLUMNS="100", LINES="500")
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=run.home, start_new_session=True,
            preexec_fn=hear_ctrl_c,  # noqa: PLW1509 - this process has no threads that matter
        )  # fmt: skip
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def answer(self, question: str, text: str) -> None:
        """Wait until something is asked, behind everything that was answered before, and answer it."""
        self.wait_for(question)
        self.asked += 1
        self.press(text.encode() + b"\n")

    def press(self, keys: bytes) -> None:
        """Press keys where something was asked."""
        self._seen = len(self.screen)
        time.sleep(0.1)  # a passphrase is read only once the terminal shows nothing of it
        os.write(self._ours, keys)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def wait_for(self, question: str) -> None:
        """Wait until something is asked, behind everything that was answered before."""
        beginning = question.partition("{")[0].strip()
        self._wait(lambda: " ".join(beginning.split())[:40] in " ".join(self.screen[self._seen :].split()), question)

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        self._wait(lambda: self._process.poll() is not None, "the end")
        self._read(0.2)
        return self._process.returncode

    def _wait(self, met: object, what: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not met():  # type: ignore[operator]
            assert time.monotonic() < until, f"waited for: {what}\n{self.screen}"
            self._read(0.2)

    def _read(self, seconds: float) -> None:
        while select.select([self._ours], [], [], seconds)[0]:
            try:
                data = os.read(self._ours, 65536)
            except OSError:  # the other side is closed
                return
            if not data:
                return
            self.screen += self._decoder.decode(data).replace("\r\n", "\n")
            seconds = 0


def phone(folder: Path) -> Path:
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(PICTURE.read_bytes())
    (folder / "threat.txt").write_text("pay by Friday\n", "utf-8")
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_intake_goes_from_the_first_question_to_the_receipt(language: str, station_program: Program) -> None:
    run, source = station_program, phone(station_program.home / "phone")
    say = catalogue(language).sentence
    yes = say("choice.agree.yes")
    with Terminal(run, "intake", "--lang", language) as at:
        at.answer(say("ask.safety-done"), yes)
        at.answer(say("ask.passphrase"), PHRASE)
        at.answer(say("ask.age"), say("choice.words.age.adult").split("|")[0])
        at.answer(say("ask.age-known-by"), "identity card")
        at.answer(say("ask.consent-both"), "1")
        at.answer(say("ask.source"), str(source))
        at.answer(say("ask.how"), "1")
        at.answer(say("ask.handed-by-present"), "Nadia")
        at.answer(say("ask.device"), "Samsung A52")
        at.answer(say("ask.phone-clock"), "21:14")
        at.answer(say("ask.phone-now"), "with her")
        at.answer(say("ask.note-at-intake"), "she is afraid of Friday")
        at.answer(say("ask.note-readers"), "1 3")
        at.answer(say("ask.backup-into"), "")
        assert at.end() == 0, at.screen
    shown = re.sub(r"\x1b\[\?25l.*\x1b\[\?25h", "", at.screen, flags=re.DOTALL)
    receipt = shown.partition(say("intake.slip", case="LRC-2026-0001")[:30])[0]
    assert at.asked <= 12 + 2, "twelve questions to a receipt; who reads a note that was written, and the backup"
    assert len(receipt.split()) <= 500, len(receipt.split())
    assert PHRASE not in at.screen
    assert source.exists(), "nothing is deleted in the first meeting"
    log = run.json("log", "1")
    says = {line["type"]: line["says"] for line in log if "type" in line and "says" in line}
    assert says["note"]["readers"] == ["association", "lawyer"]
    assert says["item.kept"]["provenance"]["phone_clock"] == "21:14"
    assert says["case.opened"]["safety_asked"] is True


@pytest.mark.parametrize("age", ["adult", "minor"])
def test_an_ingest_asks_six_questions_at_most_each_with_its_reason(age: str, station_program: Program) -> None:
    run, source = station_program, phone(station_program.home / "phone")
    run.keyed("new", "--age", age, "--age-known-by", "told")
    say = catalogue("en").sentence
    with Terminal(run, "ingest", "1", source, "--lang", "en") as at:
        at.answer(say("ask.passphrase"), PHRASE)
        for number in range(6):
            before = at.screen.count("\n> ")
            at._wait(lambda before=before: at.screen.count("\n> ") > before or at._process.poll() is not None, "?")
            if at._process.poll() is not None or say("ingest.begins") in at.screen:
                break
            at._seen = len(at.screen)
            os.write(at._ours, b"1\n" if number == 0 else b"\n")
        code = at.end()
    questions = at.screen.count("\n> ")
    assert 4 <= questions <= 6
    assert code == (0 if age == "adult" else 3)
    asked = [part.strip().splitlines() for part in at.screen.split("\n> ")[:-1]]
    for lines in asked:
        # A question, and behind it why it is asked: two sentences, or a choice below them.
        text = " ".join(lines[-3:])
        assert text.count("?") + text.count(".") + text.count(";") >= 2, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_show_tells_a_person_what_is_known_and_shows_no_picture(language: str, station_program: Program) -> None:
    run, source = station_program, phone(station_program.home / "phone")
    run.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    run.keyed("ingest", "1", source)
    facts = run.json("show", "1", "E000001")[0]
    with Terminal(run, "show", "1", "E000001", "--lang", language) as at:
        at.answer(catalogue(language).sentence("ask.passphrase"), PHRASE)
        assert at.end() == 0, at.screen
    flat = "".join(at.screen.split())
    assert facts["sha256"] in flat
    assert "photo.jpg" in at.screen
    described = next(iter(facts["described"].values()))["facts"]
    for side in ("width_pixels", "height_pixels"):
        assert f"{described[side]}" in flat.replace(",", "").replace("\u202f", "").replace("\u00a0", "")
    for left in ("{", "}", "None", "width_pixels"):
        assert left not in at.screen, left
    assert not [line["type"] for line in run.json("log", "1") if line.get("type") == "item.viewed"]


def test_show_says_of_a_picture_that_nobody_looked_into_how_to_do_that(station_program: Program) -> None:
    run, source = station_program, phone(station_program.home / "phone")
    run.keyed("new", "--age", "adult", "--age-known-by", "told")
    run.keyed("new", "--age", "minor", "--age-known-by", "told")
    run.keyed("ingest", "1", source, "--no-describe")
    run.keyed("ingest", "2", source, expect=3)
    say = catalogue("en").sentence
    assert say("show.not-yet-described") in run.keyed("show", "1", "E000001", "--lang", "en").stdout
    assert say("show.not-described") in run.keyed("show", "2", "W000001", "--lang", "en").stdout


def test_a_note_asks_who_may_read_it_where_nobody_said(case_program: Program) -> None:
    run, say = case_program, catalogue("fr").sentence
    with Terminal(run, "note", "1", "une remarque", "--lang", "fr") as at:
        at.answer(say("ask.passphrase"), PHRASE)
        at.answer(say("ask.note-readers"), "")
        assert at.end() == 0, at.screen
    notes = [line["says"] for line in run.json("log", "1") if line.get("type") == "note"]
    assert [each["readers"] for each in notes] == [["association"]]


def test_a_case_whose_day_has_come_says_so_in_every_list(station_program: Program) -> None:
    run = station_program
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    for retention in (yesterday, "2090-01-01"):
        run.keyed("new", "--age", "adult", "--age-known-by", "told", "--retention", retention)
    assert [each["due"] for each in run.json("cases")[0]["cases"]] == [True, False]
    for arguments in (("cases",), ("show", "1"), ("list", "1")):
        assert yesterday in run.keyed(*arguments).stderr
    assert "2090" not in run.keyed("list", "2").stderr
    run.keyed("update", "1", "--retention", "2090-01-01", "--why", "agreed")
    assert [each["due"] for each in run.json("cases")[0]["cases"]] == [False, False]


def test_a_script_says_at_once_what_is_done_with_pictures(station_program: Program) -> None:
    run, source = station_program, phone(station_program.home / "phone")
    new = ("new", "--age", "minor", "--age-known-by", "told", "--minor-media")
    run.keyed(*new, "refuse", expect=2)
    run.keyed(*new, "hide", expect=2)
    run.keyed(*new, "refuse", "--minor-media-by", "Me Idrissi", "--minor-media-why", "not even a hash")
    refused = [each for each in run.json("ingest", "1", source, expect=3) if each.get("outcome") == "refused"]
    assert [each["reason"] for each in refused] == ["minor-media"]
    run.keyed(*new, "keep", "--minor-media-by", "Me Idrissi", "--minor-media-why", "the prosecutor's order")
    assert run.json("ingest", "2", source)[-1]["kept"] == 2
    opened = next(line["says"] for line in run.json("log", "2") if line.get("type") == "case.opened")
    assert opened["minor_media_by"] == {"name": "Me Idrissi", "reason": "the prosecutor's order"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_meeting_without_files_ends_with_the_way_on_and_no_seal(language: str, case_program: Program) -> None:
    run, say = case_program, catalogue(language).sentence
    yes = say("choice.agree.yes")
    with Terminal(run, "intake", "--lang", language) as at:
        for question, answer in (
            ("ask.safety-done", yes), ("ask.passphrase", PHRASE), ("ask.age", "30"), ("ask.age-known-by", "1"),
            ("ask.consent-both", "1"), ("ask.source", ""), ("ask.note-at-intake", ""),
        ):  # fmt: skip
            at.answer(say(question), answer)
        assert at.end() == 0, at.screen
    assert say("intake.nothing-yet", case="LRC-2026-0002") in " ".join(at.screen.split())
    assert "evidence-kit seal" not in at.screen


def test_a_purpose_that_is_none_is_told_as_typed_with_those_that_are(case_program: Program) -> None:
    told = case_program.keyed("seal", "1", "--for", "takedown", "--lang", "fr", expect=2).stderr
    assert "« takedown »" in told
    assert "takedown" not in told.partition("»")[2]
