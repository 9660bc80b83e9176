"""Standard output and error that may be full, closed or left by their reader: the work goes on, and it is known."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Final


def left_by_reader(system: str) -> frozenset[int]:
    """Return the numbers of the errors by which a system says that the reader of our output has left, such as `head`.

    Args:
        system: As `os.name` has it. Windows has no EPIPE and calls the pipe invalid.
    """
    return frozenset({errno.EPIPE, errno.ESHUTDOWN, errno.ECONNRESET, *([errno.EINVAL] if system == "nt" else [])})


_LEFT: Final = left_by_reader(os.name)
_STANDARD: Final = (0, 1, 2)


class GuardedStream:
    """A text stream whose full disk or missing reader raises nothing; all else is the stream's own.

    Attributes:
        trouble: Number of the system's first error, None while everything was written; 0 for a stream that was closed.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.trouble: int | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a stream has
        return getattr(self._stream, name)

    @property
    def is_abandoned(self) -> bool:
        """Say whether nobody reads this any more, or could."""
        return self.trouble is not None

    @property
    def full(self) -> bool:
        """Return whether output was lost on its way to a file."""
        return self.trouble is not None and self.trouble not in _LEFT

    def write(self, text: str) -> int:
        """Write, or lose, a text; return its length."""
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            encoding = getattr(self._stream, "encoding", None) or "ascii"
            return self.write(text.encode(encoding, "replace").decode(encoding))
        except (OSError, ValueError) as error:
            self._lose(error)
        return len(text)

    def writelines(self, lines: Any) -> None:  # noqa: ANN401 - as a stream has it
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand everything to the system, or lose it."""
        try:
            self._stream.flush()
        except (OSError, ValueError) as error:
            self._lose(error)

    def _lose(self, error: OSError | ValueError) -> None:
        """Note the trouble and empty the stream's buffer into nowhere: Python writes it at its end otherwise."""
        if self.trouble is None:
            self.trouble = error.errno or 0 if isinstance(error, OSError) else 0
        with suppress(OSError, ValueError, AttributeError):
            nothing = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nothing, self._stream.fileno())
            finally:
                os.close(nothing)
            self._stream.flush()


@contextmanager
def guarded_streams() -> Iterator[None]:
    """Guard standard output and error while a command runs."""
    _occupy()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (None if each is None else GuardedStream(each) for each in before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        sys.stdout, sys.stderr = before


def _occupy() -> None:
    """See that no file of a case gets the number of a standard stream that was closed: a library may print there."""
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)


def trouble_with_results() -> int | None:
    """Return the number of the error because of which results were lost; None when they were written, or nobody reads.

    What was handed over so far is handed to the system first.
    """
    stream = sys.stdout
    if not isinstance(stream, GuardedStream):
        return None
    stream.flush()
    return stream.trouble if stream.full else None
