"""The evaluation's tables: recall per attack beside the peers, errors with their bounds, and the hard pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching.negatives import HardClass
from benchmarks.matching.work import Query, Work
from evidence_kit.matching.levels import MATCHES

Answer: TypeAlias = Sequence[Mapping[str, Any]]
Distances: TypeAlias = NDArray[np.int64]
_FIXED = {"PDQ (pdqhash)": 31}
_FAR = 999
_SHOWN = 20


@dataclass(slots=True)
class Tally:
    """What came of the queries of one kind."""

    asked: int = 0
    found: int = 0
    judged: int = 0
    peers: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True, slots=True)
class Peer:
    """A method of somebody else.

    Attributes:
        limit: Largest distance that counts: what its authors say, or the largest at which no query met a reference
            that it does not show, which is as strict as we are and chosen on these very pictures, in its favour.
        distances: Of every query to every reference.
    """

    limit: int
    distances: Distances


def recall(work: Work, answers: Mapping[str, Answer], peers: Mapping[str, Peer]) -> str:
    """Return the table of kinds, and what was matched by mistake."""
    queries, references = work.queries(), work.references
    places = {name: place for place, name in enumerate(references)}
    tallies: dict[str, Tally] = defaultdict(Tally)
    wrong: list[str] = []
    ranked: list[tuple[float, bool]] = []
    judged_wrong = 0
    for row, query in enumerate(queries):
        tally = tallies[query.kind]
        tally.asked += 1
        level = next((each["level"] for each in answers[query.id] if each["reference"] == query.source), None)
        tally.found += level in MATCHES
        tally.judged += level is not None and level not in MATCHES
        for each in answers[query.id]:
            right, matched = each["reference"] == query.source, each["level"] in MATCHES
            # In a collage other photographs do lie; none of them is among the references.
            ranked.append((each["strength"] + (10_000 if matched else 0), right))
            judged_wrong += not right and not matched
            if matched and not right:
                wrong.append(f"{query.kind}, {query.source} as {each['reference']} by {each['method']}")
        for method, peer in peers.items():
            tally.peers[method] += bool(peer.distances[row, places[query.source]] <= peer.limit)
    return _recall_table(tallies, peers) + _errors(wrong, judged_wrong, ranked, queries, len(references), peers, places)


def peers_of(work: Work) -> dict[str, Peer]:
    """Return what the peers make of the same pictures."""
    hashes, queries = work.hashes(), work.queries()
    theirs = [str(work.photos / name) for name in work.references]
    asked = [str(work.picture(query)) for query in queries]
    places = {name: place for place, name in enumerate(work.references)}
    found = {}
    for method, known in hashes.items():
        distances = _distances(known, asked, theirs)
        unlike = distances.copy()
        unlike[np.arange(len(queries)), [places[query.source] for query in queries]] = _FAR
        found[method] = Peer(_FIXED.get(method, int(unlike.min()) - 1), distances)
    return found


def hard_table(classes: Sequence[HardClass], answers: Sequence[Mapping[str, Answer]]) -> str:
    """Return the table of pairs that look related and are not the same picture."""
    lines = [
        "| hard pairs | pictures | pairs | matched | at most (95 %) | to judge |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    wrong = []
    total = matched_all = 0
    for each, found in zip(classes, answers, strict=True):
        pairs = len(each.pictures) * (len(each.pictures) - 1)
        listed = [(name, one) for name, many in found.items() for one in many]
        matched = [(name, one) for name, one in listed if one["level"] in MATCHES]
        shared = " (they share pixels)" if each.shares_pixels else ""
        cells = [each.name + shared, str(len(each.pictures)), f"{pairs:,}", str(len(matched))]
        cells += [f"{upper(len(matched), pairs):.1e}", str(len(listed) - len(matched))]
        lines.append("| " + " | ".join(cells) + " |")
        if not each.shares_pixels:
            total, matched_all = total + pairs, matched_all + len(matched)
            wrong += [f"- {each.name}: {name} as {one['reference']} by {one['method']}" for name, one in matched]
    cells = ["**all that share no pixels**", "", f"{total:,}", str(matched_all), f"{upper(matched_all, total):.1e}", ""]
    return "\n".join([*lines, "| " + " | ".join(cells) + " |", "", *wrong[:_SHOWN]]) + "\n"


def upper(hits: int, asked: int) -> float:
    """Return the exact one-sided upper bound at 95 % (Clopper and Pearson); 3/n where there was no hit."""
    from scipy.stats import beta

    return float(beta.ppf(0.95, hits + 1, asked - hits)) if hits < asked else 1.0


def _recall_table(tallies: Mapping[str, Tally], peers: Mapping[str, Peer]) -> str:
    heads = ["kind", "n", "found", "95 %", "to judge", *(f"{method} ≤ {peers[method].limit}" for method in peers)]
    lines = ["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|"]
    whole = Tally()
    for kind, each in tallies.items():
        lines.append(_recall_row(kind, each, list(peers), 2))
        whole.asked, whole.found, whole.judged = (
            whole.asked + each.asked, whole.found + each.found, whole.judged + each.judged,
        )  # fmt: skip
        for method in peers:
            whole.peers[method] += each.peers[method]
    lines.append(_recall_row("**all**", whole, list(peers), 3))
    return "\n".join(lines) + "\n"


def _recall_row(kind: str, each: Tally, methods: Sequence[str], digits: int) -> str:
    low, high = interval(each.found, each.asked)
    cells = [kind, str(each.asked), f"{each.found / each.asked:.{digits}f}", f"{low:.{digits}f}–{high:.{digits}f}"]
    cells += [f"{count / each.asked:.{digits}f}" for count in (each.judged, *(each.peers[one] for one in methods))]
    return "| " + " | ".join(cells) + " |"


def _errors(  # noqa: PLR0913
    wrong: Sequence[str], judged_wrong: int, ranked: Sequence[tuple[float, bool]], queries: Sequence[Query],
    references: int, peers: Mapping[str, Peer], places: Mapping[str, int],
) -> str:  # fmt: skip
    unlike = len(queries) * (references - 1)
    right = sum(hit for score, hit in ranked if score >= 10_000)
    lines = [
        "",
        f"{references} references. Pairs of a query and a reference that it does not show: {unlike:,}; matched by "
        f"mistake: {len(wrong)}, at most {upper(len(wrong), unlike):.1e} a pair (95 %); put before a person by "
        f"mistake: {judged_wrong}.",
        f"Precision {right / max(1, right + len(wrong)):.4f}; micro-AP {_average_precision(ranked, len(queries)):.4f}"
        + "".join(f"; {method} {_peer_precision(each, queries, places):.4f}" for method, each in peers.items())
        + ".",
        *(f"- by mistake: {each}" for each in wrong[:_SHOWN]),
    ]
    return "\n".join(lines) + "\n"


def _average_precision(ranked: Sequence[tuple[float, bool]], positives: int) -> float:
    right, total = 0, 0.0
    for number, (_, hit) in enumerate(sorted(ranked, key=lambda each: -each[0]), start=1):
        if hit:
            right += 1
            total += right / number
    return total / positives


def _peer_precision(peer: Peer, queries: Sequence[Query], places: Mapping[str, int]) -> float:
    nearest = peer.distances.argmin(axis=1)
    ranked = [
        (-float(peer.distances[row, column]), int(column) == places[query.source])
        for row, (query, column) in enumerate(zip(queries, nearest, strict=True))
    ]
    return _average_precision(ranked, len(queries))


def _distances(known: Mapping[str, str | None], asked: Sequence[str], theirs: Sequence[str]) -> Distances:
    size = max(len(text) for text in known.values() if text) // 2

    def packed(paths: Sequence[str]) -> NDArray[np.uint8]:
        return np.stack([np.frombuffer(bytes.fromhex(known[path] or "00" * size), np.uint8) for path in paths])

    references = packed(theirs)
    distances = np.stack([np.bitwise_count(row ^ references).sum(axis=1) for row in packed(asked)]).astype(np.int64)
    distances[[known[path] is None for path in asked]] = _FAR
    distances[:, [known[path] is None for path in theirs]] = _FAR
    return distances


def interval(hits: int, asked: int) -> tuple[float, float]:
    z, share = 1.96, hits / asked
    middle = (share + z * z / (2 * asked)) / (1 + z * z / asked)
    spread = z * np.sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked)) / (1 + z * z / asked)
    return max(0.0, float(middle - spread)), min(1.0, float(middle + spread))
