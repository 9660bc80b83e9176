"""Recovered bytes that hold, or name, a destroyed object: they go as well.

An interrupted ingest leaves encrypted files that no signed line vouches for; the next one moves them to `recovered/`
and takes the sources again. So the bytes of an item, or its name and digest, may lie there a second time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from evidence_kit.custody.manifest import CaseObject, Item, Manifest
from evidence_kit.hashing.exact import Tally
from evidence_kit.keys import age
from evidence_kit.keys.age import CaseIdentity, DamagedError
from evidence_kit.model import Disk
from evidence_kit.vault.disk import open_regular
from evidence_kit.vault.folder import CaseFolder

_HEAD_BYTES = 4096
# A body says names and digests; larger than this is none.
_LARGEST_BODY_BYTES = 64 << 20


class _Opened:
    """Takes plaintext in: its digest, its beginning, and all of it while it may be a body."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.head = b""
        self.whole = False
        self.text: bytearray | None = bytearray()

    def write(self, piece: bytes, /) -> int:
        self.tally.add(piece)
        if len(self.head) < _HEAD_BYTES:
            self.head += piece[: _HEAD_BYTES - len(self.head)]
        if self.text is not None:
            self.text += piece
            if len(self.text) > _LARGEST_BODY_BYTES:
                self.text = None
        return len(piece)

    def flush(self) -> None:
        """Nothing is kept back."""


def gone_with(
    folder: CaseFolder, manifest: Manifest, identity: CaseIdentity, chosen: Iterable[CaseObject]
) -> Iterator[str]:
    """Yield the paths in `recovered/` that go with these items.

    A file goes when it holds the bytes of one, or begins like one and is cut off, or says the digest of one; and when
    it is cut off so early that nobody can say what it holds.

    Args:
        folder: The case.
        manifest: What it holds, for what was put aside.
        identity: The key to it.
        chosen: What is to be destroyed.

    Raises:
        OSError: A file could not be read now: whether it has to go is not known.
    """
    those = list(chosen)
    digests = {each.sha256.hex for each in those}
    heads = {_read(folder, each.id, identity).head for each in those if isinstance(each, Item)} - {b""}
    for path in _listed(manifest):
        with contextlib.suppress(FileNotFoundError, ValueError):
            seen = _decrypted(folder, path, identity)
            text = bytes(seen.text or b"")
            cut = not seen.whole and (not seen.head or any(head.startswith(seen.head) for head in heads))
            if seen.tally.sha256.hex in digests or cut or any(digest.encode() in text for digest in digests):
                yield path


def _listed(manifest: Manifest) -> Iterator[str]:
    """Yield every encrypted file that was put aside and is not gone yet."""
    return (path for path in all_put_aside(manifest) if ".age" in path)


def all_put_aside(manifest: Manifest) -> Iterator[str]:
    """Yield the path of every file that was put aside and is not gone yet."""
    gone = set(gone_before(manifest))
    for entry in manifest.entries.get("recovered", ()):
        for each in entry.facts.get("files", ()):
            path = str(each.get("path"))
            if path not in gone:
                yield path


def gone_before(manifest: Manifest) -> Iterator[str]:
    """Yield the paths that destructions took away."""
    for entry in manifest.entries.get("destroyed", ()):
        yield from (str(path) for path in entry.facts.get("recovered", ()))


def _read(folder: CaseFolder, item: str, identity: CaseIdentity) -> _Opened:
    seen = _Opened()
    with contextlib.suppress(DamagedError, FileNotFoundError), open_regular(folder.item(item)) as file:
        age.decrypt_stream(file, seen, identity.opener)
    return seen


def _decrypted(folder: CaseFolder, path: str, identity: CaseIdentity) -> _Opened:
    seen = _Opened()
    # A draft that was cut off gives its beginning, and then the error.
    with contextlib.suppress(DamagedError), open_regular(folder.recovered_file(path)) as file:
        age.decrypt_stream(file, seen, identity.opener)
        seen.whole = True
    return seen


def finish_recovered(folder: CaseFolder, manifest: Manifest, disk: Disk) -> None:
    """Remove from `recovered/` all bytes that destructions promised to be gone.

    Args:
        folder: The case folder.
        manifest: Names what destructions took.
        disk: The disk of the case.

    Raises:
        OSError: The disk failed; opening the case again goes on from there.
    """
    for path in gone_before(manifest):
        with contextlib.suppress(ValueError):
            file = folder.recovered_file(path)
            if file.exists():
                disk.remove(file)
                disk.sync_folder(file.parent)
