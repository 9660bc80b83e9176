"""Verifying a case folder or a sealed archive: every byte that can be checked is, and nothing is written."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evidence_kit.custody.chain import Custody, Signed, replay
from evidence_kit.custody.journal import LogHead
from evidence_kit.custody.manifest import Item, LogEvent, Manifest, ManifestError
from evidence_kit.custody.meaning import WITNESSED
from evidence_kit.custody.verdict import Anchor, Origin, Verdict, judge, match_receipt
from evidence_kit.errors import Exit
from evidence_kit.hashing.exact import Tally, tally
from evidence_kit.keys import age, sshsig
from evidence_kit.keys.age import CaseIdentity, DamagedError
from evidence_kit.keys.errors import NoReaderError
from evidence_kit.keys.sshsig import ARCHIVE_NAMESPACE, RECEIVED_NAMESPACE, Signature
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest, Finding, Weight
from evidence_kit.sealing.check import check
from evidence_kit.sealing.statement import Statement
from evidence_kit.vault.disk import held, open_regular, read_regular
from evidence_kit.vault.folder import DRAFT_ENDING, LITTER, LOG, CaseFolder
from evidence_kit.workflows.case import readme, recovered, removal
from evidence_kit.workflows.case.disk_errors import is_gone, is_regular, unread
from evidence_kit.workflows.case.read import entries, pieces, unwrap
from evidence_kit.workflows.checking.copies import NEVER_EARLIER, Earlier
from evidence_kit.workflows.handover.timestamps import Outside, Shown, judged, stamps

_NOTHING = Outside()
# How often a case is checked anew when somebody destroys something in it meanwhile.
_LOOKS = 4


@dataclass(slots=True)
class Report:
    """The result of a check.

    Attributes:
        verdict: One of four words.
        path: What was checked, its name alone.
        kind: `case` or `archive`.
        case: Case id, where it is known.
        findings: Everything there is to say, worst things not sorted out.
        anchors: What fixes the log from outside.
        lines: How many lines the log has up to its last valid signature.
        items: How many items were checked and are intact.
        items_here: How many items there should be here.
        items_of: How many items the case has, where that is known.
        events_closed: How many events cannot be read here.
        destroyed: Ids of items that a signed line says were destroyed.
        wholly_destroyed: The whole case was.
        signers: Fingerprints that signed.
        with_key: The contents were checked too, and not only the encrypted files.
        part: Which part of a seal an archive is, from 1.
        parts: How many parts the seal has.
        blurred: How many items of the seal are blurred copies.
        time_stamps: Those in the log, and what each proves.
        items_behind: How many of the items here were taken in behind everything that is fixed from outside.
        being_written: A writer was at work: what is newer than the last signature seen here was not judged.
        earlier_of: It is a copy, whole as it was made, and ends before the log that this station remembers; how many
            lines that one has. None where the log goes as far as anybody remembers.
        custody: What the log establishes; for whoever compares it with another.
    """

    verdict: Verdict
    path: str
    kind: str
    case: str | None = None
    findings: list[Finding] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    lines: int = 0
    items: int = 0
    items_here: int = 0
    items_of: int | None = None
    events: int = 0
    events_closed: int = 0
    destroyed: tuple[str, ...] = ()
    wholly_destroyed: bool = False
    signers: tuple[str, ...] = ()
    with_key: bool = False
    part: int = 1
    parts: int = 1
    blurred: int = 0
    time_stamps: list[Shown] = field(default_factory=list)
    items_behind: int = 0
    being_written: bool = False
    earlier_of: int | None = None
    custody: Custody | None = field(default=None, repr=False)

    @property
    def exit(self) -> Exit:
        """The exit code: findings are never reported with 0."""
        weights = {finding.weight for finding in self.findings}
        if Weight.BROKEN in weights:
            return Exit.BROKEN
        if Weight.UNCHECKED in weights:
            return Exit.NOT_CHECKED
        return Exit.INCOMPLETE if weights else Exit.DONE


def verify_case(  # noqa: PLR0913 - a folder, and what is known of it besides
    path: Path,
    key: SigningKey | None = None,
    remembered: LogHead | None = None,
    receipt: str | None = None,
    on_bytes: Callable[[int], None] | None = None,
    outside: Outside = _NOTHING,
    earlier: Earlier = NEVER_EARLIER,
) -> Report:
    """Check a case folder; with a key also that every item and opening is the one the log commits to.

    Args:
        path: The folder.
        key: Opens the case, if at hand.
        remembered: Where the log ended when this station last saw it.
        receipt: The code on a paper, as typed.
        on_bytes: Told how many more bytes were read.
        outside: What the checker knows that does not come out of the case.
        earlier: At which earlier states of what is remembered the log may end.

    Raises:
        TypedWronglyError: The receipt code has a slip of the pen.
        NoReaderError: The key does not open this case.
    """
    folder, told = CaseFolder(path), on_bytes or (lambda _: None)
    for _ in range(_LOOKS):
        checking = _Folder(folder, told, outside, earlier)
        report = checking.check(key, remembered, receipt)
        # A destruction beside us takes away what the log named when we read it; the newer log says so.
        if report.verdict is not Verdict.BROKEN or not checking.overtaken():
            break
    return report


def verify_archive(
    path: Path,
    passphrase: str,
    receipt: str | None = None,
    on_bytes: Callable[[int], None] | None = None,
    outside: Outside = _NOTHING,
) -> Report:
    """Check a sealed archive, and the statement beside it if there is one.

    Raises:
        TypedWronglyError: The receipt code has a slip of the pen.
    """
    try:
        size_bytes = path.stat().st_size
        with open_regular(path, follow=True) as file:
            contents = check(file, size_bytes, path.name, passphrase, on_bytes)
    except OSError as error:
        # A stick that was pulled, a sector that is worn out: nobody is accused.
        found = [unread(error, path.name)]
        return Report(Verdict.NOT_CHECKED, path.name, "archive", findings=found, with_key=True)
    report = Report(Verdict.NOT_CHECKED, path.name, "archive", findings=contents.findings, with_key=True)
    custody = contents.custody
    if custody is not None:
        report.findings += _statement(path, custody, contents.sha256, size_bytes)
        _fill(report, custody)
        report.events_closed = contents.withheld_events
        _receipt(report, custody, receipt, outside.origin)
        _stamps(report, custody, outside, contents.stamped)
        _received(report, path, custody, outside)
        _behind(report, (contents.kept_lines.get(item, 0) for item in contents.items))
    report.items, report.items_of = len(contents.items), contents.items_of
    report.part, report.parts, report.blurred = contents.part, contents.parts, len(contents.blurred)
    report.items_here = len(contents.items) + len(contents.broken_items)
    report.verdict = judge(report.findings, report.anchors)
    return report


def _fill(report: Report, custody: Custody) -> None:
    report.custody = custody
    report.case, report.lines = custody.case, custody.signed_lines
    report.events = len(custody.commitments)
    report.destroyed, report.wholly_destroyed = tuple(custody.destroyed), custody.wholly_destroyed
    report.signers = tuple(dict.fromkeys(signed.by for signed in custody.commits))


def _behind(report: Report, lines: Iterable[int]) -> None:
    """Count the items that were taken in on a line behind everything that is fixed."""
    through = max((each.through for each in report.anchors), default=None)
    report.items_behind = 0 if through is None else sum(line > through for line in lines)


def _receipt(report: Report, custody: Custody, typed: str | None, origin: Origin) -> None:
    if typed is None:
        return
    anchor = match_receipt(typed, custody.commits, origin)
    if anchor is None:
        report.findings.append(Finding("receipt-not-found", Weight.BROKEN, LOG))
    elif origin is Origin.ARCHIVE:
        # Whoever wrote the archive could write this code beside it.
        report.findings.append(Finding("receipt-came-along", Weight.NOTE, LOG))
    else:
        report.anchors.append(anchor)


def _stamps(report: Report, custody: Custody, outside: Outside, told: Mapping[int, object]) -> None:
    report.time_stamps = list(stamps(custody, outside))
    findings, anchors = judged(report.time_stamps, told)
    report.findings += findings
    report.anchors += anchors


def _received(report: Report, path: Path, custody: Custody, outside: Outside) -> None:
    """Look at the receiver's counter-signature that lies beside an archive, if there is one."""
    stem = path.name.removesuffix(".sealed.zip")
    paper, confirmed = path.with_name(f"{stem}.statement.txt"), path.with_name(f"{stem}.received.sig")
    if not (confirmed.is_file() and paper.is_file()) or not custody.commits:
        return
    last = custody.commits[-1]
    try:
        found = received(read_regular(paper, follow=True), read_regular(confirmed, follow=True))
    except OSError as error:
        if not is_gone(error):
            report.findings.append(unread(error, confirmed.name))
            return
        found = None
    if found is None:
        # Whoever carries an archive can lay a file beside it: that says nothing against the archive.
        report.findings.append(Finding("received-file-invalid", Weight.NOTE, confirmed.name))
        return
    _count(report, found, custody, outside, (last, confirmed.name))


def _count(  # noqa: PLR0913 - who confirmed what, and where it stands
    report: Report, by: str, custody: Custody, outside: Outside, over: tuple[Signed, str], line: int | None = None
) -> None:
    """Take a confirmation for an anchor when the checker keeps its key as a receiver's, and the case does not."""
    signed, place = over
    if by in outside.receivers and by not in custody.known_keys:
        report.anchors.append(Anchor(signed.checkpoint.lines, "counter-signature", signed.time))
        return
    strange = by not in outside.known and by not in outside.receivers
    code = "received-key-unknown" if strange else "received-key-not-a-receiver"
    report.findings.append(Finding(code, Weight.NOTE, place, line, values={"key": by}))


def _confirmed(report: Report, manifest: Manifest, custody: Custody, outside: Outside) -> None:
    """Look at the confirmations that the case itself holds."""
    commits = {(each.checkpoint.lines, each.checkpoint.head): each for each in custody.commits}
    for entry in manifest.entries.get("transfer.in", ()):
        if entry.facts.get("what") != "counter-signature":
            continue
        try:
            text = str(entry.facts["statement"]).encode("ascii")
            said = Statement.parse(text)
            by = received(text, sshsig.armour(base64.b64decode(entry.facts["signature"])))
        except (KeyError, TypeError, ValueError):
            by = None
        signed = commits.get((said.lines, said.head)) if by is not None else None
        if by is None or signed is None or said.case != custody.case:
            report.findings.append(Finding("received-signature-invalid", Weight.BROKEN, LOG, entry.line))
        else:
            _count(report, by, custody, outside, (signed, LOG), entry.line)


def received(statement: bytes, armoured: bytes) -> str | None:
    """Return the fingerprint of the receiver who confirmed a statement, None when this is no such confirmation."""
    try:
        signature = Signature.parse(sshsig.unarmour(armoured))
    except ValueError:
        return None
    return signature.key.fingerprint if signature.holds(statement, RECEIVED_NAMESPACE) else None


def _statement(path: Path, custody: Custody, sha256: Digest | None, size_bytes: int) -> list[Finding]:
    """Compare an archive with the statement that lies beside it; without one there is nothing to say."""
    case = custody.case or ""
    names = (f"{path.name.removesuffix('.sealed.zip')}.statement.txt", f"{case}.statement.txt")
    paper = next((found for name in names if (found := path.with_name(name)).is_file()), None)
    if paper is None:
        return []
    try:
        text = read_regular(paper, follow=True)
        statement = Statement.parse(text)
        armoured = read_regular(paper.with_name(paper.name + ".sig"), follow=True)
        signature = Signature.parse(sshsig.unarmour(armoured))
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and not is_gone(error):
            return [unread(error, paper.name)]
        return [Finding("statement-unreadable", Weight.BROKEN, paper.name)]
    if signature.key.fingerprint not in custody.signers or not signature.holds(text, ARCHIVE_NAMESPACE):
        return [Finding("statement-signature-invalid", Weight.BROKEN, paper.name)]
    last = custody.commits[-1].checkpoint if custody.commits else None
    agrees = last is not None and (statement.lines, statement.head) == (last.lines, last.head)
    if not agrees or (statement.sha256, statement.size_bytes, statement.case) != (sha256, size_bytes, case):
        return [Finding("statement-differs", Weight.BROKEN, paper.name)]
    return []


class _Folder:
    def __init__(self, folder: CaseFolder, on_bytes: Callable[[int], None], outside: Outside, earlier: Earlier) -> None:
        self._folder = folder
        self._outside = outside
        self._earlier = earlier
        self._read_bytes = 0
        self._on_bytes = on_bytes
        self._findings: list[Finding] = []
        self._bad: set[str] = set()
        self._unfinished: set[Path] = set()
        self._closed = False

    def check(self, key: SigningKey | None, remembered: LogHead | None, receipt: str | None) -> Report:
        report = Report(Verdict.NOT_CHECKED, self._folder.root.name, "case", with_key=key is not None)
        try:
            custody, descends = self._log(remembered)
        except OSError as error:
            report.findings = [unread(error, LOG)]
            return report
        if any(finding.weight is Weight.UNCHECKED for finding in self._findings):
            report.findings = self._findings
            return report
        if custody.case is not None and custody.case != self._folder.root.name:
            self._broken("case-renamed", LOG, says=custody.case)
        if not descends and remembered is not None:
            report.earlier_of = self._not_as_remembered(custody, remembered)
        self._files(custody)
        manifest = self._contents(custody, key) if key is not None else None
        report.being_written = self._strangers(custody, None if self._closed else manifest)
        report.findings = self._findings
        _fill(report, custody)
        _receipt(report, custody, receipt, self._outside.origin)
        told = manifest.entries.get("anchored", ()) if manifest is not None else ()
        _stamps(report, custody, self._outside, {each.line: each.facts.get("stamped_at") for each in told})
        if manifest is not None:
            _confirmed(report, manifest, custody, self._outside)
        _behind(report, (stored.line for item, stored in custody.objects.items() if item not in self._bad))
        report.items_here = len(custody.objects)
        report.items = len(set(custody.objects) - self._bad)
        report.items_of = report.items_here
        report.events_closed = 0 if manifest is not None else report.events
        report.verdict = judge(report.findings, report.anchors)
        return report

    def _not_as_remembered(self, custody: Custody, remembered: LogHead) -> int | None:
        """Judge a log outside the remembered line of descent; return the remembered lines for an earlier state."""
        if custody.signed_lines >= remembered.lines or not custody.commits:
            self._broken("log-not-as-remembered", LOG, line=remembered.lines)
        elif self._earlier.heads.get(custody.signed_lines) == custody.head:
            return remembered.lines
        elif self._earlier.all_known:
            self._broken("log-not-as-remembered", LOG, line=remembered.lines)
        else:
            values = {"lines": custody.signed_lines, "remembered": remembered.lines}
            self._findings.append(
                Finding("log-earlier-unproven", Weight.UNCHECKED, LOG, custody.signed_lines, values=values)
            )
        return None

    def overtaken(self) -> bool:
        """Say whether the log grew since it was read here."""
        try:
            return self._folder.log.stat().st_size > self._read_bytes
        except OSError:
            return False

    def _log(self, remembered: LogHead | None) -> tuple[Custody, bool]:
        met = remembered is None

        def compare(number: int, raw: bytes) -> None:
            nonlocal met
            if remembered is not None and number == remembered.lines:
                met = hashlib.sha256(raw).hexdigest() == remembered.digest.hex

        with open_regular(self._folder.log) as file:
            replayed = replay(pieces(file), compare)
            self._read_bytes = file.tell()
        self._findings += replayed.findings
        enough = remembered is None or replayed.custody.signed_lines >= remembered.lines
        return replayed.custody, met and enough

    def _files(self, custody: Custody) -> None:
        """Hash every encrypted file that the log vouches for: needs no key."""
        folder = self._folder
        try:
            self._unfinished = set(removal.leftovers(folder, custody))
        except OSError as error:
            self._findings.append(unread(error, str(error.filename or LOG)))
        for path in sorted(self._unfinished):
            self._findings.append(Finding("destruction-unfinished", Weight.NOTE, folder.relative(path)))
        for line, stored in custody.bodies.items():
            if removal.draft_of(folder, line) not in self._unfinished:
                self._file(folder.body(line), stored.digest, "body", stored.line)
        for name, stored in custody.readers.items():
            self._file(folder.key(name), stored.digest, "key", stored.line)
        for item, stored in custody.objects.items():
            self._file(folder.item(item), stored.digest, "item", stored.line, item)

    def _file(self, path: Path, expected: Digest, what: str, line: int, item: str | None = None) -> None:
        place = self._folder.relative(path)
        code = None
        try:
            # Nothing is called gone that was looked for only once.
            if not is_regular(path) and not is_regular(path):
                code = f"{what}-missing"
            else:
                with open_regular(path) as file:
                    seen = tally(self._watched(pieces(file)))
                code = None if seen.sha256 == expected else f"{what}-changed"
        except OSError as error:
            self._not_read(error, place, line, item)
        if code is not None:
            self._broken(code, place, line=line, item=item)

    def _watched(self, stream: Iterator[bytes]) -> Iterator[bytes]:
        for piece in stream:
            self._on_bytes(len(piece))
            yield piece

    def _contents(self, custody: Custody, key: SigningKey) -> Manifest | None:
        """Open everything: each item has to decrypt to the bytes that were taken in."""
        try:
            identity = unwrap(self._folder, custody, [key.opener])
        except NoReaderError:
            if any(finding.code.startswith("key-") for finding in self._findings):
                return None
            raise
        except OSError as error:
            self._not_read(error, self._folder.keys.name)
            return None
        manifest = Manifest(absent=custody.destroyed)
        self._wrapped(custody, key)
        known = {(finding.code, finding.line) for finding in self._findings}
        for entry in entries(self._folder, custody, identity):
            if isinstance(entry, Finding):
                self._closed = self._closed or entry.weight is Weight.UNCHECKED
                if (entry.code, entry.line) not in known:
                    self._findings.append(entry)
            else:
                self._apply(manifest, entry)
        for item in manifest.items.values():
            self._item(custody, identity, item)
        # What a body says that could not be read now is not missing: the item may well have its event.
        for item_id in () if self._closed else set(custody.objects) - set(manifest.items):
            self._broken("item-without-event", LOG, line=custody.objects[item_id].line, item=item_id)
        self._recovered(manifest)
        return manifest

    def _wrapped(self, custody: Custody, key: SigningKey) -> None:
        """Check every wrapped key that this key opens: it holds the identity that the log names, alone."""
        for name, stored in custody.readers.items():
            path = self._folder.key(name)
            try:
                identity = age.unwrap(read_regular(path), [key.opener])
            except (OSError, NoReaderError):
                continue
            if not set(identity.recipients) <= set(custody.recipients):
                self._broken("key-opens-another", self._folder.relative(path), line=stored.line)

    def _apply(self, manifest: Manifest, entry: LogEvent) -> None:
        if entry.type == WITNESSED and entry.facts.get("item") in manifest.witnessed:
            self._broken("item-witnessed-twice", LOG, line=entry.line)
        try:
            manifest.apply(entry)
        except ManifestError:
            if self._closed:
                # It may speak of something that a body said which could not be read now.
                return
            self._broken("opening-incomplete", LOG, line=entry.line)

    def _item(self, custody: Custody, identity: CaseIdentity, item: Item) -> None:
        path = self._folder.item(item.id)
        place = self._folder.relative(path)
        if item.id not in custody.objects:
            self._broken("item-without-file", LOG, line=item.line, item=item.id)
            return
        if item.id in self._bad:
            return
        sink = _Counting()
        try:
            with open_regular(path) as file:
                age.decrypt_stream(file, sink, identity.opener)
        except DamagedError:
            self._broken("item-undecryptable", place, line=item.line, item=item.id)
            return
        except OSError as error:
            # It was there, and was hashed, a moment ago.
            self._not_read(error, place, item.line, item.id)
            return
        seen = sink.seen
        if (seen.sha256, seen.size_bytes, seen.crc32) != (item.sha256, item.size_bytes, item.crc32):
            self._broken("item-not-what-was-taken-in", place, line=item.line, item=item.id)

    def _recovered(self, manifest: Manifest) -> None:
        gone = set(recovered.gone_before(manifest))
        for entry in manifest.entries.get("recovered", ()):
            for listed in entry.facts.get("files", ()):
                if listed.get("path") in gone:
                    continue
                try:
                    path = self._folder.recovered_file(str(listed["path"]))
                    self._file(path, Digest(listed["sha256"]), "recovered", entry.line)
                except (KeyError, TypeError, ValueError):
                    self._broken("opening-incomplete", LOG, line=entry.line)

    def _strangers(self, custody: Custody, manifest: Manifest | None) -> bool:
        """Name files that no signed line vouches for; the leavings of a cut-off commit look the same.

        Returns:
            Whether a writer is at work; its newest files accuse nobody.
        """
        folder = self._folder
        expected = {folder.relative(folder.item(item)) for item in custody.objects}
        expected |= {folder.relative(folder.body(line)) for line in custody.bodies}
        expected |= {folder.relative(folder.key(name)) for name in custody.readers}
        expected |= {folder.relative(path) for path in self._unfinished}
        recovered = _recovered_paths(manifest)
        left = list(folder.strangers(expected | recovered))
        written = custody.tail_unfinished or bool(left)
        if written and (written := self._being_written(custody)):
            left = [path for path in left if not self._newest(custody, path)]
            self._findings = [each for each in self._findings if each.code != "log-tail-unfinished"]
        # An interrupted commit leaves one body behind the last signature; more than one was signed once.
        if sum(folder.body_line(path) > custody.signed_lines for path in left) > 1:
            self._broken("log-cut", LOG, line=custody.signed_lines + 1)
        for path in left:
            if path.startswith("recovered/") and manifest is None:
                continue
            code = "file-of-the-system" if path.rpartition("/")[2] in LITTER else "file-not-in-log"
            self._findings.append(Finding(code, Weight.NOTE, path))
        self._readme(custody)
        return written

    def _readme(self, custody: Custody) -> None:
        """Name a README.txt that is not the kit's own: nothing signs it, and people read it first."""
        path = self._folder.readme
        if custody.case is None or not os.path.lexists(path):
            return
        try:
            ours = readme.is_ours(read_regular(path), custody.case)
        except OSError:
            ours = False
        if not ours:
            self._findings.append(Finding("readme-changed", Weight.NOTE, self._folder.relative(path)))

    def _being_written(self, custody: Custody) -> bool:
        """Say whether the case is being written, or has grown by a commit since its log was read here."""
        with open_regular(self._folder.log) as file:
            file.seek(0, 2)
            grown = file.tell() > custody.end_bytes + custody.tail_bytes
        return grown or held(self._folder.lock)

    def _newest(self, custody: Custody, path: str) -> bool:
        """Say whether a file may belong to a commit that is newer than the log was when it was read here."""
        found = self._folder.number_of(path)
        if found is None:
            return path.startswith("recovered/")
        if path.endswith(DRAFT_ENDING):
            return True
        folder, number = found
        known = {
            "store": max((int(item[1:]) for item in custody.objects), default=0),
            "bodies": custody.signed_lines,
            "keys": max((int(name[1:]) for name in custody.readers), default=0),
        }
        return number > known[folder]

    def _not_read(self, error: OSError, place: str, line: int | None = None, item: str | None = None) -> None:
        """Note that a file could not be read now: it counts as not checked, and nobody is accused."""
        if item is not None:
            self._bad.add(item)
        self._findings.append(unread(error, place, line, item))

    def _broken(
        self, code: str, file: str | None, line: int | None = None, item: str | None = None, **values: str
    ) -> None:
        if item is not None:
            self._bad.add(item)
        self._findings.append(Finding(code, Weight.BROKEN, file, line, item, values))


class _Counting:
    """Takes decrypted bytes, counts them and forgets them."""

    def __init__(self) -> None:
        self.seen = Tally()

    def write(self, data: bytes, /) -> int:
        self.seen.add(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is kept."""


def _recovered_paths(manifest: Manifest | None) -> set[str]:
    events: Sequence[LogEvent] = manifest.entries.get("recovered", ()) if manifest is not None else ()
    listed: list[Mapping[str, object]] = [each for entry in events for each in entry.facts.get("files", ())]
    gone = set(recovered.gone_before(manifest)) if manifest is not None else set()
    return {str(each["path"]) for each in listed} - gone
