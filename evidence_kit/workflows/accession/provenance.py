"""How the files of one ingest came here, as the person who brought them says."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from evidence_kit.model import Json

WAYS = ("phone-export", "copy", "screenshot", "re-photograph", "download", "unknown")
STILL_THERE = ("yes", "no", "unknown")
SPEAKERS = ("person", "minor-with-guardian", "guardian", "lawyer", "other")


@dataclass(frozen=True, slots=True)
class Screenshot:
    """Declared facts about screenshots; each is None when it was not declared.

    Attributes:
        taken_by: Who took them.
        taken_on: On which device.
        taken_when: When, in the words of whoever says so.
        still_there: Whether the conversation still exists on the device: one of `STILL_THERE`.
    """

    taken_by: str | None = None
    taken_on: str | None = None
    taken_when: str | None = None
    still_there: str | None = None

    def facts(self) -> dict[str, Json]:
        """Return the declared facts, and only those."""
        return _said(self)


@dataclass(frozen=True, slots=True)
class Posting:
    """The declared place of the material on a platform; each field is None when it was not declared.

    Attributes:
        platform: Such as Instagram.
        account: Whose account it was, as shown there.
        profile_url: Address of that account.
        content_url: Address of the very post or picture.
        posted: When it was posted, in the words of whoever says so.
        seen: When it was seen, in the words of whoever says so.
    """

    platform: str | None = None
    account: str | None = None
    profile_url: str | None = None
    content_url: str | None = None
    posted: str | None = None
    seen: str | None = None

    def facts(self) -> dict[str, Json]:
        """Return the declared facts, and only those."""
        return _said(self)


@dataclass(frozen=True, slots=True)
class Declarer:
    """The person who declares a fact.

    Attributes:
        name: A person's name.
        role: One of `SPEAKERS`.
        words: Their own words, None when nobody wrote them down.
    """

    name: str
    role: str
    words: str | None = None

    def facts(self) -> dict[str, Json]:
        """Return the facts as they go into the log."""
        return {"said_by": self.name, "said_as": self.role, "words": self.words}


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provenance of the files of one ingest; an undeclared fact is None.

    Attributes:
        how: `phone-export`, `copy`, `screenshot`, `re-photograph`, `download` or `unknown`.
        handed_by: Who handed them over.
        device: From which device.
        place: Where this was done.
        sensitivity: `none`, `intimate` or `unknown` for all of them.
        declared_by: Who said so; None only for `unknown`.
        declared_as: What they are: the person, the guardian, the lawyer.
        words: Their own words.
        system: Operating system of the device.
        exported_by: Who got the files off the device.
        app: Which app exported them.
        menu: By which menu or way.
        phone_clock: What the device's clock showed, as read off it.
        computer_clock: What this computer's clock showed at that moment, ISO 8601 with its offset.
        clock_state: Of this computer: `synchronised`, `not-synchronised` or `unknown`.
        present: Who was there.
        phone_now: Where the device is now.
        screenshot: About screenshots.
        posting: About the platform.
    """

    how: str = "unknown"
    handed_by: str | None = None
    device: str | None = None
    place: str | None = None
    sensitivity: str = "unknown"
    declared_by: str | None = None
    declared_as: str | None = None
    words: str | None = None
    system: str | None = None
    exported_by: str | None = None
    app: str | None = None
    menu: str | None = None
    phone_clock: str | None = None
    computer_clock: str | None = None
    clock_state: str | None = None
    present: tuple[str, ...] = ()
    phone_now: str | None = None
    screenshot: Screenshot = field(default_factory=Screenshot)
    posting: Posting = field(default_factory=Posting)

    @property
    def saying(self) -> Declarer | None:
        """The person who declared the nature of the files; None when none was declared."""
        return None if self.declared_by is None else Declarer(self.declared_by, self.declared_as or "other", self.words)

    def facts(self, utc_offset: str) -> Json:
        """Return the facts as they go into the log; undeclared ones are left out, the first five apart."""
        facts: dict[str, Json] = {
            "how": self.how,
            "handed_by": self.handed_by,
            "device": self.device,
            "place": self.place,
            "utc_offset": utc_offset,
        }
        said: dict[str, Json] = {
            "system": self.system,
            "exported_by": self.exported_by,
            "app": self.app,
            "menu": self.menu,
            "phone_clock": self.phone_clock,
            "computer_clock": self.computer_clock,
            "clock_state": self.clock_state,
            "present": list(self.present),
            "phone_now": self.phone_now,
            "screenshot": self.screenshot.facts(),
            "posting": self.posting.facts(),
        }
        return facts | {name: value for name, value in said.items() if value}


def _said(about: Screenshot | Posting) -> dict[str, Json]:
    found = ((each.name, getattr(about, each.name)) for each in fields(about))
    return {name: value for name, value in found if value is not None}
