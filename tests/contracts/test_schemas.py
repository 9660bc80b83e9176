"""docs/schemas: what every command prints with `--json` is what its schema says, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from evidence_kit.chats import message, registry
from evidence_kit.cli import GROUPS
from evidence_kit.commands.help_ import TOPICS
from evidence_kit.custody.event import TYPES as EVENTS
from evidence_kit.custody.verdict import Verdict
from evidence_kit.intake.kinds import KINDS
from evidence_kit.intake.names import name_dangers
from evidence_kit.model import Family, Weight
from evidence_kit.words import findings
from evidence_kit.workflows.accession.declare import NATURES, RECORDINGS, SENSITIVITIES
from evidence_kit.workflows.accession.provenance import SPEAKERS, STILL_THERE, WAYS
from evidence_kit.workflows.batch.task import STEPS
from evidence_kit.workflows.case.new import AGE_BANDS, CONSENTS, MINOR_MEDIA
from evidence_kit.workflows.case.record import NOTE_READERS
from evidence_kit.workflows.handover.interop import FORMS
from evidence_kit.workflows.reading.identifiers import TYPES
from evidence_kit.workflows.upkeep.tidy import PlainState
from tests.contracts.conftest import Call
from tests.schemas import SCHEMAS, judge, problems

COMMANDS = [name for _, names in GROUPS for name in names]
# What the code fixes, and where the schemas list it.
FIXED: dict[str, Sequence[str]] = {
    "shared#/$defs/kind": [kind.name for kind in KINDS],
    "shared#/$defs/family": [each.value for each in Family],
    "shared#/$defs/sensitivity": SENSITIVITIES,
    "shared#/$defs/purpose": CONSENTS,
    "shared#/$defs/audio": RECORDINGS,
    "shared#/$defs/age_band": AGE_BANDS,
    "shared#/$defs/minor_media": MINOR_MEDIA,
    "shared#/$defs/note_reader": NOTE_READERS,
    "shared#/$defs/time_kind": [each.value for each in message.TimeKind],
    "shared#/$defs/verdict": [each.value for each in Verdict],
    "shared#/$defs/finding/properties/weight": [each.value for each in Weight],
    "shared#/$defs/marks/properties/nature": NATURES,
    "shared#/$defs/screenshot/properties/still_there": STILL_THERE,
    "show#/$defs/kept/properties/provenance/properties/how": WAYS,
    "show#/$defs/kept/properties/declared_as": SPEAKERS,
    "tidy#/$defs/file/properties/state": [each.value for each in PlainState],
    "chats#/$defs/kind": [each.value for each in message.MessageKind],
    "chats#/$defs/flag": [each.value for each in message.MessageFlag],
    "chats#/$defs/role": [each.value for each in message.WordsRole],
    "chats#/$defs/status": [each.value for each in message.AttachmentStatus],
    "chats#/$defs/why": [each.name.lower().replace("_", "-") for each in message.UnreadReason],
    "chats#/$defs/when/properties/precision": [each.value for each in message.Precision],
    "chats#/$defs/when/properties/date_order": [each.value for each in message.DateOrder],
    "identifiers#/$defs/type": TYPES,
    "export#/properties/form": [each.name for each in FORMS],
    "batch#/$defs/nothing/properties/step": STEPS,
    "help#/oneOf/0/properties/topics/items": TOPICS,
}


@pytest.fixture(scope="session")
def printed(calls: list[Call]) -> dict[str, list[Any]]:
    documents: dict[str, list[Any]] = {}
    for call in calls:
        documents.setdefault(call.command, []).extend(call.printed)
    return documents


def test_every_command_has_a_schema_and_every_schema_a_command() -> None:
    assert sorted(SCHEMAS) == sorted([*COMMANDS, "error", "shared"])


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_says_what_it_is_about(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"].startswith("evidence-kit: " if name in {"error", "shared"} else f"evidence-kit {name}")
    assert schema["description"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_nothing_is_left_open_without_saying_so(name: str) -> None:
    """Objects say what may stand in them, or why nobody can; lists say of what; names lead somewhere."""
    for place, part in _parts(SCHEMAS[name], name):
        kind = part.get("type")
        if kind == "object":
            assert "additionalProperties" in part or part.get("description"), place
            assert "properties" not in part or part["additionalProperties"] is False, place
            assert set(part.get("required", ())) <= set(part.get("properties", ())), place
        if kind == "array":
            assert "items" in part, place
        if "$ref" in part:
            file, _, pointer = part["$ref"].partition("#")
            found = SCHEMAS[file.removesuffix(".json") or name]
            for step in filter(None, pointer.split("/")):
                found = found[step]
            assert found, place


@pytest.mark.parametrize("place", FIXED)
def test_what_is_fixed_in_the_code_is_what_the_schemas_list(place: str) -> None:
    """Whoever adds a kind or a state is told which schema has to know it."""
    file, _, pointer = place.partition("#/")
    found = SCHEMAS[file]
    for step in pointer.split("/"):
        found = found[int(step)] if isinstance(found, list) else found[step]
    assert [each for each in found["enum"] if each is not None] == list(FIXED[place])


def test_every_format_and_platform_of_a_conversation_has_the_form_of_its_schema() -> None:
    for each in registry.all_formats():
        assert judge("shared", "chat_format").is_valid(each.name), each.name


def test_every_finding_and_every_reason_has_the_form_of_a_code() -> None:
    assert findings()
    for code in findings():
        assert judge("shared", "code").is_valid(code), code
    for danger in name_dangers("\\\\x/../ con.\0:"):
        assert danger in SCHEMAS["show"]["$defs"]["kept"]["properties"]["name_dangers"]["items"]["enum"]


def test_the_log_names_every_kind_of_event() -> None:
    events = SCHEMAS["log"]["oneOf"][0]["properties"]["type"]["examples"]
    assert events == sorted(EVENTS)


def test_the_lines_call_every_command(printed: dict[str, list[Any]]) -> None:
    assert set(printed) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_prints_is_what_its_schema_says(name: str, printed: dict[str, list[Any]]) -> None:
    for document in printed[name]:
        assert not problems(name, document), (problems(name, document)[:5], document)


# Whose fields nobody can list: what describers find, what platforms call their own, what events say (docs/FORMAT.md).
OPEN = {"show": {"facts", "parameters"}, "chats": {"details"}, "log": {"says"}}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_schema_refuses_what_is_not_said(name: str, printed: dict[str, list[Any]]) -> None:
    """A schema that lets anything through would not be worth its name; however deep inside of a document."""
    tried: set[tuple[str, ...]] = set()
    for document in printed[name]:
        if "error" in document:
            continue
        for at, inner in list(_objects(document, ())):
            if at in tried or OPEN.get(name, set()) & set(at):
                continue
            tried.add(at)
            inner["never heard of"] = []
            assert not judge(name).is_valid(document), at
            del inner["never heard of"]
    assert tried or name in {"intake", "session"}


def _objects(value: Any, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield every object of a document, with the names that lead to it and those in it."""
    if isinstance(value, dict):
        yield (*at, " ".join(value)), value
        for key, inner in value.items():
            yield from _objects(inner, (*at, key))
    elif isinstance(value, list):
        for inner in value[:3]:
            yield from _objects(inner, at)


def _parts(schema: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema inside of a schema, with where it stands."""
    if isinstance(schema, dict):
        yield place, schema
    listed = schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ()
    for key, inner in listed:
        if key not in {"enum", "required", "examples", "const"}:
            yield from _parts(inner, f"{place}/{key}")
