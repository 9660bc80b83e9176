"""Files as streams of lent pieces: every byte, whoever else reads, and no memory shared by two of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evidence_kit.intake import window
from evidence_kit.intake.window import PIECE_BYTES, stream

SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 5]


@pytest.fixture(params=[True, False], ids=["pread", "turns"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(window, "_HAS_PREAD", request.param)
    return bool(request.param)


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_is_the_file(size: int, ways: bool, tmp_path: Path) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    with (tmp_path / "file").open("rb", buffering=0) as file:
        for _ in range(2):  # the second time in memory that was used before
            pieces = [bytes(piece) for piece in stream(file)]
            assert b"".join(pieces) == data
            assert all(0 < len(piece) <= PIECE_BYTES for piece in pieces)


def test_two_streams_at_once_have_memory_of_their_own(ways: bool, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(name.encode() * (2 * PIECE_BYTES))
    with (tmp_path / "a").open("rb", buffering=0) as one, (tmp_path / "b").open("rb", buffering=0) as other:
        first, second = stream(one), stream(other)
        here, there = next(first), next(second)
        assert (bytes(here[:3]), bytes(there[:3])) == (b"aaa", b"bbb")
        next(second)
        assert bytes(here[:3]) == b"aaa"


def test_a_piece_cannot_be_kept_beyond_its_turn(ways: bool, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(2 * PIECE_BYTES))
    with (tmp_path / "file").open("rb", buffering=0) as file:
        pieces = stream(file)
        first = next(pieces)
        next(pieces)
        with pytest.raises(ValueError, match="released"):
            first[0]
