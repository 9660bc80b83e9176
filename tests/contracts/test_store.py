"""What every store promises, run over every implementation."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from evidence_kit.hashing.exact import sha256
from evidence_kit.model import Digest
from evidence_kit.vault.disk import RealDisk
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.vault.store import Draft, FolderStore, Store
from tests.fakes import ForgetfulDisk


class MemoryDraft:
    def __init__(self, item: str) -> None:
        self.item = item
        self.data = io.BytesIO()

    def write(self, data: bytes | memoryview, /) -> int:
        return self.data.write(data)

    def flush(self) -> None:
        pass

    def finish(self) -> None:
        pass

    @property
    def stored(self) -> Digest:
        return sha256(self.data.getvalue())

    def discard(self) -> None:
        self.data = io.BytesIO()


class MemoryStore:
    """Keeps items in memory: what the contract is when there is no disk in it."""

    def __init__(self) -> None:
        self.items: dict[str, bytes] = {}

    def draft(self, item: str = "") -> MemoryDraft:
        return MemoryDraft(item)

    def keep_drafts(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            if isinstance(draft, MemoryDraft):
                self.items[draft.item] = draft.data.getvalue()

    def open(self, item: str) -> BinaryIO:
        try:
            return io.BytesIO(self.items[item])
        except KeyError:
            raise FileNotFoundError(item) from None


@pytest.fixture(params=["memory", "folder", "forgetful folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return MemoryStore()
    folder = CaseFolder(tmp_path)
    folder.store.mkdir()
    return FolderStore(folder, RealDisk() if request.param == "folder" else ForgetfulDisk())


def test_what_was_kept_is_read_back(store: Store) -> None:
    drafts = [store.draft(f"E{number:06d}") for number in (1, 2, 3)]
    for number, draft in enumerate(drafts):
        draft.write(b"one ")
        draft.write(bytes([number]) * 100_000)
        draft.flush()
        assert draft.stored == sha256(b"one " + bytes([number]) * 100_000)
    store.keep_drafts(drafts)
    for number, draft in enumerate(drafts):
        with store.open(draft.item) as file:
            assert file.read() == b"one " + bytes([number]) * 100_000


def test_what_was_dropped_or_never_kept_is_not_there(store: Store) -> None:
    dropped, kept = store.draft("E000001"), store.draft("E000002")
    dropped.write(b"x")
    kept.write(b"y")
    dropped.discard()
    for item in ("E000001", "E000002"):
        with pytest.raises(FileNotFoundError):
            store.open(item)
    again = store.draft("E000001")
    again.write(b"z")
    store.keep_drafts([kept, again])
    with store.open("E000001") as file:
        assert file.read() == b"z"


def test_an_item_may_get_its_id_when_it_is_read(store: Store) -> None:
    first, second = store.draft(), store.draft()
    first.write(b"first")
    second.write(b"second")
    first.item, second.item = "E000002", "E000001"
    store.keep_drafts([first, second])
    for item, content in (("E000001", b"second"), ("E000002", b"first")):
        with store.open(item) as file:
            assert file.read() == content


def test_keeping_nothing_is_fine(store: Store) -> None:
    store.keep_drafts([])
