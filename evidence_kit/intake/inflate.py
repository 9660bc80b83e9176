"""DEFLATE piece by piece, bare or as gzip, with the interface of bz2 and lzma."""

from __future__ import annotations

import zlib
from typing import Final

RAW: Final = -zlib.MAX_WBITS
GZIP: Final = zlib.MAX_WBITS + 16


class Inflater:
    """Unpacks one stream; its state can be copied, so that reading can go back to it.

    Args:
        form: `RAW`, or `GZIP` with its header and check sum.
    """

    def __init__(self, form: int) -> None:
        self._form = form
        self._inner = zlib.decompressobj(form)
        self._filled = False

    @property
    def eof(self) -> bool:
        """Say whether the stream has ended."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Say whether all output of the given input has been taken."""
        return not self._inner.unconsumed_tail and not self._filled

    @property
    def unused_data(self) -> bytes:
        """Bytes that were given and stand behind the end."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return the next plain bytes, at most so many."""
        piece = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._filled = len(piece) == max_length
        return piece

    def copy(self) -> Inflater:
        """Return a second one that goes on from here."""
        again = Inflater(self._form)
        again._inner, again._filled = self._inner.copy(), self._filled
        return again
