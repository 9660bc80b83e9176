"""Links between cases at the screen, after `links show`, and in short after `ingest`, `identifiers` and `match`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from evidence_kit.commands._processes import isolated_worker
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.errors import EvidenceError
from evidence_kit.workflows.case.disk_errors import file_refused

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.workflows.case.read import Case
    from evidence_kit.workflows.case.station import Station
    from evidence_kit.workflows.linking.case_links import CaseLinks
    from evidence_kit.workflows.reading.identifiers import NamedIdentifier

_PLACES_SHOWN = 3


def case_identifiers(setting: Setting, opened: Case, region: str = "MA") -> tuple[list[NamedIdentifier], bool]:
    """Return all identifiers of a case, and whether every export could be looked through.

    Exports that could not be are named on the screen.

    Args:
        setting: Screen and world.
        opened: The case, unlocked.
        region: Country of phone numbers without a prefix, two letters.
    """
    from evidence_kit.custody.errors import ChatNotReadError
    from evidence_kit.workflows.reading.exports import open_exports
    from evidence_kit.workflows.reading.identifiers import export_identifiers, exports_of, gathered_identifiers
    from evidence_kit.workflows.reading.index_records import REGION

    whole = True
    chats = exports_of(opened.opened)
    total = sum(item.size_bytes for item, _ in chats)
    first = setting.screen.first_reading
    with isolated_worker() as worker, open_exports(opened, worker, progress=first) as reading:
        if region == REGION:
            reading.index_exports(chats)
        with setting.screen.progress("chats.progress", total) as on_bytes:

            def each_of_all() -> Iterator[NamedIdentifier]:
                nonlocal whole
                for item, chosen in chats:
                    try:
                        yield from export_identifiers(reading, item, chosen, region)
                    except ChatNotReadError as error:
                        whole = False
                        setting.screen.warn(f"error.{error.message_id}.what", **error.values)
                    on_bytes(item.size_bytes)

            found = gathered_identifiers(each_of_all())
    return found, whole


def tell_links(
    setting: Setting,
    station: Station,
    key: SigningKey,
    opened: Case,
    identifiers: Callable[[], list[NamedIdentifier]],
) -> None:
    """Put a case into the association's set and tell its links, where both were agreed to.

    Trouble with the set is said and changes nothing of what the command did.

    Args:
        setting: Screen and world.
        station: The station.
        key: Its key.
        opened: The case, unlocked.
        identifiers: Returns all identifiers of the case; asked only where they are needed.
    """
    from evidence_kit.workflows.linking.association import association_links, takes_part

    if not takes_part(station):
        return
    # Behind the question: whoever does not take part does not pay for readers of conversations.
    from evidence_kit.workflows.linking.case_links import consents, update_links

    if not consents(opened.opened):
        return
    try:
        done = update_links(opened, identifiers(), association_links(station, key), setting.world())
    except (EvidenceError, OSError) as trouble:
        error = trouble if isinstance(trouble, EvidenceError) else file_refused(trouble)
        setting.screen.warn(f"error.{error.message_id}.what", **error.values)
        setting.screen.warn(f"error.{error.message_id}.do", **error.values)
        return
    if done.values or done.found.pictures:
        show_links(setting.screen, done)


def taken_out_of_links(
    setting: Setting, station: Station, key: SigningKey, case: str, *, partners_only: bool = False
) -> bool:
    """Take a case out of the association's set, say so, and return whether nothing of it is there any more.

    Args:
        setting: Screen and world.
        station: The station.
        key: Its key.
        case: Case id.
        partners_only: Out of what answers questions of other associations, and not out of the set.
    """
    from evidence_kit.workflows.linking.association import association_links, takes_part

    if not takes_part(station):
        return True
    from evidence_kit.workflows.linking.case_links import remove_case, withhold_from_partners

    take_out = withhold_from_partners if partners_only else remove_case
    try:
        if take_out(case, association_links(station, key), setting.world()):
            setting.screen.show("links.withheld" if partners_only else "links.removed", case=case)
    except (EvidenceError, OSError) as trouble:
        error = trouble if isinstance(trouble, EvidenceError) else file_refused(trouble)
        setting.screen.warn("links.still-there", case=case)
        setting.screen.warn(f"error.{error.message_id}.what", **error.values)
        return False
    return True


def show_links(screen: Screen, links: CaseLinks) -> None:
    """Show the links of a case to others."""
    if screen.json:
        return
    hashes, taking = links.taking.pictures, links.taking
    for kind, value, where, cases in links.values:
        named = screen.sentence(f"identifiers.type.{kind}")
        screen.result(screen.sentence("links.identifier", type=named, value=value, count=len(cases)))
        places = ", ".join(where[:_PLACES_SHOWN]) + (" …" if len(where) > _PLACES_SHOWN else "")
        screen.write(screen.sentence("links.here", places=places), 4)
        for other in cases:
            screen.write(screen.sentence("links.other", case=other.case, answers=other.answers), 4)
    for each in links.found.pictures:
        item = hashes[each.picture].item
        screen.result(screen.sentence("links.picture", item=item, bits=each.bits))
        screen.write(screen.sentence("links.other", case=each.other.case, answers=each.other.answers), 4)
    if not links.values and not links.found.pictures:
        screen.show("links.none", count=links.found.cases)
    else:
        screen.show("links.ask-them")
    screen.show("links.taking-part", identifiers=len(taking.values), pictures=len(hashes))
    if taking.of_minors:
        screen.show("links.of-minors", count=taking.of_minors)
    if taking.own:
        screen.show("links.own", count=taking.own)
    for name, count in (
        ("unsure", taking.unsure),
        ("on-list", links.left_out),
        ("frequent", len(links.found.frequent)),
    ):
        if count:
            screen.show(f"links.{name}", count=count)
