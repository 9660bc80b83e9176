"""Taking files in: read once, hash and encrypt the very same bytes, describe in isolation, commit in groups."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from evidence_kit.custody.manifest import Place
from evidence_kit.intake import care
from evidence_kit.intake.errors import SourceMissingError
from evidence_kit.intake.read import NotRegularError, Original, opened, pieces
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.walk import Found, Unfit, os_words, walk
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.accession import Accession
from evidence_kit.workflows.case import CaseWriter
from evidence_kit.workflows.group import Describer, OwnDiskError
from evidence_kit.workflows.inside import Inside, zips_in
from evidence_kit.workflows.outcome import Outcome
from evidence_kit.workflows.provenance import Provenance
from evidence_kit.workflows.stretch import Reader, Stretch
from evidence_kit.workflows.trouble import LIMITS, disk_error
from evidence_kit.workflows.withhold import withheld


def ingest(
    writer: CaseWriter,
    sources: Sequence[Path],
    provenance: Provenance,
    describer: Describer,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[Outcome]:
    """Take sources into a case; every outcome is yielded once it is durable, the totals last.

    Raises:
        SourceMissingError: A source does not exist; nothing was read.
        DiskFullError: The case's disk is full; what was yielded before is safe.
        DiskFailureError: The case's disk cannot be written.
        SystemLimitError: No memory or file handles are left.
    """
    for source in sources:
        if not os.path.lexists(source):
            raise SourceMissingError("source-missing", path=str(source))
    yield from _Ingest(writer, provenance, describer, on_bytes).run(sources)


def total_bytes(sources: Sequence[Path]) -> int:
    """Return how many bytes of files the sources hold, as the file system says."""
    return sum(found.size_bytes for source in sources for found in walk(source) if isinstance(found, Found))


def free_bytes(folder: CaseFolder) -> int:
    """Return how much room the case's disk has left."""
    return shutil.disk_usage(folder.root).free


class _Ingest:
    def __init__(
        self,
        writer: CaseWriter,
        provenance: Provenance,
        describer: Describer,
        on_bytes: Callable[[int], None] | None,
    ) -> None:
        self._accession = Accession(writer, provenance, describer)
        self._reader = Reader(writer.store, writer.recipient, on_bytes)
        self._inside = Inside(self._accession, self._reader)
        self._careful = writer.manifest.age_band != care.ADULT
        self._own = frozenset(
            folder.resolve() for folder in (writer.case.folder.root, writer.station.folder, writer.station.cases)
        )

    def run(self, sources: Sequence[Path]) -> Iterator[Outcome]:
        accession = self._accession
        try:
            for source in sources:
                for found in walk(source, self._own):
                    yield from self._found(found)
            yield from accession.settle()
        except KeyboardInterrupt:
            list(accession.settle())
            raise
        except (OwnDiskError, OSError) as error:
            raise self._stopped(error) from error
        finally:
            accession.group.drop()
        yield accession.totals

    def _found(self, found: Found | Unfit) -> Iterator[Outcome]:
        accession, place = self._accession, Place(found.shown, found.shown_bytes)
        if isinstance(found, Unfit):
            accession.refuse(place, found.reason, found.detail)
        else:
            try:
                with opened(found.path) as original:
                    yield from self._original(original, place, found)
            except NotRegularError:
                accession.refuse(place, "not-regular")
            except OSError as error:
                if error.errno in LIMITS:
                    raise
                accession.refuse(place, "unreadable", os_words(error), found.size_bytes)
        if accession.group.full:
            yield from accession.settle()

    def _original(self, original: Original, place: Place, found: Found) -> Iterator[Outcome]:
        accession, stretch = self._accession, _stretch(original, place, found)
        kind = sniff(stretch.head, stretch.size_bytes)
        plans = zips_in(original.file, stretch.size_bytes, kind)
        if self._careful and withheld(stretch, kind, plans, original.file):
            accession.totals.withheld += 1
            accession.refuse(place, care.REASON, kind.name, stretch.size_bytes)
            return
        reading = self._reader.read(stretch, accession.known(place), keep=accession.looked_at(kind))
        item = accession.admit(stretch, kind, reading)
        if plans:
            yield from self._inside.container(item, place, plans, original)

    def _stopped(self, error: OwnDiskError | OSError) -> Exception:
        """Return the error that a person sees; what could be committed still is."""
        cause = error.__cause__ if isinstance(error, OwnDiskError) else error
        with contextlib.suppress(OwnDiskError):
            list(self._accession.settle())
        items = len(self._accession.writer.manifest.items)
        return disk_error(cause if isinstance(cause, OSError) else None, items)


def _stretch(original: Original, place: Place, found: Found) -> Stretch:
    def from_start() -> Iterator[bytes]:
        original.file.seek(0)
        return pieces(original.file)

    return Stretch(
        place,
        found.path.name,
        original.head,
        original.before.size_bytes,
        from_start,
        original.before.facts(),
        file=original.file,
        original=original,
    )
