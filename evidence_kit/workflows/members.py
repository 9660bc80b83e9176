"""Members of a zip on their way to becoming items."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from evidence_kit.intake import care
from evidence_kit.intake.containers import Member, Unreadable, ZipPlan
from evidence_kit.intake.read import HEAD_BYTES
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.zip_stream import MemberError, read_member
from evidence_kit.model import Json

_MOST_NAMES = 20_000

Plans = Sequence[ZipPlan | Unreadable]


def numbered(plans: Plans) -> Iterator[tuple[int, Member]]:
    """Yield every member that is no folder, numbered through all zips that stand one behind the other."""
    number = 0
    for plan in plans:
        for member in plan.members if isinstance(plan, ZipPlan) else ():
            if not member.is_folder:
                yield number, member
            number += 1


def names(plans: Plans) -> list[str] | None:
    """Return the names of all members, for telling whether what a chat names came with it; None when too many."""
    listed = [shown_name(member)[0] for _, member in numbered(plans)]
    return listed if len(listed) <= _MOST_NAMES else None


def content(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """Yield a member's content; packed bytes behind its end do not make it less whole.

    Raises:
        MemberError: It is not what the zip declares.
    """
    try:
        yield from read_member(file, member, member.size_bytes)
    except MemberError as error:
        if error.reason != "bytes-behind":
            raise


def may_show(file: BinaryIO, member: Member) -> bool:
    """Say whether a member is, or may hold, a picture; one that cannot be read may."""
    try:
        kind = sniff(head_of(content(file, member)), member.size_bytes)
        return care.may_hold_pictures(kind) or care.picture_inside(content(file, member))
    except MemberError:
        return True


def shown_name(member: Member) -> tuple[str, str | None]:
    """Return a member's name for display, and its bytes in base64 where they say more than that."""
    shown = member.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if shown.encode("utf-8") == member.name_bytes:
        return shown, None
    return shown, base64.b64encode(member.name_bytes).decode("ascii")


def facts(plan: ZipPlan) -> Json:
    """Return what is known of one zip, as it goes into the log."""
    return {
        "notes": list(plan.notes),
        "entries_declared": plan.entries_declared,
        "before_bytes": plan.before_bytes,
        "after_bytes": plan.after_bytes,
        "comment": base64.b64encode(plan.comment).decode("ascii"),
    }


def head_of(stream: Iterator[bytes]) -> bytes:
    """Return the first bytes of a stream, as many as telling its type needs."""
    head = b""
    for piece in stream:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return head[:HEAD_BYTES]
