"""What a person sees at a terminal of 80 columns, command by command: whole words, no longer lines, their language."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from rich.cells import cell_len

from evidence_kit.cli import GROUPS
from evidence_kit.words import LANGUAGES, Sentence, catalogue
from tests.contracts.conftest import LINES, ROOT, make_material
from tests.contracts.screens import COLUMNS

# Three minutes of a processor: every command, in three languages.
pytestmark = pytest.mark.deep

COMMANDS = [name for _, names in GROUPS for name in names]
SHOWN = list(LANGUAGES)
_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿœŒ]+(?:[-'’][A-Za-zÀ-ÖØ-öø-ÿœŒ]+)*|[\u0621-\u065f]+")
# Words of another language that are right where they stand, and why.
RIGHT = {
    # The desk of the DGSN is called so; the tables of the law have words of their own, and addresses.
    "law": {"press", "public", "associations", "plaintes", "article", "e-blagh"},
    "report": {"reports"},  # the folder
    "doctor": {"linux"},  # the system names itself
    "version": {"linux", "client"},  # and so do libraries
    "batch": {"sources"},  # the name of a field, as it is to be typed
}
# Scripts for a shell, which are no sentences; and messages as they were written.
SCRIPTS = ("completion bash",)
MESSAGES = ("chats 1 1", "identifiers 1")
# What stands in evidence and on disk, and what a person typed, is nobody's to translate.
EVIDENCE = ("phone-export", "minor-export", "candidates")


# The comparisons take half of the time: each is looked at in one language.
LEFT_OUT = {
    "fr": {"3 match 1"},
    "ar": {"3 match 1 found", "0 demo --out demo"},
    "en": {"3 match 1", "3 match 1 found", "0 demo --out demo"},
}


@dataclass(frozen=True)
class Shown:
    """What one line showed, in one language.

    Attributes:
        line: The command line.
        narrow: As a terminal of 80 columns has it.
        wide: As a terminal of any width would.
    """

    line: str
    narrow: str
    wide: str


@pytest.fixture(scope="module", params=SHOWN)
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Shown]]:
    """Return a language, and everything that the scenario shows in it."""
    home = tmp_path_factory.mktemp(f"screens-{request.param}")
    make_material(home)
    _lighter(home)
    lines = "".join(f"{line}\n" for line in LINES.splitlines() if line not in LEFT_OUT[request.param])
    helps = "".join(f"0 {name} --help\n" for name in COMMANDS)
    done = subprocess.run(
        [sys.executable, "-m", "tests.contracts.screens", home, request.param],
        input=lines + "0 --help\n" + helps, capture_output=True, text=True, check=False, cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {"LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [json.loads(each) for each in done.stdout.splitlines()]
    return request.param, [Shown(row["line"], row["narrow"], row["wide"]) for row in rows]


def _lighter(home: Path) -> None:
    """Leave out what costs time and shows nothing new: films, and most photographs."""
    for path in [*home.rglob("*.mp4"), *home.glob("phone/**/IMG_2025042*")]:
        path.unlink()


def _words(text: str) -> set[str]:
    return {found.casefold() for found in _WORD.findall(text)}


@cache
def _vocabulary(code: str) -> frozenset[str]:
    """Return the words of a catalogue, and of the tables of the law in its language."""
    texts = [t for said in catalogue(code).sentences.values() for t in _texts(said)]
    for table in (ROOT / "evidence_kit" / "law").glob("*.toml"):
        texts += _of_language(tomllib.loads(table.read_text("utf-8")), code)
    return frozenset(word for text in texts for word in _words(re.sub(r"\{[a-z_0-9]+\}", " ", text)))


def _of_language(told: object, code: str) -> list[str]:
    """Return every text that a table has under the name of a language."""
    if isinstance(told, list):
        return [text for each in told for text in _of_language(each, code)]
    if not isinstance(told, dict):
        return []
    own = [str(text) for name, text in told.items() if name == code]
    return own + [text for each in told.values() for text in _of_language(each, code)]


def _texts(said: Sentence) -> list[str]:
    return [said] if isinstance(said, str) else list(said.values())


@cache
def _not_ours() -> frozenset[str]:
    """Return the words of the evidence, of file names, and of what was typed."""
    files = [path for folder in EVIDENCE for path in (ROOT / "samples" / folder).rglob("*") if path.is_file()]
    texts = [path.read_bytes().decode("utf-8", "replace") + str(path.relative_to(ROOT)) for path in files]
    material = Path(make_material.__code__.co_filename).read_text("utf-8")
    return frozenset(word for text in (*texts, LINES, material, str(ROOT), sys.executable) for word in _words(text))


def test_no_line_is_longer_than_the_terminal(shown: tuple[str, list[Shown]]) -> None:
    """A single word that is longer alone, such as a path, is left whole: a terminal lets it be copied whole."""
    for each in shown[1]:
        for line in () if each.line in SCRIPTS else each.narrow.split("\n"):
            alone = len(line.split()) <= 2 and max(map(cell_len, line.split()), default=0) > COLUMNS - 8
            assert cell_len(line) <= COLUMNS or alone, (each.line, line)


def test_no_word_is_broken(shown: tuple[str, list[Shown]]) -> None:
    for each in shown[1]:
        if each.wide:
            new = set(each.narrow.split()) - set(each.wide.split())
            assert {word for word in new if not set(word) <= {"─"}} == set(), each.line


def _typed(every: list[Shown]) -> set[str]:
    """Return the names of options, and their values in a help's `a|b`: they are typed so in every language."""
    helps = [each.wide or each.narrow for each in every if each.line.endswith("--help")]
    names = (found for text in helps for found in re.findall(r"--[a-z-]+|[a-z-]+(?:\|[a-z-]+)+", text))
    return {word for name in names for word in _words(name.replace("|", " "))}


def test_everything_is_in_the_language(shown: tuple[str, list[Shown]]) -> None:
    language, every = shown
    others = frozenset[str]().union(*(_vocabulary(code) for code in LANGUAGES if code != language))
    foreign = others - _vocabulary(language) - _not_ours() - _typed(every)
    found = {
        (word, each.line, line)
        for each in every
        if each.line not in SCRIPTS + MESSAGES
        for line in (each.wide or each.narrow).split("\n")
        for word in _words(line) & foreign - RIGHT.get(each.line.split()[0], set())
    }
    assert found == set()


def test_every_command_is_among_what_was_shown(shown: tuple[str, list[Shown]]) -> None:
    assert {each.line.split()[0] for each in shown[1]} >= set(COMMANDS) - {"demo"}
    assert all(each.narrow.strip() for each in shown[1])
