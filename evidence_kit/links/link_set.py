"""The set of links of an association: an SQLite file whose rows are sealed with the association's key.

Whoever holds the file without the key sees how many cases take part and, rounded, how much of each; with the key, no
value either, only digests. A root row names every row by its digest and counts the changes, and each station remembers
the count: rows that were laid back, taken away or mixed up are found. The set holds nothing that its cases do not
hold, and can be made anew out of them.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from evidence_kit.keys.age import DamagedError
from evidence_kit.keys.sealing_box import NONCE_BYTES
from evidence_kit.links.case_entry import CaseEntry, PackedDigests, UnsoundEntryError, unpacked_entry
from evidence_kit.links.errors import LinkSetError
from evidence_kit.links.link_key import VALUE_BYTES, LinkKey

_PATIENCE_SECONDS: Final = 20.0
# What may be asked in a month: all numbers of a country would take thousands of years.
MOST_OF_ONE: Final = 8192
MOST_OF_ALL: Final = 32768
_REFUSED: Final = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_NOMEM: errno.ENOMEM,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_PERM: errno.EACCES,
}
_ROOT_ABOUT: Final = "evidence-kit/1 links root"
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS root (one INTEGER PRIMARY KEY CHECK (one = 1), key TEXT NOT NULL, sealed BLOB)",
    "CREATE TABLE IF NOT EXISTS entry (tag BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID",
)


@dataclass(frozen=True, slots=True)
class LinkSetRoot:
    """The authenticated list of a set's rows.

    Attributes:
        changes: How many changes were made so far.
        entries: SHA-256 of each row, by its tag; both in hexadecimal.
        left_out: Digests of identifiers that never count, in hexadecimal, such as a helper's or a bank's.
        asked: How many values each asker's questions held, by month and the asker's fingerprint.
        begun: SHA-256 of questions that were counted and whose answer may not have been written yet.
        answered: SHA-256 of every question that was answered.
    """

    changes: int
    entries: Mapping[str, str]
    left_out: frozenset[str]
    asked: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()


class LinkSet:
    """A set that was opened; every change is one transaction.

    Args:
        database: The connection.
        key: The association's key.
        least: How many changes the station remembers; a set with fewer is an earlier one.
        random: Returns so many unpredictable bytes.
        path: How errors call the file.
    """

    def __init__(
        self, database: sqlite3.Connection, key: LinkKey, least: int, random: Callable[[int], bytes], path: Path
    ) -> None:
        self._database = database
        self._key = key
        self._random = random
        self._path = str(path)
        self.root = self._read_root()
        if self.root.changes < least:
            raise LinkSetError("links-set-older", path=self._path, changes=self.root.changes, remembered=least)

    @property
    def left_out(self) -> frozenset[bytes]:
        """Digests of identifiers that never count."""
        return frozenset(bytes.fromhex(each) for each in self.root.left_out)

    def put(self, entry: CaseEntry) -> None:
        """Replace the entry of a case."""
        tag = self._key.case_tag(entry.case)
        sealed = self._key.box.seal(_about(tag), entry.packed(), self._random(NONCE_BYTES))
        entries = {**self.root.entries, tag.hex(): hashlib.sha256(sealed).hexdigest()}
        with self._change(replace(self.root, entries=entries)):
            self._database.execute("INSERT OR REPLACE INTO entry VALUES (?, ?)", (tag, sealed))

    def remove(self, case: str) -> bool:
        """Take a case out and say whether it was in."""
        tag = self._key.case_tag(case)
        entries = {name: digest for name, digest in self.root.entries.items() if name != tag.hex()}
        if len(entries) == len(self.root.entries):
            return False
        with self._change(replace(self.root, entries=entries)):
            self._database.execute("DELETE FROM entry WHERE tag = ?", (tag,))
        return True

    def leave_out(self, digest: bytes, *, again: bool = False) -> None:
        """Let an identifier count no more, or `again`."""
        named = frozenset({digest.hex()})
        left_out = self.root.left_out - named if again else self.root.left_out | named
        with self._change(replace(self.root, left_out=left_out)):
            pass

    def count_question(self, question: str, asker: str, month: str, values: int) -> int:
        """Count a question before it is answered, and return how many values its asker asked in that month.

        The count is part of the root: whoever lays an earlier one back is found out. A question whose answer was
        interrupted is counted once.

        Args:
            question: SHA-256 of its file, in hexadecimal.
            asker: Fingerprint of the key that signed it.
            month: In which it is answered, such as `2026-03`.
            values: How many it holds, those that make up its number among them.

        Raises:
            LinkSetError: It was answered before, or it is more than one asker, or all of them, may ask in a month.
        """
        if question in self.root.answered:
            raise LinkSetError("links-answered-before")
        counted = dict(self.root.asked.get(month, {}))
        so_far, of_all = counted.get(asker, 0), sum(counted.values())
        if question in self.root.begun:
            return so_far
        if so_far + values > MOST_OF_ONE or of_all + values > MOST_OF_ALL:
            raise LinkSetError("links-asked-too-much", values=values, used=so_far, most=MOST_OF_ONE, all=MOST_OF_ALL)
        counted[asker] = so_far + values
        asked = {**self.root.asked, month: counted}
        with self._change(replace(self.root, asked=asked, begun=self.root.begun | {question})):
            pass
        return counted[asker]

    def asked_by(self, asker: str, month: str) -> int:
        """Return how many values an asker asked in a month."""
        return self.root.asked.get(month, {}).get(asker, 0)

    def finish_question(self, question: str) -> None:
        """Answer a question no more: its answer was written."""
        answered = self.root.answered | {question}
        with self._change(replace(self.root, begun=self.root.begun - {question}, answered=answered)):
            pass

    def entries(self) -> Iterator[PackedDigests]:
        """Yield the entry of every case.

        Raises:
            LinkSetError: A row is missing, damaged, or none that the root names.
        """
        seen = 0
        for tag, sealed in self._database.execute("SELECT CAST(tag AS BLOB), CAST(sealed AS BLOB) FROM entry"):
            if self.root.entries.get(tag.hex()) != hashlib.sha256(sealed).hexdigest():
                raise LinkSetError("links-set-damaged", path=self._path)
            try:
                yield unpacked_entry(self._key.box.open(_about(tag), sealed))
            except (DamagedError, UnsoundEntryError) as error:
                raise LinkSetError("links-set-damaged", path=self._path) from error
            seen += 1
        if seen != len(self.root.entries):
            raise LinkSetError("links-set-damaged", path=self._path)

    def _read_root(self) -> LinkSetRoot:
        found = self._database.execute("SELECT CAST(key AS TEXT), CAST(sealed AS BLOB) FROM root").fetchone()
        if found is None:
            return LinkSetRoot(0, {}, frozenset())
        name, sealed = found
        if name != self._key.fingerprint:
            raise LinkSetError("links-set-of-another", path=self._path)
        try:
            facts = json.loads(self._key.box.open(_ROOT_ABOUT, sealed))
            begun, answered = (frozenset(facts.get(name, ())) for name in ("begun", "answered"))
            left_out, asked = frozenset(facts["left_out"]), facts.get("asked", {})
            return LinkSetRoot(int(facts["changes"]), facts["entries"], left_out, asked, begun, answered)
        except (DamagedError, ValueError, KeyError, TypeError) as error:
            raise LinkSetError("links-set-damaged", path=self._path) from error

    @contextmanager
    def _change(self, root: LinkSetRoot) -> Iterator[None]:
        """Write a root around one change; both are there, or neither."""
        after = replace(root, changes=self.root.changes + 1)
        facts = {
            "changes": after.changes,
            "entries": dict(after.entries),
            "left_out": sorted(after.left_out),
            "asked": {month: dict(counted) for month, counted in after.asked.items()},
            "begun": sorted(after.begun),
            "answered": sorted(after.answered),
        }
        sealed = self._key.box.seal(_ROOT_ABOUT, json.dumps(facts).encode(), self._random(NONCE_BYTES))
        yield
        self._database.execute("INSERT OR REPLACE INTO root VALUES (1, ?, ?)", (self._key.fingerprint, sealed))
        self.root = after


@contextmanager
def open_link_set(path: Path, key: LinkKey, least: int, random: Callable[[int], bytes]) -> Iterator[LinkSet]:
    """Open a set, making it where there is none; no other program changes it meanwhile.

    Args:
        path: The file; made with mode 0600.
        key: The association's key.
        least: How many changes the station remembers.
        random: Returns so many unpredictable bytes.

    Raises:
        LinkSetError: It is damaged, forged, another association's, older, or another program holds it.
        OSError: The file cannot be made, read or written now.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    try:
        database = sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                database.execute(table)
            opened = LinkSet(database, key, least, random, path)
            yield opened
            database.execute("COMMIT")
        finally:
            database.close()
    except sqlite3.Error as error:
        raise _trouble(error, path) from error


def _trouble(error: sqlite3.Error, path: Path) -> LinkSetError | OSError:
    """Return the trouble with a set: it is busy or damaged, or the system gives or takes nothing now."""
    number = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if number in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return LinkSetError("links-set-busy", path=str(path))
    if number in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} and _is_damaged(path):
        return LinkSetError("links-set-damaged", path=str(path))
    # The library keeps the system's own number to itself.
    refused = _REFUSED.get(number, errno.EIO)
    return OSError(refused, os.strerror(refused), str(path))


def _is_damaged(path: Path) -> bool:
    """Look a second time: a file that could not be read for a moment looks damaged too."""
    try:
        path.read_bytes()
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return bool(database.execute("PRAGMA quick_check").fetchone() != ("ok",))
    except OSError:
        return False
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _about(tag: bytes) -> str:
    return f"evidence-kit/1 links entry {tag[:VALUE_BYTES].hex()}"
