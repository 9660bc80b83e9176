"""Comparing pictures, films and sound: within a case, with files found elsewhere, or with another case."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Item
from evidence_kit.hashing.exact import Tally
from evidence_kit.intake import picture_signatures
from evidence_kit.intake.errors import SourceMissingError, SystemLimitError
from evidence_kit.intake.read import NotRegularError, file_pieces, open_original
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.walk import FoundFile, os_words, walk_files
from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.sealing_box import SealingBox
from evidence_kit.libraries import MATCHING, missing_modules
from evidence_kit.matching.clusters import clusters_of
from evidence_kit.matching.levels import MATCHES, SAME_PICTURE
from evidence_kit.model import Json
from evidence_kit.threads import Threads
from evidence_kit.vault.cache import PURPOSE, SealedCache
from evidence_kit.workers.job import JobRunner
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading.features import FAMILIES, HOLDERS, LARGEST_BYTES, ComparedFeatures, ComparedFile
from evidence_kit.workflows.reading.similar import SimilarPair, method_facts, ranked_pairs

if TYPE_CHECKING:
    from evidence_kit.matching.library import Library
    from evidence_kit.workflows.case.world import World

_NOT_DECLARED: Final = "not-declared"
_OF_NO_CONCERN: Final = frozenset({"no-picture", "no-detail", "too-small", "too-slender"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file found elsewhere; it is compared and not taken in.

    Attributes:
        name: How it is called in the result: its path, from the source's own name on.
        sha256: Digest of its bytes.
        path: Where it lies.
    """

    name: str
    sha256: str
    path: Path


@dataclass(frozen=True, slots=True)
class NotCompared:
    """An item that could not be compared, which is not to say that nothing is like it."""

    name: str
    reason: str

    @property
    def matters(self) -> bool:
        """Say whether the loss of a comparison matters: one of a blank picture, or of no picture, does not."""
        return self.reason not in _OF_NO_CONCERN

    @property
    def may_pass(self) -> bool:
        """Say whether another try may end otherwise: its file could not be read then."""
        return self.reason == "unreadable"


@dataclass(slots=True)
class MatchResult:
    """The result of a comparison.

    Attributes:
        pairs: Strongest first.
        clusters: Groups held together by matches alone.
        candidates: What was compared with the case, by name.
        not_compared: What could not be.
        compared: How many items of the case were compared.
        other_case: The other case's id, where there is one.
    """

    pairs: list[SimilarPair] = field(default_factory=list)
    clusters: list[tuple[str, ...]] = field(default_factory=list)
    candidates: dict[str, Candidate] = field(default_factory=dict)
    not_compared: list[NotCompared] = field(default_factory=list)
    compared: int = 0
    other_case: str | None = None


@dataclass(frozen=True, slots=True)
class MatchRequest:
    """The request of a comparison with the case.

    Attributes:
        sources: Files and folders found elsewhere.
        items: Items of the case that are to be looked for among the others, such as those just taken in.
        other: Another case, unlocked.
        cores: How many pictures are asked about at once.
    """

    sources: Sequence[Path] = ()
    items: frozenset[str] = frozenset()
    other: Case | None = None
    cores: int = 1


def match_pictures(
    writer: CaseWriter,
    asked: MatchRequest,
    run: JobRunner,
    on_bytes: Callable[[int], None] = lambda _: None,
    on_compared: Callable[[int, int], None] = lambda *_: None,
) -> MatchResult:
    """Compare, and note the result in the log.

    Args:
        writer: The case.
        asked: With what; nothing compares the case with itself.
        run: Runs what decodes, in isolation.
        on_bytes: Told how many more bytes were looked at.
        on_compared: Told how many pictures of how many were compared.

    Raises:
        SystemLimitError: A library that compares pictures is not installed.
        SourceMissingError: A source does not exist.
    """
    ensure_matching()
    for source in asked.sources:
        if not source.exists():
            raise SourceMissingError("source-missing", path=str(source))
    found, traits = MatchResult(), ComparedFeatures(run)
    ours = _prepared(traits, _of_case(writer.case, writer.world, found, ""), found, on_bytes)
    found.compared = len(ours)
    theirs: Sequence[ComparedFile]
    if asked.sources:
        theirs = _prepared(traits, _elsewhere(writer, asked.sources, found, writer.world), found, on_bytes)
    elif asked.other is not None:
        found.other_case = asked.other.id
        prefix = f"{asked.other.id}/"
        theirs = _prepared(traits, _of_case(asked.other, writer.world, found, prefix), found, on_bytes)
    else:
        theirs = [each for each in ours if not asked.items or each.name in asked.items]
    found.pairs = ranked_pairs(_pairs(ours, theirs, traits, found, asked.cores, on_compared))
    found.clusters = clusters_of((pair.item, pair.other) for pair in found.pairs if pair.level in MATCHES)
    writer.commit([Event("match.found", _facts(found))])
    return found


def ensure_matching() -> None:
    """Return where all libraries that compare pictures are installed.

    Raises:
        SystemLimitError: One is not.
    """
    missing = missing_modules()
    if missing:
        raise SystemLimitError("matching-missing", libraries=", ".join(MATCHING[each] for each in missing))


def bytes_to_look_at(case: Case, asked: MatchRequest) -> int | None:
    """Return how many bytes a comparison will look at; None where files elsewhere have not been listed yet."""
    if asked.sources:
        return None
    cases = [case] if asked.other is None else [case, asked.other]
    items = (item for each in cases for item in each.opened.included)
    return sum(item.size_bytes for item in items if item.family in FAMILIES or item.kind in HOLDERS)


def may_decode(case: Case, item: Item) -> bool:
    """Say whether an item may be decoded: while the person is not known to be an adult, only declared items."""
    return case.opened.age_band == picture_signatures.ADULT or item.sensitivity == "none"


def cache_of(case: Case, world: World) -> SealedCache | None:
    """Return the cache for computed results of a case's items; None for a case that is not unlocked."""
    if case.identity is None:
        return None
    box = SealingBox(case.identity.derive(PURPOSE))
    return SealedCache(case.folder.cache / "traits", world.disk, box, world.random)


def item_reader(case: Case, item: str) -> Callable[[], bytes]:
    """Return a function that decrypts one item into memory."""

    def read() -> bytes:
        sink = _Memory()
        try:
            case.decrypt(item, sink)
        except DamagedError as error:
            raise OSError("damaged") from error
        return bytes(sink.data)

    return read


class _Memory:
    """A sink of bytes."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""


def _of_case(case: Case, world: World, found: MatchResult, prefix: str) -> Iterator[ComparedFile]:
    cache = cache_of(case, world)
    for item in case.opened.included:
        if item.family not in FAMILIES and item.kind not in HOLDERS:
            continue
        name = prefix + item.id
        if not may_decode(case, item):
            found.not_compared.append(NotCompared(name, _NOT_DECLARED))
            continue
        yield ComparedFile(
            name, item.kind, item.family, item.sha256.hex, item.size_bytes, item_reader(case, item.id), cache
        )


def _elsewhere(writer: CaseWriter, sources: Sequence[Path], found: MatchResult, world: World) -> Iterator[ComparedFile]:
    adult = writer.manifest.age_band == picture_signatures.ADULT
    cache = cache_of(writer.case, world) if adult else None
    for source in sources:
        for each in walk_files(source, frozenset({writer.case.folder.root.resolve()})):
            if not isinstance(each, FoundFile):
                found.not_compared.append(NotCompared(each.shown, each.reason))
                continue
            made = _candidate(each, cache)
            if isinstance(made, NotCompared):
                found.not_compared.append(made)
                continue
            found.candidates[each.shown] = Candidate(each.shown, made.sha256, each.path)
            if adult:
                yield made
            else:
                # Nobody declared what it shows; whether the very same bytes are in the case needs no look at it.
                found.not_compared.append(NotCompared(each.shown, _NOT_DECLARED))


def _candidate(each: FoundFile, cache: SealedCache | None) -> ComparedFile | NotCompared:
    try:
        with open_original(each.path) as original:
            kind = sniff(original.head, original.before.size_bytes)
            if kind.family.value not in FAMILIES and kind.name not in HOLDERS:
                return NotCompared(each.shown, "no-picture")
            if original.before.size_bytes > LARGEST_BYTES:
                return NotCompared(each.shown, "too-large")
            seen = Tally()
            for piece in file_pieces(original.file):
                seen.add(piece)
    except NotRegularError:
        return NotCompared(each.shown, "not-regular")
    except OSError as error:
        return NotCompared(each.shown, f"unreadable: {os_words(error)}")
    path = each.path
    return ComparedFile(
        each.shown, kind.name, kind.family.value, seen.sha256.hex, seen.size_bytes, path.read_bytes, cache
    )


def _prepared(
    traits: ComparedFeatures, files: Iterable[ComparedFile], found: MatchResult, on_bytes: Callable[[int], None]
) -> list[ComparedFile]:
    ready = []
    for file, reason in traits.prepare(files, on_bytes):
        if reason is None:
            ready.append(file)
        else:
            found.not_compared.append(NotCompared(file.name, reason))
    return ready


def _pairs(  # noqa: PLR0913
    ours: Sequence[ComparedFile],
    theirs: Sequence[ComparedFile],
    traits: ComparedFeatures,
    found: MatchResult,
    cores: int,
    on_compared: Callable[[int, int], None],
) -> Iterator[SimilarPair]:
    yield from _same_bytes(ours, found)
    yield from _same_sound(ours, theirs, traits)
    seen = [each for each in ours if each.name not in traits.sounds]
    if not seen:
        return
    from evidence_kit.matching.library import Library

    library = Library([each.name for each in seen], traits.features)
    order = {each.name: place for place, each in enumerate(seen)}
    known = {each.name: each for each in seen}
    queries = [each for each in theirs if each.name not in traits.sounds]
    for done, (query, listed) in enumerate(_asked_at_once(queries, library, traits, order, cores), 1):
        on_compared(done, len(queries))
        for similar in listed:
            reference = known[similar.item]
            # Two pictures of one file are together already.
            if reference.file != query.file:
                yield similar.between(reference, query)


def _asked_at_once(
    queries: Sequence[ComparedFile], library: Library, traits: ComparedFeatures, order: Mapping[str, int], cores: int
) -> Iterator[tuple[ComparedFile, list[SimilarPair]]]:
    """Yield every query with the pairs it is in, in the order in which they were given; several are asked at once."""
    waiting: deque[tuple[ComparedFile, Future[list[SimilarPair]]]] = deque()
    with Threads(cores) as pool:
        for query in queries:
            waiting.append((query, pool.submit(_like, query, library, traits, order)))
            if len(waiting) > 2 * cores:
                first, begun = waiting.popleft()
                yield first, begun.result()
        for first, begun in waiting:
            yield first, begun.result()


def _like(
    query: ComparedFile, library: Library, traits: ComparedFeatures, order: Mapping[str, int]
) -> list[SimilarPair]:
    """Return the pairs of one query; one place of two in the same case is left to the later one."""
    features = traits.features(query.name)
    listed = []
    for each in library.find(features, leave_out=[query.name]):
        similar = SimilarPair.from_resemblance(each, query.name, features, library.features(each.reference))
        place = order.get(query.name)
        if place is not None and similar.level == SAME_PICTURE and place < order[each.reference]:
            # Of two copies in one case the later one is told as the copy; that is found when it is asked about.
            continue
        listed.append(similar)
    return listed


def _same_bytes(ours: Sequence[ComparedFile], found: MatchResult) -> Iterator[SimilarPair]:
    """Yield files found elsewhere whose very bytes are in the case, undecoded ones too."""
    known = {each.sha256: each for each in reversed(ours)}
    for candidate in found.candidates.values():
        if candidate.sha256 in known:
            same = known[candidate.sha256]
            yield SimilarPair(same.file, candidate.name, SAME_PICTURE, "sha256", item_picture=same.picture)


def _same_sound(
    ours: Sequence[ComparedFile], theirs: Sequence[ComparedFile], traits: ComparedFeatures
) -> Iterator[SimilarPair]:
    known: dict[tuple[str, str], str] = {}
    places = {each.name: place for place, each in enumerate(ours)}
    for each in ours:
        if each.name in traits.sounds:
            sound = traits.sounds[each.name]
            known.setdefault(("samples", sound.samples), each.name)
            known.setdefault(("packets", sound.packets), each.name)
    for each in theirs:
        if each.name not in traits.sounds:
            continue
        sound = traits.sounds[each.name]
        for method, digest in (("samples", sound.samples), ("packets", sound.packets)):
            same = known.get((method, digest))
            if same is not None and same != each.name and places[same] < places.get(each.name, len(places)):
                yield SimilarPair(same, each.name, SAME_PICTURE, f"sound-{method}")
                break


def _facts(found: MatchResult) -> dict[str, Json]:
    """Return the facts of a comparison as the log records them."""
    return {
        **method_facts(),
        "compared": found.compared,
        "other_case": found.other_case,
        "candidates": [{"path": each.name, "sha256": each.sha256} for each in found.candidates.values()],
        "not_compared": [{"name": each.name, "reason": each.reason} for each in found.not_compared],
        "pairs": [pair.facts(found.candidates, found.other_case) for pair in found.pairs],
    }
