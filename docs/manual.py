"""Make the manual pages out of the words of the program: `make manual` writes one for each language.

A page is checked by `man -l` and mandoc in the tests, and lies in a wheel where `man` looks for it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from docs.pages import ENDINGS, ROOT
from evidence_kit.cli import build
from evidence_kit.commands._help import placeholder, usage_line
from evidence_kit.words import LANGUAGES, Words, catalogue
from evidence_kit.words.languages import FALLBACK

FOLDER: Final = ROOT / "docs" / "man"
NAME: Final = "evidence-kit"
_HEADINGS: Final = {
    "en": ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "SEE ALSO"),
    "fr": ("NOM", "SYNOPSIS", "DESCRIPTION", "COMMANDES", "CODES DE SORTIE", "ENVIRONNEMENT", "VOIR AUSSI"),
    "ar": ("الاسم", "الاستعمال", "الوصف", "الأوامر", "رموز الخروج", "البيئة", "انظر أيضا"),
}
_VARIABLES: Final = {
    "EVIDENCE_KIT_STATION": {
        "en": "Folder of the station, where --station does not name one.",
        "fr": "Dossier du poste, si --station n'en nomme pas.",
        "ar": "مجلد الجهاز إن لم يسمّه --station.",
    },
    "EVIDENCE_KIT_LANG": {
        "en": "ar, fr or en; else the system's language.",
        "fr": "ar, fr ou en ; sinon la langue du système.",
        "ar": "ar أو fr أو en؛ وإلا فلغة النظام.",
    },
}
_RELEASED: Final = re.compile(r"^## ([0-9.]+) \(([0-9-]+)\)$", re.MULTILINE)
_CODES: Final = re.compile(r"^\| ([0-9]+) \| (.+) \|$", re.MULTILINE)


def page(language: str) -> str:
    """Return the manual page in a language, as `man` reads it."""
    words = catalogue(language)
    program = build(words)
    name, synopsis, description, commands, codes, environment, see = _HEADINGS[language]
    version, day = _RELEASED.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))[0]
    # No word is broken, and no line is filled up with blanks.
    lines = [f'.TH EVIDENCE-KIT 1 "{day}" "{NAME} {version}" ""', ".nh", ".ad l", f".SH {name}"]
    lines += [f"{_escaped(NAME)} \\- {_escaped(_plain(program.help).partition('. ')[0].rstrip('.'))}"]
    lines += [f".SH {synopsis}", f".B {_escaped(NAME)}", _escaped(_called(program, "", words))]
    lines += [f".SH {description}", _escaped(_plain(program.help)), ".PP", _escaped(_plain(program.epilog))]
    lines.append(f".SH {commands}")
    for command_name, command in program.commands.items():
        lines += _command(command_name, command, words)
    lines.append(f".SH {codes}")
    for code, meaning in _CODES.findall((ROOT / "docs" / f"scripts{ENDINGS[language]}.md").read_text("utf-8")):
        lines += [".TP", f".B {code}", _escaped(_plain(meaning))]
    lines.append(f".SH {environment}")
    for variable, told in _VARIABLES.items():
        lines += [".TP", f".B {variable}", _escaped(told[language])]
    lines += [f".SH {see}", _escaped(f"{NAME} help, {NAME} COMMAND --help, docs/handbook{ENDINGS[language]}.md")]
    return "\n".join(lines) + "\n"


def _command(name: str, command: Any, words: Words) -> list[str]:  # noqa: ANN401 - typer's own click
    """Return the part about one command: how it is called, what it does, its own options."""
    lines = [f".SS {_escaped(name)}", ".B " + _escaped(_called(command, f"{NAME} {name}", words))]
    lines += [".PP", _escaped(_plain(command.help))]
    for each in command.params:
        if each.name in _COMMON:
            continue
        place = placeholder(words, each.metavar or words.sentence("metavar.TEXT"))
        option = ", ".join(sorted(each.opts, key=len, reverse=True))
        shown = place if each.param_type_name == "argument" else option if each.is_flag else f"{option} {place}"
        lines += [".TP", f".B {_escaped(shown)}", _escaped(_plain(each.help))]
    return [*lines, ".PP", _escaped(_plain(command.epilog))]


# Every command has these; `--help` of any shows them.
_COMMON: Final = {"json", "quiet", "lang", "no_input", "passphrase_file", "station", "accept_older", "help"}


def _called(command: Any, path: str, words: Words) -> str:  # noqa: ANN401 - typer's own click
    """Return the line by which a command is called, without the word before it."""
    return usage_line(command, path, words).removeprefix(words.sentence("click.usage")).strip()


def _plain(text: str | None) -> str:
    return " ".join((text or "").replace("`", "").split())


def _escaped(text: str) -> str:
    """Return a text that roff takes for nothing but text."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


def place(language: str) -> Path:
    """Return where the page of a language lies, below `man` as `man` wants it."""
    return FOLDER / ("" if language == FALLBACK else language) / "man1" / f"{NAME}.1"


def main() -> None:
    """Write every page."""
    for language in LANGUAGES:
        path = place(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(language), "utf-8")


if __name__ == "__main__":
    main()
