"""Calls the lines of a scenario, each in a fork of this process; nothing but the standard library is loaded here."""

from __future__ import annotations

import json
import os
import shlex
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Told: TypeAlias = dict[str, Any]
"""What a fork tells of its call: `code`, the documents that it `printed`, and whatever else is asked for."""


def called_lines(call: Callable[[list[str]], Told], *, any_code: bool = False) -> Iterator[tuple[str, Told]]:
    """Yield each line of standard input and what came of it.

    Args:
        call: Calls the program with the words of a line; runs in the fork.
        any_code: A line may end with another code than it says.

    Raises:
        SystemExit: A line ended otherwise than it says.
    """
    last: dict[str, str] = {}
    for text in sys.stdin.read().splitlines():
        if not text or text.startswith("#"):
            continue
        expected, _, line = text.partition(" ")
        words = [word.format_map(last) if "{" in word else word for word in shlex.split(line)]
        told = in_a_fork(call, words)
        if told["code"] != int(expected) and not any_code:
            raise SystemExit(f"{line}: {told}")
        last |= {name: value for name, value in (told["printed"] or [{}])[-1].items() if isinstance(value, str)}
        yield line, told


def in_a_fork(call: Callable[[list[str]], Told], words: list[str]) -> Told:
    """Return what a call tells that runs in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            told = call(words)
        except BaseException:  # noqa: BLE001 - the parent has to hear of it, whatever it is
            told = {"code": traceback.format_exc(), "printed": []}
        with open(writing, "wb", closefd=True) as file:  # noqa: PTH123 - a descriptor
            file.write(json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb", closefd=True) as file:  # noqa: PTH123 - a descriptor
        told = json.loads(file.read())
    os.waitpid(child, 0)
    return dict(told)
