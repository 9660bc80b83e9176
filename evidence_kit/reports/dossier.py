"""The dossier: facts of a case for a lawyer, a prosecutor or a laboratory, in no language and without I/O.

Texts out of evidence stand as they are; whoever draws them neutralises them. Reasons, kinds and states are codes, whose
words stand in the catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evidence_kit.chats.stated_time import StatedTime

FORM = 1


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The case and how it is known.

    Attributes:
        id: Case id.
        association: Code of the association.
        opened: When it was opened, by the kit's clock.
        opened_by: Name, role and place of who opened it.
        person: What the person is called in the case; None where nobody wrote it down.
        real_name: Typed for this paper only.
        age_band: `adult`, `minor` or `unknown`.
        age_known_by: How that is known, as a person wrote it.
        guardian: Who answers for the person: `name`, `relation`, `document`.
        reference: What the association calls the case.
        items_in: How many items this dossier speaks of.
        items_of: How many the case has.
        witnessed: How many files were seen and not copied.
        purpose: For whom it was made: `lawyer`, `police` or `person`.
        scope: `all`, `cited` or `items`.
        names_redacted: Names of people stand as labels.
    """

    id: str
    association: str | None
    opened: str | None
    opened_by: Mapping[str, str]
    person: str | None
    real_name: str | None
    age_band: str
    age_known_by: str | None
    guardian: Mapping[str, str] | None
    reference: str | None
    items_in: int
    items_of: int
    witnessed: int
    purpose: str
    scope: str
    names_redacted: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """Files taken in together: from where, by whom, by which clocks.

    Attributes:
        first: When the first of them was taken in, by the kit's clock.
        last: When the last was.
        by: Who took them in.
        items: How many.
        first_item: Id of the first.
        last_item: Id of the last.
        how: Code of how they came, such as `phone-export`.
        handed_by: Who handed them over.
        device: From which device.
        place: Where.
        phone_clock: What the phone's clock said.
        computer_clock: What the computer's said then.
        utc_offset: The computer's distance from UTC.
        others: What else was said: `system`, `app`, `menu`, `exported_by`, `present`, `phone_now`.
    """

    first: str
    last: str
    by: str
    items: int
    first_item: str
    last_item: str
    how: str | None
    handed_by: str | None
    device: str | None
    place: str | None
    phone_clock: str | None
    computer_clock: str | None
    utc_offset: str | None
    others: Mapping[str, str]


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
class Attachment:
    """A file that a message carries or names.

    Attributes:
        name: As the source writes it.
        status: `present`, `missing`, `witnessed`, `perhaps`, `omitted`, `not_exported`, `unknown`, `withheld`.
        items: Ids of the items that it is; of those that it perhaps is, where the status is `perhaps`.
        exhibits: Their numbers.
    """

    name: str | None
    status: str
    items: tuple[str, ...] = ()
    exhibits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript: a message, or a stretch that nobody could read.

    Attributes:
        where: Item and place in it, such as `E000012:57`.
        sender: `(owner)` for an owner who is not named; None where the app speaks.
        owner: Whether this is the person whose export it is.
        time: None where the export states none.
        text: As it was written.
        kind: Such as `text`, `call`, `deleted`; `unread` for a stretch.
        event: Code and values of what happened, where the export tells it without words.
        words: Words beside the text: role, text, by whom.
        attachments: In the order of the source.
        to: Who received it, where the record says so.
        reactions: Signs, and who gave them.
        flags: What else is to be known.
        demands: Numbers of the demands that cite it.
        gap: Code of why a stretch could not be read.
    """

    where: str
    sender: str | None
    owner: bool | None
    time: StatedTime | None
    text: str
    kind: str
    event: tuple[str, Mapping[str, str]] | None = None
    words: tuple[tuple[str, str, str | None], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    to: tuple[str, ...] = ()
    reactions: tuple[tuple[str, str | None], ...] = ()
    flags: tuple[str, ...] = ()
    demands: tuple[int, ...] = ()
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """An item that holds a conversation, or a part of one: its id, its path, its SHA-256."""

    item: str
    path: str
    sha256: str
    messages: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation as it is printed, in one reading order.

    Attributes:
        number: As `chats` numbers it.
        platform: Such as `whatsapp`.
        title: As the export shows it.
        parts: The items that hold it.
        participants: Who wrote, how many messages, and whether the export is theirs.
        zones: What its times can be compared with, and how many have each.
        order: How its dates are read and why, where that had to be decided.
        notes: Codes of what is to be known: `wording-unknown`, `left-out`, `log-beside`, `unread`, `untimed`.
        lines: Every message, and every stretch that could not be read.
    """

    number: int
    platform: str
    title: str | None
    parts: tuple[Part, ...]
    participants: tuple[tuple[str, int, bool | None], ...]
    zones: Mapping[str, int]
    order: str | None
    notes: tuple[str, ...]
    lines: tuple[Line, ...]


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


@dataclass(frozen=True, slots=True)
class CustodyStep:
    """Events of the log under one signature that are of one kind.

    Attributes:
        first_line: Line of the first.
        last_line: Line of the last.
        time: When they were signed.
        type: Kind of event; `closed` where the openings stay closed.
        count: How many.
        by: Who did it.
        values: What its sentence needs.
    """

    first_line: int
    last_line: int
    time: str
    type: str
    count: int
    by: str | None
    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """A consent or its withdrawal."""

    line: int
    purpose: str
    given: bool
    on: str
    said_by: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Limit:
    """A fact that the evidence does not show: a code, and the values of its sentence."""

    code: str
    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Checks:
    """The means of checking: the end of the log, its signer, the receipt.

    Attributes:
        lines: How many lines of the log this dossier rests on.
        head: SHA-256 of the last of them.
        fingerprint: Of the key that signed it.
        receipt: Receipt code that was handed out last, and how many lines it fixes.
        kit: Version that made the dossier.
        made: When the last of these lines was signed: the state of the case that the dossier tells.
        by: Who made the dossier.
        broken: Codes of what is broken in the case; a dossier of a broken case says so on its first page.
    """

    lines: int
    head: str
    fingerprint: str
    receipt: tuple[str, int] | None
    kit: str
    made: str
    by: str
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that a paper about a case says."""

    case: CaseFacts
    intakes: tuple[Intake, ...]
    demands: tuple[Demand, ...]
    chronology: tuple[Occurrence, ...]
    exhibits: tuple[Exhibit, ...]
    transcripts: tuple[Transcript, ...]
    identifiers: tuple[Identifier, ...]
    similar: tuple[SimilarPair, ...]
    custody: tuple[CustodyStep, ...]
    consents: tuple[ConsentFact, ...]
    provisions: tuple[str, ...]
    limits: tuple[Limit, ...]
    checks: Checks

    def exhibit(self, item: str) -> Exhibit | None:
        """Return the exhibit of an item, None where this dossier does not speak of it."""
        return next((each for each in self.exhibits if each.item == item), None)


def encoded(dossier: Dossier) -> bytes:
    """Return a dossier as JSON in UTF-8; absent facts are null, and the same facts give the same bytes."""
    import json

    import msgspec

    try:
        body = msgspec.json.encode(dossier)
    except UnicodeEncodeError:
        # Half a character out of a source that is no Unicode: escaped, as JSON allows it.
        body = json.dumps(msgspec.to_builtins(dossier)).encode("ascii")
    return b'{"form":%d,' % FORM + body[1:]
