"""An archive of a gigabyte in both browsers: the verdict comes, and memory does not grow with the file."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.attacks.conftest import DIGITS
from tests.web import chromium, firefox
from tests.web.chromium import Browser, Tab
from tests.web.core import PAGE
from tests.web.driven import Driven
from tests.web.firefox import Firefox
from tests.web.material import hand_over

ADDRESS = PAGE.as_uri()
FILM_BYTES = 1 << 30
# Three threads with their modules and some pieces under way; the archive is four times as large.
MOST_GROWTH_BYTES = 256 << 20
PATIENCE_SECONDS = 420


@contextmanager
def _chromium(folder: Path) -> Iterator[tuple[Driven, Callable[[], int]]]:
    browser = Browser(folder)
    try:
        yield Tab(browser, ADDRESS), browser.memory_bytes
    finally:
        browser.close()


@contextmanager
def _firefox(folder: Path) -> Iterator[tuple[Driven, Callable[[], int]]]:
    profile, temporary = folder / "p", folder / "t"
    profile.mkdir(parents=True)
    temporary.mkdir()
    browser = Firefox(profile, temporary, ADDRESS)
    try:
        yield browser, browser.memory_bytes
    finally:
        browser.close()


def _growth_bytes(page: Driven, memory_bytes: Callable[[], int], archive: Path) -> int:
    """Let the page check an archive; return by how much its browser grew at most."""
    before, highest = memory_bytes(), [0]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(1):
            highest[0] = max(highest[0], memory_bytes())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        page.check([archive], DIGITS, seconds=PATIENCE_SECONDS)
    finally:
        over.set()
        watching.join()
    return highest[0] - before


# One test and not two: the archive is the dear thing about it.
@pytest.mark.skipif(chromium.PROGRAM is None or firefox.PROGRAM is None, reason="both browsers are needed")
def test_a_gigabyte_is_checked_in_flat_memory_in_both_browsers(tmp_path: Path) -> None:
    if shutil.disk_usage(tmp_path).free < 4 * FILM_BYTES:
        pytest.skip("needs 4 GiB of disk")
    archive = hand_over(tmp_path, 1, film_bytes=FILM_BYTES).archive
    for name, opened in (("chromium", _chromium), ("firefox", _firefox)):
        with opened(tmp_path / name) as (page, memory_bytes):
            growth = _growth_bytes(page, memory_bytes, archive)
            assert page.verdict() == "CONSISTENT", (name, page.codes())
            assert growth < MOST_GROWTH_BYTES, (name, growth)
