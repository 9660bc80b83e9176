"""The interface of a form of export, and the facts that it may draw from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence_kit.custody.manifest import Item
from evidence_kit.keys.age import DamagedError
from evidence_kit.model import Disk, DiskFile
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workflows.case.read import Case

if TYPE_CHECKING:
    from evidence_kit.workers.worker import Worker


@dataclass(frozen=True, slots=True)
class ExportContents:
    """The contents of an export.

    Attributes:
        case: The case, unlocked.
        items: What was chosen, in the order of the ids.
        purpose: For whom; consent for it was checked.
        day: Today, as in 2026-11-23.
        kit: Version of the kit.
        on_bytes: Told how many more bytes of originals were read.
        worker: Reads conversations, where the form tells them.
    """

    case: Case
    items: Sequence[Item]
    purpose: str
    day: str
    kit: str
    on_bytes: Callable[[int], None]
    worker: Worker | None = None

    def original(self, item: Item, sink: Any = None) -> Mapping[str, str]:  # noqa: ANN401 - anything that takes bytes
        """Return an item's digests by the names that other programs know, and write its bytes into a sink if given.

        Raises:
            ItemDamagedError: It is not any more what was taken in.
        """
        seen = _Digests(sink, self.on_bytes)
        try:
            self.case.decrypt(item.id, seen)
        except (DamagedError, FileNotFoundError) as error:
            raise ItemDamagedError("item-damaged", item=item.id, case=self.case.id) from error
        found = {name: each.hexdigest() for name, each in seen.digests.items()}
        if found["SHA256"] != item.sha256.hex:
            raise ItemDamagedError("item-damaged", item=item.id, case=self.case.id)
        return found


@dataclass(frozen=True, slots=True)
class Form:
    """One form.

    Attributes:
        name: What `--as` calls it; written into the log.
        ending: Of the file that is made, with its dot; empty for a folder.
        write: Writes the contents into a target and returns how many rows, objects or files there are.
        purposes: For whom it may be made; none means for anybody.
        talks: It tells what conversations say, and needs a worker that reads them.
    """

    name: str
    ending: str
    write: Callable[[ExportContents, ExportTarget], int]
    purposes: tuple[str, ...] = ()
    talks: bool = False


@dataclass(slots=True)
class ExportTarget:
    """Where a form writes: one file, or a folder of files, all of them drafts until the log knows of them.

    Attributes:
        disk: Writes our own files.
        path: The file or folder.
        size_bytes: How much was written.
        sha256: Of the one file; of a folder, what the form says.
    """

    disk: Disk
    path: Path
    size_bytes: int = 0
    sha256: str = field(default_factory=lambda: hashlib.sha256().hexdigest())

    def file(self, pieces: Iterable[bytes], name: str | None = None) -> str:
        """Write one file, durably; return its SHA-256.

        Args:
            pieces: Its content.
            name: Inside the folder, `/` between parts; None when the target itself is a file.
        """
        with self.open(name) as sink:
            for piece in pieces:
                sink.write(piece)
        if name is None:
            self.sha256 = sink.sha256.hexdigest()
        return sink.sha256.hexdigest()

    def open(self, name: str | None = None) -> ExportFile:
        """Begin one file."""
        path = self.path if name is None else self.path.joinpath(*name.split("/"))
        self.disk.make_folder(path.parent)
        return ExportFile(self, self.disk.create(path))


class ExportFile:
    """One file of a target while it is being written."""

    def __init__(self, target: ExportTarget, file: DiskFile) -> None:
        self.sha256 = hashlib.sha256()
        self._target = target
        self._file = file

    def write(self, data: bytes, /) -> int:
        """Take all of the bytes."""
        self.sha256.update(data)
        self._target.size_bytes += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def __enter__(self) -> ExportFile:
        return self

    def __exit__(self, *trouble: object) -> None:
        try:
            if trouble[0] is None:
                self._file.sync()
        finally:
            self._file.close()


class _Digests:
    """Makes every digest that a form may ask for, in one pass."""

    def __init__(self, sink: Any, on_bytes: Callable[[int], None]) -> None:  # noqa: ANN401
        self._sink = sink
        self._on_bytes = on_bytes
        self.digests = {
            "MD5": hashlib.md5(usedforsecurity=False),
            "SHA1": hashlib.sha1(usedforsecurity=False),
            "SHA256": hashlib.sha256(),
        }

    def write(self, data: bytes, /) -> int:
        for each in self.digests.values():
            each.update(data)
        self._on_bytes(len(data))
        if self._sink is not None:
            self._sink.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""
