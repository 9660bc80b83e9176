"""`python -m benchmarks.matching.fair`: recall by kind and by shape, and pairs that share a template or a background.

    --photos DIR...   folders of photographs; every picture in them with a shorter side of 300 pixels
    --sources N       how many of them are attacked; --skip N passes over the first
    --shapes S...     9:16, 3:4, 4:3; by turns, or each photograph in all of them with --same
    --kinds K...      only kinds whose names contain one of these
    --walls FILE...   pictures of a texture or a wall, before which others are put
    --crowd N         photographs beside them that nothing shows
    --work DIR        where pictures' features are kept
    --templates       only the pairs that share a template or a background
    --first N         number of the first template, so that those that were tuned with are not met again
    --missed          name what was missed, and what was wrong
    --processes N     as many at once

Every third source is a composition: a cut-out before a plain wall, as in a selfie. Nothing fetched is kept but features.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import multiprocessing
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from benchmarks.matching import papers
from benchmarks.matching.kinds import CHANGED, every_kind
from benchmarks.matching.tables import interval, upper
from evidence_kit.matching.extraction import features_of
from evidence_kit.matching.features import Features, pack_features, unpack_features
from evidence_kit.matching.levels import MATCHES, TO_JUDGE
from evidence_kit.matching.library import Library, LibraryMatch
from evidence_kit.matching.transformation import Transformation, transformation_of
from evidence_kit.model import PixelSize

_SHAPES = {"9:16": (1080, 1920), "3:4": (1200, 1600), "4:3": (1600, 1200)}
_LEAST_SIDE, _MOST_ENLARGED, _LARGEST = 300, 2.2, 1600
_TEMPLATES, _ENTRIES, _BEFORE_A_WALL = 4, 5, 12


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that is looked for.

    Attributes:
        name: Unlike every other one's.
        path: Of the photograph in it.
        shape: One of the shapes.
        selfie: It is a cut-out before a plain wall.
    """

    name: str
    path: Path
    shape: str
    selfie: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One query and what was said to it."""

    kind: str
    source: Source
    level: str | None
    unchanged: bool
    wrong: tuple[str, ...]


_WANTED: argparse.Namespace
_LIBRARY: Library
_OTHERS: list[Path]


def main() -> None:
    """Measure, and print tables."""
    global _WANTED, _OTHERS  # noqa: PLW0603 - handed to the processes by forking
    _WANTED = wanted = _arguments()
    paths = _photographs(wanted.photos)
    chosen = paths[wanted.skip : wanted.skip + wanted.sources]
    _OTHERS = paths[wanted.skip + wanted.sources :][: max(24, wanted.crowd)]
    if len(_OTHERS) < 24:
        _OTHERS = (_OTHERS + paths[: wanted.skip])[:24] or paths
    began = time.process_time()
    if not wanted.templates:
        _recall(wanted, _sources(chosen, wanted))
    _shared(chosen, wanted)
    print(f"\n{len(paths)} photographs at hand; {time.process_time() - began:.0f} s of this process")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Recall by kind and shape; pairs that share a template.")
    parser.add_argument("--photos", type=Path, nargs="+", required=True)
    parser.add_argument("--sources", type=int, default=30)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--shapes", nargs="+", default=list(_SHAPES), choices=list(_SHAPES))
    parser.add_argument("--same", action="store_true")
    parser.add_argument("--kinds", nargs="+", default=[""])
    parser.add_argument("--walls", type=Path, nargs="*", default=[])
    parser.add_argument("--crowd", type=int, default=100)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--templates", action="store_true")
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def _photographs(folders: Sequence[Path]) -> list[Path]:
    found = []
    for path in (each for folder in folders for each in sorted(folder.rglob("*"))):
        if path.suffix.lower() in {".jpg", ".jpeg", ".png"}:
            try:
                with Image.open(path) as opened:
                    large = min(opened.size) >= _LEAST_SIDE and max(opened.size) <= 3 * min(opened.size)
            except OSError:
                continue
            if large:
                found.append(path)
    return sorted(found, key=lambda path: hashlib.sha256(path.name.encode()).digest())


def _sources(chosen: Sequence[Path], wanted: argparse.Namespace) -> list[Source]:
    return [
        Source(f"{number:03d} {shape} {path.name}", path, shape, number // len(wanted.shapes) % 3 == 2)
        for number, path in enumerate(chosen)
        for shape in (wanted.shapes if wanted.same else [wanted.shapes[number % len(wanted.shapes)]])
    ]


def picture_of(source: Source) -> Image.Image:
    """Return a source's pixels: the photograph cut to its shape, or before a wall."""
    with Image.open(source.path) as opened:
        photo = ImageOps.exif_transpose(opened).convert("RGB")
    wide, high = _SHAPES[source.shape]
    if source.selfie:
        return papers.selfie(photo, int(source.name[:3]), (wide, high))
    least = min(photo.width / wide, photo.height / high)
    factor = min(1.0, least * _MOST_ENLARGED)
    return ImageOps.fit(photo, (round(wide * factor), round(high * factor)), Image.Resampling.LANCZOS)


def _seen(about: str, make: Callable[[], Image.Image], quality: int = 90) -> Features:
    """Return a picture's features, computed once."""
    path = _WANTED.work / f"{hashlib.sha256(about.encode()).hexdigest()}.ekf"
    if path.is_file():
        return unpack_features(path.read_bytes())
    held = io.BytesIO()
    make().convert("RGB").save(held, "JPEG", quality=quality)
    with Image.open(held) as opened:
        picture = opened.convert("RGB")
    size = picture.size
    picture.thumbnail((_LARGEST, _LARGEST))
    made = features_of(np.asarray(picture), PixelSize(*size))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{multiprocessing.current_process().pid}")
    draft.write_bytes(pack_features(made))
    draft.rename(path)
    return made


def _reference(source: Source) -> Features:
    return _seen(
        f"reference {source.path} {source.shape} {source.selfie} {source.name[:3]}", lambda: picture_of(source), 92
    )


def _query(kind: str, source: Source) -> Features:
    def make() -> Image.Image:
        dice = random.Random(f"{kind}/{source.name}")
        others = []
        for path in dice.sample(_OTHERS, 4):
            with Image.open(path) as opened:
                others.append(opened.convert("RGB"))
        return every_kind()[kind](picture_of(source), dice, others)

    return _seen(f"query {kind} {source.path} {source.shape} {source.selfie} {source.name[:3]}", make)


def _crowd(path: Path) -> Features:
    def make() -> Image.Image:
        with Image.open(path) as opened:
            return opened.convert("RGB")

    return _seen(f"crowd {path}", make)


def _recall(wanted: argparse.Namespace, sources: Sequence[Source]) -> None:
    global _LIBRARY  # noqa: PLW0603
    kinds = [kind for kind in every_kind() if any(part in kind for part in wanted.kinds)]
    cv2_alone()
    with multiprocessing.Pool(wanted.processes, cv2_alone) as pool:
        pool.map(_reference, sources, chunksize=1)
        pool.map(_crowd, _OTHERS[: wanted.crowd], chunksize=4)
    known = {source.name: source for source in sources}
    crowd = {f"crowd {path.name}": path for path in _OTHERS[: wanted.crowd]}
    _LIBRARY = Library([*known, *crowd], lambda name: _reference(known[name]) if name in known else _crowd(crowd[name]))
    asked = [(kind, source) for kind in kinds for source in sources]
    with multiprocessing.Pool(wanted.processes, cv2_alone) as pool:
        answers = pool.starmap(_answer, asked, chunksize=4)
    _table(kinds, answers, len(known) + len(crowd))


def cv2_alone() -> None:
    """Let libraries use one thread a process."""
    import cv2
    import faiss

    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)


def _answer(kind: str, source: Source) -> Asked:
    query = _query(kind, source)
    level, unchanged, wrong = None, False, []
    for found in _LIBRARY.find(query):
        # One photograph in several shapes is one picture.
        if found.reference[:3] == source.name[:3] and not found.reference.startswith("crowd"):
            if found.reference == source.name or level != "same-picture":
                level = found.level if level not in MATCHES else level
                told = _transformed(found, query, _reference(source)) if found.reference == source.name else None
                unchanged |= found.level in MATCHES and told is not None and _says_unchanged(told)
        elif found.level in MATCHES:
            wrong.append(found.reference)
    return Asked(kind, source, level, unchanged, tuple(wrong))


def _transformed(found: LibraryMatch, query: Features, reference: Features) -> Transformation | None:
    if found.placed is None:
        return None
    seen, of = query.views[found.query_view], reference.views[found.reference_view]
    return transformation_of(found.placed, query, seen, reference, of)


def _says_unchanged(told: Transformation) -> bool:
    return told.differs is not None and not told.differs


def _table(kinds: Sequence[str], answers: Sequence[Asked], references: int) -> None:
    by_kind: dict[str, list[Asked]] = defaultdict(list)
    by_shape: dict[str, list[Asked]] = defaultdict(list)
    for each in answers:
        by_kind[each.kind].append(each)
        by_shape[each.source.shape + (", before a wall" if each.source.selfie else "")].append(each)
    print("| kind | n | found | 95 % | to judge | said unchanged |\n| --- | --- | --- | --- | --- | --- |")
    for kind in kinds:
        _line(kind, by_kind[kind])
    for shape in sorted(by_shape):
        _line(f"*{shape}*", by_shape[shape])
    _line("**all**", answers)
    wrong = [(each, name) for each in answers for name in each.wrong]
    print(
        f"\n{references} references, {len(answers) * (references - 1):,} pairs that show nothing alike; matched: {len(wrong)}"
    )
    false = [each for each in answers if each.unchanged and each.kind in CHANGED]
    changed = sum(each.kind in CHANGED and each.level in MATCHES for each in answers)
    print(f"no difference told in a pair that differs in a hundredth or more: {len(false)} of {changed}")
    if _WANTED.missed:
        for each in answers:
            if each.level not in MATCHES:
                print(
                    f"  missed: {each.kind} | {each.source.name} | {'wall' if each.source.selfie else ''} | {each.level}"
                )
        for each, name in wrong:
            print(f"  wrong: {each.kind} | {each.source.name} | {name}")
        for each in false:
            print(f"  unchanged: {each.kind} | {each.source.name}")


def _line(name: str, answers: Sequence[Asked]) -> None:
    count, found = len(answers), sum(each.level in MATCHES for each in answers)
    judged = sum(each.level == TO_JUDGE for each in answers)
    low, high = interval(found, count)
    same = sum(each.unchanged for each in answers)
    print(
        f"| {name} | {count} | {found / max(1, count):.3f} | {low:.3f}–{high:.3f} | {judged / max(1, count):.3f} | {same} |"
    )


def _shared(chosen: Sequence[Path], wanted: argparse.Namespace) -> None:
    """Compare every two papers of one template, and every two pictures before one wall."""
    photos = [*chosen, *_OTHERS][:_BEFORE_A_WALL]
    numbers = range(wanted.first, wanted.first + _TEMPLATES)
    jobs = [(name, template) for name in papers.TEMPLATES for template in numbers]
    jobs += [(f"before {wall.stem}", -1) for wall in wanted.walls]
    with multiprocessing.Pool(wanted.processes, cv2_alone) as pool:
        told = pool.starmap(_shared_pairs, [(name, template, photos) for name, template in jobs], chunksize=1)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for (name, _), each in zip(jobs, told, strict=True):
        for place, value in enumerate(each):
            counts[name][place] += value
    print(
        "\n| pairs of one template | pairs | matched | at most (95 %) | to judge | copies | found |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for name, (pairs, matched, judged, copies, found) in counts.items():
        print(f"| {name} | {pairs} | {matched} | {upper(matched, pairs):.2g} | {judged} | {copies} | {found} |")
    pairs, matched = (sum(each[place] for each in counts.values()) for place in (0, 1))
    print(f"| **all** | {pairs} | {matched} | {upper(matched, pairs):.2g} | | | |")


def _shared_pairs(name: str, template: int, photos: Sequence[Path]) -> tuple[int, int, int, int, int]:
    """Return pairs, those matched, those put to a person; copies of these papers, and how many of them were found."""
    from benchmarks.matching.attacks import compressed, fitted, whatsapp

    def photo(number: int) -> Image.Image:
        with Image.open(photos[number % len(photos)]) as opened:
            return ImageOps.exif_transpose(opened).convert("RGB")

    def made(number: int) -> Image.Image:
        if template < 0:
            wall = next(each for each in _WANTED.walls if f"before {each.stem}" == name)
            with Image.open(wall) as opened:
                return papers.before(opened.convert("RGB"), photo(number), number, feather=number % 2 == 0)
        return papers.TEMPLATES[name](template, number, [photo(each) for each in range(len(photos))])

    def seen(number: int, how: str = "") -> Features:
        ways: dict[str, Callable[[Image.Image], Image.Image]] = {
            "": lambda each: each, "whatsapp": whatsapp, "small": lambda each: compressed(fitted(each, 640), 60),
        }  # fmt: skip
        return _seen(f"paper {name} {template} {number} {how} {photos[0]}", lambda: ways[how](made(number)), 88)

    count = _ENTRIES if template >= 0 else len(photos)
    library = Library([str(number) for number in range(count)], lambda each: seen(int(each)))
    matched = judged = found = 0
    for number in range(count):
        for each in library.find(seen(number), leave_out=[str(number)]):
            matched += each.level in MATCHES
            judged += each.level == TO_JUDGE
            if _WANTED.missed and each.level in MATCHES:
                print(
                    f"  shared: {name} {template} {number} {each.reference} {each.method} {each.placed and each.placed.evidence}"
                )
    copies = [(number, how) for number in range(min(4, count)) for how in ("whatsapp", "small")]
    for number, how in copies:
        answers = library.find(seen(number, how))
        right = any(each.reference == str(number) and each.level in MATCHES for each in answers)
        found += right
        wrong = [each for each in answers if each.reference != str(number) and each.level in MATCHES]
        matched += len(wrong)
        if _WANTED.missed and (wrong or not right):
            print(f"  copy: {name} {template} {number} {how} right {right} wrong {[each.reference for each in wrong]}")
    return count * (count - 1) + len(copies) * (count - 1), matched, judged, len(copies), found


if __name__ == "__main__":
    main()
