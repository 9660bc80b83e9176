"""The case folder: which file lies where, and which files have no business there."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.vault.links import tree

README = "README.txt"
LOG = "custody.jsonl"
LOCK = "lock"
DRAFT_ENDING = ".draft"
AGE_ENDING = ".age"
_OURS = re.compile(r"(store|bodies|keys)/[A-Z]?([0-9]{4,15})\.age(?:\.draft)?")
_BODY = re.compile(r"bodies/([0-9]{8,15})\.age")
# What a person's file manager leaves behind, or somebody who gives a file such a name.
# On a stick a Mac writes a `._name` beside every file.
_LITTER = re.compile(r"\.DS_Store|\._.*|Thumbs\.db|desktop\.ini|\.directory", re.IGNORECASE | re.DOTALL)
# What `vault.cache` and the index of conversations write; a name says nothing.
_CACHED = re.compile(r"cache/(?:[a-z]+/)?[0-9a-f]{32}(?:\.index)?(?:\.draft)?")


def is_litter(name: str) -> bool:
    """Return whether a file manager leaves files of such a name."""
    return _LITTER.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """Paths inside one case folder.

    Attributes:
        root: The folder itself; it bears the case id.
    """

    root: Path

    @property
    def log(self) -> Path:
        """The log, the only truth."""
        return self.root / LOG

    @property
    def store(self) -> Path:
        """Encrypted items."""
        return self.root / "store"

    @property
    def bodies(self) -> Path:
        """Encrypted openings, one file a commit."""
        return self.root / "bodies"

    @property
    def keys(self) -> Path:
        """The case identity, wrapped once for every reader."""
        return self.root / "keys"

    @property
    def recovered(self) -> Path:
        """The folder of bytes found behind the last signed line."""
        return self.root / "recovered"

    @property
    def cache(self) -> Path:
        """Rebuildable, no evidence."""
        return self.root / "cache"

    @property
    def lock(self) -> Path:
        """Held by the one writer."""
        return self.root / LOCK

    @property
    def readme(self) -> Path:
        """The description of this folder, in three languages."""
        return self.root / README

    def item(self, item: str) -> Path:
        """The encrypted bytes of an item."""
        return self.store / f"{item}.age"

    def body(self, line: int) -> Path:
        """The encrypted openings that signature line `line` signs."""
        return self.bodies / f"{line:08d}.age"

    @staticmethod
    def body_line(relative: str) -> int:
        """The signature line that a path inside the case would be the body of, 0 when it is no body."""
        match = _BODY.fullmatch(relative)
        return 0 if match is None else int(match[1])

    @staticmethod
    def number_of(relative: str) -> tuple[str, int] | None:
        """Return the folder and number that a path inside the case would have; a draft counts as its file."""
        match = _OURS.fullmatch(relative)
        return None if match is None else (match[1], int(match[2]))

    def key(self, key: str) -> Path:
        """The case identity, wrapped for one reader."""
        return self.keys / f"{key}.age"

    def recovered_file(self, relative: str) -> Path:
        """The file in `recovered/` that an event names.

        Raises:
            ValueError: The name leads out of it.
        """
        parts = relative.split("/")
        if parts[0] != self.recovered.name or len(parts) != 3 or not {"", ".", ".."}.isdisjoint(parts):
            raise ValueError(relative)
        return self.root.joinpath(*parts)

    def relative(self, path: Path) -> str:
        """A path inside the case, `/` between its parts."""
        return path.relative_to(self.root).as_posix()

    def strangers(self, expected: set[str], unread: Callable[[OSError], None] | None = None) -> Iterator[str]:
        """Yield every file that is neither expected nor one of ours that can be made again, sorted.

        Links and pipes count as files, also under a name of ours, and so does what a file manager left: whoever reads
        the folder is told of each.

        Args:
            expected: Paths inside the case, `/` between parts.
            unread: Told about each folder that cannot be read now.

        Raises:
            OSError: A folder cannot be read, and nobody is to be told.
        """
        aside = {README, LOG, LOCK}
        for here, names, files in tree(self.root, unread):
            for name in sorted(files):
                path = self.relative(here / name)
                ours = path in aside or _CACHED.fullmatch(path) is not None
                if path not in expected and not (ours and _is_plain(here / name)):
                    yield path
            names.sort()


def _is_plain(path: Path) -> bool:
    """Say whether a file is neither a link nor a pipe; one that has gone meanwhile is no stranger."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return True
