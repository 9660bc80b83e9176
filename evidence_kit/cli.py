"""Assembles the commands; the one place where an error becomes an exit code."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from evidence_kit.errors import EvidenceError, Exit, place_of
from evidence_kit.words import Words, catalogue

if TYPE_CHECKING:
    import typer

# The first screen, group by group; what only scripts and experts need stands last.
GROUPS: Final = (
    ("person", ("new", "ingest", "receipt", "consent", "note", "mark", "update", "exclude")),
    ("understand", ("cases", "list", "show", "chats", "identifiers", "threats", "match")),
    ("hand-over", ("seal", "export")),
    ("check", ("verify", "verifier")),
    ("scripts", ("batch",)),
    ("learn", ("setup", "demo")),
    ("look-after", ("keys", "grant", "revoke", "recover", "destroy", "log")),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and leave with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(given))


def run(arguments: Sequence[str]) -> int:
    """Run the program and return its exit code."""
    from evidence_kit.commands._language import environment, language_of
    from evidence_kit.commands._screen import Screen

    language = language_of(arguments, environment())
    _speak_unicode()
    screen = Screen(language, json="--json" in arguments)
    _no_core_dumps()
    words = catalogue(language)
    try:
        with _headings(words):
            code = build(words).main(_language_last(arguments), prog_name="evidence-kit", standalone_mode=False)
        return int(code or Exit.DONE)
    except EvidenceError as error:
        screen.failed(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        screen.warn("cli.interrupted")
        return int(Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the one place where our own bug becomes an exit code
        return _other(screen, error)


def build(words: Words) -> Any:  # noqa: ANN401 - typer's own click has no public types
    """Return the program with its help in one language."""
    import typer
    from typer.main import get_command

    program = get_command(_assemble(typer))
    _explain(program, words)
    return program


@contextmanager
def _headings(words: Words) -> Iterator[None]:
    """Let typer find its own few words in our catalogue: its modules look `gettext` up when they are imported."""
    import gettext

    def translated(message: str) -> str:
        name = "click." + message.strip().lower().strip(":.[]").replace(" ", "-")
        return words.say(name) if words.knows(name) else message

    original = gettext.gettext
    gettext.gettext = translated
    try:
        yield
    finally:
        gettext.gettext = original


def _language_last(arguments: Sequence[str]) -> list[str]:
    """Move a `--lang` that stands before the command to where commands look for it; it was obeyed already."""
    given = list(arguments)
    if given[:1] == ["--lang"]:
        first, given = given[:2], given[2:]
    elif given[:1] and given[0].startswith("--lang="):
        first, given = given[:1], given[1:]
    else:
        first = []
    if given and given[0] in {"--help", "-h"}:
        return given[:1]
    return given + (first if given else [])


def _assemble(typer: Any) -> typer.Typer:  # noqa: ANN401 - the module
    from evidence_kit.commands.batch import batch
    from evidence_kit.commands.cases import cases
    from evidence_kit.commands.chats import chats
    from evidence_kit.commands.consent import consent
    from evidence_kit.commands.demo import demo
    from evidence_kit.commands.destroy import destroy
    from evidence_kit.commands.exclude import exclude
    from evidence_kit.commands.export import export
    from evidence_kit.commands.grant import grant
    from evidence_kit.commands.identifiers import identifiers
    from evidence_kit.commands.ingest import ingest
    from evidence_kit.commands.keys import keys
    from evidence_kit.commands.list_ import list_
    from evidence_kit.commands.log import log
    from evidence_kit.commands.mark import mark
    from evidence_kit.commands.match import match
    from evidence_kit.commands.new import new
    from evidence_kit.commands.note import note
    from evidence_kit.commands.receipt import receipt
    from evidence_kit.commands.recover import recover
    from evidence_kit.commands.revoke import revoke
    from evidence_kit.commands.seal import seal
    from evidence_kit.commands.setup import setup
    from evidence_kit.commands.show import show
    from evidence_kit.commands.threats import threats
    from evidence_kit.commands.update import update
    from evidence_kit.commands.verifier import verifier
    from evidence_kit.commands.verify import verify

    functions = {
        "batch": batch, "cases": cases, "chats": chats, "consent": consent, "demo": demo, "destroy": destroy,
        "exclude": exclude, "export": export, "grant": grant, "identifiers": identifiers, "ingest": ingest,
        "keys": keys, "list": list_, "log": log, "mark": mark, "match": match, "new": new, "note": note,
        "receipt": receipt, "recover": recover, "revoke": revoke, "seal": seal, "setup": setup, "show": show,
        "threats": threats, "update": update, "verifier": verifier, "verify": verify,
    }  # fmt: skip
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_program)
    for group, names in GROUPS:
        for name in names:
            app.command(name, rich_help_panel=group)(functions[name])
    return app  # type: ignore[no-any-return]


def _program() -> None:
    """Preserve evidence."""


def _explain(program: Any, words: Words) -> None:  # noqa: ANN401 - typer's own click
    """Put the help of every command and flag into the person's language."""
    program.help = words.say("help.program")
    program.epilog = words.say("help.start")
    for name, command in program.commands.items():
        command.help = words.say(f"help.{name}.what")
        command.short_help = command.help
        command.epilog = words.say("help.example", example=words.say(f"help.{name}.example"))
        if command.rich_help_panel:
            command.rich_help_panel = words.say(f"group.{command.rich_help_panel}")
        for parameter in command.params:
            own, common = f"help.{name}.{parameter.name}", f"help.common.{parameter.name}"
            parameter.help = words.say(own if words.knows(own) else common)


def _other(screen: Any, error: Exception) -> int:  # noqa: ANN401 - a Screen
    """Tell a slip of the hand from a bug; neither shows a traceback, which could show a secret."""
    import typer

    if isinstance(error, typer.Exit):
        return int(error.exit_code)
    shown = getattr(error, "format_message", None)
    if callable(shown) and hasattr(error, "exit_code"):
        screen.failed(_usage(str(shown())))
        return int(Exit.USAGE)
    screen.failed(EvidenceError("bug", error=type(error).__name__, place=place_of(error)))
    return int(Exit.BUG)


def _usage(message: str) -> EvidenceError:
    from evidence_kit.errors import UsageError

    return UsageError("usage", message=message)


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
