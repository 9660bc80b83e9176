"""Results that leave a case: a receipt, a sealed archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence_kit.workflows.handover.sealed import SealResult


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt code, for a person to keep on paper.

    Attributes:
        code: Nine groups of four characters.
        lines: How many lines of the log it fixes, counted from the first.
    """

    code: str
    lines: int


@dataclass(frozen=True, slots=True)
class SealedArchive:
    """An archive that lies in place, and the passphrase that opens it.

    Attributes:
        path: The archive, or its first part.
        passphrase: 28 digits; they go another way than the archive, and are nowhere else in clear.
        receipt: Fixes the log up to the plan of this archive.
        sealed: Everything the workflow says about it: its folder, parts, counts and digests.
    """

    path: Path
    passphrase: str
    receipt: Receipt
    sealed: SealResult
