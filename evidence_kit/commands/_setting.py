"""The setting of a command: its screen, and the parts of the outside world that it may need."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from evidence_kit.commands._keyboard import KEYBOARD
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._streams import trouble_with_results
from evidence_kit.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.workflows.case.errors import UnfinishedError
    from evidence_kit.workflows.case.station import Station
    from evidence_kit.workflows.case.world import World


T = TypeVar("T")
_LONGEST_PASSPHRASE_BYTES = 4096
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Setting:
    """The setting of a command: the screen, and the parts of the outside world that it may need.

    Attributes:
        screen: Draws everything.
        no_input: Nobody is there to be asked.
        passphrase_file: Where the station key's passphrase stands; `-` is standard input.
        station_folder: Where the station lies.
        accept_older: A person's reason to go on with a case that is older than the station remembers.
        left_to_do: What workflows could not do behind what they recorded.
        recorded: Signature lines that were written into logs.
        languages: Every language that was asked for; the first is that of the screen.
        unlocked: Station keys that this command has opened, by the folder of their station.
    """

    screen: Screen
    no_input: bool
    passphrase_file: str | None
    station_folder: Path
    accept_older: str | None = None
    left_to_do: list[UnfinishedError] = field(default_factory=list)
    recorded: list[int] = field(default_factory=list)
    languages: tuple[str, ...] = ()
    unlocked: dict[Path, SigningKey] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        """Say whether a person can be asked."""
        return not self.no_input and KEYBOARD.get().is_there

    def station(self) -> Station:
        """Return the station, which has to exist."""
        from evidence_kit.workflows.case import station

        return station.load_station(self.station_folder)

    def station_if_any(self) -> Station | None:
        """Return the station, or None where a stranger checks a case."""
        from evidence_kit.workflows.case import station

        return station.load_station(self.station_folder) if station.station_exists(self.station_folder) else None

    def passphrase(self, question: str = "ask.passphrase", *, flag: str = "--passphrase-file") -> bytes:
        """Return a passphrase: out of the file, or from the person.

        Raises:
            UsageError: There is no file and nobody to ask.
        """
        if self.passphrase_file is not None:
            return secret_from(self.passphrase_file)
        if not self.asks:
            raise UsageError("needed", fact="passphrase", flag=flag)
        return self.screen.ask_secret(question).encode("utf-8")

    def unlocked_key(self, station: Station) -> SigningKey:
        """Return the unlocked station key; asks before any work is done, and once more after a slip of the hand."""
        from evidence_kit.commands._unlocked import HELD
        from evidence_kit.keys.errors import WrongPassphraseError

        if (known := self.unlocked.get(station.folder)) is not None:
            return known
        held = HELD.get()
        if held is not None and self.passphrase_file is None and (key := held.key(station.folder)) is not None:
            return key

        def unlocked() -> SigningKey:
            passphrase = self.passphrase()
            key = station.unlock(passphrase)
            KEYBOARD.get().keep_secret(passphrase.decode("utf-8", "surrogateescape"), proven=True)
            return key

        key = self.tried(unlocked, WrongPassphraseError)
        self.unlocked[station.folder] = key
        return key

    def unlock_first(self) -> None:
        """Ask for the passphrase before a fact is asked for that stands before all others; none where is no station."""
        station = self.station_if_any()
        if station is not None:
            self.unlocked_key(station)

    def tried(self, typed: Callable[[], T], *slips: type[EvidenceError]) -> T:
        """Return the typed text of a person, who may try three times; who is not there to be asked has one.

        Args:
            typed: Asks, and reads the answer.
            slips: Errors after which it is asked again.
        """
        for left in range(_TRIES - 1 if self.asks and self.passphrase_file is None else 0, 0, -1):
            try:
                return typed()
            except slips as error:
                self.screen.failed_once(error)
                self.screen.warn("ask.again", count=left)
        return typed()

    def memory(self, station: Station | None) -> Station | None:
        """Return the station whose memory a case is held against, None when a person accepts an older one."""
        return None if self.accept_older is not None else station

    def key_if_given(self, station: Station | None) -> SigningKey | None:
        """Return the station key when a passphrase is at hand without asking."""
        if station is None or self.passphrase_file is None:
            return None
        return self.unlocked_key(station)

    def world(self) -> World:
        """Return clock, disk and randomness."""
        from dataclasses import replace

        from evidence_kit.workflows.case.world import this_computer

        return replace(
            this_computer(), left_to_do=self.left_to_do, recorded=self.recorded, lost_results=trouble_with_results
        )

    def given_or_asked(self, value: str | None, question: str, flag: str) -> str:
        """Return a fact: as given by its flag, or as the person answers.

        Raises:
            UsageError: It was not given and nobody can be asked.
        """
        if value is not None and value.strip():
            return value.strip()
        self.need(flag)
        return self.screen.ask(question)

    def choose(self, value: str | None, question: str, flag: str, kind: str, keys: Sequence[str]) -> str:
        """Return one of several choices: as given by its flag, or as the person answers.

        Args:
            value: As given by the flag; whoever calls this checks it.
            question: Id of the question.
            flag: Named where nobody can be asked.
            kind: Table of `choice.toml` that names the choices.
            keys: The choices.

        Raises:
            UsageError: It was not given and nobody can be asked.
        """
        if value is not None and value.strip():
            return value.strip().lower()
        self.need(flag)
        while (meant := self.screen.choose(question, kind, keys)) is None:
            self.screen.warn("ask.not-understood")
        return meant

    def need(self, flag: str, value: str | None = None) -> None:
        """Refuse to go on without a fact that nobody is there to give.

        Raises:
            UsageError: There is nobody.
        """
        if not (value and value.strip()) and not self.asks:
            raise UsageError("needed", fact=flag.removeprefix("--"), flag=flag)


def secret_from(path: str) -> bytes:
    """Read a passphrase: the first line, without its line end.

    Raises:
        UsageError: The file cannot be read, or is empty.
    """
    try:
        if path == "-":
            data = sys.stdin.buffer.readline(_LONGEST_PASSPHRASE_BYTES)
        else:
            with Path(path).open("rb") as file:
                data = file.readline(_LONGEST_PASSPHRASE_BYTES)
    except (OSError, AttributeError) as error:
        from evidence_kit.workflows.case.disk_errors import file_refused, is_gone

        if isinstance(error, OSError) and not is_gone(error) and not isinstance(error, PermissionError):
            raise file_refused(error, path) from error
        raise UsageError("passphrase-file-unreadable", path=path) from error
    secret = data.rstrip(b"\r\n")
    if not secret:
        raise UsageError("passphrase-file-empty", path=path)
    return secret
