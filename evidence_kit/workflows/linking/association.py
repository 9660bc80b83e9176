"""The association's key for links at a station, and where its set lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.errors import KeyMissingError, KeyUnreadableError
from evidence_kit.keys.sealing_box import NONCE_BYTES, SealingBox
from evidence_kit.keys.station import SigningKey
from evidence_kit.links.link_key import LinkKey
from evidence_kit.links.link_set import LinkSet, open_link_set
from evidence_kit.model import Json
from evidence_kit.vault.disk import write_durably
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World

KEY_FILE: Final = "links.key"
MEMORY_FILE: Final = "links.json"
SET_FILE: Final = "links.sqlite"
_FROM_RECOVERY: Final = "evidence-kit/1 links of an association"
_AT_STATION: Final = "evidence-kit/1 links key at a station"


@dataclass(frozen=True, slots=True)
class AssociationLinks:
    """A station that takes part in links.

    Attributes:
        station: The station.
        key: The association's key.
        path: Where the set lies.
        changes: How many changes of the set this station remembers.
    """

    station: Station
    key: LinkKey
    path: Path
    changes: int


def takes_part(station: Station) -> bool:
    """Say whether a station was given the association's key for links."""
    return (station.folder / KEY_FILE).exists()


def join_links(
    station: Station, station_key: SigningKey, recovery: SigningKey, path: Path | None, world: World
) -> AssociationLinks:
    """Give a station the association's key for links.

    Args:
        station: The station.
        station_key: Its key; the association's is kept under it.
        recovery: The association's recovery key, from which the key for links follows.
        path: Where the set lies, such as on a share of the office; None for the station's own folder.
        world: The disk and randomness.

    Raises:
        KeyUnreadableError: It is the recovery key of another association.
        LinkSetError: There is a set already, and it is damaged or another association's.
        OSError: The disk failed.
    """
    if recovery.public != station.recovery:
        raise KeyUnreadableError("recovery-of-another", fingerprint=recovery.public.fingerprint)
    key = LinkKey(recovery.derive(_FROM_RECOVERY))
    links = AssociationLinks(station, key, (path or station.folder / SET_FILE).absolute(), 0)
    with open_link_set(links.path, key, 0, world.random) as opened:
        # A set that is laid back after this is an earlier one for this station as well.
        changes = opened.root.changes
    box = SealingBox(station_key.derive(_AT_STATION))
    sealed = box.seal(KEY_FILE, key.secret, world.random(NONCE_BYTES))
    with station.alone(world.disk):
        _remember(links, changes, world)
        write_durably(world.disk, station.folder / KEY_FILE, sealed)
    return replace(links, changes=changes)


def association_links(station: Station, station_key: SigningKey) -> AssociationLinks:
    """Return the links of the association that a station belongs to.

    Raises:
        KeyMissingError: The station was never given the key.
        KeyUnreadableError: The key is not under this station's, or the memory cannot be read.
    """
    try:
        sealed = (station.folder / KEY_FILE).read_bytes()
        memory = json.loads((station.folder / MEMORY_FILE).read_bytes())
        secret = SealingBox(station_key.derive(_AT_STATION)).open(KEY_FILE, sealed)
        return AssociationLinks(station, LinkKey(secret), Path(memory["set"]), int(memory["changes"]))
    except FileNotFoundError as error:
        raise KeyMissingError("links-not-joined") from error
    except (DamagedError, ValueError, KeyError, TypeError) as error:
        raise KeyUnreadableError("links-key-unreadable", path=str(station.folder / KEY_FILE)) from error


@contextmanager
def opened_set(links: AssociationLinks, world: World) -> Iterator[LinkSet]:
    """Open the set of an association and remember how many changes it has afterwards.

    Raises:
        LinkSetError: It is damaged, forged, another association's, older than remembered, or held by somebody.
        OSError: The disk failed.
    """
    with open_link_set(links.path, links.key, links.changes, world.random) as opened:
        yield opened
    if opened.root.changes != links.changes:
        with links.station.alone(world.disk):
            # Another process of this station may have come further meanwhile.
            if not _is_remembered(links, opened.root.changes):
                _remember(links, opened.root.changes, world)


def _is_remembered(links: AssociationLinks, changes: int) -> bool:
    """Say whether the station remembers so many changes of this set, or more."""
    with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        memory = json.loads((links.station.folder / MEMORY_FILE).read_bytes())
        return memory["set"] == str(links.path) and int(memory["changes"]) >= changes
    return False


def _remember(links: AssociationLinks, changes: int, world: World) -> None:
    facts: dict[str, Json] = {"v": 1, "set": str(links.path), "changes": changes}
    write_durably(world.disk, links.station.folder / MEMORY_FILE, json.dumps(facts).encode())
