"""Which texts of a case may keep an ending that opens them: their bytes are looked at, one after another."""

from __future__ import annotations

import io
from collections.abc import Iterable

from evidence_kit.keys.age import DamagedError
from evidence_kit.sealing import plan, viewer_safe
from evidence_kit.workflows.case.read import Case


def viewable_items(case: Case, items: Iterable[str]) -> frozenset[str]:
    """Return those of some items that a double click may open.

    Args:
        case: Unlocked.
        items: Ids. One whose bytes are damaged is none of them; whoever seals it says what is wrong with it.
    """
    return frozenset(item for item in items if _is_viewable(case, item))


def _is_viewable(case: Case, item: str) -> bool:
    known = case.opened.items[item]
    if known.kind not in plan.VIEWABLE or known.size_bytes > viewer_safe.LARGEST_BYTES:
        return False
    sink = io.BytesIO()
    try:
        case.decrypt(item, sink)
    except (DamagedError, OSError):
        return False
    return viewer_safe.is_viewer_safe(known.kind, sink.getvalue())
