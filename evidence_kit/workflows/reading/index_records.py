"""Records of the index of conversations: the export that a file covers, and where in the file its pieces lie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from evidence_kit import chats
from evidence_kit.custody.manifest import Item

REGION: Final = "MA"
INDEX_FORM: Final = "1"


@cache
def reader_digest() -> str:
    """Return a digest of the code that reads conversations: results of older code do not count."""
    digest = hashlib.sha256()
    folder = Path(chats.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


class FileSpan(msgspec.Struct, frozen=True):
    """Where in a file a piece lies."""

    offset: int
    size: int


class BlockPlace(msgspec.Struct, frozen=True):
    """The pieces of one block."""

    count: int
    entries: FileSpan
    columns: FileSpan
    words: FileSpan


class CoveredExport(msgspec.Struct, frozen=True):
    """The index entry of one export.

    Attributes:
        about: As `about` tells it.
        blocks: In the order of the export.
        found: Rows of identifiers.
        left_out: How many values were too many to be gathered.
        alone: Whether all its entries are of conversation 0.
    """

    about: str
    blocks: list[BlockPlace]
    found: list[FileSpan]
    left_out: int
    alone: bool


class IndexDirectory(msgspec.Struct, frozen=True):
    """The directory of a file: the exports that it covers."""

    covered: list[CoveredExport]


@dataclass(frozen=True, slots=True)
class UnpackedExport:
    """An export that an index may cover.

    Attributes:
        item: The item.
        format: Name of the format that reads it.
        name: The path that its reader is told.
        beside: A digest of what its reader is told lies beside it; empty where it is told nothing.
    """

    item: Item
    format: str
    name: str
    beside: str = ""

    @property
    def about(self) -> str:
        """The text that its pieces are authenticated with: another export or another reader has another."""
        item = self.item
        return "/".join(
            (INDEX_FORM, reader_digest(), item.id, item.sha256.hex, self.format, REGION, self.name, self.beside)
        )
