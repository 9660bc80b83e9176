"""The agreement of an opened event with the line that commits to it: pure rules, the same for folder and archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evidence_kit.custody import opening
from evidence_kit.custody.chain import Custody
from evidence_kit.custody.event import CLEAR_TYPES

KEPT = "item.kept"
WITNESSED = "item.witnessed"
# What a verifier of an archive takes more from than that it was opened.
LOOKED_INTO: Final = CLEAR_TYPES | {KEPT, WITNESSED, "item.redacted", "seal.begun"}


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
    an item had been, behind everything that a receipt fixes.
    """
    named = custody.named.get(line)
    if facts["type"] != KEPT:
        return named is None
    return named is not None and facts.get("item") == named
