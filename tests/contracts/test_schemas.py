"""docs/schemas: what every command prints with `--json` is what its schema says, no more and no less."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from evidence_kit.cli import GROUPS, run
from evidence_kit.keys.station import SigningKey

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "docs" / "schemas").glob("*.json"))
}
COMMANDS = [name for _, names in GROUPS for name in names]
# One line a call, in this order, in one folder: each command at least once, in the shapes that its output can have.
LINES = (ROOT / "tests" / "contracts" / "schema_lines.txt").read_text("utf-8").splitlines()


class Calls:
    """Runs the program in this process and keeps what it prints, by command."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.printed: dict[str, list[Any]] = {}
        self.codes: dict[str, int] = {}
        self._last: dict[str, Any] = {}

    def __call__(self, line: str) -> None:
        expected, _, line = line.partition(" ")
        words = [word.format_map(self._last) if "{" in word else word for word in shlex.split(line)]
        common = ["--json", "--no-input", "--station", str(self.home / "station")]
        keyed = [] if "--keyless" in words else ["--passphrase-file", "pass"]
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()) as errors:
            code = run([*(word for word in words if word != "--keyless"), *keyed, *common])
        assert code == int(expected), (line, code, out.getvalue(), errors.getvalue())
        documents = [json.loads(each) for each in out.getvalue().splitlines()]
        assert documents, line
        self.printed.setdefault(words[0], []).extend(documents)
        self._last |= {name: value for name, value in documents[-1].items() if isinstance(value, str)}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    home = tmp_path_factory.mktemp("schemas")
    make_material(home)
    before = Path.cwd()
    os.chdir(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evidence_kit.keys.station.KDF_ROUNDS", 1)
        calls = Calls(home)
        try:
            for line in LINES:
                if line and not line.startswith("#"):
                    calls(line)
        finally:
            os.chdir(before)
    return calls.printed


def make_material(home: Path) -> None:
    """Put what the lines name into a folder: an export, pictures found elsewhere, keys, a batch."""
    samples = ROOT / "samples"
    (home / "pass").write_text("correct horse battery\n")
    shutil.copytree(samples / "phone-export", home / "phone")
    shutil.copytree(samples / "candidates", home / "found")
    shutil.copytree(samples / "minor-export", home / "minor")
    os.mkfifo(home / "phone" / "pipe")
    (home / "phone" / "broken.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    (home / "lawyer.pub").write_text(SigningKey.from_seed(bytes(range(32))).public.line + "\n")
    (home / "batch.toml").write_text(
        '[defaults]\nsteps = ["new", "ingest", "match", "verify"]\nage = "adult"\nage_known_by = "told"\n'
        '[[case]]\nname = "one"\nsources = ["found"]\n[[case]]\nname = "two"\nsources = ["nowhere"]\n'
        '[[case]]\nname = "three"\nsorces = "x"\n'
    )


def test_every_command_has_a_schema_and_every_schema_a_command() -> None:
    assert sorted(SCHEMAS) == sorted([*COMMANDS, "error"])


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_says_what_it_is_about(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"].startswith(f"evidence-kit {name}" if name != "error" else "evidence-kit")
    assert schema["description"]


def test_the_lines_call_every_command(printed: dict[str, list[Any]]) -> None:
    assert set(printed) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_prints_is_what_its_schema_says(name: str, printed: dict[str, list[Any]]) -> None:
    own, error = Draft202012Validator(SCHEMAS[name]), Draft202012Validator(SCHEMAS["error"])
    for document in printed[name]:
        judge = error if set(document) == {"error", "exit", "values", "what", "do"} else own
        problems = [f"{each.json_path}: {each.message}" for each in judge.iter_errors(document)]
        assert not problems, (problems[:5], document)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_schema_refuses_what_is_not_said(name: str, printed: dict[str, list[Any]]) -> None:
    """A schema that lets anything through would not be worth its name."""
    judge = Draft202012Validator(SCHEMAS[name])
    for document in printed[name]:
        if isinstance(document, dict) and "error" not in document:
            assert not judge.is_valid({**document, "never heard of": 1}), document
