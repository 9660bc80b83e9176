"""The README and the guides as tests read them: their text, their commands, their links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from docs.pages import ENDINGS, GUIDES, source
from tests.e2e.conftest import ROOT

README = ROOT / "README.md"
# Every page that a person follows word by word; CONTRIBUTING.md is followed in a test of its own.
PAGES: dict[str, Path] = {
    "README.md": README,
    **{path.name: path for guide in GUIDES for path in (source(guide, language) for language in ENDINGS)},
}
TEXTS: dict[str, str] = {name: path.read_text("utf-8") for name, path in PAGES.items()}
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Where one command ends and something else begins.
ENDS = re.compile(r"[|;&<>()]+")


def text_of(*guides: str, language: str = "en") -> str:
    """Return guides of one language, one behind the other."""
    return "\n".join(source(guide, language).read_text("utf-8") for guide in guides)


def pages_in(language: str) -> list[str]:
    """Return the names of one language's pages; the README is English."""
    names = [source(guide, language).name for guide in GUIDES]
    return ["README.md", *names] if language == "en" else names


def blocks(text: str) -> list[tuple[str, str]]:
    """Return the code blocks of a page: language and text."""
    return FENCE.findall(text)


def block_with(page: str, words: str, language: str = "sh") -> str:
    """Return the one block of a page that holds some words."""
    (found,) = [block for kind, block in blocks(TEXTS[page]) if kind == language and words in block]
    return found


def prose(text: str) -> str:
    """Return a page without its code blocks."""
    return FENCE.sub("", text)


def script(block: str) -> str:
    """Return a shell block with its variables that hold flags put in."""
    for name, value in re.findall(r'^(\w+)="(--[^"]*)"$', block, re.MULTILINE):
        block = block.replace(f"${name}", value)
    return block


def command_lines(text: str) -> Iterator[list[str]]:
    """Yield the arguments of every call of the program in the code blocks of a page."""
    for kind, block in blocks(text):
        if kind not in {"sh", "powershell", "cron", "ini"}:
            continue
        for line in script(block).splitlines():
            plain = line.replace("\\", "/") if kind == "powershell" else line
            if kind in {"cron", "ini"}:
                plain = "evidence-kit " + plain.partition("evidence-kit ")[2] if "evidence-kit " in plain else ""
            for part in plain.split("$("):
                if re.match(r"\s*(\S*/)?evidence-kit\s", part):
                    yield _first_command(part)[1:]


def _first_command(text: str) -> list[str]:
    """Return the words up to the first pipe, redirection or bracket that stands outside quotes."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|;&<>()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(takewhile(lambda word: not ENDS.fullmatch(word), lexer))


def headings(text: str) -> set[str]:
    """Return the anchors that the headings of a page make, as the sites that show such pages do."""
    lines = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}
