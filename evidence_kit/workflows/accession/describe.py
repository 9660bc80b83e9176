"""Describing items: the types that have describers, and the pool of workers that runs them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import BinaryIO, Final, Self

from evidence_kit.custody import opening
from evidence_kit.intake.kinds import kind_named
from evidence_kit.libraries import LIBRARY_MISSING
from evidence_kit.media.registry import describer_of
from evidence_kit.model import Family, Json
from evidence_kit.workers.job import Answer, Failure, Job, JobRunner
from evidence_kit.workers.pool import Pool
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.commit_group import PendingDescription
from evidence_kit.workflows.reading.coverage import CoverageError, checked_facts, failure_facts, seconds_for

FUNCTION: Final = "evidence_kit.media.registry:describe"
READ_CHAT: Final = "evidence_kit.chats.worker:reading_facts"
_FAMILIES: Final = frozenset({Family.PICTURE, Family.AUDIO, Family.VIDEO})
# Types that exports of conversations have; some can only be named for what they are, and some look like nothing.
_CHATS: Final = frozenset({"text", "json", "html", "xml", "eml", "mbox", "ole", "sqlite", "unknown", "empty"})
# Under which name the failed description of a type stands that no describer reads.
_BY_FAMILY: Final = {Family.PICTURE: "picture", Family.AUDIO: "recording", Family.VIDEO: "recording"}
_MOST_WORKERS = 8
# How many jobs a worker has waiting, so that it goes on describing while a group is made durable.
_AHEAD: Final = 8
_PARTS: Final = ("describer", "versions", "parameters", "facts", "problems")
_LARGEST_BYTES: Final = 1 << 20


class WorkerDescriber:
    """Describes files in isolated processes that hold no keys, one process a core.

    `begin` and `begin_chat` return at once while there is room; payloads in memory are bounded by the pool.
    """

    def __init__(
        self,
        workers: int | None = None,
        environment: Mapping[str, str] | None = None,
        trust_anchors: str | None = None,
    ) -> None:
        """Set up the pool.

        Args:
            workers: How many processes; None for one a core.
            environment: Of these processes.
            trust_anchors: Certificates in PEM that content credentials are held against; None vouches for nobody.
        """
        self._trust: dict[str, Json] = {} if trust_anchors is None else {"trust_anchors": trust_anchors}
        count = workers or min(_MOST_WORKERS, usable_cores())
        self._pool = Pool(lambda: Worker(environment=environment), workers=count, ahead=_AHEAD * count)

    def __enter__(self) -> Self:
        """Return itself; no process is started before the first description."""
        self._pool.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process; running jobs are given up when an error passes through."""
        self._pool.__exit__(kind, error, trace)

    @property
    def runner(self) -> JobRunner:
        """The pool, for other work on hostile bytes."""
        return self._pool

    def describes(self, kind: str) -> bool:
        """Say whether there is anything to say about this type."""
        return describer_of(kind) is not None or kind_named(kind).family in _FAMILIES

    def start_describing(
        self, kind: str, name: str, payload: bytes | BinaryIO, *, pixels: bool = True
    ) -> PendingDescription:
        """Start to describe; waits while too much is under way, so that payloads do not pile up.

        Args:
            kind: Content type by its bytes.
            name: Name of the file, for hints that lie in names.
            payload: Its bytes, or the file open for reading; it may be closed once this returns.
            pixels: Whether pixels may be decoded.
        """
        job = Job(FUNCTION, {"kind": kind, "name": name, "pixels": pixels, **self._trust}, payload)
        name = describer_of(kind) or _BY_FAMILY.get(kind_named(kind).family, kind)
        return _Described(name, self._pool.submit(job))

    def reads(self, kind: str) -> bool:
        """Say whether a file of this type may be an exported conversation."""
        return kind in _CHATS

    def begin_chat(self, about: Mapping[str, Json], payload: bytes | BinaryIO) -> PendingDescription:
        """Start to read a conversation; waits while too much is under way."""
        size_bytes = len(payload) if isinstance(payload, bytes) else os.fstat(payload.fileno()).st_size
        return _Read(self._pool.submit(Job(READ_CHAT, about, payload, seconds_for(size_bytes))))

    def submit(self, job: Job) -> Future[Answer]:
        """Start any other job; waits while too much is under way."""
        return self._pool.submit(job)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


class _Read:
    """A conversation that a worker is reading."""

    def __init__(self, future: Future[Answer]) -> None:
        self._future = future

    def result(self) -> Mapping[str, Json]:
        answer = self._future.result()
        if isinstance(answer, Failure):
            return failure_facts(f"{answer.reason}: {answer.detail}")
        if answer.payload_changed:
            return failure_facts("changed while it was being read")
        # What hostile bytes may have made of the worker ends here: only figures of the known shape go on.
        try:
            facts = checked_facts(answer.value)
            opening.check_canonical(facts)
            if len(opening.compact_json(facts)) > _LARGEST_BYTES:
                return failure_facts("too many facts")
        except (CoverageError, opening.OpeningError) as error:
            return failure_facts(str(error))
        return {} if facts["recognition"] == "none" else facts


class _Described:
    """A description that a worker is making."""

    def __init__(self, describer: str, future: Future[Answer]) -> None:
        self._describer = describer
        self._future = future

    def result(self) -> Mapping[str, Json]:
        answer = self._future.result()
        if isinstance(answer, Failure) and answer.reason in {LIBRARY_MISSING, "too-large"}:
            code = LIBRARY_MISSING if answer.reason == LIBRARY_MISSING else "too-large-to-describe"
            return self._nothing(answer.detail, code)
        if isinstance(answer, Failure):
            return self._nothing(f"{answer.reason}: {answer.detail}")
        # A worker that hostile bytes took over can answer anything: it is data, and only in our form.
        try:
            if not isinstance(answer.value, Mapping):
                return self._nothing("no facts")
            described: dict[str, Json] = {name: answer.value[name] for name in _PARTS if name in answer.value}
            opening.check_canonical(described)
            if len(opening.compact_json(described)) > _LARGEST_BYTES:
                return self._nothing("too many facts")
        except opening.OpeningError as error:
            return self._nothing(str(error))
        if answer.payload_changed:
            told = described.get("problems")
            problems = list(told) if isinstance(told, (list, tuple)) else []
            described["problems"] = [*problems, {"code": "changed-while-described", "detail": ""}]
        named = described.get("describer")
        return described | {"describer": named if isinstance(named, str) else self._describer}

    def _nothing(self, detail: str, code: str = "not-described") -> Mapping[str, Json]:
        problems: Json = [{"code": code, "detail": detail}]
        return {"describer": self._describer, "facts": {}, "problems": problems}
