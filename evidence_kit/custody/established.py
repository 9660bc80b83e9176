"""The facts that the signed part of a log establishes: who may sign, for whom, which files, how far."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from evidence_kit.custody.checkpoint import Checkpoint
from evidence_kit.keys.sshsig import PublicKey
from evidence_kit.model import GENESIS, Digest


@dataclass(frozen=True, slots=True)
class SignedCommit:
    """One commit whose signature holds.

    Attributes:
        checkpoint: What was signed.
        line: Number of the signature line.
        first: Number of the first event line of the commit.
        time: When the signature line was written, by the writer's own clock.
        by: Fingerprint of the signer.
        sig: The SSHSIG blob.
        end_bytes: Offset in the log just behind the signature line's newline.
        head: SHA-256 of the signature line: what the next line must name.
    """

    checkpoint: Checkpoint
    line: int
    first: int
    time: str
    by: str
    sig: bytes
    end_bytes: int
    head: Digest


class StoredFile(NamedTuple):
    """A file that a signed line vouches for."""

    line: int
    digest: Digest


@dataclass(slots=True)
class Custody:
    """The facts that the signed part of a log establishes.

    Attributes:
        case: Case id of line 1.
        recipient: age recipient for new bytes, as of the last signed line.
        recipients: Every recipient that the case had, oldest first.
        signers: Public keys by fingerprint that may sign, as of the last signed line.
        known_keys: Every key that was ever allowed to sign.
        removed: Fingerprint to the line that took the right to sign away, of keys that have not got it back.
        objects: Item id to the file in `store/`.
        named: Line number to the item id that it names as `object`, destroyed items too.
        bodies: Number of the signature line to the file in `bodies/`.
        readers: Key file name to the file in `keys/`.
        destroyed: Item id to the line that says that its file was destroyed.
        rewritten: Signature lines whose body was replaced: openings in it may be gone.
        commits: Every commit whose signature holds, in order.
        commitments: Line number to the commitment of that event, signed lines only.
        clear: Line number to what that line says in clear, signed lines only.
        lines: How many lines the log has, signed or not, well-formed or not.
        tail_bytes: Bytes behind the last valid signature line.
        tail_unfinished: These bytes look like a commit that was cut off while being written.
    """

    case: str | None = None
    recipient: str | None = None
    recipients: list[str] = field(default_factory=list)
    signers: dict[str, PublicKey] = field(default_factory=dict)
    known_keys: dict[str, PublicKey] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    objects: dict[str, StoredFile] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)
    bodies: dict[int, StoredFile] = field(default_factory=dict)
    readers: dict[str, StoredFile] = field(default_factory=dict)
    destroyed: dict[str, int] = field(default_factory=dict)
    rewritten: set[int] = field(default_factory=set)
    commits: list[SignedCommit] = field(default_factory=list)
    commitments: dict[int, Digest] = field(default_factory=dict)
    clear: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    lines: int = 0
    tail_bytes: int = 0
    tail_unfinished: bool = False

    @property
    def signed_lines(self) -> int:
        """Number of the last valid signature line, 0 when there is none."""
        return self.commits[-1].line if self.commits else 0

    @property
    def head(self) -> Digest:
        """The digest that the next line must name as `prev`."""
        return self.commits[-1].head if self.commits else GENESIS

    def time_of(self, line: int) -> str:
        """Return the time that a signed line bears: that of its commit.

        Raises:
            KeyError: No commit holds this line.
        """
        at = bisect_left(self.commits, line, key=lambda each: each.line)
        if at == len(self.commits):
            raise KeyError(line)
        return self.commits[at].time

    def commit_at(self, line: int) -> SignedCommit | None:
        """Return the commit that a signature line ends, None where there is no such line."""
        at = bisect_left(self.commits, line, key=lambda each: each.line)
        return self.commits[at] if at < len(self.commits) and self.commits[at].line == line else None

    @property
    def wholly_destroyed(self) -> bool:
        """Say whether the case itself is gone: the openings of its first commit speak of no item, and go only then."""
        return bool(self.commits) and self.commits[0].line in self.rewritten

    @property
    def end_bytes(self) -> int:
        """Where the signed part of the log ends."""
        return self.commits[-1].end_bytes if self.commits else 0
