"""Exhibits of a case, and the findings that name them: demands, occurrences, identifiers, pairs alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evidence_kit.chats.stated_time import StatedTime


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand of the ledger, in the words of who recorded it.

    Attributes:
        number: From 1, in order of time.
        line: Line of the log that records it.
        recorded: When it was recorded.
        by: Who recorded it.
        date: Of the earliest cited message; None when it cites none that has a time.
        demand: What is demanded, and what is threatened.
        deadline: Until when.
        amount: How much.
        channel: Over what.
        account: The account, number or profile.
        exhibits: Numbers of the exhibits that show it.
        items: Ids of items that show it.
        messages: Places of messages that say it, such as `E000012:57`.
    """

    number: int
    line: int
    recorded: str
    by: str
    date: StatedTime | None
    demand: str
    deadline: str | None
    amount: str | None
    channel: str | None
    account: str | None
    exhibits: tuple[int, ...]
    items: tuple[str, ...]
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One item as a court names it.

    Attributes:
        number: Of the exhibit, from 1.
        item: Item id.
        name: Last part of the path, as its source writes it.
        path: Where it was found.
        family: Family of its content, such as `picture`.
        kind: Name of the content type.
        size_bytes: Its length.
        sha256: Of the original, 64 hexadecimal digits.
        dated: A date of the item, None where nothing states one.
        assumption: Code of what the date rests on: `exif`, `messages`, `file-name`, `modified`.
        words: What a person said it shows, and who.
        said_by: Who said so.
        place: Where it lies in the archive, such as `data/E000012.jpg`.
        blurred: The archive holds a blurred copy of it.
        sensitivity: `none`, `intimate` or `unknown`.
        demands: Numbers of the demands that cite it.
        for_the_lawyer: How a recording came about has to be looked at.
        line: Line of the log that vouches for it.
    """

    number: int
    item: str
    name: str
    path: str
    family: str
    kind: str
    size_bytes: int
    sha256: str
    dated: StatedTime | None
    assumption: str | None
    words: str | None
    said_by: str | None
    place: str
    blurred: bool
    sensitivity: str
    demands: tuple[int, ...]
    for_the_lawyer: bool
    line: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One entry of the chronology.

    Attributes:
        time: When; a day stands without an hour.
        source: `messages`, `call`, `demand`, `post`, `item`, or `case` for the case's own events.
        code: What happened, where that is one of several.
        values: Numbers and names of its sentence.
        where: The message or item.
        demands: Numbers of the demands that it belongs to.
    """

    time: StatedTime
    source: str
    code: str
    values: Mapping[str, str | int]
    where: str | None = None
    demands: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number, account, address or sum, with every message that names it.

    Attributes:
        type: Such as `phone`, `rib`, `amount`.
        value: In one spelling.
        confidence: `high`, `medium` or `low`.
        count: How often.
        senders: Who wrote it, and how often.
        places: Every message that names it.
        bank: Name of the bank, where it is known by its code.
    """

    type: str
    value: str
    confidence: str
    count: int
    senders: tuple[tuple[str, int], ...]
    places: tuple[str, ...]
    bank: str | None = None


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two files of the case that show the same, with the method and its numbers.

    Attributes:
        item: Id of the one.
        other: Id of the other.
        exhibits: Numbers of both.
        level: `same-picture`, `picture-inside` or `to-judge`.
        method: Such as `pdq`.
        numbers: By name: `distance_bits`, `limit_bits`, `inliers`, `keypoint_pairs`, `blocks_agreeing`, `blocks`.
    """

    item: str
    other: str
    exhibits: tuple[int, ...]
    level: str
    method: str
    numbers: Mapping[str, int]
