"""Messages, accounts, phone numbers and demands of an export as nodes of CASE/UCO.

A message is a `uco-observable:Message` in its `MessageThread`, contained in the file that holds it; who wrote it is an
account, or where that is a number a phone account. A demand is a `uco-core:Annotation` of the messages and files that
it cites: the association's words, and no finding. A time without a zone is left out here, as everywhere in this form;
it stands in the message's description, as its source writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evidence_kit.reports.exhibit import Demand, Identifier
from evidence_kit.reports.transcript import Line, Transcript
from evidence_kit.workflows.handover.forms.case_uco_nodes import Node, date_time, node_id, reference
from evidence_kit.workflows.handover.forms.parts.told import told

if TYPE_CHECKING:
    from evidence_kit.workflows.handover.forms.form import ExportContents

_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,20}")
_COMPARABLE = frozenset({"utc", "offset"})
_UNNAMED = "(not named)"


def told_nodes(contents: ExportContents) -> Iterator[Node]:
    """Yield the nodes of everything that the export tells beside its files.

    Args:
        contents: With a worker, which reads conversations.
    """
    case = contents.case.id
    known: set[str] = set()
    with told(contents) as found:
        for heading, lines in found.conversations():
            yield from _conversation(case, heading, lines, known)
        for each in found.dossier.identifiers:
            if each.type == "phone":
                yield from _account(case, each.value, known)
                yield _named(case, each)
        for demand in found.dossier.demands:
            yield _demand(case, demand)


def _conversation(case: str, heading: Transcript, lines: Iterator[Line], known: set[str]) -> Iterator[Node]:
    thread = node_id(case, f"thread:{heading.number}")
    people = [name for name, _, _ in heading.participants]
    for name in people:
        yield from _account(case, name, known)
    facet: Node = {"@id": node_id(thread, "facet"), "@type": "uco-observable:MessageThreadFacet"}
    if people:
        facet["uco-observable:participant"] = [reference(account_id(case, name)) for name in people]
    yield {
        "@id": thread,
        "@type": "uco-observable:MessageThread",
        "uco-core:name": f"{heading.platform} {heading.title or ''}".strip(),
        "uco-core:hasFacet": [facet],
    }
    for line in lines:
        if line.gap is None:
            if line.sender is not None:
                yield from _account(case, line.sender, known)
            yield from _message(case, heading, line, thread)


def _message(case: str, heading: Transcript, line: Line, thread: str) -> Iterator[Node]:
    node = node_id(case, f"message:{line.where}")
    facet: Node = {
        "@id": node_id(node, "facet"),
        "@type": "uco-observable:MessageFacet",
        "uco-observable:messageText": line.text,
        "uco-observable:messageType": line.kind,
        "uco-observable:messageID": line.where,
    }
    if line.sender is not None:
        facet["uco-observable:from"] = reference(account_id(case, line.sender))
    time = line.time
    stated = "" if time is None or not time.raw else f"; time as written: {time.raw} ({time.kind})"
    if time is not None and time.value is not None and time.kind in _COMPARABLE:
        facet["uco-observable:sentTime"] = date_time(time.value)
    yield {
        "@id": node,
        "@type": "uco-observable:Message",
        "uco-core:name": line.where,
        "uco-core:description": f"{heading.platform}{stated}",
        "uco-core:hasFacet": [facet],
    }
    item = line.where.partition(":")[0]
    for name, target in (("thread", thread), ("file", node_id(case, f"file:{item}"))):
        yield _related(case, f"{name}:{line.where}", node, target, "Contained_Within")
    for attachment in line.attachments:
        for held in attachment.items:
            if attachment.status == "present":
                whole = node_id(case, f"file:{held}")
                yield _related(case, f"attached:{line.where}:{held}", whole, node, "Attached_To")


def _related(case: str, name: str, source: str, target: str, kind: str) -> Node:
    return {
        "@id": node_id(case, f"relation:{name}"),
        "@type": "uco-observable:ObservableRelationship",
        "uco-core:source": reference(source),
        "uco-core:target": reference(target),
        "uco-core:kindOfRelationship": kind,
        "uco-core:isDirectional": True,
    }


def account_id(case: str, name: str) -> str:
    """Return the id of an account by the name that an export gives it."""
    return node_id(case, f"account:{name}")


def _account(case: str, name: str, known: set[str]) -> Iterator[Node]:
    """Yield an account once: a phone account where its name is a number."""
    node = account_id(case, name)
    if node in known:
        return
    known.add(node)
    facet: Node = {"@id": node_id(node, "facet"), "@type": "uco-observable:AccountFacet"}
    facet["uco-observable:accountIdentifier"] = name or _UNNAMED
    made: Node = {"@id": node, "@type": "uco-observable:Account", "uco-core:name": name or _UNNAMED}
    facets = [facet]
    if _PHONE.fullmatch(name.strip()):
        made["@type"] = "uco-observable:PhoneAccount"
        number = {"@id": node_id(node, "phone"), "@type": "uco-observable:PhoneAccountFacet"}
        facets.append(number | {"uco-observable:phoneNumber": name.strip()})
    yield made | {"uco-core:hasFacet": facets}


def _named(case: str, found: Identifier) -> Node:
    """Return an annotation that says which messages name a number."""
    return {
        "@id": node_id(case, f"named:{found.value}"),
        "@type": "uco-core:Annotation",
        "uco-core:statement": f"named in {found.count} messages; found by a program ({found.confidence} confidence)",
        "uco-core:tag": ["phone number in messages"],
        "uco-core:object": [
            reference(account_id(case, found.value)),
            *(reference(node_id(case, f"message:{where}")) for where in found.places),
        ],
    }


def _demand(case: str, demand: Demand) -> Node:
    parts = [f"Demand {demand.number}: {demand.demand}"]
    parts += [
        f"{name}: {value}"
        for name in ("amount", "deadline", "channel", "account")
        if (value := getattr(demand, name)) is not None
    ]
    return {
        "@id": node_id(case, f"demand:{demand.number}"),
        "@type": "uco-core:Annotation",
        "uco-core:name": f"Demand {demand.number}",
        "uco-core:statement": "; ".join(parts),
        "uco-core:tag": ["demand"],
        "uco-core:object": [
            *(reference(node_id(case, f"message:{where}")) for where in demand.messages),
            *(reference(node_id(case, f"file:{item}")) for item in demand.items),
        ],
    }
