"""The contents of any container in one form: zip, tar, packed tar, or one packed file."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from evidence_kit.intake import compressed_stream, tar_sparse
from evidence_kit.intake.compressed_stream import CompressedStream
from evidence_kit.intake.containers import STORED, UnreadableZip, ZipMember, ZipPlan, ZipVerdict, examine_all_zips
from evidence_kit.intake.names import name_dangers
from evidence_kit.intake.read import HEAD_BYTES
from evidence_kit.intake.seekable_stream import SeekableStream
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.tar import TarMember, TarWalk
from evidence_kit.intake.window import Window, bytes_window
from evidence_kit.intake.zip_records import is_part
from evidence_kit.intake.zip_stream import MemberError, MemberStream, read_member
from evidence_kit.model import Json, Kind

if TYPE_CHECKING:
    from evidence_kit.intake.understood.written import CarriedFile, WrittenAnew

# Up to here a container inside a packed container is simply held in memory.
_IN_MEMORY_BYTES: Final = 8 << 20
_MOST_NAMES: Final = 20_000
_PIECE_BYTES: Final = 1 << 20
# A middle part has no bytes that tell it; only its name does.
_NUMBERED_PART: Final = re.compile(r"\.(?:zip|7z|rar)\.\d{3}$|\.[zr]\d\d$|\.part\d+\.rar$", re.IGNORECASE | re.ASCII)
_UNDATED: Final[Mapping[str, Json]] = {"local": None, "utc": None}
# A text that holds more than is understood, where nothing else may be copied.
TEXT: Final = "text"
_CLOSED: Final = frozenset({"7z", "rar", "zstd", "lzip", "lz4", "cab", "cpio", "ar", "adb-backup"})


@dataclass(frozen=True, slots=True)
class ContainerMember:
    """One member of a container that is, or should be, a file.

    Attributes:
        number: Position in the container, from 0; folders are counted and not yielded.
        name: Its whole name, for display.
        name_bytes: The name's bytes in base64 where they say more than that, else None.
        size_bytes: Declared size; None where only reading tells.
        refusal: Why it cannot be read; None when it may be tried.
        times: What the container says about its dates.
        more: How its name was found and what is dangerous about it.
        content: Yields its bytes from the start; raises `MemberError` as soon as something does not fit.
        window: Its bytes to be read anywhere, for a container inside this one.
    """

    number: int
    name: str
    name_bytes: str | None
    size_bytes: int | None
    refusal: str | None
    times: Json
    more: Mapping[str, Json]
    content: Callable[[], Iterator[bytes]]
    window: Callable[[], Window]


@dataclass(slots=True)
class ContainerContents:
    """The contents of a container.

    Attributes:
        form: `zip`, `tar`, `tar+gzip`, `tar+bzip2`, `tar+xz`, `gzip`, `bzip2`, `xz` or `text`.
        entries: Its members in order; to be walked through as often as needed.
        names: Names of all members, None where there are too many or where they show only on the way.
        unreadable: Why nobody can look into it; None when somebody can.
        side_by_side: Several members may be read at once.
        notes: Ids of what is unusual; complete once `entries` were walked through.
        parts: What is known of each zip in it.
    """

    form: str
    entries: Callable[[], Iterable[ContainerMember]] = tuple
    names: Sequence[str] | None = None
    unreadable: str | None = None
    side_by_side: bool = False
    notes: list[str] = field(default_factory=list)
    parts: list[Json] = field(default_factory=list)


def container_contents(kind: Kind, name: str, window: Window) -> ContainerContents | None:
    """Return the contents of a file, None when it is no container.

    Args:
        kind: What its first bytes say it is; a zip may also stand behind bytes of no known type.
        name: Its own name, for a packed file that states none.
        window: Its bytes.
    """
    if kind.name in {"zip", "unknown"}:
        plans = list(examine_all_zips(window, window.size_bytes or 0))
        if kind.name == "zip" or isinstance(plans[0], ZipPlan):
            return _zip(plans, window)
        part = _NUMBERED_PART.search(name) is not None or is_part(window, window.size_bytes or 0)
        return ContainerContents("zip", unreadable="zip-part") if part else None
    if kind.name == "tar":
        return _tar("tar", window, side_by_side=True)
    if kind.name in compressed_stream.FORMS:
        return _squeezed(kind.name, name, window)
    return ContainerContents(kind.name, unreadable="form-not-opened") if kind.name in _CLOSED else None


def _zip(plans: Sequence[ZipPlan | UnreadableZip], window: Window) -> ContainerContents:
    if isinstance(plans[0], UnreadableZip):
        return ContainerContents("zip", unreadable=plans[0].reason)
    read = [plan for plan in plans if isinstance(plan, ZipPlan)]
    listed = [(number, member) for number, member in _numbered(read) if not member.is_folder]
    notes = list(dict.fromkeys(note for plan in read for note in plan.notes))
    if listed and all(member.verdict is ZipVerdict.ENCRYPTED for _, member in listed):
        notes.append("encrypted")
    shown = [_shown(member.name_bytes, member.name)[0] for _, member in listed]
    return ContainerContents(
        "zip",
        lambda: (_zip_entry(number, member, window) for number, member in listed),
        names=shown if len(shown) <= _MOST_NAMES else None,
        side_by_side=True,
        notes=notes,
        parts=[_part(plan) for plan in read],
    )


def text_contents(name: str, kind: Kind, window: Window) -> ContainerContents | None:
    """Return a text as the container of its understood parts; None where it is understood as it stands.

    Its first member is the text written anew, its others are the files that stood in it as letters.

    Args:
        name: Its own name.
        kind: What its first bytes say it is.
        window: Its bytes.

    Raises:
        MemberError: Nobody here can read it.
    """
    from evidence_kit.intake.understood.text import understood_text

    written = understood_text(kind, window)
    if written is None:
        raise MemberError("not-understood", 0)
    return None if written.whole else written_contents(name, written)


def written_contents(name: str, written: WrittenAnew) -> ContainerContents:
    """Return a text that was written anew, and the files that stood in it, as the members of the original.

    Args:
        name: The original's own name.
        written: What was understood of it.
    """
    raw = _base(name).encode("utf-8", "surrogateescape")
    shown, name_bytes = _shown(raw, raw.decode("utf-8", "surrogateescape"))
    without = len(written.files) + written.stretches
    told: dict[str, Json] = {
        "name_from": "container",
        "name_dangers": list(name_dangers(shown)),
        "without": without,
        "written_anew": {
            "by": written.by,
            "parts": dict(sorted(written.parts.items())),
            "files": len(written.files),
            "not_understood": written.stretches,
        },
    }
    text = written.text
    whole = ContainerMember(
        0, shown, name_bytes, len(text), None, dict(_UNDATED), told, lambda: iter([text]), lambda: bytes_window(text)
    )

    def entries() -> Iterator[ContainerMember]:
        if written.says_something:
            yield whole
        for number, each in enumerate(written.files, start=1):
            yield _carried_entry(number, each)

    return ContainerContents(TEXT, entries, names=[shown])


def _carried_entry(number: int, carried: CarriedFile) -> ContainerMember:
    raw = (carried.name or f"part-{number}").encode("utf-8", "surrogateescape")
    name, name_bytes = _shown(raw, raw.decode("utf-8", "replace"))
    more: dict[str, Json] = {
        "name_from": "container" if carried.name is None else "message",
        "name_dangers": list(name_dangers(name)),
        "within": {"stood": carried.stood, "part": number},
    }

    def content() -> Iterator[bytes]:
        data = carried.content()
        for at in range(0, len(data), _PIECE_BYTES):
            yield data[at : at + _PIECE_BYTES]

    return ContainerMember(
        number, name, name_bytes, None, None, dict(_UNDATED), more, content, lambda: bytes_window(carried.content())
    )


def _numbered(plans: Sequence[ZipPlan]) -> Iterator[tuple[int, ZipMember]]:
    """Number members through all zips that stand one behind the other."""
    number = 0
    for plan in plans:
        for member in plan.members:
            yield number, member
            number += 1


def _zip_entry(number: int, member: ZipMember, window: Window) -> ContainerMember:
    name, name_bytes = _shown(member.name_bytes, member.name)

    def content() -> Iterator[bytes]:
        try:
            yield from read_member(window.part(), member, member.size_bytes)
        except MemberError as error:
            # Packed bytes behind its end do not make a content less whole.
            if error.reason != "bytes-behind":
                raise

    def inner() -> Window:
        if member.method == STORED and member.data_offset is not None:
            return window.part(member.data_offset, member.size_bytes)
        if member.size_bytes <= _IN_MEMORY_BYTES:
            return bytes_window(b"".join(content()))
        return Window(
            SeekableStream(MemberStream(window.part(), member, member.size_bytes)).read_at, 0, member.size_bytes
        )

    return ContainerMember(
        number,
        name,
        name_bytes,
        member.size_bytes,
        None if member.verdict is ZipVerdict.READABLE else member.verdict.value,
        {"local": member.time_local, "utc": member.time_utc},
        {"name_from": member.name_from, "name_dangers": list(member.dangers)},
        content,
        inner,
    )


def _part(plan: ZipPlan) -> Json:
    return {
        "notes": list(plan.notes),
        # A lying directory can name more than the log can hold as a number.
        "entries_declared": _number(plan.entries_declared),
        "before_bytes": plan.before_bytes,
        "after_bytes": plan.after_bytes,
        "comment": base64.b64encode(plan.comment).decode("ascii"),
    }


def _squeezed(form: str, name: str, window: Window) -> ContainerContents:
    head = compressed_stream.first_bytes(form, window, HEAD_BYTES)
    if sniff(head, len(head) + 1).name == "tar":
        unpacked = Window(SeekableStream(CompressedStream(form, window.part())).read_at)
        return _tar(f"tar+{form}", unpacked, side_by_side=False)
    stated = compressed_stream.stated_name(window.part())
    raw = _base(name).encode("utf-8", "surrogateescape") if stated is None else stated
    shown, name_bytes = _shown(raw, raw.decode("utf-8", "surrogateescape"))

    held = ContainerContents(form, names=[shown])

    def content() -> Iterator[bytes]:
        stream = CompressedStream(form, window.part())
        while piece := stream.next_piece():
            yield piece
        if stream.ends_early and "data-after" not in held.notes:
            held.notes.append("data-after")

    entry = ContainerMember(
        0,
        shown,
        name_bytes,
        None,
        None,
        dict(_UNDATED),
        {"name_from": "container" if stated is None else "gzip", "name_dangers": list(name_dangers(shown))},
        content,
        lambda: Window(SeekableStream(CompressedStream(form, window.part())).read_at, 0, sum(map(len, content()))),
    )
    held.entries = lambda: [entry]
    return held


def _base(name: str) -> str:
    """Return the name of the file packed in a file of this name."""
    stem, dot, ending = name.rpartition(".")
    return stem if dot and stem and ending.lower() in {"gz", "bz2", "xz"} else name


def _tar(form: str, window: Window, *, side_by_side: bool) -> ContainerContents:
    held = ContainerContents(form, side_by_side=side_by_side)

    def entries() -> Iterator[ContainerMember]:
        walk, seen = TarWalk(window.part()), set[bytes]()
        try:
            for member in walk.members():
                twice = member.name_bytes in seen
                if len(seen) < _MOST_NAMES:
                    seen.add(member.name_bytes)
                if not member.is_folder:
                    yield _tar_entry(member, window, twice=twice)
        except MemberError as error:
            walk.notes.append(error.reason)
        held.notes = walk.notes

    held.entries = entries
    return held


def _tar_entry(member: TarMember, window: Window, *, twice: bool) -> ContainerMember:
    text = member.name_bytes.decode("utf-8", "surrogateescape")
    name, name_bytes = _shown(member.name_bytes, text)

    def content() -> Iterator[bytes]:
        view, read = window.part(), 0
        if member.sparse is not None:
            for piece in tar_sparse.sparse_pieces(member.sparse, _reading(view)):
                read += len(piece)
                yield piece
            if read < member.size_bytes:
                raise MemberError("truncated", read)
        while read < member.size_bytes:
            view.seek(member.data_offset + read)
            piece = view.read(min(_PIECE_BYTES, member.size_bytes - read))
            if not piece:
                raise MemberError("truncated", read)
            read += len(piece)
            yield piece

    def inner() -> Window:
        if member.sparse is None:
            return window.part(member.data_offset, member.size_bytes)
        # Of a container with holes only what fits into memory is looked into.
        return bytes_window(b"".join(content()) if member.size_bytes <= _IN_MEMORY_BYTES else b"")

    return ContainerMember(
        member.index,
        name,
        name_bytes,
        member.size_bytes,
        member.refusal,
        {"local": None, "utc": _utc(member.modified), "seconds": member.modified},
        {"name_from": member.name_from, "name_dangers": list(name_dangers(text)) + ["duplicate"] * twice},
        content,
        inner,
    )


def _reading(view: Window) -> tar_sparse.ReadAt:
    def read_at(offset: int, size_bytes: int) -> bytes:
        view.seek(offset)
        return view.read(size_bytes)

    return read_at


def _utc(seconds: str | None) -> str | None:
    """Return an instant in UTC, None where the calendar does not reach that far."""
    if seconds is None:
        return None
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds.partition(".")[0]))
    except OverflowError:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year >= 1000 else None


def _shown(raw: bytes, name: str) -> tuple[str, str | None]:
    """Return a name for display, and its bytes in base64 where they say more than that."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return (shown, None) if shown.encode("utf-8") == raw else (shown, base64.b64encode(raw).decode("ascii"))


def stream_head(stream: Iterator[bytes]) -> bytes:
    """Return the first bytes of a stream, as many as telling its type needs."""
    head = b""
    for piece in stream:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return head[:HEAD_BYTES]


def _number(value: int | None) -> int | str | None:
    """Return a number that the log can hold, as text where JavaScript would round it."""
    return str(value) if value is not None and value >= 1 << 53 else value
