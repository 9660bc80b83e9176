"""A station from Python: one person's key, and the cases of this computer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from datetime import date

    from evidence_kit.api.case import Case
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.workflows.case import station as stations
    from evidence_kit.workflows.case.new import Guardian
    from evidence_kit.workflows.case.world import World
    from evidence_kit.workflows.reading.overview import Overview


class Station:
    """An unlocked station: one person's key, and the cases of this computer.

    Made by `create` or `open`. When a `with` block over it ends, the key is forgotten.
    """

    def __init__(self, station: stations.Station, key: SigningKey, world: World) -> None:
        self.facts = station
        self._key: SigningKey | None = key
        self._world = world

    @classmethod
    def create(  # noqa: PLR0913 - what a station is
        cls,
        folder: Path,
        passphrase: bytes,
        *,
        association: str,
        name: str,
        role: str,
        place: str,
        cases: Path,
        recovery_out: Path,
    ) -> Station:
        """Make a new station and the association's recovery key (`workflows/case/setup`).

        Args:
            folder: Where the station goes; made absolute.
            passphrase: Locks the station key; at least ten characters.
            association: Code that case ids begin with: 2 to 12 capital letters and digits.
            name: Who works here; stands behind every event.
            role: Such as `volunteer`.
            place: Town or office.
            cases: Folder for cases; made absolute.
            recovery_out: New file for the recovery key, which opens every case. That it was written to a file is
                recorded in every case; bring it to paper or to a safe, and delete it.

        Raises:
            StationExistsError: There is a station in the folder.
            PathTakenError: There is something at `recovery_out`.
            WeakPassphraseError: The passphrase is too short.
            UsageError: The association's code is none.
        """
        from evidence_kit.custody.errors import StationExistsError
        from evidence_kit.workflows.case import station as stations
        from evidence_kit.workflows.case.setup import SetupRequest, association_code, set_up_station
        from evidence_kit.workflows.case.world import this_computer

        world = this_computer()
        wish = SetupRequest(
            folder.absolute(),
            association_code(association),
            stations.StationUser(name, role, place),
            cases.absolute(),
            None,
            recovery_to_file=True,
        )
        if stations.station_exists(wish.folder):
            raise StationExistsError("station-exists", path=str(wish.folder))
        made = set_up_station(wish, passphrase, world, recovery_out).station
        return cls(made, made.unlock(passphrase), world)

    @classmethod
    def open(cls, folder: Path, passphrase: bytes) -> Station:
        """Open the station in a folder (`workflows/case/station`).

        Raises:
            NoStationError: There is none.
            WrongPassphraseError: The passphrase does not fit.
            KeyMissingError: The key file is gone.
        """
        from evidence_kit.workflows.case import station as stations
        from evidence_kit.workflows.case.world import this_computer

        found = stations.load_station(folder.absolute())
        return cls(found, found.unlock(passphrase), this_computer())

    def __enter__(self) -> Self:
        """Return the station."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget the key."""
        self._key = None

    @property
    def key(self) -> SigningKey:
        """The station key.

        Raises:
            ValueError: The `with` block of this station has ended.
        """
        if self._key is None:
            raise ValueError("this station is closed; open it again")
        return self._key

    @property
    def world(self) -> World:
        """Clock, disk and randomness, for workflows that are called directly."""
        return self._world

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the station's key, for two people to compare by voice."""
        return self.facts.public.fingerprint

    def cases(self) -> Iterator[Overview]:
        """Yield every case of this station, as its folder shows it without a key, in the order of ids."""
        from evidence_kit.workflows.reading.overview import overviews

        return overviews(self.facts.cases)

    def case(self, name: str | Path) -> Case:
        """Return a case, to be used in a `with` block.

        Args:
            name: Its folder, its id, or the last number of its id.

        Raises:
            NoCaseError: There is none, or several end in this number.
        """
        from evidence_kit.api.case import Case
        from evidence_kit.workflows.case.locate import locate

        return Case(self, locate(str(name), lambda: self.facts.cases))

    def new_case(  # noqa: PLR0913 - what is known when a case is opened
        self,
        age_band: str,
        age_known_by: str,
        *,
        consent: Sequence[str] = (),
        consent_by: str = "person",
        guardian: Guardian | None = None,
        pseudonym: str | None = None,
        reference: str | None = None,
        retention: date | None = None,
    ) -> Case:
        """Open a new case (`workflows/case/new`) and return it, to be used in a `with` block.

        Args:
            age_band: `adult`, `minor` or `unknown`, which counts as minor everywhere.
            age_known_by: How anybody knows, such as `identity card`.
            consent: Purposes that were consented to today: `police`, `lawyer`, `psychologist`, `takedown`.
            consent_by: `person`, `guardian`, or a name.
            guardian: Who answers for a minor; without one no consent of a minor counts.
            pseudonym: What the person is called in the case.
            reference: What this case is called elsewhere, such as a file number.
            retention: Until when the case is kept.

        Raises:
            UsageError: A minor's consent was given and nobody answers for the minor.
        """
        from evidence_kit.api.case import Case
        from evidence_kit.workflows.case.new import CaseOpening, ConsentGiven, create_case

        today = self._world.clock.now().date()
        about = CaseOpening(
            age_band=age_band,
            age_known_by=age_known_by,
            consents=[ConsentGiven(each, given=True, on=today, said_by=consent_by) for each in consent],
            guardian=guardian,
            pseudonym=pseudonym,
            reference=reference,
            retention=retention,
        )
        return Case(self, create_case(self.facts, self.key, about, self._world).case.folder)
