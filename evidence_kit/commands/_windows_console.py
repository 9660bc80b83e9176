"""Windows' console: whether it understands control sequences, and how what it shows is wiped where it does not."""

from __future__ import annotations

import ctypes
from typing import Any, Final

_ERRORS_HANDLE: Final = -12
_SEQUENCES: Final = 0x4
_BLANK: Final = " "


class _Buffer(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_short), ("height", ctypes.c_short), ("at_x", ctypes.c_short), ("at_y", ctypes.c_short),
        ("attributes", ctypes.c_ushort), ("window", ctypes.c_short * 4), ("most", ctypes.c_short * 2),
    )  # fmt: skip


def understands_sequences(kernel: Any = None) -> bool:  # noqa: ANN401
    """Switch control sequences on, and say whether the console understands them; others than Windows' all do.

    Args:
        kernel: Windows' kernel32; None for the real one.
    """
    library = kernel or _kernel()
    if library is None:
        return True
    mode = ctypes.c_uint32()
    handle = library.GetStdHandle(_ERRORS_HANDLE)
    if not library.GetConsoleMode(handle, ctypes.byref(mode)):
        return True
    return bool(library.SetConsoleMode(handle, mode.value | _SEQUENCES))


def wipe_console(kernel: Any = None) -> None:  # noqa: ANN401
    """Blank everything that the console holds, its scroll-back too.

    Args:
        kernel: Windows' kernel32; None for the real one.
    """
    library = kernel or _kernel()
    if library is None:
        return
    handle, seen = library.GetStdHandle(_ERRORS_HANDLE), _Buffer()
    if library.GetConsoleScreenBufferInfo(handle, ctypes.byref(seen)):
        written = ctypes.c_uint32()
        cells = ctypes.c_uint32(seen.width * seen.height)
        # A place in the console is two short numbers in one word; 0 is its first cell.
        library.FillConsoleOutputCharacterW(handle, ctypes.c_wchar(_BLANK), cells, 0, ctypes.byref(written))
        library.SetConsoleCursorPosition(handle, 0)


def _kernel() -> Any:  # noqa: ANN401
    load = getattr(ctypes, "WinDLL", None)
    if load is None:
        return None
    library = load("kernel32")
    library.GetStdHandle.restype = ctypes.c_void_p
    for name in ("GetConsoleMode", "SetConsoleMode", "GetConsoleScreenBufferInfo", "SetConsoleCursorPosition"):
        getattr(library, name).argtypes = [ctypes.c_void_p, ctypes.c_uint32 if "Set" in name else ctypes.c_void_p]
    library.FillConsoleOutputCharacterW.argtypes = [
        ctypes.c_void_p, ctypes.c_wchar, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p,
    ]  # fmt: skip
    return library
