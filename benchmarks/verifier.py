"""The verifier page beside `verify` and `7z t`, the same archive in the same run: medians and ratios.

`python -m benchmarks.verifier [--mib 200] [--runs 5] [--archive FILE --digits FILE]`. Chromium and Firefox ESR run
headless; what they hold in memory is the proportional share of all their processes, before the check and at its
highest. "Usable" is from the moment at which a new browser begins to open the page to the later of its first drawing
and the end of its script, by the browser's own clock. What is missing is left out and said.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.case import PROGRAM, measure
from tests.web.chromium import PROGRAM as CHROMIUM
from tests.web.chromium import Browser, Tab
from tests.web.core import PAGE
from tests.web.driven import Driven
from tests.web.firefox import PROGRAM as FIREFOX
from tests.web.firefox import Firefox

PATIENCE_SECONDS = 3600.0
ADDRESS = PAGE.as_uri()
MIB = 1 << 20
USABLE = """(() => {
  const [opened] = performance.getEntriesByType("navigation");
  const [drawn] = performance.getEntriesByName("first-contentful-paint");
  return drawn === undefined || opened.loadEventEnd === 0 ? null : Math.max(opened.loadEventEnd, drawn.startTime);
})()"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=200, help="size of the one file in the archive")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--archive", type=Path, help="an archive that is there already")
    parser.add_argument("--digits", type=Path, help="the file with its passphrase")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="b") as name:
        folder = Path(name)
        if wanted.archive is not None and wanted.digits is not None:
            archive, digits = wanted.archive, wanted.digits.read_text().strip()
        else:
            archive, digits = _sealed(folder, wanted.mib)
        _Bench(folder, archive, digits).run(wanted.runs)


def _sealed(folder: Path, mib: int) -> tuple[Path, str]:
    """Take a file of noise in and seal it."""
    source = folder / "source"
    source.mkdir()
    with (source / "film.bin").open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(MIB))
    (folder / "passphrase").write_text("correct horse battery\n")
    who = ("--association", "BENCH", "--name", "B", "--role", "b", "--place", "p", "--recovery-out", "recovery")
    steps = [
        ("setup", *who, "--cases", str(folder / "cases")),
        ("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer", "--id", "BENCH-1"),
        ("ingest", "BENCH-1", str(source)),
        ("seal", "BENCH-1", "--for", "lawyer", "--all", "--out", "sealed", "--passphrase-out", "digits"),
    ]
    given = ("--passphrase-file", str(folder / "passphrase"), "--no-input", "--quiet")
    environment = dict(os.environ) | {"EVIDENCE_KIT_STATION": str(folder / "station")}
    for step in steps:
        measure([*PROGRAM, *step, *given], environment, folder)
    shutil.rmtree(source)
    return folder / "sealed" / "BENCH-1.sealed.zip", (folder / "digits").read_text().strip()


class _Bench:
    def __init__(self, folder: Path, archive: Path, digits: str) -> None:
        self.folder, self.archive, self.digits = folder, archive, digits
        self.seconds: dict[str, list[float]] = {}
        self.memory: dict[str, list[tuple[int, int]]] = {}
        self.usable_ms: dict[str, list[float]] = {}

    def run(self, runs: int) -> None:
        secret = self.folder / "secret"
        secret.write_text(self.digits + "\n")
        verify = [*PROGRAM, "verify", str(self.archive), "--archive-passphrase-file", str(secret), "--quiet"]
        peer = ["7z", "t", f"-p{self.digits.replace(' ', '')}", str(self.archive)]
        for number in range(runs):
            if shutil.which("7z") is not None:
                self._note("7z t", lambda: measure(peer, dict(os.environ), self.folder).wall)
            self._note("verify", lambda: measure(verify, dict(os.environ), self.folder).wall)
            if CHROMIUM is not None:
                self._note("page in Chromium", partial(self._chromium, number))
            if FIREFOX is not None:
                self._note("page in Firefox ESR", partial(self._firefox, number))
        for name, there in (("7z", shutil.which("7z")), ("chromium", CHROMIUM), ("firefox-esr", FIREFOX)):
            if there is None:
                print(f"{name} is not installed")
        self._print()

    def _note(self, name: str, act: Callable[[], float]) -> None:
        self.seconds.setdefault(name, []).append(act())
        print(f"{name}: {self.seconds[name][-1]:.2f} s", file=sys.stderr, flush=True)

    def _chromium(self, number: int) -> float:
        browser = Browser(self.folder / f"c{number}")
        try:
            tab = Tab(browser, ADDRESS)
            return self._checked("page in Chromium", tab, browser.memory_bytes)
        finally:
            browser.close()

    def _firefox(self, number: int) -> float:
        profile, temporary = self.folder / f"f{number}", self.folder / f"t{number}"
        profile.mkdir()
        temporary.mkdir()
        firefox = Firefox(profile, temporary, ADDRESS)
        try:
            return self._checked("page in Firefox ESR", firefox, firefox.memory_bytes)
        finally:
            firefox.close()

    def _checked(self, name: str, page: Driven, memory_bytes: Callable[[], int]) -> float:
        page.until(f"{USABLE} !== null")
        self.usable_ms.setdefault(name, []).append(page.evaluate(USABLE))
        page.give([self.archive])
        page.evaluate("document.getElementById('passphrase').focus()")
        page.type(self.digits)
        before, highest = memory_bytes(), [0]
        over = threading.Event()

        def watch() -> None:
            while not over.wait(0.5):
                highest[0] = max(highest[0], memory_bytes())

        watching = threading.Thread(target=watch)
        watching.start()
        begun = time.perf_counter()
        page.click("#start")
        page.until("document.querySelector('#word')", PATIENCE_SECONDS)
        took = time.perf_counter() - begun
        over.set()
        watching.join()
        if page.verdict() != "CONSISTENT":
            raise SystemExit(f"{name}: {page.verdict()} {page.codes()}")
        self.memory.setdefault(name, []).append((before, max(highest[0], memory_bytes())))
        return took

    def _print(self) -> None:
        size = self.archive.stat().st_size
        usual = {name: statistics.median(times) for name, times in self.seconds.items()}
        print(f"the page has {PAGE.stat().st_size:,} bytes; the archive has")
        print(f"{size:,} bytes, {len(next(iter(self.seconds.values())))} runs, {os.cpu_count()} cores")
        for name, seconds in usual.items():
            against = f"{seconds / usual['verify']:.2f} × verify"
            row = f"{name:22}{seconds:8.2f} s{size / seconds / 1e6:8.0f} MB/s   {against}"
            if name in self.memory:
                before, after = (statistics.median(each) / MIB for each in zip(*self.memory[name], strict=True))
                row += f"   {before:.0f} MiB before, {after:.0f} MiB at most"
                row += f"   usable after {statistics.median(self.usable_ms[name]):.0f} ms"
            print(row)


if __name__ == "__main__":
    main()
