"""Files that messages carry inside of them: parts of mails and of picture messages become items of their own."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

from evidence_kit.custody.errors import ChatNotReadError
from evidence_kit.custody.manifest import Item
from evidence_kit.intake.container import ContainerContents, ContainerMember
from evidence_kit.intake.names import name_dangers
from evidence_kit.intake.window import bytes_window
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.model import ByteSpan, Json
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workflows.accession.containers import DEEPEST, ContainerIntake
from evidence_kit.workflows.accession.register import Accession
from evidence_kit.workflows.case.outcome import Outcome
from evidence_kit.workflows.reading.conversations import newest_readings
from evidence_kit.workflows.reading.coverage import CoverageError, file_conversations
from evidence_kit.workflows.reading.exports import ExportReader
from evidence_kit.workflows.reading.messages import display_text
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry

FORM: Final = "messages"
_PIECE_BYTES: Final = 1 << 20


def take_carried(accession: Accession, inside: ContainerIntake, reading: ExportReader) -> Iterator[Outcome]:
    """Take in files carried by the messages of a case, where not taken in before; mails inside of mails too.

    Args:
        accession: Gives out the ids and commits.
        inside: Takes in the members of containers among them.
        reading: Reads the exports of the case.

    Yields:
        What was committed.

    Raises:
        OwnDiskError: The case's disk failed.
    """
    for _ in range(DEEPEST):
        waiting = list(_waiting(accession))
        for item, chosen in waiting:
            yield from _one(inside, reading, item, chosen)
        yield from accession.commit_all()
        if not waiting:
            return


def _waiting(accession: Accession) -> Iterator[tuple[Item, str]]:
    """Yield the exports with carried files that were never looked into."""
    manifest = accession.writer.manifest
    for item, entry in newest_readings(manifest).items():
        if item in accession.looked_into or not _carries(entry.facts):
            continue
        from evidence_kit.chats.registry import format_named

        chosen = format_named(str(entry.facts.get("format")))
        if chosen is not None and chosen.carried is not None:
            yield manifest.items[item], chosen.name


def _carries(facts: Mapping[str, Any]) -> bool:
    try:
        return any(talk.figures["attachments"].get("present") for talk in file_conversations(facts))
    except CoverageError:
        return False


def _one(inside: ContainerIntake, reading: ExportReader, item: Item, chosen: str) -> Iterator[Outcome]:
    try:
        listed = list(_listed(reading, item, chosen))
    except ChatNotReadError:
        inside.unopened(item, "chat-not-read")
        return
    except ItemDamagedError:
        inside.unopened(item, "item-damaged")
        return
    record = _Record(reading, item, chosen)
    if item.facts.get("without"):
        # What is left of a text without its pictures: where these stood, nothing is inside of the message any more.
        listed = [each for each in listed if record.holds(each)]
    held = ContainerContents(FORM, entries=lambda: (_entry(number, each, record) for number, each in enumerate(listed)))
    yield from inside.take_members(item, held)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file inside of a message.

    Attributes:
        name: As it is shown.
        place: The bytes of its record.
        part: Which of the record's parts it is.
    """

    name: str
    place: ByteSpan
    part: int


def _listed(reading: ExportReader, item: Item, chosen: str) -> Iterator[_Listed]:
    for said in reading.entries(item, chosen):
        attachments = said.told.get("attachments") if isinstance(said, TranscriptEntry) else None
        for told in attachments if isinstance(attachments, list) else ():
            if found := _inside(told):
                yield found


def _inside(told: Any) -> _Listed | None:  # noqa: ANN401 - from a worker
    """Return a file that stands inside of its export; None for one that stands beside it."""
    if not isinstance(told, Mapping):
        return None
    where, part = told.get("inside"), told.get("part")
    if not isinstance(where, list) or len(where) != 2 or not isinstance(part, int):
        return None
    start, end = where
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end:
        return None
    return _Listed(display_text(told.get("name_in_source")) or f"part-{part}", ByteSpan(start, end), part)


def _entry(number: int, listed: _Listed, record: _Record) -> ContainerMember:
    def content() -> Iterator[bytes]:
        data = record.part(listed)
        for at in range(0, len(data), _PIECE_BYTES):
            yield data[at : at + _PIECE_BYTES]

    more: dict[str, Json] = {
        "name_from": "message",
        "name_dangers": list(name_dangers(listed.name)),
        "within": {"start": listed.place.start, "end": listed.place.end, "part": listed.part},
    }
    # What a message says about a size is no promise: the length is known when it has been decoded.
    return ContainerMember(
        number, listed.name, None, None, None, {}, more, content, lambda: bytes_window(record.part(listed))
    )


@dataclass(slots=True)
class _Record:
    """The files inside of the record that was asked for last; one record fits into memory."""

    reading: ExportReader
    item: Item
    format: str
    _place: ByteSpan | None = None
    _parts: dict[int, bytes] = field(default_factory=dict)

    def part(self, listed: _Listed) -> bytes:
        """Return the bytes of a file.

        Raises:
            MemberError: It cannot be had.
        """
        if self._place != listed.place:
            self._parts, self._place = self._read(listed.place), listed.place
        if listed.part not in self._parts:
            raise MemberError("damaged", 0)
        return self._parts[listed.part]

    def holds(self, listed: _Listed) -> bool:
        """Say whether there are any bytes; of a part that cannot be had, that will be said when it is asked for."""
        try:
            return bool(self.part(listed))
        except MemberError:
            return True

    def _read(self, place: ByteSpan) -> dict[int, bytes]:
        found: dict[int, BytesIO] = {}
        following: Json = {"part": 0, "offset": 0}
        try:
            while isinstance(following, Mapping):
                part, offset = following.get("part"), following.get("offset")
                if not isinstance(part, int) or not isinstance(offset, int):
                    break
                answer = self.reading.carried_files(self.item, self.format, place, part, offset)
                for piece in _pieces(answer):
                    found.setdefault(piece[0], BytesIO()).write(piece[1])
                before, following = (part, offset), answer.get("next")
                if isinstance(following, Mapping) and (following.get("part"), following.get("offset")) == before:
                    break
        except (ChatNotReadError, ItemDamagedError, CoverageError) as error:
            raise MemberError("damaged", 0) from error
        return {part: held.getvalue() for part, held in found.items()}


def _pieces(answer: Mapping[str, Json]) -> Iterator[tuple[int, bytes]]:
    listed = answer.get("pieces")
    for each in listed if isinstance(listed, list) else ():
        data, part = (each.get("data"), each.get("part")) if isinstance(each, Mapping) else (None, None)
        if not isinstance(data, str) or not isinstance(part, int):
            raise CoverageError("piece")
        try:
            yield part, base64.b64decode(data, validate=True)
        except ValueError as error:
            raise CoverageError("piece") from error
