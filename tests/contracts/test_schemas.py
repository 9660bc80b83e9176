"""docs/schemas: what every command prints with `--json` is what its schema says, no more and no less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from evidence_kit.cli import GROUPS
from tests.contracts.conftest import Call

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "docs" / "schemas").glob("*.json"))
}
COMMANDS = [name for _, names in GROUPS for name in names]
# The one run of all commands is shared, and not made once per process of pytest-xdist.
pytestmark = pytest.mark.xdist_group("scenario")


@pytest.fixture(scope="session")
def printed(calls: list[Call]) -> dict[str, list[Any]]:
    documents: dict[str, list[Any]] = {}
    for call in calls:
        documents.setdefault(call.command, []).extend(call.printed)
    return documents


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
