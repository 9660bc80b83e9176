"""What goes into an archive and what stays closed: the plan that `seal.begun` signs and every verifier compares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evidence_kit.custody.manifest import Item
from evidence_kit.model import Json

# Endings that a receiver's computer knows what to do with; everything else is .bin.
ENDINGS: Final[Mapping[str, str]] = {
    "jpeg": "jpg", "png": "png", "webp": "webp", "gif": "gif", "heic": "heic", "mp4": "mp4", "mov": "mov",
    "mp3": "mp3", "ogg": "ogg", "opus": "opus", "m4a": "m4a", "wav": "wav", "pdf": "pdf", "text": "txt",
    "json": "json", "zip": "zip",
}  # fmt: skip
ALLOWED_ENDINGS: Final = frozenset({*ENDINGS.values(), "bin"})
# Events that are about the house and not about the evidence stay closed unless they name this purpose.
_ALWAYS_CLOSED: Final = frozenset({"item.viewed", "threat.recorded", "source.read", "tidied"})


def data_path(item: str, kind: str) -> str:
    """Return where an item lies in the bag."""
    return f"data/{item}.{ENDINGS.get(kind, 'bin')}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which items go into an archive.

    Attributes:
        purpose: `police` or `lawyer`.
        items: Ids in ascending order.
        everything: All items of the case were asked for, whatever they were.
        excluded: Ids of what was taken out of everything that leaves the case.
    """

    purpose: str
    items: tuple[str, ...]
    everything: bool
    excluded: frozenset[str] = frozenset()


def discloses(scope: Scope, event_type: str, facts: Mapping[str, Any]) -> bool:
    """Say whether an event's opening goes into the archive.

    An event about items goes in when all its items do. A note goes in when its readers include this purpose.
    What was witnessed and not copied has no file to go in: what is said of it goes along with the whole case only,
    and a member of a container that was witnessed goes by itself.
    """
    if event_type in _ALWAYS_CLOSED:
        return False
    if event_type == "note":
        return scope.purpose in facts.get("readers", ())
    if event_type == "destroyed":
        return True
    about = {str(name) for name in (facts.get("item"), *facts.get("items", ())) if isinstance(name, str)}
    if about & scope.excluded or (not scope.everything and any(map(_is_witnessed, about))):
        return False
    kept = {name for name in mentioned(facts) if not _is_witnessed(name)}
    return kept <= set(scope.items)


def _is_witnessed(name: str) -> bool:
    return name.startswith("W")


def mentioned(facts: Mapping[str, Any]) -> set[str]:
    """Return the ids of all items that an event speaks of."""
    found = {str(facts[key]) for key in ("item", "container") if facts.get(key) is not None}
    found |= {str(each) for each in facts.get("items", ()) if isinstance(each, str)}
    for pair in facts.get("pairs", ()):
        found |= {str(pair[key]) for key in ("item", "other") if pair.get(key) is not None}
    return found


def ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Return ascending numbers as inclusive ranges."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def numbers_in(pairs: object, highest: int) -> set[int]:
    """Return the numbers that inclusive ranges stand for.

    Raises:
        ValueError: They are no ranges of numbers between 1 and `highest`, ascending and apart.
    """
    if not isinstance(pairs, list):
        raise TypeError("ranges are a list")
    found: set[int] = set()
    before = 0
    for pair in pairs:
        first, last = pair
        if not (isinstance(first, int) and isinstance(last, int) and before < first <= last <= highest):
            raise ValueError("ranges ascend")
        found |= set(range(first, last + 1))
        before = last
    return found


def item_number(item: str) -> int:
    """Return the number in an item id."""
    return int(item[1:])


def facts(scope: Scope, total: Sequence[Item], withheld: Iterable[int], payload_manifest: str) -> dict[str, Json]:
    """Return the plan as `seal.begun` says it.

    Args:
        scope: What goes in.
        total: All items of the case that are not excluded.
        withheld: Numbers of the event lines whose openings stay closed.
        payload_manifest: SHA-256 of `manifest-sha256.txt`.
    """
    return {
        "purpose": scope.purpose,
        "scope": "all" if scope.everything else "items",
        "items": ranges(item_number(item) for item in scope.items),
        "items_in": len(scope.items),
        "items_of": len(total),
        "withheld": ranges(withheld),
        "payload_manifest": payload_manifest,
        "reports": [],
        "part": 1,
        "parts": 1,
    }
