"""Values that two associations have in common: a count, by private set intersection in two files that travel.

The asker multiplies a point of each value by a secret of theirs; the answerer multiplies these, and the points of their
own set, by one of their own; the asker takes their secret off again and counts what is in the answerer's set
(2HashDH, S. Jarecki and others, 2014; the order of everything is lost on the way, so that the count is all that is
left). No side sees a value of the other's; the answerer does not even learn the count.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from evidence_kit.keys.blinding import POINT_BYTES, BlindingKey, curve_point, removable_key
from evidence_kit.keys.sshsig import PublicKey, Signature
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.workers.job import Failure, Job, JobRunner

TAG_BYTES: Final = 8
MOST_VALUES: Final = 8192
FEWEST_POINTS: Final = 16
FEWEST_TAGS: Final = 1024
LARGEST_FILE_BYTES: Final = 512 << 20
_NAMESPACE: Final = "evidence-kit-links"
_POINTS_A_JOB: Final = 16_384
_SECONDS: Final = 300.0


class UnsoundFileError(ValueError):
    """The file is no question or answer, or it was changed since it was signed."""


class UnfinishedWorkError(RuntimeError):
    """A process that multiplied points came to no end."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question for another association.

    Attributes:
        id: 32 hexadecimal digits.
        association: Code of who asks.
        answers: Person and place to turn to.
        points: Blinded points, 32 bytes each, made up to a power of two.
    """

    id: str
    association: str
    answers: str
    points: bytes

    def facts(self) -> dict[str, Json]:
        """Return it as its file says it."""
        return {"links": "question", "v": 1, "id": self.id, "association": self.association, "answers": self.answers,
                "points": _text(self.points)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to one question.

    Attributes:
        question: SHA-256 of the question's file, in hexadecimal.
        association: Code of who answers.
        answers: Person and place to call.
        points: The question's points, multiplied once more, in another order.
        tags: 8 bytes for each value of the set, in ascending order, made up to a power of two.
    """

    question: str
    association: str
    answers: str
    points: bytes
    tags: bytes

    def facts(self) -> dict[str, Json]:
        """Return it as its file says it."""
        return {"links": "answer", "v": 1, "question": self.question, "association": self.association,
                "answers": self.answers, "points": _text(self.points), "tags": _text(self.tags)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A question or an answer as it was read.

    Attributes:
        content: Its content.
        signer: Whose key signed it; whether that key is known is for the reader to say.
        digest: SHA-256 of the file, in hexadecimal.
    """

    content: Question | Answer
    signer: PublicKey
    digest: str


def signed_file(content: Question | Answer, key: SigningKey) -> bytes:
    """Return the bytes of a question or answer: a line of JSON, and a line of its signature in base64."""
    line = json.dumps(content.facts(), ensure_ascii=False, separators=(",", ":")).encode()
    return line + b"\n" + base64.b64encode(key.sign(line, _NAMESPACE).blob) + b"\n"


def read_file(data: bytes) -> SignedFile:
    """Return a question or answer out of its bytes.

    Raises:
        UnsoundFileError: It is none, or it was changed since it was signed.
    """
    try:
        line, signature, rest = data.split(b"\n")
        signed = Signature.parse(base64.b64decode(signature, validate=True))
        if rest or not signed.holds(line, _NAMESPACE):
            raise UnsoundFileError("signature")
        facts = json.loads(line)
        content = _question(facts) if facts["links"] == "question" else _answer(facts)
        return SignedFile(content, signed.key, hashlib.sha256(data).hexdigest())
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnsoundFileError(str(error)) from error


def value_point(kind: str, value: str) -> bytes:
    """Return the point of an identifier, the same at every association.

    Args:
        kind: Its type, such as `phone`.
        value: As normalised.
    """
    return curve_point(f"{kind}\0{value}".encode())


def asked_points(points: Sequence[bytes], random: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    """Return points blinded and made up in number, and the secret that takes the blinding off.

    Args:
        points: Points of values, `MOST_VALUES` at most.
        random: Returns so many unpredictable bytes.
    """
    key, inverse = removable_key(random)
    made_up = [curve_point(random(POINT_BYTES)) for _ in range(_power(len(points), FEWEST_POINTS) - len(points))]
    # What is blinded looks like chance: sorted, it stands in no order of anything.
    return b"".join(sorted(key.times(each) for each in (*points, *made_up))), inverse.secret


def answered_points(
    asked: bytes, kept: Iterable[bytes], masked_by: BlindingKey, random: Callable[[int], bytes], run: JobRunner | None
) -> tuple[bytes, bytes]:
    """Return the points of a question, multiplied, and the tags of a set.

    Args:
        asked: Points of the question.
        kept: Points of the set, under the association's own secret.
        masked_by: That secret.
        random: Returns so many unpredictable bytes.
        run: Multiplies many points in other processes; None does it here.

    Raises:
        UnsoundPointError: The question holds one that is none.
        UnfinishedWorkError: A process failed.
    """
    # A secret of this answer alone: tags of two answers have nothing in common.
    fresh = BlindingKey(random(POINT_BYTES))
    points = sorted(fresh.times(masked_by.times(each)) for each in _pieces(asked, POINT_BYTES))
    tags = set(_pieces(_tags(b"".join(kept), fresh, run), TAG_BYTES))
    wanted = _power(len(tags), FEWEST_TAGS)
    while len(tags) < wanted:
        tags.add(random(TAG_BYTES))
    return b"".join(points), b"".join(sorted(tags))


def common_count(answer: Answer, inverse: bytes) -> int:
    """Return how many of the asked values are in the answerer's set.

    Args:
        answer: Their answer.
        inverse: The secret that `asked_points` returned.

    Raises:
        UnsoundPointError: The answer holds a point that is none.
    """
    key, known = BlindingKey(inverse), frozenset(_pieces(answer.tags, TAG_BYTES))
    return sum(_tag(key.times(each)) in known for each in _pieces(answer.points, POINT_BYTES))


def tagged_points(payload: BinaryIO | None, arguments: Mapping[str, Json]) -> str:
    """Return the tags of many points in base64; runs in a worker."""
    key = BlindingKey(bytes.fromhex(str(arguments["secret"])))
    data = b"" if payload is None else payload.read()
    return base64.b64encode(b"".join(_tag(key.times(each)) for each in _pieces(data, POINT_BYTES))).decode()


def _tags(points: bytes, key: BlindingKey, run: JobRunner | None) -> bytes:
    step = _POINTS_A_JOB * POINT_BYTES
    if run is None or len(points) <= step:
        return b"".join(_tag(key.times(each)) for each in _pieces(points, POINT_BYTES))
    found = []
    told: Mapping[str, Json] = {"secret": key.secret.hex()}
    jobs = (
        Job(f"{__name__}:tagged_points", told, points[at : at + step], _SECONDS) for at in range(0, len(points), step)
    )
    for answer in run.map(jobs):
        if isinstance(answer, Failure):
            raise UnfinishedWorkError(answer.reason)
        found.append(base64.b64decode(str(answer.value)))
    if len(tags := b"".join(found)) != len(points) // POINT_BYTES * TAG_BYTES:
        raise UnfinishedWorkError("bad-answer")
    return tags


def _tag(point: bytes) -> bytes:
    return hashlib.sha256(b"evidence-kit/1 links tag" + point).digest()[:TAG_BYTES]


def _pieces(data: bytes, width: int) -> list[bytes]:
    return [data[at : at + width] for at in range(0, len(data), width)]


def _power(number: int, least: int) -> int:
    """Return the next power of two, so that a size tells little."""
    return max(least, 1 << (number - 1).bit_length() if number > 1 else 1)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _question(facts: Mapping[str, Any]) -> Question:
    points = _bytes(facts, "points", POINT_BYTES)
    if not FEWEST_POINTS <= len(points) // POINT_BYTES <= MOST_VALUES:
        raise UnsoundFileError("number of points")
    return Question(_hex(facts, "id", 32), _short(facts, "association"), _short(facts, "answers"), points)


def _answer(facts: Mapping[str, Any]) -> Answer:
    if facts["links"] != "answer":
        raise UnsoundFileError("kind")
    points, tags = _bytes(facts, "points", POINT_BYTES), _bytes(facts, "tags", TAG_BYTES)
    digest = _hex(facts, "question", 64)
    return Answer(digest, _short(facts, "association"), _short(facts, "answers"), points, tags)


def _bytes(facts: Mapping[str, Any], name: str, width: int) -> bytes:
    try:
        data = base64.b64decode(facts[name], validate=True)
    except binascii.Error as error:
        raise UnsoundFileError(name) from error
    if len(data) % width or facts["v"] != 1:
        raise UnsoundFileError(name)
    return data


def _hex(facts: Mapping[str, Any], name: str, digits: int) -> str:
    text = facts[name]
    if not isinstance(text, str) or len(text) != digits or not set(text) <= set("0123456789abcdef"):
        raise UnsoundFileError(name)
    return text


def _short(facts: Mapping[str, Any], name: str) -> str:
    text = facts[name]
    if not isinstance(text, str) or not 0 < len(text) <= 200:
        raise UnsoundFileError(name)
    return text
