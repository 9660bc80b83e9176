"""A cache of computed results, sealed with a secret of the case: rebuildable, never evidence.

A file that this secret did not seal, for this very thing, is thrown away and computed anew: whoever can write the
folder can at most slow us down. Names say nothing; lengths are rounded up.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.sealing_box import NONCE_BYTES, SealingBox
from evidence_kit.model import Disk
from evidence_kit.vault.folder import DRAFT_ENDING

PURPOSE = "evidence-kit/1 cache"
_ROUNDED_BYTES = 32 * 1024
_LARGEST_BYTES = 64 << 20


class SealedCache:
    """A folder of sealed files.

    Args:
        folder: Where they lie; made when the first is written.
        disk: How they are written.
        box: Seals and opens them.
        random: Returns so many unpredictable bytes.
    """

    def __init__(self, folder: Path, disk: Disk, box: SealingBox, random: Callable[[int], bytes]) -> None:
        self._folder = folder
        self._disk = disk
        self._box = box
        self._random = random

    def get(self, about: str) -> bytes | None:
        """Return the cached result under a name; None when it has to be computed."""
        path = self._path(about)
        try:
            if path.stat().st_size > _LARGEST_BYTES:
                return None
            sealed = path.read_bytes()
        except OSError:
            return None
        try:
            plain = self._box.open(about, sealed)
            size = int.from_bytes(plain[:4])
            unpacker = zlib.decompressobj()
            data = unpacker.decompress(plain[4 : 4 + size], _LARGEST_BYTES)
        except (DamagedError, zlib.error):
            self.forget(about)
            return None
        return data if unpacker.eof else None

    def put(self, about: str, data: bytes) -> bool:
        """Store a result and say whether that worked; nothing but speed depends on it."""
        packed = zlib.compress(data, 1)
        plain = len(packed).to_bytes(4) + packed
        plain += bytes(-len(plain) % _ROUNDED_BYTES)
        path = self._path(about)
        draft = path.with_name(path.name + DRAFT_ENDING)
        try:
            self._disk.make_folder(self._folder)
            self._disk.remove(draft)
            file = self._disk.create(draft)
            try:
                file.write(self._box.seal(about, plain, self._random(NONCE_BYTES)))
            finally:
                file.close()
            self._disk.move(draft, path)
        except OSError:
            return False
        return True

    def forget(self, about: str) -> None:
        """Delete the cached result under a name."""
        try:
            self._disk.remove(self._path(about))
        except OSError:
            return

    def _path(self, about: str) -> Path:
        return self._folder / self._box.name(about)
