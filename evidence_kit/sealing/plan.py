"""The plan of an archive, its opened and closed lines: signed by `seal.begun`, compared by every verifier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evidence_kit.model import Digest, Json
from evidence_kit.sealing.report_files import PlannedReport, parse_reports, reports_facts

# Endings that a receiver's computer knows what to do with; everything else is .bin.
ENDINGS: Final[Mapping[str, str]] = {
    "jpeg": "jpg", "png": "png", "webp": "webp", "gif": "gif", "heic": "heic", "mp4": "mp4", "mov": "mov",
    "mp3": "mp3", "ogg": "ogg", "opus": "opus", "m4a": "m4a", "wav": "wav", "pdf": "pdf", "text": "txt",
    "json": "json", "zip": "zip",
}  # fmt: skip
# Endings by which a double click shows a text; only for items of which the plan says that they are safe to show.
VIEWABLE: Final[Mapping[str, str]] = {"html": "html", "xml": "xml", "vcard": "vcf"}
ALLOWED_ENDINGS: Final = frozenset({*ENDINGS.values(), *VIEWABLE.values(), "bin"})
# Events that are about the house and not about the evidence.
_ALWAYS_CLOSED: Final = frozenset({"item.viewed", "threat.recorded", "source.read", "tidied"})
_ABOUT_PICTURES: Final = frozenset({"item.described", "match.found", "item.redacted"})
_ABOUT_PLACES: Final = frozenset({"item.kept", "item.seen-again"})
# Which plans this version understands; a plan that says more is refused, not misread.
FORM: Final = 3
_FORM_OF_PARTS: Final = 2
_SCOPES: Final = frozenset({"all", "cited", "items"})


def data_path(item: str, kind: str, *, viewable: bool = False) -> str:
    """Return where an item lies in the bag.

    Args:
        item: Its id.
        kind: Name of its content type.
        viewable: The plan says that opening it runs nothing and calls nobody.
    """
    return f"data/{item}.{ENDINGS.get(kind) or (VIEWABLE.get(kind) if viewable else None) or 'bin'}"


def blurred_path(item: str) -> str:
    """Return where the blurred copy of an item lies in the bag."""
    return f"data/{item}-blurred.jpg"


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of an archive.

    Attributes:
        purpose: `police` or `lawyer`.
        items: Ids in ascending order.
        everything: All items of the case were asked for, whatever they were.
        excluded: Ids of what was taken out of everything that leaves the case.
        cited: The items are those that the ledger of threats speaks of, and not a person's choice.
        blurred: Ids, out of `items`, of pictures that go in as blurred copies.
        notes: Lines of notes that were named one by one, whoever their readers are.
        threats: The ledger of threats is opened, as far as all items that it cites go in.
        viewable: Ids, out of `items`, of texts that keep an ending by which a double click shows them.
    """

    purpose: str
    items: tuple[str, ...]
    everything: bool
    excluded: frozenset[str] = frozenset()
    cited: bool = False
    blurred: frozenset[str] = frozenset()
    notes: frozenset[int] = frozenset()
    threats: bool = False
    viewable: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """How the items were chosen, in one word."""
        return "all" if self.everything else "cited" if self.cited else "items"


def discloses(scope: Scope, event_type: str, facts: Mapping[str, Any], line: int = 0) -> bool:
    """Say whether an event's opening goes into the archive.

    An event about items goes in when all its items do. A note goes in when its readers include this purpose and it
    is neither privileged nor for a psychologist, or when it was named. What a picture's describers found stays
    closed when the picture itself goes in as a blurred copy. What was witnessed and not copied has no file to go in:
    what is said of it goes along with the whole case only, and a member of a container that was witnessed goes by
    itself. The ledger of threats goes in where that was asked for, an entry only with everything that it cites.

    Args:
        scope: The scope of the archive.
        event_type: Type of the event, such as `item.kept`.
        facts: The facts of its opening.
        line: Number of its line; 0 where no note can be meant by it.
    """
    if event_type == "note":
        return line in scope.notes or _note_for(scope.purpose, facts)
    if event_type == "destroyed":
        return True
    if event_type in _ALWAYS_CLOSED and not (scope.threats and event_type == "threat.recorded"):
        return False
    about = {str(name) for name in (facts.get("item"), *facts.get("items", ())) if isinstance(name, str)}
    if about & scope.excluded or (not scope.everything and any(map(_is_witnessed, about))):
        return False
    if event_type in _ABOUT_PICTURES and bool(mentioned_items(facts) & scope.blurred) != (
        event_type == "item.redacted"
    ):
        return False
    # Where an item lay is said of the item, whether or not its container goes along.
    named = about if event_type in _ABOUT_PLACES and about else mentioned_items(facts)
    return {name for name in named if not _is_witnessed(name)} <= set(scope.items)


def _note_for(purpose: str, facts: Mapping[str, Any]) -> bool:
    readers = facts.get("readers", ())
    return purpose in readers and "psychologist" not in readers and not facts.get("privileged")


def _is_witnessed(name: str) -> bool:
    return name.startswith("W")


def mentioned_items(facts: Mapping[str, Any]) -> set[str]:
    """Return the ids of all items that an event speaks of."""
    found = {str(facts[key]) for key in ("item", "container") if facts.get(key) is not None}
    found |= {str(each) for each in facts.get("items", ()) if isinstance(each, str)}
    # A threat names what came with the messages that it cites; elsewhere `messages` is a number.
    messages = facts.get("messages")
    for message in messages if isinstance(messages, list) else ():
        found |= {str(each) for each in (message.get("item"), *message.get("attachments", ())) if each is not None}
    for pair in facts.get("pairs", ()):
        found |= {str(pair[key]) for key in ("item", "other") if pair.get(key) is not None}
    return found


def inclusive_ranges(numbers: Iterable[int]) -> list[list[int]]:
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
        TypeError: They are no list, or one of them is no pair.
    """
    if not isinstance(pairs, list):
        raise TypeError("ranges are a list")
    found: set[int] = set()
    before = 0
    for pair in pairs:
        first, last = pair
        if type(first) is not int or type(last) is not int or not before < first <= last <= highest:
            raise ValueError("ranges ascend")
        found |= set(range(first, last + 1))
        before = last
    return found


def item_id(number: int) -> str:
    """Return the item id that a number stands for."""
    return f"E{number:06d}"


def item_number(item: str) -> int:
    """Return the number in an item id."""
    return int(item[1:])


@dataclass(frozen=True, slots=True)
class Volume:
    """One part of a seal: a whole bag with some of its items.

    Attributes:
        items: Ids in ascending order.
        payload_manifest: SHA-256 of this part's `manifest-sha256.txt`.
    """

    items: tuple[str, ...]
    payload_manifest: str


def plan_facts(
    scope: Scope,
    items_of: int,
    withheld: Iterable[int],
    volumes: Sequence[Volume],
    reports: Sequence[PlannedReport] = (),
) -> dict[str, Json]:
    """Return the plan as `seal.begun` says it.

    Args:
        scope: What goes in.
        items_of: How many items the case has.
        withheld: Numbers of the event lines whose openings stay closed.
        volumes: The parts; one where the archive is whole.
        reports: What lies below `report/`, in every part.
    """
    numbers = inclusive_ranges(item_number(item) for item in scope.items)
    said: dict[str, Json] = {"purpose": scope.purpose, "scope": scope.kind, "items": numbers}
    said |= {"items_in": len(scope.items), "items_of": items_of, "withheld": inclusive_ranges(withheld)}
    if len(volumes) == 1:
        said |= {"payload_manifest": volumes[0].payload_manifest, "reports": reports_facts(reports)}
        said |= {"part": 1, "parts": 1}
    else:
        said |= {"reports": reports_facts(reports), "parts": len(volumes)}
        said["volumes"] = [
            {"items": inclusive_ranges(map(item_number, each.items)), "payload_manifest": each.payload_manifest}
            for each in volumes
        ]
    if scope.blurred:
        said["blurred"] = inclusive_ranges(map(item_number, scope.blurred))
    if scope.viewable:
        said["viewable"] = inclusive_ranges(map(item_number, scope.viewable))
    if reports or scope.viewable:
        said["form"] = FORM
    elif len(volumes) > 1 or scope.blurred:
        said["form"] = _FORM_OF_PARTS
    return said


class NewerPlanError(ValueError):
    """The plan is of a form that a later version brought."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it was read out of an archive.

    Attributes:
        purpose: For whom it was sealed.
        items_of: How many items the case had.
        blurred: Ids of the items that are blurred copies.
        withheld: Numbers of the event lines whose openings stay closed.
        volumes: The parts.
        reports: What lies below `report/`, in every part.
        viewable: Ids of the texts that keep an ending by which a double click shows them.
    """

    purpose: str
    items_of: int
    blurred: frozenset[str]
    withheld: frozenset[int]
    volumes: tuple[Volume, ...]
    reports: tuple[PlannedReport, ...] = ()
    viewable: frozenset[str] = frozenset()

    def part_with(self, payload_manifest: str) -> int | None:
        """Return the number, from 1, of the part that has this payload manifest; None when no part has."""
        found = [n for n, each in enumerate(self.volumes, start=1) if each.payload_manifest == payload_manifest]
        return found[0] if found else None


def parse_plan(begun: Mapping[str, Any], lines: int) -> Plan:
    """Read a plan.

    Args:
        begun: What `seal.begun` says.
        lines: How many lines the log has: neither an item nor a line has a higher number.

    Raises:
        NewerPlanError: A later version wrote it.
        KeyError, TypeError, ValueError: It says too little, or what cannot be.
    """
    _of_a_known_form(begun)
    items = numbers_in(begun["items"], lines)
    volumes = tuple(_volumes(begun, lines))
    blurred, viewable = (_numbers(begun.get(name), lines) for name in ("blurred", "viewable"))
    spread = [item for each in volumes for item in each.items]
    if (
        sorted(spread) != sorted(map(item_id, items))
        or len(spread) != len(set(spread))
        or not blurred | viewable <= items
    ):
        raise ValueError("the parts are not the whole")
    reports = parse_reports(begun.get("reports"))
    if not _is(begun.get("items_in"), len(items)) or begun.get("scope") not in _SCOPES:
        raise ValueError("what goes in is counted and chosen")
    purpose, items_of = begun["purpose"], begun["items_of"]
    # A bool is an int in Python, and nobody else reads "3" as a number.
    if not isinstance(purpose, str) or type(items_of) is not int or items_of < 0:
        raise TypeError("for whom, and of how many")
    return Plan(
        purpose=purpose,
        items_of=items_of,
        blurred=frozenset(map(item_id, blurred)),
        withheld=frozenset(numbers_in(begun["withheld"], lines)),
        volumes=volumes,
        reports=reports,
        viewable=frozenset(map(item_id, viewable)),
    )


def _numbers(listed: object, lines: int) -> set[int]:
    return set() if listed is None else numbers_in(listed, lines)


def _of_a_known_form(begun: Mapping[str, Any]) -> None:
    """Refuse a plan that says more than its form has.

    Raises:
        NewerPlanError: A later version wrote it.
        TypeError, ValueError: It is of no form.
    """
    form, more = begun.get("form"), any(begun.get(name) is not None for name in ("volumes", "blurred"))
    if form is not None and type(form) is not int:
        raise TypeError("a form is a number")
    if form is not None and form > FORM:
        raise NewerPlanError(form)
    newest = begun.get("reports") or begun.get("viewable") is not None
    if form != (FORM if newest else _FORM_OF_PARTS if more else None):
        raise ValueError("a plan of form 3 has reports or shown texts, one of form 2 parts or copies, form 1 no number")


def _is(value: object, number: int) -> bool:
    """Say whether a value is this number; True is 1 in Python, and nowhere else."""
    return type(value) is int and value == number


def _volumes(begun: Mapping[str, Any], lines: int) -> Iterator[Volume]:
    listed, parts = begun.get("volumes"), begun["parts"]
    if listed is None:
        if not _is(begun.get("part"), 1) or not _is(parts, 1):
            raise ValueError("the whole is one part")
        listed = [{"items": begun["items"], "payload_manifest": begun["payload_manifest"]}]
    elif not isinstance(listed, list) or len(listed) < 2 or not _is(parts, len(listed)):
        raise ValueError("parts are counted")
    elif begun.get("part") is not None or begun.get("payload_manifest") is not None:
        raise ValueError("which part an archive is, its payload manifest says")
    for each in listed:
        items = tuple(map(item_id, sorted(numbers_in(each["items"], lines))))
        if len(listed) > 1 and not items:
            raise ValueError("a part without an item is none")
        yield Volume(items, Digest(each["payload_manifest"]).hex)


def split_volumes(sizes: Sequence[tuple[str, int]], room_bytes: int, item_bytes: int) -> list[tuple[str, ...]]:
    """Return which items go into which part, in their order.

    Args:
        sizes: Item ids and their lengths.
        room_bytes: How much of a part is left for items.
        item_bytes: What an item costs beside its own bytes.

    An item that is larger than the room has a part of its own.
    """
    parts: list[list[str]] = []
    left = -1
    for item, size_bytes in sizes:
        cost = size_bytes + item_bytes
        if left < cost:
            parts.append([])
            left = room_bytes
        parts[-1].append(item)
        left -= cost
    return [tuple(part) for part in parts]
