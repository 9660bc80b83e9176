"""docs/schemas, as tests hold documents against them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}
SCHEMAS: Mapping[str, Any] = {name: json.loads(path.read_text("utf-8")) for name, path in FILES.items()}
# As somebody has them who copied the folder: every file under its own address, beside the others.
_REGISTRY: Registry[Any] = Registry().with_resources(
    (FILES[name].as_uri(), DRAFT202012.create_resource(schema)) for name, schema in SCHEMAS.items()
)


@cache
def judge(name: str, part: str = "") -> Draft202012Validator:
    """Return what judges documents of one command, or of one shape that its schema gives a name."""
    pointer = f"#/$defs/{part}" if part else ""
    return Draft202012Validator({"$ref": FILES[name].as_uri() + pointer}, registry=_REGISTRY)


def problems(command: str, document: Any) -> list[str]:
    """Return what the schema of a command, or of errors, has against a document."""
    failed = isinstance(document, dict) and set(document) == {"error", "exit", "values", "what", "do"}
    return [told for each in judge("error" if failed else command).iter_errors(document) for told in _told(each)]


def held(command: str, printed: str) -> list[Any]:
    """Return the documents of a command's standard output, all of them such as its schema says."""
    documents = [json.loads(line) for line in printed.splitlines()]
    for document in documents:
        said = problems(command, document)
        assert not said, (command, said[:5], document)
    return documents


def _told(error: ValidationError) -> list[str]:
    """Return an error in words; of several shapes that were possible the one that fits best."""
    if not error.context:
        return [f"{error.json_path}: {error.message[:300]}"]
    shapes: dict[Any, list[ValidationError]] = {}
    for each in error.context:
        shapes.setdefault(each.schema_path[0], []).append(each)
    nearest = min(shapes.values(), key=lambda listed: (sum(map(_weight, listed)), len(listed)))
    return [told for each in nearest for told in _told(each)]


def _weight(error: ValidationError) -> int:
    """Return how surely an error says that another shape was meant."""
    return {"const": 9, "required": 3, "additionalProperties": 3, "type": 2}.get(str(error.validator), 1)
