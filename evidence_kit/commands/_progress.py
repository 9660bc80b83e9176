"""Bars that show a person how far the work is; rich, which draws them, is loaded when one is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

ByteCallback: TypeAlias = Callable[[int], None]
CountCallback: TypeAlias = Callable[[int, int], None]


@contextmanager
def byte_progress(label: str, total_bytes: int | None, *, shown: bool) -> Iterator[ByteCallback]:
    """Show how many bytes are done; yields the callback that counts every piece.

    Args:
        label: What is being done, in the person's language.
        total_bytes: How many there are; None where that is not known.
        shown: A person looks at it; else nothing is drawn.
    """
    if not shown:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(compact=True))
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=total_bytes)
        yield lambda size_bytes: bar.update(task, advance=size_bytes)


@contextmanager
def phased_progress(
    looking: str, total_bytes: int | None, comparing: str, *, shown: bool
) -> Iterator[tuple[ByteCallback, CountCallback]]:
    """Show how many bytes are done, then how many of how many were compared, and how long the rest may take.

    Args:
        looking: Label of the bytes, in the person's language.
        total_bytes: How many there are; None where that is not known.
        comparing: Label of what is counted after them.
        shown: A person looks at it; else nothing is drawn.
    """
    if not shown:
        yield lambda _: None, lambda *_: None
        return
    from rich.console import Console
    from rich.filesize import decimal
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    told = TextColumn("{task.fields[told]}")
    columns = (TextColumn("{task.description}"), BarColumn(), told, TimeRemainingColumn(compact=True))
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        bytes_task = bar.add_task(looking, total=total_bytes, told="")
        counted = bar.add_task(comparing, total=None, told="", visible=False)

        def looked(size_bytes: int) -> None:
            bar.advance(bytes_task, size_bytes)
            bar.update(bytes_task, told=decimal(int(bar.tasks[0].completed)))

        def compared(done: int, of: int) -> None:
            bar.update(bytes_task, visible=False)
            bar.update(counted, completed=done, total=of, told=f"{done}/{of}", visible=True)

        yield looked, compared
