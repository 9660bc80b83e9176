"""Wrong keys at every prompt of every command: nothing is lost, no passphrase is recorded, and it goes on sensibly.

Every question of the program goes through `Keyboard`. Here a person sits at it who answers rightly, but for one prompt:
so a new prompt is in this test by itself, and fails it until somebody says what its right answer is.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evidence_kit import cli
from evidence_kit.commands import _keyboard
from evidence_kit.commands._keyboard import KEYBOARD, Keyboard
from evidence_kit.keys import station
from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.accession.describe import WorkerDescriber

HERE = Path(__file__)
SOURCES = HERE.parents[2] / "evidence_kit" / "commands"
PHRASE = "correct horse battery"
COMMANDS = [name for _, names in cli.GROUPS for name in names]
OTHER_WORD = {"ar": "oui", "fr": "نعم", "en": "لا"}
KEYS = ("ctrl-c", "enter", "nonsense", "other-language", "passphrase")
_MOST_PROMPTS = 80
_GROUPS = re.compile(r"^(?: +\d+ [A-Z2-7]{4})+ *$", re.MULTILINE)

Answer = str | Callable[["Person"], str]


class Window(io.StringIO):
    """A terminal that keeps what is shown."""

    def isatty(self) -> bool:
        return True


@dataclass
class Person(Keyboard):
    """Somebody at the keyboard.

    Attributes:
        answers: What they answer, by question.
        wrong_at: Number of the prompt where they press a wrong key, from 0; None for nowhere.
        wrong: The key, or what they type there.
        leaves: Press Ctrl-C at the prompt after that.
        asked: The questions so far.
    """

    answers: dict[str, Answer]
    wrong_at: int | None = None
    wrong: str = ""
    leaves: bool = False
    asked: list[str] = field(default_factory=list)
    screen: io.StringIO = field(default_factory=Window)

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def is_there(self) -> bool:
        return True

    def line(self, prompt: str, question: str) -> str:
        sys.stderr.write(prompt)
        return self._press(question) + "\n"

    def line_within(self, seconds: float, prompt: str, question: str) -> str | None:
        return self.line(prompt, question)

    def secret(self, prompt: str, question: str) -> str:
        sys.stderr.write(prompt)
        return self._press(question)

    def _press(self, question: str) -> str:
        at = len(self.asked)
        self.asked.append(question)
        assert at < _MOST_PROMPTS, f"asked without an end: {self.asked[-6:]}"
        if self.wrong_at is not None and at == self.wrong_at:
            if self.wrong == "ctrl-c":
                raise KeyboardInterrupt
            return self.wrong
        if self.leaves and self.wrong_at is not None and at > self.wrong_at:
            raise KeyboardInterrupt
        answer = self.answers[question]
        return answer if isinstance(answer, str) else answer(self)


def groups_shown(person: Person) -> str:
    """Return the next four groups of the recovery key that is on the screen."""
    shown = person.screen.getvalue()
    found = [group for line in _GROUPS.findall(shown) for group in re.findall(r"\d+ ([A-Z2-7]{4})", line)]
    numbers = [int(number) for line in _GROUPS.findall(shown) for number in re.findall(r"(\d+) [A-Z2-7]{4}", line)]
    begin = max(at for at, number in enumerate(numbers) if number == 1)
    paper = found[begin:]
    # The line that is asked for: as many were asked since this paper was shown.
    since = len(person.asked) - 1 - max(at for at, each in enumerate(person.asked) if each == "ask.written-down")
    first = 4 * (since - 1)
    return " ".join(paper[first : first + 4])


def newest_groups(person: Person) -> str:
    """Return the end of the fingerprint that is on the screen."""
    return str(re.findall(r"SHA256:\S+", person.screen.getvalue())[-1][-6:])


def help_first(person: Person) -> str:
    """Ask how files come off a phone, then name the folder."""
    return "?" if person.asked.count("ask.source") == 1 else "phone"


ANSWERS: dict[str, Answer] = {
    "ask.passphrase": PHRASE, "ask.new-passphrase": PHRASE, "ask.noted-passphrase": PHRASE,
    "ask.passphrase-again": PHRASE,
    "ask.association": "LRC", "ask.name": "Salma", "ask.role": "volunteer", "ask.place": "Larache",
    "ask.keep-answer": "", "ask.recovery-way": "1", "ask.written-down": "1", "recovery.type-line": groups_shown,
    "ask.recovery-folder": "stick", "ask.safety-done": "1", "ask.age": "1", "ask.age-known-by": "1",
    "ask.consent-both": "1", "ask.consent-by": "1", "ask.source": "phone", "ask.how": "1",
    "ask.handed-by-present": "Nadia", "ask.device": "A52", "ask.phone-clock": "21:14", "ask.phone-now": "with her",
    "ask.note-at-intake": "she is afraid", "ask.note-readers": "1", "ask.backup-into": "backups", "ask.note": "a note",
    "ask.guardian": "Mother", "ask.guardian-relation": "mother", "ask.declared": "2", "ask.declared-name": "Mother",
    "ask.taken-by": "Nadia", "ask.still-there": "1", "ask.said-by": "her", "ask.said-as": "1", "ask.why": "asked",
    "ask.demand": "2000 DH", "ask.purpose": "2", "ask.seal": "1", "ask.authorised-by": "Omar", "ask.form": "3",
    "ask.export-purpose": "2", "ask.received-by": "Me Idrissi", "ask.given-by": "Nadia", "ask.text": "a text",
    "ask.transfer-purpose": "complaint", "ask.archive-passphrase": "1" * 28, "ask.receipt-from": "1",
    "ask.tidy": "1", "ask.reader-name": "Me Idrissi", "ask.fingerprint-end": newest_groups, "ask.revoke": "1",
    "ask.destroy-reason": "asked", "ask.destroy-by": "Salma", "ask.destroy-and": "Omar", "ask.seen": "",
    "ask.destroy-case": "LRC-2026-0001", "ask.next-page": "", "ask.links-value": "0612345678",
    "ask.which-phone": "1", "session.line": "exit", "ask.menu": "", "ask.stated-again": "",
    "ask.backup-folder": "backups",
}  # fmt: skip

# What each command is called with so that it asks: required arguments only, or flags that open a question; and what is
# answered otherwise there.
CALLS: tuple[tuple[str, dict[str, Answer]], ...] = (
    ("setup --cases new", {}), ("setup --cases new --recovery-shares", {}), ("setup --renew", {}),
    ("setup --cases new", {"ask.recovery-way": "2"}), ("intake", {}), ("intake 2", {"ask.source": help_first}),
    ("intake", {"ask.age": "3"}),
    ("intake", {"ask.source": help_first}), ("new", {}), ("new", {"ask.age": "2"}), ("ingest 1 phone", {}),
    ("ingest 2 shots --how screenshot", {}), ("ingest 1 phone --whatsapp-key-file -", {}), ("receipt 1", {}),
    ("consent 1 police", {}), ("consent 2 police --guardian Mother", {"ask.consent-by": "2"}),
    ("consent 2 lawyer", {"ask.consent-by": "2"}), ("note 1", {}),
    ("note 1 -", {}),
    ("mark 1 E000001 --sensitivity none", {}), ("update 1 --responsible Omar", {}), ("update 2 --guardian Mother", {}),
    ("exclude 1 E000001", {}), ("list 1", {}), ("show 1", {}), ("show 1 E000001", {}),
    ("show 1 E000001 --reveal asked", {}), ("describe 1", {}), ("chats 1", {}), ("identifiers 1", {}),
    ("threats 1 add", {}), ("threats 1 list", {}), ("match 2", {}), ("report 1 --for lawyer", {}), ("law --case 1", {}),
    ("seal 1 --all", {}), ("seal 1 --all --for police --without-consent urgent", {}), ("export 1", {}),
    ("transfer 1", {}), ("transfer 1 --in --what device", {}), ("passphrase 1", {}),
    ("verify SEALED --receipt CODE", {}), ("compare SEALED 1", {}), ("batch batch.toml", {}), ("session", {}),
    ("tidy 1 phone", {}), ("keys trust Omar other.pub", {}), ("keys readers 1", {}), ("grant 1 other.pub", {}),
    ("revoke 1 lawyer --reason left", {}), ("recover 1", {}), ("recovery check", {}), ("recovery sheet", {}),
    ("recovery check", {"ask.recovery-code": "SHARE-1"}), ("backup 1 backups", {}), ("backup 1", {}),
    ("", {}), ("", {"ask.menu": "4"}), ("destroy 1 E000001", {}),
    ("destroy 1 --whole-case", {}), ("links join", {}),
    ("links leave-out", {}), ("statistics", {}),
    ("register found register --name first", {}),
    ("timestamp 1 --request asked.tsq", {}), ("log 1", {}), ("help phone", {}),
)  # fmt: skip
# These ask nothing whatever they are called with; a question that one of them gets fails the test of the questions.
SILENT = {"cases", "verifier", "demo", "doctor", "completion", "version"}
# Questions that need a stick, or a letter that came back signed; each has a test of its own.
ELSEWHERE = {
    "ask.stick-whose": "test_care.py", "ask.confirmed-by": "test_hand_overs.py",
    "ask.noted-passphrase": "test_prompts.py",
}  # fmt: skip
# Sentences about an answer, and no questions.
REMARKS = {
    "ask.again", "ask.is-command", "ask.is-secret", "ask.not-understood", "ask.until-yes", "ask.yes-or-no",
}  # fmt: skip


@dataclass
class Office:
    """A station with two cases, as it is copied for every call.

    Attributes:
        home: Where it is worked in.
        values: What words of the calls stand for.
        left: The files of a copy that nothing has changed; None when there is none.
    """

    home: Path
    values: dict[str, str]
    left: dict[str, tuple[int, int]] | None = None


@dataclass
class Ended:
    """What came of a call."""

    code: int
    person: Person
    shown: str


def run(office: Office, line: str, person: Person, language: str, home: Path) -> Ended:
    """Call a command in a folder, with a person at the keyboard."""
    words = [office.values.get(word, word) for word in shlex.split(line)]
    token = KEYBOARD.set(person)
    try:
        with contextlib.redirect_stdout(person.screen), contextlib.redirect_stderr(person.screen):
            # The menu has no flag for the station.
            station_flag = ["--station", str(home / "station")] if words else []
            code = cli.run([*words, "--lang", language, *station_flag])
    finally:
        KEYBOARD.reset(token)
    return Ended(code, person, person.screen.getvalue())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Return a station with a case of an adult and one of a minor, an archive, and all that the calls name."""
    home = tmp_path_factory.mktemp("town") / "office"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(home):
        # One key is opened a thousand times here; how slow that is, and what is durable, is held elsewhere.
        patch.setattr("evidence_kit.keys.station.KDF_ROUNDS", 1)
        patch.setattr("evidence_kit.workflows.case.station.unlock", cache(station.unlock))
        patch.setattr(os, "fsync", lambda _: None)
        # What looks into files starts processes, and asks nothing.
        patch.setattr(WorkerDescriber, "describes", lambda *_: False)
        patch.setattr(WorkerDescriber, "reads", lambda *_: False)
        patch.setenv("COLUMNS", "80")
        patch.setenv("EVIDENCE_KIT_STATION", str(home / "station"))
        patch.setenv("LINES", "24")
        made = _made(home)
        # It is copied back to where it was made: a station knows its cases by their path.
        os.chdir("/")
        home.rename(home.with_name("as-it-was"))
        yield made


def _made(home: Path) -> Office:
    from evidence_kit.keys.recovery import to_paper
    from evidence_kit.keys.shares import to_shares

    (home / "pass").write_text(PHRASE + "\n")
    for name in ("phone", "shots", "backups", "stick"):
        (home / name).mkdir()
    shutil.copy(HERE.parents[2] / "samples" / "candidates" / "tasse.jpg", home / "phone" / "a.jpg")
    (home / "shots" / "c.txt").write_text("he wrote this\n")
    (home / "phone" / "b.txt").write_text("pay by Friday\n")
    for name, seed in (("lawyer", 32), ("other", 64)):
        (home / f"{name}.pub").write_text(SigningKey.from_seed(bytes(range(seed - 32, seed))).public.line + "\n")
    (home / "batch.toml").write_text('[[case]]\nname = "a"\nsteps = ["verify"]\ncase = "LRC-2026-0001"\n')
    told: list[Any] = []
    end = SigningKey.from_seed(bytes(range(32))).public.fingerprint[-6:]
    for line in (
        "setup --association LRC --name Salma --role r --place p --cases cases --recovery-out rec",
        "new --id LRC-2026-0001 --age adult --age-known-by told --consent lawyer",
        "new --id LRC-2026-0002 --age minor --age-known-by told",
        "ingest 1 phone --how phone-export --handed-by her --device d --phone-clock 1 --phone-now there",
        f"grant 1 lawyer.pub --name lawyer --confirm {end}",
        "receipt 1 --out receipt.html", "seal 1 --all --for lawyer --out sealed --passphrase-out digits",
        "links join --recovery-key rec", "backup 1 backups",
    ):  # fmt: skip
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            common = ("--json", "--no-input", "--passphrase-file", "pass", "--station", str(home / "station"))
            assert cli.run([*shlex.split(line), *common]) in {0, 3}, (line, out.getvalue())
        told.append(json.loads(out.getvalue().splitlines()[-1]))
    (home / "cases" / "LRC-2026-0001" / "lock").unlink(missing_ok=True)
    from evidence_kit.keys.recovery import key_from_text

    key = key_from_text((home / "rec").read_bytes())
    one, two, _ = to_shares(key)
    values = {
        "SEALED": told[-3]["archive"], "CODE": told[-4]["code"], "PAPER": to_paper(key), "SHARE-1": one, "SHARE-2": two,
        "DIGITS": (home / "digits").read_text().strip(),
    }  # fmt: skip
    return Office(home, values)


def answers_of(office: Office, more: dict[str, Answer]) -> dict[str, Answer]:
    """Return what is answered rightly."""
    own: dict[str, Answer] = {
        "ask.recovery-code": office.values["PAPER"], "ask.recovery-second": office.values["SHARE-2"],
        "ask.archive-passphrase": office.values["DIGITS"], "ask.whatsapp-key": "ab" * 32,
    }  # fmt: skip
    chosen = {**ANSWERS, **own, **more}
    return {
        name: office.values.get(answer, answer) if isinstance(answer, str) else answer
        for name, answer in chosen.items()
    }


@contextlib.contextmanager
def fresh(office: Office, line: str) -> Iterator[Path]:
    """Copy the office to a place of its own and go there; `setup` finds no station, but for a new key."""
    place = office.home
    with_station = not line.startswith("setup") or "--renew" in line
    if office.left != _facts_of(place) or with_station is not (place / "station").exists():
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(place.with_name("as-it-was"), place)
        if not with_station:
            shutil.rmtree(place / "station")
    before = _facts_of(place)
    with contextlib.chdir(place):
        yield place
    # Most wrong keys change nothing; then the same copy serves the next one.
    office.left = before if _facts_of(place) == before else None


def _facts_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of every file and folder."""
    found = {str(path): path.lstat() for path in folder.rglob("*")} if folder.exists() else {}
    return {path: (told.st_size, told.st_mtime_ns) for path, told in found.items()}


def questions_in_sources() -> set[str]:
    """Return every question that the commands can ask."""
    texts = [path.read_text("utf-8") for path in SOURCES.glob("*.py")]
    found = {name for text in texts for name in re.findall(r'"((?:ask|recovery|session)\.[a-z-]+)"', text)}
    asked = {name for name in found if name.startswith("ask.")} | {"recovery.type-line", "session.line"}
    return (asked | {f"ask.{name}" for name in ("association", "name", "role", "place")}) - REMARKS


def test_all_questions_go_through_one_keyboard() -> None:
    for path in SOURCES.glob("*.py"):
        if path.name != Path(_keyboard.__file__).name:
            assert not re.search(r"stdin\.readline\(|\binput\(|getpass\.", path.read_text("utf-8")), path.name


def test_wrong_keys_at_every_prompt_lose_nothing(office: Office) -> None:
    seen: set[str] = set()
    for number, (line, more) in enumerate(CALLS):
        language = ("fr", "ar", "en")[number % 3]
        answers = answers_of(office, more)
        with fresh(office, line) as home:
            right = run(office, line, Person(dict(answers)), language, home)
        assert right.code in {0, 3}, (line, right.code, right.shown)
        assert PHRASE not in right.shown
        asked = right.person.asked
        seen |= set(asked)
        _secrets_first(line, asked)
        # Of a question that comes many times, its first and its last time.
        ends = {*map(asked.index, asked), *(len(asked) - 1 - asked[::-1].index(each) for each in asked)}
        for at in sorted(ends):
            for key in KEYS:
                seen |= _press(office, (line, answers), at, key, language)
    assert questions_in_sources() - seen - set(ELSEWHERE) == set(), "a question that no call reaches"
    reached = {line.split()[0] for line, _ in CALLS if line}
    assert set(COMMANDS) - SILENT - reached == set()


def _secrets_first(line: str, asked: list[str]) -> None:
    """Hold that secrets are asked for before facts, so that none is typed where a fact is expected."""
    secret = [at for at, each in enumerate(asked) if each in SECRET]
    facts = [at for at, each in enumerate(asked) if each not in SECRET | {"ask.menu", "ask.safety-done"}]
    assert not secret or not facts or max(secret) < min(facts), (line, asked)


def _press(office: Office, call: tuple[str, dict[str, Answer]], at: int, key: str, language: str) -> set[str]:
    """Press one wrong key at one prompt, and look at what comes of it; return what was asked."""
    line, answers = call
    typed = {"ctrl-c": "ctrl-c", "enter": "", "nonsense": "xyzzy", "passphrase": PHRASE}.get(key, OTHER_WORD[language])
    with fresh(office, line) as home:
        ended = run(office, line, Person(dict(answers), at, typed, leaves=True), language, home)
        where = (line, language, ended.person.asked[at], key)
        assert ended.code not in {1, 13}, (where, ended.shown)
        asked = ended.person.asked[at]
        following = ended.person.asked[at + 1 :]
        if key == "ctrl-c":
            assert not following, where
            assert ended.code == (0 if asked in {"session.line", "ask.next-page"} else 130), where
            return {*ended.person.asked, *_goes_on(office, call, language, home)}
        if not following:
            # It ended there: rightly, or with a sentence about it.
            assert ended.shown.strip(), where
        if key == "passphrase":
            again = following[:1] == [asked] or asked.endswith("passphrase") or asked in NOT_RECORDED
            assert again or ended.code not in {0, 3}, (where, following, ended.shown)
            _nowhere(home, ended, where, read=not following)
        return set(ended.person.asked)


# Typed unseen.
SECRET = {
    "ask.passphrase", "ask.new-passphrase", "ask.noted-passphrase",
    "ask.passphrase-again", "ask.archive-passphrase", "ask.recovery-code",
    "ask.recovery-second", "ask.whatsapp-key",
}  # fmt: skip
# A secret is asked for here, and nothing of it is written; or whatever is typed means no, or end.
NOT_RECORDED = {"ask.passphrase-again", "ask.recovery-code", "ask.recovery-second", "ask.whatsapp-key"}


def _goes_on(office: Office, call: tuple[str, dict[str, Answer]], language: str, home: Path) -> list[str]:
    """Give the same command again after Ctrl-C: it is done as if nothing had been; return what was asked."""
    line, answers = call
    again = run(office, line, Person(dict(answers)), language, home)
    assert again.code in {0, 3}, (line, again.code, again.shown)
    return again.person.asked


def _nowhere(home: Path, ended: Ended, where: tuple[str, ...], *, read: bool) -> None:
    """Look for the passphrase on the screen, in every file, and in the cases where something may have been written."""
    # A program that never asked for it cannot know it, and shows what was typed as any other text.
    assert PHRASE not in ended.shown or "ask.passphrase" not in ended.person.asked, where
    for path in home.rglob("*"):
        if path.is_file() and path.name != "pass":
            assert PHRASE.encode() not in path.read_bytes(), (where, path)
    for folder in (home / "cases").iterdir() if read else ():
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            cli.run(
                [
                    "log",
                    folder.name,
                    "--json",
                    "--no-input",
                    "--passphrase-file",
                    "pass",
                    "--station",
                    str(home / "station"),
                ]
            )
        assert PHRASE not in out.getvalue(), where
