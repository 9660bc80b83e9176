"""Every command that a sentence tells a person to type is one of the program's, with flags and actions that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from evidence_kit.cli import build
from evidence_kit.words import LANGUAGES, catalogue

PROGRAM = build(catalogue("en"))
# Up to where the sentence goes on: a quotation mark, a bracket, a sign that ends it, or the next command.
_COMMAND = re.compile(r"evidence-kit ([a-z][a-z-]*)((?:(?!evidence-kit)[^»”\"()\n؛;,،])*)")
_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
# There it is the name of the program, and what it does stands behind it.
ABOUT_THE_PROGRAM = {"takedown.submits-nothing"}


def named(language: str) -> Iterator[tuple[str, str, str]]:
    """Yield every command that a sentence names: the sentence's id, the command, what stands behind it."""
    for name, sentence in catalogue(language).sentences.items():
        for text in (sentence,) if isinstance(sentence, str) else sentence.values():
            for found in _COMMAND.finditer(text):
                yield name, found[1], found[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_that_is_named_is_there(language: str) -> None:
    unknown = {(name, command) for name, command, _ in named(language) if command not in PROGRAM.commands}
    assert {each for each in unknown if each[0] not in ABOUT_THE_PROGRAM} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_flag_beside_a_command_is_one_of_its(language: str) -> None:
    wrong = {
        (name, command, flag)
        for name, command, rest in named(language)
        if command in PROGRAM.commands
        for flag in _FLAG.findall(rest)
        if flag not in _flags(PROGRAM.commands[command])
    }
    assert wrong == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_flag_of_an_error_or_a_help_is_some_commands(language: str) -> None:
    every = {flag for command in PROGRAM.commands.values() for flag in _flags(command)} | {"--help", "--version"}
    wrong = {
        (name, flag)
        for name, sentence in catalogue(language).sentences.items()
        for text in ((sentence,) if isinstance(sentence, str) else sentence.values())
        for flag in _FLAG.findall(text)
        if flag not in every and not any(tool in text for tool in OTHER_TOOLS)
    }
    assert wrong == set()


# Whose flags stand in our sentences too.
OTHER_TOOLS = (
    "curl ",
    "pip ",
    "ssh-keygen",
    "openssl",
    "7z ",
    "tar ",
    "gpg ",
    "age-keygen",
    "timedatectl",
    "cryptsetup",
)


def _flags(command: Any) -> set[str]:
    return {flag for parameter in command.params for flag in parameter.opts if flag.startswith("--")} | {"--help"}
