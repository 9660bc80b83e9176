"""The terminal that a person looks at: its width, lines broken to fit it, its second page for secrets."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from evidence_kit.commands._tables import pieces
from evidence_kit.commands._windows_console import understands_sequences, wipe_console


def columns(target: IO[str] | None) -> int:
    """Return how many columns a line of a terminal has; very many for a pipe, which gets lines whole."""
    return max(20, shutil.get_terminal_size().columns) if is_terminal(target) else 1 << 20


def fitted(target: IO[str] | None, text: str) -> str:
    """Return a text broken between words so that it fits a terminal; a line that goes on keeps its indent."""
    if not is_terminal(target):
        return text
    return "\n".join(piece for line in text.split("\n") for piece in pieces(line, columns(target) - 1))


def wrapped(line: str, indent: int) -> list[str]:
    """Return a line in pieces that fit the terminal; a pipe gets it whole."""
    return pieces(line, columns(sys.stdout) - indent - 1)


def is_terminal(target: IO[str] | None) -> bool:
    """Say whether what is written goes to a terminal, and not into a pipe or a file."""
    return target is not None and target.isatty()


@contextmanager
def secret_page() -> Iterator[None]:
    """Show a secret on the terminal's alternate screen, so that it does not stay in the scroll-back."""
    if not is_terminal(sys.stderr):
        yield
        return
    if not understands_sequences():
        try:
            yield
        finally:
            wipe_console()
        return
    sys.stderr.write("\x1b[?1049h\x1b[H")
    try:
        yield
    finally:
        sys.stderr.write("\x1b[2J\x1b[?1049l")
        sys.stderr.flush()


def new_page() -> None:
    """Begin an empty page inside of a secret one; the scroll-back keeps nothing of the page before."""
    if not is_terminal(sys.stderr):
        return
    if understands_sequences():
        sys.stderr.write("\x1b[2J\x1b[H")
        sys.stderr.flush()
    else:
        wipe_console()
