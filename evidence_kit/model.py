"""The nouns that every layer shares: facts without I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

_SHA256_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Digest:
    """A SHA-256 digest.

    Attributes:
        hex: 64 lower-case hexadecimal digits, the one spelling used everywhere.
    """

    hex: str

    def __post_init__(self) -> None:
        if not _SHA256_HEX.fullmatch(self.hex):
            raise ValueError("a digest is 64 lower-case hexadecimal digits")

    def __str__(self) -> str:
        return self.hex


GENESIS = Digest("0" * 64)


class ByteSpan(NamedTuple):
    """A stretch of a file.

    Attributes:
        start: Offset of its first byte.
        end: Offset after its last byte.
    """

    start: int
    end: int


class PixelSize(NamedTuple):
    """The size of a picture.

    Attributes:
        width: In pixels.
        height: In pixels.
    """

    width: int
    height: int

    def turned(self) -> PixelSize:
        """Return the size after a quarter turn."""
        return PixelSize(self.height, self.width)


class Family(Enum):
    """The family of a content type, as a person names it: decides describing, witnessing and sealing."""

    PICTURE = "picture"
    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    DOCUMENT = "document"
    CONTAINER = "container"
    DATABASE = "database"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Kind:
    """A content type, read from the bytes and never from the name.

    Attributes:
        name: Short stable name, such as `jpeg`; written into the log.
        family: What it is to a person.
        media_type: IANA media type, `application/octet-stream` where there is none.
        endings: Lower-case file endings, with their dot, that go with this type; the first is the usual one.
    """

    name: str
    family: Family
    media_type: str
    endings: tuple[str, ...]


class Weight(Enum):
    """The effect of a finding on the verdict."""

    BROKEN = "broken"
    UNCHECKED = "unchecked"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a check, about one place.

    Attributes:
        code: Stable identifier; its meaning stands in the word catalogues.
        weight: What it does to the verdict.
        file: Path inside the case or archive, `/` between parts; None when it concerns the whole.
        line: Line of the log, counting from 1.
        item: Item id such as `E000003`.
        values: What the sentence about it needs.
    """

    code: str
    weight: Weight
    file: str | None = None
    line: int | None = None
    item: str | None = None
    values: Mapping[str, str | int] = field(default_factory=dict)


class Clock(Protocol):
    """Where the time comes from; made in `commands/_wiring`, replaced in tests."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


class ByteSink(Protocol):
    """A sink for the bytes of a stream."""

    def write(self, data: bytes, /) -> int:
        """Take all of `data` and return its length."""
        ...

    def flush(self) -> None:
        """Nothing is kept back."""
        ...


class DiskFile(Protocol):
    """A file of our own that is being written."""

    def write(self, data: bytes | memoryview, /) -> int:
        """Take all of `data`."""
        ...

    def flush(self) -> None:
        """Hand everything to the system; says nothing about durability."""
        ...

    def sync(self) -> None:
        """Return once the bytes would survive a power cut."""
        ...

    def close(self) -> None:
        """Close the file; unsynced bytes may be lost."""
        ...


class Disk(Protocol):
    """The platform's primitives for files of our own; replaced in tests by one that forgets."""

    def create(self, path: Path) -> DiskFile:
        """Open a new file, readable by its owner alone.

        Raises:
            FileExistsError: There is one already.
        """
        ...

    def append(self, path: Path) -> DiskFile:
        """Open an existing file so that every write lands behind its end."""
        ...

    def move(self, draft: Path, final: Path) -> None:
        """Give a file its final name within one file system; a file of that name is replaced."""
        ...

    def shorten(self, path: Path, size_bytes: int) -> None:
        """Shorten a file, durably."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable, where the system can."""
        ...

    def make_folder(self, folder: Path) -> None:
        """Make a folder that only its owner can enter, and those above it; one that exists is fine."""
        ...

    def remove(self, path: Path) -> None:
        """Delete a draft of our own."""
        ...
