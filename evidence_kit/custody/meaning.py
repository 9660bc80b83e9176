"""The agreement of an opened event with the line that commits to it: pure rules, the same for folder and archive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from evidence_kit.custody import opening
from evidence_kit.custody.established import Custody
from evidence_kit.custody.event import CLEAR_TYPES
from evidence_kit.custody.line import numbered_id

KEPT = "item.kept"
WITNESSED = "item.witnessed"
# What a verifier of an archive takes more from than that it was opened.
# Events that say of a signature line above them what it is.
COMMIT_TYPES: Final = frozenset({"receipt.issued", "sealed"})
LOOKED_INTO: Final = CLEAR_TYPES | COMMIT_TYPES | {KEPT, WITNESSED, "item.redacted", "seal.begun"}
_WITNESSED_ID: Final = re.compile(numbered_id("W"))


def clear_agrees(facts: Mapping[str, Any], clear: Mapping[str, Any] | None) -> bool:
    """Say whether an opening repeats the `clear` of its line byte for byte, behind its type, where its type has one.

    Args:
        facts: What the opening says.
        clear: What its line says in clear, None where it says nothing.

    An opening of such a type on a line without it would say that somebody was let in, that a case was opened or a
    stamp given, and no verifier without a key would have known of it.
    """
    told = facts.get("clear")
    if clear is None:
        return told is None and facts["type"] not in CLEAR_TYPES
    if told is None or list(facts)[2:3] != ["clear"] or clear.get("type") != facts["type"]:
        return False
    # Texts are compared: to Python True is 1, and an object is the same in any order of its keys.
    return opening.compact_json(told) == opening.compact_json(clear)


def object_agrees(facts: Mapping[str, Any], custody: Custody, line: int) -> bool:
    """Say whether an opening speaks of an item that was kept exactly where its line names that item's file.

    Args:
        facts: What the opening says.
        custody: What the log establishes.
        line: Number of its line.

    An item is what the line with its `object` says. Otherwise a later event could say anew, with other digests, what
    an item had been, behind everything that a receipt fixes. What was only witnessed has ids of its own, for the same
    reason.
    """
    named = custody.named.get(line)
    if facts["type"] == WITNESSED and not _is_witnessed(facts.get("item")):
        return False
    if facts["type"] != KEPT:
        return named is None
    return named is not None and facts.get("item") == named


def commit_agrees(facts: Mapping[str, Any], custody: Custody, line: int) -> bool:
    """Say whether an event describes the signature line above it truly.

    Args:
        facts: What the opening says: of a receipt its code and the lines it fixes, of an archive where its log ends.
        custody: What the log establishes.
        line: Number of its line.

    What an event leaves out, nobody said. A code that fits no line would be typed by whoever reads the event, and
    another number of lines believed to be fixed.
    """
    if facts["type"] not in COMMIT_TYPES:
        return True
    if facts["type"] == "receipt.issued":
        number, told = facts.get("signature_line"), {"code": facts.get("code"), "lines": facts.get("lines")}
    else:
        number, told = facts.get("lines"), {"code": facts.get("receipt"), "head": facts.get("head")}
        number = number + 1 if type(number) is int else number
    signed = custody.commit_at(number) if type(number) is int else None
    if signed is None or signed.line >= line:
        return number is None and all(each is None for each in told.values())
    point = signed.checkpoint
    true = {"code": point.receipt_code, "lines": point.lines, "head": point.head.hex}
    # To Python True is 1.
    return all(said is None or (type(said), said) == (type(true[name]), true[name]) for name, said in told.items())


def _is_witnessed(name: object) -> bool:
    return isinstance(name, str) and _WITNESSED_ID.fullmatch(name) is not None
