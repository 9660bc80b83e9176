"""Assembles the commands; the one place where an error becomes an exit code."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from evidence_kit.errors import EvidenceError, Exit, place_of
from evidence_kit.words import Words, catalogue

if TYPE_CHECKING:
    import typer

_OBJECTS_BEFORE_A_COLLECTION: Final = 100_000

# The first screen, group by group; what only scripts and experts need stands last.
GROUPS: Final = (
    ("person", ("intake", "new", "ingest", "receipt", "consent", "note", "mark", "update", "exclude")),
    (
        "understand",
        ("cases", "list", "show", "describe", "chats", "identifiers", "threats", "match", "links", "statistics"),
    ),
    ("hand-over", ("report", "law", "seal", "export", "transfer", "passphrase", "timestamp")),
    ("check", ("verify", "compare", "verifier")),
    ("scripts", ("batch",)),
    ("learn", ("setup", "demo", "session", "help", "completion", "version")),
    (
        "look-after",
        ("tidy", "keys", "grant", "revoke", "register", "recover", "recovery", "backup", "destroy", "log", "doctor"),
    ),
)

_COMMANDS: Final = frozenset(name for _, names in GROUPS for name in names)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = run(given)
    except BaseException as error:  # noqa: BLE001 - even what tells a person about trouble may lack memory or a library
        code = int(Exit.SYSTEM_LIMIT)
        with suppress(OSError):
            os.write(2, f"evidence-kit: {type(error).__name__}\n".encode())
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the program and return its exit code."""
    from evidence_kit.commands._streams import guarded_streams

    # Before they are guarded: a guard is no stream of Python's, which alone can be told to speak another encoding.
    _speak_unicode()
    with guarded_streams():
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    from evidence_kit.commands._language import environment, language_of
    from evidence_kit.commands._program import BUILD
    from evidence_kit.commands._screen import Screen
    from evidence_kit.commands._unlocked import RUN

    language = language_of(arguments, environment())
    # A case of a hundred thousand events makes millions of objects and no garbage in circles; looking for it after
    # every 700 of them takes a quarter of the time of opening one. It is the program's choice, not the library's.
    gc.set_threshold(_OBJECTS_BEFORE_A_COLLECTION, 50, 50)
    screen = Screen(language, json="--json" in arguments)
    _no_core_dumps()
    words = catalogue(language)
    if not _meant(arguments):
        return _next_steps(screen, arguments)
    RUN.set(run)
    BUILD.set(build)
    try:
        given = _language_last(arguments)
        program = build(words, _wanted(given))
        code = program.main(given, prog_name="evidence-kit", standalone_mode=False)
        if code == Exit.INTERRUPTED and not _told(arguments):
            # The library turns Ctrl-C into this code without a word.
            screen.warn("cli.interrupted")
        return int(code or Exit.DONE)
    except EvidenceError as error:
        screen.failed(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        screen.warn("cli.interrupted")
        return int(Exit.INTERRUPTED)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the one place where our own bug, or a library's, becomes an exit code
        return _other(screen, error)


def _told(arguments: Sequence[str]) -> bool:
    """Say whether a command says itself how it goes on after Ctrl-C; the same line again would be wrong there."""
    return _meant(arguments)[:1] in (["batch"], ["ingest"], ["intake"])


def _wanted(arguments: Sequence[str]) -> Sequence[str]:
    """Return the command that is called; none when help, or a slip of the hand, needs no more than their names."""
    return [name for name in arguments if any(name in names for _, names in GROUPS)][:1]


def build(words: Words, wanted: Sequence[str] | None = None) -> Any:  # noqa: ANN401 - typer's own click has no types
    """Return the program with its help in one language.

    Args:
        words: The language.
        wanted: Names of the commands that have to work, None for all: loading the others would cost a script more
            than its work. With none of them the program lists all and carries out nothing.
    """
    import typer
    from typer.main import get_command

    program = get_command(_assemble(typer, wanted))
    _explain(program, words)
    return program


def _meant(arguments: Sequence[str]) -> list[str]:
    """Return a command line without `--lang`, wherever it stands; it was obeyed already."""
    given, found = iter(arguments), []
    for each in given:
        if each == "--lang":
            next(given, None)
        elif not each.startswith("--lang="):
            found.append(each)
    return found


def _language_last(arguments: Sequence[str]) -> list[str]:
    """Put `--lang`, wherever it stands, where commands look for it, and turn `help COMMAND` into its own help."""
    command = _meant(arguments)
    if len(command) > 1 and command[0] == "help" and any(command[1] in names for _, names in GROUPS):
        return [command[1], "--help"]
    if command and command[0] in {"--help", "-h"}:
        return command[:1]
    given = list(arguments)
    language = [each for at, each in enumerate(given) if _of_language(given, at)]
    end = command.index("--") if "--" in command else len(command)
    return command[:end] + language + command[end:]


def _of_language(given: Sequence[str], at: int) -> bool:
    return given[at] == "--lang" or given[at].startswith("--lang=") or (at > 0 and given[at - 1] == "--lang")


def _next_steps(screen: Any, language: Sequence[str]) -> int:  # noqa: ANN401 - a Screen
    """Show the next steps at this station, and begin the one that a person chooses.

    Args:
        screen: Where they are shown.
        language: The flag by which it was asked for, as it was given.
    """
    from pathlib import Path

    import typer

    from evidence_kit.commands._keyboard import KEYBOARD
    from evidence_kit.commands._language import environment
    from evidence_kit.commands._menu import chosen_line, show_menu
    from evidence_kit.workflows.case import station

    folder = Path(environment().get("EVIDENCE_KIT_STATION") or typer.get_app_dir("evidence-kit"))
    asks = screen.watched and KEYBOARD.get().is_there
    try:
        here = station.load_station(folder) if station.station_exists(folder) else None
        show_menu(screen, here, numbered=asks)
        chosen = chosen_line(screen, here, _COMMANDS) if asks else []
    except EvidenceError as error:
        screen.failed(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    return _run([*chosen, *language]) if chosen else int(Exit.DONE)


def _assemble(typer: Any, wanted: Sequence[str] | None) -> typer.Typer:  # noqa: ANN401 - the module
    """Return the commands that are wanted: each is the function that bears the name of its file."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_program(typer))
    for group, names in GROUPS:
        for name in names:
            if wanted is None or name in wanted:
                app.command(name, rich_help_panel=group)(_function(name))
            elif not wanted:
                app.command(name, rich_help_panel=group)(_named)
    return app  # type: ignore[no-any-return]


def _named() -> None:
    """Stand in a list of commands for one that is not going to be called."""
    raise NotImplementedError


def _function(name: str) -> Any:  # noqa: ANN401 - typer reads its signature
    from importlib import import_module

    # What Python itself calls so has an underscore behind it.
    own = f"{name}_" if name in {"list", "help"} else name
    return getattr(import_module(f"evidence_kit.commands.{own}"), own)


def _program(typer: Any) -> Any:  # noqa: ANN401 - the module, and a function that typer reads
    """Return the program's own options, those before any command."""

    def shown(wanted: bool) -> None:  # noqa: FBT001 - typer calls it
        if wanted:
            from importlib.metadata import version

            from evidence_kit.libraries import MATCHING, missing_modules

            # As compilers list their features: what is not in this installation, with a minus.
            without = " ".join(f"-{MATCHING[each]}" for each in missing_modules())
            typer.echo(f"evidence-kit {version('evidence-kit')}" + (f" [{without}]" if without else ""))
            raise typer.Exit

    def program(version: bool = typer.Option(False, "--version", callback=shown, is_eager=True)) -> None:  # noqa: FBT001, FBT003
        """Preserve evidence."""

    return program


def _explain(program: Any, words: Words) -> None:  # noqa: ANN401 - typer's own click
    """Put the help of every command and flag into the person's language; their values are taken as they are typed."""
    from evidence_kit.commands._values import take_as_typed

    program.help = words.sentence("help.program")
    program.epilog = words.sentence("help.start")
    for parameter in program.params:
        parameter.help = words.sentence(f"help.{parameter.name}")
    take_as_typed(program)
    _explain_help(program, words, "evidence-kit")
    for name, command in program.commands.items():
        command.help = words.sentence(f"help.{name}.what")
        command.short_help = command.help
        _explain_help(command, words, f"evidence-kit {name}")
        command.epilog = words.sentence("help.example", example=words.sentence(f"help.{name}.example"))
        if command.rich_help_panel:
            command.rich_help_panel = words.sentence(f"group.{command.rich_help_panel}")
        for parameter in command.params:
            own, common = f"help.{name}.{parameter.name}", f"help.common.{parameter.name}"
            parameter.help = words.sentence(own if words.knows(own) else common)
        take_as_typed(command)


def _explain_help(command: Any, words: Words, path: str) -> None:  # noqa: ANN401 - typer's own click
    """Let a command draw its help with our words: typer has a few English ones in everybody's."""

    def drawn(_: Any, formatter: Any) -> None:  # noqa: ANN401 - typer's own click
        from evidence_kit.commands._help import help_text

        formatter.write(help_text(command, path, words))

    command.format_help = drawn


def _other(screen: Any, error: BaseException) -> int:  # noqa: ANN401 - a Screen
    """Tell a slip of the hand from a limit of the system and from a bug; none shows a traceback, or a secret in it."""
    from evidence_kit.workflows.case.disk_errors import system_error

    shown = getattr(error, "format_message", None)
    if callable(shown) and hasattr(error, "exit_code"):
        from evidence_kit.commands._slips import slip_of

        names = [each for _, group in GROUPS for each in group]
        screen.failed(slip_of(error, str(shown()), names, catalogue(screen.language)))
        return int(Exit.USAGE)
    if type(error).__name__ == "Exit" and hasattr(error, "exit_code"):
        return int(error.exit_code)
    refused = system_error(error)
    if refused is not None:
        screen.failed(refused)
        return int(refused.exit_code)
    screen.failed(EvidenceError("bug", error=type(error).__name__, place=place_of(error)))
    return int(Exit.BUG)


def _speak_unicode() -> None:
    """Write UTF-8 into pipes and files: a script reads JSON, and no other encoding has all our letters."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="replace")


def _no_core_dumps() -> None:
    """A core dump would hold keys."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
