"""The progress of a batch, beside its file: a second run takes up where the first one stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from evidence_kit.model import Disk, DiskFile, Json
from evidence_kit.vault.lock import HeldError, hold_lock
from evidence_kit.workflows.batch.errors import BatchBusyError, BatchFileError
from evidence_kit.workflows.batch.task import BatchTask
from evidence_kit.workflows.case.disk_errors import file_refused

ENDING: Final = ".progress.jsonl"
_FORMAT: Final = "evidence-kit-batch/1"


class BatchMemory:
    """Appends a line for everything begun and done, and makes it last before anything depends on it.

    It holds names of lines and ids of cases, no passphrase and nothing out of a case. One process at a time may have
    it, from its first look on: two would open every case twice.

    Attributes:
        batch: 16 hexadecimal digits that tell this batch from every other one; cases are marked with it.
    """

    def __init__(self, path: Path, disk: Disk, random: Callable[[int], bytes]) -> None:
        self._path = path
        self._disk = disk
        self._cases: dict[str, str] = {}
        self._done: dict[tuple[str, str], str | None] = {}
        self.batch = ""
        self._file: DiskFile | None = None
        self._alone = ExitStack()
        if path.exists():
            self._be_alone()
        self._read()
        self._fresh = "" if self.batch else random(8).hex()
        self.batch = self.batch or self._fresh

    def case_of(self, task: BatchTask) -> str | None:
        """Return the case that a line was given, None before it was given one."""
        return self._cases.get(task.name)

    @property
    def promised(self) -> Collection[str]:
        """Cases that lines were given, whether they exist yet or not."""
        return self._cases.values()

    def has_done(self, task: BatchTask, step: str) -> bool:
        """Say whether a step of a line was done, as the line stands now."""
        return self._done.get((task.name, step)) == task.digest(step)

    def note_opening(self, task: BatchTask, case: str) -> None:
        """Note durably which case a line is about to open, before it exists."""
        self._cases[task.name] = case
        self._append({"name": task.name, "case": case})

    def note_done(self, task: BatchTask, step: str) -> None:
        """Note durably that a step is done."""
        self._done[task.name, step] = task.digest(step)
        self._append({"name": task.name, "step": step, "digest": task.digest(step)})

    def was_left_open(self, task: BatchTask, step: str) -> bool:
        """Say whether a step was carried out and something was left that the next run is to try again."""
        return self._done.get((task.name, step), "") is None

    def note_open(self, task: BatchTask, step: str) -> None:
        """Note durably that a step left something open."""
        self._done[task.name, step] = None
        self._append({"name": task.name, "step": step, "digest": None})

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._alone.close()

    def _append(self, facts: Json) -> None:
        if self._file is None:
            self._file = self._open()
        self._file.write(json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        self._file.sync()

    def _open(self) -> DiskFile:
        self.lock()
        file = self._disk.append(self._path)
        if self._fresh:
            file.write(json.dumps({"format": _FORMAT, "batch": self._fresh}).encode("ascii") + b"\n")
            self._fresh = ""
        return file

    def lock(self) -> None:
        """Make the memory where there is none yet, and be the only process that has it, until `close`.

        Raises:
            BatchBusyError: Another process carries out this batch.
            BatchFileError: It cannot be made or locked.
        """
        if not self._path.exists():
            try:
                self._disk.create(self._path).close()
            except FileExistsError:
                # Another process came first, by a moment.
                raise BatchBusyError("batch-locked", path=str(self._path)) from None
            self._be_alone()

    def _be_alone(self) -> None:
        try:
            self._alone.enter_context(hold_lock(self._path, 0))
        except HeldError as error:
            raise BatchBusyError("batch-locked", path=str(self._path)) from error

    def _read(self) -> None:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise file_refused(error, str(self._path)) from error
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            # The last line was being written when the power went; what it would have said was not done yet.
            self._disk.shorten(self._path, whole)
        if not whole:
            return
        try:
            head, *lines = (json.loads(line) for line in data[:whole].splitlines())
            if head["format"] != _FORMAT:
                raise ValueError(head["format"])
            self.batch = str(head["batch"])
            for line in lines:
                if "case" in line:
                    self._cases[line["name"]] = line["case"]
                else:
                    self._done[line["name"], line["step"]] = line["digest"]
        except (ValueError, KeyError, TypeError) as error:
            raise BatchFileError("batch-memory-unreadable", path=str(self._path)) from error
