"""Comparing pictures: within a case, or a case with pictures found elsewhere, by hashes that were recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Item, Manifest
from evidence_kit.hashing.exact import Tally
from evidence_kit.intake import care
from evidence_kit.intake.errors import SourceMissingError
from evidence_kit.intake.read import NotRegularError, opened, pieces
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.walk import Found, os_words, walk
from evidence_kit.matching.clusters import Cluster, clusters_of
from evidence_kit.matching.description import Hashes, Unmatchable, hashes_of
from evidence_kit.matching.pairs import CANDIDATE_BITS, MATCH_BITS, METHOD, Pair, pairs_between, pairs_within
from evidence_kit.model import Family, Json
from evidence_kit.workflows.case import CaseWriter
from evidence_kit.workflows.group import Describer, problems_of
from evidence_kit.workflows.stretch import KEEP_BYTES

_PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture found elsewhere; it is compared and not taken in.

    Attributes:
        name: How it is called in the result: its path, from the source's own name on.
        sha256: Digest of its bytes.
    """

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Something that could not be compared, which is not to say that nothing is like it."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Matches:
    """What a comparison came to.

    Attributes:
        pairs: Nearest first; `query` is an item or the name of a candidate.
        clusters: Groups held together by matches alone.
        candidates: What was compared with the case, by name.
        not_compared: What could not be.
        compared: How many pictures of the case were compared.
    """

    pairs: tuple[Pair, ...]
    clusters: tuple[Cluster, ...]
    candidates: Mapping[str, Candidate]
    not_compared: tuple[NotCompared, ...]
    compared: int


class NotAdult(Exception):  # noqa: N818 - an answer, not an error
    """In this case no picture is decoded, because the person is not known to be an adult."""


def match(
    writer: CaseWriter,
    sources: Sequence[Path],
    describer: Describer,
    on_bytes: Callable[[int], None] | None = None,
) -> Matches:
    """Compare, and note in the log what came of it.

    Args:
        writer: The case.
        sources: Files and folders found elsewhere; none compares the case with itself.
        describer: Makes the hashes of what was found elsewhere, in isolation.
        on_bytes: Told how many more bytes were read.

    Raises:
        NotAdult: No picture of this case may be decoded.
        SourceMissingError: A source does not exist.
    """
    if writer.manifest.age_band != care.ADULT:
        raise NotAdult
    for source in sources:
        if not source.exists():
            raise SourceMissingError("source-missing", path=str(source))
    known, not_compared = _of_the_case(writer.manifest)
    if not sources:
        pairs = pairs_within(known)
        found = Matches(tuple(pairs), tuple(clusters_of(pairs)), {}, tuple(not_compared), len(known))
    else:
        found = _with_candidates(known, not_compared, sources, describer, on_bytes or (lambda _: None))
    writer.commit([Event("match.found", _facts(found, writer.manifest))])
    return found


def _of_the_case(manifest: Manifest) -> tuple[list[Hashes], list[NotCompared]]:
    hashed, others = [], []
    for item in manifest.included:
        if item.family == Family.PICTURE.value:
            found = hashes_of(item.id, _picture_facts(item))
            if isinstance(found, Unmatchable):
                others.append(NotCompared(item.id, found.reason))
            else:
                hashed.append(found)
    return hashed, others


def _picture_facts(item: Item) -> Mapping[str, Json]:
    for name, described in item.described.items():
        if name.startswith(_PICTURE):
            facts = described.get("facts")
            return facts if isinstance(facts, Mapping) else {}
    return {}


def _with_candidates(
    known: Sequence[Hashes],
    not_compared: list[NotCompared],
    sources: Sequence[Path],
    describer: Describer,
    on_bytes: Callable[[int], None],
) -> Matches:
    candidates: dict[str, Candidate] = {}

    def hashes() -> Iterator[Hashes]:
        for source in sources:
            for each in walk(source):
                if not isinstance(each, Found):
                    not_compared.append(NotCompared(each.shown, each.reason))
                    continue
                candidate, found = _candidate(each, describer, on_bytes)
                if candidate is not None:
                    candidates[candidate.name] = candidate
                if isinstance(found, Hashes):
                    yield found
                else:
                    not_compared.append(found)

    pairs = pairs_between(hashes(), known)
    return Matches(tuple(pairs), (), candidates, tuple(not_compared), len(known))


def _candidate(
    found: Found, describer: Describer, on_bytes: Callable[[int], None]
) -> tuple[Candidate | None, Hashes | NotCompared]:
    """Read one file, and have its hashes made where no key is."""
    try:
        with opened(found.path) as original:
            kind = sniff(original.head, original.before.size_bytes)
            if kind.family is not Family.PICTURE:
                return None, NotCompared(found.shown, "no-picture")
            if original.before.size_bytes > KEEP_BYTES:
                return None, NotCompared(found.shown, "too-large")
            seen, data = Tally(), bytearray()
            for piece in pieces(original.file):
                seen.add(piece)
                data += piece
                on_bytes(len(piece))
    except NotRegularError:
        return None, NotCompared(found.shown, "not-regular")
    except OSError as error:
        return None, NotCompared(found.shown, f"unreadable: {os_words(error)}")
    described = describer.begin(kind.name, found.path.name, bytes(data)).result()
    facts = described.get("facts")
    hashed = hashes_of(found.shown, facts if isinstance(facts, Mapping) else {})
    candidate = Candidate(found.shown, seen.sha256.hex)
    if isinstance(hashed, Unmatchable):
        reason = next(iter(problems_of(described)), hashed.reason)
        return candidate, NotCompared(found.shown, reason)
    return candidate, hashed


def _facts(found: Matches, manifest: Manifest) -> dict[str, Json]:
    """Return what the log says about a comparison."""
    return {
        "method": METHOD,
        "parameters": {"match_bits": MATCH_BITS, "candidate_bits": CANDIDATE_BITS, "orientations": 8},
        "versions": _versions(manifest),
        "compared": found.compared,
        "candidates": [{"path": each.name, "sha256": each.sha256} for each in found.candidates.values()],
        "not_compared": [{"name": each.name, "reason": each.reason} for each in found.not_compared],
        "pairs": [pair_facts(pair, found.candidates) for pair in found.pairs],
    }


def _versions(manifest: Manifest) -> Json:
    """Return the versions that the hashes of the case were made with."""
    described = (each for item in manifest.items.values() for each in item.described.items())
    return next((facts.get("versions") for name, facts in described if name.startswith(_PICTURE)), None)


def pair_facts(pair: Pair, candidates: Mapping[str, Candidate]) -> dict[str, Json]:
    """Return one pair as the log and a script want it: `item` is of the case, `other` too unless it is a file."""
    outside = candidates.get(pair.query)
    other: dict[str, Json] = {"other": pair.query} if outside is None else {"candidate": outside.name}
    return {
        "item": pair.reference,
        **other,
        "level": pair.level,
        "method": pair.method,
        "orientation": pair.orientation,
        "distance_bits": pair.distance_bits,
        "limit_bits": pair.limit_bits,
        "phash_bits": pair.phash_bits,
        "dhash_bits": pair.dhash_bits,
    }
