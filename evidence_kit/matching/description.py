"""The input of matching from the facts of an item: its hashes, or why it has none that count."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from evidence_kit.hashing.orientations import ORIENTATIONS
from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.model import Json

_PDQ_HEX = re.compile(r"[0-9a-f]{64}")
_SHORT_HEX = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class ItemHashes:
    """The perceptual hashes of one item.

    Attributes:
        item: Its id.
        quality: PDQ quality, 50 to 100.
        pdq: One PDQ hash an orientation, 32 bytes each, in the order of `ORIENTATIONS`.
        phash: 16 hexadecimal digits, where recorded.
        dhash: 16 hexadecimal digits, where recorded.
    """

    item: str
    quality: int
    pdq: tuple[bytes, ...]
    phash: str | None
    dhash: str | None


@dataclass(frozen=True, slots=True)
class Unmatchable:
    """An item that hashes cannot match, which is not to say that nothing is like it.

    Attributes:
        item: Its id.
        reason: `no-detail` (quality below 50), `no-hashes` (not decoded, or no picture), `damaged-hashes`.
        quality: PDQ quality where there is one.
    """

    item: str
    reason: str
    quality: int | None = None


def hashes_of(item: str, facts: Mapping[str, Json]) -> ItemHashes | Unmatchable:
    """Return the hashes recorded in the facts of a picture, as `media.picture` writes them.

    Args:
        item: Id of the item.
        facts: `facts` of its `item.described`; they came out of a worker and are not believed.
    """
    pdq = facts.get("pdq")
    if not isinstance(pdq, Mapping):
        return Unmatchable(item, "no-hashes")
    quality, recorded = pdq.get("quality"), pdq.get("hashes")
    if not isinstance(quality, int) or isinstance(quality, bool) or not isinstance(recorded, Mapping):
        return Unmatchable(item, "damaged-hashes")
    if quality < THRESHOLDS.least_quality:
        return Unmatchable(item, "no-detail", quality)
    hexes = [str(recorded.get(way.name)) for way in ORIENTATIONS]
    if not all(_PDQ_HEX.fullmatch(text) for text in hexes):
        return Unmatchable(item, "damaged-hashes", quality)
    packed = tuple(bytes.fromhex(text) for text in hexes)
    return ItemHashes(item, quality, packed, _short(facts.get("phash")), _short(facts.get("dhash")))


def _short(recorded: Json) -> str | None:
    return recorded if isinstance(recorded, str) and _SHORT_HEX.fullmatch(recorded) else None
