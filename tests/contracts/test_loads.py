"""Which packages a command loads: whoever waits for a prompt, or runs the program a thousand times, pays for each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from evidence_kit.cli import GROUPS
from tests.contracts.conftest import Call

ROOT = Path(__file__).parents[2]
COMMANDS = [name for _, names in GROUPS for name in names]
# typer's own, and what they load; rich loads attr where it happens to be installed, platform its build's facts.
ALWAYS = {
    "_sysconfigdata__linux_x86_64-linux-gnu", "annotated_doc", "attr", "evidence_kit", "markdown_it", "mdurl",
    "pygments", "rich", "shellingham", "typer", "typing_extensions",
}  # fmt: skip
OPENSSL = {"_cffi_backend", "_openssl", "cryptography"}
LOOKS = OPENSSL | {"bcrypt", "pyrage"}
WRITES = LOOKS | {"filelock"}
TALKS = WRITES | {"msgspec"}
MATCHES = TALKS | {"cv2", "numpy"}
SEALS = TALKS | {"Cryptodome", "cffi", "pycparser", "pyzipper", "segno", "typst"}
LOADS: dict[str, set[str]] = {
    "intake": set(), "session": set(), "help": set(), "verifier": set(), "version": set(), "completion": {"msgspec"},
    "setup": OPENSSL | {"bcrypt", "zxcvbn"}, "keys": LOOKS, "cases": OPENSSL, "new": LOOKS,
    "list": LOOKS, "show": WRITES, "log": LOOKS, "verify": LOOKS, "compare": OPENSSL,
    "ingest": TALKS | {"numpy"}, "receipt": WRITES, "consent": WRITES, "note": WRITES, "mark": WRITES, "update": WRITES,
    "exclude": WRITES, "describe": WRITES, "chats": TALKS, "identifiers": TALKS, "threats": TALKS,
    "export": TALKS, "transfer": WRITES, "passphrase": WRITES, "tidy": WRITES, "grant": WRITES, "revoke": WRITES,
    "recover": WRITES, "recovery": OPENSSL | {"bcrypt"}, "doctor": OPENSSL, "backup": WRITES, "destroy": TALKS,
    "register": LOOKS | {"rfc3161_client"}, "statistics": OPENSSL | {"bcrypt", "msgspec"},
    "links": LOOKS | {"msgspec", "numpy", "phonenumbers"}, "law": LOOKS | {"msgspec"}, "report": TALKS | {"segno"},
    "timestamp": WRITES | {"rfc3161_client"},
    "match": MATCHES - {"msgspec"}, "seal": SEALS, "demo": MATCHES | SEALS | {"zxcvbn"},
    # Its own main module, by the name that a process beside it gives it.
    "batch": MATCHES | SEALS | {"__mp_main__"},
}  # fmt: skip
# Of one command, the calls that have to make do with less.
WITHOUT = {
    "list 1 --locked --keyless": OPENSSL,
    "log 1 --locked --keyless": OPENSSL,
    "verify 1 --keyless": OPENSSL,
    "verify {archive} --archive-passphrase-file digits": OPENSSL,
    "keys": set(),
    "law": set(),
    "law PC-538": set(),
    "chats 1": LOOKS | {"msgspec"},
    "identifiers 1": LOOKS | {"msgspec"},
    "threats 1 list": LOOKS | {"msgspec"},
    "match 2": WRITES,
    # Only what is shown to the eye is written down.
    **dict.fromkeys(("show 1", "show 2", "show 1 E000001", "show 1 E000003", "show 2 W000001"), LOOKS),
}


def test_every_command_has_its_list() -> None:
    assert sorted(LOADS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_loads_only_what_it_needs(name: str, calls: list[Call]) -> None:
    own = [call for call in calls if call.command == name]
    assert own
    for call in own:
        allowed = ALWAYS | WITHOUT.get(call.line, LOADS[name])
        assert call.loaded <= allowed, (call.line, sorted(call.loaded - allowed))


def test_the_lists_hold_no_more_than_is_loaded(calls: list[Call]) -> None:
    """A list that allows what nothing loads would let it come back unseen."""
    assert set(WITHOUT) <= {call.line for call in calls}
    for name, allowed in LOADS.items():
        if name not in {"intake", "batch", "demo"}:
            seen = frozenset[str]().union(*(call.loaded for call in calls if call.command == name))
            assert seen >= allowed, (name, sorted(allowed - seen))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], [], ["lsit"], ["ingest", "--help"]])
def test_to_be_told_about_commands_none_is_loaded(arguments: list[str]) -> None:
    code = """
import contextlib, io, sys
from evidence_kit.cli import run
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    run(sys.argv[1:])
print(*sorted(name for name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if not name.startswith("_")}
    own = {name for name in loaded if name.startswith("evidence_kit.commands.") and "._" not in name}
    assert own <= {f"evidence_kit.commands.{arguments[0]}" for _ in arguments[:1]}
    assert {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names - ALWAYS == set()
