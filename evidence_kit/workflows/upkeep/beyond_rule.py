"""Objects of a minor's case that today's rule would not copy: found, so that they can be destroyed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Final

from evidence_kit.custody.manifest import Item
from evidence_kit.errors import EvidenceError
from evidence_kit.intake.kinds import kind_named
from evidence_kit.intake.read import HEAD_BYTES
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.understood.rule import judge_file
from evidence_kit.intake.understood.sound import may_be_sound
from evidence_kit.intake.understood.text import MOST_BYTES, is_text
from evidence_kit.intake.window import bytes_window
from evidence_kit.keys.age import DamagedError
from evidence_kit.model import Family
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workflows.accession.witness import rule_for
from evidence_kit.workflows.case.disk_errors import file_refused, is_gone
from evidence_kit.workflows.case.read import Case

_UNDECLARED: Final = "unknown"


def beyond_the_rule(case: Case, on_trouble: Callable[[EvidenceError], None] | None = None) -> Iterator[Item]:
    """Yield the items that would only be witnessed if they were taken in today.

    An adult's case has none, nor one whose lawyer said that everything is kept; what was declared harmless is none.
    Every text and every sound is decrypted and looked at to its end, in memory.

    Args:
        case: The case, unlocked.
        on_trouble: Told about each item that is not what was taken in, or that could not be read; the rest is looked
            at all the same. Without it the first of them is raised.

    Raises:
        ItemDamagedError: An item is not what was taken in.
        DiskFailureError: One could not be read now.
        SystemLimitError: The system has no memory or file handle for one.
    """
    if not rule_for(case.opened, _UNDECLARED).careful:
        return
    for item in case.opened.items.values():
        if item.id not in case.custody.objects or item.sensitivity == "none":
            continue
        try:
            if _copied_today(case, item):
                continue
        except EvidenceError as error:
            if on_trouble is None:
                raise
            on_trouble(error)
            continue
        yield item


def _copied_today(case: Case, item: Item) -> bool:
    kind = kind_named(item.kind)
    if kind.family is Family.EMPTY:
        return True
    if not (is_text(kind) or may_be_sound(kind)) or item.size_bytes > MOST_BYTES:
        return False
    data = _bytes_of(case, item)
    # What an earlier version took for a text may be told as a picture today.
    today = sniff(data[:HEAD_BYTES], len(data))
    return judge_file(item.place.path.rpartition("/")[2], today, lambda: bytes_window(data)).copied


def _bytes_of(case: Case, item: Item) -> bytes:
    sink = io.BytesIO()
    try:
        case.decrypt(item.id, sink)
    except OSError as error:
        if is_gone(error):
            raise ItemDamagedError("item-damaged", item=item.id, case=case.id) from error
        raise file_refused(error, case.folder.relative(case.folder.item(item.id))) from error
    except DamagedError as error:
        raise ItemDamagedError("item-damaged", item=item.id, case=case.id) from error
    return sink.getvalue()
