"""What a screen reader is given: names, roles, what is announced; and axe's opinion of every state of the page."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.words import LANGUAGES, catalogue
from tests.attacks.conftest import DIGITS
from tests.attacks.rebuild import pack, relist, unpack
from tests.web.chromium import Browser, Tab, needs_chromium
from tests.web.core import PAGE
from tests.web.material import Handed
from tests.web.test_shown import plain

pytestmark = needs_chromium
ADDRESS = PAGE.as_uri()
LOCALES = {"ar": "ar-MA", "fr": "fr-FR", "en": "en-GB"}
AXE = Path(__file__).parents[2] / "web" / "verifier" / "node_modules" / "axe-core" / "axe.min.js"
OPENED = """(() => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  document.querySelector("#items td > .link").click();
  document.querySelector("#talks td > .link")?.click();
  document.querySelector("#events td .link")?.click();
  document.querySelector("#papers .link").click();
  document.querySelector("#papers .show").click();
})()"""


class Node:
    """One node of the tree that a screen reader reads."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.role = str(told.get("role", {}).get("value", ""))
        self.name = plain(str(told.get("name", {}).get("value", "")))
        self.description = plain(str(told.get("description", {}).get("value", "")))
        self.states = {each["name"]: each["value"].get("value") for each in told.get("properties", ())}

    def __repr__(self) -> str:
        return f"{self.role} {self.name!r} {self.states}"


def tree(tab: Tab) -> list[Node]:
    tab.call("Accessibility.enable")
    nodes = tab.call("Accessibility.getFullAXTree")["nodes"]
    return [Node(each) for each in nodes if not each.get("ignored")]


def _edited(handed: Handed, folder: Path) -> Path:
    members = unpack(handed.archive.read_bytes())
    broken = folder / handed.archive.name
    edited = members | {"data/E000001.jpg": members["data/E000001.jpg"][:-1] + b"?"}
    broken.write_bytes(pack(relist(edited, None)))
    return broken


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_can_be_filled_in_by_ear(language: str, browser: Browser, handed: Handed) -> None:
    words = catalogue(language)
    tab = Tab(browser, ADDRESS, LOCALES[language])
    tab.give([handed.archive])
    nodes = tree(tab)
    fields = {each.name: each for each in nodes if each.role == "textbox"}
    assert set(fields) == {words.sentence("page.passphrase"), words.sentence("page.receipt")}
    passphrase = fields[words.sentence("page.passphrase")]
    assert words.sentence("page.passphrase-help") in passphrase.description
    assert words.sentence("page.digits", digits=0) in passphrase.description
    buttons = {each.name for each in nodes if each.role == "button"}
    assert {words.sentence("page.start"), "العربية", "Français", "English"} <= buttons
    # The fields for files have the names of what one sees in their place.
    assert any(words.sentence("page.choose") in each for each in buttons)
    assert any(words.sentence("page.choose-folder") in each for each in buttons)
    pressed = [each.name for each in nodes if each.states.get("pressed") == "true"]
    assert pressed == [{"ar": "العربية", "fr": "Français", "en": "English"}[language]]
    headings = [int(each.states["level"]) for each in nodes if each.role == "heading"]
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))
    tab.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_is_announced(language: str, browser: Browser, handed: Handed, tmp_path: Path) -> None:
    words = catalogue(language)
    tab = Tab(browser, ADDRESS, LOCALES[language])
    cases = {"consistent": (handed.archive, DIGITS), "broken": (_edited(handed, tmp_path), DIGITS)}
    cases["not_checked"] = (handed.archive, "9" * 28)
    for verdict, (archive, digits) in cases.items():
        tab.check([archive], digits)
        # The focus goes to it, and whatever has the focus is read: name, role, description.
        (heard,) = [each for each in tree(tab) if each.states.get("focused") and each.role != "RootWebArea"]
        assert (heard.role, heard.name) == ("region", words.sentence(f"verdict.{verdict}.word"))
        assert heard.description.startswith(words.sentence(f"verdict.{verdict}.word"))
        assert words.sentence(f"verdict.{verdict}.meaning") in heard.description
        do = "archive-passphrase" if verdict == "not_checked" else verdict
        assert words.sentence(f"page.do.{do}") in heard.description
        tab.again()
    tab.close()


def test_mistakes_and_counts_are_announced(browser: Browser, handed: Handed) -> None:
    words = catalogue("en")
    tab = Tab(browser, ADDRESS)
    live = {each.states.get("live") for each in tree(tab) if each.role in {"alert", "status"}}
    assert "polite" in live
    tab.give([handed.archive])
    tab.until(f"document.getElementById('live').textContent.includes('{handed.archive.name}')")
    tab.click("#start")
    tab.until("document.querySelector('#passphrase-problem').textContent !== ''")
    (alert,) = [each for each in tree(tab) if each.role == "alert" and each.states.get("live")]
    assert alert.states["live"] == "assertive"
    nodes = tree(tab)
    (passphrase,) = [
        each for each in nodes if each.name == words.sentence("page.passphrase") and each.role == "textbox"
    ]
    assert passphrase.states["invalid"] == "true"
    assert words.sentence("page.passphrase-malformed", digits=0) in passphrase.description
    tab.evaluate("document.getElementById('passphrase').focus()")
    tab.type(DIGITS)
    tab.click("#start")
    tab.until("document.querySelector('#word')")
    tab.evaluate("document.getElementById('search').focus()")
    tab.type("WA0001")
    status = "document.querySelector('#items [role=status]')"
    tab.until("document.querySelectorAll('#items tbody tr:not(.below)').length === 1")
    assert "1–1 of 1" in plain(tab.evaluate(f"{status}.textContent"))
    tab.close()


def test_everything_that_takes_the_focus_has_a_name_and_a_role(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    seen = tree(tab)
    tab.check([handed.archive], DIGITS)
    tab.evaluate(OPENED)
    tab.until("document.querySelector('#papers pre')")
    seen += tree(tab)
    for node in seen:
        if node.states.get("focusable") and node.role != "RootWebArea":
            assert node.name, node
            assert node.role not in {"generic", "none"}, node
    tab.close()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there: web/verifier/build.sh was not run here")
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_to_complain_about(language: str, browser: Browser, handed: Handed, tmp_path: Path) -> None:
    tab = Tab(browser, ADDRESS, LOCALES[language])
    tab.dark(language != "fr")
    complaints: list[str] = []

    def look(state: str) -> None:
        for width in (1100, 360):
            tab.resize(width, 800)
            complaints.extend(f"{state} {width}: {each}" for each in violations(tab))
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), (state, width)

    look("begun")
    tab.give([handed.archive])
    tab.click("#start")
    tab.until("document.querySelector('#passphrase-problem').textContent !== ''")
    look("typed wrongly")
    states = {"good": (handed.archive, DIGITS, handed.receipt), "broken": (_edited(handed, tmp_path), DIGITS, "")}
    states["not checked"] = (handed.archive, "9" * 28, "")
    for state, (archive, digits, receipt) in states.items():
        tab.check([archive], digits, receipt)
        look(state)
        if state != "not checked":
            tab.evaluate(OPENED)
            tab.until("document.querySelector('#papers pre')")
            look(f"{state}, opened")
        tab.again()
    assert complaints == []
    tab.close()


def violations(tab: Tab) -> list[str]:
    if not tab.evaluate("'axe' in globalThis"):
        tab.evaluate(AXE.read_text("utf-8") + "; 0")
    said = "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id} ${nodes[0].html}`))"
    return list(tab.evaluate(said))
