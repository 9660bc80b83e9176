"""Checkpoints and receipt codes: the signed text, and its short form for a slip of paper."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from evidence_kit.hashing import paper
from evidence_kit.model import Digest

CASE_ID = re.compile(r"[A-Z0-9][A-Z0-9-]{2,31}")
_CODE_BYTES = 20


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log just before one of its signature lines.

    Attributes:
        case: Case id.
        lines: How many lines stand before the signature line.
        head: SHA-256 of the last of them.
        bodies: SHA-256 of the encrypted file with the openings of this commit.
    """

    case: str
    lines: int
    head: Digest
    bodies: Digest

    @property
    def text(self) -> bytes:
        """The four lines that are signed, each with its newline."""
        return f"evidence-kit/1 {self.case}\n{self.lines}\n{self.head}\n{self.bodies}\n".encode("ascii")

    @property
    def receipt_code(self) -> str:
        """Nine groups of four characters that fix everything up to here, once they are on paper."""
        return paper.to_paper(hashlib.sha256(self.text).digest()[:_CODE_BYTES])


def normalise_receipt(typed: str) -> str:
    """Return a receipt code as `receipt_code` writes it, however a person typed it.

    Raises:
        TypedWronglyError: Its check characters do not fit: a slip of the pen, not a verdict.
    """
    return paper.to_paper(paper.from_paper(typed, _CODE_BYTES))
