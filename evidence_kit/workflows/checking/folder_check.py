"""Checking one case folder: the log, every encrypted file, and with a key the contents of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from evidence_kit.custody.chain import replay_log
from evidence_kit.custody.established import Custody
from evidence_kit.custody.journal import LogHead
from evidence_kit.custody.manifest import Item, LogEvent, Manifest, ManifestError
from evidence_kit.custody.meaning import COMMIT_TYPES, WITNESSED, commit_agrees
from evidence_kit.custody.verdict import Verdict, judge_findings
from evidence_kit.hashing.exact import TallyingSink, tally_stream
from evidence_kit.keys import age
from evidence_kit.keys.age import CaseIdentity, DamagedError
from evidence_kit.keys.errors import NoReaderError
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest, Finding, Weight
from evidence_kit.vault.disk import open_regular, read_regular
from evidence_kit.vault.folder import LOG, CaseFolder
from evidence_kit.workflows.case import recovered, removal
from evidence_kit.workflows.case.disk_errors import is_gone, is_regular, unread_finding
from evidence_kit.workflows.case.read import file_pieces, opened_events, unwrap_case
from evidence_kit.workflows.checking.anchors import anchor_confirmations, anchor_receipt, anchor_stamps
from evidence_kit.workflows.checking.copies import EarlierStates
from evidence_kit.workflows.checking.report import Report
from evidence_kit.workflows.checking.unlogged import unlogged
from evidence_kit.workflows.handover.timestamps import OutsideFacts


class FolderCheck:
    """One look at a case folder: its log, every file the log vouches for, and with a key their contents."""

    def __init__(
        self, folder: CaseFolder, on_bytes: Callable[[int], None], outside: OutsideFacts, earlier: EarlierStates
    ) -> None:
        self._folder = folder
        self._outside = outside
        self._earlier = earlier
        self._read_bytes = 0
        self._on_bytes = on_bytes
        self._findings: list[Finding] = []
        self._bad: set[str] = set()
        self._unfinished: set[Path] = set()
        self._closed = False
        self._events = 0

    def check(self, key: SigningKey | None, remembered: LogHead | None, receipt: str | None) -> Report:
        """Check the folder once, and judge.

        Args:
            key: Opens bodies and items; None to check without.
            remembered: Where the log ended at an earlier check; None where nobody remembers.
            receipt: A typed receipt code; None where there is none.

        Raises:
            TypedWronglyError: The receipt code has a slip of the pen.
            NoReaderError: The key does not open this case.
        """
        report = Report(Verdict.NOT_CHECKED, self._folder.root.name, "case", with_key=key is not None)
        try:
            custody, descends = self._log(remembered)
        except OSError as error:
            report.findings = [unread_finding(error, LOG)]
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
        report.being_written = self._unlogged(custody, None if self._closed else manifest)
        report.findings = self._findings
        report.establish(custody)
        anchor_receipt(report, custody, receipt, self._outside.origin)
        told = manifest.entries.get("anchored", ()) if manifest is not None else ()
        anchor_stamps(report, custody, self._outside, {each.line: each.facts for each in told})
        if manifest is not None:
            anchor_confirmations(report, manifest, custody, self._outside)
        report.count_behind(stored.line for item, stored in custody.objects.items() if item not in self._bad)
        report.items_here = len(custody.objects)
        report.items = len(set(custody.objects) - self._bad)
        report.items_of = report.items_here
        # What was destroyed cannot be read with any key.
        report.events_closed = report.events - self._events
        report.verdict = judge_findings(report.findings, report.anchors)
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
            replayed = replay_log(file_pieces(file), compare)
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
            self._findings.append(unread_finding(error, str(error.filename or LOG)))
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
                    seen = tally_stream(self._watched(file_pieces(file)))
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
            identity = unwrap_case(self._folder, custody, [key.opener])
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
        for entry in opened_events(self._folder, custody, identity):
            if isinstance(entry, Finding):
                self._closed = self._closed or entry.weight is Weight.UNCHECKED
                if (entry.code, entry.line) not in known:
                    self._findings.append(entry)
            else:
                self._events += 1
                self._apply(manifest, entry, custody)
        for item in manifest.items.values():
            self._item(custody, identity, item)
        # What a body says that could not be read now is not missing: the item may well have its event.
        for item_id in () if self._closed else sorted(set(custody.objects) - set(manifest.items)):
            self._broken("item-without-event", LOG, line=custody.objects[item_id].line, item=item_id)
        self._recovered(manifest)
        return manifest

    def _wrapped(self, custody: Custody, key: SigningKey) -> None:
        """Check every wrapped key that this key opens: it holds the identity that the log names, alone."""
        for name, stored in custody.readers.items():
            path = self._folder.key(name)
            try:
                identity = age.unwrap_identity(read_regular(path), [key.opener])
            except NoReaderError:
                continue
            except OSError as error:
                place = self._folder.relative(path)
                if not is_gone(error) and all(each.file != place for each in self._findings):
                    self._findings.append(unread_finding(error, place, stored.line))
                continue
            if not set(identity.recipients) <= set(custody.recipients):
                self._broken("key-opens-another", self._folder.relative(path), line=stored.line)

    def _apply(self, manifest: Manifest, entry: LogEvent, custody: Custody) -> None:
        if entry.type in COMMIT_TYPES and not commit_agrees(entry.facts, custody, entry.line):
            self._broken("commit-told-differently", LOG, line=entry.line)
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
        sink = TallyingSink()
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
        seen = sink.tally
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

    def _unlogged(self, custody: Custody, manifest: Manifest | None) -> bool:
        """Name files that no signed line vouches for; say whether a writer is at work."""
        folder = self._folder
        expected = {folder.relative(folder.item(item)) for item in custody.objects}
        expected |= {folder.relative(folder.body(line)) for line in custody.bodies}
        expected |= {folder.relative(folder.key(name)) for name in custody.readers}
        expected |= {folder.relative(path) for path in self._unfinished}
        beside = unlogged(folder, custody, expected | _recovered_paths(manifest), opened=manifest is not None)
        if beside.being_written:
            self._findings = [each for each in self._findings if each.code != "log-tail-unfinished"]
        self._findings += beside.findings
        return beside.being_written

    def _not_read(self, error: OSError, place: str, line: int | None = None, item: str | None = None) -> None:
        """Note that a file could not be read now: it counts as not checked, and nobody is accused."""
        if item is not None:
            self._bad.add(item)
        self._findings.append(unread_finding(error, place, line, item))

    def _broken(
        self, code: str, file: str | None, line: int | None = None, item: str | None = None, **values: str
    ) -> None:
        if item is not None:
            self._bad.add(item)
        self._findings.append(Finding(code, Weight.BROKEN, file, line, item, values))


def _recovered_paths(manifest: Manifest | None) -> set[str]:
    events: Sequence[LogEvent] = manifest.entries.get("recovered", ()) if manifest is not None else ()
    listed: list[Mapping[str, object]] = [each for entry in events for each in entry.facts.get("files", ())]
    gone = set(recovered.gone_before(manifest)) if manifest is not None else set()
    return {str(each["path"]) for each in listed} - gone
