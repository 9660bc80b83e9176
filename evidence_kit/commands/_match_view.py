"""How similar files look: on a screen, as JSON, and as a page of pictures beside each other."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from evidence_kit.commands._screen import Screen
from evidence_kit.words import direction

if TYPE_CHECKING:
    from evidence_kit.matching.transformation import Transformation
    from evidence_kit.workflows.reading.match import MatchResult
    from evidence_kit.workflows.reading.side_by_side import DrawnPair
    from evidence_kit.workflows.reading.similar import SimilarPair

_STYLE = (
    "body{font:17px/1.5 sans-serif;max-width:1900px;margin:2em auto;padding:0 1em;color:#1c1a17;background:#faf8f4}"
    "figure{margin:0 0 3em;break-inside:avoid}img{max-width:100%;border:1px solid #ccc}"
    "figcaption{margin:.4em 0}.two{display:flex;justify-content:space-between;font-weight:bold}small{color:#555}"
)


def show_matches(screen: Screen, found: MatchResult, case: str, names: Mapping[str, str]) -> None:
    """Show pairs and groups, and the items that could not be compared."""
    screen.document(
        {
            "case": case,
            "other_case": found.other_case,
            "compared": found.compared,
            "candidates": len(found.candidates),
            "pairs": [
                {**pair.facts(found.candidates, found.other_case), "says": pair_sentence(screen, pair)}
                for pair in found.pairs
            ],
            "clusters": [list(each) for each in found.clusters],
            "not_compared": [{"name": each.name, "reason": each.reason} for each in found.not_compared],
        }
    )
    if screen.json:
        return
    with screen.listing():
        _groups(screen, found, names)
        for pair in found.pairs:
            screen.result(screen.sentence("match.pair", item=_ours(pair, names), other=_theirs(pair, names)))
            for line in pair_sentence(screen, pair):
                screen.result(f"    {line}")
    _counted(screen, found)
    screen.show("match.said")


def _groups(screen: Screen, found: MatchResult, names: Mapping[str, str]) -> None:
    """Show which pictures are one, each group once, before the pairs from which that was concluded."""
    for number, group in enumerate(found.clusters, start=1):
        screen.result(screen.sentence("match.group", number=number, count=len(group)))
        for member in group:
            screen.result(f"    {_named(member, 1, names)}")
    if found.clusters and found.pairs:
        screen.result("")
        screen.result(screen.sentence("match.pairs-below"))


def pair_sentence(screen: Screen, pair: SimilarPair) -> list[str]:
    """Return a pair in words: level and transformation, then the numbers."""
    altered = pair.level == "same-picture" and pair.transformation is not None and pair.transformation.differs
    lines = [screen.sentence(f"match.level.{pair.level}-altered" if altered else f"match.level.{pair.level}")]
    if pair.transformation is not None and pair.level != "to-judge":
        lines.append(transformation_sentence(screen, pair.transformation))
    if frame := _frame(screen, pair):
        lines.append(frame)
    if numbers := _numbers(screen, pair):
        lines.append(numbers)
    return lines


def transformation_sentence(screen: Screen, told: Transformation) -> str:
    """Return the transformation of a picture, in words."""
    parts = []
    if told.lies_in is not None:
        parts.append(screen.sentence(f"match.was.from-{told.lies_in}"))
    if told.mirrored:
        parts.append(screen.sentence("match.was.mirrored"))
    if told.turned_degrees:
        parts.append(screen.sentence("match.was.turned", degrees=told.turned_degrees))
    if told.aslant:
        parts.append(screen.sentence("match.was.aslant"))
    if told.shown_percent < 100:
        parts.append(screen.sentence("match.was.cropped", percent=told.shown_percent))
    if told.inside is not None and told.place is not None:
        place = screen.sentence(f"match.place.{told.place}")
        parts.append(screen.sentence(f"match.was.in-{told.inside}", place=place, percent=told.covered_percent))
    if told.differs:
        parts.append(screen.sentence("match.was.differs", count=len(told.differs)))
    elif not parts:
        # Unchanged is said only of what was compared place by place and differs in none.
        parts.append(screen.sentence("match.was.unchanged" if told.differs is not None else "match.was.not-compared"))
    return screen.sentence("match.and").join(parts)


def pair_page(
    screen: Screen, case: str, names: Mapping[str, str], *, sharp: bool
) -> Callable[[Sequence[DrawnPair]], str]:
    """Return a function that makes a page of drawn pairs, in the screen's language."""

    def made(drawn: Sequence[DrawnPair]) -> str:
        way = direction(screen.language)
        title = html.escape(screen.sentence("match.page.title", case=case))
        head = f'<!doctype html><html lang="{screen.language}" dir="{way}"><meta charset="utf-8"><title>{title}</title>'
        notes = [screen.sentence("match.said")] + ([] if sharp else [screen.sentence("match.page.blurred")])
        body = "".join(_figure(screen, each, names) for each in drawn)
        below = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
        return f"{head}<style>{_STYLE}</style><h1>{title}</h1>{below}{body}</html>\n"

    return made


def _figure(screen: Screen, drawn: DrawnPair, names: Mapping[str, str]) -> str:
    pair = drawn.pair
    ours = _label(screen.sentence("match.page.ours"), _ours(pair, names))
    theirs = _label(screen.sentence("match.page.theirs"), _theirs(pair, names))
    outline = "outline-judge" if pair.level == "to-judge" else "outline"
    lines = [*pair_sentence(screen, pair), screen.sentence(f"match.page.{outline}")]
    said = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
    # The picture's left side is the case's in every language.
    head = f'<div class="two" dir="ltr">{ours}{theirs}</div>'
    return f'<figure>{head}<img src="{drawn.file}" alt=""><figcaption>{said}</figcaption></figure>'


def _label(said: str, name: str) -> str:
    """Return words and a name that each read in their own direction."""
    return f'<span dir="auto">{html.escape(said)}: <bdi dir="ltr">{html.escape(name)}</bdi></span>'


def _ours(pair: SimilarPair, names: Mapping[str, str]) -> str:
    return _named(pair.item, pair.item_picture, names)


def _theirs(pair: SimilarPair, names: Mapping[str, str]) -> str:
    return _named(pair.other, pair.other_picture, names)


def _named(name: str, picture: int, names: Mapping[str, str]) -> str:
    """Return an id with the name of its file; a further picture in a file bears its number behind `#`."""
    from evidence_kit.commands._neutral_text import neutral_text

    path, number = names.get(name), "" if picture == 1 else f"#{picture}"
    return (
        f"{neutral_text(name)}{number}" if path is None else f"{name}{number} {neutral_text(path.rpartition('/')[2])}"
    )


def _frame(screen: Screen, pair: SimilarPair) -> str:
    times = [each for each in (pair.item_frame, pair.other_frame) if each >= 1000]
    return screen.sentence("match.and").join(
        screen.sentence("match.frame", seconds=f"{each / 1000:.1f}") for each in times
    )


def _numbers(screen: Screen, pair: SimilarPair) -> str:
    from evidence_kit.matching.thresholds import THRESHOLDS

    seen = pair.evidence
    if seen is None:
        return screen.sentence(f"match.by.{pair.method}")
    parts = []
    if seen.distance_bits is not None:
        parts.append(screen.sentence("match.by.bits", bits=seen.distance_bits, limit=THRESHOLDS.match_distance_bits))
    if seen.pairs:
        parts.append(screen.sentence("match.by.keypoints", inliers=seen.inliers, pairs=seen.pairs))
    if seen.blocks:
        parts.append(screen.sentence("match.by.pixels", agreeing=seen.agreeing, blocks=seen.blocks))
    return screen.sentence("match.and").join(parts)


def _counted(screen: Screen, found: MatchResult) -> None:
    from evidence_kit.matching.levels import MATCHES

    matched = sum(pair.level in MATCHES for pair in found.pairs)
    if matched:
        screen.show("match.matched", count=matched)
    if len(found.pairs) > matched:
        screen.show("match.judge", count=len(found.pairs) - matched)
    if not found.pairs:
        screen.show("match.none")
    if found.clusters:
        screen.show("match.clusters", count=len(found.clusters))
    poor = sum(each.reason == "no-detail" for each in found.not_compared)
    if poor:
        screen.show("match.unmatchable", count=poor)
    undeclared = sum(each.reason == "not-declared" for each in found.not_compared)
    if undeclared:
        screen.warn("match.undeclared", count=undeclared)
    for each in found.not_compared:
        if each.matters and each.reason != "not-declared":
            screen.warn("match.not-compared", name=each.name, reason=screen.reason(each.reason))
