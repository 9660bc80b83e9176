"""Checking an archive from its first byte to its last, without stopping at a break and without believing it.

The archive is read once, front to back, in flat memory. Every header is rebuilt the way our writer makes it and
compared; every file is hashed; then log, openings, plan, manifests and signatures are held against each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import Future
from typing import Any, BinaryIO

from evidence_kit.custody import chain, meaning, opening
from evidence_kit.custody.established import Custody
from evidence_kit.hashing.exact import Tally, sha256
from evidence_kit.model import Digest, Finding, Weight
from evidence_kit.sealing import bag, plan, report_files, zipform
from evidence_kit.sealing.archive import (
    CutError,
    OpenedArchive,
    WrongPassphraseOrDamagedError,
    open_archive,
    outer_member,
)
from evidence_kit.sealing.compare import DATA, ArchiveContents, BagContents, Comparison
from evidence_kit.sealing.zipform import ArchiveMember, FormError
from evidence_kit.threads import Threads

# Small files of the bag are compared byte for byte, so they are held; none of ours is near this size.
_HELD_BYTES = 64 << 20
_HELD = bag.TAG_FILES - {bag.LOG, bag.EVENTS, bag.LETTER_PAGE, bag.LETTER_TEXT, bag.FORMAT}
_RESEMBLES = 0.6
_PIECE_BYTES = 1 << 20
# What ZIP64 adds: a field in the local header and one in the directory; end records beyond 4 GiB.
_ZIP64_BYTES = 20 + 20
_END64_BYTES = 56 + 20
_LONGEST_OPENING_BYTES = 16 << 20


def check_archive(  # noqa: PLR0913 - two of them are told what happens
    file: BinaryIO,
    size_bytes: int,
    name: str,
    passphrase: str,
    on_bytes: Callable[[int], None] | None = None,
    on_line: Callable[[int, bytes], None] | None = None,
) -> ArchiveContents:
    """Return the contents of an archive and all its findings.

    Args:
        file: The archive, at its start.
        size_bytes: Its length.
        name: Its file name, for findings.
        passphrase: 28 digits.
        on_bytes: Told how many more bytes of content were read.
        on_line: Called with the number and bytes of every line of the log.

    Returns:
        Findings with weight `UNCHECKED` alone when the file is cut, is no archive of ours, or the passphrase does
        not fit: then nobody is accused.
    """
    contents = ArchiveContents()
    reader = _Reader(contents, name, on_bytes, on_line)
    try:
        source, outer_bytes = _source(file, size_bytes, name, contents)
        with source, open_archive(source, outer_bytes, passphrase) as stream:
            reader.read(stream)
            contents.sha256 = source.to_the_end()
    except CutError:
        contents.findings = [Finding("archive-cut", Weight.UNCHECKED, name)]
    except WrongPassphraseOrDamagedError:
        contents.findings = [Finding("archive-passphrase", Weight.UNCHECKED, name)]
    except _NotOursError:
        contents.findings = [Finding("archive-not-ours", Weight.UNCHECKED, name)]
    except _NewerError as error:
        contents.findings = list(error.findings)
    return contents


class _NewerError(Exception):
    """The log inside is of a later version, by whose rules any other finding may be none."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__()
        self.findings = findings


class _NotOursError(Exception):
    """The file was not written by this kit."""


def _source(file: BinaryIO, size_bytes: int, name: str, contents: ArchiveContents) -> tuple[_WithHeader, int]:
    """Return the archive with the header that it should have; one that was changed is no reason to stop."""
    try:
        member = outer_member(file, size_bytes)
        if size_bytes > zipform.archive_size_bytes([member]):
            contents.findings.append(Finding("archive-bytes-behind", Weight.BROKEN, name))
    except FormError:
        member = _meant(file, size_bytes)
        contents.findings.append(Finding("archive-header-changed", Weight.BROKEN, name))
    # Read on as if it were right: a changed byte in front keeps nobody from what stands behind it.
    header = zipform.local_header(member)
    file.seek(0)
    return _WithHeader(header, file), max(size_bytes, zipform.archive_size_bytes([member]))


def _meant(file: BinaryIO, size_bytes: int) -> ArchiveMember:
    """Return the one member that an archive of this length can have, if its header still resembles ours.

    Raises:
        _NotOursError: It does not.
    """
    empty = zipform.archive_size_bytes([ArchiveMember("evidence.zip", 0, 0, encrypted=True)])
    for overhead in (empty, empty + _ZIP64_BYTES, empty + _ZIP64_BYTES + _END64_BYTES):
        member = ArchiveMember("evidence.zip", max(0, size_bytes - overhead), 0, encrypted=True)
        header = zipform.local_header(member)
        file.seek(0)
        found = file.read(len(header))
        alike = sum(a == b for a, b in zip(header, found, strict=False))
        if zipform.archive_size_bytes([member]) == size_bytes and alike >= _RESEMBLES * len(header):
            return member
    raise _NotOursError


class _WithHeader:
    """A file whose first bytes are read as they should have been; hashes the file as it is, in a thread of its own."""

    def __init__(self, header: bytes, file: BinaryIO) -> None:
        self._header = header
        self._file = file
        self._at = 0
        self._sha256 = hashlib.sha256(file.read(len(header)))
        self._thread = Threads(1, thread_name_prefix="hash")
        self._under_way: Future[None] | None = None

    def __enter__(self) -> _WithHeader:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()

    def read(self, size: int) -> bytes:
        if self._at < len(self._header):
            taken = self._header[self._at : self._at + size]
            self._at += len(taken)
            return taken
        data = self._file.read(size)
        # Waiting for the piece before keeps the memory flat.
        self._settle()
        self._under_way = self._thread.submit(self._sha256.update, data)
        return data

    def to_the_end(self) -> Digest:
        """Read the rest, and return the digest of the whole file."""
        while self.read(_PIECE_BYTES):
            pass
        self._settle()
        return Digest(self._sha256.hexdigest())

    def _settle(self) -> None:
        if self._under_way is not None:
            self._under_way.result()


class _Reader:
    """Reads the inner zip member by member and hands each to its reader."""

    def __init__(
        self,
        contents: ArchiveContents,
        name: str,
        on_bytes: Callable[[int], None] | None,
        on_line: Callable[[int, bytes], None] | None,
    ) -> None:
        self._contents = contents
        self._name = name
        self._on_bytes = on_bytes
        self._on_line = on_line
        self._bag = BagContents()
        self._members: list[ArchiveMember] = []
        self._place = bag.BagOrder(-1, 0, "")
        self._recognised = False

    def read(self, stream: OpenedArchive) -> None:
        try:
            self._read_members(stream)
        except FormError:
            self._broken("archive-inner-form")
        authentic = stream.authentic()
        if not authentic and not self._recognised:
            # Two check bytes fit by chance once in 65,536: nothing inside looks like ours.
            raise WrongPassphraseOrDamagedError
        if not authentic:
            self._broken("archive-code-wrong")
        if not stream.trailer_intact():
            self._broken("archive-trailer-changed")
        Comparison(self._contents, self._bag, self._name).compare_all()

    def _read_members(self, stream: OpenedArchive) -> None:
        while True:
            head = stream.exactly(zipform.LOCAL_HEADER_BYTES)
            if zipform.starts_directory(head):
                break
            self._resembles(head)
            name_bytes, extra_bytes = zipform.parse_local(head)
            member = zipform.member_of(head + stream.exactly(name_bytes + extra_bytes))
            if member.encrypted:
                raise FormError("an encrypted member inside")
            self._recognised = True
            self._members.append(member)
            self._file(member, stream)
        expected = zipform.directory_bytes(self._members)
        # One byte more than there should be is asked for: what stands behind the directory is found too.
        if head + stream.exactly(len(expected) + 1 - len(head)) != expected:
            self._broken("archive-directory-changed")

    def _resembles(self, head: bytes) -> None:
        """Note whether the first header looks like ours even if a byte of it was changed."""
        # Of the first header alone: a byte of it that flipped must not make a wrong passphrase of a damaged archive of
        # ours.
        if not self._members:
            usual = zipform.local_header(zipform.ArchiveMember("XXX-2026-0000/bagit.txt", len(bag.BAGIT), 0))
            alike = sum(a == b for a, b in zip(head[:14], usual[:14], strict=False))
            self._recognised = self._recognised or alike >= _RESEMBLES * 14

    def _file(self, member: ArchiveMember, stream: OpenedArchive) -> None:
        case, _, name = member.name.partition("/")
        self._bag.case = self._bag.case or case
        if case != self._bag.case or not self._belongs(name):
            self._broken("archive-member-unexpected", member=_shown(member.name))
            name = member.name
        else:
            self._ordered(name)
        tally = self._bag.digests[name] = Tally()
        content = self._counted(stream, member, tally)
        if name == bag.LOG:
            replayed = chain.replay_log(content, self._on_line)
            self._bag.custody, self._bag.log_findings = replayed.custody, replayed.findings
            if any(each.weight is Weight.UNCHECKED for each in replayed.findings):
                raise _NewerError(replayed.findings)
        elif name == bag.EVENTS:
            self._events(content)
        elif self._held(name) and member.size_bytes <= _HELD_BYTES:
            self._bag.held[name] = b"".join(content)
        elif self._held(name):
            # Too long to be held is too long to be ours; it must not pass because nobody looked at it.
            self._broken("bag-file-differs", file=name)
        for _ in content:
            pass
        if tally.crc32 != f"{member.crc32:08x}":
            self._broken("archive-crc-differs", member=_shown(member.name))

    def _ordered(self, name: str) -> None:
        """Hold a file's place against that of the one before it."""
        place = bag.sort_key(name)
        if place < self._place:
            self._broken("archive-member-misplaced", member=_shown(name))
        self._place = max(place, self._place)

    def _held(self, name: str) -> bool:
        return name in _HELD or (name.startswith(bag.ANCHORS) and name in self._tag_files())

    def _belongs(self, name: str) -> bool:
        """Say whether a bag may hold a file of this name, and holds it once; an item has one file."""
        match = DATA.fullmatch(name)
        if match is None:
            known_here = self._bag.reports() if name.startswith(report_files.FOLDER) else self._tag_files()
            return name in known_here and name not in self._bag.digests
        known = match[1] in self._bag.items
        self._bag.items.add(match[1])
        return (match[2] is None or match[2] in plan.ALLOWED_ENDINGS) and not known

    def _tag_files(self) -> Set[str]:
        """Files that a bag has besides the originals; which time stamps lie in it, the log says."""
        custody = self._bag.custody
        return bag.TAG_FILES if custody is None else bag.TAG_FILES | set(bag.anchor_files(custody))

    def _counted(self, stream: OpenedArchive, member: ArchiveMember, tally: Tally) -> Iterator[bytes]:
        left = member.size_bytes
        while left and (piece := stream.read(left)):
            left -= len(piece)
            tally.add(piece)
            if self._on_bytes is not None:
                self._on_bytes(len(piece))
            yield piece
        if left:
            raise FormError("a member is longer than the archive")

    def _events(self, content: Iterator[bytes]) -> None:
        """Hold every opening against its line; remember the facts needed to judge the rest."""
        custody = self._bag.custody
        count = 0
        for count, (text, ended) in enumerate(chain.split_lines(content, _LONGEST_OPENING_BYTES), start=1):
            if not ended:
                self._broken("events-cut", file=bag.EVENTS, line=count)
            if text:
                self._opening(custody, count, text)
        if custody is None or count != custody.lines:
            self._broken("events-miscounted", file=bag.EVENTS, count=count)

    def _opening(self, custody: Custody | None, number: int, text: bytes) -> None:
        if custody is None or custody.commitments.get(number) != sha256(text):
            self._broken("opening-changed", file=bag.EVENTS, line=number)
            return
        try:
            facts = opening.decode_opening(text)
        except opening.OpeningError as error:
            self._broken("opening-malformed", file=bag.EVENTS, line=number, reason=str(error))
            return
        self._bag.opened_lines.add(number)
        # Most events say nothing that hangs together with their line, and a case has a hundred thousand of them.
        line_says = number in custody.clear or number in custody.named
        if not line_says and "clear" not in facts and facts["type"] not in meaning.LOOKED_INTO:
            return
        if not meaning.clear_agrees(facts, custody.clear.get(number)):
            self._broken("opening-and-clear-differ", file=bag.EVENTS, line=number)
        elif not meaning.object_agrees(facts, custody, number):
            self._broken("item-and-line-differ", file=bag.EVENTS, line=number)
        else:
            self._remember(number, facts)

    def _remember(self, number: int, facts: dict[str, Any]) -> None:
        """Keep the facts that later checks need of an event that agrees with its line."""
        found, kind, item = self._bag, facts["type"], facts.get("item")
        if self._bag.custody is not None and not meaning.commit_agrees(facts, self._bag.custody, number):
            self._broken("commit-told-differently", file=bag.EVENTS, line=number)
        if kind == meaning.KEPT:
            found.kept.setdefault(str(item), facts)
            found.kept_lines.setdefault(str(item), number)
        elif kind == meaning.WITNESSED and isinstance(item, str):
            if item in found.witnessed:
                self._broken("item-witnessed-twice", file=bag.EVENTS, line=number)
            found.witnessed.add(item)
        elif kind == "item.redacted" and isinstance(item, str):
            found.redacted[item] = facts
            found.redacted_lines[item] = number
        elif kind == "seal.begun":
            found.begun = {number: facts}
        elif kind == "anchored":
            self._contents.stamped[number] = facts

    def _broken(self, code: str, file: str | None = None, line: int | None = None, **values: str | int) -> None:
        finding = Finding(code, Weight.BROKEN, file or self._name, line=line, values=values)
        self._contents.findings.append(finding)


def _shown(name: str) -> str:
    """Return a member's name as far as it may be shown: printable ASCII, and not much of it."""
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in name)[:80]
