"""CONTRIBUTING.md's recipes: each place that they list is looked for, and the one that was forgotten is named."""

from __future__ import annotations

import importlib
import io
import json
import pkgutil
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evidence_kit.chats import formats as folder
from evidence_kit.chats import registry
from evidence_kit.chats.format import ChatFormat, Surroundings
from evidence_kit.chats.message import Message
from evidence_kit.media import registry as media
from evidence_kit.sealing.rules import RULES
from evidence_kit.words.languages import OFFERED
from evidence_kit.workflows.handover.interop import FORMS
from tests.chats.reading import LEDGER, sample_bytes
from tests.recipes import RECIPES, Subject, missing

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def platform_of(format_name: str) -> str | None:
    """Return the platform that a format's samples are of, None where they hold no message.

    Of a format whose sample is still missing, what its name begins with.
    """
    chosen = registry.format_named(format_name)
    assert chosen is not None
    if not any(sample["format"] == format_name for sample in LEDGER):
        return format_name.partition("-")[0]
    for sample in LEDGER:
        if sample["format"] == format_name and sample["messages"]:
            export = io.BytesIO(sample_bytes(sample["path"]))
            entries = registry.read_export(export, chosen, Surroundings(sample["path"]))
            return next(each.conversation.platform for each in entries if isinstance(each, Message))
    return None


def formats() -> Iterator[tuple[str, ChatFormat]]:
    """Yield every chat format with the name of its module."""
    for each in pkgutil.iter_modules(folder.__path__):
        module = importlib.import_module(f"{folder.__name__}.{each.name}")
        for one in getattr(module, "FORMATS", None) or (module.FORMAT,):
            yield each.name, one


def describers() -> Iterator[Subject]:
    """Yield every describer, with the types that it reads."""
    for each in media.DESCRIBERS:
        yield Subject(each.name.partition("/")[0], each.module, kinds=each.kinds)


def subjects() -> list[tuple[str, Subject]]:
    """Return everything that the kit has already, with the recipe that it followed."""
    found = [("A chat format", Subject(each.name, module, platform_of(each.name))) for module, each in formats()]
    found += [("A rule of the verifier", Subject(rule.number, code=rule.code)) for rule in RULES]
    found += [("A language", Subject(code)) for code in OFFERED]
    found += [("A form of export", Subject(form.name, form.write.__module__.rpartition(".")[2])) for form in FORMS]
    found += [("A describer", each) for each in describers()]
    return found


@pytest.mark.parametrize(
    ("recipe", "subject"), subjects(), ids=lambda each: each if isinstance(each, str) else each.name
)
def test_nothing_was_forgotten(recipe: str, subject: Subject) -> None:
    gone = missing(recipe, ROOT, subject)
    assert not gone, f"{subject.name} is missing in: {', '.join(gone)}; see CONTRIBUTING.md, {recipe!r}"


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_page_lists_the_places_that_are_looked_for_and_no_others(recipe: str) -> None:
    section = re.split(r"^### ", PAGE, flags=re.MULTILINE)
    (own,) = [each for each in section if each.startswith(f"{recipe}\n")]
    assert re.findall(r"^\d\. `([^`]+)`", own, re.MULTILINE) == [place.path for place in RECIPES[recipe]]


def test_the_page_has_five_recipes_and_each_is_looked_after() -> None:
    assert re.findall(r"^### (.+)$", PAGE, re.MULTILINE) == list(RECIPES)
    assert len(RECIPES) == 5


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    with (root / path).open("a", encoding="utf-8") as file:
        file.write(text)


def _pigeons(root: Path) -> Subject:
    """An app for carrier pigeons, in all its places."""
    put(root, "evidence_kit/words/languages.toml", '[[language]]\ncode = "en"\n[[language]]\ncode = "ar"\n')
    put(root, "evidence_kit/chats/formats/pigeon_text.py", 'FORMAT = ChatFormat("pigeon-text", claims, read)\n')
    put(root, "samples/chats/pigeon/roof.txt", "coo\n")
    put(root, "samples/chats/LEDGER.toml", '[[sample]]\npath = "pigeon/roof.txt"\nformat = "pigeon-text"\n')
    put(root, "tests/chats/traps.toml", '[[row]]\nname = "Pigeon"\nsamples = ["pigeon/roof.txt"]\ntests = []\n')
    for code in ("en", "ar"):
        put(root, f"evidence_kit/words/{code}/platform.toml", '[platform]\npigeon = "Pigeon"\n')
    put(root, "docs/CHATS.md", "| Pigeon | text | coo | `pigeon/` |\n")
    return Subject("pigeon-text", "pigeon_text", "pigeon")


def _moons(root: Path) -> Subject:
    """A rule that a log is not signed at full moon."""
    put(root, "evidence_kit/words/languages.toml", '[[language]]\ncode = "en"\n[[language]]\ncode = "ar"\n')
    text = '_CHAIN: Final = "custody.chain"\nRULES = (Rule("M1", "log-full-moon", f"{_CHAIN}:_State.moon"),)\n'
    put(root, "evidence_kit/sealing/rules.py", text)
    put(root, "evidence_kit/custody/chain.py", 'class _State:\n    def moon(self):\n        return "log-full-moon"\n')
    found = {"code": "log-full-moon", "meaning": {"en": "…", "ar": "…"}}
    put(root, "evidence_kit/words/findings.json", json.dumps({"findings": [found]}))
    put(root, "docs/RULES.md", "| M1 | `time` | a full moon | `log-full-moon` | 3 | both | log-moon |\n")
    put(root, "testvectors/vectors.json", '{"vectors": [{"name": "log-moon"}]}')
    put(root, "web/verifier/src/core/chain.ts", 'found.push("log-full-moon");\n')
    put(root, "evidence_kit/sealing/verifier.html", '{"code":"log-full-moon"}')
    put(root, "tests/vectors/reader.py", 'codes.add("log-full-moon")\n')
    return Subject("M1", code="log-full-moon")


def _spanish(root: Path) -> Subject:
    put(root, "evidence_kit/words/languages.toml", '[[language]]\ncode = "en"\n[[language]]\ncode = "es"\n')
    for code in ("en", "es"):
        put(root, f"evidence_kit/words/{code}/new.toml", '[new]\ndone = "…"\n')
    put(root, "evidence_kit/words/findings.json", json.dumps({"findings": [{"meaning": {"en": "…", "es": "…"}}]}))
    put(root, "docs/volunteer.fr.md", "…")
    put(root, "docs/volunteer.es.md", "…")
    return Subject("es")


def _knots(root: Path) -> Subject:
    put(root, "evidence_kit/words/languages.toml", '[[language]]\ncode = "en"\n[[language]]\ncode = "ar"\n')
    put(root, "evidence_kit/workflows/handover/forms/knots.py", 'FORM = Form("knot-cord", ".txt", write)\n')
    for code in ("en", "ar"):
        put(root, f"evidence_kit/words/{code}/export.toml", '[help.export]\nform = "knot-cord (…)"\n')
    put(root, "docs/schemas/export.json", '{"enum": ["knot-cord"]}')
    put(root, "tests/contracts/scenario_lines.txt", "0 export 1 --as knot-cord --for lawyer --out cord\n")
    for name in ("scripts.md", "scripts.ar.md"):
        put(root, f"docs/{name}", "evidence-kit export 7 --as knot-cord --out cord\n")
    return Subject("knot-cord", "knots")


def _stereograms(root: Path) -> Subject:
    text = "def describe(payload):\n    ...\n\ndef versions():\n    ...\n\ndef parameters():\n    ...\n"
    put(root, "evidence_kit/media/stereogram.py", text)
    put(root, "evidence_kit/media/registry.py", 'return Describer("stereogram/1", stereogram.describe)\n')
    put(root, "evidence_kit/intake/kinds.py", '_kind("stereo", Family.PICTURE, "image/x-stereo", ".st3")\n')
    return Subject("stereogram", "stereogram", kinds=("stereo",))


INVENTED: dict[str, Callable[[Path], Subject]] = {
    "A chat format": _pigeons,
    "A rule of the verifier": _moons,
    "A language": _spanish,
    "A form of export": _knots,
    "A describer": _stereograms,
}


def _forget(root: Path, place: str) -> None:
    """Take away what lies at a place: the last language's file, or the file or folder itself."""
    path = root / place.replace("<language>", "ar")
    if not path.exists():
        path = root / place.replace("<language>", "es")
    if place == "docs/":
        (root / "docs/volunteer.es.md").unlink()
    elif place == "tests/":
        (root / "testvectors/vectors.json").unlink()
    elif place == "evidence_kit/":
        (root / "evidence_kit/custody/chain.py").unlink()
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_place_that_was_forgotten_is_named(recipe: str, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    subject = INVENTED[recipe](whole)
    assert missing(recipe, whole, subject) == []
    for number, place in enumerate(RECIPES[recipe]):
        less = tmp_path / str(number)
        shutil.copytree(whole, less)
        _forget(less, place.path)
        assert place.path in missing(recipe, less, subject), place.path
        # What leans on it may be missing too, but nothing that stands by itself.
        assert len(missing(recipe, less, subject)) <= 3


def test_a_draft_of_a_language_needs_two_places(tmp_path: Path) -> None:
    put(tmp_path, "evidence_kit/words/languages.toml", '[[language]]\ncode = "es"\ndraft = true\n')
    put(tmp_path, "evidence_kit/words/es/new.toml", '[new]\ndone = "…"\n')
    assert missing("A language", tmp_path, Subject("es")) == []
    shutil.rmtree(tmp_path / "evidence_kit/words/es")
    assert missing("A language", tmp_path, Subject("es")) == ["evidence_kit/words/<language>/"]
