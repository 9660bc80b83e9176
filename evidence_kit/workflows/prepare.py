"""What is done with one file or member before its turn comes: opened, recognised, read, hashed, encrypted.

It runs in threads, several at once, and decides nothing that depends on the order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from evidence_kit.custody.manifest import Place
from evidence_kit.intake.holding import Entry, Holding, head_of, holding
from evidence_kit.intake.read import PIECE_BYTES, Original, opened
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.walk import Found
from evidence_kit.intake.window import Window, of_file
from evidence_kit.model import Digest
from evidence_kit.workflows.group import Describer
from evidence_kit.workflows.stretch import Reader, Reading, Stretch
from evidence_kit.workflows.withhold import withheld

CONTAINERS: Final = frozenset({"zip", "tar", "gzip", "bzip2", "xz", "7z", "rar"})
# Foreign bytes before a zip hide what it is; inside another container nobody looks for that.
_OUTERMOST: Final = CONTAINERS | {"unknown"}


@dataclass(slots=True)
class Prepared:
    """One file or member, ready for its turn.

    Attributes:
        stretch: What it is.
        reading: What came of reading it; None when it is not to be copied.
        window: Its bytes to be read anywhere; None when it is no container.
    """

    stretch: Stretch
    reading: Reading | None
    window: Callable[[], Window] | None
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def holding(self) -> Holding | None:
        """Return what it holds, None when it is no container."""
        if self.window is None:
            return None
        return holding(self.stretch.kind, self.stretch.name, self.window())

    def close(self) -> None:
        """Close the file."""
        self._open.close()

    def drop(self) -> None:
        """Forget everything about it."""
        if self.reading is not None:
            self.reading.drop()
        self.close()


class Preparing:
    """Prepares files and members.

    Args:
        reader: Reads and encrypts.
        describer: Knows which types somebody will want the bytes of.
        careful: Whether pictures may not be copied.
    """

    def __init__(self, reader: Reader, describer: Describer, *, careful: bool) -> None:
        self._reader = reader
        self._describer = describer
        self._careful = careful

    def file(self, found: Found, known: Digest | None) -> Prepared:
        """Prepare a file; it stays open until the result is closed.

        Raises:
            NotRegularError: It is no regular file any more.
            OSError: It cannot be opened or read.
            OwnDiskError: The case's disk failed.
        """
        with contextlib.ExitStack() as stack:
            original = stack.enter_context(opened(found.path))
            stretch = file_stretch(original, found)
            window = of_file(original.file, original.before.size_bytes)
            prepared = self._prepared(stretch, (lambda: window) if stretch.kind.name in _OUTERMOST else None, known)
            prepared._open = stack.pop_all()  # noqa: SLF001 - handed over
            return prepared

    def member(
        self, entry: Entry, within: Stretch, beside: Sequence[str] | None, place: Place, known: Digest | None
    ) -> Prepared:
        """Prepare a member.

        Args:
            entry: What its container says about it.
            within: The container.
            beside: Names of everything in it.
            place: Where it stands.
            known: What the case holds from there.

        Raises:
            MemberError: It is not what the container declares.
            OSError: The container cannot be read.
            OwnDiskError: The case's disk failed.
        """
        stretch = replace(member_stretch(entry, place), inside=within.place.path, beside=beside)
        return self._prepared(stretch, entry.window if stretch.kind.name in CONTAINERS else None, known)

    def _prepared(self, stretch: Stretch, window: Callable[[], Window] | None, known: Digest | None) -> Prepared:
        prepared = Prepared(stretch, None, window)
        if self._careful and withheld(stretch, prepared.holding()):
            return prepared
        kind = stretch.kind.name
        looked_at = self._describer.describes(kind) or self._describer.reads(kind)
        prepared.reading = self._reader.read(stretch, known, keep=looked_at)
        return prepared


def file_stretch(original: Original, found: Found) -> Stretch:
    """Return what is known of an open file before it is read."""
    size_bytes = original.before.size_bytes

    def from_start() -> Iterator[bytes]:
        window = of_file(original.file, 1 << 62)
        while piece := window.read(PIECE_BYTES):
            yield piece

    return Stretch(
        place=Place(found.shown, found.shown_bytes),
        name=found.path.name,
        head=original.head,
        kind=sniff(original.head, size_bytes),
        size_bytes=size_bytes,
        pieces=from_start,
        times=original.before.facts(),
        file=original.file,
        original=original,
    )


def member_stretch(entry: Entry, place: Place) -> Stretch:
    """Return what is known of a member before it is read as a whole.

    Raises:
        MemberError: Not even its beginning can be read.
    """
    head = head_of(entry.content())
    return Stretch(
        place=place,
        name=entry.name.replace("\\", "/").rsplit("/", 1)[-1],
        head=head,
        kind=sniff(head, len(head) + 1 if entry.size_bytes is None else entry.size_bytes),
        size_bytes=entry.size_bytes,
        pieces=entry.content,
        times=entry.times,
        more=entry.more,
    )
