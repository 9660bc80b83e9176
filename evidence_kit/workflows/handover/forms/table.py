"""`export --as csv`: one row for every item, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence_kit.workflows.case.plain_file import BYTE_ORDER_MARK, csv_line
from evidence_kit.workflows.handover.forms.form import ExportContents, ExportTarget, Form
from evidence_kit.workflows.reading.overview import item_row

COLUMNS = (
    "item", "path", "path_bytes", "container", "kind", "media_type", "size", "md5", "sha1", "sha256", "taken_in",
    "modified_utc", "handed_by", "device", "sensitivity", "also_at", "line",
)  # fmt: skip


def write(contents: ExportContents, target: ExportTarget) -> int:
    """Write the table; every item is read once, for the digests that the log does not hold."""
    digests = {item.id: contents.original(item) for item in contents.items}
    target.file(table_rows(contents, digests))
    return len(contents.items)


def table_rows(contents: ExportContents, digests: Mapping[str, Mapping[str, str]]) -> Iterator[bytes]:
    """Yield the table.

    Args:
        contents: Its items, in order.
        digests: MD5, SHA1 and SHA256 of each, in the same order.
    """
    yield BYTE_ORDER_MARK.encode("utf-8") + csv_line(COLUMNS)
    for item, each in zip(contents.items, digests.values(), strict=True):
        facts = item.facts
        provenance = facts.get("provenance") or {}
        more = {
            "media_type": facts["kind"].get("media_type"),
            "md5": each["MD5"],
            "sha1": each["SHA1"],
            "modified_utc": modified_time(facts),
            "handed_by": provenance.get("handed_by"),
            "device": provenance.get("device"),
        }
        row = item_row(item) | more
        yield csv_line([row.get(column) for column in COLUMNS])


def modified_time(facts: Mapping[str, object]) -> str | None:
    """Return when an item was changed last by the source's file system, ISO 8601 in UTC; None if unknown."""
    from datetime import UTC, datetime, timedelta

    times = facts.get("times")
    raw = times.get("modified_ns") if isinstance(times, Mapping) else None
    if raw is None:
        return None
    seconds, nanoseconds = divmod(int(str(raw)), 10**9)
    try:
        # `fromtimestamp` refuses what lies before 1970 on Windows.
        whole = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError, OSError):
        return None
    return whole.strftime("%Y-%m-%dT%H:%M:%S") + f".{nanoseconds // 1000:06d}Z"


FORM = Form("csv", ".csv", write)
