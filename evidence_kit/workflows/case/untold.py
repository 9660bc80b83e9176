"""Opening a case once: a case that an interruption kept from being told is told instead of a second one being opened.

While a case is opened and until its id was told, a file in the station's folder bears this id and is locked by the
process. Whoever finds such a file without its lock finds a case that nobody was told of; it is emptied once somebody
was. The file says nothing else: facts about a person stand in the case alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.custody.errors import CaseExistsError, CaseLockedError
from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.lock import HeldError, hold_lock
from evidence_kit.workflows.case.new import CaseOpening, check_facts, create_named, naming, opened_before
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import bring_up_to_date

FOLDER = "untold"
# Whoever looks for interrupted cases holds such a lock for a moment.
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened.

    Attributes:
        case: The case.
        before: An earlier run opened it with these very facts, and was interrupted or given its id.
    """

    case: Case
    before: bool = False


@contextmanager
def opened_once(
    station: Station, key: SigningKey, about: CaseOpening, world: World, case_id: str | None = None
) -> Iterator[Opened]:
    """Open a case, or take up the one that an interrupted run opened with the same facts; tell its id inside.

    Args:
        station: Whose case.
        key: Its unlocked key.
        about: The facts.
        world: Clock, disk and randomness.
        case_id: Its id where a person chose one.

    Raises:
        CaseExistsError: A case of this id is there, with other facts or with events since.
        UsageError: The facts do not go together.
    """
    check_facts(about)
    with ExitStack() as held:
        notes = _Notes(station, world, held)
        found = notes.interrupted(key, about) if case_id is None else None
        if found is None:
            found = notes.open(key, about, case_id)
        if found.before:
            # The interruption may have come before the station remembered the case.
            bring_up_to_date(found.case, key, station, world)
        yield found
        if world.lost_results() is None:
            notes.told()


class _Notes:
    """Files named like the cases that are being opened, locked as long as their process lives."""

    def __init__(self, station: Station, world: World, held: ExitStack) -> None:
        self._station = station
        self._world = world
        self._disk = world.disk
        self._folder = station.folder / FOLDER
        self._held = held
        self._mine: list[Path] = []

    def open(self, key: SigningKey, about: CaseOpening, case_id: str | None) -> Opened:
        """Open a case; one that is there already, with these very facts and nothing since, is taken up.

        Args:
            key: The station's key.
            about: The facts of the opening.
            case_id: The id that is wanted; None for the next one.

        Raises:
            CaseExistsError: There is another case of this id.
            UsageError: As for `create_case`.
        """
        try:
            with naming(self._station, self._world, case_id) as name:
                self._promise(name)
                return Opened(create_named(self._station, key, about, self._world, name).case)
        except CaseExistsError:
            before = None if case_id is None else opened_before(self._station, key, about, case_id)
            if before is None:
                raise
            return Opened(before, before=True)

    def _promise(self, case: str) -> None:
        """Note that a case is about to be there and nobody was told of it."""
        note = self._folder / case
        self._disk.make_folder(self._folder)
        self._held.callback(self._sweep, note)
        self._held.enter_context(_only(note))
        file = self._disk.append(note)
        file.write(b"untold\n")
        file.sync()
        file.close()
        self._disk.sync_folder(self._folder)
        self._mine.append(note)

    def interrupted(self, key: SigningKey, about: CaseOpening) -> Opened | None:
        """Return a case that was opened with the same facts and never told; None where there is none."""
        for note in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            # One without a case stays: the next case gets its id, and somebody may be about to lock it.
            here = (self._station.cases / note.name).is_dir()
            with ExitStack() as trial:
                try:
                    trial.enter_context(hold_lock(note, 0))
                    untold = note.stat().st_size > 0
                except (HeldError, OSError):
                    continue
                case = opened_before(self._station, key, about, note.name) if here and untold else None
                if case is not None:
                    self._held.callback(self._sweep, note)
                    self._held.enter_context(trial.pop_all())
                    self._mine.append(note)
                    return Opened(case, before=True)
            if here:
                self._sweep(note)
        return None

    def told(self) -> None:
        """Note that the person was told; the lock is held, so nobody takes the case for one that they were not."""
        for note in self._mine:
            with suppress(OSError):
                self._disk.shorten(note, 0)

    def _sweep(self, note: Path) -> None:
        """Delete a note that says nothing any more; Windows deletes no file that is open, so it is let go of first."""
        with suppress(OSError):
            if note.stat().st_size == 0:
                self._disk.remove(note)


@contextmanager
def _only(note: Path) -> Iterator[None]:
    try:
        with hold_lock(note, _PATIENCE_SECONDS):
            yield
    except HeldError as error:
        raise CaseLockedError("station-locked", path=str(note.parent.parent)) from error
