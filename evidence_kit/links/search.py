"""Identifiers and pictures that a case has in common with the other cases of a set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evidence_kit.keys.blinding import POINT_BYTES
from evidence_kit.links.case_entry import CaseEntry, PackedDigests
from evidence_kit.links.link_key import PDQ_BYTES, VALUE_BYTES
from evidence_kit.links.near import NearIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What a tenth of all cases name, and eight at least, is a hotline or a bank: it links nobody to anybody.
_FREQUENT_SHARE: Final = 10
_FREQUENT_CASES: Final = 8


@dataclass(frozen=True, slots=True)
class OtherCase:
    """Another case of the association.

    Attributes:
        case: Case id.
        answers: Who answers for it.
    """

    case: str
    answers: str


@dataclass(frozen=True, slots=True)
class PictureLink:
    """A picture like one of another case.

    Attributes:
        picture: Its place among the pictures of the entry, from 0.
        other: The other case.
        bits: In how many of 256 bits the hashes differ.
    """

    picture: int
    other: OtherCase
    bits: int


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """The links of one case.

    Attributes:
        cases: How many other cases take part in the set.
        values: Other cases that name an identifier, by its digest.
        frequent: Digests that too many cases name to mean anything.
        pictures: Pictures near one of another case, the nearest first.
    """

    cases: int
    values: dict[bytes, tuple[OtherCase, ...]]
    frequent: frozenset[bytes]
    pictures: tuple[PictureLink, ...]


def links_of(entry: CaseEntry, others: Iterable[PackedDigests], left_out: frozenset[bytes]) -> FoundLinks:
    """Return the links of a case to others.

    Args:
        entry: The case.
        others: The entries of a set; that of the same case is passed over.
        left_out: Digests of identifiers that never count.
    """
    known = [each for each in others if each.case != entry.case]
    wanted = [each for each in entry.values if each not in left_out]
    named: dict[bytes, list[OtherCase]] = {}
    for digest, place in _common_values(wanted, known):
        named.setdefault(digest, []).append(OtherCase(known[place].case, known[place].answers))
    most = max(_FREQUENT_CASES, len(known) // _FREQUENT_SHARE)
    frequent = frozenset(digest for digest, cases in named.items() if len(cases) > most)
    values = {digest: tuple(cases) for digest, cases in named.items() if digest not in frequent}
    return FoundLinks(len(known), values, frequent, tuple(_near_pictures(entry, known)))


def rare_points(entries: Iterable[PackedDigests], left_out: frozenset[bytes]) -> set[bytes]:
    """Return the points of all identifiers of a set that count: neither on its list nor named by too many cases.

    Args:
        entries: Of the set.
        left_out: Digests of identifiers that never count.
    """
    listed = list(entries)
    digests = Counter(
        each.values[at : at + VALUE_BYTES] for each in listed for at in range(0, len(each.values), VALUE_BYTES)
    )
    most = max(_FREQUENT_CASES, len(listed) // _FREQUENT_SHARE)
    unwanted = left_out | {digest for digest, cases in digests.items() if cases > most}
    return {
        each.points[POINT_BYTES * number : POINT_BYTES * (number + 1)]
        for each in listed
        for number in range(len(each.points) // POINT_BYTES)
        if each.values[VALUE_BYTES * number : VALUE_BYTES * (number + 1)] not in unwanted
    }


def _common_values(wanted: list[bytes], known: list[PackedDigests]) -> list[tuple[bytes, int]]:
    """Return each wanted digest with the places of the entries that hold it."""
    import numpy as np

    if not wanted:
        return []
    digests = _rows(b"".join(each.values for each in known), VALUE_BYTES)
    whose = np.repeat(np.arange(len(known)), [len(each.values) // VALUE_BYTES for each in known])
    asked = _rows(b"".join(wanted), VALUE_BYTES)
    # The first halves sort out nearly all; the whole digest decides.
    alike = np.flatnonzero(np.isin(digests.view(np.uint64)[:, 0], asked.view(np.uint64)[:, 0]))
    named = frozenset(wanted)
    hits = {(digests[row].tobytes(), int(whose[row])) for row in alike}
    return sorted((each for each in hits if each[0] in named), key=lambda each: known[each[1]].case)


def _near_pictures(entry: CaseEntry, known: list[PackedDigests]) -> list[PictureLink]:
    """Return the nearest picture of each other case, for each picture of the entry."""
    import numpy as np

    hashes = _rows(b"".join(each.pictures for each in known), PDQ_BYTES)
    if not entry.pictures or not len(hashes):
        return []
    whose = np.repeat(np.arange(len(known)), [len(each.pictures) // PDQ_BYTES for each in known])
    nearest: dict[tuple[int, int], int] = {}
    for picture, row, bits in NearIndex(hashes).near(_rows(b"".join(entry.pictures), PDQ_BYTES)).tolist():
        key = (picture, int(whose[row]))
        nearest[key] = min(bits, nearest.get(key, bits))
    ordered = sorted(nearest.items(), key=lambda each: (each[1], each[0]))
    return [
        PictureLink(picture, OtherCase(known[place].case, known[place].answers), bits)
        for (picture, place), bits in ordered
    ]


def _rows(data: bytes, width: int) -> NDArray[np.uint8]:
    import numpy as np

    return np.frombuffer(data, np.uint8).reshape(-1, width)
