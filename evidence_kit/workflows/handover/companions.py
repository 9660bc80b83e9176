"""The files beside an archive: statements, wrapped passphrases, letters, the hand-over sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evidence_kit.custody.line import line_instant
from evidence_kit.keys import age, sshsig
from evidence_kit.keys.sshsig import ARCHIVE_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest
from evidence_kit.sealing import letter, sheet
from evidence_kit.sealing.statement import Statement
from evidence_kit.workflows.case.read import Case


@dataclass(frozen=True, slots=True)
class WrittenArchive:
    """One archive that was written and read back.

    Attributes:
        name: Its file name.
        sha256: Its digest.
        size_bytes: Its length.
        items: How many files lie below `data/`.
    """

    name: str
    sha256: Digest
    size_bytes: int
    items: int

    @property
    def stem(self) -> str:
        """The common beginning of the names of its statement and signature."""
        return self.name.removesuffix(".sealed.zip")


def archive_name(case: str, number: int, parts: int) -> str:
    """Return the file name of one part.

    Args:
        case: Id of the case.
        number: Number of the part, from 1.
        parts: How many parts there are.
    """
    return f"{case}.sealed.zip" if parts == 1 else f"{case}.part-{number}-of-{parts}.sealed.zip"


def statement_of(case: Case, made: WrittenArchive) -> Statement:
    """Return the statement of one archive."""
    last = case.custody.commits[-1].checkpoint
    return Statement(case.id, last.lines, last.head, made.sha256, made.size_bytes)


def companion_files(
    case: Case, key: SigningKey, secret: bytes, readers: Mapping[str, str], archives: Sequence[WrittenArchive]
) -> dict[str, bytes]:
    """Return the small files that lie beside the archives, by name; the secret is wrapped for each reader.

    Args:
        case: The case.
        key: The station's key, which signs the statements.
        secret: The archive's passphrase, as bytes.
        readers: By name, the age or SSH public keys that may open the passphrase.
        archives: All parts, in order.

    Raises:
        KeyUnreadableError: One is no key that can be encrypted to.
    """
    found: dict[str, bytes] = {}
    for made in archives:
        text = statement_of(case, made).text
        found[f"{made.stem}.statement.txt"] = text
        found[f"{made.stem}.statement.txt.sig"] = sshsig.armour(key.sign(text, ARCHIVE_NAMESPACE).blob)
    found |= {
        "LISEZ-MOI.txt": letter.outside_letter(),
        "covering-message.txt": letter.covering_message(len(archives)),
    }
    for name, reader in readers.items():
        found[f"{case.id}.key-{name}.age"] = age.encrypt_bytes(secret, [reader])
    handed = sorted([*(made.name for made in archives), *found])
    found["hand-over.pdf"] = sheet.sheet_pdf(_sheet(case, key, archives, handed))
    return found


def _sheet(
    case: Case, key: SigningKey, archives: Sequence[WrittenArchive], handed: Sequence[str]
) -> sheet.HandOverFacts:
    last = case.custody.commits[-1]
    begun = case.opened.entries.get("seal.begun", ())
    return sheet.HandOverFacts(
        files=[sheet.SheetArchive(made.name, made.size_bytes, made.sha256.hex) for made in archives],
        items=f"{sum(made.items for made in archives)} / {len(case.opened.items)}",
        fingerprint=key.public.fingerprint,
        day=line_instant(last.time).date(),
        association=str(case.opened.facts.get("association") or ""),
        purpose=str(begun[-1].facts["purpose"]) if begun else "",
        handed=handed,
    )
