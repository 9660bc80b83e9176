"""The part that one case takes in the set of links, as bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from evidence_kit.keys.blinding import POINT_BYTES
from evidence_kit.links.link_key import PDQ_BYTES, VALUE_BYTES

# Lengths are rounded up, so that a row does not tell how many numbers a case holds.
_ROUNDED_BYTES: Final = 8 * 1024
_FORM: Final = 1


class UnsoundEntryError(ValueError):
    """The bytes are no entry of this form."""


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """The digests of one case.

    Attributes:
        case: Case id.
        answers: Who answers for the case, to be asked: a person of the association and their place.
        values: Keyed digests of identifiers, 16 bytes each, in ascending order.
        pictures: Keyed PDQ hashes, 32 bytes each.
        points: Points of the identifiers under the association's secret, 32 bytes each, in the order of `values`, for
            questions of other associations; empty where the person did not agree to these.
    """

    case: str
    answers: str
    values: tuple[bytes, ...]
    pictures: tuple[bytes, ...]
    points: tuple[bytes, ...] = ()

    def packed(self) -> bytes:
        """Return the entry as bytes, their length rounded up."""
        head = {"v": _FORM, "case": self.case, "answers": self.answers, "values": len(self.values)}
        told = json.dumps(head | {"pictures": len(self.pictures), "points": len(self.points)}).encode()
        data = len(told).to_bytes(4) + told + b"".join((*self.values, *self.pictures, *self.points))
        return data + bytes(-len(data) % _ROUNDED_BYTES)


@dataclass(frozen=True, slots=True)
class PackedDigests:
    """An entry whose digests stand in a row, uncut: a thousand cases hold a million of them.

    Attributes:
        case: Case id.
        answers: Who answers for the case.
        values: All digests of identifiers, 16 bytes each.
        pictures: All keyed PDQ hashes, 32 bytes each.
        points: The point of each identifier, 32 bytes each; empty where the case takes no part in questions of others.
    """

    case: str
    answers: str
    values: bytes
    pictures: bytes
    points: bytes = b""

    def without_points(self) -> CaseEntry:
        """Return the entry of a case that takes no part in questions of other associations any more."""
        values = tuple(self.values[at : at + VALUE_BYTES] for at in range(0, len(self.values), VALUE_BYTES))
        pictures = tuple(self.pictures[at : at + PDQ_BYTES] for at in range(0, len(self.pictures), PDQ_BYTES))
        return CaseEntry(self.case, self.answers, values, pictures)


def unpacked_entry(data: bytes) -> PackedDigests:
    """Return an entry out of its bytes.

    Raises:
        UnsoundEntryError: They are none.
    """
    try:
        size = int.from_bytes(data[:4])
        head = json.loads(data[4 : 4 + size])
        case, answers, values, pictures = (head[name] for name in ("case", "answers", "values", "pictures"))
        known = head["v"] == _FORM and isinstance(case, str) and isinstance(answers, str)
        middle = 4 + size + VALUE_BYTES * values
        points = head.get("points", 0)
        end = middle + PDQ_BYTES * pictures
        last = end + POINT_BYTES * points
        if not known or min(values, pictures) < 0 or points not in {0, values} or last > len(data):
            raise UnsoundEntryError("form")
        return PackedDigests(case, answers, data[4 + size : middle], data[middle:end], data[end:last])
    except (ValueError, KeyError, TypeError) as error:
        raise UnsoundEntryError(str(error)) from error
