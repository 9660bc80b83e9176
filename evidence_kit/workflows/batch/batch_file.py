"""A batch file, TOML or CSV, as tasks; its slips are told with line and column."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from evidence_kit.workflows.batch.errors import BatchFileError
from evidence_kit.workflows.batch.task import (
    FIELDS,
    BatchTask,
    FilePosition,
    TaskSlip,
    Value,
    checked_task,
    nearest_word,
)
from evidence_kit.workflows.case.disk_errors import file_refused, is_gone

# Larger than any batch that people or their programs write; a file is read whole.
LARGEST_BYTES: Final = 64 << 20
# Parts several values in one cell of a CSV; commas and semicolons already part cells.
PARTS: Final = "|"
_HEADER = re.compile(r"^\s*\[\[\s*case\s*\]\]|^\s*\[\s*(\w+)\s*\]")
_KEY = re.compile(r"""^\s*["']?([\w-]+)["']?\s*=""")
# In double quotes, what TOML knows no abbreviation for: a path of Windows as it was copied.
_ABBREVIATION = re.compile(r"""^[^'#]*"[^"]*\\(?:[^btnfruU"\\]|u(?![0-9a-fA-F]{4})|U(?![0-9a-fA-F]{8}))""")
_AT = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")


def tasks_in(path: Path) -> list[BatchTask]:
    """Return every line of a batch, in order.

    Raises:
        BatchFileError: The file cannot be read, or is no batch: nothing of it can be carried out.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else None
    except OSError as error:
        if not is_gone(error):
            raise file_refused(error, str(path)) from error
        raise BatchFileError("batch-unreadable", path=str(path)) from error
    if data is None:
        raise BatchFileError("batch-too-large", path=str(path), limit=LARGEST_BYTES)
    text = _text(path, data)
    read = _csv if path.suffix.lower() == ".csv" else _toml
    tasks = list(read(path, text))
    if not tasks:
        raise BatchFileError("batch-empty", path=str(path))
    return _named_apart(tasks)


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise _broken(path, FilePosition(line, column), "UTF-8") from error


def _broken(path: Path, spot: FilePosition, why: str) -> BatchFileError:
    return BatchFileError("batch-malformed", path=str(path), line=spot.line, column=spot.column, why=why)


def _refuse(path: Path, slip: TaskSlip) -> BatchFileError:
    """Return a slip outside all lines, which makes the whole file useless."""
    return BatchFileError(
        f"{slip.code}-in-file", path=str(path), line=slip.spot.line, column=slip.spot.column, **slip.values
    )


def _toml(path: Path, text: str) -> Iterator[BatchTask]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        spot = _spot_of(error, text)
        if _ABBREVIATION.search(text.split("\n")[spot.line - 1]):
            slip = "batch-backslash-in-file"
            raise BatchFileError(slip, path=str(path), line=spot.line, column=spot.column) from error
        raise _broken(path, spot, _AT.sub("", str(error)).strip()) from error
    where = _Places(text)
    for name in document:
        if name not in {"defaults", "case"}:
            spot = where.spot("", 0, name)
            raise _refuse(path, TaskSlip(spot, "batch-key-unknown", {"key": name, "nearest": "defaults, case"}))
    defaults = _values(path, document.get("defaults", {}), where, "defaults", 0)
    _known_defaults(path, defaults, where)
    listed = document.get("case", [])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise _broken(path, where.spot("", 0, "case"), "[[case]]")
    for number, table in enumerate(listed, 1):
        own = _values(path, table, where, "case", number)
        spots = {name: where.spot("case", number, name) for name in own}
        spots |= {name: where.spot("defaults", 0, name) for name in defaults if name not in own}
        yield checked_task(where.start("case", number), {**defaults, **own}, spots, path.parent, number)


def _spot_of(error: tomllib.TOMLDecodeError, text: str) -> FilePosition:
    found = _AT.search(str(error))
    if found is not None and found[1]:
        return FilePosition(int(found[1]), int(found[2]))
    lines = text.split("\n")
    return FilePosition(len(lines), len(lines[-1]) + 1)


def _values(path: Path, table: object, where: _Places, section: str, number: int) -> dict[str, Value]:
    if not isinstance(table, dict):
        raise _broken(path, where.spot("", 0, section), f"[{section}]")
    return {name: _value(path, value, where.spot(section, number, name)) for name, value in table.items()}


def _value(path: Path, value: Any, spot: FilePosition) -> Value:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise _broken(path, spot, "“…”, [“…”]")


def _known_defaults(path: Path, defaults: Mapping[str, Value], where: _Places) -> None:
    for name in defaults:
        if name not in FIELDS or name == "name":
            known = tuple(each for each in FIELDS if each != "name")
            slip = TaskSlip(
                where.spot("defaults", 0, name),
                "batch-key-unknown",
                {"key": name, "nearest": nearest_word(name, known)},
            )
            raise _refuse(path, slip)


class _Places:
    """Where keys stand in a TOML text; tomllib itself does not say."""

    def __init__(self, text: str) -> None:
        self._starts: dict[tuple[str, int], FilePosition] = {}
        self._keys: dict[tuple[str, int, str], FilePosition] = {}
        section, number, cases = "", 0, 0
        for line, content in enumerate(text.split("\n"), 1):
            header = _HEADER.match(content)
            if header is not None:
                cases += header[1] is None
                section, number = (header[1], 0) if header[1] is not None else ("case", cases)
                spot = FilePosition(line, content.index("[") + 1)
                self._starts.setdefault((section, number), spot)
                self._keys.setdefault(("", 0, section), spot)
                continue
            key = _KEY.match(content)
            if key is not None:
                self._keys.setdefault((section, number, key[1]), FilePosition(line, key.start(1) + 1))

    def start(self, section: str, number: int) -> FilePosition:
        return self._starts.get((section, number), FilePosition(1, 1))

    def spot(self, section: str, number: int, key: str) -> FilePosition:
        return self._keys.get((section, number, key), self.start(section, number))


def _csv(path: Path, text: str) -> Iterator[BatchTask]:
    lines = list(io.StringIO(text, newline=""))
    first = lines[0] if lines else ""
    # A spreadsheet set to French or Arabic parts cells with semicolons.
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    number, begins = 0, 1
    try:
        for row in reader:
            columns = _cell_columns("".join(lines[begins - 1 : reader.line_num]), delimiter)
            if header is None:
                header = [cell.strip() for cell in row]
                _known_header(path, header, FilePosition(begins, 1), columns)
            elif any(cell.strip() for cell in row):
                number += 1
                yield _row(path, header, row, [FilePosition(begins, column) for column in columns], number)
            begins = reader.line_num + 1
    except csv.Error as error:
        column = next(iter(re.finditer('"', lines[begins - 1])), None) if begins <= len(lines) else None
        raise _broken(path, FilePosition(begins, column.start() + 1 if column else 1), str(error)) from error


def _cell_columns(raw: str, delimiter: str) -> list[int]:
    """Return where each cell of a row begins, counting characters from 1."""
    columns, quoted = [1], False
    for at, sign in enumerate(raw, 2):
        quoted ^= sign == '"'
        if sign == delimiter and not quoted:
            columns.append(at)
    return columns


def _known_header(path: Path, header: Sequence[str], spot: FilePosition, columns: Sequence[int]) -> None:
    for at, name in enumerate(header):
        here = FilePosition(spot.line, columns[at])
        if name not in FIELDS:
            raise _refuse(
                path, TaskSlip(here, "batch-key-unknown", {"key": name, "nearest": nearest_word(name, tuple(FIELDS))})
            )
        if name in header[:at]:
            raise _broken(path, here, name)


def _row(
    path: Path, header: Sequence[str], row: Sequence[str], spots: Sequence[FilePosition], number: int
) -> BatchTask:
    facts: dict[str, Value] = {}
    for name, cell in zip(header, row, strict=False):
        values = tuple(part.strip() for part in cell.split(PARTS) if part.strip())
        if values:
            facts[name] = values[0] if len(values) == 1 else values
    at = dict(zip(header, spots, strict=False))
    task = checked_task(spots[0], facts, at, path.parent, number)
    if len(row) <= len(header):
        return task
    return replace(task, slips=(*task.slips, TaskSlip(spots[len(header)], "batch-cell-without-column", {})))


def _named_apart(tasks: Sequence[BatchTask]) -> list[BatchTask]:
    """Return the tasks; of two with one name the later one has a slip, as outcomes could not be told apart."""
    seen: set[str] = set()
    told = []
    for task in tasks:
        slip = TaskSlip(task.spot, "batch-name-twice", {"name": task.name})
        told.append(replace(task, slips=(*task.slips, slip)) if task.name in seen else task)
        seen.add(task.name)
    return told
