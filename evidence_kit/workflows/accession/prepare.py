"""The preparation of one file or member before its turn: opened, recognised, read, hashed, encrypted.

It runs in threads, several at once, and decides nothing that depends on the order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Final

from evidence_kit.custody.manifest import FoundAt
from evidence_kit.intake.container import (
    ContainerContents,
    ContainerMember,
    container_contents,
    stream_head,
    text_contents,
)
from evidence_kit.intake.file_mentions import LARGEST_TEXT_BYTES, TEXT_ENDINGS, FileMention, file_mentions, mentions_of
from evidence_kit.intake.read import NotRegularError, Original, file_pieces, open_original
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.surroundings import file_surroundings
from evidence_kit.intake.walk import FoundFile
from evidence_kit.intake.window import Window, file_stream, file_window
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.model import Digest
from evidence_kit.vault.links import is_link
from evidence_kit.workflows.accession.commit_group import DescriptionService
from evidence_kit.workflows.accession.outlook_mail import KIND as OUTLOOK
from evidence_kit.workflows.accession.outlook_mail import outlook_contents
from evidence_kit.workflows.accession.reading import EvidenceSource, Reading, SourceEncryptor
from evidence_kit.workflows.accession.witness import HashedFile, WitnessRule, mentions_in_words, without_pictures

CONTAINERS: Final = frozenset({"zip", "tar", "gzip", "bzip2", "xz", "7z", "rar"})


@dataclass(slots=True)
class Prepared:
    """One file or member, ready for its turn.

    Attributes:
        stretch: What it is.
        reading: What came of reading it; None when it is not to be copied.
        seen: What is known of it when it is only witnessed; None when not even its hash is taken.
        window: Its bytes to be read anywhere; None when nothing is to be looked for in it.
        text: What was understood of it stands beside it, as its member.
        held: What it holds, where that is known already.
    """

    stretch: EvidenceSource
    reading: Reading | None
    window: Callable[[], Window] | None
    seen: HashedFile | None = None
    text: bool = False
    held: ContainerContents | None = None
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def holding(self) -> ContainerContents | None:
        """Return the contents of the file, None when it is no container."""
        if self.window is None:
            return None
        if self.held is not None:
            return self.held
        if self.text:
            return text_contents(self.stretch.name, self.stretch.kind, self.window())
        return container_contents(self.stretch.kind, self.stretch.name, self.window())

    def close(self) -> None:
        """Close the file."""
        self._open.close()

    def discard(self) -> None:
        """Forget everything about it."""
        if self.reading is not None:
            self.reading.discard()
        self.close()


class Preparing:
    """Prepares files and members.

    Args:
        reader: Reads and encrypts.
        describer: Knows which types somebody will want the bytes of.
        rule: What is done with pictures.
    """

    def __init__(self, reader: SourceEncryptor, describer: DescriptionService, rule: WitnessRule) -> None:
        self._reader = reader
        self._describer = describer
        self._rule = rule
        self._texts = TextsBeside()

    def file(self, found: FoundFile, known: Digest | None) -> Prepared:
        """Prepare a file; it stays open until the result is closed.

        Raises:
            NotRegularError: It is no regular file any more.
            OSError: It cannot be opened or read.
            OwnDiskError: The case's disk failed.
        """
        with contextlib.ExitStack() as stack:
            original = stack.enter_context(open_original(found.path))
            stretch = file_stretch(original, found)
            if self._rule.careful:
                stretch = replace(stretch, more=without_pictures(stretch.more))
            window = file_window(original.file, original.before.size_bytes)
            # Most of what has no known type holds no zip either; that is found out here, and not when it has its turn.
            may_hold = stretch.kind.name in CONTAINERS or (
                stretch.kind.name == "unknown" and container_contents(stretch.kind, stretch.name, window) is not None
            )
            if self._rule.careful:
                prepared = self._careful(stretch, lambda: window, known, lambda: self._texts.of_folder(found.path))
            else:
                prepared = self._copied(stretch, (lambda: window) if may_hold else None, known)
            prepared._open = stack.pop_all()  # noqa: SLF001 - handed over
            return prepared

    def member(
        self,
        entry: ContainerMember,
        within: EvidenceSource,
        held: ContainerContents,
        place: FoundAt,
        known: Digest | None,
    ) -> Prepared:
        """Prepare a member.

        Args:
            entry: What its container says about it.
            within: The container.
            held: What it holds.
            place: Where it stands.
            known: What the case holds from there.

        Raises:
            MemberError: It is not what the container declares.
            OSError: The container cannot be read.
            OwnDiskError: The case's disk failed.
        """
        stretch = replace(member_stretch(entry, place), inside=within.place.path, beside=held.names)
        if self._rule.careful:
            return self._careful(stretch, entry.window, known, lambda: self._texts.of_container(held))
        return self._copied(stretch, entry.window if stretch.kind.name in CONTAINERS else None, known)

    def _copied(self, stretch: EvidenceSource, window: Callable[[], Window] | None, known: Digest | None) -> Prepared:
        kind = stretch.kind.name
        looked_at = self._describer.describes(kind) or self._describer.reads(kind)
        return Prepared(stretch, self._reader.read(stretch, known, keep=looked_at), window)

    def _careful(
        self,
        stretch: EvidenceSource,
        window: Callable[[], Window],
        known: Digest | None,
        texts: Callable[[], Mapping[str, tuple[FileMention, ...]]],
    ) -> Prepared:
        """Prepare a file that is copied only if it is understood to its last byte."""
        # Only a careful ingest wants them, and they take a tenth of the start of one.
        from evidence_kit.intake.understood.rule import judge_file
        from evidence_kit.intake.understood.text import is_text

        original = stretch.original
        before = None if original is None else original.before
        judged = judge_file(stretch.name, stretch.kind, window)
        stretch = replace(stretch, kind=judged.kind)
        if judged.copied:
            prepared = self._copied(stretch, None, known)
            # A file that changed between two looks: what was copied is not what was judged.
            if original is not None and (original.before is not before or original.changed()):
                return self._unsettled(prepared)
            return prepared
        held = judged.held
        if judged.kind.name == OUTLOOK and self._describer.reads(OUTLOOK):
            held = outlook_contents(stretch.name, window(), self._describer)
        inside = None if held is None else window
        # Remembered until its turn comes: of long ones only one at a time is read ahead.
        prepared = Prepared(stretch, None, inside, text=is_text(judged.kind) or held is not judged.held, held=held)
        if self._rule.policy == "refuse":
            return prepared
        seen, unstable = self._reader.hash(stretch)
        prepared.seen = HashedFile(
            seen, mentions_in_words(mentions_of(texts(), stretch.name)), unstable, judged.because
        )
        if seen.sha256.hex not in self._rule.harmless:
            return prepared
        copied = self._copied(stretch, None if prepared.text else inside, known)
        if copied.reading is not None and copied.reading.tally.sha256 != seen.sha256:
            # Other bytes than those that were declared harmless: they changed between two looks.
            return self._unsettled(copied)
        copied.held = None if prepared.text else prepared.held
        return copied

    @staticmethod
    def _unsettled(prepared: Prepared) -> Prepared:
        reading = prepared.reading
        if reading is None:
            return prepared
        reading.discard()
        return Prepared(prepared.stretch, None, None, HashedFile(reading.tally, unstable=True))


class TextsBeside:
    """The texts around names, read once for a folder or a container; the last few are remembered."""

    _MOST: Final = 4

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: list[tuple[Path | ContainerContents, Mapping[str, tuple[FileMention, ...]]]] = []

    def of_folder(self, path: Path) -> Mapping[str, tuple[FileMention, ...]]:
        """Return the mentions in the texts of a file's own folder."""
        folder = path.parent
        with self._lock:
            found = next((said for place, said in self._known if place == folder), None)
            return self._remember(folder, file_mentions(_texts_in(folder))) if found is None else found

    def of_container(self, held: ContainerContents) -> Mapping[str, tuple[FileMention, ...]]:
        """Return the mentions in the texts of a container; none where it can only be read in order."""
        if not held.side_by_side:
            return {}
        with self._lock:
            found = next((said for place, said in self._known if place is held), None)
            return self._remember(held, file_mentions(_texts_of(held))) if found is None else found

    def _remember(
        self, place: Path | ContainerContents, said: Mapping[str, tuple[FileMention, ...]]
    ) -> Mapping[str, tuple[FileMention, ...]]:
        self._known = [*self._known[-self._MOST :], (place, said)]
        return said


def _texts_in(folder: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    with contextlib.suppress(OSError, NotRegularError):
        for path in sorted(folder.iterdir()):
            if path.name.lower().endswith(TEXT_ENDINGS) and not is_link(path) and path.is_file():
                with open_original(path) as original:
                    if original.before.size_bytes <= LARGEST_TEXT_BYTES:
                        yield path.name, file_pieces(original.file)


def _texts_of(held: ContainerContents) -> Iterator[tuple[str, Iterator[bytes]]]:
    for entry in held.entries():
        is_text = entry.name.lower().endswith(TEXT_ENDINGS)
        if is_text and entry.refusal is None and (entry.size_bytes or 0) <= LARGEST_TEXT_BYTES:
            with contextlib.suppress(MemberError):
                yield entry.name.rsplit("/", 1)[-1], iter([b"".join(entry.content())])


def file_stretch(original: Original, found: FoundFile) -> EvidenceSource:
    """Return the facts of an open file before it is read."""
    size_bytes = original.before.size_bytes

    return EvidenceSource(
        place=FoundAt(found.shown, found.shown_bytes),
        name=found.path.name,
        head=original.head,
        kind=sniff(original.head, size_bytes),
        size_bytes=size_bytes,
        pieces=lambda: file_stream(original.file),
        times=original.before.facts(),
        more=file_surroundings(found.path, original.file.fileno()),
        file=original.file,
        original=original,
    )


def member_stretch(entry: ContainerMember, place: FoundAt) -> EvidenceSource:
    """Return the facts of a member before it is read as a whole.

    Raises:
        MemberError: Not even its beginning can be read.
    """
    head = stream_head(entry.content())
    return EvidenceSource(
        place=place,
        name=entry.name.replace("\\", "/").rsplit("/", 1)[-1],
        head=head,
        kind=sniff(head, len(head) + 1 if entry.size_bytes is None else entry.size_bytes),
        size_bytes=entry.size_bytes,
        pieces=entry.content,
        times=entry.times,
        more=entry.more,
    )
