"""Where the encrypted items lie: drafts that are kept only once they are durable."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import BinaryIO, Protocol

from evidence_kit.model import Digest, Disk, DiskFile
from evidence_kit.threads import Threads
from evidence_kit.vault.disk import open_regular
from evidence_kit.vault.folder import DRAFT_ENDING, CaseFolder

# fsync waits for the disk and not for the processor: eight at a time took a third of the time of one by one.
_SYNC_THREADS = 8
# A large file is sent down while the rest of it is still being made, or the disk would idle and then be waited for.
_SEND_DOWN_BYTES = 32 << 20
_SMALL_BYTES = 4 << 20


class Draft(Protocol):
    """One encrypted item on its way in; a sink for the encryption.

    Attributes:
        item: Which item it becomes; empty until somebody knows, which is before it is kept.
    """

    item: str

    def write(self, data: bytes | memoryview, /) -> int:
        """Take the next bytes of the ciphertext."""
        ...

    def flush(self) -> None:
        """Nothing is kept back."""
        ...

    def finish(self) -> None:
        """Everything has been written: make it durable, or begin to when there is much of it."""
        ...

    @property
    def stored(self) -> Digest:
        """SHA-256 of the ciphertext so far."""
        ...

    def discard(self) -> None:
        """Forget the draft."""
        ...


class Store(Protocol):
    """Encrypted items by id; only `draft` and the methods of drafts may run in several threads at once."""

    def draft(self, item: str = "") -> Draft:
        """Begin an item, whose id may be given later; several drafts may be open at once, in several threads."""
        ...

    def keep_drafts(self, drafts: Sequence[Draft]) -> None:
        """Make drafts durable under their ids; returns only then."""
        ...

    def open(self, item: str) -> BinaryIO:
        """Open an item's ciphertext for reading.

        Raises:
            FileNotFoundError: There is no such item.
        """
        ...


class FolderDraft:
    """A draft in the store folder.

    Args:
        disk: The platform's primitives.
        path: Where to write.
        item: Which item it becomes, as far as anybody knows.
        threads: Where syncing waits for the disk.
    """

    def __init__(self, disk: Disk, path: Path, item: str, threads: Executor) -> None:
        self.item = item
        self.path = path
        self._disk = disk
        self._threads = threads
        self._file: DiskFile = disk.create(path)
        self._sha256 = hashlib.sha256()
        self._unsent_bytes = 0
        self._sending: Future[None] | None = None
        self._finished = False

    def write(self, data: bytes | memoryview, /) -> int:
        """Write and count the next bytes."""
        self._sha256.update(data)
        written = self._file.write(data)
        self._unsent_bytes += len(data)
        # The disk works while more is encrypted: otherwise all of a large film waits for one sync at its end.
        if self._unsent_bytes >= _SEND_DOWN_BYTES and (self._sending is None or self._sending.done()):
            self._unsent_bytes = 0
            self._wait()
            self._sending = self._threads.submit(self._file.sync)
        return written

    def flush(self) -> None:
        """Hand the bytes to the system."""
        self._file.flush()

    def finish(self) -> None:
        """Make the bytes durable, beside later drafts when they are many; a second time does nothing.

        Raises:
            OSError: The disk failed.
        """
        if self._finished:
            return
        self._wait()
        self._finished = True
        # Whoever finishes many small items does so in several threads: waking another one for each costs more.
        if self._unsent_bytes < _SMALL_BYTES:
            self._go_down()
        else:
            self._sending = self._threads.submit(self._go_down)

    def _go_down(self) -> None:
        """Close durable files: between its end and its commit a draft holds no file handle."""
        self._file.sync()
        self._file.close()

    @property
    def stored(self) -> Digest:
        """SHA-256 of the written bytes."""
        return Digest(self._sha256.hexdigest())

    def await_durable(self) -> None:
        """Return once the bytes are durable.

        Raises:
            OSError: The disk failed.
        """
        self.finish()
        self._wait()

    def discard(self) -> None:
        """Close and delete the draft; a failure of that no longer matters."""
        with contextlib.suppress(OSError):
            self._wait()
        with contextlib.suppress(OSError):
            self._file.close()
        # On a disk that is gone it stays; the next writer puts it aside.
        with contextlib.suppress(OSError):
            self._disk.remove(self.path)

    def _wait(self) -> None:
        sending, self._sending = self._sending, None
        if sending is not None:
            sending.result()


class FolderStore:
    """The `store/` folder of a case."""

    def __init__(self, folder: CaseFolder, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        self._numbers = itertools.count(1)
        self._threads = Threads(_SYNC_THREADS, thread_name_prefix="sync")

    def draft(self, item: str = "") -> FolderDraft:
        """Begin a file that has its final name, or a number, with `.draft` behind it."""
        path = self._folder.item(item or f"N{next(self._numbers):06d}")
        return FolderDraft(self._disk, path.with_name(path.name + DRAFT_ENDING), item, self._threads)

    def keep_drafts(self, drafts: Sequence[Draft], beside: Sequence[tuple[Path, bytes]] = ()) -> None:
        """Sync all drafts, then rename them, then sync the folders; small files beside them go down at the same time.

        Args:
            drafts: Items.
            beside: Where a file of the case is to stand, and its bytes.

        Raises:
            OSError: The disk failed. What was renamed before that is named by no line of the log.
        """
        moves = [(draft, self._folder.item(draft.item)) for draft in drafts if isinstance(draft, FolderDraft)]
        small: list[FolderDraft] = []
        for draft, _ in moves:
            draft.finish()
        try:
            for path, data in beside:
                small.append(self._beside(path))
                moves.append((small[-1], path))
                small[-1].write(data)
                small[-1].finish()
            for draft, _ in moves:
                draft.await_durable()
        except OSError:
            for draft in small:
                draft.discard()
            raise
        for draft, path in moves:
            self._disk.move(draft.path, path)
        first, *others = dict.fromkeys(path.parent for _, path in moves) or [None]
        waiting = [self._threads.submit(self._disk.sync_folder, folder) for folder in others if folder is not None]
        if first is not None:
            self._disk.sync_folder(first)
        for synced in waiting:
            synced.result()

    def _beside(self, path: Path) -> FolderDraft:
        draft = path.with_name(path.name + DRAFT_ENDING)
        self._disk.remove(draft)
        return FolderDraft(self._disk, draft, "", self._threads)

    def open(self, item: str) -> BinaryIO:
        """Open the encrypted file."""
        return open_regular(self._folder.item(item))
