"""What of a file is compared: features of pictures and films, hashes of sound; made in isolation, kept in a cache."""

from __future__ import annotations

import base64
import binascii
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evidence_kit.model import Family, Json
from evidence_kit.vault.cache import Cache
from evidence_kit.workers.job import Answer, Failure, Job, JobRunner

if TYPE_CHECKING:
    from evidence_kit.matching.features import Features

LARGEST_BYTES: Final = 64 << 20
FAMILIES: Final = {family.value for family in (Family.PICTURE, Family.VIDEO, Family.AUDIO)}
_FEATURES: Final = "evidence_kit.matching.worker:features"
_SOUND: Final = "evidence_kit.media.sound:hashes"
_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A file that takes part in a comparison.

    Attributes:
        name: Id of an item, or how a file found elsewhere is called.
        kind: Name of its content type.
        family: `picture`, `video` or `audio`.
        sha256: Of its bytes, in hexadecimal.
        size_bytes: Its length.
        read: Returns its bytes; raises OSError or DamagedError where they cannot be had.
        cache: Where what was computed of it is kept; None keeps it in memory.
    """

    name: str
    kind: str
    family: str
    sha256: str
    size_bytes: int
    read: Callable[[], bytes]
    cache: Cache | None


@dataclass(frozen=True, slots=True)
class Sound:
    """Hashes of a sound: equal ones are the same recording in another wrapping."""

    packets: str
    samples: str


class Traits:
    """Everything that is known of the files of one comparison.

    Args:
        run: Runs what sees hostile bytes.
    """

    def __init__(self, run: JobRunner) -> None:
        self._run = run
        self._held: dict[str, bytes] = {}
        self._files: dict[str, ComparedFile] = {}
        self.sounds: dict[str, Sound] = {}

    def prepare(
        self, files: Iterable[ComparedFile], on_bytes: Callable[[int], None]
    ) -> Iterator[tuple[ComparedFile, str | None]]:
        """Yield every file with None once its traits are there, or with the reason why there are none."""
        waiting: deque[tuple[ComparedFile, Future[Answer] | str | None]] = deque()
        for file in files:
            waiting.append((file, self._begin(file)))
            on_bytes(file.size_bytes)
            while waiting and (len(waiting) > _AHEAD or not isinstance(waiting[0][1], Future)):
                yield self._ended(*waiting.popleft())
        while waiting:
            yield self._ended(*waiting.popleft())

    def features(self, name: str) -> Features:
        """Return the features of a file that was prepared."""
        from evidence_kit.matching.features import UnsoundError, unpack

        file = self._files[name]
        packed = self._known(file)
        if packed is not None:
            try:
                return unpack(packed)
            except UnsoundError:
                pass
        # Somebody emptied the cache meanwhile.
        reason = self._took(file, self._run.submit(_job(file)).result())
        packed = self._known(file)
        if reason is not None or packed is None:
            raise OSError(reason or "gone")
        return unpack(packed)

    def _begin(self, file: ComparedFile) -> Future[Answer] | str | None:
        if file.size_bytes > LARGEST_BYTES:
            return "too-large"
        if self._known(file) is not None:
            return None
        try:
            return self._run.submit(_job(file))
        except (OSError, ValueError):
            return "unreadable"

    def _ended(self, file: ComparedFile, begun: Future[Answer] | str | None) -> tuple[ComparedFile, str | None]:
        reason = self._took(file, begun.result()) if isinstance(begun, Future) else begun
        if reason is None:
            packed = self._known(file) or b""
            reason = self._checked(file, packed) if packed.startswith(MAGIC) else self._sound(file, packed)
        if reason is None:
            self._files[file.name] = file
        return file, reason

    def _took(self, file: ComparedFile, answer: Answer) -> str | None:
        """Keep what a worker answered; return the reason where that is nothing."""
        if isinstance(answer, Failure):
            return f"worker-{answer.reason}" if answer.reason in {"timeout", "memory", "crashed"} else "not-decoded"
        value = answer.value if isinstance(answer.value, Mapping) else {}
        if isinstance(value.get("reason"), str):
            return str(value["reason"])
        packed = json.dumps(value).encode()
        if "packed" in value:
            try:
                packed = base64.b64decode(str(value["packed"]), validate=True)
            except (binascii.Error, ValueError):
                return "not-decoded"
        if file.cache is None or not file.cache.put(_about(file), packed):
            self._held[file.name] = packed
        return None

    def _known(self, file: ComparedFile) -> bytes | None:
        if file.name in self._held:
            return self._held[file.name]
        return None if file.cache is None else file.cache.get(_about(file))

    def _checked(self, file: ComparedFile, packed: bytes) -> str | None:
        """Return a reason where what came out of the worker is not what it should be."""
        from evidence_kit.matching.features import UnsoundError, unpack

        try:
            found = unpack(packed)
        except UnsoundError:
            self._forget(file)
            return "not-decoded"
        useful = any(len(view.keypoints) >= _FEWEST_KEYPOINTS or (view.quality or 0) >= 50 for view in found.views)
        return None if useful else "no-detail"

    def _sound(self, file: ComparedFile, packed: bytes) -> str | None:
        try:
            value = json.loads(packed)
            self.sounds[file.name] = Sound(_hex(value["packets"]), _hex(value["samples"]))
        except (ValueError, KeyError, TypeError):
            self._forget(file)
            return "not-decoded"
        return None

    def _forget(self, file: ComparedFile) -> None:
        self._held.pop(file.name, None)
        if file.cache is not None:
            file.cache.forget(_about(file))


_AHEAD: Final = 8
# Packed features begin so; hashes of sound are JSON.
MAGIC: Final = b"ekf1"
_FEWEST_KEYPOINTS: Final = 10


def _job(file: ComparedFile) -> Job:
    function = _SOUND if file.family == Family.AUDIO.value else _FEATURES
    arguments: dict[str, Json] = {"kind": file.kind}
    return Job(function, arguments, file.read(), _SECONDS)


def _about(file: ComparedFile) -> str:
    version = "sound/1" if file.family == Family.AUDIO.value else "features/2"
    return f"{version} {file.sha256}"


def _hex(value: object) -> str:
    if not isinstance(value, str) or len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise ValueError("no hash")
    return value
