"""The dossier as it travels in an archive: papers, their facts, and every conversation that the archive discloses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from evidence_kit.custody.errors import ChatNotReadError
from evidence_kit.model import ByteSpan
from evidence_kit.reports import conversation_file
from evidence_kit.reports.conversation_file import FiledConversation
from evidence_kit.reports.dossier import Dossier, encoded
from evidence_kit.reports.pdf import ReportFile, pdfs
from evidence_kit.reports.redaction import Redaction
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.reading.conversation_page import ConversationRequest
from evidence_kit.workflows.reading.conversations import CaseConversation
from evidence_kit.workflows.reading.exports import ExportReader, open_exports
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry, TranscriptGap
from evidence_kit.workflows.reporting import transcripts
from evidence_kit.workflows.reporting.collect import collected
from evidence_kit.workflows.reporting.disclosed import disclosed, disclosed_conversations
from evidence_kit.workflows.reporting.make import ReportOrder, blurred_pictures, log_of

if TYPE_CHECKING:
    from evidence_kit.chats.stated_time import StatedTime
    from evidence_kit.reports.transcript import Line
    from evidence_kit.sealing.plan import Scope
    from evidence_kit.workers.worker import Worker

DOSSIER = "dossier.json"
CONVERSATIONS = "conversations.json"


def travelling_files(case: Case, scope: Scope, order: ReportOrder, worker: Worker) -> Iterator[ReportFile]:
    """Yield the files of an archive below `report/`, each named by its path there.

    Args:
        case: Unlocked.
        scope: What the archive discloses: nothing else is in memory while these are made.
        order: The languages of the papers, and what a person chose for them.
        worker: Reads conversations.

    Raises:
        ReportFailedError: The typesetter failed.
    """
    shown = disclosed(case, scope)
    talks = disclosed_conversations(case, shown)
    with open_exports(shown, worker) as reading:
        dossier = collected(shown, scope, reading, order.request, talks)
        filer = _Filer(dossier, scope, reading)
        if order.redact_names:
            filer.redact(talks)
        filed: list[FiledConversation] = []
        for conversation in talks:
            made = filer.filed(conversation)
            if made is not None:
                filed.append(made.conversation)
                yield ReportFile(made.conversation.file.removeprefix("report/"), made.content)
    yield ReportFile(CONVERSATIONS, conversation_file.encoded_list(filed))
    dossier = filer.dossier
    # The lines of conversations lie in files of their own.
    headed = tuple(replace(each, lines=()) for each in dossier.transcripts)
    yield ReportFile(DOSSIER, encoded(replace(dossier, transcripts=headed)) + b"\n")
    shown_pictures = blurred_pictures(case, dossier, worker) if order.pictures == "blurred" else {}
    log = log_of(case)
    for language in order.languages:
        for paper in pdfs(dossier, language, log, pictures=shown_pictures):
            yield ReportFile(paper.name.replace("report.", "dossier.", 1), paper.content)


@dataclass(frozen=True, slots=True)
class _Filed:
    conversation: FiledConversation
    content: bytes


class _Filer:
    """Tells conversations as they lie in an archive, each with its file.

    Attributes:
        dossier: Of the archive; redacted once names were taken out.
    """

    def __init__(self, dossier: Dossier, scope: Scope, reading: ExportReader) -> None:
        self.dossier = dossier
        self._tell = transcripts.LineTeller(dossier.demands, dossier.exhibits, set(scope.items))
        self._reading = reading
        self._redaction: Redaction | None = None

    def redact(self, talks: Sequence[CaseConversation]) -> None:
        """Put labels in the place of names from here on; every conversation is read once for the names in it."""
        self._redaction = Redaction(self.dossier, self._all_lines(talks))
        self.dossier = self._redaction.dossier(self.dossier)

    def filed(self, conversation: CaseConversation) -> _Filed | None:
        """Return a conversation and its file; None where its export could not be read, which the dossier says."""
        lines: list[bytes] = []
        messages, times = 0, _Times()
        try:
            for line, entry in self._lines(conversation):
                lines.append(conversation_file.encoded_line(self._shown(line), _place(entry)))
                if isinstance(entry, TranscriptEntry):
                    messages += 1
                    times.add(entry.time)
        except (ChatNotReadError, ItemDamagedError):
            return None
        head = transcripts.heading(conversation, gaps=messages < len(lines))
        made = FiledConversation(
            number=head.number,
            platform=head.platform,
            title=head.title,
            parts=head.parts,
            participants=head.participants,
            zones=head.zones,
            order=head.order,
            notes=head.notes,
            messages=messages,
            unread=len(lines) - messages,
            first=times.first,
            last=times.last,
            file=f"report/chats/{conversation.number:03d}.jsonl",
        )
        return _Filed(made if self._redaction is None else self._redaction.of(made), b"".join(lines))

    def _all_lines(self, talks: Sequence[CaseConversation]) -> Iterator[Line]:
        for talk in talks:
            # One that cannot be read has no file, and so no names in it.
            with suppress(ChatNotReadError, ItemDamagedError):
                yield from (line for line, _ in self._lines(talk))

    def _shown(self, line: Line) -> Line:
        return line if self._redaction is None else self._redaction.of(line)

    def _lines(self, conversation: CaseConversation) -> Iterator[tuple[Line, TranscriptEntry | TranscriptGap]]:
        for entry in self._reading.in_order(conversation, ConversationRequest()):
            yield self._tell.line(entry), entry


class _Times:
    """The earliest and the latest of stated times; one without a value changes nothing."""

    def __init__(self) -> None:
        self.first: StatedTime | None = None
        self.last: StatedTime | None = None

    def add(self, time: StatedTime | None) -> None:
        if time is None or time.value is None:
            return
        if self.first is None or time.order < self.first.order:
            self.first = time
        if self.last is None or time.order >= self.last.order:
            self.last = time


def _place(entry: TranscriptEntry | TranscriptGap) -> ByteSpan | None:
    """Return where in the item's file an entry stands, as the worker told it."""
    locator: Any = entry.told.get("locator")
    if not isinstance(locator, Mapping):
        return None
    start, end = locator.get("start"), locator.get("end")
    return ByteSpan(start, end) if isinstance(start, int) and isinstance(end, int) else None
