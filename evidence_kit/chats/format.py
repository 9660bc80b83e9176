"""The seam for chat formats: how one says that a file is its own, and how it reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import PurePosixPath
from typing import BinaryIO, TypeAlias

from evidence_kit.chats.message import AttachmentStatus, Entry

HEAD_BYTES = 65_536
# What a database says under `decided:left-out` where its newest messages may stand in a log beside it.
LOG_BESIDE = "newest-in-a-log-beside"


class FormatVote(IntEnum):
    """How sure a format is that a file is its own."""

    NO = 0
    BY_NAME = 1
    BY_CONTENT = 2


@dataclass(frozen=True)
class FileHead:
    """The beginning of a file, for formats to look at.

    Attributes:
        data: At most `HEAD_BYTES` from the beginning.
    """

    data: bytes

    @cached_property
    def text(self) -> str:
        """The same as text: UTF-16 where a mark says so, otherwise UTF-8 with U+FFFD for broken bytes."""
        if self.data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return self.data.decode("utf-16", "replace")
        return self.data.decode("utf-8", "replace").removeprefix("\ufeff")

    @cached_property
    def shape(self) -> frozenset[str]:
        """The places in its JSON that are filled, such as `/messages/*/text`; indices are `*`.

        Empty when it is no JSON. Only what the head holds is seen; what it cuts off is not.
        """
        from evidence_kit.chats.jsontree import json_shape

        return json_shape(self.data)


@dataclass(frozen=True)
class Surroundings:
    """Facts about a file beyond its bytes: its name, and its neighbours.

    Attributes:
        name: Its path inside the export, `/` between parts; as found, for recognising only.
        beside: Paths of the export's other files; None when nobody listed them.
    """

    name: str = ""
    beside: frozenset[str] | None = None

    def status(self, name_in_source: str) -> AttachmentStatus:
        """Return whether a file of that path, or with that path's end, lies beside this one."""
        if self.beside is None:
            return AttachmentStatus.UNKNOWN
        candidates = self._by_file_name.get(PurePosixPath(name_in_source).name, ())
        ending = "/" + name_in_source.removeprefix("./")
        found = any(f"/{path}".endswith(ending) for path in candidates)
        return AttachmentStatus.PRESENT if found else AttachmentStatus.MISSING

    def holds(self, name_in_source: str) -> bool:
        """Say whether a file of that path is known to lie beside this one."""
        return self.beside is not None and self.status(name_in_source) is AttachmentStatus.PRESENT

    @cached_property
    def _by_file_name(self) -> dict[str, list[str]]:
        named: dict[str, list[str]] = {}
        for path in self.beside or ():
            named.setdefault(PurePosixPath(path).name, []).append(path)
        return named


ALONE = Surroundings()

Claim: TypeAlias = Callable[[FileHead, str], FormatVote]
Read: TypeAlias = Callable[[BinaryIO, Surroundings], Iterator[Entry]]
Carried: TypeAlias = Callable[[bytes], Iterator[tuple[int, bytes]]]


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """One format of one platform.

    Attributes:
        name: Stable, such as `telegram-json`; written into the log.
        claims: Looks at a head and a name; never raises.
        read: Yields entries in file order; lazy; needs a seekable stream that stands at its beginning. Its
            places cover the file. What it cannot read it yields as `Unread`; it never raises over what is in
            the file.
        carried: Yields what one record carries inside of it: the `part` of its attachment, and its bytes; gets the
            bytes of the place that the attachment names. None for formats whose attachments lie beside the file.
    """

    name: str
    claims: Claim
    read: Read
    carried: Carried | None = None
