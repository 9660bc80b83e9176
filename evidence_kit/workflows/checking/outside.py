"""The facts that a checker knows from outside the checked material: given roots, compared keys, a receipt's origin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.custody.verdict import ReceiptOrigin
from evidence_kit.errors import UsageError
from evidence_kit.workflows.checking import trusted_keys
from evidence_kit.workflows.handover import timestamps
from evidence_kit.workflows.handover.timestamps import OutsideFacts

if TYPE_CHECKING:
    from evidence_kit.workflows.case.station import Station


def known_outside(
    folder: Path, station: Station | None, roots: Sequence[bytes] = (), origin: ReceiptOrigin = ReceiptOrigin.PAPER
) -> OutsideFacts:
    """Return the roots and keys kept in a station's folder, and those given besides.

    Args:
        folder: The station's folder; keys are compared on computers without a station too.
        station: The station in it, None where there is none: its own keys are nobody's who receives.
        roots: PEM files with root certificates of time-stamping authorities.
        origin: Where a receipt code comes from.

    Raises:
        KeyUnreadableError: The list of compared keys is there and cannot be read.
    """
    people = trusted_keys.trusted_keys(folder)
    own = set() if station is None else {station.public.fingerprint, station.recovery.fingerprint}
    return OutsideFacts(
        roots=[*roots, *timestamps.roots_of(folder)],
        receivers={of: each.name for of, each in people.items() if each.receiver and of not in own},
        known={of: each.name for of, each in people.items() if not each.receiver or of in own},
        origin=origin,
    )


def origin_of(said: str) -> ReceiptOrigin:
    """Return the origin of a receipt code, as the checker states it: one out of the archive fixes nothing.

    Raises:
        UsageError: It is none of `paper`, `told`, `archive`.
    """
    try:
        return ReceiptOrigin(said.strip().lower())
    except ValueError:
        raise UsageError("receipt-from-unknown", given=said) from None
