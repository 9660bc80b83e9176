"""Openings: the exact bytes of an event, to which its line in the log commits.

An opening is a JSON object in one form only, the one that `JSON.stringify(JSON.parse(x))` gives again in any
JavaScript engine: no white space, keys in the order they were written, the shortest escapes, UTF-8. So a
verifier can demand the form without a canonicaliser, and no second text can stand for the same facts.
"""

from __future__ import annotations

import json
import re
from collections.abc import ItemsView, Iterator, Mapping
from typing import Any

from evidence_kit.model import Json

SALT_BYTES = 16
LARGEST_INTEGER = 2**53 - 1
_INTEGER_LIKE = re.compile(r"0|[1-9][0-9]*")
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_READER = json.JSONDecoder()
_DIGITS = frozenset("0123456789")
_PLAIN = frozenset({str, bool, type(None)})
_SALT = re.compile(r"[0-9a-f]{32}")
_TYPE = re.compile(r"[a-z]+(?:[.-][a-z]+)*")
_DEEPEST = 64


class OpeningError(ValueError):
    """Bytes that are no opening, or facts that cannot become one."""


class OpeningFacts(Mapping[str, Any]):
    """The facts of an opening, read from its bytes on demand: the bytes take a fifth of the memory.

    Args:
        text: The opening, known to be one.
    """

    __slots__ = ("_text",)

    def __init__(self, text: bytes) -> None:
        self._text = text

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - any JSON
        return loads_quick(self._text)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(loads_quick(self._text))

    def __len__(self) -> int:
        return len(loads_quick(self._text))

    def items(self) -> ItemsView[str, Any]:
        """Return everything it says, read once."""
        facts: dict[str, Any] = loads_quick(self._text)
        return facts.items()


def encode_opening(salt: bytes, event_type: str, fields: Mapping[str, Json]) -> bytes:
    """Return the opening's bytes.

    Args:
        salt: 16 random bytes, so that nobody can guess the facts from the commitment.
        event_type: Such as `item.kept`.
        fields: The rest, in the order in which they are to stand.

    Raises:
        OpeningError: The facts hold a float, a lone surrogate, an integer-like key or a number that
            JavaScript would round.
    """
    if len(salt) != SALT_BYTES:
        raise OpeningError("a salt has 16 bytes")
    whole: dict[str, Json] = {"salt": salt.hex(), "type": event_type, **fields}
    check_canonical(whole)
    return compact_json(whole)


def compact_json(value: Json) -> bytes:
    """Return a JSON value the way `JSON.stringify` writes it.

    Raises:
        OpeningError: A text has a lone surrogate, which UTF-8 cannot write.
    """
    try:
        return _WRITER.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise OpeningError("a lone surrogate has no UTF-8") from error


def decode_opening(opening: bytes) -> dict[str, Any]:
    """Return the facts of an opening.

    Raises:
        OpeningError: The bytes are not in the one form.
    """
    return _opened(parse_canonical(opening))


def opening_facts(opening: bytes) -> dict[str, Any]:
    """Return the facts of an opening whose bytes are known to be the signed ones; its form is not looked at.

    Raises:
        OpeningError: The bytes are no opening at all.
    """
    return _opened(loads_quick(opening))


def _opened(facts: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    if not isinstance(facts, dict) or list(facts)[:2] != ["salt", "type"]:
        raise OpeningError("an opening begins with its salt and its type")
    if not (isinstance(facts["salt"], str) and _SALT.fullmatch(facts["salt"])):
        raise OpeningError("a salt is 32 lower-case hexadecimal digits")
    # Another sign that looks like one of these would let an event pass for one of a type that is looked into.
    if not (isinstance(facts["type"], str) and _TYPE.fullmatch(facts["type"])):
        raise OpeningError("a type is words of small letters, with points or hyphens between them")
    return facts


def parse_canonical(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return the value of JSON that is in the one form.

    Raises:
        OpeningError: It is not.
    """
    value = loads_quick(data)
    try:
        check_canonical(value)
    except OpeningError:
        loads_strict(data)  # says what is wrong with a number more exactly
        raise
    # Written anew and compared: other spaces, escapes and orders and a doubled key are refused in one step, and no
    # reader of JSON would tell of them.
    if compact_json(value) != data:
        loads_strict(data)  # says when it is a key that stands twice
        raise OpeningError("not the bytes that JSON.stringify gives")
    return value


def loads_quick(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return the value of JSON without refusing floats and double keys, for callers that compare its rewritten form.

    Raises:
        OpeningError: It is no JSON.
    """
    try:
        return _READER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise OpeningError("not JSON in UTF-8") from error


def loads_strict(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return the value of JSON without floats and double keys; its form is the caller's to compare.

    Raises:
        OpeningError: It is not such JSON.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_float=_refuse, parse_constant=_refuse)
    except OpeningError:
        raise
    except (ValueError, RecursionError) as error:
        raise OpeningError("not JSON in UTF-8") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise OpeningError("a key stands twice")
    return found


def _refuse(text: str) -> Any:  # noqa: ANN401 - never returns
    raise OpeningError(f"{text[:20]} is no integer")


def check_canonical(value: Any, depth: int = _DEEPEST) -> None:  # noqa: ANN401 - any JSON
    """Refuse a value that has no single form in every JSON engine.

    Raises:
        OpeningError: A float, an integer beyond 2^53, an integer-like key, or too deep a nesting.
    """
    if depth == 0:
        raise OpeningError("nested too deeply")
    # A log has a hundred thousand of them: what is nearly always there is told without another call.
    kind = type(value)
    if kind is dict or isinstance(value, Mapping):
        for key, inner in value.items():
            # JavaScript moves keys that look like integers to the front: the page would write another form, and find
            # another digest.
            if not isinstance(key, str) or (key[:1] in _DIGITS and _INTEGER_LIKE.fullmatch(key)):
                raise OpeningError("a key is a text that does not look like an integer")
            if type(inner) not in _PLAIN and not (type(inner) is int and abs(inner) <= LARGEST_INTEGER):
                check_canonical(inner, depth - 1)
    elif kind is list or isinstance(value, (list, tuple)):
        for inner in value:
            if type(inner) not in _PLAIN and not (type(inner) is int and abs(inner) <= LARGEST_INTEGER):
                check_canonical(inner, depth - 1)
    elif isinstance(value, (str, bool)) or value is None:
        return
    elif not isinstance(value, int):
        raise OpeningError(f"{type(value).__name__} has no place in an opening")
    elif abs(value) > LARGEST_INTEGER:
        raise OpeningError("an integer that JavaScript would round")
