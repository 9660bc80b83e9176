"""The steps that every JSON format shares: records become messages, all other values are kept as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, TypeAlias, cast

from evidence_kit.chats.jsontree import ElementRun, Path, TornJson, json_pointer, values_at_paths, walk_runs
from evidence_kit.chats.message import ByteRange, Entry, Message, Metadata, Unread, UnreadReason
from evidence_kit.model import Json

Record: TypeAlias = Mapping[str, object]
Into: TypeAlias = Callable[[Path], bool]
NOTHING: Record = {}


def record_entries(
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
    for step in walk_runs(export, into, skip):
        if isinstance(step, ElementRun):
            yield from _elements(step, is_record, message)
            continue
        place = ByteRange(step.start, step.end, pointer=json_pointer(step.path))
        if isinstance(step, TornJson):
            yield Unread(place, step.why, step.detail)
        else:
            yield _entry(step.value, step.path, place, is_record, message)


def _elements(
    run: ElementRun, is_record: Callable[[Path], bool], message: Callable[[Record, Path, ByteRange], Message | None]
) -> Iterator[Entry]:
    """Yield the entry of each element of an array; every record of millions passes this one loop."""
    path, index, start = run.path, run.first, run.start
    before = json_pointer(path) + "/"
    plain = is_record((*path, index))
    for value, end in zip(run.values, run.ends, strict=True):
        place = ByteRange(start, end, None, f"{before}{index}")
        if plain and type(value) is dict and (made := message(value, (*path, index), place)) is not None:
            yield made
        else:
            yield _entry(value, (*path, index), place, is_record, message)
        index, start = index + 1, end
    # The next ones are made while this run is still referred to: memory holds one stretch, not two.
    run.values.clear()
    run.ends.clear()


def _entry(
    value: object,
    path: Path,
    place: ByteRange,
    is_record: Callable[[Path], bool],
    message: Callable[[Record, Path, ByteRange], Message | None],
) -> Entry:
    if not is_record(path):
        return Metadata(place, place.pointer or "", cast("Json", value))
    if not isinstance(value, Mapping):
        return Unread(place, UnreadReason.UNKNOWN_SHAPE, type(value).__name__)
    return message(value, path, place) or Unread(place, UnreadReason.UNKNOWN_SHAPE, ", ".join(sorted(value))[:200])


def values_in_file(
    export: BinaryIO,
    into: Into,
    wanted: Callable[[Path], bool],
    skip: re.Pattern[str] | None = None,
    enough: frozenset[Path] | None = None,
) -> dict[Path, object]:
    """Return the values at wanted paths, from anywhere in the file, and go back to its beginning.

    Exports name a conversation before its messages, or after them.

    Args:
        export: Stands at its beginning.
        into: Whether the object or array at a path is entered.
        wanted: Whether the value at a path is wanted; the same for all elements of an array that is not entered.
        skip: What stands before the JSON.
        enough: Paths behind which nothing else is looked for, once a value was found at each; None to read on to the
            end, which costs a tenth of the whole reading.
    """
    found: dict[Path, object] = {}
    for piece in values_at_paths(export, into, wanted, skip):
        found[piece.path] = piece.value
        if enough is not None and enough <= found.keys():
            break
    export.seek(0)
    return found


def string_member(record: Record, key: str) -> str | None:
    """Return a member that is a string; an integer as its digits; None for anything else."""
    value = record.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def object_member(record: Record, key: str) -> Record:
    """Return a member that is an object, an empty one for anything else."""
    value = record.get(key)
    return value if isinstance(value, Mapping) else NOTHING


def object_members(record: Record, key: str) -> list[Record]:
    """Return the objects in a member that is an array."""
    value = record.get(key)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [member for member in value if isinstance(member, Mapping)]


def other_facts(record: Record, known: frozenset[str], more: Record = NOTHING) -> Mapping[str, Json] | None:
    """Return the facts of a record beyond the known keys; None when there are none.

    Args:
        record: The record.
        known: Keys that the reader tells itself, and that are left out.
        more: Facts to go along, over those of the record.
    """
    told = {key: value for key, value in record.items() if key not in known} | dict(more)
    return cast("Mapping[str, Json]", told) if told else None
