"""Everything an evaluation computes, in steps that are kept: interrupted or out of time, it goes on where it stopped."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.matching import attacks, augly_attacks_names
from benchmarks.matching.negatives import HardClass
from evidence_kit.matching.extraction import features_of
from evidence_kit.matching.features import Features, pack_features, unpack_features
from evidence_kit.matching.library import Library, LibraryMatch
from evidence_kit.model import PixelSize

HERE = Path(__file__).parent
_SIDE = 1600
_PART = 200


class OutOfTimeError(Exception):
    """The minutes are over; what was done is kept."""


@dataclass(frozen=True, slots=True)
class Query:
    """An attacked picture.

    Attributes:
        kind: What was done.
        source: Name of the photograph.
        id: Of its files.
    """

    kind: str
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Work:
    """One evaluation.

    Attributes:
        folder: Where everything that was computed lies.
        photos: The photographs.
        sources: Names of those that are attacked.
        crowd: Names of those among which they are searched for.
        others: Names of those that lie beside them in collages.
        augly: A Python that has AugLy.
        peers: A Python that has the peers.
        ends: Seconds of the monotonic clock after which no step begins.
    """

    folder: Path
    photos: Path
    sources: Sequence[str]
    crowd: Sequence[str]
    others: Sequence[str]
    augly: Path | None
    peers: Path | None
    ends: float

    def queries(self) -> list[Query]:
        """Return every attacked picture, ours first."""
        kinds = [*attacks.OURS, *(augly_attacks_names.NAMES if self.augly is not None else ())]
        return [
            Query(kind, source, f"{place:02d}-{Path(source).stem}")
            for place, kind in enumerate(kinds)
            for source in self.sources
        ]

    def picture(self, query: Query) -> Path:
        """Return where an attacked picture lies."""
        return self.folder / "pictures" / f"{query.id}.jpg"

    def attack(self) -> None:
        """Make all attacked pictures."""
        (self.folder / "pictures").mkdir(parents=True, exist_ok=True)
        missing = [query for query in self.queries() if not self.picture(query).is_file()]
        for query in missing:
            if query.kind in attacks.OURS:
                self._in_time()
                made = attacks.attacked(query.kind, self._photo(query.source), query.source, self._beside(query))
                made.save(self.picture(query), quality=90)
        theirs = [query for query in missing if query.kind not in attacks.OURS]
        for start in range(0, len(theirs), _PART):
            self._in_time()
            jobs = [
                {"source": str(self.photos / each.source), "kind": each.kind, "target": str(self.picture(each))}
                for each in theirs[start : start + _PART]
            ]
            orders = self.folder / "augly.json"
            orders.write_text(json.dumps(jobs), "utf-8")
            subprocess.run([str(self.augly), str(HERE / "augly_attacks.py"), str(orders)], check=True)

    def hashes(self) -> dict[str, dict[str, str | None]]:
        """Return the peers' hashes by method and path; none where there are no peers."""
        if self.peers is None:
            return {}
        files = [*(self.photos / name for name in self.references), *(self.picture(each) for each in self.queries())]
        whole: dict[str, dict[str, str | None]] = {}
        for start in range(0, len(files), _PART):
            part = self.folder / f"hashes-{start:05d}.json"
            if not part.is_file():
                self._in_time()
                listed, draft = self.folder / "files.json", self.folder / "hashes.draft"
                listed.write_text(json.dumps([str(path) for path in files[start : start + _PART]]), "utf-8")
                command: list[str | Path] = [str(self.peers), HERE / "peers.py", listed, draft]
                subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
                draft.rename(part)
            for method, found in json.loads(part.read_text("utf-8")).items():
                whole.setdefault(method, {}).update(found)
        return whole

    @property
    def references(self) -> list[str]:
        """All that a query is searched for among."""
        return [*self.sources, *self.crowd]

    def look(self) -> None:
        """Make the features of all queries and references."""
        for query in self.queries():
            self._features(f"query {query.id}", self.picture(query))
        for name in self.references:
            self._features(f"reference {name}", self.photos / name)

    def look_at(self, each: HardClass) -> None:
        """Make the features of one class."""
        for number, (name, picture) in enumerate(each.pictures):
            self._features(f"hard {each.name} {number} {name}", picture)

    def answers(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the library says to every query, by the query's id."""

        def load(name: str) -> Features:
            return self._features(f"reference {name}", self.photos / name)

        def asked() -> Iterator[tuple[str, Features]]:
            for query in self.queries():
                if query.id not in done:
                    yield query.id, self._features(f"query {query.id}", self.picture(query))

        done = self._done("answers")
        return done | self._answered("answers", self.references, load, asked(), leave_itself_out=False)

    def hard(self, each: HardClass) -> dict[str, list[dict[str, Any]]]:
        """Return what a library of one class says to each of its pictures."""
        names = [f"{number} {name}" for number, (name, _) in enumerate(each.pictures)]
        place = {name: number for number, name in enumerate(names)}

        def load(name: str) -> Features:
            return self._features(f"hard {each.name} {name}", each.pictures[place[name]][1])

        self.look_at(each)
        about = "hard " + each.name.replace("/", "-")
        done = self._done(about)
        asked = ((name, load(name)) for name in names if name not in done)
        return done | self._answered(about, names, load, asked, leave_itself_out=True)

    def _answered(
        self,
        about: str,
        names: Sequence[str],
        load: Callable[[str], Features],
        asked: Iterator[tuple[str, Features]],
        *,
        leave_itself_out: bool,
    ) -> dict[str, list[dict[str, Any]]]:
        library: Library | None = None
        found = {}
        with (self.folder / f"{about}.jsonl").open("a", encoding="utf-8") as file:
            for name, features in asked:
                self._in_time()
                library = library or Library(names, load)
                listed = [_told(each) for each in library.find(features, leave_out=[name] if leave_itself_out else [])]
                file.write(json.dumps([name, listed]) + "\n")
                file.flush()
                found[name] = listed
        return found

    def _done(self, about: str) -> dict[str, list[dict[str, Any]]]:
        path = self.folder / f"{about}.jsonl"
        return dict(json.loads(line) for line in path.read_text("utf-8").splitlines()) if path.is_file() else {}

    def _features(self, about: str, picture: Path | Image.Image) -> Features:
        path = self.folder / "features" / f"{about.replace('/', '-')}.ekf"
        if path.is_file():
            return unpack_features(path.read_bytes())
        self._in_time()
        if isinstance(picture, Path):
            with Image.open(picture) as opened:
                picture = opened.convert("RGB")
        size = picture.size
        small = picture.convert("RGB")
        if max(size) > _SIDE:
            small.thumbnail((_SIDE, _SIDE))
        made = features_of(np.asarray(small), PixelSize(*size))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_bytes(pack_features(made))
        draft.rename(path)
        return made

    def _photo(self, name: str) -> Image.Image:
        with Image.open(self.photos / name) as opened:
            return opened.convert("RGB")

    def _beside(self, query: Query) -> list[Image.Image]:
        start = sum(query.source.encode()) % max(1, len(self.others) - 4)
        return [self._photo(name) for name in self.others[start : start + 4]]

    def _in_time(self) -> None:
        if time.monotonic() > self.ends:
            raise OutOfTimeError


def _told(found: LibraryMatch) -> dict[str, Any]:
    seen = found.placed.evidence if found.placed is not None else None
    return {
        "reference": found.reference,
        "level": found.level,
        "method": found.method,
        "strength": found.strength,
        "bits": found.distance_bits,
        "evidence": None if seen is None else [
            seen.inliers, seen.pairs, seen.blocks, seen.agreeing, round(seen.shown, 3), round(seen.covered, 3)
        ],
        "views": [found.query_view, found.reference_view],
    }  # fmt: skip
