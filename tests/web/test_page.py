"""The built page in a real Chromium: what a lawyer does, and what must never leave."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workflows.checking.verify import verify_archive
from tests.attacks.conftest import DIGITS
from tests.attacks.rebuild import Members, pack, relist, unpack
from tests.web.chromium import Browser, Tab, needs_chromium
from tests.web.conftest import Listener
from tests.web.core import PAGE
from tests.web.material import Handed

pytestmark = needs_chromium
ADDRESS = PAGE.as_uri()
LOCALES = {"ar": "ar-MA", "fr": "fr-FR", "en": "en-GB"}


def _sound(tab: Tab) -> None:
    assert tab.complaints() == []
    assert all(each == ADDRESS or each.startswith(("blob:null/", "data:")) for each in tab.addresses())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_good_archive_is_consistent_in_every_language(language: str, browser: Browser, handed: Handed) -> None:
    words = catalogue(language)
    tab = Tab(browser, ADDRESS, LOCALES[language])
    assert tab.evaluate("document.documentElement.lang") == language
    assert tab.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    tab.check([handed.archive, *handed.statement], DIGITS)
    assert tab.verdict() == "CONSISTENT"
    assert tab.text("#word") == words.sentence("verdict.consistent.word")
    assert words.sentence("verify.limits-consistent") in tab.text("main").replace("\u00a0", " ")
    assert words.sentence("page.statement-agrees") in tab.text("main").replace("\u00a0", " ")
    _sound(tab)
    tab.close()


def test_the_language_can_be_changed_without_losing_the_result(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.check([handed.archive], DIGITS)
    for language in LANGUAGES:
        tab.click(f"#language-{language}")
        assert tab.text("#word") == catalogue(language).sentence("verdict.consistent.word")
    tab.close()


def test_the_receipt_anchors(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.check([handed.archive], DIGITS, handed.receipt.lower())
    assert tab.verdict() == "ANCHORED"
    tab.close()


def test_a_receipt_that_came_with_the_archive_anchors_nothing(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.check([handed.archive], DIGITS, handed.receipt, origin="archive")
    assert (tab.verdict(), tab.codes()) == ("CONSISTENT", {"receipt-came-along"})
    tab.close()


def test_where_a_receipt_comes_from_is_asked_for(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.give([handed.archive])
    tab.evaluate("document.getElementById('passphrase').focus()")
    tab.type(DIGITS)
    assert tab.evaluate("document.getElementById('origin').hidden")
    tab.evaluate("document.getElementById('receipt').focus()")
    tab.type(handed.receipt)
    assert not tab.evaluate("document.getElementById('origin').hidden")
    tab.click("#start")
    tab.until("document.querySelector('#origin-problem').textContent !== ''")
    assert tab.evaluate("document.querySelector('#word')") is None
    tab.click("#origin-told")
    tab.click("#start")
    tab.until("document.querySelector('#word')")
    assert tab.verdict() == "ANCHORED"
    tab.close()


def test_a_slip_of_the_pen_is_no_verdict(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.give([handed.archive])
    tab.evaluate("document.getElementById('passphrase').focus()")
    tab.type(DIGITS[:-1])
    tab.evaluate("document.getElementById('receipt').focus()")
    tab.type(handed.receipt[:-1] + ("A" if handed.receipt[-1] != "A" else "B"))
    tab.click("#start")
    tab.until("document.querySelector('#receipt-problem').textContent !== ''")
    assert "27" in tab.text("#passphrase-problem")
    assert tab.evaluate("document.querySelector('#word')") is None
    assert tab.evaluate("document.activeElement.id") == "passphrase"
    tab.close()


@pytest.mark.parametrize(
    "typed",
    [
        DIGITS.translate(str.maketrans("1234567890", "&é\"'(-è_çà")),
        DIGITS.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    ],
    ids=["azerty", "arabic-indic"],
)
def test_other_digits_are_understood(typed: str, browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.check([handed.archive], typed)
    assert tab.verdict() == "CONSISTENT"
    tab.close()


def test_a_wrong_passphrase_shows_nothing(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.check([handed.archive], "9" * 28)
    assert (tab.verdict(), tab.codes()) == ("NOT CHECKED", {"archive-passphrase"})
    assert tab.evaluate("document.querySelector('details')") is None
    tab.close()


def _changed(members: Members) -> Members:
    return members | {"data/E000001.jpg": members["data/E000001.jpg"][:-1] + b"?"}


def test_broken_archives_get_the_codes_of_the_program(browser: Browser, handed: Handed, tmp_path: Path) -> None:
    data = handed.archive.read_bytes()
    members = unpack(data)
    without = {name: content for name, content in members.items() if name != "data/E000002.png"}
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    broken = {
        "edited": pack(relist(_changed(members), None)),
        "removed": pack(without),
        "planted": pack(members | {"data/E000999.txt": b"planted"}),
        "flipped": bytes(flipped),
        "cut": data[: len(data) // 2],
        "behind": data + b"x",
        "header": data[:10] + b"x" + data[11:],
        "junk": b"%PDF-1.7\n" * 400,
    }
    tab = Tab(browser, ADDRESS)
    for name, content in broken.items():
        path = tmp_path / name / handed.archive.name
        path.parent.mkdir()
        path.write_bytes(content)
        report = verify_archive(path, DIGITS)
        tab.check([path], DIGITS)
        assert (tab.verdict(), tab.codes()) == (report.verdict.value, {each.code for each in report.findings}), name
        tab.again()
    _sound(tab)
    tab.close()


def test_everything_can_be_done_with_the_keyboard(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.give([handed.archive])
    tab.evaluate("document.activeElement.blur()")
    tab.walk("document.activeElement.id === 'passphrase'")
    tab.type(DIGITS)
    tab.walk("document.activeElement.id === 'receipt'")
    tab.walk("document.activeElement.id === 'start'")
    tab.press("Enter")
    tab.until("document.querySelector('#word')")
    assert tab.evaluate("document.activeElement.id") == "verdict"
    tab.walk("document.activeElement.matches('td button')")
    tab.press(" ")
    assert tab.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    tab.walk("document.activeElement.matches('.show')")
    tab.press("Enter")
    tab.until("document.querySelector('.frame canvas')")
    assert tab.evaluate("document.querySelector('.frame canvas').classList.contains('blurred')")
    tab.walk("document.activeElement.matches('.sharpen')")
    tab.press("Enter")
    assert not tab.evaluate("document.querySelector('.frame canvas').classList.contains('blurred')")
    tab.press("Escape")
    assert tab.evaluate("document.querySelector('canvas')") is None
    tab.walk("document.activeElement.tagName === 'SUMMARY'")
    tab.press("Enter")
    assert tab.evaluate("document.activeElement.parentElement.open")
    _sound(tab)
    tab.close()


def test_hostile_names_and_texts_stay_text(browser: Browser, handed: Handed, listener: Listener) -> None:
    tab = Tab(browser, ADDRESS)
    before = listener.connections
    tab.check([handed.archive], DIGITS)
    assert "[U+202E]gpj.exe" in tab.text("table")
    assert "onerror=alert(1)" in tab.text("table")
    row = "[...document.querySelectorAll('td > .link')].find((each) => each.textContent === 'E000003')"
    tab.evaluate(row + ".click()")
    tab.click(".panel .show")
    tab.until("document.querySelector('.panel pre')")
    assert "<img src=" in tab.text(".panel pre")
    assert tab.evaluate("document.querySelectorAll('img, iframe, main script, object, embed').length") == 0
    assert listener.connections == before
    _sound(tab)
    tab.close()


def test_searching_finds_and_pages_turn(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.check([handed.archive], DIGITS)
    first = tab.text("tbody")
    tab.evaluate("document.querySelector('#items .turn').click()")
    assert tab.text("tbody") != first
    tab.evaluate("document.getElementById('search').focus()")
    tab.type("لقطة")
    tab.until("document.querySelectorAll('tbody')[0].rows.length === 2")
    assert "E000002" in tab.text("tbody")
    tab.close()


def test_the_page_promises_what_it_keeps() -> None:
    text = PAGE.read_text("utf-8")
    for promise in (
        "default-src 'none'", "connect-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "form-action 'none'",
        'translate="no"', '<meta name="google" content="notranslate">',
    ):  # fmt: skip
        assert promise in text
    assert "<form" not in text
    assert "innerHTML" not in text
    assert "unsafe-inline" not in text
    assert "unsafe-eval" not in text.replace("'wasm-unsafe-eval'", "")
    assert len(text.encode()) < 400_000


def test_a_conversation_is_read_as_it_was_exported(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.check([handed.archive], DIGITS)
    tab.evaluate("document.getElementById('talks').open = true")
    tab.click("#talks td > .link")
    tab.click("#talks .show")
    tab.until("document.querySelector('#talks pre')")
    assert tab.text("#talks pre").splitlines()[0] == "[03/11/2026, 21:14:08] Inconnu: 3 000 dirhams avant minuit"
    tab.evaluate("document.querySelector('#talks .preview input').value = 'لا'")
    tab.click("#talks .preview .tools button")
    assert tab.text("#talks mark") == "لا"
    tab.close()


# Stands in for the browser's dialogue, and keeps what is written.
PICKER = """(() => {
  globalThis.written = [];
  globalThis.ended = "";
  globalThis.showSaveFilePicker = async ({ suggestedName }) => ({
    name: suggestedName,
    createWritable: async () => ({
      write: async (piece) => { written.push(...piece); },
      close: async () => { ended = "closed"; },
      abort: async () => { ended = "aborted"; },
    }),
  });
})()"""


def test_a_file_is_saved_out_whole_or_not_at_all(browser: Browser, handed: Handed, tmp_path: Path) -> None:
    archive = tmp_path / handed.archive.name
    archive.write_bytes(handed.archive.read_bytes())
    tab = Tab(browser, ADDRESS)
    tab.evaluate(PICKER)
    tab.check([archive], DIGITS)
    tab.click("#items td > .link")
    tab.click(".panel .save")
    tab.until("ended !== ''")
    name = "DCIM/Camera/IMG-20261103-WA0001.jpg"
    assert tab.evaluate("ended") == "closed"
    assert bytes(tab.evaluate("written")) == handed.originals[name]
    tab.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_is_one_page_on_paper(language: str, browser: Browser, handed: Handed, tmp_path: Path) -> None:
    members = unpack(handed.archive.read_bytes())
    broken = tmp_path / handed.archive.name
    broken.write_bytes(pack({name: data + b"?" for name, data in members.items()}))
    tab = Tab(browser, ADDRESS, LOCALES[language])
    for path in (handed.archive, broken):
        tab.check([path], DIGITS)
        pdf = base64.b64decode(tab.call("Page.printToPDF", preferCSSPageSize=True)["data"])
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
        tab.again()
    tab.close()
