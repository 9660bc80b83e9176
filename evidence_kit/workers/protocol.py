"""The frames between the program and a worker, and which JSON may stand in them.

A frame is one byte for its kind, four bytes big-endian for its length, and its body:

    J   JSON in UTF-8, at most 16 MiB: a job, or what came of it
    B   the bytes of a payload, at most 64 MiB
    D   one byte, with an open descriptor beside it (POSIX sockets only)

Either end may have been taken over by hostile bytes, so nothing is believed: a length is checked before memory is
taken, and JSON is what `design.md` allows in the log: no floats, no integer-like keys, integers below 2^53, no lone
surrogates, no key twice.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from typing import NoReturn

from evidence_kit.model import Json

MAX_JSON_BYTES = 16 * 1024 * 1024
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024

JSON, BYTES, DESCRIPTOR = b"J", b"B", b"D"
_LIMITS = {JSON: MAX_JSON_BYTES, BYTES: MAX_PAYLOAD_BYTES, DESCRIPTOR: 1}
_HEADER = struct.Struct(">cI")
_INTEGERS_BELOW = 2**53
_MAX_DEPTH = 64


class ProtocolError(Exception):
    """The other end broke the protocol; it is not to be talked to again."""


def frame_header(kind: bytes, size_bytes: int) -> bytes:
    """Return the five bytes before a body.

    Raises:
        ProtocolError: The body is larger than its kind allows.
    """
    if size_bytes > _LIMITS[kind]:
        raise ProtocolError(f"a frame of {size_bytes} bytes is too large")
    return _HEADER.pack(kind, size_bytes)


def read_frame(read: Callable[[int], bytes]) -> tuple[bytes, bytes] | None:
    """Return kind and body of the next frame, or None where the other end has closed.

    Args:
        read: Returns as many bytes as asked for, fewer only at the end. The body of a `D` frame is left unread,
            for whoever takes the descriptor that comes with it.

    Raises:
        ProtocolError: An unknown kind, a length above its limit, or an end within a frame.
    """
    head = read(_HEADER.size)
    if not head:
        return None
    if len(head) < _HEADER.size:
        raise ProtocolError("the end came within a frame")
    kind, size_bytes = _HEADER.unpack(head)
    if size_bytes > _LIMITS.get(kind, -1):
        raise ProtocolError("an unknown kind of frame, or one too large")
    if kind == DESCRIPTOR:
        return kind, b""
    body = read(size_bytes)
    if len(body) < size_bytes:
        raise ProtocolError("the end came within a frame")
    return kind, body


def encode_json(value: Json) -> bytes:
    """Return compact JSON.

    Raises:
        ProtocolError: Something that `check_value` refuses.
    """
    check_value(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def decode_json(body: bytes) -> Json:
    """Return the value of the JSON.

    Raises:
        ProtocolError: It is not JSON, or says something that `check_value` refuses.
    """
    try:
        value: Json = json.loads(
            body.decode(), parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_without_doubles
        )
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not JSON: {type(error).__name__}") from None
    check_value(value)
    return value


def check_value(value: object, depth: int = 0) -> None:
    """Look through a whole value and return when all of it may stand in the log.

    Raises:
        ProtocolError: A float, a foreign type, a large integer, an integer-like key, a lone surrogate, or more
            than 64 levels.
    """
    if depth > _MAX_DEPTH:
        raise ProtocolError("nested too deeply")
    match value:
        case None | bool():
            return
        case int():
            if abs(value) >= _INTEGERS_BELOW:
                raise ProtocolError("an integer of 2^53 or more")
        case str():
            _check_text(value)
        case list() | tuple():
            for one in value:
                check_value(one, depth + 1)
        case Mapping():
            for key, one in value.items():
                if not isinstance(key, str) or key.isdigit():
                    raise ProtocolError("a key that is no name")
                _check_text(key)
                check_value(one, depth + 1)
        case _:
            raise ProtocolError(f"{type(value).__name__} cannot be written as JSON")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ProtocolError("a lone surrogate") from None


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def _without_doubles(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found
