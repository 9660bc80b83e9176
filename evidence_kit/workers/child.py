"""The isolated process: reads jobs from its pipe, runs one function at a time, writes the results.

Started by `pool` as `python -I -m evidence_kit.workers.child {"allowed": [...], "libraries": [...]}` with the pipe
as descriptors 0 and 1. It moves the pipe away first, so that nothing which a library prints or reads gets there.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from evidence_kit.libraries import LIBRARY_MISSING, library_of
from evidence_kit.model import Json
from evidence_kit.positioned_file import PositionedFile
from evidence_kit.workers import limits
from evidence_kit.workers.protocol import (
    BYTES,
    DESCRIPTOR,
    JSON,
    ProtocolError,
    decode_json,
    encode_json,
    frame_header,
    read_frame,
)

_DETAIL_CHARACTERS = 500


class _Descriptor:
    """Bytes behind a descriptor, read without moving the position that the program has in them."""

    def __init__(self, number: int) -> None:
        self._number = number

    def read_at(self, offset: int, size_bytes: int) -> bytes:
        return os.pread(self._number, size_bytes, offset)

    def length(self) -> int:
        return os.fstat(self._number).st_size

    def close(self) -> None:
        os.close(self._number)


class _Pipe:
    """The private way to the program: a socket on POSIX, two pipes elsewhere."""

    def __init__(self) -> None:
        self._in, self._out = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        if nothing > 2:
            os.close(nothing)

    def read(self, size: int) -> bytes:
        """Return `size` bytes, fewer only at the end."""
        pieces = bytearray()
        while len(pieces) < size:
            piece = os.read(self._in, min(size - len(pieces), 1 << 20))
            if not piece:
                break
            pieces += piece
        return bytes(pieces)

    def read_descriptor(self) -> int:
        """Return the descriptor that came beside one byte.

        Raises:
            ProtocolError: No descriptor came, or more than one.
        """
        with socket.socket(fileno=os.dup(self._in)) as channel:
            _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
        if len(descriptors) != 1:
            raise ProtocolError("no descriptor came")
        return descriptors[0]

    def write(self, value: Mapping[str, Json]) -> None:
        """Send one frame of JSON."""
        body = encode_json(value)
        rest = memoryview(frame_header(JSON, len(body)) + body)
        while rest:
            rest = rest[os.write(self._out, rest) :]

    def end_with_the_program(self) -> None:
        """Leave as soon as the other end is closed, in the middle of a job too."""
        watched = select.poll()
        # POLLRDHUP tells of the other end without reading: a byte that is read here would be missing in the next
        # frame.
        watched.register(self._in, getattr(select, "POLLRDHUP", 0))

        def watch() -> None:
            watched.poll()
            # `sys.exit` would end this thread alone, while a job holds the main one for minutes.
            os._exit(0)

        threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Serve jobs until the program closes its end.

    Raises:
        ProtocolError: A frame is no job, or does not follow the protocol; the process ends.
    """
    settings = json.loads(sys.argv[1])
    pipe = _Pipe()
    # Ctrl-C is the program's to answer: it ends this process, or lets it finish its job.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path.extend(settings["libraries"])
    # Landlock and the filter hold for this thread and those it starts: no other may stand before.
    isolation = limits.confine(_readable(settings["libraries"]), settings.get("job_object"))
    if hasattr(select, "poll"):
        pipe.end_with_the_program()
    pipe.write({"isolation": isolation})
    while (frame := read_frame(pipe.read)) is not None:
        job = decode_json(frame[1])
        if frame[0] != JSON or not isinstance(job, Mapping):
            raise ProtocolError("a job was expected")
        # The system counts over the whole life of the process: without a new allowance the hundredth job would be
        # killed for the work of the others.
        limits.renew_cpu_time(_cpu_seconds(job))
        answer: dict[str, Json]
        with _payload(pipe) as payload:
            answer = _run(job, payload, tuple(settings["allowed"]))
        answer["job"] = job["job"]
        pipe.write(answer)


def _cpu_seconds(job: Mapping[str, Json]) -> int:
    """Return the processor seconds a job may use: the usual limit, or its wall-clock limit where that is more."""
    wanted = job.get("seconds")
    return max(limits.CPU_SECONDS, wanted) if isinstance(wanted, int) else limits.CPU_SECONDS


def _readable(libraries: list[str]) -> list[Path]:
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, *libraries, *(place for place in sys.path if place)}
    package = Path(__file__).parents[1]
    # A checkout stands on the path of an editable install; only the package in it is needed.
    return [package, *(Path(place) for place in places if Path(place) != package.parent)]


def _payload(pipe: _Pipe) -> BinaryIO | io.BytesIO | io.BufferedReader:
    frame = read_frame(pipe.read)
    if frame is None or frame[0] == JSON:
        raise ProtocolError("a payload was expected")
    if frame[0] == DESCRIPTOR:
        return io.BufferedReader(PositionedFile(_Descriptor(pipe.read_descriptor())))
    return io.BytesIO(frame[1]) if frame[0] == BYTES else io.BytesIO()


def _run(job: Mapping[str, Json], payload: BinaryIO, allowed: tuple[str, ...]) -> dict[str, Json]:
    """Return the function's value, or why there is none."""
    name = str(job["function"])
    module, _, attribute = name.partition(":")
    if not f"{module}.".startswith(allowed) or not attribute.isidentifier():
        return {"reason": "not-allowed", "detail": _cut(name)}
    try:
        function: Callable[..., Json] = getattr(importlib.import_module(module), attribute)
        value = function(payload if job["has_payload"] else None, job["arguments"])
        # Written here already: what cannot be JSON, or is too large, is this function's failure.
        frame_header(JSON, len(encode_json(value)) + 1000)
    except MemoryError:
        return {"reason": "memory", "detail": "MemoryError"}
    except ImportError as error:
        # Not the file's fault: what looks into it is not installed, or cannot be loaded.
        return {"reason": LIBRARY_MISSING, "detail": _cut(library_of(error))}
    except ProtocolError as error:
        return {"reason": "bad-answer", "detail": _cut(str(error))}
    except Exception as error:  # noqa: BLE001
        return {"reason": "raised", "detail": _cut(f"{type(error).__name__}: {error}")}
    return {"value": value}


def _cut(text: str) -> str:
    return text[:_DETAIL_CHARACTERS].encode("utf-8", "replace").decode()


if __name__ == "__main__":
    main()
