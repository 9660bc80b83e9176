"""The places of CONTRIBUTING.md's recipes, each with a look that says whether something is there.

A recipe is a list of places; a place names itself as the page does, and looks for one subject (a format, a language…)
below a root, by reading files: so that the looks themselves are tested on trees in which a place was forgotten.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Look = Callable[[Path, "Subject"], bool]


@dataclass(frozen=True, slots=True)
class Subject:
    """What somebody adds.

    Attributes:
        name: As users and files call it.
        module: Its module, where it has one.
        platform: Of a chat format: the key of its platform's name; None where nothing of it is a message.
        kinds: Of a describer: the content types that it reads.
        code: Of a rule: the finding that it gives.
    """

    name: str
    module: str = ""
    platform: str | None = None
    kinds: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a recipe.

    Attributes:
        path: As the recipe names it.
        there: Says whether the subject is there.
    """

    path: str
    there: Look


def missing(recipe: str, root: Path, subject: Subject) -> list[str]:
    """Return the places of a recipe where a subject was forgotten."""
    return [place.path for place in RECIPES[recipe] if not place.there(root, subject)]


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def _languages(root: Path) -> list[dict[str, Any]]:
    return list(_toml(root / "evidence_kit/words/languages.toml").get("language", ()))


def finished(root: Path) -> list[str]:
    """Return the codes of the languages that are no drafts."""
    return [each["code"] for each in _languages(root) if not each.get("draft")]


def _is_draft(root: Path, code: str) -> bool:
    return any(each["code"] == code and each.get("draft") for each in _languages(root))


# --- a chat format


def _samples(root: Path, format_name: str) -> list[str]:
    ledger = _toml(root / "samples/chats/LEDGER.toml").get("sample", ())
    return [str(each["path"]) for each in ledger if each["format"] == format_name]


def _has_module(root: Path, subject: Subject) -> bool:
    folder = root / "evidence_kit/chats/formats"
    text = _text(folder / f"{subject.module}.py") + _text(folder / subject.module / "__init__.py")
    return bool(re.search(r"^FORMATS?\b", text, re.MULTILINE)) or "FORMAT" in text


def _has_sample(root: Path, subject: Subject) -> bool:
    paths = _samples(root, subject.name)
    return bool(paths) and all((root / "samples/chats" / path).exists() for path in paths)


def _has_row(root: Path, subject: Subject) -> bool:
    rows = _toml(root / "tests/chats/traps.toml").get("row", ())
    return bool({path for row in rows for path in row["samples"]} & set(_samples(root, subject.name)))


def _has_platform(root: Path, subject: Subject) -> bool:
    if subject.platform is None:
        return True
    tables = [_toml(root / f"evidence_kit/words/{code}/platform.toml").get("platform", {}) for code in finished(root)]
    return bool(tables) and all(subject.platform in table for table in tables)


def _is_in_chats_page(root: Path, subject: Subject) -> bool:
    page = _text(root / "docs/CHATS.md")
    folders = {path.partition("/")[0] for path in _samples(root, subject.name)}
    return any(f"`{folder}/`" in page for folder in folders)


# --- a rule of the verifier


def _function_of(root: Path, number: str) -> tuple[str, str] | None:
    """Return the module and the function that the table names for a rule."""
    text = _text(root / "evidence_kit/sealing/rules.py")
    row = re.search(rf'Rule\("{number}", "([a-z-]+)", f?"([^"]+)"\)', text)
    if row is None:
        return None
    shorts = dict(re.findall(r'^(_\w+): Final = "([\w.]+)"', text, re.MULTILINE))
    module, _, name = re.sub(r"\{(\w+)\}", lambda each: shorts.get(each[1], ""), row[2]).partition(":")
    return module, name


def _cells(root: Path, number: str) -> list[str]:
    row = re.search(rf"^\| {number} \| .*$", _text(root / "docs/RULES.md"), re.MULTILINE)
    return [] if row is None else [cell.strip() for cell in row[0].strip("|").split(" | ")]


def _is_in_table(root: Path, subject: Subject) -> bool:
    row = f'Rule("{subject.name}", "{subject.code}", '
    return row in _text(root / "evidence_kit/sealing/rules.py")


@cache
def _program(root: Path) -> str:
    """Return the whole program but for the table of rules, which names every code."""
    paths = sorted((root / "evidence_kit").rglob("*.py"))
    return "".join(path.read_text("utf-8") for path in paths if path.name != "rules.py")


def _is_enforced(root: Path, subject: Subject) -> bool:
    found = _function_of(root, subject.name)
    if found is None:
        return False
    text = _text(root / f"evidence_kit/{found[0].replace('.', '/')}.py")
    there = all(re.search(rf"^ *(def|class) {re.escape(part)}\b", text, re.MULTILINE) for part in found[1].split("."))
    # Of a file, one function gives three codes.
    of_a_file = re.sub(r"^(body|key|item|recovered)-(missing|changed)$", r"{what}-\2", subject.code)
    return there and any(f'{code}"' in _program(root) for code in (subject.code, of_a_file))


def _is_said(root: Path, subject: Subject) -> bool:
    text = _text(root / "evidence_kit/words/findings.json")
    listed = {each["code"]: each["meaning"] for each in json.loads(text)["findings"]} if text else {}
    return bool(finished(root)) and set(finished(root)) <= set(listed.get(subject.code, ()))


def _is_written_down(root: Path, subject: Subject) -> bool:
    cells = _cells(root, subject.name)
    return len(cells) == 7 and cells[3] == f"`{subject.code}`" and all(cells)


def _is_in_the_page(root: Path, subject: Subject) -> bool:
    cells = _cells(root, subject.name)
    if len(cells) != 7 or cells[5] == "program":
        # Whether the page judges by it is said in docs/RULES.md, which is named where it is missing.
        return True
    sources = (root / "web/verifier/src").rglob("*.ts")
    return any(f'"{subject.code}"' in path.read_text("utf-8") for path in sources)


def _is_built(root: Path, subject: Subject) -> bool:
    # The page holds the words of every finding, also of those by which it does not judge.
    return subject.code in _text(root / "evidence_kit/sealing/verifier.html")


def _is_judged_thirdly(root: Path, subject: Subject) -> bool:
    cells = _cells(root, subject.name)
    return len(cells) != 7 or cells[5] == "program" or f'"{subject.code}"' in _text(root / "tests/vectors/reader.py")


def _is_shown_by(root: Path, subject: Subject) -> bool:
    cells = _cells(root, subject.name)
    if len(cells) != 7:
        return False
    attacks, vectors = _text(root / "docs/ATTACKS.md"), _text(root / "testvectors/vectors.json")
    for shown in re.split(r", (?=[^“”]*(?:“|$))", cells[6]):
        if shown.startswith("“"):
            there = f"| {shown.strip('“”')} |" in attacks
        elif shown.startswith("tests/"):
            there = subject.code in _text(root / shown)
        else:
            there = f'"{shown}"' in vectors
        if not there:
            return False
    return True


# --- a language


def _is_listed(root: Path, subject: Subject) -> bool:
    return any(each["code"] == subject.name for each in _languages(root))


def _has_topics(root: Path, subject: Subject) -> bool:
    words = root / "evidence_kit/words"
    own = {path.name for path in (words / subject.name).glob("*.toml")}
    return bool(own) if _is_draft(root, subject.name) else own >= {path.name for path in (words / "en").glob("*.toml")}


def _has_findings(root: Path, subject: Subject) -> bool:
    if _is_draft(root, subject.name):
        return True
    text = _text(root / "evidence_kit/words/findings.json")
    listed = json.loads(text)["findings"] if text else ()
    return bool(listed) and all(subject.name in each["meaning"] for each in listed)


def _has_guides(root: Path, subject: Subject) -> bool:
    if subject.name == "en" or _is_draft(root, subject.name):
        return True
    docs = root / "docs"
    guides = [path.name.partition(".")[0] for path in docs.glob("*.fr.md")]
    there = all((docs / f"{guide}.{subject.name}.md").is_file() for guide in guides)
    return bool(guides) and there


# --- a form of export


def _is_a_form(root: Path, subject: Subject) -> bool:
    text = _text(root / f"evidence_kit/workflows/handover/forms/{subject.module}.py")
    return bool(re.search(rf'\bForm\(\s*(name=)?"{re.escape(subject.name)}"', text))


def _is_helped(root: Path, subject: Subject) -> bool:
    codes = finished(root)
    texts = [_text(root / f"evidence_kit/words/{code}/export.toml") for code in codes]
    return bool(codes) and all(re.search(rf"\b{re.escape(subject.name)}\b", text) for text in texts)


def _is_in_schema(root: Path, subject: Subject) -> bool:
    return f'"{subject.name}"' in _text(root / "docs/schemas/export.json")


def _is_called(root: Path, subject: Subject) -> bool:
    lines = _text(root / "tests/contracts/scenario_lines.txt")
    return bool(re.search(rf"^\d+ export .*--as {re.escape(subject.name)}( |$)", lines, re.MULTILINE))


def _is_shown(root: Path, subject: Subject) -> bool:
    codes = finished(root)
    pages = [root / "docs" / ("scripts.md" if code == "en" else f"scripts.{code}.md") for code in codes]
    call = re.compile(rf"^evidence-kit export .*--as {re.escape(subject.name)} ", re.MULTILINE)
    return bool(pages) and all(call.search(_text(page)) for page in pages)


# --- a describer


def _describes(root: Path, subject: Subject) -> bool:
    text = _text(root / f"evidence_kit/media/{subject.module}.py")
    return all(re.search(rf"^def {name}\(", text, re.MULTILINE) for name in ("describe", "versions", "parameters"))


def _is_registered(root: Path, subject: Subject) -> bool:
    return bool(re.search(rf'"{re.escape(subject.name)}/\d+"', _text(root / "evidence_kit/media/registry.py")))


def _is_known(root: Path, subject: Subject) -> bool:
    text = _text(root / "evidence_kit/intake/kinds.py")
    return bool(subject.kinds) and all(re.search(rf'_kind\(\s*"{re.escape(kind)}"', text) for kind in subject.kinds)


RECIPES: dict[str, tuple[Place, ...]] = {
    "A chat format": (
        Place("evidence_kit/chats/formats/", _has_module),
        Place("samples/chats/LEDGER.toml", _has_sample),
        Place("tests/chats/traps.toml", _has_row),
        Place("evidence_kit/words/<language>/platform.toml", _has_platform),
        Place("docs/CHATS.md", _is_in_chats_page),
    ),
    "A rule of the verifier": (
        Place("evidence_kit/sealing/rules.py", _is_in_table),
        Place("evidence_kit/", _is_enforced),
        Place("evidence_kit/words/findings.json", _is_said),
        Place("docs/RULES.md", _is_written_down),
        Place("tests/", _is_shown_by),
        Place("web/verifier/src/", _is_in_the_page),
        Place("evidence_kit/sealing/verifier.html", _is_built),
        Place("tests/vectors/reader.py", _is_judged_thirdly),
    ),
    "A language": (
        Place("evidence_kit/words/languages.toml", _is_listed),
        Place("evidence_kit/words/<language>/", _has_topics),
        Place("evidence_kit/words/findings.json", _has_findings),
        Place("docs/", _has_guides),
    ),
    "A form of export": (
        Place("evidence_kit/workflows/handover/forms/", _is_a_form),
        Place("evidence_kit/words/<language>/export.toml", _is_helped),
        Place("docs/schemas/export.json", _is_in_schema),
        Place("tests/contracts/scenario_lines.txt", _is_called),
        Place("docs/scripts.md", _is_shown),
    ),
    "A describer": (
        Place("evidence_kit/media/", _describes),
        Place("evidence_kit/media/registry.py", _is_registered),
        Place("evidence_kit/intake/kinds.py", _is_known),
    ),
}
