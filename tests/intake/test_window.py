"""Files as streams of lent pieces: every byte, whoever else reads, and no memory shared by two of them."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evidence_kit.intake import window
from evidence_kit.intake.window import PIECE_BYTES, file_stream

SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 5]


@pytest.fixture(params=["preadv", "pread", "turns"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(window, "_HAS_PREADV", request.param == "preadv")
    monkeypatch.setattr(window, "_HAS_PREAD", request.param != "turns")
    return str(request.param)


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_is_the_file(size: int, ways: str, tmp_path: Path) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    with (tmp_path / "file").open("rb", buffering=0) as file:
        for _ in range(2):  # the second time in memory that was used before
            pieces = [bytes(piece) for piece in file_stream(file)]
            assert b"".join(pieces) == data
            assert all(0 < len(piece) <= PIECE_BYTES for piece in pieces)


def test_two_streams_at_once_have_memory_of_their_own(ways: str, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(name.encode() * (2 * PIECE_BYTES))
    with (tmp_path / "a").open("rb", buffering=0) as one, (tmp_path / "b").open("rb", buffering=0) as other:
        first, second = file_stream(one), file_stream(other)
        here, there = next(first), next(second)
        assert (bytes(here[:3]), bytes(there[:3])) == (b"aaa", b"bbb")
        next(second)
        assert bytes(here[:3]) == b"aaa"


def test_a_piece_cannot_be_kept_beyond_its_turn(ways: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(2 * PIECE_BYTES))
    with (tmp_path / "file").open("rb", buffering=0) as file:
        pieces = file_stream(file)
        first = next(pieces)
        next(pieces)
        with pytest.raises(ValueError, match="released"):
            first[0]


def test_threads_that_begin_and_end_at_once_never_take_the_same_memory(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(8)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * 2000)

    def read(path: Path) -> set[int]:
        seen: set[int] = set()
        for _ in range(300):
            with path.open("rb", buffering=0) as file:
                seen.update(*(bytes(piece) for piece in file_stream(file)))
        return seen

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(read, paths)) == [{number} for number in range(8)]
    finally:
        sys.setswitchinterval(before)
