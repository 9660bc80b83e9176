"""In the case of a minor: what is not copied because it is, or may hold, a picture or a film."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from evidence_kit.intake import care
from evidence_kit.intake.containers import Unreadable, ZipPlan
from evidence_kit.model import Kind
from evidence_kit.workflows import members
from evidence_kit.workflows.stretch import Stretch


def withheld(stretch: Stretch, kind: Kind, plans: Sequence[ZipPlan | Unreadable], file: BinaryIO) -> bool:
    """Say whether a file is not to be copied; every byte of it may have to be read for that.

    Args:
        stretch: The file.
        kind: What its first bytes say it is.
        plans: The zips in it, none when it is no zip.
        file: The open file.
    """
    if plans and all(isinstance(plan, ZipPlan) for plan in plans):
        return any(members.may_show(file, member) for _, member in members.numbered(plans))
    return care.may_hold_pictures(kind) or care.picture_inside(stretch.pieces())
