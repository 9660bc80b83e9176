"""Slips of the hand on the command line, told in our words and not in those of a library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from evidence_kit.commands._help import placeholder
from evidence_kit.errors import EvidenceError, UsageError
from evidence_kit.words import Words


def slip_of(error: BaseException, message: str, commands: Sequence[str], words: Words) -> EvidenceError:
    """Return the error of a slip of the hand, with the known name like it.

    Args:
        error: As the library that reads command lines raised it.
        message: Its own words, English; only looked at.
        commands: Names of all commands.
        words: The language of placeholders.
    """
    kind = type(error).__name__.removesuffix("Error")
    if kind in {"MissingParameter", "BadParameter"}:
        return _of_a_value(error, kind, words)
    if kind in {"NoSuchOption", "BadOptionUsage"}:
        return _of_an_option(error, kind, message)
    if unknown := re.match(r"No such command '(.*?)'", message):
        near = ", ".join(get_close_matches(unknown[1], commands)) or "help"
        return UsageError("no-such-command", name=unknown[1], near=near)
    if extra := re.search(r"unexpected extra arguments? ?\(?s?\)? ?\((.*)\)$", message):
        return UsageError("extra-argument", name=extra[1])
    return UsageError("missing-command") if message.startswith("Missing command") else UsageError("usage")


def _of_a_value(error: BaseException, kind: str, words: Words) -> UsageError:
    """Return a slip about a value that is missing or does not fit."""
    parameter = getattr(error, "param", None)
    name = max(getattr(parameter, "opts", None) or [str(getattr(error, "param_hint", None) or "?")], key=len)
    if not name.startswith("-"):
        name = placeholder(words, getattr(parameter, "metavar", None) or name.upper()).strip("[].")
    return UsageError("missing-parameter" if kind == "MissingParameter" else "bad-value", name=str(name))


def _of_an_option(error: BaseException, kind: str, message: str) -> UsageError:
    """Return a slip about an option that is unknown, lacks its value, or takes none."""
    name = str(getattr(error, "option_name", "?"))
    if kind == "BadOptionUsage":
        return UsageError("option-without-value" if "requires" in message else "option-with-value", name=name)
    command = getattr(getattr(error, "ctx", None), "command", None)
    known = [each for one in getattr(command, "params", ()) for each in one.opts]
    return UsageError("no-such-option", name=name, near=", ".join(get_close_matches(name, known)) or "--help")
