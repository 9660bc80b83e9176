"""Plain copies: the sources of a case that lie in clear, held against the store, and deleted on a person's word."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Final

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Manifest
from evidence_kit.hashing.exact import TallyingSink, tally_stream
from evidence_kit.intake.exact_path import exact_path, shown_path
from evidence_kit.intake.mounts import MediumKind, Mount, medium_of
from evidence_kit.intake.read import FileTrace, NotRegularError, file_pieces, open_original
from evidence_kit.intake.walk import FoundFile, walk_files
from evidence_kit.keys.age import DamagedError
from evidence_kit.model import Digest, Json
from evidence_kit.vault.links import is_link
from evidence_kit.vault.patience import remove_file
from evidence_kit.workflows.accession.witness import path_in_words, rule_for
from evidence_kit.workflows.case.disk_errors import is_gone
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.write import CaseWriter

_BATCH: Final = 500


class PlainState(Enum):
    """The relation of a plain file to the case."""

    KEPT = "kept"
    WITNESSED = "witnessed"
    REVEALED = "revealed"
    NOT_IN_CASE = "not-in-case"
    STORE_DAMAGED = "store-damaged"
    STORE_UNREAD = "store-unread"
    UNREADABLE = "unreadable"
    PHONE = "phone"
    UNKNOWN_GROUND = "unknown-ground"
    GONE = "gone"


# Nothing is ever deleted there: a phone is the original, and what nobody knows may be one.
_NOT_LOOKED_INTO: Final = {MediumKind.PHONE: PlainState.PHONE, MediumKind.UNKNOWN: PlainState.UNKNOWN_GROUND}


@dataclass(frozen=True, slots=True)
class PlainFile:
    """One file that lies in clear, or a whole source that is not looked into.

    Attributes:
        path: Where it lies.
        state: What it is to the case.
        item: The item that has the same bytes.
        size_bytes: Its length.
        sha256: Its digest, None where it was not read.
        trace: What the file system said when it was read.
    """

    path: Path
    state: PlainState
    item: str | None = None
    size_bytes: int = 0
    sha256: Digest | None = None
    trace: FileTrace | None = None

    @property
    def shown(self) -> str:
        """Its path, as the person who put it there knows it."""
        return str(shown_path(self.path))


@dataclass(frozen=True, slots=True)
class LawyersWord:
    """The lawyer's word about witnessed files."""

    name: str
    words: str | None

    def facts(self) -> Json:
        """Return the facts as they go into the log."""
        return {"name": self.name, "words": self.words}


def remember_sources(writer: CaseWriter, sources: Sequence[Path], known: Sequence[Mount]) -> None:
    """Note where sources lie on this computer, so that `tidy` finds them; each is noted once.

    Args:
        writer: The case.
        sources: Files or folders that were taken in.
        known: This computer's file systems, by which a source on a stick is named.
    """
    places = [_place(source, known) for source in sources]
    noted = [each for entry in writer.manifest.entries.get("source.read", ()) for each in entry.facts["sources"]]
    if any(place not in noted for place in places):
        writer.commit([Event("source.read", {"sources": places})])


def sources_of(manifest: Manifest) -> list[Path]:
    """Return where the sources of a case lay, in the order in which they were first read."""
    told = [each for entry in manifest.entries.get("source.read", ()) for each in entry.facts["sources"]]
    return list(dict.fromkeys(_path(str(each["path"]), each.get("path_bytes")) for each in told))


def revealed_folder(station: Station) -> Path:
    """Return the folder in which pages lie that show an item."""
    return station.cases.parent / "revealed"


def plain_files(case: Case, station: Station, sources: Iterable[Path], known: Sequence[Mount]) -> Iterator[PlainFile]:
    """Yield every plain file of the sources, hashed, and held against the store's real contents.

    Args:
        case: The case, unlocked.
        station: Its own folders are never looked into.
        sources: Files and folders.
        known: This computer's file systems.
    """
    own = frozenset(each.resolve() for each in (case.folder.root, station.folder, station.cases))
    store = _Store(case)
    for source in sources:
        if not os.path.lexists(source):
            yield PlainFile(source, PlainState.GONE)
        elif (lies_on := medium_of(source, known)) in _NOT_LOOKED_INTO:
            yield PlainFile(source, _NOT_LOOKED_INTO[lies_on])
        else:
            for found in walk_files(source, own):
                if isinstance(found, FoundFile):
                    yield _one(found.path, store)
    folder = revealed_folder(station)
    for path in sorted(folder.glob(f"{case.id}.*")) if folder.is_dir() else ():
        yield PlainFile(path, PlainState.REVEALED, size_bytes=path.stat().st_size)


def may_delete(plain: PlainFile, word: LawyersWord | None) -> bool:
    """Say whether a plain file may be deleted: the store has it, or the lawyer has spoken."""
    return plain.state in {PlainState.KEPT, PlainState.REVEALED} or (
        plain.state is PlainState.WITNESSED and word is not None
    )


def delete_plain(
    writer: CaseWriter, plain: Sequence[PlainFile], sources: Sequence[Path], word: LawyersWord | None
) -> Iterator[tuple[PlainFile, bool]]:
    """Delete plain files that may go; yield each with whether it is gone. The log says so before it happens.

    A file that is another one than when it was read stays. Folders that became empty go too.

    Args:
        writer: The case.
        plain: The files, from `plain_files`.
        sources: The folders that were looked through; empty ones below them go.
        word: The lawyer's word about witnessed files; None where there is none.
    """
    careful = rule_for(writer.manifest, "unknown").careful
    files = iter([each for each in plain if may_delete(each, word)])
    while batch := list(islice(files, _BATCH)):
        facts: dict[str, Json] = {"files": [_told(each, careful=careful) for each in batch]}
        if word is not None:
            facts["witnessed_by"] = word.facts()
        writer.commit([Event("tidied", facts)])
        for each in batch:
            yield each, _unlink(each)
    for source in sources:
        _drop_empty(exact_path(source))


class _Store:
    """States the store's real contents, item by item, each decrypted once."""

    def __init__(self, case: Case) -> None:
        self.manifest = case.opened
        self._case = case
        self._states: dict[str, PlainState] = {}

    def state(self, item: str) -> PlainState:
        """Return the state of an item in the store: whole, damaged, or unreadable now."""
        if item not in self._states:
            self._states[item] = self._look(item)
        return self._states[item]

    def _look(self, item: str) -> PlainState:
        sink = TallyingSink()
        try:
            self._case.decrypt(item, sink)
        except DamagedError:
            return PlainState.STORE_DAMAGED
        except OSError as error:
            return PlainState.STORE_DAMAGED if is_gone(error) else PlainState.STORE_UNREAD
        return PlainState.KEPT if sink.tally.sha256 == self.manifest.items[item].sha256 else PlainState.STORE_DAMAGED


def _one(path: Path, store: _Store) -> PlainFile:
    try:
        with open_original(path) as original:
            seen = tally_stream(file_pieces(original.file))
            if original.changed():
                return PlainFile(path, PlainState.UNREADABLE, size_bytes=seen.size_bytes)
            trace = original.before
    except (NotRegularError, OSError):
        return PlainFile(path, PlainState.UNREADABLE)
    manifest, name = store.manifest, seen.sha256.hex
    item = manifest.by_digest.get(name)
    if item is not None:
        state = store.state(item)
    elif (item := manifest.witnessed_by_digest.get(name)) is not None:
        state = PlainState.WITNESSED
    else:
        state = PlainState.NOT_IN_CASE
    return PlainFile(path, state, item, seen.size_bytes, seen.sha256, trace)


def _unlink(plain: PlainFile) -> bool:
    try:
        if plain.trace is not None:
            with open_original(plain.path) as original:
                if original.before != plain.trace:
                    return False
        remove_file(plain.path)
    except (NotRegularError, OSError):
        return False
    return True


def _drop_empty(folder: Path) -> None:
    """Remove folders in which nothing is left, the innermost first; one that is in use or a mount stays."""
    if is_link(folder) or not folder.is_dir():
        return
    with suppress(OSError):
        for inner in sorted(folder.iterdir()):
            _drop_empty(inner)
        if not os.path.ismount(folder) and not any(folder.iterdir()):
            folder.rmdir()


def _told(plain: PlainFile, *, careful: bool) -> Json:
    digest = None if plain.sha256 is None else plain.sha256.hex
    where = _shown(plain.path)
    if careful:
        path, _ = path_in_words(str(where["path"]), None)
        where = where if path == where["path"] else {"path": path}
    return {**where, "sha256": digest, "item": plain.item}


def _place(source: Path, known: Sequence[Mount]) -> Json:
    return {**_shown(source.absolute()), "on": medium_of(source, known).value}


def _shown(path: Path) -> dict[str, Json]:
    """Return a whole path for display, and its bytes where they are no Unicode."""
    raw = os.fsencode(shown_path(path))
    shown = raw.decode("utf-8", "replace")
    facts: dict[str, Json] = {"path": shown}
    if shown.encode("utf-8") != raw:
        facts["path_bytes"] = base64.b64encode(raw).decode("ascii")
    return facts


def _path(shown: str, raw: str | None) -> Path:
    return Path(shown if raw is None else os.fsdecode(base64.b64decode(raw)))
