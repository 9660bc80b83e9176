"""Taking files in: read once, hash and encrypt the very same bytes, describe in isolation, commit in groups."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from evidence_kit.custody.manifest import FoundAt
from evidence_kit.intake.errors import SourceGoneError, SourceMissingError
from evidence_kit.intake.read import NotRegularError
from evidence_kit.intake.source_watch import SourceWatch
from evidence_kit.intake.walk import FoundFile, UnfitPath, os_words, walk_files
from evidence_kit.threads import Threads
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.accession.commit_group import DescriptionService, OwnDiskError
from evidence_kit.workflows.accession.containers import ContainerIntake
from evidence_kit.workflows.accession.declare import check_sensitivity
from evidence_kit.workflows.accession.prepare import Prepared, Preparing
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.accession.read_ahead import ComingObject, read_ahead
from evidence_kit.workflows.accession.reading import SourceEncryptor, held_bytes
from evidence_kit.workflows.accession.register import Accession
from evidence_kit.workflows.accession.whatsapp_backup import take_backups
from evidence_kit.workflows.accession.witness import path_in_words
from evidence_kit.workflows.case.disk_errors import LIMITS, disk_error
from evidence_kit.workflows.case.outcome import Outcome
from evidence_kit.workflows.case.write import CaseWriter

# Hashing and encrypting let go of the interpreter; more threads than cores wait for the source's disk.
READERS: Final = 4
AHEAD: Final = 96


def ingest(  # noqa: PLR0913 - what a command line says
    writer: CaseWriter,
    sources: Sequence[Path],
    provenance: Provenance,
    describer: DescriptionService,
    on_bytes: Callable[[int], None] | None = None,
    exclude: Sequence[str] = (),
    backup_key: bytes | None = None,
) -> Iterator[Outcome]:
    """Take sources into a case; every outcome is yielded once it is durable, the totals last.

    The order of events is that of the sources, whatever runs side by side.

    Args:
        writer: The case.
        sources: Files and folders.
        provenance: How they came here.
        describer: Looks into bytes somewhere else.
        on_bytes: Told the length of every piece that was read, from several threads.
        exclude: Patterns of paths and names that are left out, which the log says.
        backup_key: Opens the encrypted backups of WhatsApp that are in the case afterwards; it is written nowhere.

    Raises:
        UsageError: It is not theirs to declare what the files are like.
        SourceMissingError: A source does not exist; nothing was read.
        SourceGoneError: A source was taken away; what was yielded before is safe.
        DiskFullError: The case's disk is full; what was yielded before is safe.
        DiskFailureError: The case's disk cannot be written.
        SystemLimitError: No memory or file handles are left.
    """
    check_sources(sources)
    check_sensitivity(writer.manifest.age_band, provenance.sensitivity, provenance.saying)
    yield from _Ingest(writer, provenance, describer, on_bytes).run(sources, exclude, backup_key)


def check_sources(sources: Sequence[Path]) -> None:
    """Refuse sources that are not there, before anything is read.

    Raises:
        SourceMissingError: The first of them.
    """
    for source in sources:
        if not os.path.lexists(source):
            raise SourceMissingError("source-missing", path=str(source))


def total_bytes(sources: Sequence[Path]) -> int:
    """Return how many bytes of files the sources hold, as the file system says."""
    return sum(found.size_bytes for source in sources for found in walk_files(source) if isinstance(found, FoundFile))


def free_bytes(folder: CaseFolder) -> int:
    """Return how much room the case's disk has left."""
    return shutil.disk_usage(folder.root).free


class _Ingest:
    def __init__(
        self,
        writer: CaseWriter,
        provenance: Provenance,
        describer: DescriptionService,
        on_bytes: Callable[[int], None] | None,
    ) -> None:
        self._accession = Accession(writer, provenance, describer)
        self._reader = SourceEncryptor(writer.store, writer.recipient, on_bytes, self._accession.holds)
        self._preparing = Preparing(self._reader, describer, self._accession.rule)
        self._own = frozenset(
            folder.resolve() for folder in (writer.case.folder.root, writer.station.folder, writer.station.cases)
        )

    def run(self, sources: Sequence[Path], exclude: Sequence[str], backup_key: bytes | None) -> Iterator[Outcome]:
        accession = self._accession
        try:
            with Threads(READERS, thread_name_prefix="read") as threads:
                inside = ContainerIntake(accession, self._preparing, threads)
                for source in sources:
                    yield from self._source(source, exclude, threads, inside)
                yield from accession.commit_all()
                if backup_key is not None:
                    yield from take_backups(accession, inside, backup_key)
                if accession.writer.manifest.entries.get("chat.parsed"):
                    yield from self._conversations(inside)
        except KeyboardInterrupt:
            list(accession.commit_all())
            raise
        except (OwnDiskError, OSError, MemoryError) as error:
            raise self._stopped(error) from error
        finally:
            accession.group.discard_drafts()
        yield accession.totals

    def _conversations(self, inside: ContainerIntake) -> Iterator[Outcome]:
        """Take in the files inside of messages; loaded only for a case with conversations."""
        from evidence_kit.workflows.accession.message_parts import take_carried
        from evidence_kit.workflows.reading.exports import open_exports

        accession = self._accession
        # Each export is read anew here, and at once: an index would make the person beside the volunteer wait.
        with open_exports(accession.writer.case, accession.describer, kept=False) as reading:
            yield from take_carried(accession, inside, reading)

    def _source(
        self, source: Path, exclude: Sequence[str], threads: Threads, inside: ContainerIntake
    ) -> Iterator[Outcome]:
        lifeline = SourceWatch(source)
        found = ((each, _held(each)) for each in map(self._named, walk_files(source, self._own, exclude)))
        # Closed before anything else is done about trouble: on a full disk, drafts that nobody asks for any more lie
        # where the last commit needs room.
        with contextlib.closing(read_ahead(threads, self._prepare, found, AHEAD, _drop)) as prepared:
            for each, future in prepared:
                try:
                    yield from self._found(each, future, lifeline, inside)
                except BaseException:
                    self._reader.stop()
                    raise
                if self._accession.group.full:
                    yield from self._accession.commit_all()

    def _named(self, found: FoundFile | UnfitPath) -> FoundFile | UnfitPath:
        """Return a path as it may stand in the log."""
        if not self._accession.rule.careful:
            return found
        shown, shown_bytes = path_in_words(found.shown, found.shown_bytes)
        return replace(found, shown=shown, shown_bytes=shown_bytes)

    def _prepare(self, found: FoundFile | UnfitPath) -> Prepared | None:
        """Read a file ahead of its turn, in a thread."""
        if isinstance(found, UnfitPath):
            return None
        return self._preparing.file(found, self._accession.known_digest(FoundAt(found.shown, found.shown_bytes)))

    def _found(
        self,
        found: FoundFile | UnfitPath,
        future: ComingObject[Prepared | None],
        lifeline: SourceWatch,
        inside: ContainerIntake,
    ) -> Iterator[Outcome]:
        accession, place = self._accession, FoundAt(found.shown, found.shown_bytes)
        if isinstance(found, UnfitPath):
            if found.errno in LIMITS:
                # Ours are used up; that says nothing about the source.
                raise OSError(found.errno, os.strerror(found.errno or 0))
            if found.reason == "unreadable" and lifeline.gone(found.errno):
                raise self._gone(lifeline)
            if found.reason == "excluded":
                accession.leave_out(place, found.detail)
            else:
                accession.refuse(place, found.reason, found.detail)
            return
        try:
            prepared = future.result()
            if prepared is None:
                return
            with contextlib.closing(prepared):
                yield from inside.take_in(prepared)
            lifeline.read(found.path)
        except NotRegularError:
            accession.refuse(place, "not-regular")
        except OSError as error:
            if error.errno in LIMITS:
                raise
            if lifeline.gone(error.errno):
                raise self._gone(lifeline) from error
            accession.refuse(place, "unreadable", os_words(error), found.size_bytes)

    def _gone(self, lifeline: SourceWatch) -> SourceGoneError:
        """Return the error about a source that was taken away; the part already read is committed first."""
        list(self._accession.commit_all())
        safe = len(self._accession.writer.manifest.items)
        return SourceGoneError("source-gone", source=lifeline.root.name or str(lifeline.root), safe=safe)

    def _stopped(self, error: OwnDiskError | OSError | MemoryError) -> Exception:
        """Return the error that a person sees, after committing as much as still can be."""
        cause = error.__cause__ if isinstance(error, OwnDiskError) else error
        with contextlib.suppress(OwnDiskError, MemoryError):
            list(self._accession.commit_all())
        return disk_error(cause, len(self._accession.writer.manifest.items))


def _held(found: FoundFile | UnfitPath) -> int:
    return held_bytes(found.size_bytes) if isinstance(found, FoundFile) else 0


def _drop(prepared: Prepared | None) -> None:
    if prepared is not None:
        prepared.discard()
