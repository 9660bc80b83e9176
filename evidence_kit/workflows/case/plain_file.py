"""Writing facts of a case into a plain file that a person named; the log says so before the file has its name."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from evidence_kit.custody.errors import ExportExistsError
from evidence_kit.custody.event import Event
from evidence_kit.hashing.exact import tally_stream
from evidence_kit.model import DiskFile, Json
from evidence_kit.vault.disk import draft_beside, give_name
from evidence_kit.vault.links import files_below, is_link
from evidence_kit.vault.patience import discard_tree
from evidence_kit.words.controls import json_lines, plain_cell
from evidence_kit.workflows.case.disk_errors import is_regular, own_disk
from evidence_kit.workflows.case.errors import not_in_place
from evidence_kit.workflows.case.read import Case, file_pieces
from evidence_kit.workflows.case.write import CaseWriter

BYTE_ORDER_MARK = "\ufeff"
# Rows that are written at once.
_TOGETHER = 500
_SHORT = 60


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A file to be written.

    Attributes:
        path: Where; nothing may be there.
        form: `csv` or `jsonl`.
        what: What it holds, as the log says it: `chats` or `identifiers`.
        items: The items that it speaks of.
        facts: What else the log is to say, such as which messages were left out.
    """

    path: Path
    form: str
    what: str
    items: Sequence[str]
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that was written, and the line of the log that says so."""

    path: Path
    rows: int
    size_bytes: int
    line: int


def ensure_free(path: Path) -> None:
    """Return when a file can be made there.

    Raises:
        ExportExistsError: There is something.
    """
    if path.exists() or is_link(path):
        raise ExportExistsError("export-exists", path=str(path))


def export_rows(
    writer: CaseWriter, wanted: WantedFile, columns: Sequence[str], rows: Iterable[Mapping[str, Json]]
) -> ExportedFile:
    """Write rows into a new file that only its owner can read; note it in the log, then give the file its name.

    A file that an interrupted run of the same export made is found, and nothing is noted twice.

    Args:
        writer: The case.
        wanted: The file: path, form and the facts that the log says of it.
        columns: Names of the columns, in order; a row may lack some.
        rows: The rows, read lazily.

    Raises:
        ExportExistsError: There is something at that path already.
        DiskFullError: No room; nothing is left behind.
    """
    disk, draft = writer.world.disk, draft_beside(wanted.path)
    with own_disk(len(writer.manifest.items)):
        disk.remove(draft)
        file = disk.create(draft)
        try:
            out = _Out(file)
            try:
                count = _FORMS[wanted.form](out, columns, rows)
                file.sync()
            finally:
                file.close()
            facts: dict[str, Json] = {
                "what": wanted.what,
                "form": wanted.form,
                "name": wanted.path.name.encode("utf-8", "replace").decode("utf-8"),
                "rows": count,
                "size": out.size_bytes,
                "sha256": out.sha256.hexdigest(),
                "items": list(wanted.items),
                **wanted.facts,
            }
            before = exported_before(writer.case, wanted.path, facts)
            if before is not None:
                disk.remove(draft)
                return ExportedFile(wanted.path, count, out.size_bytes, before)
            ensure_free(wanted.path)
            line = writer.commit([Event("exported", facts)]).first
        except BaseException:
            with suppress(OSError):
                disk.remove(draft)
            raise
    name_recorded(writer, draft, wanted.path, line)
    return ExportedFile(wanted.path, count, out.size_bytes, line)


def name_recorded(writer: CaseWriter, draft: Path, path: Path, line: int) -> None:
    """Give a recorded draft its final name; on failure the event stands and the draft goes.

    Args:
        writer: The case; its world is told of a failure.
        draft: File or folder.
        path: Its final name.
        line: Line of the event.
    """
    try:
        give_name(writer.world.disk, draft, path)
    except OSError as error:
        if draft.is_dir():
            discard_tree(draft)
        writer.world.left_to_do.append(not_in_place(writer.case.id, line, path, error))


def exported_before(case: Case, path: Path, facts: Mapping[str, Json]) -> int | None:
    """Return the line that says that this very file was exported; None when it is not there, or another one is.

    Args:
        case: Unlocked.
        path: Where the file would lie.
        facts: Facts of the event, with `size` in bytes and `sha256`.

    Raises:
        OSError: The file could not be read now.
    """
    told = [each for each in case.opened.entries.get("exported", ()) if _same(each.facts, facts)]
    if not told or not is_regular(path) or path.stat().st_size != facts["size"]:
        return None
    with path.open("rb") as file:
        return told[-1].line if tally_stream(file_pieces(file)).sha256.hex == facts["sha256"] else None


def same_tree(first: Path, second: Path) -> bool:
    """Say whether two folders hold the same files with the same bytes."""
    return first.is_dir() and second.is_dir() and _tree(first) == _tree(second)


def _tree(folder: Path) -> dict[str, str]:
    found = {}
    for path in files_below(folder):
        with path.open("rb") as file:
            found[path.relative_to(folder).as_posix()] = tally_stream(file_pieces(file)).sha256.hex
    return found


def _same(before: Mapping[str, Any], now: Mapping[str, Json]) -> bool:
    return all(before.get(name) == value for name, value in now.items())


class _Out:
    """Writes text into a file of ours, counted and hashed."""

    def __init__(self, file: DiskFile) -> None:
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0
        self._file = file

    def write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        self.sha256.update(data)
        self.size_bytes += len(data)
        self._file.write(data)


def _csv(out: _Out, columns: Sequence[str], rows: Iterable[Mapping[str, Json]]) -> int:
    """Write a table for a spreadsheet: its mark for UTF-8 first, and no cell that it would compute."""
    out.write(BYTE_ORDER_MARK)
    out.write(_line(columns))
    count = 0
    waiting = iter(rows)
    while some := [_cells(row, columns) for row in islice(waiting, _TOGETHER)]:
        out.write(_lines(some))
        count += len(some)
    return count


def csv_line(values: Sequence[Json]) -> bytes:
    """Return one row of a table, in UTF-8, with no cell that a spreadsheet would compute."""
    return _line([_cell(value) for value in values]).encode("utf-8", "replace")


def _line(cells: Sequence[str]) -> str:
    return _lines([cells])


def _lines(rows: Iterable[Sequence[str]]) -> str:
    # Every cell in quotation marks: a program that splits at semicolons still finds them where they are.
    return "".join(map(_quoted_line, rows))


def _quoted_line(cells: Sequence[str]) -> str:
    """Return a row as `csv` writes it; where no cell holds a quotation mark, which is nearly always, at once."""
    line = '","'.join(cells)
    if cells and line.count('"') == 2 * (len(cells) - 1):
        return f'"{line}"\r\n'
    held = io.StringIO()
    csv.writer(held, quoting=csv.QUOTE_ALL).writerow(cells)
    return held.getvalue()


def _cells(row: Mapping[str, Json], columns: Sequence[str]) -> list[str]:
    """Return the cells of a row; for texts and empty cells, of which there are millions, without a call."""
    cells = []
    for column in columns:
        value = row.get(column)
        if type(value) is str:
            cells.append(_short_cell(value) if len(value) <= _SHORT else plain_cell(value))
        elif value is None or value is False or value == []:
            cells.append("")
        else:
            cells.append(_cell(value))
    return cells


def _cell(value: Json) -> str:
    if value is None or value is False or value == "":
        return ""
    if isinstance(value, str):
        # Names, kinds and days stand in thousands of rows.
        return _short_cell(value) if len(value) <= _SHORT else plain_cell(value)
    if isinstance(value, (list, tuple)) and not value:
        return ""
    if type(value) is int:
        return str(value)
    if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
        shown = "; ".join(map(str, value))
    else:
        shown = json.dumps(value, ensure_ascii=False)
    return plain_cell(shown)


@lru_cache(maxsize=4096)
def _short_cell(text: str) -> str:
    return plain_cell(text)


def _jsonl(out: _Out, _columns: Sequence[str], rows: Iterable[Mapping[str, Json]]) -> int:
    count = 0
    waiting = iter(rows)
    while some := list(json_lines(islice(waiting, _TOGETHER))):
        out.write("\n".join(some) + "\n")
        count += len(some)
    return count


_FORMS: Mapping[str, Callable[[_Out, Sequence[str], Iterable[Mapping[str, Json]]], int]] = {
    "csv": _csv,
    "jsonl": _jsonl,
}
