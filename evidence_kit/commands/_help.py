"""The help of the program and its commands, in a person's language and at the width of their terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

from evidence_kit.commands._tables import cells, pieces
from evidence_kit.commands._terminal import columns
from evidence_kit.words import Words

_WIDEST_NAME: Final = 26
_WIDEST_LINE: Final = 100
# What stands for a value that a person chooses is named in the language; words to be typed as they are have small
# letters and stay.
_PLACE: Final = re.compile(r"[A-Z]+[0-9]?")


def placeholder(words: Words, metavar: str) -> str:
    """Return how a value is called in a usage line: `CASE` in the language, `police|lawyer` as it is typed."""

    def named(found: re.Match[str]) -> str:
        sentence = f"metavar.{found[0].rstrip('0123456789')}"
        number = found[0][len(found[0].rstrip("0123456789")) :]
        return words.sentence(sentence) + number if words.knows(sentence) else found[0]

    return _PLACE.sub(named, metavar)


def usage_line(command: Any, path: str, words: Words) -> str:  # noqa: ANN401 - typer's own click
    """Return the line that shows how a command is called.

    Args:
        command: A command, or the program.
        path: Its name, with the program's before it.
        words: The language.
    """
    parts = [words.sentence("click.options-place")]
    for each in command.params:
        if each.param_type_name == "argument":
            name = placeholder(words, each.metavar or each.name.upper())
            parts.append(name if each.required or name.startswith("[") else f"[{name}]")
    if getattr(command, "commands", None) is not None:
        parts.append(words.sentence("click.command-place"))
    return f"{words.sentence('click.usage')} {path} {' '.join(parts)}"


def help_text(command: Any, path: str, words: Words) -> str:  # noqa: ANN401 - typer's own click
    """Return the whole help of a command, or the first screen of the program.

    Args:
        command: A command, or the program.
        path: Its name, with the program's before it.
        words: The language.
    """
    width = min(_WIDEST_LINE, columns(sys.stdout) - 1)
    lines = [*pieces(usage_line(command, path, words), width), "", *_paragraph(command.help, width)]
    arguments: list[tuple[str, str]] = []
    options: list[tuple[str, str]] = []
    for each in command.params:
        (arguments if each.param_type_name == "argument" else options).append(_row(each, words))
    own = _own_option(command, words)
    for title, rows in (("arguments", arguments), ("options", [*options, *own])):
        lines += _section(words.sentence(f"click.{title}"), rows, width)
    for group, rows in _groups(command):
        lines += _section(group, rows, width)
    if command.epilog:
        lines += ["", *_paragraph(command.epilog, width)]
    return "\n".join([*lines, ""])


def _own_option(command: Any, words: Words) -> list[tuple[str, str]]:  # noqa: ANN401 - typer's own click
    return (
        []
        if any(each.name == "help" for each in command.params)
        else [("--help, -h", words.sentence("help.common.help"))]
    )


def _groups(command: Any) -> Iterable[tuple[str, list[tuple[str, str]]]]:  # noqa: ANN401 - typer's own click
    """Return the commands of the program, group by group."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, each in (getattr(command, "commands", None) or {}).items():
        found.setdefault(str(each.rich_help_panel), []).append((name, each.short_help or ""))
    return found.items()


def _row(parameter: Any, words: Words) -> tuple[str, str]:  # noqa: ANN401 - typer's own click
    """Return a parameter's name with its value, and its purpose."""
    place = placeholder(words, parameter.metavar or words.sentence("metavar.TEXT"))
    told = parameter.help or ""
    if parameter.param_type_name == "argument":
        return place, f"{told} {words.sentence('click.required')}" if parameter.required else told
    name = ", ".join(sorted(parameter.opts, key=len, reverse=True))
    return name if parameter.is_flag else f"{name} {place}", told


def _section(title: str, rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Return a heading and its rows: names at the left, their help beside them, beneath where a name is long."""
    if not rows:
        return []
    left = 2 + min(_WIDEST_NAME, max(cells(name) for name, _ in rows)) + 2
    lines = ["", title]
    for name, told in rows:
        beside = [" " * left + line for line in pieces(told, width - left)]
        if cells(name) + 4 > left:
            lines += [f"  {name}", *beside]
        else:
            lines += [f"  {name}{' ' * (left - 2 - cells(name))}{beside[0].lstrip()}".rstrip(), *beside[1:]]
    return lines


def _paragraph(text: str | None, width: int) -> list[str]:
    return [line for part in (text or "").split("\n") for line in pieces(part, width)]
