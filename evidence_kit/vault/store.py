"""Where the encrypted items lie: drafts that are kept only once they are durable."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Protocol

from evidence_kit.model import Digest, Disk, DiskFile
from evidence_kit.vault.folder import DRAFT_ENDING, CaseFolder

# fsync waits for the disk and not for the processor: eight at a time took a third of the time of one by one.
_SYNC_THREADS = 8


class Draft(Protocol):
    """One encrypted item on its way in; a sink for the encryption.

    Attributes:
        item: Which item it becomes; empty until somebody knows, which is before it is kept.
    """

    item: str

    def write(self, data: bytes, /) -> int:
        """Take the next bytes of the ciphertext."""
        ...

    def flush(self) -> None:
        """Nothing is kept back."""
        ...

    @property
    def stored(self) -> Digest:
        """SHA-256 of the ciphertext so far."""
        ...

    def drop(self) -> None:
        """Forget the draft."""
        ...


class Store(Protocol):
    """Encrypted items by id; only `draft` and what drafts do may happen in several threads at once."""

    def draft(self, item: str = "") -> Draft:
        """Begin an item, whose id may be given later; several drafts may be open at once, in several threads."""
        ...

    def keep(self, drafts: Sequence[Draft]) -> None:
        """Make drafts durable under their ids; returns only then."""
        ...

    def open(self, item: str) -> BinaryIO:
        """Open an item's ciphertext for reading.

        Raises:
            FileNotFoundError: There is no such item.
        """
        ...


class FolderDraft:
    """A draft in the store folder."""

    def __init__(self, disk: Disk, path: Path, item: str) -> None:
        self.item = item
        self.path = path
        self._disk = disk
        self._file: DiskFile = disk.create(path)
        self._sha256 = hashlib.sha256()

    def write(self, data: bytes, /) -> int:
        """Write and count the next bytes."""
        self._sha256.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Hand the bytes to the system."""
        self._file.flush()

    @property
    def stored(self) -> Digest:
        """SHA-256 of what was written."""
        return Digest(self._sha256.hexdigest())

    def settle(self) -> None:
        """Make the bytes durable."""
        self._file.sync()
        self._file.close()

    def drop(self) -> None:
        """Close and delete the draft."""
        self._file.close()
        self._disk.remove(self.path)


class FolderStore:
    """The `store/` folder of a case."""

    def __init__(self, folder: CaseFolder, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        self._numbers = itertools.count(1)

    def draft(self, item: str = "") -> FolderDraft:
        """Begin a file that has its final name, or a number, with `.draft` behind it."""
        path = self._folder.item(item or f"N{next(self._numbers):06d}")
        return FolderDraft(self._disk, path.with_name(path.name + DRAFT_ENDING), item)

    def keep(self, drafts: Sequence[Draft]) -> None:
        """Sync all drafts, then rename them, then sync the folder."""
        ours = [draft for draft in drafts if isinstance(draft, FolderDraft)]
        if not ours:
            return
        _together(ours)
        for draft in ours:
            self._disk.move(draft.path, self._folder.item(draft.item))
        self._disk.sync_folder(self._folder.store)

    def open(self, item: str) -> BinaryIO:
        """Open the encrypted file."""
        return self._folder.item(item).open("rb")


def _together(drafts: Iterable[FolderDraft]) -> None:
    with ThreadPoolExecutor(_SYNC_THREADS) as threads:
        for _ in threads.map(FolderDraft.settle, drafts):
            pass
