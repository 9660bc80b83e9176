"""The walk over all cases of a station that were opened in a period: counted, or why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from evidence_kit.errors import EvidenceError
from evidence_kit.keys.errors import NoReaderError
from evidence_kit.keys.station import SigningKey
from evidence_kit.tallies.release import Traits
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case.disk_errors import file_refused
from evidence_kit.workflows.case.read import ReadingDepth, read_case, unlock_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.counting.traits import case_traits
from evidence_kit.workflows.reading.overview import overviews


class Uncounted(Enum):
    """Why a case was not counted.

    Attributes:
        UNREAD: It is broken, older than remembered, or could not be read now.
        LOCKED: This station's key does not open it.
        DESTROYED: It was destroyed as a whole: its log says no more than that.
    """

    UNREAD = "unread"
    LOCKED = "locked"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class SeenCase:
    """One case of a station.

    Attributes:
        case: Case id; for the person at the screen, and in no release.
        traits: Its classes; None where it was not counted.
        why: Why it was not counted.
        error: The trouble with it.
    """

    case: str
    traits: Traits | None
    why: Uncounted | None = None
    error: EvidenceError | None = None


def seen_cases(station: Station, key: SigningKey, first: str, last: str) -> Iterator[SeenCase]:
    """Yield every case that was opened in a period; of one that cannot be read it is not known, so it is yielded too.

    Args:
        station: Whose cases.
        key: Opens them.
        first: First month, such as `2026-01`.
        last: Last month, included.
    """
    for each in overviews(station.cases):
        try:
            case = read_case(CaseFolder(station.cases / each.case), None, station)
        except (EvidenceError, OSError) as trouble:
            yield SeenCase(each.case, None, Uncounted.UNREAD, _error(trouble))
            continue
        month = case.custody.commits[0].time[:7] if case.custody.commits else ""
        if not first <= month <= last:
            continue
        try:
            unlock_case(case, key, ReadingDepth.BRIEF)
        except NoReaderError as error:
            yield SeenCase(case.id, None, Uncounted.LOCKED, error)
        except (EvidenceError, OSError) as trouble:
            yield SeenCase(case.id, None, Uncounted.UNREAD, _error(trouble))
        else:
            gone = case.opened.opened is None
            traits = None if gone else case_traits(case.opened, month)
            yield SeenCase(case.id, traits, Uncounted.DESTROYED if gone else None)


def _error(trouble: EvidenceError | OSError) -> EvidenceError:
    return trouble if isinstance(trouble, EvidenceError) else file_refused(trouble)
