"""Describing items: which types there is something to say about, and the pool of workers that says it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import BinaryIO, Final, Self

from evidence_kit.custody import opening
from evidence_kit.intake.kinds import kind_named
from evidence_kit.model import Family, Json
from evidence_kit.workers.job import Answer, Failure
from evidence_kit.workers.pool import Worker
from evidence_kit.workflows.coverage import CoverageError, failed, sound
from evidence_kit.workflows.group import Pending

FUNCTION: Final = "evidence_kit.media.registry:describe"
READ_CHAT: Final = "evidence_kit.chats.worker:read"
_FAMILIES: Final = frozenset({Family.PICTURE, Family.AUDIO, Family.VIDEO})
# Types that exports of conversations have; some can only be named for what they are, and some look like nothing.
_CHATS: Final = frozenset({"text", "json", "html", "xml", "eml", "mbox", "ole", "sqlite", "unknown", "empty"})
# Reading, hashing and encrypting keep about one core busy; a second one describes meanwhile.
_MOST_WORKERS = 8
_PARTS: Final = ("describer", "versions", "parameters", "facts", "problems")
_LARGEST_BYTES: Final = 1 << 20


class WorkerDescriber:
    """Describes pictures, sound and film in isolated processes that hold no keys.

    At most as many payloads are in memory as there are workers, and one that waits.
    """

    def __init__(self, workers: int | None = None, environment: Mapping[str, str] | None = None) -> None:
        count = workers or min(_MOST_WORKERS, max(1, os.cpu_count() or 1))
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._workers = [Worker(environment=environment) for _ in range(count)]
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="describe")

    def __enter__(self) -> Self:
        """Return itself; no process is started before the first description."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process; what still runs is given up when an error passes through."""
        if kind is not None:
            for worker in self._workers:
                worker.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def describes(self, kind: str) -> bool:
        """Say whether there is anything to say about this type."""
        return kind_named(kind).family in _FAMILIES

    def begin(self, kind: str, name: str, payload: bytes | BinaryIO) -> Pending:
        """Start to describe; waits while every worker is busy, so that payloads do not pile up."""
        pending = self._call(FUNCTION, {"kind": kind, "name": name}, payload)
        return _Described(kind_named(kind).family.value, pending)

    def reads(self, kind: str) -> bool:
        """Say whether something of this type may be an exported conversation."""
        return kind in _CHATS

    def begin_chat(self, about: Mapping[str, Json], payload: bytes | BinaryIO) -> Pending:
        """Start to read a conversation; waits while every worker is busy."""
        return _Read(self._call(READ_CHAT, about, payload))

    def _call(self, function: str, arguments: Mapping[str, Json], payload: bytes | BinaryIO) -> Future[Answer]:
        worker = self._idle.get()

        def run() -> Answer:
            try:
                return worker.call(function, arguments, payload)
            finally:
                self._idle.put(worker)

        return self._threads.submit(run)


class _Read:
    """A conversation that a worker is reading."""

    def __init__(self, future: Future[Answer]) -> None:
        self._future = future

    def result(self) -> Mapping[str, Json]:
        answer = self._future.result()
        if isinstance(answer, Failure):
            return failed(f"{answer.reason}: {answer.detail}")
        # What hostile bytes may have made of the worker ends here: only figures of the known shape go on.
        try:
            facts = sound(answer.value)
            opening.check(facts)
            if len(opening.compact(facts)) > _LARGEST_BYTES:
                return failed("too many facts")
        except (CoverageError, opening.OpeningError) as error:
            return failed(str(error))
        return {} if facts["recognition"] == "none" else facts


class _Described:
    """A description that a worker is making."""

    def __init__(self, family: str, future: Future[Answer]) -> None:
        self._family = family
        self._future = future

    def result(self) -> Mapping[str, Json]:
        answer = self._future.result()
        if isinstance(answer, Failure):
            return self._nothing(f"{answer.reason}: {answer.detail}")
        # A worker that hostile bytes took over can answer anything: it is data, and only in our form.
        try:
            if not isinstance(answer.value, Mapping):
                return self._nothing("no facts")
            described: dict[str, Json] = {name: answer.value[name] for name in _PARTS if name in answer.value}
            opening.check(described)
            if len(opening.compact(described)) > _LARGEST_BYTES:
                return self._nothing("too many facts")
        except opening.OpeningError as error:
            return self._nothing(str(error))
        named = described.get("describer")
        return described | {"describer": named if isinstance(named, str) else self._family}

    def _nothing(self, detail: str) -> Mapping[str, Json]:
        problems: Json = [{"code": "not-described", "detail": detail}]
        return {"describer": self._family, "facts": {}, "problems": problems}
