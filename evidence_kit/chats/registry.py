"""Which format reads a file: exactly one must claim it, by its content first, by its name second.

The formats are the modules in `evidence_kit.chats.formats`: whoever adds one puts it there, with a `FORMAT`.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO, TypeAlias

from evidence_kit.chats import formats as folder
from evidence_kit.chats.conservation import conserved_entries
from evidence_kit.chats.format import ALONE, HEAD_BYTES, ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.message import Entry


@cache
def module_names() -> tuple[str, ...]:
    """Return the names of the modules in the folder of formats; none of them is imported for that."""
    return tuple(sorted(each.name for each in pkgutil.iter_modules(folder.__path__)))


@cache
def formats_in(module: str) -> tuple[ChatFormat, ...]:
    """Return the formats of a module of the folder: its `FORMAT`, or its `FORMATS`."""
    found = importlib.import_module(f"{folder.__name__}.{module}")
    many: tuple[ChatFormat, ...] = getattr(found, "FORMATS", ())
    return many or (found.FORMAT,)


@cache
def all_formats() -> tuple[ChatFormat, ...]:
    """Return every format that there is; all modules are imported for that."""
    return tuple(each for module in module_names() for each in formats_in(module))


@dataclass(frozen=True, slots=True)
class Recognised:
    """Exactly one format claims the file.

    Attributes:
        format: That one.
        by: Whether its content or only its name says so.
    """

    format: ChatFormat
    by: FormatVote


@dataclass(frozen=True, slots=True)
class Contested:
    """More than one format claims the file, so none reads it; a fact to record.

    Attributes:
        names: The names of those formats.
    """

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoChat:
    """No format claims the file, which says nothing but that; most files of a phone are none."""


Recognition: TypeAlias = Recognised | Contested | NoChat


def recognise_format(head: bytes, name: str = "") -> Recognition:
    """Return which format claims a file.

    Args:
        head: The first `HEAD_BYTES` of it, or all when it has fewer.
        name: Its path inside the export, `/` between parts.
    """
    seen = FileHead(head[:HEAD_BYTES])
    votes = [(each.claims(seen, name), each) for each in all_formats()]
    best = max(vote for vote, _ in votes)
    claiming = [each for vote, each in votes if vote is best]
    if best is FormatVote.NO:
        return NoChat()
    if len(claiming) > 1:
        return Contested(tuple(each.name for each in claiming))
    return Recognised(claiming[0], best)


def format_named(name: str) -> ChatFormat | None:
    """Return the format of that name, None where there is none; only modules that are called like it are imported."""
    for module in sorted(module_names(), key=lambda each: not _is_called(each, name)):
        for each in formats_in(module):
            if each.name == name:
                return each
    return None


def _is_called(module: str, name: str) -> bool:
    return f"{name}-".startswith(module.replace("_", "-") + "-")


def read_export(export: BinaryIO, chosen: ChatFormat, around: Surroundings = ALONE) -> Iterator[Entry]:
    """Yield every entry of an export; lazy; their places cover the file.

    Args:
        export: Seekable; read from its beginning, some formats twice.
        chosen: As `recognise_format` said.
        around: What is known of the file beyond its bytes.
    """
    size_bytes = export.seek(0, os.SEEK_END)
    export.seek(0)
    yield from conserved_entries(chosen.read(export, around), size_bytes)
