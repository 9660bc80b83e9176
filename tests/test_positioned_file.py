"""A file with a position of its own reads like any other, and leaves that of the bytes behind it to others."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import pytest

from evidence_kit.chats.exchanged import Exchanged
from evidence_kit.positioned_file import PositionedFile
from evidence_kit.workers.child import _Descriptor

DATA = random.Random(1).randbytes(1 << 20)


def test_it_reads_what_any_file_reads_and_moves_nobody_elses_position(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(DATA)
    with path.open("rb", buffering=0) as shared:
        shared.seek(7)
        mine = io.BufferedReader(PositionedFile(_Descriptor(os.dup(shared.fileno()))))
        other, choice = io.BytesIO(DATA), random.Random(2)
        for _ in range(200):
            whence = choice.choice([os.SEEK_SET, os.SEEK_END])
            offset = choice.randrange(len(DATA)) - (len(DATA) if whence == os.SEEK_END else 0)
            assert mine.seek(offset, whence) == other.seek(offset, whence)
            size = choice.randrange(100_000)
            assert mine.read(size) == other.read(size)
        assert shared.tell() == 7
        with pytest.raises(OSError, match="before the beginning"):
            mine.seek(-len(DATA) - 1, os.SEEK_END)
        mine.close()
        assert shared.read(3) == DATA[7:10]


def test_after_an_exchange_it_reads_on_where_it_was() -> None:
    first, second = io.BytesIO(DATA), io.BytesIO(DATA)
    file = Exchanged(first)
    assert file.read(1000) == DATA[:1000]
    file.exchange(second)
    first.close()
    assert file.read() == DATA[1000:]
    file.close()
    assert not second.closed
