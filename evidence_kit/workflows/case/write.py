"""Write to one case: the one process that holds its lock commits events and the files they vouch for."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from evidence_kit.custody import chain, journal, opening
from evidence_kit.custody.errors import (
    CaseBrokenError,
    CaseDestroyedError,
    CaseLockedError,
    CaseOlderError,
    NoCaseError,
)
from evidence_kit.custody.established import SignedCommit
from evidence_kit.custody.event import Event
from evidence_kit.custody.journal import LogHead
from evidence_kit.custody.manifest import Manifest
from evidence_kit.errors import EvidenceError
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import age
from evidence_kit.keys.errors import HandedOnError, NoReaderError
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Finding, Json
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.vault.lock import HeldError
from evidence_kit.vault.store import Draft, FolderStore
from evidence_kit.workflows.case import recovered, removal
from evidence_kit.workflows.case.errors import UnfinishedError
from evidence_kit.workflows.case.read import Case, open_lines, refuse_broken, replay_case, unlock_case
from evidence_kit.workflows.case.recover import put_aside

if TYPE_CHECKING:
    from evidence_kit.workflows.case.station import Station
    from evidence_kit.workflows.case.world import World

_LOCK_SECONDS = 0.5


class CaseWriter:
    """A case that this process may write to; made by `writing` or `create`."""

    def __init__(self, case: Case, key: SigningKey, station: Station, world: World, *, remembers: bool = True) -> None:
        self.case = case
        self._remembers = remembers
        self.world = world
        self.station = station
        self.store = FolderStore(case.folder, world.disk)
        self._key = key
        self._failed = False
        self._forgotten: OSError | EvidenceError | None = None
        self._head = LogHead(case.id, case.custody.signed_lines, case.custody.head)

    @property
    def head(self) -> LogHead:
        """Where the log ends."""
        return self._head

    @property
    def manifest(self) -> Manifest:
        """The contents of the case, kept up to date with every commit."""
        return self.case.opened

    @property
    def recipient(self) -> str:
        """For whom new bytes are encrypted.

        Raises:
            NoCaseError: The log names nobody: it is none of a case.
        """
        recipient = self.case.custody.recipient
        if recipient is None:
            raise NoCaseError("no-case", path=str(self.case.folder.root))
        return recipient

    def commit(self, events: Sequence[Event], drafts: Sequence[Draft] = ()) -> SignedCommit:
        """Make events and the files they vouch for durable; they count once this returns.

        Raises:
            OSError: The disk failed, and nothing of this is in the log; this writer writes nothing more. Once the
                lines are in the log nothing is raised any more, whatever else cannot be written.
            UncertainError: The disk failed so that nobody knows whether they are.
            RuntimeError: A commit failed before.
        """
        if self._failed:
            raise RuntimeError("a commit failed; the case has to be opened again")
        # Until `_take_over` has seen the commit: whatever is raised in between, this writer no longer knows where the
        # log ends, and a second commit would be linked to a line that may not be there.
        self._failed = True
        folder, disk = self.case.folder, self.world.disk
        said_by: dict[str, Json] = {"by": self.station.person.name, "kit": self.world.kit}
        signed_events = [
            Event(each.type, said_by | dict(each.fields), each.object, each.stored, each.clear) for each in events
        ]
        now = self.world.clock.now()
        openings = journal.link_events(self._head, signed_events, now, lambda: self.world.random(opening.SALT_BYTES))
        body = age.encrypt_bytes(openings.body, [self.recipient])
        # The order is what holds when the power goes: first the files, durable, then the lines that vouch for them.
        # The other way round a signed line could speak of bytes that never came to the disk.
        self.store.keep_drafts(drafts, [(folder.body(openings.signature_line), body)])
        commit = journal.sign_commit(self.case.id, openings, sha256(body), self._key)
        journal.append_commit(disk, folder.log, commit)
        return self._take_over(openings, commit)

    def _take_over(self, openings: journal.Openings, commit: journal.Commit) -> SignedCommit:
        """Bring the state in memory up to the state on the disk, as reading it again would."""
        custody = self.case.custody
        # By the code that reads a case: what this program could write and no reader would accept shows here, while the
        # sources still lie there, and not at the lawyer's.
        grown = chain.resume_custody(custody, commit.data)
        if grown:
            raise CaseBrokenError("case-broken", case=self.case.id, code=grown[0].code)
        signed = custody.commits[-1]
        place = self.case.folder.relative(self.case.folder.body(signed.line))
        for entry in open_lines(custody, signed, openings.body.split(b"\n"), place):
            if isinstance(entry, Finding):
                raise CaseBrokenError("case-broken", case=self.case.id, code=entry.code)
            self.manifest.apply(entry)
        self._head = commit.head
        self._failed = False
        self.world.recorded.append(signed.line)
        if self._remembers:
            self.remember_head()
        return signed

    def remember_head(self, copied: LogHead | None = None) -> bool:
        """Let the station remember where the log ends now; say whether it could.

        Args:
            copied: Where the log of a copy ends that was made of the case just now.
        """
        try:
            self.station.remember_head(self._head, self.world.disk, self.manifest.retention, copied)
        except (OSError, HeldError, EvidenceError) as error:
            self._forgotten = error if isinstance(error, (OSError, EvidenceError)) else OSError(errno.EAGAIN, "")
            return False
        self._forgotten = None
        return True

    def catch_up(self) -> None:
        """Mark the station's memory for an update at closing, if an interrupted commit left it behind the log."""
        remembered = self.station.remembered(self.case.id)
        if self.case.folder.root.name == self.case.id and (remembered is None or remembered.lines != self._head.lines):
            self._forgotten = OSError(errno.EINTR, os.strerror(errno.EINTR))

    def close(self) -> None:
        """Bring the station's memory up to date, or add its failure to the unfinished steps."""
        if self._forgotten is not None and not self.remember_head():
            number = self._forgotten.errno or 0 if isinstance(self._forgotten, OSError) else 0
            self.world.left_to_do.append(
                UnfinishedError("recorded-not-remembered", case=self.case.id, line=self._head.lines, errno=number)
            )


@contextmanager
def writing(
    folder: CaseFolder, key: SigningKey, station: Station, world: World, accept_older: str | None = None
) -> Iterator[CaseWriter]:
    """Open a case for writing: lock it, check it, put unacknowledged bytes aside.

    Args:
        folder: The case.
        key: The unlocked station key.
        station: Whose memory the case must descend from.
        world: Clock, disk and randomness.
        accept_older: A person's reason to go on although the case is older than the station remembers.

    Raises:
        CaseLockedError: Another process is writing to it.
        CaseBrokenError: The signed part does not agree with itself; nothing was written.
        CaseOlderError: The station remembers more, and no reason was given.
        HandedOnError: The case goes on at another station; this copy of it can only be read.
        CaseDestroyedError: The whole case was destroyed.
        NoReaderError: The key does not open the case, or may not sign in it.
    """
    with _locked(folder):
        replayed, descends = replay_case(folder, station)
        refuse_broken(folder, replayed)
        if not descends and accept_older is None:
            raise CaseOlderError("case-older", case=folder.root.name)
        removal.finish_removal(folder, replayed.custody, world.disk)
        case = Case(folder, replayed.custody)
        unlock_case(case, key)
        recovered.finish_recovered(folder, case.opened, world.disk)
        if replayed.custody.wholly_destroyed:
            bring_up_to_date(case, key, station, world)
            raise CaseDestroyedError("case-destroyed", case=case.id)
        if key.public.fingerprint not in case.custody.signers:
            raise NoReaderError("key-may-not-sign")
        if _is_handed_on(case, key, station):
            if descends:
                bring_up_to_date(case, key, station, world)
            raise HandedOnError("case-handed-on", case=case.id, fingerprint=case.opened.goes_on_with or "")
        writer = CaseWriter(case, key, station, world)
        writer.catch_up()
        notes = [] if descends else [_older(station, case.id, accept_older or "")]
        found = put_aside(case, world)
        if found is not None:
            notes.append(Event("recovered", found))
        if notes:
            writer.commit(notes)
        try:
            yield writer
            _note_lost_results(writer)
        finally:
            writer.close()


def _note_lost_results(writer: CaseWriter) -> None:
    """Record lost results in the log, if known before the case is closed."""
    lost = writer.world.lost_results()
    if lost is not None and writer.world.recorded:
        text = f"The results of this command could not be shown: system error {lost}."
        with suppress(OSError):
            writer.commit([Event("note", {"text": text, "readers": ["association"]})])


@contextmanager
def _locked(folder: CaseFolder) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(folder.lock, mode=0o600)
    try:
        # Whoever only asks whether somebody writes holds it for a moment.
        lock.acquire(timeout=_LOCK_SECONDS, poll_interval=0.02)
    except Timeout as error:
        raise CaseLockedError("case-locked", case=folder.root.name) from error
    try:
        yield
    finally:
        lock.release()


def bring_up_to_date(case: Case, key: SigningKey, station: Station, world: World) -> None:
    """Let the station remember a case that ends here: an interruption may have come between its last line and that.

    Args:
        case: The case, read and found to end where its log ends.
        key: The station's key.
        station: Remembers.
        world: The disk.
    """
    writer = CaseWriter(case, key, station, world)
    writer.catch_up()
    writer.close()


def _is_handed_on(case: Case, key: SigningKey, station: Station) -> bool:
    """Say whether the case goes on with another key than this; the recovery key gets a lost case back."""
    return case.opened.goes_on_with not in {None, key.public.fingerprint} and key.public != station.recovery


def _older(station: Station, case: str, reason: str) -> Event:
    remembered = station.remembered(case)
    fields: dict[str, Json] = {"what": "older-accepted", "reason": reason}
    if remembered is not None:
        fields |= {"remembered_lines": remembered.lines, "remembered_head": remembered.digest.hex}
    return Event("recovered", fields)
