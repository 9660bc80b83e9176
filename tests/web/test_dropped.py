"""How an archive gets onto the page: dropped, chosen, as a folder, taken out of its shell; in both browsers."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import pyzipper

from evidence_kit.words import catalogue
from tests.attacks.conftest import DIGITS
from tests.attacks.rebuild import Members, unpack
from tests.web.chromium import Browser, Tab, needs_chromium
from tests.web.core import PAGE
from tests.web.driven import Driven
from tests.web.firefox import Firefox, needs_firefox
from tests.web.material import Handed

ADDRESS = PAGE.as_uri()
# A dropped file as a page gets it; the file itself came through the other field.
DROPPED = """(() => {
  const transfer = new DataTransfer();
  for (const file of document.getElementById("files").files) transfer.items.add(file);
  document.getElementById("chosen").replaceChildren();
  const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer });
  document.getElementById("drop").dispatchEvent(event);
  return event.defaultPrevented;
})()"""


def _unpacked(folder: Path, members: Members) -> Path:
    for name, data in members.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _started(page: Driven, typed: str | None) -> str:
    if typed is not None:
        page.evaluate("document.getElementById('passphrase').focus()")
        page.type(typed)
    page.click("#start")
    page.until("document.querySelector('#word')")
    return page.verdict()


@needs_chromium
def test_dropped_files_are_checked(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.drop([handed.archive, *handed.statement])
    assert _started(tab, DIGITS) == "CONSISTENT"
    assert catalogue("en").sentence("page.statement-agrees") in tab.text("main")
    tab.close()


@needs_chromium
def test_a_dropped_folder_with_the_archive_in_it_is_looked_through(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.drop([handed.archive.parent])
    assert handed.archive.name in tab.text("#chosen")
    assert _started(tab, DIGITS) == "CONSISTENT"
    assert catalogue("en").sentence("page.statement-agrees") in tab.text("main")
    tab.close()


@needs_chromium
@pytest.mark.parametrize("way", ["drop", "choose"])
def test_an_unpacked_bag_is_checked(way: str, browser: Browser, handed: Handed, tmp_path: Path) -> None:
    members = unpack(handed.archive.read_bytes())
    edited = members | {"data/E000001.jpg": members["data/E000001.jpg"][:-1] + b"?"}
    for number, (content, verdict) in enumerate([(members, "CONSISTENT"), (edited, "BROKEN")]):
        folder = _unpacked(tmp_path / str(number) / "LRC-2026-0001", content)
        tab = Tab(browser, ADDRESS)
        if way == "drop":
            tab.drop([folder])
        else:
            tab.give([folder], "folder")
        assert _started(tab, None) == verdict
        assert catalogue("en").sentence("page.shell") in tab.text("main")
        tab.close()


def _inner(handed: Handed, tmp_path: Path) -> Path:
    inner = tmp_path / "evidence.zip"
    with pyzipper.AESZipFile(io.BytesIO(handed.archive.read_bytes())) as outer:
        outer.setpassword(DIGITS.encode())
        inner.write_bytes(outer.read("evidence.zip"))
    return inner


@needs_chromium
def test_what_was_taken_out_of_its_shell_is_checked(browser: Browser, handed: Handed, tmp_path: Path) -> None:
    tab = Tab(browser, ADDRESS)
    tab.drop([_inner(handed, tmp_path)])
    assert tab.evaluate("document.getElementById('passphrase')") is None
    assert _started(tab, None) == "CONSISTENT"
    tab.close()


@needs_firefox
def test_firefox_checks_what_was_taken_out_of_its_shell(firefox: Firefox, handed: Handed, tmp_path: Path) -> None:
    firefox.check([_inner(handed, tmp_path)], None)
    assert firefox.verdict() == "CONSISTENT"
    firefox.again()


@needs_firefox
def test_firefox_checks_a_chosen_folder(firefox: Firefox, handed: Handed, tmp_path: Path) -> None:
    folder = _unpacked(tmp_path / "LRC-2026-0001", unpack(handed.archive.read_bytes()))
    firefox.give_folder(folder)
    assert _started(firefox, None) == "CONSISTENT"
    assert catalogue("en").sentence("page.shell") in firefox.text("main")
    firefox.again()


@needs_firefox
def test_firefox_takes_dropped_files(firefox: Firefox, handed: Handed) -> None:
    firefox.give([handed.archive, *handed.statement])
    assert firefox.evaluate(DROPPED)
    firefox.until("document.querySelector('#chosen').textContent !== ''")
    assert _started(firefox, DIGITS) == "CONSISTENT"
    assert catalogue("en").sentence("page.statement-agrees") in firefox.text("main")
    firefox.again()
