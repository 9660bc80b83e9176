"""The estimate of a seal: the contents of the archive, how it is parted, and whether there is room for it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from evidence_kit.errors import UsageError
from evidence_kit.intake.errors import DiskFullError
from evidence_kit.sealing import plan
from evidence_kit.sealing.plan import Scope
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.handover.scope import (
    ChosenScope,
    SealCounts,
    SealOrder,
    choose_scope,
    cites_messages,
    conversation_counts,
    wording_unknown,
)
from evidence_kit.workflows.reading.conversations import conversation_at, conversations
from evidence_kit.workflows.reading.exports import ShownProgress, open_exports, unshown_progress

FAT32_MOST_BYTES = (4 << 30) - 1
# Letters, format, manifests' frames and end records of a part, generously.
_FIXED_BYTES = 192 << 10
# Headers, a manifest line and a place in the plan for each item; for a copy also its event.
_ITEM_BYTES = 1200
# A blurred copy is far smaller; for a plan that is shown before any is made.
_COPY_BYTES = 16 << 10
# A paper without conversations, with fonts and log, generously; and how much longer a message is when it is told.
_REPORT_BYTES = 1 << 20
_TOLD_TIMES = 3


def planned_counts(
    case: Case, order: SealOrder, worker: Worker | None = None, progress: ShownProgress = unshown_progress
) -> SealCounts:
    """Return the counts of the planned archive, for a person to agree to.

    Args:
        case: The case, unlocked.
        order: What is to be sealed, and for whom.
        worker: Reads exports for the files that messages name; None where no message is looked at.
        progress: Shows how far conversations are read that were never asked for.

    Raises:
        NoConsentError: Nobody consented to this purpose, or the consent was withdrawn.
        UsageError: It names an item or a note that the case does not have, or parts that are too small.
        NothingToSealError: No item is left.
    """
    return estimated(case, order, chosen_for(case, order, worker, progress))


def chosen_for(
    case: Case, order: SealOrder, worker: Worker | None, progress: ShownProgress = unshown_progress
) -> ChosenScope:
    """Return the scope that an order chooses; exports are read where the ledger of threats cites messages.

    Args:
        case: Unlocked.
        order: What and for whom.
        worker: Reads the exports of the messages that are cited; None where no message is looked at.
        progress: Shows how far conversations are read that were never asked for.

    Raises:
        NoConsentError: Nobody consented to this purpose, or the consent was withdrawn.
        UsageError: It names an item or a note that the case does not have.
        NothingToSealError: No item is left.
    """
    if worker is None or not (order.cited or cites_messages(case.opened)):
        return choose_scope(case, order)
    with open_exports(case, worker, progress=progress) as reading:
        return choose_scope(case, order, reading)


def estimated(case: Case, order: SealOrder, chosen: ChosenScope) -> SealCounts:
    """Return the counts of a choice.

    Args:
        case: Unlocked.
        order: How large a part may be.
        chosen: What goes in.

    Raises:
        UsageError: The log alone is larger than a part may be, or a conversation of the report stays here.
    """
    scope, manifest = chosen.scope, case.opened
    sizes = [(item, _COPY_BYTES if item in scope.blurred else manifest.items[item].size_bytes) for item in scope.items]
    _refuse_absent_conversations(case, order, scope)
    reports = _report_bytes(case, order, scope)
    parts = split_into_parts(case, order, sizes, reports)
    of = dict(sizes)
    conversations, other = conversation_counts(case, scope)
    # What the sealing itself writes before the archive ends: an event a blurred copy, and the one that begins it.
    events = len(case.custody.commitments) + len(scope.blurred) + 1
    return SealCounts(
        items_in=len(scope.items),
        items_of=len(manifest.items),
        events_in=events - len(chosen.withheld),
        events_of=events,
        size_bytes=sum(of.values()),
        purpose=scope.purpose,
        scope=scope.kind,
        blurred=len(scope.blurred),
        left_out=chosen.left_out,
        conversations=conversations,
        other_conversations=other,
        notes_closed=chosen.notes_closed,
        absent=chosen.absent,
        wording_unknown=wording_unknown(case, scope),
        parts=len(parts),
        report_bytes=reports,
        largest_bytes=_overhead(case) + reports + max(sum(of[item] + _ITEM_BYTES for item in part) for part in parts),
    )


def refuse_full(case: Case, order: SealOrder, counts: SealCounts) -> None:
    """Refuse an archive that will not fit, before a plan is signed and an hour is spent on writing half of it.

    Args:
        case: The case.
        order: Where the archive goes.
        counts: What it would hold.

    Raises:
        DiskFullError: There is no room for it.
    """
    place = next(each for each in (order.out.parent.absolute(), *order.out.absolute().parents) if each.exists())
    each_part = _overhead(case) + counts.report_bytes
    needed = counts.size_bytes + counts.parts * each_part + counts.items_in * _ITEM_BYTES + counts.report_bytes
    free = shutil.disk_usage(place).free
    if needed > free:
        raise DiskFullError("seal-no-room", needed=needed, free=free, path=str(order.out))


def split_into_parts(
    case: Case, order: SealOrder, sizes: Sequence[tuple[str, int]], report_bytes: int = 0
) -> list[tuple[str, ...]]:
    """Return which items go into which part.

    Args:
        case: Its log is in every part.
        order: How large a part may be.
        sizes: Ids of items, each with its length in bytes.
        report_bytes: How long the reports are, which are in every part too.

    Raises:
        UsageError: The log alone is larger than a part may be.
    """
    if order.split_bytes is None:
        return [tuple(item for item, _ in sizes)]
    room = order.split_bytes - _overhead(case) - report_bytes - _ITEM_BYTES * len(sizes)
    if room < _ITEM_BYTES:
        raise UsageError("split-too-small", minimum=order.split_bytes - room + _ITEM_BYTES)
    return plan.split_volumes(sizes, room, _ITEM_BYTES)


def _refuse_absent_conversations(case: Case, order: SealOrder, scope: Scope) -> None:
    """Refuse conversations for the report that the case does not have, or that do not go in.

    Raises:
        UsageError: So it is.
    """
    listed = conversations(case.opened)
    for number in () if order.report is None else order.report.conversations:
        items = {part.item.id for part in conversation_at(listed, number, case.id).parts}
        if not items & set(scope.items):
            raise UsageError("chat-not-sealed", number=number)


def _report_bytes(case: Case, order: SealOrder, scope: Scope) -> int:
    """Return about how long the reports will be: conversations go in once as lines, and once in each language."""
    if order.report is None:
        return 0
    told = {part.item.id: part.item.size_bytes for each in conversations(case.opened) for part in each.parts}
    talked = sum(size_bytes for item, size_bytes in told.items() if item in set(scope.items))
    languages = len(order.report.languages)
    if order.report.pictures == "blurred":
        family = case.opened.items
        talked += _COPY_BYTES * sum(family[item].family == "picture" for item in scope.items)
    return _REPORT_BYTES * (1 + languages) + talked * _TOLD_TIMES * (1 + languages)


def _overhead(case: Case) -> int:
    """Return about how long a part is beside its items: every part holds the whole log and its openings."""
    bodies = sum(case.folder.body(signed.line).stat().st_size for signed in case.custody.commits)
    return case.custody.end_bytes + bodies + _FIXED_BYTES
