"""What conversations say, in the forms of laboratories: judged by CASE's own validator, and by Timesketch's rules."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.declare import exclude_items
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover.interop import ExportOrder, export_as, form_of
from evidence_kit.workflows.reading.threats import Threat
from tests.workflows.phones import chat_of, threaten

VALIDATOR = Path(sys.executable).with_name("case_validate")


@pytest.fixture
def writer(phone_case: CaseWriter, worker: Worker) -> CaseWriter:
    chat = chat_of(phone_case, ".txt")
    cited = Threat("pay", messages=[f"{chat}:10"], amount="5000 MAD", deadline="Friday", account="+212600000000")
    threaten(phone_case, worker, cited)
    return phone_case


def exported(writer: CaseWriter, worker: Worker, form: str, out: Path, items: list[str] | None = None) -> int:
    return export_as(writer, ExportOrder(form_of(form), "lawyer", items, None, out), None, worker).rows


@pytest.mark.skipif(not VALIDATOR.exists(), reason="case-utils is not installed")
def test_case_validate_accepts_messages_accounts_numbers_and_demands(
    writer: CaseWriter, worker: Worker, tmp_path: Path
) -> None:
    graph = tmp_path / "case.jsonld"
    exported(writer, worker, "case-uco", graph)
    done = subprocess.run([VALIDATOR, str(graph)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "Conforms: True" in done.stdout
    nodes: list[dict[str, Any]] = json.loads(graph.read_text("utf-8"))["@graph"]
    ids = [node["@id"] for node in nodes]
    assert len(ids) == len(set(ids))
    messages = [node for node in nodes if node["@type"] == "uco-observable:Message"]
    facets = [node["uco-core:hasFacet"][0] for node in messages]
    assert len(messages) == 30
    assert any("5000" in facet["uco-observable:messageText"] for facet in facets)
    assert sum("uco-observable:sentTime" in facet for facet in facets) == 8
    accounts = {node["@id"] for node in nodes if str(node["@type"]).endswith("Account")}
    assert all(facet["uco-observable:from"]["@id"] in accounts for facet in facets if "uco-observable:from" in facet)
    demand = next(node for node in nodes if node.get("uco-core:tag") == ["demand"])
    assert "5000 MAD" in demand["uco-core:statement"]
    assert {each["@id"] for each in demand["uco-core:object"]} <= set(ids)
    assert any(node["@type"] == "uco-observable:MessageThread" for node in nodes)


def test_a_timeline_is_what_timesketch_takes(writer: CaseWriter, worker: Worker, tmp_path: Path) -> None:
    out = tmp_path / "timeline.jsonl"
    rows = exported(writer, worker, "timeline", out)
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(lines) == rows
    for line in lines:
        # The three columns that Timesketch demands; the time has a distance from UTC.
        assert line["message"]
        assert line["timestamp_desc"]
        assert datetime.fromisoformat(line["datetime"]).utcoffset() is not None
    told = [line for line in lines if "where" in line]
    assert len(told) == 30
    local = next(line for line in told if line["demands"] == [1])
    assert local["time_kind"] == "local, zone unknown"
    assert "zone unknown" in local["timestamp_desc"]
    assert local["datetime"] == "2025-05-03T21:09:00+00:00"
    assert [line["amount"] for line in lines if line["timestamp_desc"] == "Demand recorded"] == ["5000 MAD"]
    taken = [line for line in lines if line["timestamp_desc"] == "Item taken in"]
    assert {line["sha256"] for line in taken} == {item.sha256.hex for item in writer.manifest.items.values()}


def test_what_is_not_exported_is_not_told(writer: CaseWriter, worker: Worker, tmp_path: Path) -> None:
    messenger = next(item for item in writer.manifest.items.values() if item.place.path.endswith(".json"))
    exclude_items(writer, [messenger], "misfiled")
    for form in ("timeline", "case-uco"):
        out = tmp_path / form
        exported(writer, worker, form, out)
        assert messenger.sha256.hex not in out.read_text("utf-8")
        assert "Yassine Elmital" not in out.read_text("utf-8")
