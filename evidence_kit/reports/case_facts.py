"""Facts of a case beside its exhibits: who it is about, how files came, its log, its consents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
