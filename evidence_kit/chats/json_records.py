"""What every JSON format does alike: records become messages, everything else is kept as what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, TypeAlias, cast

from evidence_kit.chats.jsontree import Path, Piece, Torn, pointer, walk
from evidence_kit.chats.message import ByteRange, Entry, Message, Metadata, Unread, Why
from evidence_kit.model import Json

Record: TypeAlias = Mapping[str, object]
Into: TypeAlias = Callable[[Path], bool]
NOTHING: Record = {}


def entries(
    export: BinaryIO,
    into: Into,
    is_record: Callable[[Path], bool],
    message: Callable[[Record, Path, ByteRange], Message | None],
    skip: re.Pattern[str] | None = None,
) -> Iterator[Entry]:
    """Yield every record as a message, and the rest as metadata or unread.

    Args:
        export: Stands at its beginning.
        into: Whether the object or array at a path is entered.
        is_record: Whether a message stands at a path.
        message: Makes one; None for a record of a shape that is not known.
        skip: What stands before the JSON.
    """
    for piece in walk(export, into, skip):
        place = ByteRange(piece.start, piece.end, pointer=pointer(piece.path))
        if isinstance(piece, Torn):
            yield Unread(place, piece.why, piece.detail)
        elif not is_record(piece.path):
            yield Metadata(place, place.pointer or "", cast("Json", piece.value))
        elif not isinstance(piece.value, Mapping):
            yield Unread(place, Why.UNKNOWN_SHAPE, type(piece.value).__name__)
        else:
            made = message(piece.value, piece.path, place)
            yield made or Unread(place, Why.UNKNOWN_SHAPE, ", ".join(sorted(piece.value))[:200])


def facts(
    export: BinaryIO, into: Into, wanted: Callable[[Path], bool], skip: re.Pattern[str] | None = None
) -> dict[Path, object]:
    """Return the values at wanted paths, from anywhere in the file, and go back to its beginning.

    Exports name a conversation before its messages, or after them.
    """
    found = {
        piece.path: piece.value for piece in walk(export, into, skip) if isinstance(piece, Piece) and wanted(piece.path)
    }
    export.seek(0)
    return found


def string(record: Record, key: str) -> str | None:
    """Return a member that is a string; an integer as its digits; None for anything else."""
    value = record.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def mapping(record: Record, key: str) -> Record:
    """Return a member that is an object, an empty one for anything else."""
    value = record.get(key)
    return value if isinstance(value, Mapping) else NOTHING


def mappings(record: Record, key: str) -> list[Record]:
    """Return the objects in a member that is an array."""
    value = record.get(key)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [member for member in value if isinstance(member, Mapping)]


def rest(record: Record, known: frozenset[str], more: Record = NOTHING) -> Mapping[str, Json] | None:
    """Return what a record says beyond the known keys, and more; None when that is nothing."""
    told = {key: value for key, value in record.items() if key not in known} | dict(more)
    return cast("Mapping[str, Json]", told) if told else None
