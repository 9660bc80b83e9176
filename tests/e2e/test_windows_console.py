"""A secret that was shown does not stay in the console, on an old one neither."""

from __future__ import annotations

import ctypes
import io
from typing import Any

import pytest

from evidence_kit.commands import _screen, _terminal, _windows_console


class OldConsole:
    """kernel32 before an old console of 80 columns and 9,001 lines, which knows no control sequences."""

    def __init__(self, *, knows: bool) -> None:
        self.knows, self.mode, self.blanked = knows, 3, 0

    def GetStdHandle(self, _: int) -> int:  # noqa: N802
        return 7

    def GetConsoleMode(self, _: int, mode: Any) -> int:  # noqa: N802
        ctypes.cast(mode, ctypes.POINTER(ctypes.c_uint32))[0] = self.mode
        return 1

    def SetConsoleMode(self, _: int, mode: int) -> int:  # noqa: N802
        self.mode = mode if self.knows else self.mode
        return int(self.knows)

    def GetConsoleScreenBufferInfo(self, _: int, seen: Any) -> int:  # noqa: N802
        buffer = ctypes.cast(seen, ctypes.POINTER(_windows_console._Buffer)).contents
        buffer.width, buffer.height = 80, 9001
        return 1

    def FillConsoleOutputCharacterW(self, _: int, sign: Any, cells: Any, first: int, __: Any) -> int:  # noqa: N802
        assert (sign.value, first) == (" ", 0)
        self.blanked = cells.value
        return 1

    def SetConsoleCursorPosition(self, _: int, __: int) -> int:  # noqa: N802
        return 1


@pytest.mark.parametrize("knows", [True, False])
def test_a_page_with_a_secret_is_gone_afterwards(knows: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    console, shown = OldConsole(knows=knows), io.StringIO()
    monkeypatch.setattr(_windows_console, "_kernel", lambda: console)
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr(_terminal, "is_terminal", lambda _: True)
    screen = _screen.Screen("en")
    with _terminal.secret_page():
        screen.secret_line("AAAA-BBBB")
        _terminal.new_page()
    if knows:
        assert console.mode == 3 | 4
        assert shown.getvalue().startswith("\x1b[?1049h")
        assert console.blanked == 0
    else:
        assert "\x1b" not in shown.getvalue()
        assert console.blanked == 80 * 9001
