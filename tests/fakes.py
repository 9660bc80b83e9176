"""Stand-ins for the world, behind the same seams as the real thing."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import BinaryIO

from evidence_kit.model import DiskFile, Json
from evidence_kit.vault.disk import RealDisk
from evidence_kit.workers.job import Answer, Job
from evidence_kit.workflows.accession.commit_group import PendingDescription


class NoDescriber:
    """Has nothing to say about anything."""

    def describes(self, kind: str) -> bool:
        return False

    def start_describing(
        self, kind: str, name: str, payload: bytes | BinaryIO, *, pixels: bool = True
    ) -> PendingDescription:
        raise AssertionError(kind)

    def reads(self, kind: str) -> bool:
        return False

    def begin_chat(self, about: Mapping[str, Json], payload: bytes | BinaryIO) -> PendingDescription:
        raise AssertionError(about)

    def submit(self, job: Job) -> Future[Answer]:
        raise AssertionError(job)


class _Forgetful:
    """Holds what is written until it is synced, the way a disk's cache does before a power cut."""

    def __init__(self, inner: DiskFile, *, honest: bool) -> None:
        self._inner = inner
        self._honest = honest
        self._held = bytearray()

    def write(self, data: bytes | memoryview, /) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        pass

    def sync(self) -> None:
        if self._honest:
            self._inner.write(bytes(self._held))
            self._held.clear()
            self._inner.sync()

    def close(self) -> None:
        self._inner.close()


class ForgetfulDisk(RealDisk):
    """Loses everything that was not synced; with `honest=False` syncing does nothing either."""

    def __init__(self, *, honest: bool = True) -> None:
        self._honest = honest

    def create(self, path: Path) -> DiskFile:
        return _Forgetful(super().create(path), honest=self._honest)

    def append(self, path: Path) -> DiskFile:
        return _Forgetful(super().append(path), honest=self._honest)


class _Failing:
    def __init__(self, inner: DiskFile, disk: FailingDisk) -> None:
        self._inner = inner
        self._disk = disk

    def write(self, data: bytes | memoryview, /) -> int:
        self._disk.count("write", lambda: self._inner.write(data[: len(data) // 2]))
        return self._inner.write(data)

    def flush(self) -> None:
        self._inner.flush()

    def sync(self) -> None:
        self._disk.count("sync")
        self._inner.sync()

    def close(self) -> None:
        self._inner.close()


class FailingDisk(RealDisk):
    """Fails at the n-th call of one kind, half of a write done; works again afterwards, unless it is `for_good`."""

    def __init__(self, act: str, at: int, number: int = errno.ENOSPC, *, for_good: bool = False) -> None:
        self.act, self.at, self.number, self.for_good = act, at, number, for_good
        self.calls = 0

    def count(self, act: str, before: object = None) -> None:
        if act == self.act:
            self.calls += 1
            if self.calls == self.at or (self.for_good and self.calls > self.at):
                if callable(before):
                    before()
                raise OSError(self.number, "injected")

    def create(self, path: Path) -> DiskFile:
        self.count("create")
        return _Failing(super().create(path), self)

    def append(self, path: Path) -> DiskFile:
        self.count("append")
        return _Failing(super().append(path), self)

    def move(self, draft: Path, final: Path) -> None:
        self.count("move")
        super().move(draft, final)

    def sync_folder(self, folder: Path) -> None:
        self.count("sync_folder")
        super().sync_folder(folder)

    def remove(self, path: Path) -> None:
        self.count("remove")
        super().remove(path)
