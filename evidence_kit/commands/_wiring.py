"""Where the outside world enters: clock, disk, randomness, environment, terminal, keys."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from evidence_kit.commands._language import environment, language_of
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._streams import trouble_with_results
from evidence_kit.errors import EvidenceError, Exit, UsageError
from evidence_kit.words import OFFERED

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workers.pool import Pool
    from evidence_kit.workers.worker import Worker
    from evidence_kit.workflows.accession.describe import WorkerDescriber
    from evidence_kit.workflows.batch.steps import BatchResources
    from evidence_kit.workflows.case.errors import UnfinishedError
    from evidence_kit.workflows.case.station import Station
    from evidence_kit.workflows.case.world import World

T = TypeVar("T")
_LONGEST_PASSPHRASE_BYTES = 4096
_TYPED_BACK = 6
_LONGEST_TEXT_BYTES = 20_000
# Free text and names: each may be `-`, standard input, or `@FILE`, so that it is in no process list and no history.
_TEXTS = frozenset(
    {
        "account", "sharp", "accept_older", "age_known_by", "amount", "app_name", "authorised_by", "by", "channel",
        "consent_by", "consent_reference", "deadline", "demand", "device", "exported_by", "guardian",
        "guardian_document", "guardian_relation", "handed_by", "means", "menu", "minor_media_by",
        "minor_media_why", "name", "phone_now", "place", "profile", "pseudonym", "purpose", "reason",
        "reference", "remark", "responsible", "reveal", "said_by", "second", "sender", "system", "taken_by",
        "text", "to", "to_office", "transformation", "why", "witnessed_by", "without_consent", "words",
    }
)  # fmt: skip
_TRIES = 3
# What these were asked for is what they print; all others did something besides.
_SHOWING = frozenset(
    {"list", "show", "cases", "chats", "identifiers", "threats", "log", "keys", "help", "compare"},
)


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
    """

    screen: Screen
    no_input: bool
    passphrase_file: str | None
    station_folder: Path
    accept_older: str | None = None
    left_to_do: list[UnfinishedError] = field(default_factory=list)
    recorded: list[int] = field(default_factory=list)
    languages: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Say whether a person can be asked."""
        return not self.no_input and sys.stdin is not None and sys.stdin.isatty()

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
        typed = self.screen.ask_secret(question)
        self.screen.keep_secret(typed)
        return typed.encode("utf-8")

    def key(self, station: Station) -> SigningKey:
        """Return the unlocked station key; asks before any work is done, and once more after a slip of the hand."""
        from evidence_kit.commands._unlocked import HELD
        from evidence_kit.keys.errors import WrongPassphraseError

        held = HELD.get()
        if held is not None and self.passphrase_file is None and (key := held.key(station.folder)) is not None:
            return key
        return self.tried(lambda: station.unlock(self.passphrase()), WrongPassphraseError)

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
        return self.key(station)

    def world(self) -> World:
        """Return clock, disk and randomness."""
        from dataclasses import replace

        from evidence_kit.workflows.case.world import this_computer

        return replace(
            this_computer(), left_to_do=self.left_to_do, recorded=self.recorded, lost_results=trouble_with_results
        )

    def ask(self, value: str | None, question: str, flag: str) -> str:
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


def archive_digits(setting: Setting, secret_file: str | None) -> str:
    """Return an archive's passphrase: out of its file, or as a person types it.

    Raises:
        UsageError: It is none, or there is no file and nobody to ask.
    """
    from evidence_kit.sealing.passphrase import PassphraseFormError, normalise_passphrase

    if secret_file is None and not setting.asks:
        raise UsageError("needed", fact="archive-passphrase", flag="--archive-passphrase-file")

    def typed() -> str:
        if secret_file is not None:
            given = secret_from(secret_file).decode("utf-8", "replace")
        else:
            given = setting.screen.ask_secret("ask.archive-passphrase")
        try:
            return normalise_passphrase(given)
        except PassphraseFormError as error:
            raise UsageError("archive-passphrase-malformed") from error

    return typed() if secret_file is not None else setting.tried(typed, UsageError)


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


def compared_by_voice(setting: Setting, fingerprint: str, confirm: str | None) -> str:
    """Return a fingerprint whose end was typed back after a comparison by voice.

    Raises:
        NotConfirmedError: What was typed is not its end.
    """
    from evidence_kit.keys.errors import NotConfirmedError

    setting.screen.tell("grant.fingerprint", fingerprint=fingerprint)

    def compared() -> str:
        typed = setting.ask(confirm, "ask.fingerprint-end", "--confirm")
        if typed.strip() != fingerprint[-_TYPED_BACK:]:
            raise NotConfirmedError("fingerprint-not-confirmed", fingerprint=fingerprint)
        return fingerprint

    return compared() if confirm is not None else setting.tried(compared, NotConfirmedError)


@contextmanager
def describer() -> Iterator[WorkerDescriber]:
    """Start the isolated worker that looks into pictures and sound, and stop it again."""
    from evidence_kit.workflows.accession.describe import WorkerDescriber

    with WorkerDescriber(environment=_for_workers(), trust_anchors=_trust_anchors()) as worker:
        yield worker


def _trust_anchors() -> str | None:
    """Return the certificates by which signers of content credentials are vouched for, None where none were chosen.

    Raises:
        UsageError: The file that was chosen cannot be read.
    """
    path = environment().get("EVIDENCE_KIT_C2PA_TRUST")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("trust-list-unreadable", path=path) from error


@contextmanager
def batch_resources(station_folder: Path, openssh: bytes) -> Iterator[BatchResources]:
    """Open the resources that a process needs to carry out lines of a batch.

    Args:
        station_folder: Where the station lies.
        openssh: Its key, without a passphrase: it comes through a pipe and stays in memory.
    """
    from evidence_kit.keys.station import unlock
    from evidence_kit.workflows.batch.steps import BatchResources
    from evidence_kit.workflows.case import station
    from evidence_kit.workflows.case.world import this_computer

    with describer() as worker:
        yield BatchResources(
            station.load_station(station_folder),
            unlock(openssh, None),
            this_computer(),
            worker,
            worker.run,
            isolated_worker,
        )


@contextmanager
def isolated_worker() -> Iterator[Worker]:
    """Start one isolated process that reads foreign bytes, and stop it again."""
    from evidence_kit.workers.worker import Worker

    with Worker(environment=_for_workers()) as worker:
        yield worker


@contextmanager
def worker_pool() -> Iterator[Pool]:
    """Start isolated processes, one a core, that decode and compare pictures, and stop them again."""
    from evidence_kit.workers.pool import Pool
    from evidence_kit.workers.worker import Worker
    from evidence_kit.workflows.accession.describe import usable_cores

    surroundings = _for_workers()
    with Pool(lambda: Worker(environment=surroundings), workers=usable_cores(), ahead=4) as pool:
        yield pool


def _for_workers() -> dict[str, str]:
    # Windows starts no process without it; nothing else of the environment reaches a worker.
    surroundings = environment()
    return {name: surroundings[name] for name in ("SystemRoot",) if name in surroundings}


def case_folder(setting: Setting, text: str) -> CaseFolder:
    """Return the case that a person means: a folder, an id, or the last number of an id.

    Raises:
        NoCaseError: There is none, or several end in this number.
        NoStationError: It is no folder, and no station knows where cases lie.
    """
    from evidence_kit.workflows.case.locate import locate

    return locate(text, lambda: setting.station().cases)


_IN_SEVERAL_LANGUAGES = frozenset({"report"})
_COMMON: dict[str, Any] = {
    "json": Annotated[bool, typer.Option("--json")],
    "quiet": Annotated[bool, typer.Option("--quiet", "-q")],
    "lang": Annotated[str | None, typer.Option("--lang", metavar="|".join(OFFERED))],
    "no_input": Annotated[bool, typer.Option("--no-input")],
    "passphrase_file": Annotated[str | None, typer.Option("--passphrase-file", metavar="FILE")],
    "station": Annotated[Path | None, typer.Option("--station", metavar="DIR")],
}
_OLDER = Annotated[str | None, typer.Option("--accept-older", metavar="REASON")]
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", show_default=False)]
_DEFAULTS = {"json": False, "quiet": False, "no_input": False}


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the flags that all commands share, and hand them over as one `Setting`."""
    return _with_common(function, {})


def case_command(function: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that opens a case, which may be older than the station remembers."""
    return _with_common(function, {"accept_older": _OLDER})


def _with_common(function: Callable[..., None], more: Mapping[str, Any]) -> Callable[..., None]:
    added = _COMMON | dict(more)
    # Made into types here: annotations are strings, and behind the wrapper their module would be this one.
    hints = get_type_hints(function, include_extras=True)

    @wraps(function)
    def wrapped(**given: Any) -> None:  # noqa: ANN401 - whatever typer parsed
        common = {name: given.pop(name) for name in added}
        setting = _setting(common, function.__name__)
        try:
            _read_texts(setting, given)
            function(setting, **given)
        except typer.Exit as ended:
            _end(setting, int(ended.exit_code), function.__name__)
        except BaseException:
            for error in setting.left_to_do:
                setting.screen.failed(error)
            raise
        else:
            _end(setting, int(Exit.DONE), function.__name__)

    # typer reads the signature and never the code: `wraps` alone would show it the command's own, with a `Setting` that
    # nobody can type and without the common flags; by keyword only, so that flags without a default may stand behind
    # those with one.
    own = list(inspect.signature(function).parameters.values())[1:]
    parameters = [each.replace(annotation=hints[each.name], kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_DEFAULTS.get(name), annotation=annotation)
        for name, annotation in added.items()
    ]
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {each.name: each.annotation for each in parameters}
    return wrapped


def _read_texts(setting: Setting, given: dict[str, Any]) -> None:
    """Put texts in the place of `-` and `@FILE`: what stands in a command line, every user of the computer can read.

    Raises:
        UsageError: A file cannot be read, or two texts are to come from standard input.
    """
    read_before = setting.passphrase_file == "-"  # noqa: S105 - standard input
    for name in _TEXTS & given.keys():
        value = given[name]
        if value == "-":
            if setting.asks:
                given[name] = setting.screen.ask("ask.text", flag=f"--{name.replace('_', '-')}")
                continue
            if read_before:
                raise UsageError("text-twice")
            read_before = True
            given[name] = _text_in(None)
        elif isinstance(value, str) and value.startswith("@"):
            given[name] = _text_in(Path(value[1:]))


def _text_in(path: Path | None) -> str:
    """Return the text of a file, or of standard input.

    Raises:
        UsageError: It cannot be read, is empty, or is too long.
    """
    try:
        if path is None:
            data = sys.stdin.buffer.read(_LONGEST_TEXT_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(_LONGEST_TEXT_BYTES + 1)
        text = data.decode("utf-8-sig").strip()
    except (OSError, AttributeError, UnicodeDecodeError) as error:
        raise UsageError("text-unreadable", path=str(path or "-")) from error
    if not text or len(data) > _LONGEST_TEXT_BYTES:
        raise UsageError("text-unreadable", path=str(path or "-"))
    return text


def _end(setting: Setting, code: int, name: str) -> None:
    """End a finished command with its own code; tell unfinished steps and lost results."""
    for error in setting.left_to_do:
        setting.screen.failed(error)
        code = code or int(error.exit_code)
    lost = trouble_with_results()
    if lost is not None:
        setting.screen.warn("cli.results-lost", errno=lost)
        if code == Exit.DONE and name.rstrip("_") in _SHOWING and not setting.recorded:
            # What it was asked for is what was lost: a script must not take half a list for a whole one.
            from evidence_kit.workflows.case.disk_errors import file_refused

            code = int(file_refused(OSError(lost, "")).exit_code)
    if code != Exit.DONE:
        raise typer.Exit(code)


def _setting(common: dict[str, Any], name: str) -> Setting:
    surroundings = environment()
    languages = tuple(dict.fromkeys(str(common["lang"] or language_of((), surroundings)).split(",")))
    for language in languages:
        # One screen has one language; papers may be made in several at once.
        if language not in OFFERED or (len(languages) > 1 and name not in _IN_SEVERAL_LANGUAGES):
            raise UsageError("language-unknown", language=",".join(languages), offered=", ".join(OFFERED))
    folder = common["station"] or surroundings.get("EVIDENCE_KIT_STATION") or typer.get_app_dir("evidence-kit")
    return Setting(
        screen=Screen(languages[0], json=common["json"], quiet=common["quiet"]),
        no_input=common["no_input"],
        passphrase_file=common["passphrase_file"],
        station_folder=Path(folder),
        accept_older=common.get("accept_older"),
        languages=languages,
    )
