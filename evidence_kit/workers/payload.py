"""The payload of a job: bytes, or an open file that is handed over; and the frame that announces both."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Mapping
from typing import BinaryIO, NamedTuple

from evidence_kit.model import Json
from evidence_kit.workers.job import Failure
from evidence_kit.workers.protocol import (
    MAX_PAYLOAD_BYTES,
    ProtocolError,
    encode_json,
)

CAN_PASS_DESCRIPTORS = hasattr(socket, "send_fds") and hasattr(os, "pread")


def encode_job(
    number: int, function: str, arguments: Mapping[str, Json], seconds: float, *, has_payload: bool
) -> bytes:
    """Return a job as it goes over the pipe.

    Args:
        number: Number of the job, which its answer has to bear.
        function: `module:function`, one of those the worker may call.
        arguments: The arguments, JSON as the log allows it: no floats.
        seconds: CPU time that the job may take; rounded up.
        has_payload: Whether a payload follows.

    Raises:
        ValueError: The arguments are not JSON as the log allows it.
    """
    try:
        told: dict[str, Json] = {"job": number, "function": function, "arguments": arguments}
        return encode_json({**told, "seconds": math.ceil(seconds), "has_payload": has_payload})
    except ProtocolError as error:
        raise ValueError(str(error)) from error


class FileTrace(NamedTuple):
    """The file facts that change when an open file is written to.

    Attributes:
        size_bytes: Its size.
        modified_ns: When its content was changed, in nanoseconds since 1970.
        changed_ns: When its content or its facts were; no program can set this one back.
        inode: Its number in its file system.
    """

    size_bytes: int
    modified_ns: int
    changed_ns: int
    inode: int


def file_trace(file: BinaryIO) -> FileTrace:
    """Return the file facts that change when an open file is written to."""
    seen = os.fstat(file.fileno())
    return FileTrace(seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)


def held_payload(payload: bytes | BinaryIO | None) -> bytes | BinaryIO | Failure | None:
    """Return a payload that stays ours when the file changes.

    Raises:
        ValueError: A file that was opened for writing too.
    """
    if payload is None or isinstance(payload, bytes):
        return payload
    sent = sendable_payload(payload)
    if isinstance(sent, (bytes, Failure)):
        return sent
    return os.fdopen(os.dup(sent.fileno()), "rb", buffering=0)


def sendable_payload(payload: bytes | BinaryIO | None) -> bytes | BinaryIO | Failure:
    """Return a payload as it goes to a process: bytes, or an open file where descriptors can be passed.

    Raises:
        ValueError: The file was opened for writing, too.
    """
    if payload is None:
        return b""
    if isinstance(payload, bytes):
        return payload if len(payload) <= MAX_PAYLOAD_BYTES else Failure("too-large", f"{len(payload)} bytes")
    if CAN_PASS_DESCRIPTORS:
        import fcntl

        if fcntl.fcntl(payload.fileno(), fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
            raise ValueError("a worker gets only files that were opened for reading")
        return payload
    size_bytes = os.fstat(payload.fileno()).st_size
    if size_bytes > MAX_PAYLOAD_BYTES:
        return Failure("too-large", f"{size_bytes} bytes")
    position = payload.tell()
    payload.seek(0)
    data = payload.read(MAX_PAYLOAD_BYTES)
    payload.seek(position)
    return data
