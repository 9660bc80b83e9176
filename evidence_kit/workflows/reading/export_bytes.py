"""The bytes of an export while a worker reads it: decrypted into memory, one item at a time, never onto a disk."""

from __future__ import annotations

import io
import os
from typing import BinaryIO, Final

from evidence_kit.custody.errors import ChatNotReadError
from evidence_kit.custody.manifest import Item
from evidence_kit.hashing.exact import TallyingSink
from evidence_kit.keys.age import DamagedError
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workflows.case.read import Case

BYTES_AT_MOST: Final = 64 << 20
MEMORY_AT_MOST: Final = 1 << 30
WORTH_SENDING_ONCE: Final = 1 << 20


class ExportBytes:
    """The bytes of the export that was asked for last.

    Args:
        case: Unlocked.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._held: tuple[str, bytes | BinaryIO] | None = None

    def close(self) -> None:
        """Let go of the bytes that are held."""
        if self._held is not None and not isinstance(self._held[1], bytes):
            self._held[1].close()
        self._held = None

    def record(self, item: Item, start: int, end: int) -> bytes:
        """Return one record of an export.

        Args:
            item: The export.
            start: Offset of the record's first byte.
            end: Offset behind its last.

        Raises:
            ChatNotReadError: It is too large for the memory of this machine.
            ItemDamagedError: The item is not any more what was taken in.
        """
        held = self.bytes_of(item)
        if isinstance(held, bytes):
            return held[start:end]
        held.seek(start)
        return held.read(end - start)

    def bytes_of(self, item: Item) -> bytes | BinaryIO:
        """Return an item's bytes, or a file of them in memory where they are too long for a worker's frame.

        Raises:
            ChatNotReadError: It is too large for the memory of this machine.
            ItemDamagedError: The item is not any more what was taken in.
        """
        if self._held is not None and self._held[0] == item.id:
            return self._held[1]
        self.close()
        here = hasattr(os, "memfd_create")
        if item.size_bytes <= (WORTH_SENDING_ONCE if here else BYTES_AT_MOST):
            sink = io.BytesIO()
            self._decrypt(item, sink)
            self._held = (item.id, sink.getvalue())
        else:
            self._held = (item.id, self._in_memory(item))
        return self._held[1]

    def _in_memory(self, item: Item) -> BinaryIO:
        """Decrypt an item too large for a frame into a file that has no name on any disk, where the system can."""
        if not hasattr(os, "memfd_create") or item.size_bytes > max(MEMORY_AT_MOST, free_memory_bytes() // 2):
            raise ChatNotReadError("chat-too-large", item=item.id, size=item.size_bytes)
        descriptor = os.memfd_create("export")
        with open(descriptor, "wb") as sink:  # noqa: PTH123 - a descriptor has no path
            self._decrypt(item, sink)
            sink.flush()
            # A worker takes only what was opened for reading.
            return open(f"/proc/self/fd/{descriptor}", "rb")  # noqa: PTH123 - closed by `close`

    def _decrypt(self, item: Item, sink: BinaryIO) -> None:
        seen = TallyingSink(sink)
        try:
            self._case.decrypt(item.id, seen)
        except (DamagedError, FileNotFoundError) as error:
            raise ItemDamagedError("item-damaged", item=item.id, case=self._case.id) from error
        if seen.tally.sha256 != item.sha256:
            raise ItemDamagedError("item-damaged", item=item.id, case=self._case.id)


def free_memory_bytes() -> int:
    """Return how much memory the system has left, 0 where it does not say."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0
