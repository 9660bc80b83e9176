"""The dossier: facts of a case for a lawyer, a prosecutor or a laboratory, in no language and without I/O.

Texts out of evidence stand as they are; whoever draws them neutralises them. Reasons, kinds and states are codes, whose
words stand in the catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evidence_kit.reports.case_facts import CaseFacts, ConsentFact, CustodyStep, Intake
from evidence_kit.reports.exhibit import Demand, Exhibit, Identifier, Occurrence, SimilarPair
from evidence_kit.reports.sentence import Sentence
from evidence_kit.reports.transcript import Transcript

FORM = 1


@dataclass(frozen=True, slots=True)
class Limit:
    """A fact that the evidence does not show: a code, and the values of its sentence."""

    code: str
    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Checks:
    """The means of checking: the end of the log, its signer, the receipt.

    Attributes:
        lines: How many lines of the log this dossier rests on.
        head: SHA-256 of the last of them.
        fingerprint: Of the key that signed it.
        receipt: Receipt code that was handed out last, and how many lines it fixes.
        kit: Version that made the dossier.
        made: When the last of these lines was signed: the state of the case that the dossier tells.
        by: Who made the dossier.
        broken: Codes of what is broken in the case; a dossier of a broken case says so on its first page.
    """

    lines: int
    head: str
    fingerprint: str
    receipt: tuple[str, int] | None
    kit: str
    made: str
    by: str
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that a paper about a case says.

    Attributes:
        custody: The log, step by step.
        prose: The same in sentences, in order of time.
    """

    case: CaseFacts
    intakes: tuple[Intake, ...]
    demands: tuple[Demand, ...]
    chronology: tuple[Occurrence, ...]
    exhibits: tuple[Exhibit, ...]
    transcripts: tuple[Transcript, ...]
    identifiers: tuple[Identifier, ...]
    similar: tuple[SimilarPair, ...]
    custody: tuple[CustodyStep, ...]
    consents: tuple[ConsentFact, ...]
    provisions: tuple[str, ...]
    limits: tuple[Limit, ...]
    checks: Checks
    prose: tuple[Sentence, ...] = ()

    def exhibit(self, item: str) -> Exhibit | None:
        """Return the exhibit of an item, None where this dossier does not speak of it."""
        return next((each for each in self.exhibits if each.item == item), None)


def encoded(dossier: Dossier) -> bytes:
    """Return a dossier as JSON in UTF-8; absent facts are null, and the same facts give the same bytes."""
    import json

    import msgspec

    try:
        body = msgspec.json.encode(dossier)
    except UnicodeEncodeError:
        # Half a character out of a source that is no Unicode: escaped, as JSON allows it.
        body = json.dumps(msgspec.to_builtins(dossier)).encode("ascii")
    return b'{"form":%d,' % FORM + body[1:]
