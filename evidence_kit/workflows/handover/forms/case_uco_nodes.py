"""Nodes of the graph that `export --as case-uco` writes: their form, their identifiers, references and times."""

from __future__ import annotations

import uuid
from typing import Any

Node = dict[str, Any]


def node_id(above: str, name: str) -> str:
    """Return the same identifier for the same object in every export of a case."""
    return f"kb:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:evidence-kit:{above}#{name}')}"


def reference(node: str) -> Node:
    """Return a reference to a node."""
    return {"@id": node}


def date_time(text: str) -> Node:
    """Return a time as the graph writes it."""
    return {"@type": "xsd:dateTime", "@value": text}
