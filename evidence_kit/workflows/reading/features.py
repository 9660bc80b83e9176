"""The compared features of a file: of pictures and films, hashes of sound; made in isolation, kept in a cache."""

from __future__ import annotations

import base64
import binascii
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from evidence_kit.libraries import LIBRARY_MISSING
from evidence_kit.matching.thresholds import THRESHOLDS
from evidence_kit.model import Family, Json
from evidence_kit.vault.cache import SealedCache
from evidence_kit.workers.job import Answer, Failure, Job, JobRunner

if TYPE_CHECKING:
    from evidence_kit.matching.features import Features

LARGEST_BYTES: Final = 64 << 20
FAMILIES: Final = {family.value for family in (Family.PICTURE, Family.VIDEO, Family.AUDIO)}
# What holds nothing to see by itself, and may hold pictures.
HOLDERS: Final = frozenset({"pdf", "docx", "xlsx", "pptx", "ooxml", "odt", "ods", "odp", "epub", "vcard"})
_FEATURES: Final = "evidence_kit.matching.worker:extract_features"
_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A file that takes part in a comparison.

    Attributes:
        name: Id of an item, or how a file found elsewhere is called; of a further picture in it with `#` and number.
        kind: Name of its content type.
        family: `picture`, `video` or `audio`.
        sha256: Of its bytes, in hexadecimal.
        size_bytes: Its length.
        read: Returns its bytes; raises OSError or DamagedError where they cannot be had.
        cache: Where what was computed of it is kept; None keeps it in memory.
        of: The item or file that a further picture is in; the same as `name` for the one that is shown.
        picture: Its number in the file, 1 for the one that is shown.
        whole_sha256: Digest of the file that a further picture is in.
    """

    name: str
    kind: str
    family: str
    sha256: str
    size_bytes: int
    read: Callable[[], bytes]
    cache: SealedCache | None
    of: str = ""
    picture: int = 1
    whole_sha256: str = ""

    @property
    def file(self) -> str:
        """Id of the item, or name of the file, that holds it."""
        return self.of or self.name


@dataclass(frozen=True, slots=True)
class SoundHashes:
    """Hashes of a sound: equal ones are the same recording in another wrapping."""

    packets: str
    samples: str


class ComparedFeatures:
    """Everything that is known of the files of one comparison.

    Args:
        run: Runs what sees hostile bytes.
    """

    def __init__(self, run: JobRunner) -> None:
        self._run = run
        self._held: dict[str, bytes] = {}
        self._files: dict[str, ComparedFile] = {}
        self.sounds: dict[str, SoundHashes] = {}

    def prepare(
        self, files: Iterable[ComparedFile], on_bytes: Callable[[int], None]
    ) -> Iterator[tuple[ComparedFile, str | None]]:
        """Yield every file and every further picture in it, with None once its traits are there, or with the reason."""
        waiting: deque[tuple[ComparedFile, Future[Answer] | str | None]] = deque()
        for file in files:
            waiting.append((file, self._begin(file)))
            on_bytes(file.size_bytes)
            while waiting and (len(waiting) > _AHEAD or not isinstance(waiting[0][1], Future)):
                yield from self._ended(*waiting.popleft())
        while waiting:
            yield from self._ended(*waiting.popleft())

    def features(self, name: str) -> Features:
        """Return the features of a file that was prepared.

        Raises:
            OSError: It was computed anew, and could not be kept.
            UnsoundError: What was computed anew is no features.
        """
        from evidence_kit.matching.features import UnsoundError, unpack_features

        file = self._files[name]
        packed = self._known(file)
        if packed is not None:
            try:
                return unpack_features(packed)
            except UnsoundError:
                pass
        # Somebody emptied the cache meanwhile.
        self._took(replace(file, name=file.file, picture=1), self._run.submit(_job(file)).result())
        packed = self._known(file)
        if packed is None:
            raise OSError("gone")
        return unpack_features(packed)

    def _begin(self, file: ComparedFile) -> Future[Answer] | str | None:
        if file.size_bytes > LARGEST_BYTES:
            return "too-large"
        parts = self._listed(file)
        if parts is not None and all(why or self._kept(file, number) is not None for number, _, why in parts):
            return None
        try:
            return self._run.submit(_job(file))
        except (OSError, ValueError):
            return "unreadable"

    def _ended(
        self, file: ComparedFile, begun: Future[Answer] | str | None
    ) -> Iterator[tuple[ComparedFile, str | None]]:
        reason = self._took(file, begun.result()) if isinstance(begun, Future) else begun
        if reason is not None:
            yield file, reason
            return
        parts = self._listed(file)
        if parts is None:
            # It was computed, and its cached copy cannot be read now.
            yield file, "unreadable"
            return
        for number, digest, stated in parts:
            if number == 1 and stated == "no-picture" and len(parts) > 1:
                continue
            part = file if number == 1 else _part(file, number, digest)
            why = self._useful(part) if stated is None else stated
            if why is None:
                self._files[part.name] = part
            yield part, why

    def _useful(self, part: ComparedFile) -> str | None:
        """Return why a result on a picture or sound is of no use; None where it is."""
        packed = self._known(part)
        if packed is None:
            return "unreadable"
        return self._checked(part, packed) if packed.startswith(MAGIC) else self._sound(part, packed)

    def _took(self, file: ComparedFile, answer: Answer) -> str | None:
        """Keep a worker's answer on a file and its inner pictures; return the reason where there is none."""
        if isinstance(answer, Failure):
            if answer.reason == LIBRARY_MISSING:
                return f"{LIBRARY_MISSING}:{answer.detail}"
            return f"worker-{answer.reason}" if answer.reason in {"timeout", "memory", "crashed"} else "not-decoded"
        value = answer.value if isinstance(answer.value, Mapping) else {}
        listed = value.get("inner")
        inner = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, (list, tuple)) else []
        parts: list[tuple[int, str | None, str | None]] = []
        for number, told in ((1, value), *((_number(each), each) for each in inner[:_MOST_INNER])):
            why = told.get("reason")
            packed = b"" if isinstance(why, str) else _bytes_of(told)
            if packed is None:
                why = "not-decoded"
            elif packed:
                self._keep(file, number, packed)
            digest = told.get("sha256")
            parts.append((number, str(digest) if _is_hex(digest) else None, why if isinstance(why, str) else None))
        # What a library is missing for is looked at again once it is there.
        lasting = all(part[2] != LIBRARY_MISSING for part in parts)
        self._keep(file, 0, json.dumps(parts).encode(), lasting=lasting)
        return None

    def _keep(self, file: ComparedFile, number: int, packed: bytes, *, lasting: bool = True) -> None:
        if not lasting or file.cache is None or not file.cache.put(_about(file, number), packed):
            self._held[_about(file, number)] = packed

    def _listed(self, file: ComparedFile) -> list[tuple[int, str | None, str | None]] | None:
        """Return number, digest and reason of every picture in a file, None where nobody has looked yet."""
        try:
            raw = json.loads(self._kept(file, 0) or b"null")
            return None if raw is None else [(int(number), digest, why) for number, digest, why in raw]
        except (ValueError, TypeError):
            return None

    def _known(self, file: ComparedFile) -> bytes | None:
        return self._kept(file, file.picture)

    def _kept(self, file: ComparedFile, number: int) -> bytes | None:
        about = _about(file, number)
        if about in self._held:
            return self._held[about]
        return None if file.cache is None else file.cache.get(about)

    def _checked(self, file: ComparedFile, packed: bytes) -> str | None:
        """Return a reason where the worker's answer is not of the required form."""
        from evidence_kit.matching.features import UnsoundError, unpack_features

        try:
            found = unpack_features(packed)
        except UnsoundError:
            self._forget(file)
            return "not-decoded"
        useful = any(
            len(view.keypoints) >= THRESHOLDS.least_inliers or (view.quality or 0) >= THRESHOLDS.least_quality
            for view in found.views
        )
        return None if useful else "no-detail"

    def _sound(self, file: ComparedFile, packed: bytes) -> str | None:
        try:
            value = json.loads(packed)
            self.sounds[file.name] = SoundHashes(_hex(value["packets"]), _hex(value["samples"]))
        except (ValueError, KeyError, TypeError):
            self._forget(file)
            return "not-decoded"
        return None

    def _forget(self, file: ComparedFile) -> None:
        for number in (file.picture, 0):
            self._held.pop(_about(file, number), None)
            if file.cache is not None:
                file.cache.forget(_about(file, number))


_AHEAD: Final = 8
# Packed features begin so; hashes of sound are JSON.
MAGIC: Final = b"ekf1"
_MOST_INNER: Final = 64
# In the name of each cached result: others are computed anew.
VERSION_OF_RESULTS: Final = "features/4"


def _job(file: ComparedFile) -> Job:
    arguments: dict[str, Json] = {"kind": file.kind, "family": file.family}
    return Job(_FEATURES, arguments, file.read(), _SECONDS)


def _part(file: ComparedFile, number: int, digest: str | None) -> ComparedFile:
    """Return a further picture of a file."""
    own = digest or f"{file.sha256}#{number}"
    return replace(
        file, name=f"{file.name}#{number}", sha256=own, of=file.name, picture=number, whole_sha256=file.sha256
    )


def _about(file: ComparedFile, number: int) -> str:
    """Return the name of a cached result: 0 for the list of pictures in the file, then its pictures."""
    whole = file.whole_sha256 or file.sha256
    return f"{VERSION_OF_RESULTS} {whole}" if number == 1 else f"{VERSION_OF_RESULTS} {whole}#{number}"


def _number(told: Mapping[str, Json]) -> int:
    number = told.get("number")
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 1 else _MOST_INNER + 2


def _bytes_of(told: Mapping[str, Json]) -> bytes | None:
    """Return a worker's result on one picture or sound, None where it has the wrong shape."""
    if "packed" not in told:
        return json.dumps({key: told[key] for key in ("packets", "samples") if key in told}).encode()
    try:
        return base64.b64decode(str(told["packed"]), validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and not set(value) - set("0123456789abcdef")


def _hex(value: object) -> str:
    if not isinstance(value, str) or not _is_hex(value):
        raise ValueError("no hash")
    return value
