"""What the tests do with the page, in whatever browser it is open."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60.0


class Driven(ABC):
    """The page in a browser."""

    @abstractmethod
    def evaluate(self, script: str) -> Any:
        """Return what an expression gives in the page, a promise awaited."""

    @abstractmethod
    def visit(self, address: str) -> None:
        """Go to another page of the kind, and wait until it is there."""

    @abstractmethod
    def give(self, files: Sequence[Path]) -> None:
        """Choose files as a person does."""

    @abstractmethod
    def type(self, text: str) -> None:
        """Type into whatever has the focus."""

    @abstractmethod
    def press(self, key: str) -> None:
        """Press Tab, Enter, Escape or the space bar."""

    def until(self, condition: str, seconds: float = PATIENCE_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < end, f"waited in vain for {condition}"
            time.sleep(0.05)

    def click(self, selector: str) -> None:
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def text(self, selector: str) -> str:
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def check(
        self, files: Sequence[Path], typed: str | None, receipt: str = "", seconds: float = 60, origin: str = "paper"
    ) -> None:
        """Fill in everything and wait for the verdict; `origin` is where the receipt code is said to come from."""
        self.give(files)
        if typed is not None:
            self.evaluate("document.getElementById('passphrase').focus()")
            self.type(typed)
        if receipt:
            self.evaluate("document.getElementById('receipt').focus()")
            self.type(receipt)
            self.click(f"#origin-{origin}")
        self.click("#start")
        self.until("document.querySelector('#word')", seconds)

    @abstractmethod
    def again(self) -> None:
        """Begin with another archive, and wait until the page is there anew."""

    def verdict(self) -> str:
        return str(self.evaluate("document.querySelector('#word').dataset.verdict"))

    def codes(self) -> set[str]:
        return set(self.evaluate("[...document.querySelectorAll('[data-code]')].map((each) => each.dataset.code)"))

    def walk(self, condition: str) -> None:
        """Press Tab until what has the focus fits."""
        for _ in range(200):
            self.press("Tab")
            if self.evaluate(condition):
                return
        raise AssertionError(f"the Tab key never reaches {condition}")


def memory_bytes(session: int) -> int:
    """Return what all processes of one session hold, shared pages by their share."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                rows = (process / "smaps_rollup").read_text().splitlines()
                total += sum(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))
        except OSError:
            continue
    return total
