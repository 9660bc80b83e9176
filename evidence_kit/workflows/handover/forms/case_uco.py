"""`export --as case-uco`: items, their provenance and their messages, as a graph for other laboratories' programs.

An item is a `uco-observable:File`; that it was taken in is an `InvestigativeAction` whose result is a
`ProvenanceRecord` with the item's id as exhibit number. Messages, accounts, phone numbers and demands stand in
`parts/case_uco_told.py`. Nothing is said that the log does not say: a time without a
zone and a path that is no Unicode are left out and stand in the log.

Source: CASE 1.5 and UCO 1.5, https://caseontology.org; `case_validate` of case-utils judges it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from evidence_kit.custody.manifest import Item
from evidence_kit.workflows.handover.forms.case_uco_nodes import Node, date_time, node_id, reference
from evidence_kit.workflows.handover.forms.form import ExportContents, ExportTarget, Form
from evidence_kit.workflows.handover.forms.table import modified_time

_UCO = "https://ontology.unifiedcyberontology.org/uco"
CONTEXT = {
    "kb": "urn:uuid:",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": f"{_UCO}/action/",
    "uco-core": f"{_UCO}/core/",
    "uco-identity": f"{_UCO}/identity/",
    "uco-observable": f"{_UCO}/observable/",
    "uco-tool": f"{_UCO}/tool/",
    "uco-types": f"{_UCO}/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def write(contents: ExportContents, target: ExportTarget) -> int:
    """Write one JSON-LD document, an object a line, so that it does not have to be held."""
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        yield b'{"@context":' + _json(CONTEXT) + b',"@graph":[\n'
        for count, node in enumerate(_graph(contents), start=1):
            yield (b",\n" if count > 1 else b"") + _json(node)
        yield b"\n]}\n"

    target.file(lines())
    return count


def _graph(contents: ExportContents) -> Iterator[Node]:
    case = contents.case
    tool = node_id(case.id, "tool")
    yield {
        "@id": tool,
        "@type": "uco-tool:Tool",
        "uco-core:name": "evidence-kit",
        "uco-tool:version": contents.kit,
    }
    people: dict[str, str] = {}
    for item in contents.items:
        by = str(item.facts.get("by") or "")
        if by and by not in people:
            people[by] = node_id(case.id, f"person:{by}")
            yield from _person(people[by], by)
        yield from _item(contents, item, tool, people.get(by))
    if contents.worker is not None:
        from evidence_kit.workflows.handover.forms.parts.case_uco_told import told_nodes

        yield from told_nodes(contents)
    objects = [node_id(case.id, f"{what}:{item.id}") for what in ("provenance", "taken") for item in contents.items]
    yield {
        "@id": node_id(case.id, "investigation"),
        "@type": "case-investigation:Investigation",
        "uco-core:name": case.id,
        "case-investigation:investigationForm": "case",
        "uco-core:object": [reference(each) for each in objects],
    }


def _person(node: str, name: str) -> Iterator[Node]:
    facet = {"@id": node_id(node, "facet"), "@type": "uco-identity:SimpleNameFacet", "uco-identity:familyName": name}
    yield {"@id": node, "@type": "uco-identity:Person", "uco-core:name": name, "uco-core:hasFacet": [facet]}


def _item(contents: ExportContents, item: Item, tool: str, person: str | None) -> Iterator[Node]:
    case = contents.case.id
    file, record = node_id(case, f"file:{item.id}"), node_id(case, f"provenance:{item.id}")
    yield {
        "@id": file,
        "@type": "uco-observable:File",
        "uco-core:name": item.id,
        "uco-core:hasFacet": [_file_facet(file, item), _content_facet(file, item, contents.original(item))],
    }
    yield {
        "@id": record,
        "@type": "case-investigation:ProvenanceRecord",
        "uco-core:description": f"Line {item.line} of the custody log of {case}",
        "case-investigation:exhibitNumber": item.id,
        "uco-core:object": [reference(file)],
    }
    action: Node = {
        "@id": node_id(case, f"taken:{item.id}"),
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": "taken in",
        "uco-action:startTime": date_time(item.time),
        "uco-action:endTime": date_time(item.time),
        "uco-action:instrument": [reference(tool)],
        "uco-action:result": [reference(record)],
    }
    if person is not None:
        action["uco-action:performer"] = reference(person)
    yield action
    if item.place.container is not None:
        yield _within(case, item, file)


def _file_facet(file: str, item: Item) -> Node:
    facet: Node = {
        "@id": node_id(file, "file"),
        "@type": "uco-observable:FileFacet",
        "uco-observable:fileName": item.place.path.rpartition("/")[2],
        "uco-observable:filePath": item.place.path,
        "uco-observable:sizeInBytes": item.size_bytes,
    }
    changed = modified_time(item.facts)
    if changed is not None:
        facet["uco-observable:modifiedTime"] = date_time(changed)
    return facet


def _content_facet(file: str, item: Item, digests: Mapping[str, str]) -> Node:
    hashes = [
        {
            "@id": node_id(file, name),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": name,
            "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": value},
        }
        for name, value in digests.items()
    ]
    return {
        "@id": node_id(file, "content"),
        "@type": "uco-observable:ContentDataFacet",
        "uco-observable:mimeType": str(item.facts["kind"]["media_type"]),
        "uco-observable:sizeInBytes": item.size_bytes,
        "uco-observable:hash": hashes,
    }


def _within(case: str, item: Item, file: str) -> Node:
    return {
        "@id": node_id(case, f"within:{item.id}"),
        "@type": "uco-observable:ObservableRelationship",
        "uco-core:source": reference(file),
        "uco-core:target": reference(node_id(case, f"file:{item.place.container}")),
        "uco-core:kindOfRelationship": "Contained_Within",
        "uco-core:isDirectional": True,
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


FORM = Form("case-uco", ".jsonld", write, talks=True)
