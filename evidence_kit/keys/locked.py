"""A secret in memory that the system does not swap out or dump where it lets itself be told so, and that is wiped."""

from __future__ import annotations

import mmap
import sys
from contextlib import suppress


class LockedBytes:
    """Holds a few secret bytes in a page of their own.

    Whoever reads them gets a copy that lives as long as a command works with it; the page itself is wiped by `wipe`.
    """

    def __init__(self, secret: bytes) -> None:
        self._length = len(secret)
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self.locked = _lock(self._page)
        if hasattr(mmap, "MADV_DONTDUMP"):
            with suppress(OSError):
                self._page.madvise(mmap.MADV_DONTDUMP)
        self._page[: self._length] = secret

    def read(self) -> bytes:
        """Return the secret."""
        return self._page[: self._length]

    def wipe(self) -> None:
        """Overwrite the secret and give the page back."""
        if not self._page.closed:
            self._page[: self._length] = bytes(self._length)
            self._page.close()


def _lock(page: mmap.mmap) -> bool:
    """Keep a page out of the swap file; say whether the system agreed."""
    # Only a session locks a page, and every command loads this module.
    import ctypes

    holder = (ctypes.c_char * mmap.PAGESIZE).from_buffer(page)
    try:
        if sys.platform == "win32":
            return bool(ctypes.windll.kernel32.VirtualLock(ctypes.c_void_p(ctypes.addressof(holder)), mmap.PAGESIZE))
        libc = ctypes.CDLL(None, use_errno=True)
        return bool(libc.mlock(ctypes.c_void_p(ctypes.addressof(holder)), ctypes.c_size_t(mmap.PAGESIZE)) == 0)
    except (OSError, AttributeError):
        return False
    finally:
        del holder
