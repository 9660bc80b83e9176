"""Bars that show a person how far the work is; rich, which draws them, is loaded when one is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from evidence_kit.words import Words

if TYPE_CHECKING:
    from rich.progress import Progress, Task

ByteCallback: TypeAlias = Callable[[int], None]
CountCallback: TypeAlias = Callable[[int, int], None]
_UNITS: Final = (("gigabytes", 1_000_000_000), ("megabytes", 1_000_000), ("kilobytes", 1_000))


@contextmanager
def byte_progress(label: str, total_bytes: int | None, words: Words, *, shown: bool) -> Iterator[ByteCallback]:
    """Show how many bytes are done; yields the callback that counts every piece.

    Args:
        label: What is being done, in the person's language.
        total_bytes: How many there are; None where that is not known.
        words: The language of units.
        shown: A person looks at it; else nothing is drawn.
    """
    if not shown:
        yield lambda _: None
        return

    def told(task: Task) -> str:
        return size_text(words, int(task.completed), None if task.total is None else int(task.total))

    with _bar(told, words) as bar:
        task = bar.add_task(label, total=total_bytes)
        yield lambda size_bytes: bar.update(task, advance=size_bytes)


@contextmanager
def phased_progress(
    looking: str, total_bytes: int | None, comparing: str, words: Words, *, shown: bool
) -> Iterator[tuple[ByteCallback, CountCallback]]:
    """Show how many bytes are done, then how many of how many were compared, and how long the rest may take.

    Args:
        looking: Label of the bytes, in the person's language.
        total_bytes: How many there are; None where that is not known.
        comparing: Label of what is counted after them.
        words: The language of units.
        shown: A person looks at it; else nothing is drawn.
    """
    if not shown:
        yield lambda _: None, lambda *_: None
        return

    def told(task: Task) -> str:
        if task.fields.get("counts"):
            return words.sentence("size.of", done=int(task.completed), total=int(task.total or 0))
        return size_text(words, int(task.completed))

    with _bar(told, words) as bar:
        bytes_task = bar.add_task(looking, total=total_bytes)
        counted = bar.add_task(comparing, total=None, visible=False, counts=True)

        def compared(done: int, of: int) -> None:
            bar.update(bytes_task, visible=False)
            bar.update(counted, completed=done, total=of, visible=True)

        yield lambda size_bytes: bar.advance(bytes_task, size_bytes), compared


def size_text(words: Words, size_bytes: int, of_bytes: int | None = None) -> str:
    """Return a size to be read at a glance, in the units of a language: `1.2 MB`, `0,9 sur 5,4 Go`.

    Args:
        words: The language.
        size_bytes: The size.
        of_bytes: Of how much; its unit is that of both.
    """
    largest = size_bytes if of_bytes is None else of_bytes
    unit, of = next(((name, each) for name, each in _UNITS if largest >= each), ("bytes", 1))

    def number(size: int) -> str:
        return str(size) if of == 1 else f"{size / of:.1f}".replace(".", words.sentence("size.decimal-sign"))

    both = words.sentence("size.of", done=number(size_bytes), total=number(largest))
    return words.sentence(f"size.{unit}", number=number(size_bytes) if of_bytes is None else both)


def time_text(words: Words, seconds: float | None) -> str:
    """Return how long the rest may take: minutes and seconds, hours before them where there are any.

    Args:
        words: The language.
        seconds: None where nobody can say yet.
    """
    if seconds is None:
        return ""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    shown = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    return words.sentence("size.left", time=shown)


def _bar(told: Callable[[Task], str], words: Words) -> Progress:
    """Return a bar of rich with our own words at its right: it has English units, and takes no others."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
    from rich.text import Text

    class Told(ProgressColumn):
        """What is done, of how much."""

        def render(self, task: Any) -> Text:  # noqa: ANN401 - rich's own task
            return Text(told(task), no_wrap=True)

    class Left(ProgressColumn):
        """How long the rest may take."""

        max_refresh = 0.5

        def render(self, task: Any) -> Text:  # noqa: ANN401 - rich's own task
            return Text(time_text(words, task.time_remaining), no_wrap=True)

    columns = (TextColumn("{task.description}"), BarColumn(), Told(), Left())
    return Progress(*columns, console=Console(file=sys.stderr), transient=True)
