"""The identifiers and pictures of a case that take part in links, and its links to other cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from evidence_kit.chats.identifiers.find import identifiers_in
from evidence_kit.custody.manifest import Manifest
from evidence_kit.links.between import value_point
from evidence_kit.links.case_entry import CaseEntry
from evidence_kit.links.link_key import LinkKey
from evidence_kit.links.search import FoundLinks, OtherCase, links_of
from evidence_kit.matching.description import ItemHashes, hashes_of
from evidence_kit.model import Json
from evidence_kit.sealing.errors import NoConsentError
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.linking.association import AssociationLinks, opened_set
from evidence_kit.workflows.reading.conversations import CaseConversation, conversations
from evidence_kit.workflows.reading.identifiers import ACCOUNTS, NamedIdentifier
from evidence_kit.workflows.reading.threats import recorded_threats

PURPOSE: Final = "links"
PARTNERS: Final = "partners"
ADULT: Final = "adult"


@dataclass(frozen=True, slots=True)
class TakingPart:
    """The identifiers and pictures of a case that take part, and how many do not, by reason.

    Attributes:
        values: Type and value of each identifier, to the places that name it.
        pictures: Item and PDQ hash of each picture.
        own: Identifiers that only the person wrote: their own number is nobody else's business.
        unsure: Identifiers that may be none.
        of_minors: Pictures of a case that is not an adult's.
    """

    values: dict[tuple[str, str], tuple[str, ...]]
    pictures: tuple[ItemHashes, ...]
    own: int
    unsure: int
    of_minors: int


@dataclass(frozen=True, slots=True)
class CaseLinks:
    """The links of a case, in its own words.

    Attributes:
        taking: What of the case takes part.
        found: What was found.
        values: Each identifier that other cases name, with its places here and those cases.
        left_out: How many identifiers are on the association's list of those that never count.
    """

    taking: TakingPart
    found: FoundLinks
    values: tuple[tuple[str, str, tuple[str, ...], tuple[OtherCase, ...]], ...]
    left_out: int

    def document(self, case: str) -> dict[str, Json]:
        """Return it as a script wants it."""
        hashes = self.taking.pictures
        return {
            "case": case,
            "cases": self.found.cases,
            "taking_part": {"identifiers": len(self.taking.values), "pictures": len(hashes)},
            "not_counted": {
                "own": self.taking.own,
                "unsure": self.taking.unsure,
                "left_out": self.left_out,
                "frequent": len(self.found.frequent),
                "pictures_of_minors": self.taking.of_minors,
            },
            "identifiers": [
                {"type": kind, "value": value, "where": list(where), "cases": [_case_row(each) for each in cases]}
                for kind, value, where, cases in self.values
            ],
            "pictures": [
                {"item": hashes[each.picture].item, "bits": each.bits, **_case_row(each.other)}
                for each in self.found.pictures
            ],
        }


def refuse_without_consent(manifest: Manifest, case: str) -> None:
    """Refuse a case whose person did not consent to links.

    Raises:
        NoConsentError: Nobody consented, or it was withdrawn.
    """
    if not consents(manifest):
        raise NoConsentError("links-no-consent", case=case)


def consents(manifest: Manifest, purpose: str = PURPOSE) -> bool:
    """Say whether the consent to links stands, or that to questions between associations."""
    consent = manifest.consent_for(purpose)
    return consent is not None and consent.given


def taking_part(manifest: Manifest, identifiers: Iterable[NamedIdentifier]) -> TakingPart:
    """Return the identifiers and pictures of a case that take part in links.

    Args:
        manifest: The case.
        identifiers: All that its conversations name.
    """
    owners = {name for talk in conversations(manifest) for name in _owners(talk)}
    values: dict[tuple[str, str], tuple[str, ...]] = {
        (str(each.type.value), each.value): (f"{entry.line}",)
        for entry in recorded_threats(manifest)
        for each in identifiers_in(str(entry.facts.get("account") or ""))
        if each.type.value in ACCOUNTS
    }
    ledger, own, unsure = set(values), 0, 0
    for found in identifiers:
        if found.type not in ACCOUNTS:
            continue
        key = (found.type, found.value)
        if found.confidence == "low" and key not in ledger:
            unsure += 1
        elif found.senders and set(found.senders) <= owners and key not in ledger:
            own += 1
        else:
            values[key] = (*values.get(key, ()), *found.places)
    pictures = tuple(_pictures(manifest))
    adult = manifest.age_band == ADULT
    return TakingPart(values, pictures if adult else (), own, unsure, 0 if adult else len(pictures))


def update_links(
    case: Case, identifiers: Iterable[NamedIdentifier], links: AssociationLinks, world: World
) -> CaseLinks:
    """Put the digests of a case into the association's set, and return its links to other cases.

    Args:
        case: The case, unlocked.
        identifiers: All that its conversations name.
        links: The station's part in the association's links.
        world: The disk and randomness.

    Raises:
        NoConsentError: The person did not consent to links.
        LinkSetError: The set cannot be used.
        OSError: The disk failed.
    """
    manifest = case.opened
    refuse_without_consent(manifest, case.id)
    taking = taking_part(manifest, identifiers)
    named = {_digest(links.key, *each): each for each in taking.values}
    person = links.station.person
    pictures = tuple(links.key.picture_digest(each.pdq[0]) for each in taking.pictures)
    digests = tuple(sorted(named))
    asked = digests if consents(manifest, PARTNERS) else ()
    points = tuple(links.key.blinding.times(value_point(*named[each])) for each in asked)
    entry = CaseEntry(case.id, f"{person.name}, {person.place}", digests, pictures, points)
    with opened_set(links, world) as opened:
        opened.put(entry)
        found = links_of(entry, opened.entries(), opened.left_out)
        left_out = len(opened.left_out & set(named))
    values = ((*named[digest], taking.values[named[digest]], cases) for digest, cases in found.values.items())
    return CaseLinks(taking, found, tuple(sorted(values, key=lambda each: (-len(each[3]), each[0], each[1]))), left_out)


def remove_case(case: str, links: AssociationLinks, world: World) -> bool:
    """Take a case out of the association's set and say whether it was in.

    Args:
        case: Case id.
        links: The station's part in the association's links.
        world: The disk and randomness.

    Raises:
        LinkSetError: The set cannot be used.
        OSError: The disk failed.
    """
    with opened_set(links, world) as opened:
        return opened.remove(case)


def withhold_from_partners(case: str, links: AssociationLinks, world: World) -> bool:
    """Let a case take no part in questions of other associations, and say whether it did.

    Args:
        case: Case id.
        links: The station's part in the association's links.
        world: The disk and randomness.

    Raises:
        LinkSetError: The set cannot be used.
        OSError: The disk failed.
    """
    with opened_set(links, world) as opened:
        found = next((each for each in opened.entries() if each.case == case and each.points), None)
        if found is None:
            return False
        opened.put(found.without_points())
        return True


def leave_out(text: str, links: AssociationLinks, world: World, *, again: bool = False) -> list[tuple[str, str]]:
    """Let identifiers count no more, such as the number of a helper or a bank; return their types and values.

    Args:
        text: Holds them, as a person wrote them.
        links: The station's part in the association's links.
        world: The disk and randomness.
        again: Let them count again.

    Raises:
        LinkSetError: The set cannot be used.
        OSError: The disk failed.
    """
    named = [(str(each.type.value), each.value) for each in identifiers_in(text) if each.type.value in ACCOUNTS]
    with opened_set(links, world) as opened:
        for each in named:
            opened.leave_out(_digest(links.key, *each), again=again)
    return named


def _owners(talk: CaseConversation) -> set[str]:
    """Return the names of the person whose export it is.

    WhatsApp's own text does not say it, but its file bears the name of the other: of a chat of two, one is left.
    """
    named = {each.name for each in talk.participants}
    owners = {each.name for each in talk.participants if each.owner}
    if not owners and len(named) == 2:
        words = [PurePosixPath(word).stem for part in talk.parts for word in part.item.place.path.split("/")]
        others = {name for name in named if talk.title == name or any(word.endswith(f" {name}") for word in words)}
        owners = named - others if len(others) == 1 else set()
    return owners


def _pictures(manifest: Manifest) -> Iterator[ItemHashes]:
    for item in manifest.included:
        for facts in item.described.values():
            hashes = hashes_of(item.id, facts.get("facts", {})) if "pdq" in facts.get("facts", {}) else None
            if isinstance(hashes, ItemHashes):
                yield hashes


def _digest(key: LinkKey, kind: str, value: str) -> bytes:
    return key.value_digest(kind, value)


def _case_row(other: OtherCase) -> dict[str, Json]:
    return {"case": other.case, "answers": other.answers}
