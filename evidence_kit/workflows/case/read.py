"""Read one case as the fold of its log: replayed, held against the station's memory, unlocked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from evidence_kit.custody import chain, meaning, opening
from evidence_kit.custody.chain import Replay
from evidence_kit.custody.errors import CaseBrokenError, CaseNewerError, CaseOlderError
from evidence_kit.custody.established import Custody, SignedCommit
from evidence_kit.custody.manifest import LogEvent, Manifest, ManifestError
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import age
from evidence_kit.keys.age import CaseIdentity, DamagedError
from evidence_kit.keys.errors import NoReaderError
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import ByteSink, Finding, Weight
from evidence_kit.vault.disk import open_regular, read_regular
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case import removal
from evidence_kit.workflows.case.disk_errors import broken_error, is_gone, unread_finding

if TYPE_CHECKING:
    from evidence_kit.workflows.case.station import Station

PIECE_BYTES = 1 << 20
# How often a case is read anew when somebody else writes to it meanwhile.
_LOOKS = 4


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
        """The manifest of a case that was unlocked.

        Raises:
            NoReaderError: The case was read without a key.
        """
        if self.manifest is None:
            raise NoReaderError("key-needed")
        return self.manifest

    def decrypt(self, item: str, sink: ByteSink) -> None:
        """Write the original bytes of an item into `sink`.

        Raises:
            DamagedError: The encrypted file is damaged; what `sink` got is worth nothing.
            NoReaderError: The case was not unlocked.
        """
        if self.identity is None:
            raise NoReaderError("key-needed")
        with open_regular(self.folder.item(item)) as file:
            age.open_stream(file, sink, self.identity)


def file_pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file in pieces of 1 MiB."""
    while piece := file.read(PIECE_BYTES):
        yield piece


class ReadingDepth(Enum):
    """The depth of a reading: how much of a case's openings is kept in memory.

    Attributes:
        ALL: Everything.
        BRIEF: Of each item what a list of items says, without the facts of its events.
        KEYS: Nothing; the case can be decrypted, and whoever does it looks for findings.
    """

    ALL = "all"
    BRIEF = "brief"
    KEYS = "keys"


def read_case(
    folder: CaseFolder, key: SigningKey | None, station: Station | None = None, depth: ReadingDepth = ReadingDepth.ALL
) -> Case:
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
        OSError: A file of the case could not be read now.
    """
    for _ in range(_LOOKS):
        size_bytes = folder.log.stat().st_size
        try:
            return _read_once(folder, key, station, depth)
        except (CaseBrokenError, CaseOlderError):
            # A destruction takes bodies away behind the back of whoever reads; its line is in the log before.
            if folder.log.stat().st_size == size_bytes:
                raise
    return _read_once(folder, key, station, depth)


def _read_once(folder: CaseFolder, key: SigningKey | None, station: Station | None, depth: ReadingDepth) -> Case:
    replayed, descends = replay_case(folder, station)
    refuse_broken(folder, replayed)
    if not descends:
        raise CaseOlderError("case-older", case=folder.root.name)
    case = Case(folder, replayed.custody)
    if key is not None:
        unlock_case(case, key, depth)
    return case


class ReplayedCase(NamedTuple):
    """The log of a case, held against the station's memory.

    Attributes:
        replay: The log.
        descends: Whether it goes on from where the station saw it end; true where it never saw it.
    """

    replay: Replay
    descends: bool


def replay_case(folder: CaseFolder, station: Station | None) -> ReplayedCase:
    """Replay the log; say also whether it descends from the head that the station remembers."""
    remembered = None if station is None else station.remembered(folder.root.name)
    met = remembered is None

    def compare(number: int, raw: bytes) -> None:
        nonlocal met
        if remembered is not None and number == remembered.lines:
            met = hashlib.sha256(raw).hexdigest() == remembered.digest.hex

    with open_regular(folder.log) as file:
        replayed = chain.replay_log(file_pieces(file), compare)
    enough = remembered is None or replayed.custody.signed_lines >= remembered.lines
    return ReplayedCase(replayed, met and enough)


def refuse_broken(folder: CaseFolder, replayed: Replay) -> None:
    """Refuse to work on a case whose signed part is broken; bytes behind it are another matter.

    Raises:
        CaseNewerError: A later version of the kit wrote it.
        CaseBrokenError: A signed line does not hold, or the folder bears the name of another case.
    """
    custody = replayed.custody
    if any(finding.weight is Weight.UNCHECKED for finding in replayed.findings):
        raise CaseNewerError("case-newer", case=folder.root.name)
    for finding in replayed.findings:
        behind = custody.commits and (finding.line or 0) > custody.signed_lines
        if finding.weight is Weight.BROKEN and not behind:
            raise CaseBrokenError("case-broken", case=folder.root.name, code=finding.code)
    if custody.case != folder.root.name and not folder.root.name.startswith("."):
        raise CaseBrokenError("case-renamed", case=custody.case or "", folder=folder.root.name)


def unlock_case(case: Case, key: SigningKey, depth: ReadingDepth = ReadingDepth.ALL) -> None:
    """Open a case with a key: its identity, and the fold of its openings.

    Args:
        case: Read and not yet unlocked; changed in place.
        key: Opens one of the wrapped identities.
        depth: How much of what the case says is kept in memory.

    Raises:
        CaseBrokenError: An opening is not what its line commits to.
        NoReaderError: The key does not open this case.
    """
    case.identity = unwrap_case(case.folder, case.custody, [key.opener])
    if depth is not ReadingDepth.KEYS:
        case.manifest = folded_manifest(case, case.identity, brief=depth is ReadingDepth.BRIEF)


def folded_manifest(case: Case, identity: CaseIdentity, *, brief: bool = False) -> Manifest:
    """Return the manifest of a case, the fold of all its openings.

    Args:
        case: The case; its log was replayed.
        identity: Opens its bodies.
        brief: Keep of items nothing beyond the fields that they have of their own: a large case fits into memory.

    Raises:
        CaseBrokenError: An opening is not what its line commits to, or says too little.
        DiskFailureError: One could not be read now.
        SystemLimitError: There are no file handles left.
    """
    manifest = Manifest(absent=case.custody.destroyed, brief=brief)
    for entry in opened_events(case.folder, case.custody, identity, form=False):
        if isinstance(entry, Finding):
            raise broken_error(case.id, entry)
        try:
            manifest.apply(entry)
        except ManifestError as error:
            raise CaseBrokenError("case-broken", case=case.id, code="opening-incomplete") from error
    return manifest


def opened_events(
    folder: CaseFolder,
    custody: Custody,
    identity: CaseIdentity,
    commits: Sequence[SignedCommit] | None = None,
    *,
    form: bool = True,
) -> Iterator[LogEvent | Finding]:
    """Yield every opened event in order, and a finding wherever an opening is not the one its line commits to.

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
        expected = custody.bodies[signed.line].digest
        try:
            body = _body(folder, custody, signed.line)
        except OSError as error:
            missing = Finding("body-missing", Weight.BROKEN, place, line=signed.line)
            yield missing if is_gone(error) else unread_finding(error, place, signed.line)
            continue
        if sha256(body) != expected:
            yield Finding("body-changed", Weight.BROKEN, place, line=signed.line)
            continue
        try:
            openings = age.decrypt_bytes(body, [identity.opener]).split(b"\n")
        except DamagedError:
            yield Finding("body-unreadable", Weight.BROKEN, place, line=signed.line)
            continue
        yield from open_lines(custody, signed, openings, place, form=form)


def _body(folder: CaseFolder, custody: Custody, line: int) -> bytes:
    """Return the encrypted body of a commit; a missing file is looked for twice."""
    path = removal.waiting_body(folder, custody, line) or folder.body(line)
    try:
        return read_regular(path)
    except FileNotFoundError:
        return read_regular(path)


def open_lines(
    custody: Custody, signed: SignedCommit, openings: Sequence[bytes], place: str, *, form: bool = True
) -> Iterator[LogEvent | Finding]:
    """Yield the events of one commit, each compared with its line.

    Args:
        custody: The facts of the log.
        signed: The commit.
        openings: The body split at newlines: one opening a line, and an empty rest.
        place: Name of the body, for findings.
        form: Check that each opening has the one canonical form; without it a digest that agrees is enough.
    """
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
) -> LogEvent | Finding:
    """Return the event of one opening, or the finding why it is not the one its line commits to.

    Args:
        custody: The facts of the log.
        number: Number of the line, from 1.
        text: Bytes of the opening, newline removed.
        time: Time of the commit, as its lines write it.
        place: Name of the body, for findings.
        form: As for `open_lines`.
    """
    commitment = custody.commitments.get(number)
    if commitment is None or commitment.hex != hashlib.sha256(text).hexdigest():
        return Finding("opening-changed", Weight.BROKEN, place, line=number)
    try:
        facts = opening.decode_opening(text) if form else opening.opening_facts(text)
    except opening.OpeningError as error:
        return Finding("opening-malformed", Weight.BROKEN, place, line=number, values={"reason": str(error)})
    if not meaning.clear_agrees(facts, custody.clear.get(number)):
        return Finding("opening-and-clear-differ", Weight.BROKEN, place, line=number)
    if not meaning.object_agrees(facts, custody, number):
        return Finding("item-and-line-differ", Weight.BROKEN, place, line=number)
    return LogEvent(number, time, facts["type"], facts, text)


def unwrap_case(folder: CaseFolder, custody: Custody, openers: Sequence[Any]) -> CaseIdentity:
    """Return the case identity, out of whichever wrapped keys these keys open.

    Args:
        folder: The case folder.
        custody: Names the wrapped keys, oldest first, and the recipients that the case ever had.
        openers: What may open them: identities of pyrage.

    Raises:
        NoReaderError: They open none, or none that was wrapped since the recipient was changed.
        OSError: One that they may open could not be read now.
    """
    found: CaseIdentity | None = None
    trouble: OSError | None = None
    for name in reversed(custody.readers):
        try:
            identity = age.unwrap_identity(read_regular(folder.key(name)), openers)
        except OSError as error:
            trouble = trouble if is_gone(error) else error
            continue
        except NoReaderError:
            continue
        found = identity if found is None else found.after(identity)
        if set(custody.recipients) <= set(found.recipients):
            return found
    if trouble is not None:
        raise trouble
    raise NoReaderError("key-opens-nothing" if found is None else "key-opens-the-past")
