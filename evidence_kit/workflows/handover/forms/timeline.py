"""`export --as timeline`: everything that has a time, a JSON object a line, as Timesketch takes it.

`datetime`, `timestamp_desc` and `message` are Timesketch's own; everything else is a field of ours. A time without a
zone is written as if it were UTC, since Timesketch has no other, and says so in `time_kind` and in its description.

Source: Timesketch, "Create timeline from other sources" (JSONL), https://timesketch.org.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evidence_kit.model import Json
from evidence_kit.workflows.handover.forms.form import ExportContents, ExportTarget, Form

if TYPE_CHECKING:
    from evidence_kit.chats.stated_time import StatedTime
    from evidence_kit.reports.dossier import Dossier
    from evidence_kit.reports.transcript import Line, Transcript
    from evidence_kit.workflows.handover.forms.parts.told import Told

_DAY = 10
_CLOCK = re.compile(r"T([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?$")
_COMPARABLE = frozenset({"utc", "offset"})
Row = dict[str, Json]


def write(contents: ExportContents, target: ExportTarget) -> int:
    """Write the timeline; return how many rows it has."""
    from evidence_kit.workflows.handover.forms.parts.told import told

    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        with told(contents) as found:
            for row in _rows(contents, found):
                count += 1
                text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
                yield text.encode("utf-8", "replace") + b"\n"

    target.file(lines())
    return count


def _rows(contents: ExportContents, found: Told) -> Iterator[Row]:
    for item in contents.items:
        # What a row vouches for is what lies there now.
        digest = contents.original(item)["SHA256"]
        yield _row(item.time, "Item taken in", f"{item.id} {item.place.path}", item=item.id, sha256=digest)
    dossier, untimed = found.dossier, 0
    for heading, lines in found.conversations():
        for line in lines:
            row = _message(heading, line)
            if row is None:
                untimed += 1
            else:
                yield row
    yield from _exhibits(dossier)
    yield from _demands(dossier)
    if untimed:
        said = f"{untimed} messages or stretches without a time are not in this timeline"
        yield _row(dossier.checks.made, "Remark", said, count=untimed)


def _message(heading: Transcript, line: Line) -> Row | None:
    when = _datetime(line.time)
    if when is None or line.time is None:
        return None
    what = "Call" if line.kind == "call" else "Message"
    files = [{"name": each.name, "status": each.status, "items": list(each.items)} for each in line.attachments]
    return {
        "datetime": when,
        "timestamp_desc": f"{what}{_doubt(line.time)}",
        "message": f"{line.sender or '(the app)'}: {line.text or line.kind}",
        "where": line.where,
        "platform": heading.platform,
        "conversation": heading.number,
        "sender": line.sender,
        "text": line.text,
        "kind": line.kind,
        "time_raw": line.time.raw,
        "time_kind": line.time.kind,
        "demands": list(line.demands),
        "attachments": [*files],
    }


def _exhibits(dossier: Dossier) -> Iterator[Row]:
    for each in dossier.exhibits:
        when = _datetime(each.dated)
        if when is not None and each.dated is not None and each.assumption != "messages":
            desc = f"Date of the item ({each.assumption}){_doubt(each.dated)}"
            yield {
                "datetime": when,
                "timestamp_desc": desc,
                "message": f"{each.item} {each.path}",
                "item": each.item,
                "sha256": each.sha256,
                "time_raw": each.dated.raw,
                "time_kind": each.dated.kind,
            }


def _demands(dossier: Dossier) -> Iterator[Row]:
    for each in dossier.demands:
        yield _row(
            each.recorded,
            "Demand recorded",
            f"Demand {each.number}: {each.demand}",
            amount=each.amount,
            deadline=each.deadline,
            channel=each.channel,
            account=each.account,
            messages=list(each.messages),
            items=list(each.items),
        )


def _row(time: str, desc: str, message: str, **more: Json) -> Row:
    from evidence_kit.chats.stated_time import StatedTime

    stated = StatedTime(time, "utc", time)
    return {"datetime": _datetime(stated) or time, "timestamp_desc": desc, "message": message, **more}


def _doubt(time: StatedTime) -> str:
    return "" if time.kind in _COMPARABLE else " (zone unknown, written as UTC)"


def _datetime(time: StatedTime | None) -> str | None:
    """Return a time as ISO 8601 with seconds and a distance from UTC; None where there is none to be read."""
    if time is None or time.value is None:
        return None
    if len(time.value) == _DAY:
        return f"{time.value}T00:00:00+00:00"
    found = _CLOCK.search(time.value)
    if found is None:
        return None
    zone = found[4] or "+00:00"
    zone = "+00:00" if zone == "Z" else zone
    return f"{time.value[:_DAY]}T{found[1]}{found[2] or ':00'}{found[3] or ''}{zone}"


FORM = Form("timeline", ".jsonl", write, talks=True)
