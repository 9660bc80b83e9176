"""The statement beside the archive: which file was handed over, in five signed lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evidence_kit.model import Digest

_FIRST = "evidence-kit-archive/1"
# Fifteen digits are within what every language counts exactly.
_FORM = re.compile(
    rb"evidence-kit-archive/1 ([A-Z0-9][A-Z0-9-]{2,31})\n(0|[1-9][0-9]{0,14})\n([0-9a-f]{64})\n([0-9a-f]{64})\n"
    rb"(0|[1-9][0-9]{0,14})\n"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """The sender's statement about one archive.

    Attributes:
        case: Case id.
        lines: How many lines of the log the archive holds before its last signature line.
        head: SHA-256 of the last of them.
        sha256: Digest of the sealed zip.
        size_bytes: Its length.
    """

    case: str
    lines: int
    head: Digest
    sha256: Digest
    size_bytes: int

    @property
    def text(self) -> bytes:
        """The five lines that are signed, each with its newline."""
        lines = (f"{_FIRST} {self.case}", self.lines, self.head, self.sha256, self.size_bytes)
        return "".join(f"{line}\n" for line in lines).encode("ascii")

    @classmethod
    def parse(cls, text: bytes) -> Statement:
        """Read a statement.

        Raises:
            ValueError: It is not written the way `text` writes it.
        """
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError("not a statement of version 1")
        case, lines, head, digest, size = (each.decode("ascii") for each in found.groups())
        return cls(case, int(lines), Digest(head), Digest(digest), int(size))
