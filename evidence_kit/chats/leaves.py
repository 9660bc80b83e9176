"""Finds every text in a record, so that none of it is left out because nobody knew its key.

Readers name the keys whose texts are for machines (`technical`); whatever stands under any other key is told as words
of the message. A key that an exporter adds tomorrow is shown, and not lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evidence_kit.chats.json_records import Record
from evidence_kit.chats.message import FurtherWords, WordsRole

_MOST = 500
_HOLDING = frozenset({str, dict, list})
_NOTHING: Mapping[str, WordsRole] = {}


def text_leaves(value: object, technical: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield every text inside a value with the last key above it, in the order of the source.

    Args:
        value: As the decoder gave it; nesting is the sender's to choose, so it is walked without recursion.
        technical: Keys that hold nothing for a person; what is under them is passed over.
    """
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        key, inner = waiting.pop()
        if isinstance(inner, str):
            if inner.strip():
                yield key, inner
        elif isinstance(inner, Mapping):
            waiting += [(str(name), inner[name]) for name in reversed(inner) if name not in technical]
        elif isinstance(inner, Sequence):
            waiting += [(key, each) for each in reversed(inner)]


def other_words(
    record: Record, known: frozenset[str], technical: frozenset[str], roles: Mapping[str, WordsRole] = _NOTHING
) -> tuple[FurtherWords, ...]:
    """Return every text of a record under a key that its reader does not tell itself.

    Args:
        record: The record.
        known: Keys that the reader tells.
        technical: Keys that hold nothing for a person, at any depth.
        roles: The place in the message of a text, by the key above it; `note` where that is not known.
    """
    # Nearly all records hold nothing else but numbers here; they are passed over without a generator.
    others = [
        (key, value)
        for key, value in record.items()
        if value and type(value) in _HOLDING and key not in known and key not in technical
    ]
    if not others:
        return ()
    found: dict[tuple[WordsRole, str], None] = {}
    for key, text in text_leaves(dict(others), technical):
        found[roles.get(key, WordsRole.NOTE), text] = None
        if len(found) == _MOST:
            break
    return tuple(FurtherWords(role, text) for role, text in found)
