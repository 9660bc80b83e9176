"""Pictures of the page, to be looked at: `python -m tests.web.gallery FOLDER [NAME…]`.

Each state in three languages, wide and narrow; some dark, and every verdict as it is printed. A picture of the whole
page says little about what a tired person sees first, so the wide ones come a second time, cut to the first screen.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence_kit.workers.worker import Worker
from tests.attacks.conftest import DIGITS
from tests.attacks.rebuild import pack, relist, unpack
from tests.authority import Authority
from tests.web.chromium import Browser, Tab
from tests.web.core import PAGE
from tests.web.material import Handed, hand_over, hand_over_in_parts

LOCALES = {"ar": "ar-MA", "fr": "fr-FR", "en": "en-GB"}
WIDE, NARROW, SCREEN = 1280, 390, 800
OPENED = """(() => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  document.querySelector("#items td > .link").click();
  document.querySelector("#events td .link")?.click();
})()"""


@dataclass(frozen=True)
class Scene:
    """What a person gave to the page."""

    files: Sequence[Path]
    typed: str = DIGITS
    receipt: str = ""
    then: str = ""


def scenes(folder: Path) -> Mapping[str, Scene]:
    handed = hand_over(folder / "whole", 1)
    with Worker() as worker:
        parts = hand_over_in_parts(folder / "parts", Authority(folder / "authority"), worker)
    whole = [handed.archive, *handed.statement]
    return {
        "consistent": Scene(whole),
        "anchored": Scene(whole, receipt=handed.receipt),
        "inside": Scene(whole, receipt=handed.receipt, then=OPENED),
        "broken": Scene([_damaged(handed, folder)]),
        "broken-much": Scene([_ruined(handed, folder)]),
        "wrong-passphrase": Scene(whole, "9" * 28),
        "cut": Scene([_cut(handed, folder)]),
        "parts": Scene([parts.archive], receipt=parts.receipt, then=OPENED),
    }


def _written(folder: Path, handed: Handed, data: bytes) -> Path:
    folder.mkdir()
    path = folder / handed.archive.name
    path.write_bytes(data)
    return path


def _damaged(handed: Handed, folder: Path) -> Path:
    members = unpack(handed.archive.read_bytes())
    edited = members | {"data/E000001.jpg": members["data/E000001.jpg"][:-1] + b"?"}
    return _written(folder / "damaged", handed, pack(relist(edited, None)))


def _ruined(handed: Handed, folder: Path) -> Path:
    members = unpack(handed.archive.read_bytes())
    return _written(folder / "ruined", handed, pack({name: data + b"?" for name, data in members.items()}))


def _cut(handed: Handed, folder: Path) -> Path:
    data = handed.archive.read_bytes()
    return _written(folder / "cut", handed, data[: len(data) // 2])


class Gallery:
    """Takes the pictures."""

    def __init__(self, browser: Browser, target: Path) -> None:
        self.browser, self.target = browser, target

    def begin(self) -> None:
        for language, locale in LOCALES.items():
            for width, name in ((WIDE, "wide"), (NARROW, "narrow")):
                tab = Tab(self.browser, PAGE.as_uri(), locale, width)
                self._take(tab, f"begin-{language}-{name}")
                tab.close()

    def scene(self, name: str, scene: Scene) -> None:
        for language, locale in LOCALES.items():
            tab = Tab(self.browser, PAGE.as_uri(), locale, WIDE)
            self._checked(tab, f"{name}-{language}", scene)
            tab.close()

    def _checked(self, tab: Tab, name: str, scene: Scene) -> None:
        tab.check(scene.files, scene.typed, scene.receipt)
        paper = tab.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        (self.target / f"{name}-paper.pdf").write_bytes(base64.b64decode(paper["data"]))
        if scene.then:
            tab.evaluate(scene.then)
            tab.until("document.querySelectorAll('dl.json').length > 0")
        for width, kind in ((WIDE, "wide"), (NARROW, "narrow")):
            tab.resize(width, SCREEN)
            self._take(tab, f"{name}-{kind}")
        tab.dark()
        tab.resize(WIDE, SCREEN)
        self._take(tab, f"{name}-dark")

    def _take(self, tab: Tab, name: str) -> None:
        tab.picture(self.target / f"{name}.png")
        tab.picture(self.target / f"{name}-first.png", whole=False)


def main() -> None:
    """Take all pictures, or those that are named."""
    target, wanted = Path(sys.argv[1]), set(sys.argv[2:])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="b") as name:
        folder = Path(name)
        there = scenes(folder)
        browser = Browser(folder / "profile")
        try:
            gallery = Gallery(browser, target)
            if not wanted or "begin" in wanted:
                gallery.begin()
            for scene in there:
                if not wanted or scene in wanted:
                    gallery.scene(scene, there[scene])
        finally:
            browser.close()


if __name__ == "__main__":
    main()
