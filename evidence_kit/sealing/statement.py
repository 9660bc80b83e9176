"""The statement beside the archive: which file was handed over, in five signed lines."""

from __future__ import annotations

from dataclasses import dataclass

from evidence_kit.model import Digest

_FIRST = "evidence-kit-archive/1"


@dataclass(frozen=True, slots=True)
class Statement:
    """What the sender says about one archive.

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
        first, lines, head, digest, size, *rest = text.decode("ascii").split("\n")
        kind, _, case = first.partition(" ")
        found = cls(case, int(lines), Digest(head), Digest(digest), int(size))
        if kind != _FIRST or rest != [""] or found.text != text:
            raise ValueError("not a statement of version 1")
        return found
