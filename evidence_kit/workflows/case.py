"""One case, opened: read as the fold of its log, or written to by the one process that holds its lock."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from evidence_kit.custody import chain, journal, opening
from evidence_kit.custody.chain import Custody, Replay, Signed
from evidence_kit.custody.errors import (
    CaseBrokenError,
    CaseDestroyedError,
    CaseLockedError,
    CaseNewerError,
    CaseOlderError,
    NoCaseError,
)
from evidence_kit.custody.event import Event
from evidence_kit.custody.journal import Head
from evidence_kit.custody.manifest import Entry, Manifest, ManifestError
from evidence_kit.hashing.exact import Tally, sha256, tally
from evidence_kit.keys import age
from evidence_kit.keys.age import CaseIdentity, DamagedError
from evidence_kit.keys.errors import HandedOnError, NoReaderError
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest, DiskFile, Finding, Json, Weight
from evidence_kit.vault.folder import DRAFT_ENDING, LOG, CaseFolder
from evidence_kit.vault.store import Draft, FolderStore
from evidence_kit.workflows import aside, removal

if TYPE_CHECKING:
    from evidence_kit.workflows.station import Station
    from evidence_kit.workflows.world import World

PIECE_BYTES = 1 << 20
_LOCK_SECONDS = 0.5


@dataclass(slots=True)
class Case:
    """A case that has been read.

    Attributes:
        folder: Where it lies.
        custody: What its log establishes, key or no key.
        manifest: What its openings add up to; None when it was not unlocked.
        identity: The key to its bytes; None when it was not unlocked.
    """

    folder: CaseFolder
    custody: Custody
    manifest: Manifest | None = None
    identity: CaseIdentity | None = None

    @property
    def id(self) -> str:
        """Case id, from line 1 of the log."""
        return self.custody.case or self.folder.root.name

    @property
    def opened(self) -> Manifest:
        """The manifest of a case that was unlocked."""
        if self.manifest is None:
            raise NoReaderError("key-needed")
        return self.manifest

    def decrypt(self, item: str, sink: age.ByteSink) -> None:
        """Write the original bytes of an item into `sink`.

        Raises:
            DamagedError: The encrypted file is damaged; what `sink` got is worth nothing.
        """
        if self.identity is None:
            raise NoReaderError("key-needed")
        with self.folder.item(item).open("rb") as file:
            age.open_stream(file, sink, self.identity)


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file in pieces of 1 MiB."""
    while piece := file.read(PIECE_BYTES):
        yield piece


def find_folder(path: Path) -> CaseFolder:
    """Return the case folder at a path.

    Raises:
        NoCaseError: There is no log in it.
    """
    folder = CaseFolder(path)
    if not folder.log.is_file():
        raise NoCaseError("no-case", path=str(path))
    return folder


def locate(text: str, cases_folder: Callable[[], Path]) -> CaseFolder:
    """Return the case that somebody means: a folder, an id, or the last number of an id.

    Args:
        text: What they said.
        cases_folder: Says where ids are looked up; not asked when the text is a folder.

    Raises:
        NoCaseError: There is none, or several end in this number.
    """
    path = Path(text)
    if path.exists():
        return find_folder(path.resolve() if (path / LOG).exists() else path)
    cases = cases_folder()
    if (cases / text.upper() / LOG).exists():
        return find_folder(cases / text.upper())
    found = [each for each in sorted(cases.iterdir()) if ends_in(each.name, text)] if cases.is_dir() else []
    if len(found) > 1:
        raise NoCaseError("case-ambiguous", text=text, cases=", ".join(each.name for each in found))
    if not found:
        raise NoCaseError("no-case", path=text)
    return find_folder(found[0])


def ends_in(case: str, number: str) -> bool:
    """Say whether a number is the last one of a case id."""
    last = case.rpartition("-")[2]
    return last.isdecimal() and number.isdecimal() and int(last) == int(number)


class Depth(Enum):
    """How much of what a case says is kept in memory.

    Attributes:
        ALL: Everything.
        BRIEF: Of each item what a list of items says, without the facts of its events.
        KEYS: Nothing; the case can be decrypted, and whoever does it looks for findings.
    """

    ALL = "all"
    BRIEF = "brief"
    KEYS = "keys"


def read(folder: CaseFolder, key: SigningKey | None, station: Station | None = None, depth: Depth = Depth.ALL) -> Case:
    """Read a case, with everything its openings say when a key is given.

    Args:
        folder: Where it lies.
        key: Opens it; None leaves what anybody sees.
        station: Whose memory the case has to descend from.
        depth: How much is kept in memory of what it says.

    Raises:
        CaseBrokenError: The signed part does not agree with itself.
        CaseOlderError: This station remembers a state that is not in the log.
        NoReaderError: The key does not open this case.
    """
    replayed, descends = _replay(folder, station)
    _refuse_broken(folder, replayed)
    if not descends:
        raise CaseOlderError("case-older", case=folder.root.name)
    case = Case(folder, replayed.custody)
    if key is not None:
        _unlock(case, key, depth)
    return case


def entries(
    folder: CaseFolder,
    custody: Custody,
    identity: CaseIdentity,
    commits: Sequence[Signed] | None = None,
    *,
    form: bool = True,
) -> Iterator[Entry | Finding]:
    """Yield every opened event in order, and a finding wherever an opening is not what its line commits to.

    Args:
        folder: The case.
        custody: What its log establishes.
        identity: The key to it.
        commits: Which commits, all when nothing is said.
        form: Whether an opening has to be in the one form as well. That its bytes are those that were signed is
            always seen to; their form matters to verifiers, and looking at it takes as long as all the rest.
    """
    for signed in custody.commits if commits is None else commits:
        place = folder.relative(folder.body(signed.line))
        path = removal.waiting_body(folder, custody, signed.line) or folder.body(signed.line)
        expected = custody.bodies[signed.line].digest
        try:
            body = path.read_bytes()
        except OSError:
            yield Finding("body-missing", Weight.BROKEN, place, line=signed.line)
            continue
        if sha256(body) != expected:
            yield Finding("body-changed", Weight.BROKEN, place, line=signed.line)
            continue
        try:
            openings = age.decrypt(body, [identity.opener]).split(b"\n")
        except DamagedError:
            yield Finding("body-unreadable", Weight.BROKEN, place, line=signed.line)
            continue
        yield from open_lines(custody, signed, openings, place, form=form)


def open_lines(
    custody: Custody, signed: Signed, openings: Sequence[bytes], place: str, *, form: bool = True
) -> Iterator[Entry | Finding]:
    """Yield the events of one commit, each compared with its line."""
    numbers = range(signed.first, signed.line)
    if len(openings) != len(numbers) + 1 or openings[-1] != b"":
        yield Finding("body-miscounted", Weight.BROKEN, place, line=signed.line)
        return
    for number, text in zip(numbers, openings, strict=False):
        if not text and signed.line in custody.rewritten:
            continue  # destroyed: the line that replaced this body says by whom and why
        yield open_line(custody, number, text, signed.time, place, form=form)


def open_line(  # noqa: PLR0913 - what a line is held against
    custody: Custody, number: int, text: bytes, time: str, place: str, *, form: bool = True
) -> Entry | Finding:
    """Return what one opening says, or why it is not the one its line commits to."""
    commitment = custody.commitments.get(number)
    if commitment is None or commitment.hex != hashlib.sha256(text).hexdigest():
        return Finding("opening-changed", Weight.BROKEN, place, line=number)
    try:
        facts = opening.decode(text) if form else opening.facts_of(text)
    except opening.OpeningError as error:
        return Finding("opening-malformed", Weight.BROKEN, place, line=number, values={"reason": str(error)})
    clear = custody.clear.get(number)
    if facts.get("clear") != clear or (clear is not None and clear.get("type") != facts["type"]):
        return Finding("opening-and-clear-differ", Weight.BROKEN, place, line=number)
    return Entry(number, time, facts["type"], facts, text)


def unwrap(folder: CaseFolder, custody: Custody, openers: Sequence[Any]) -> CaseIdentity:
    """Return the case identity, out of whichever wrapped keys these keys open.

    Raises:
        NoReaderError: They open none, or none that was wrapped since the recipient was changed.
    """
    found: CaseIdentity | None = None
    for name in reversed(custody.readers):
        try:
            identity = age.unwrap(folder.key(name).read_bytes(), openers)
        except (OSError, NoReaderError):
            continue
        found = identity if found is None else found.after(identity)
        if set(custody.recipients) <= set(found.recipients):
            return found
    raise NoReaderError("key-opens-nothing" if found is None else "key-opens-the-past")


class CaseWriter:
    """A case that this process may write to; made by `writing` or `create`."""

    def __init__(self, case: Case, key: SigningKey, station: Station, world: World) -> None:
        self.case = case
        self.world = world
        self.station = station
        self.store = FolderStore(case.folder, world.disk)
        self._key = key
        self._failed = False
        self._head = Head(case.id, case.custody.signed_lines, case.custody.head)

    @property
    def head(self) -> Head:
        """Where the log ends."""
        return self._head

    @property
    def manifest(self) -> Manifest:
        """What the case holds, kept up to date with every commit."""
        return self.case.opened

    @property
    def recipient(self) -> str:
        """For whom new bytes are encrypted."""
        recipient = self.case.custody.recipient
        if recipient is None:
            raise NoCaseError("no-case", path=str(self.case.folder.root))
        return recipient

    def commit(self, events: Sequence[Event], drafts: Sequence[Draft] = ()) -> Signed:
        """Make events and the files they vouch for durable; they count once this returns.

        Raises:
            OSError: The disk failed. How much of the commit it holds is unknown until the case is opened again,
                so this writer writes nothing more.
        """
        if self._failed:
            raise RuntimeError("a commit failed; the case has to be opened again")
        self._failed = True
        folder, disk = self.case.folder, self.world.disk
        said_by: dict[str, Json] = {"by": self.station.person.name, "kit": self.world.kit}
        signed_events = [
            Event(each.type, said_by | dict(each.fields), each.object, each.stored, each.clear) for each in events
        ]
        now = self.world.clock.now()
        openings = journal.link(self._head, signed_events, now, lambda: self.world.random(opening.SALT_BYTES))
        body = age.encrypt(openings.body, [self.recipient])
        self.store.keep(drafts, [(folder.body(openings.signature_line), body)])
        commit = journal.sign(self.case.id, openings, sha256(body), self._key)
        journal.append(disk, folder.log, commit)
        return self._take_over(openings, commit)

    def _take_over(self, openings: journal.Openings, commit: journal.Commit) -> Signed:
        """Bring what is in memory up to what is now on the disk, the way reading it again would."""
        custody = self.case.custody
        grown = chain.resume(custody, commit.data)
        if grown:
            raise CaseBrokenError("case-broken", case=self.case.id, code=grown[0].code)
        signed = custody.commits[-1]
        place = self.case.folder.relative(self.case.folder.body(signed.line))
        for entry in open_lines(custody, signed, openings.body.split(b"\n"), place):
            if isinstance(entry, Finding):
                raise CaseBrokenError("case-broken", case=self.case.id, code=entry.code)
            self.manifest.apply(entry)
        self._head = commit.head
        self.station.remember(commit.head, self.world.disk, self.manifest.retention)
        self._failed = False
        return signed


@contextmanager
def writing(
    folder: CaseFolder, key: SigningKey, station: Station, world: World, accept_older: str | None = None
) -> Iterator[CaseWriter]:
    """Open a case for writing: lock it, check it, put aside what was never acknowledged.

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
    """
    with _locked(folder):
        replayed, descends = _replay(folder, station)
        _refuse_broken(folder, replayed)
        if not descends and accept_older is None:
            raise CaseOlderError("case-older", case=folder.root.name)
        removal.finish(folder, replayed.custody, world.disk)
        case = Case(folder, replayed.custody)
        _unlock(case, key)
        aside.finish(folder, case.opened, world.disk)
        if replayed.custody.wholly_destroyed:
            raise CaseDestroyedError("case-destroyed", case=case.id)
        if key.public.fingerprint not in case.custody.signers:
            raise NoReaderError("key-may-not-sign")
        _refuse_handed_on(case, key, station)
        writer = CaseWriter(case, key, station, world)
        notes = [] if descends else [_older(station, case.id, accept_older or "")]
        found = _put_aside(case, world)
        if found is not None:
            notes.append(Event("recovered", found))
        if notes:
            writer.commit(notes)
        yield writer


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


def _replay(folder: CaseFolder, station: Station | None) -> tuple[Replay, bool]:
    """Replay the log; say also whether it descends from what the station remembers."""
    remembered = None if station is None else station.remembered(folder.root.name)
    met = remembered is None

    def compare(number: int, raw: bytes) -> None:
        nonlocal met
        if remembered is not None and number == remembered.lines:
            met = hashlib.sha256(raw).hexdigest() == remembered.digest.hex

    with _uncollected(), folder.log.open("rb") as file:
        replayed = chain.replay(pieces(file), compare)
    enough = remembered is None or replayed.custody.signed_lines >= remembered.lines
    return replayed, met and enough


def _refuse_broken(folder: CaseFolder, replayed: Replay) -> None:
    """Refuse to work on a case whose signed part is broken; what stands behind it is another matter."""
    custody = replayed.custody
    if any(finding.weight is Weight.UNCHECKED for finding in replayed.findings):
        raise CaseNewerError("case-newer", case=folder.root.name)
    for finding in replayed.findings:
        behind = custody.commits and (finding.line or 0) > custody.signed_lines
        if finding.weight is Weight.BROKEN and not behind:
            raise CaseBrokenError("case-broken", case=folder.root.name, code=finding.code)
    if custody.case != folder.root.name and not folder.root.name.startswith("."):
        raise CaseBrokenError("case-renamed", case=custody.case or "", folder=folder.root.name)


def _unlock(case: Case, key: SigningKey, depth: Depth = Depth.ALL) -> None:
    case.identity = unwrap(case.folder, case.custody, [key.opener])
    if depth is not Depth.KEYS:
        with _uncollected():
            case.manifest = folded(case, case.identity, brief=depth is Depth.BRIEF)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let nobody look for garbage while a case is read: there is none, and looking takes a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def folded(case: Case, identity: CaseIdentity, *, brief: bool = False) -> Manifest:
    """Return what everything in a case adds up to.

    Raises:
        CaseBrokenError: An opening is not what its line commits to, or says too little.
    """
    manifest = Manifest(absent=case.custody.destroyed, brief=brief)
    for entry in entries(case.folder, case.custody, identity, form=False):
        if isinstance(entry, Finding):
            raise CaseBrokenError("case-broken", case=case.id, code=entry.code)
        try:
            manifest.apply(entry)
        except ManifestError as error:
            raise CaseBrokenError("case-broken", case=case.id, code="opening-incomplete") from error
    return manifest


def _refuse_handed_on(case: Case, key: SigningKey, station: Station) -> None:
    """Refuse every key but the one that the case was handed to; the recovery key gets a lost case back."""
    goes_on = case.opened.goes_on_with
    if goes_on not in {None, key.public.fingerprint} and key.public != station.recovery:
        raise HandedOnError("case-handed-on", case=case.id, fingerprint=goes_on or "")


def _older(station: Station, case: str, reason: str) -> Event:
    remembered = station.remembered(case)
    fields: dict[str, Json] = {"what": "older-accepted", "reason": reason}
    if remembered is not None:
        fields |= {"remembered_lines": remembered.lines, "remembered_head": remembered.digest.hex}
    return Event("recovered", fields)


def _put_aside(case: Case, world: World) -> Mapping[str, Json] | None:
    """Move what stands behind the last signed line to `recovered/`; return the event's facts if there was any.

    The order makes it safe to be interrupted: the tail is copied and durable before the log is cut.
    """
    folder, custody, disk = case.folder, case.custody, world.disk
    orphans = list(_orphans(folder, custody))
    if not custody.tail_bytes and not orphans:
        return None
    aside = _free_name(folder, custody.signed_lines)
    disk.make_folder(aside)
    files: list[Json] = []
    if custody.tail_bytes:
        with folder.log.open("rb") as file:
            file.seek(custody.end_bytes)
            seen = _copy(file, disk.create(aside / "tail.jsonl"))
        files.append(_aside(folder, aside / "tail.jsonl", seen.sha256, seen.size_bytes))
        disk.sync_folder(aside)
    for path in orphans:
        with path.open("rb") as file:
            seen = tally(pieces(file))
        target = aside / path.name
        disk.move(path, target)
        files.append(_aside(folder, target, seen.sha256, seen.size_bytes))
    disk.sync_folder(aside)
    if custody.tail_bytes:
        disk.cut(folder.log, custody.end_bytes)
        custody.tail_bytes = 0
    return {"what": "unsigned-put-aside", "after_line": custody.signed_lines, "files": files}


def _copy(source: BinaryIO, target: DiskFile) -> Tally:
    seen = Tally()
    try:
        for piece in pieces(source):
            seen.add(piece)
            target.write(piece)
        target.sync()
    finally:
        target.close()
    return seen


def _aside(folder: CaseFolder, path: Path, digest: Digest, size_bytes: int) -> Json:
    return {"path": folder.relative(path), "size": size_bytes, "sha256": digest.hex}


def _orphans(folder: CaseFolder, custody: Custody) -> Iterator[Path]:
    """Yield files of ours that no signed line names: drafts, and items of a commit that never was."""
    named = {folder.item(item) for item in custody.objects}
    named |= {folder.body(line) for line in custody.bodies} | {folder.key(name) for name in custody.readers}
    for place in (folder.store, folder.bodies, folder.keys):
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            ours = path.name.endswith((".age", ".age" + DRAFT_ENDING))
            if ours and path not in named and path.is_file() and not path.is_symlink():
                yield path


def _free_name(folder: CaseFolder, line: int) -> Path:
    number = 1
    while (aside := folder.recovered / f"after-{line:08d}-{number:02d}").exists():
        number += 1
    return aside
