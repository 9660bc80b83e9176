"""Telling a copy of a case from the case itself: at which earlier states of a log a copy may rightly end."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidence_kit.custody.chain import replay_log
from evidence_kit.model import Digest
from evidence_kit.vault.folder import LOG, CaseFolder
from evidence_kit.workflows.case.read import file_pieces
from evidence_kit.workflows.case.station import Station


@dataclass(frozen=True, slots=True)
class EarlierStates:
    """Earlier states of the log that a station remembers.

    Attributes:
        heads: Digest of the signature line that ends a state, by its number.
        all_known: There is no other earlier state: a log that ends elsewhere is another log.
    """

    heads: Mapping[int, Digest] = field(default_factory=dict)
    all_known: bool = False


NEVER_EARLIER = EarlierStates(all_known=True)
"""A case that has to go as far as is remembered: the one that is worked with."""


def earlier_states(station: Station | None, path: Path) -> EarlierStates:
    """Return at which earlier states the log in a folder may end.

    The case in the station's own place has none: what was signed since is missing there. A copy anywhere else may end
    at a state that was backed up, or at any commit of the log in the station's own place.

    Raises:
        KeyUnreadableError: The station's memory is there and cannot be read.
    """
    if station is None:
        return NEVER_EARLIER
    own = CaseFolder(station.cases / path.name)
    if path.resolve() == own.root.resolve():
        return NEVER_EARLIER
    heads = dict(station.copied(path.name))
    grown = _commits(station, own)
    return EarlierStates(heads | (grown or {}), all_known=grown is not None)


def _commits(station: Station, own: CaseFolder) -> dict[int, Digest] | None:
    """Return every commit of the log in the station's own place; None when it is not there, or not as remembered."""
    remembered, met = station.remembered(own.root.name), False

    def compare(number: int, raw: bytes) -> None:
        nonlocal met
        if remembered is not None and number == remembered.lines:
            met = hashlib.sha256(raw).hexdigest() == remembered.digest.hex

    try:
        with (own.root / LOG).open("rb") as file:
            custody = replay_log(file_pieces(file), compare).custody
    except OSError:
        return None
    return {each.line: each.head for each in custody.commits} if met else None
