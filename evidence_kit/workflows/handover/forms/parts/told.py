"""Conversations, demands and exhibits as an export tells them: folded from what its own items disclose, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from evidence_kit.custody.errors import ChatNotReadError
from evidence_kit.reports.dossier import Dossier
from evidence_kit.reports.transcript import Line, Transcript
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.sealing.plan import Scope
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.handover.forms.form import ExportContents
from evidence_kit.workflows.reading.conversation_page import ConversationRequest
from evidence_kit.workflows.reading.conversations import conversations
from evidence_kit.workflows.reading.exports import ExportReader, open_exports
from evidence_kit.workflows.reporting import transcripts
from evidence_kit.workflows.reporting.collect import ReportRequest, collected
from evidence_kit.workflows.reporting.disclosed import disclosed


@dataclass(frozen=True, slots=True)
class Told:
    """The dossier of an export, and its conversations, read one after another.

    Attributes:
        dossier: Demands, exhibits, identifiers, the chronology.
    """

    dossier: Dossier
    _case: Case
    _contents: ExportContents
    _reading: ExportReader

    def conversations(self) -> Iterator[tuple[Transcript, Iterator[Line]]]:
        """Yield every conversation without its lines, and its lines; one that cannot be read ends early.

        That it could not be read is one of the dossier's limits.
        """
        scope = {item.id for item in self._contents.items}
        tell = transcripts.LineTeller(self.dossier.demands, self.dossier.exhibits, scope)
        for conversation in conversations(self._case.opened):
            entries = self._reading.in_order(conversation, ConversationRequest())
            yield transcripts.heading(conversation, gaps=False), _lines(tell.line(each) for each in entries)


def _lines(entries: Iterator[Line]) -> Iterator[Line]:
    try:
        yield from entries
    except (ChatNotReadError, ItemDamagedError):
        return


@contextmanager
def told(contents: ExportContents) -> Iterator[Told]:
    """Open the conversations, demands and exhibits that an export tells beside its items.

    Raises:
        RuntimeError: Nobody gave a worker that reads conversations.
    """
    if contents.worker is None:
        raise RuntimeError("conversations are read by a worker")
    manifest = contents.case.opened
    items = tuple(item.id for item in contents.items)
    whole = {item.id for item in manifest.included} <= set(items)
    excluded = frozenset(each.id for each in manifest.everything if each.excluded is not None)
    scope = Scope(contents.purpose, items, everything=whole, excluded=excluded, threats=True)
    shown = disclosed(contents.case, scope)
    with open_exports(shown, contents.worker) as reading:
        yield Told(collected(shown, scope, reading, ReportRequest("", contents.kit)), shown, contents, reading)
