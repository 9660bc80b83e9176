"""What the page says of a seal in parts, with blurred copies and time stamps; and of one that failed."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workflows.checking.verify import verify_archive
from tests.attacks.conftest import DIGITS
from tests.attacks.rebuild import pack, relist, unpack
from tests.authority import needs_openssl
from tests.web.alike import NOT_HERE
from tests.web.chromium import Browser, Tab, needs_chromium
from tests.web.core import PAGE
from tests.web.material import Handed

pytestmark = needs_chromium
ADDRESS = PAGE.as_uri()
LOCALES = {"ar": "ar-MA", "fr": "fr-FR", "en": "en-GB"}


def plain(text: str) -> str:
    """The text without what only keeps it in order on the screen."""
    for sign in "\u2068\u2069":
        text = text.replace(sign, "")
    return text.replace("\u00a0", " ").replace("\u2011", "-")


def begins(language: str, name: str) -> str:
    """A sentence of the page up to its first value."""
    return catalogue(language).sentence(name, part=0, parts=0, through=0, at="", authority="").split("0")[0]


@needs_openssl
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_says_so_first_and_names_what_is_not_checked(
    language: str, browser: Browser, handed_in_parts: Handed
) -> None:
    archives = [handed_in_parts.archive.with_name(each.name) for each in handed_in_parts.sealed.archives]
    assert len(archives) == 3
    tab = Tab(browser, ADDRESS, LOCALES[language])
    for number, archive in enumerate(archives, 1):
        tab.check([archive], DIGITS, handed_in_parts.receipt)
        report = verify_archive(archive, DIGITS, handed_in_parts.receipt)
        (anchor,) = report.anchors
        assert (tab.verdict(), report.verdict.value, report.part) == ("ANCHORED", "ANCHORED", number)
        first = plain(tab.text("#verdict"))
        said = catalogue(language)
        since = anchor.since.replace("T", " ")[:19]
        assert said.sentence("verify.receipt-paper", through=anchor.through, lines=report.lines, since=since) in first
        assert said.sentence("page.one-part", part=number, parts=3) in first
        whole = plain(tab.text("main"))
        for sentence in NOT_HERE.values():
            assert begins(language, sentence) in whole
        for stamp in report.time_stamps:
            assert stamp.stamp is not None
            at = stamp.stamp.at.isoformat().replace("T", " ")[:19]
            told = said.sentence("page.time-stamp-for", through=stamp.covers, at=at, authority="CN=Clock of Larache")
            assert told in whole
        tab.again()
    tab.close()


@needs_openssl
def test_a_blurred_copy_is_said_to_be_one(browser: Browser, handed_in_parts: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.check([handed_in_parts.archive], DIGITS)
    labels = tab.evaluate("[...document.querySelectorAll('#items .label')].map((each) => each.textContent)")
    assert labels == ["blurred copy", "blurred copy"]
    tab.click("#items td > .link")
    facts = tab.text(".panel dl")
    assert "SHA-256 of the original" in facts
    assert "SHA-256 of the copy" in facts
    tab.click(".panel .show")
    tab.until("document.querySelector('.frame canvas')")
    tab.close()


@needs_openssl
def test_a_time_stamp_in_the_bag_is_held_against_the_log(
    browser: Browser, handed_in_parts: Handed, tmp_path: Path
) -> None:
    members = unpack(handed_in_parts.archive.read_bytes())
    name = next(each for each in members if each.endswith(".tsr"))
    key_holder = {name: members[name][:-1] + bytes([members[name][-1] ^ 1])}
    for number, change in enumerate((key_holder, {name.replace("0", "1", 1): members[name]})):
        path = tmp_path / str(number) / handed_in_parts.archive.name
        path.parent.mkdir()
        path.write_bytes(pack(relist(members | change, None)))
        report = verify_archive(path, DIGITS)
        tab = Tab(browser, ADDRESS)
        tab.check([path], DIGITS)
        found = {each.code for each in report.findings if not each.code.startswith(tuple(NOT_HERE))}
        assert (tab.verdict(), tab.codes()) == ("BROKEN", found)
        tab.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_check_that_failed_does_not_say_that_nothing_changed(
    language: str, browser: Browser, handed: Handed, tmp_path: Path
) -> None:
    members = unpack(handed.archive.read_bytes())
    broken = tmp_path / handed.archive.name
    edited = members | {"data/E000001.jpg": members["data/E000001.jpg"][:-1] + b"?"}
    broken.write_bytes(pack(relist(edited, None)))
    words = catalogue(language)
    tab = Tab(browser, ADDRESS, LOCALES[language])
    tab.check([broken], DIGITS)
    text = plain(tab.text("main"))
    assert words.sentence("verify.limits") not in text
    assert words.sentence("verify.limits-failed") in text
    # The item is named as it was called on the phone: that is what a lawyer knows it by.
    assert "DCIM/Camera/IMG-20261103-WA0001.jpg" in tab.text("#findings")
    tab.close()


def test_a_wrong_passphrase_can_be_typed_again(browser: Browser, handed: Handed) -> None:
    tab = Tab(browser, ADDRESS)
    tab.check([handed.archive, *handed.statement], "9" * 28)
    assert tab.verdict() == "NOT CHECKED"
    assert catalogue("en").sentence("page.do.archive-passphrase") in tab.text("#verdict")
    tab.click("#retry")
    tab.until("document.activeElement.id === 'passphrase'")
    assert handed.archive.name in tab.text("#chosen")
    assert tab.evaluate("document.activeElement.value") == ""
    tab.type(DIGITS)
    tab.click("#start")
    tab.until("document.querySelector('#word')?.dataset.verdict === 'CONSISTENT'")
    assert catalogue("en").sentence("page.statement-agrees") in tab.text("main")
    tab.close()


# A tired person reads one screen; verdict, meaning and what to do have to be on it, on a laptop and on a phone.
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_is_enough_to_act_on(language: str, browser: Browser, handed: Handed, tmp_path: Path) -> None:
    data = handed.archive.read_bytes()
    members = unpack(data)
    archives = {
        "good": (data, DIGITS),
        "broken": (pack(relist(members | {"data/E000001.jpg": b"?"}, None)), DIGITS),
        "passphrase": (data, "9" * 28),
        "cut": (data[:-1000], DIGITS),
    }
    tab = Tab(browser, ADDRESS, LOCALES[language])
    for name, (content, digits) in archives.items():
        path = tmp_path / name / handed.archive.name
        path.parent.mkdir()
        path.write_bytes(content)
        tab.check([path], digits, handed.receipt if name == "good" else "")
        for width, place in itertools.product((1280, 360), ("word", "meaning", "do")):
            tab.resize(width, 640)
            tab.evaluate("document.getElementById('verdict').focus()")
            box = f"document.getElementById('{place}').getBoundingClientRect()"
            assert tab.evaluate(f"{box}.top >= 0 && {box}.bottom <= innerHeight"), (name, width, place)
        tab.again()
    tab.close()
