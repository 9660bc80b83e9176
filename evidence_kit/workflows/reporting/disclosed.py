"""A case as a reader of an archive will know it: folded again from nothing but the events that its plan opens."""

from __future__ import annotations

from dataclasses import replace

from evidence_kit.custody.errors import CaseBrokenError
from evidence_kit.custody.established import SignedCommit
from evidence_kit.custody.manifest import Manifest, ManifestError
from evidence_kit.keys.errors import NoReaderError
from evidence_kit.model import Finding
from evidence_kit.sealing import plan
from evidence_kit.sealing.plan import Scope
from evidence_kit.workflows.case.disk_errors import broken_error
from evidence_kit.workflows.case.read import Case, opened_events
from evidence_kit.workflows.reading.conversations import CaseConversation, conversations, numbered_alike


def whole(case: Case, purpose: str) -> Scope:
    """Return the scope of a paper about everything that may leave a case, its ledger of threats included.

    Args:
        case: Unlocked.
        purpose: For whom; notes go by it.
    """
    manifest = case.opened
    return Scope(
        purpose=purpose,
        items=tuple(item.id for item in manifest.included if item.id in case.custody.objects),
        everything=True,
        excluded=frozenset(each.id for each in manifest.everything if each.excluded is not None),
        threats=True,
    )


def disclosed(case: Case, scope: Scope) -> Case:
    """Return the case as far as a scope discloses it; withheld events are not in memory at all.

    Raises:
        CaseBrokenError: An opening is not what its line commits to, or says too little.
        NoReaderError: The case was not unlocked.
    """
    if case.identity is None:
        raise NoReaderError("key-needed")
    manifest = Manifest(absent=case.custody.destroyed)
    for entry in opened_events(case.folder, case.custody, case.identity, form=False):
        if isinstance(entry, Finding):
            raise broken_error(case.id, entry)
        if not plan.discloses(scope, entry.type, entry.facts, entry.line):
            continue
        try:
            manifest.apply(entry)
        except ManifestError as error:
            raise CaseBrokenError("case-broken", case=case.id, code="opening-incomplete") from error
    return replace(case, manifest=manifest)


def disclosed_conversations(case: Case, shown: Case) -> list[CaseConversation]:
    """Return the conversations that are disclosed, under the numbers that `chats` gives them in the whole case.

    Args:
        case: The whole case.
        shown: The same as far as it is disclosed.
    """
    return numbered_alike(conversations(shown.opened), conversations(case.opened))


def resting_on(case: Case) -> SignedCommit:
    """Return the commit that a paper about a case rests on: the last that says more than that papers were made.

    The same case so gives the same paper, however often somebody asks for one.
    """
    told = {entry.line for entry in case.opened.entries.get("report.made", ())}
    commits = case.custody.commits
    return next((each for each in reversed(commits) if set(range(each.first, each.line)) - told), commits[-1])
