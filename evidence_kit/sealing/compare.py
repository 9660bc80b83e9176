"""Cross-checks of one pass over an archive: log, openings, plan, manifests, originals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evidence_kit.custody.established import Custody
from evidence_kit.custody.line import OBJECT
from evidence_kit.hashing.exact import Tally, sha256
from evidence_kit.keys import sshsig
from evidence_kit.keys.sshsig import SEAL_NAMESPACE, Signature
from evidence_kit.model import Digest, Finding, Weight
from evidence_kit.sealing import bag, plan
from evidence_kit.sealing.plan import Plan
from evidence_kit.sealing.report_files import PlannedReport

DATA: Final = re.compile(rf"data/({OBJECT})(?:\.([a-z0-9]{{1,5}})|-blurred\.jpg)")
# Findings that only say that the bag is not of the form that is known here.
_OF_THE_FORM: Final = ("bag-", "archive-member-unexpected", "seal-plan-", "item-")


@dataclass(slots=True)
class ArchiveContents:
    """The contents of an archive, as read.

    Attributes:
        custody: What the log establishes; None when there is none.
        findings: Everything that is wrong, in the order it was met.
        items: Ids of the items that the archive holds, intact ones only.
        broken_items: Ids of items that are missing, changed, or vouched for by nothing.
        withheld_events: How many events' openings the archive does not hold.
        events: How many events the log has.
        items_of: How many items the case had, by the signed plan.
        purpose: For whom it was sealed, by the signed plan.
        part: Which part of a seal it is, from 1.
        parts: How many parts the seal has.
        blurred: Ids of the items that are blurred copies.
        sha256: Digest of the whole archive, every byte of the file; None when it was not read to its end.
        stamped: What opened events say of the time stamps in the log, by line.
        kept_lines: Line of the event that says what lies here of an item, its blurred copy for one, by item id.
    """

    custody: Custody | None = None
    findings: list[Finding] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    broken_items: list[str] = field(default_factory=list)
    withheld_events: int = 0
    events: int = 0
    items_of: int | None = None
    purpose: str | None = None
    part: int = 1
    parts: int = 1
    blurred: frozenset[str] = frozenset()
    sha256: Digest | None = None
    stamped: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    kept_lines: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class BagContents:
    """Everything that one pass over the bag leaves in memory."""

    case: str | None = None
    held: dict[str, bytes] = field(default_factory=dict)
    digests: dict[str, Tally] = field(default_factory=dict)
    custody: Custody | None = None
    log_findings: tuple[Finding, ...] = ()
    kept: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    redacted: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    kept_lines: dict[str, int] = field(default_factory=dict)
    redacted_lines: dict[str, int] = field(default_factory=dict)
    witnessed: set[str] = field(default_factory=set)
    begun: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    opened_lines: set[int] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    _planned: tuple[Mapping[str, Any], Mapping[str, PlannedReport]] | None = None

    def reports(self) -> Mapping[str, PlannedReport]:
        """Return the reports that the plan names, by path; none where no plan was read that is understood."""
        signed = self.custody.commits[-1] if self.custody is not None and self.custody.commits else None
        begun = self.begun.get(signed.line - 1) if signed is not None else None
        if self.custody is None or signed is None or begun is None or signed.line != self.custody.lines:
            return {}
        if self._planned is None or self._planned[0] is not begun:
            try:
                planned = plan.parse_plan(begun, self.custody.lines).reports
            except (AttributeError, KeyError, TypeError, ValueError):
                planned = ()
            self._planned = begun, {each.path: each for each in planned}
        return self._planned[1]

    def further_files(self) -> set[str]:
        """Return the names of tag files that this very bag has: its time stamps and its reports."""
        return set(self.reports()) | (set(bag.anchor_files(self.custody)) if self.custody is not None else set())


class Comparison:
    """Holds the parts of one bag against each other after a single pass."""

    def __init__(self, contents: ArchiveContents, found: BagContents, name: str) -> None:
        self._contents = contents
        self._bag = found
        self._name = name
        self._viewable: frozenset[str] = frozenset()

    def compare_all(self) -> None:
        """Say everything that disagrees."""
        custody = self._bag.custody
        for name in sorted((bag.TAG_FILES | self._bag.further_files()) - set(self._bag.digests)):
            self._broken("bag-file-missing", name)
        if custody is None:
            return
        self._contents.custody = custody
        self._contents.findings += [
            Finding(each.code, Weight.BROKEN, each.file, each.line, each.item, each.values)
            for each in self._bag.log_findings
        ]
        if custody.case != self._bag.case:
            self._broken("bag-case-differs", bag.LOG)
        self._tag_files(custody)
        self._tag_manifest(custody)
        try:
            self._items(custody)
        except plan.NewerPlanError:
            # What a later version puts into a bag is no fault of the archive.
            kept = [each for each in self._contents.findings if not each.code.startswith(_OF_THE_FORM)]
            self._contents.findings = [*kept, Finding("plan-version-unknown", Weight.UNCHECKED, bag.EVENTS)]

    def _tag_files(self, custody: Custody) -> None:
        """Files whose every byte follows from the log."""
        if not custody.commits:
            return
        expected = dict(bag.signed_files(custody)) | {"bagit.txt": bag.BAGIT}
        for name, content in expected.items():
            held = self._bag.held.get(name)
            if held is None or held == content:
                continue
            if name == bag.ALLOWED_SIGNERS and held == bag.allowed_signers_before(custody):
                finding = Finding("allowed-signers-of-earlier-form", Weight.NOTE, name)
                self._contents.findings.append(finding)
            else:
                self._broken("bag-file-differs", name)

    def _tag_manifest(self, custody: Custody) -> None:
        text, armoured = self._bag.held.get(bag.TAG_MANIFEST), self._bag.held.get(bag.TAG_SIGNATURE)
        if text is None or armoured is None:
            return
        try:
            signature = Signature.parse(sshsig.unarmour(armoured))
            allowed = signature.key.fingerprint in custody.signers
            if not (allowed and signature.holds(text, SEAL_NAMESPACE)):
                self._broken("bag-signature-invalid", bag.TAG_SIGNATURE)
        except ValueError:
            self._broken("bag-signature-malformed", bag.TAG_SIGNATURE)
        listed = self._listed(text, bag.TAG_MANIFEST)
        if listed is None:
            return
        expected = bag.LISTED_TAG_FILES | self._bag.further_files()
        for name in sorted(expected | set(listed)):
            seen = self._bag.digests.get(name)
            if name not in listed or name not in expected:
                self._broken("bag-file-unlisted", name)
            elif seen is not None and seen.sha256 != listed[name]:
                self._broken("bag-file-changed", name)

    def _listed(self, text: bytes, name: str) -> dict[str, Digest] | None:
        try:
            return bag.parse_manifest(text)
        except ValueError:
            self._broken("bag-manifest-malformed", name)
            return None

    def _items(self, custody: Custody) -> None:
        """Plan, payload manifest, originals and their openings have to say the same."""
        contents = self._contents
        signed = custody.commits[-1] if custody.commits else None
        begun = self._bag.begun.get(signed.line - 1) if signed is not None else None
        if signed is None or begun is None or signed.line != custody.lines:
            self._broken("seal-plan-missing", bag.EVENTS)
            return
        try:
            planned = plan.parse_plan(begun, custody.lines)
        except plan.NewerPlanError:
            raise
        except (AttributeError, KeyError, TypeError, ValueError):
            self._broken("seal-plan-malformed", bag.EVENTS, signed.line - 1)
            return
        contents.items_of, contents.purpose = planned.items_of, planned.purpose
        contents.parts, contents.blurred = len(planned.volumes), planned.blurred
        self._viewable = planned.viewable
        contents.events = len(custody.commitments)
        contents.withheld_events = len(planned.withheld)
        for number in sorted(set(custody.commitments) ^ (self._bag.opened_lines | planned.withheld)):
            self._broken("opening-missing", bag.EVENTS, number)
        for number in sorted(self._bag.opened_lines & planned.withheld):
            self._broken("opening-against-plan", bag.EVENTS, number)
        if planned.items_of != len(custody.objects):
            self._broken("seal-plan-miscounts", bag.EVENTS, signed.line - 1)
        self._reports(planned)
        # A blurred copy is what its own event says, however long ago the picture was taken in.
        copies = {item: self._bag.redacted_lines.get(item, 0) for item in planned.blurred}
        contents.kept_lines = self._bag.kept_lines | copies
        self._part(planned, custody)

    def _reports(self, planned: Plan) -> None:
        """Hold every report that is here against the plan."""
        for each in planned.reports:
            seen = self._bag.digests.get(each.path)
            if seen is not None and (seen.size_bytes, seen.sha256.hex) != (each.size_bytes, each.sha256):
                self._broken("report-changed", each.path)

    def _part(self, planned: Plan, custody: Custody) -> None:
        """Compare the originals with the part of the plan that this archive is."""
        text = self._bag.held.get(bag.MANIFEST)
        number = planned.part_with(sha256(text).hex) if text is not None else None
        if text is not None and number is None:
            self._broken("seal-plan-differs", bag.MANIFEST)
        claimed = bag.stated_part(self._bag.held.get(bag.INFO, b""))
        self._contents.part = number or (claimed.number if claimed else 1)
        volume = planned.volumes[min(self._contents.part, len(planned.volumes)) - 1]
        self._info(number, len(planned.volumes), custody)
        listed = (self._listed(text, bag.MANIFEST) if text is not None else None) or {}
        self._originals(set(volume.items), listed, custody)

    def _info(self, part: int | None, parts: int, custody: Custody) -> None:
        """Hold `bag-info.txt` against the bag; tools of others count by it."""
        text = self._bag.held.get(bag.INFO)
        sizes = [seen.size_bytes for name, seen in self._bag.digests.items() if DATA.fullmatch(name)]
        sealed = bag.SealedBag(custody.case or "", custody.commits[-1].time[:10], part, parts)
        if text is not None and not bag.states_truth(text, sealed, sizes):
            self._broken("bag-file-differs", bag.INFO)

    def _originals(self, planned: set[str], listed: Mapping[str, Digest], custody: Custody) -> None:
        present = {match[1]: name for name in self._bag.digests if (match := DATA.fullmatch(name)) is not None}
        named = {match[1]: name for name in listed if (match := DATA.fullmatch(name)) is not None}
        if len(named) != len(listed):
            self._broken("bag-manifest-malformed", bag.MANIFEST)
        for item in sorted(planned | set(present) | set(named)):
            problem = self._original(item, planned, present.get(item), named.get(item), listed)
            if problem not in {"item-missing", "item-unplanned"}:
                problem = _of_the_log(item, custody) or problem
            if problem is None:
                self._contents.items.append(item)
            else:
                self._contents.broken_items.append(item)
                place = present.get(item) or named.get(item)
                self._contents.findings.append(Finding(problem, Weight.BROKEN, place, item=item))

    def _original(
        self,
        item: str,
        planned: set[str],
        present: str | None,
        named: str | None,
        listed: Mapping[str, Digest],
    ) -> str | None:
        """Return the code of the finding about one item, None when there is none."""
        kept = self._bag.kept.get(item)
        if present is None:
            return "item-missing"
        if item not in planned or named != present:
            return "item-unplanned"
        if kept is None:
            return "item-without-event"
        seen = self._bag.digests[present]
        blurred = item in self._contents.blurred
        made = self._bag.redacted.get(item, {}) if blurred else kept
        facts = (made.get("sha256"), made.get("size"), made.get("crc32"))
        # True is 1 in Python, and no length.
        if (
            type(facts[1]) is not int
            or facts != (seen.sha256.hex, seen.size_bytes, seen.crc32)
            or listed[present] != seen.sha256
        ):
            return "item-changed"
        kind = kept.get("kind")
        name = kind.get("name") if isinstance(kind, dict) else None
        expected = (
            plan.blurred_path(item) if blurred else plan.data_path(item, str(name), viewable=item in self._viewable)
        )
        return None if present == expected else "item-misnamed"

    def _broken(self, code: str, file: str, line: int | None = None) -> None:
        self._contents.findings.append(Finding(code, Weight.BROKEN, file, line=line))


def _of_the_log(item: str, custody: Custody) -> str | None:
    """Return the finding code for an item that the log lost, or never had."""
    if item in custody.destroyed:
        return "item-destroyed"
    return None if item in custody.objects else "item-without-event"
