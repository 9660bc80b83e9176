"""Where the outside world enters: clock, disk, randomness, environment, terminal, keys."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from evidence_kit.commands._keyboard import KEYBOARD
from evidence_kit.commands._language import environment, language_of
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._streams import trouble_with_results
from evidence_kit.commands._texts import STATED_NAMES, read_texts
from evidence_kit.errors import Exit, UsageError
from evidence_kit.words import OFFERED

if TYPE_CHECKING:
    from evidence_kit.vault.folder import CaseFolder

# What these were asked for is what they print; all others did something besides.
_SHOWING = frozenset(
    {"list", "show", "cases", "chats", "identifiers", "threats", "log", "keys", "help", "compare", "statistics"},
)


def case_folder(setting: Setting, text: str) -> CaseFolder:
    """Return the case that a person means: a folder, an id, or the last number of an id.

    Raises:
        NoCaseError: There is none, or several end in this number.
        NoStationError: It is no folder, and no station knows where cases lie.
    """
    from evidence_kit.workflows.case.locate import locate

    return locate(text, lambda: setting.station().cases)


# Flags that name a place where something new is to lie.
PLACES = frozenset(
    {
        "cases", "checkpoint", "csv", "into", "jsonl", "out", "passphrase_out", "picture", "progress", "receipt_out",
        "recovery_out", "register_file", "remember", "report", "request", "set_file",
    }
)  # fmt: skip
# Those of them that are files, and lie in a folder that is there.
_FILES = frozenset(
    {
        "csv", "jsonl", "passphrase out", "passphrase_out", "links out", "progress", "receipt out", "receipt_out",
        "recovery_out", "register_file", "remember", "report", "request", "verifier out",
    }
)  # fmt: skip
_IN_SEVERAL_LANGUAGES = frozenset({"report", "seal", "statistics"})
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
            read_texts(setting, given, hints)
            _doubt_facts(setting, given)
            _refuse_places(function.__name__, given)
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


def _refuse_places(command: str, given: Mapping[str, Any]) -> None:
    """Refuse flags by which evidence in clear, or a passphrase, would lie inside a case, or nothing can lie anywhere.

    Raises:
        UsageError: One would lie there, or there is no folder for it.
        DiskFailureError: The system takes no such name.
    """
    places = {name: given[name] for name in sorted(PLACES & given.keys()) if isinstance(given[name], Path)}
    if places:
        from evidence_kit.workflows.case.locate import refuse_impossible, refuse_inside_case

        for name, place in places.items():
            refuse_impossible(place, file=name in _FILES or f"{command} {name}" in _FILES)
            refuse_inside_case(place)


def _doubt_facts(setting: Setting, given: Mapping[str, Any]) -> None:
    """Remark on stated times, days, sums and numbers that cannot be."""
    stated = {name: value for name, value in given.items() if name in STATED_NAMES and isinstance(value, str)}
    if stated:
        from evidence_kit.commands._stated import remark_on

        today = setting.world().clock.now().astimezone().date()
        for name, value in stated.items():
            remark_on(setting.screen, name, value, today)


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
        screen=Screen(
            languages[0],
            json=common["json"],
            quiet=common["quiet"],
            pages=not common["no_input"] and KEYBOARD.get().is_there,
        ),
        no_input=common["no_input"],
        passphrase_file=common["passphrase_file"],
        station_folder=Path(folder),
        accept_older=common.get("accept_older"),
        languages=languages,
    )
