"""A case from Python: its items, conversations and notes, and its archives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from evidence_kit.api.handed import Receipt, SealedArchive
from evidence_kit.api.session import CaseSession

if TYPE_CHECKING:
    from evidence_kit.api.station import Station
    from evidence_kit.custody.manifest import Item, Manifest, Witnessed
    from evidence_kit.custody.verdict import ReceiptOrigin
    from evidence_kit.model import ByteSink, Json
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.accession.provenance import Provenance
    from evidence_kit.workflows.case import read as case_read
    from evidence_kit.workflows.case import write as case_write
    from evidence_kit.workflows.case.outcome import Outcome
    from evidence_kit.workflows.checking.report import Report
    from evidence_kit.workflows.handover.seal_reports import ReportWanted
    from evidence_kit.workflows.reading.conversation_page import ConversationRequest
    from evidence_kit.workflows.reading.conversations import CaseConversation
    from evidence_kit.workflows.reading.identifiers import NamedIdentifier
    from evidence_kit.workflows.reading.match import MatchResult
    from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry, TranscriptGap


class Case:
    """One case, used in a `with` block.

    It is read when something is first looked at. The case's lock is taken when something is first written and held to
    the end of the block: until then others may write, and what was read stays as it was. Isolated processes that
    decode pictures and conversations are started by the first method that needs them.
    """

    def __init__(self, station: Station, folder: CaseFolder) -> None:
        self._station = station
        self._session = CaseSession(station, folder)
        self.folder = folder

    @property
    def path(self) -> Path:
        """The case's folder."""
        return self.folder.root

    @property
    def id(self) -> str:
        """Case id, such as `LRC-2026-0007`."""
        return self.folder.root.name

    def __enter__(self) -> Self:
        """Return the case; nothing is read or locked yet."""
        self._session.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the lock, end the isolated processes, and forget all that was read."""
        self._session.end(kind, error, trace)

    @property
    def reading(self) -> case_read.Case:
        """The unlocked case, for workflows that are called directly.

        Raises:
            CaseBrokenError: The signed part does not agree with itself.
            CaseOlderError: The station remembers a newer state than the folder holds.
            NoReaderError: The station's key does not open this case.
            ValueError: It is used outside a `with` block.
        """
        return self._session.reading

    @property
    def writing(self) -> case_write.CaseWriter:
        """The locked case, for workflows that are called directly.

        Raises:
            CaseLockedError: Somebody else writes.
            HandedOnError: The case was handed to another station; here it can only be read.
            ValueError: It is used outside a `with` block.
        """
        return self._session.writing

    @property
    def manifest(self) -> Manifest:
        """Everything the case says, folded: items, consents, notes and other events."""
        return self.reading.opened

    def items(self) -> list[Item | Witnessed]:
        """Return the items of the case, and behind them the witnessed files, each in the order of taking in."""
        return [*self.manifest.items.values(), *self.manifest.witnessed.values()]

    def item(self, name: str) -> Item | Witnessed:
        """Return an item by its id, however it is written: `E000003`, `e3` and `3` are one.

        Raises:
            NoItemError: The case has none of this name, or it was destroyed.
        """
        from evidence_kit.workflows.reading.overview import evidence_of

        return evidence_of(self.manifest, name, self.id)

    def about(self, name: str) -> dict[str, Json]:
        """Return everything that is known about an item, as `show --json` prints it."""
        from evidence_kit.workflows.reading.overview import everything_about

        return everything_about(self.item(name))

    def write_original(self, name: str, sink: ByteSink, reason: str) -> None:
        """Write an item's original bytes into anything with `write` and `flush`; the log says so first.

        Args:
            name: Id of the item.
            sink: Gets the bytes; they are worth something only once this returns.
            reason: Why somebody needs them; goes into the log.

        Raises:
            UsageError: It is or may hold a picture, the person is not known to be an adult, and nobody declared that
                nothing intimate is in it.
            ItemDamagedError: The stored bytes are not what was taken in.
        """
        from evidence_kit.workflows.reading.overview import item_of
        from evidence_kit.workflows.reading.reveal import write_original

        write_original(self.writing, item_of(self.manifest, name, self.id), reason, sink)

    def take_in(
        self,
        *sources: Path,
        provenance: Provenance | None = None,
        exclude: Sequence[str] = (),
        describe: bool = True,
        on_bytes: Callable[[int], None] | None = None,
    ) -> Iterator[Outcome]:
        """Take files and folders in without changing them (`workflows/accession/ingest`).

        Args:
            sources: Files and folders.
            provenance: How they came here; None says that nobody said.
            exclude: Patterns of paths and names that are left out, which the log says.
            describe: Whether isolated processes look into what is kept.
            on_bytes: Told the length of every piece that was read, from several threads.

        Yields:
            One outcome for each thing, once it is durable; `Totals` last.

        Raises:
            SourceMissingError: A source does not exist; nothing was read.
            SourceGoneError: A source was taken away; what was yielded before is safe.
            DiskFullError: The case's disk is full; what was yielded before is safe.
            DiskFailureError: The case's disk cannot be written.
            SystemLimitError: No memory or file handles are left.
            UsageError: Whoever declares what the files are like may not.
        """
        from evidence_kit.intake.mounts import mount_table
        from evidence_kit.workflows.accession.commit_group import Undescribed
        from evidence_kit.workflows.accession.ingest import check_sources, ingest
        from evidence_kit.workflows.accession.provenance import Provenance
        from evidence_kit.workflows.upkeep.tidy import remember_sources

        check_sources(sources)
        writer = self.writing
        remember_sources(writer, sources, mount_table())
        describer = self._session.describer if describe else Undescribed()
        try:
            yield from ingest(writer, sources, provenance or Provenance(), describer, on_bytes, exclude)
        finally:
            self._session.forget_exports()

    def conversations(self) -> list[CaseConversation]:
        """Return the conversations of the case, in the order in which their items were taken in."""
        from evidence_kit.workflows.reading.conversations import conversations

        return conversations(self.manifest)

    def messages(
        self, conversation: CaseConversation | None = None, request: ConversationRequest | None = None
    ) -> Iterator[TranscriptEntry | TranscriptGap]:
        """Yield messages, and stretches that could not be read, in the order of each file.

        Args:
            conversation: One of `conversations()`; None for all.
            request: Which messages; None for all.

        Raises:
            ChatNotReadError: An isolated process failed.
            ItemDamagedError: An item is not any more what was taken in.
        """
        from evidence_kit.workflows.reading.conversation_page import ConversationRequest

        for each in self.conversations() if conversation is None else (conversation,):
            yield from self._session.exports.wanted_messages(each, request or ConversationRequest())

    def identifiers(self, region: str = "MA") -> list[NamedIdentifier]:
        """Return the phone numbers, accounts and amounts that occur in messages, the most frequent first.

        Args:
            region: Country whose way of writing phone numbers is assumed: two letters of ISO 3166.

        Raises:
            ChatNotReadError: An isolated process failed.
            ItemDamagedError: An item is not any more what was taken in.
        """
        from evidence_kit.workflows.reading.identifiers import export_identifiers, exports_of, gathered_identifiers

        reader = self._session.exports
        return gathered_identifiers(
            each for item, form in exports_of(self.manifest) for each in export_identifiers(reader, item, form, region)
        )

    def find_similar(self, *sources: Path) -> MatchResult:
        """Compare pictures, films and sound with each other, or with files found elsewhere, and note it in the log.

        Args:
            sources: Files and folders found elsewhere, which are not taken in; none compares the case with itself.

        Raises:
            SourceMissingError: A source does not exist.
        """
        from evidence_kit.workflows.reading.match import MatchRequest, match_pictures

        return match_pictures(self.writing, MatchRequest(sources), self._session.describer.runner)

    def note(self, text: str, readers: Sequence[str], *, privileged: bool = False) -> int:
        """Record a note; return the line of the log that holds it.

        Args:
            text: The note.
            readers: Who may read it: `association`, `police`, `lawyer`, `psychologist`.
            privileged: It leaves the house only when a seal names it by its line.
        """
        from evidence_kit.workflows.case.record import record_note

        return record_note(self.writing, text, readers, privileged=privileged)

    def receipt(self) -> Receipt:
        """Issue a receipt over everything signed so far, and note it in the log."""
        from evidence_kit.workflows.case.record import issue_receipt

        code, lines, _ = issue_receipt(self.writing)
        return Receipt(code, lines)

    def seal(  # noqa: PLR0913 - an order says many things, most of them seldom
        self,
        purpose: str,
        out: Path,
        *,
        items: Sequence[str] | None = None,
        cited: bool = False,
        redacted: bool = False,
        readers: Mapping[str, str] | None = None,
        report: ReportWanted | None = None,
        on_bytes: Callable[[int], None] | None = None,
    ) -> SealedArchive:
        """Make an archive, opened again and re-hashed before it gets its name (`workflows/handover/seal`).

        Args:
            purpose: `lawyer` or `police`; the person has to have consented to it.
            out: Folder that is made for it.
            items: Ids of what goes in; None for everything.
            cited: Only what the list of threats cites, with its conversations; then `items` is None.
            redacted: Blurred copies in the place of pictures; what may hold a picture stays here.
            readers: Public keys, age or OpenSSH, by a short name; for each the passphrase is wrapped.
            report: The dossier goes in, with every conversation to read and the list of threats
                (`workflows/handover/seal_reports.ReportWanted`); None where it does not.
            on_bytes: Told how many more bytes of originals were written or read back.

        Raises:
            NoConsentError: Nobody consented to this purpose, or the consent was withdrawn.
            NothingToSealError: No item is left.
            SealExistsError: There is something at `out`.
            DiskFullError: There is no room for it; nothing was signed or written.
            ItemDamagedError: An item is not any more what was taken in; nothing is left behind.
            SealFailedError: What was written is not what was planned; nothing is left behind.
            UsageError: The case has no item of that name.
        """
        from evidence_kit.sealing.passphrase import generate_passphrase
        from evidence_kit.workers.worker import Worker
        from evidence_kit.workflows.handover.scope import SealOrder
        from evidence_kit.workflows.handover.seal import make_seal
        from evidence_kit.workflows.reading.overview import item_id

        chosen = None if items is None else [item_id(each) for each in items]
        order = SealOrder(
            purpose, chosen, readers or {}, None, out.absolute(), cited=cited, redacted=redacted, report=report
        )
        digits = generate_passphrase()
        with Worker() if cited or redacted or report is not None else nullcontext() as worker:
            sealed = make_seal(self.writing, self._station.key, order, digits, on_bytes, worker)
        return SealedArchive(sealed.archive, digits, Receipt(sealed.receipt_code, sealed.lines), sealed)

    def verify(
        self, receipt: str | None = None, *, receipt_from: str | None = None, roots: Sequence[bytes] = ()
    ) -> Report:
        """Check the case's folder, every byte of it, and that it descends from the head that the station remembers.

        In a block that has written, this case counts as being written to: `report.being_written` is true.

        Args:
            receipt: The code on a person's paper, as typed.
            receipt_from: Where the code comes from: `paper` (held on paper since before this copy came), `told` (read
                out by whoever holds the paper) or `archive` (came along with the copy, and fixes nothing).
            roots: PEM files with root certificates of time-stamping authorities, besides those that the station keeps.

        Raises:
            TypedWronglyError: The receipt code has a slip of the pen.
            UsageError: A code was given and not where it comes from.
            NoReaderError: The station's key does not open this case.
        """
        from evidence_kit.workflows.checking.copies import earlier_states
        from evidence_kit.workflows.checking.outside import known_outside
        from evidence_kit.workflows.checking.verify import verify_case

        station = self._station.facts
        outside = known_outside(station.folder, station, roots, _origin(receipt, receipt_from))
        earlier = earlier_states(station, self.path)
        remembered = station.remembered(self.id)
        return verify_case(self.path, self._station.key, remembered, receipt, outside=outside, earlier=earlier)

    @staticmethod
    def verify_archive(  # noqa: PLR0913 - an archive, and what is known of it besides
        path: Path,
        passphrase: str,
        receipt: str | None = None,
        *,
        receipt_from: str | None = None,
        roots: Sequence[bytes] = (),
        receivers: Mapping[str, str] | None = None,
    ) -> Report:
        """Check a sealed archive, and the statement beside it; no station is needed.

        Args:
            path: The archive.
            passphrase: Its 28 digits, without spaces.
            receipt: The code on a person's paper, as typed.
            receipt_from: Where the code comes from: `paper` (held on paper since before the archive came), `told` (read
                out by whoever holds the paper) or `archive` (came along with the archive, and fixes nothing).
            roots: PEM files with root certificates of time-stamping authorities, got from the authorities themselves.
            receivers: Names by fingerprint of receivers whose keys the checker compared: a counter-signature by one
                of them anchors.

        Raises:
            TypedWronglyError: The receipt code has a slip of the pen.
            UsageError: A code was given and not where it comes from.
        """
        from evidence_kit.workflows.checking.verify import verify_archive
        from evidence_kit.workflows.handover.timestamps import OutsideFacts

        outside = OutsideFacts(roots=roots, receivers=receivers or {}, origin=_origin(receipt, receipt_from))
        return verify_archive(path, passphrase, receipt, outside=outside)


def _origin(receipt: str | None, said: str | None) -> ReceiptOrigin:
    """Return the origin of a receipt code; an unstated one is asked for, never guessed."""
    from evidence_kit.custody.verdict import ReceiptOrigin
    from evidence_kit.errors import UsageError
    from evidence_kit.workflows.checking.outside import origin_of

    if receipt is None:
        return ReceiptOrigin.PAPER
    if said is None:
        raise UsageError("needed", fact="receipt_from", flag="receipt_from")
    return origin_of(said)
