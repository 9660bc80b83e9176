"""Whether anything of what was shown was left on a disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tests.attacks.conftest import DIGITS

WORD_BYTES = 8


def traces(originals: Iterable[bytes], *folders: Path) -> list[Path]:
    """Return the files that hold a word of an original, or the passphrase.

    Words of 8 random bytes, at any offset of any file: stricter than windows of 32. Headers are no secret.
    """
    secrets = [content[1024:-64] for content in originals if len(content) > 5000]
    words = np.unique(np.concatenate([_words(secret, 0) for secret in secrets]))
    assert len(words) > 300_000
    known, sieve = frozenset(words.tolist()), np.zeros(1 << 24, bool)
    sieve[words & np.uint64(len(sieve) - 1)] = True
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert files
    return [path for path in files if _told(path.read_bytes(), known, sieve)]


def _told(data: bytes, known: frozenset[int], sieve: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> bool:
    for at in range(WORD_BYTES):
        seen = _words(data, at)
        likely = seen[sieve[seen & np.uint64(len(sieve) - 1)]]
        if not known.isdisjoint(likely.tolist()):
            return True
    return DIGITS.encode() in data or DIGITS.encode("utf-16-le") in data


def _words(data: bytes, at: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.frombuffer(data[at : at + (len(data) - at) // WORD_BYTES * WORD_BYTES], np.uint64)
