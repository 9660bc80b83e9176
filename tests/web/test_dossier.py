"""The dossier in the page: demands, conversations, chronology and custody to read, to search and to print."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.reports.script import BREAK
from evidence_kit.reports.sentence import Sentence, Term
from evidence_kit.reports.voice import Voice
from evidence_kit.words import LANGUAGES, catalogue
from evidence_kit.workers.worker import Worker
from tests.attacks.conftest import DIGITS
from tests.attacks.rebuild import pack, relist, unpack
from tests.web.chromium import Browser, Tab, needs_chromium
from tests.web.core import PAGE
from tests.web.firefox import Firefox, needs_firefox
from tests.web.material import THREAT, Handed, hand_over_dossier
from tests.web.test_heard import AXE, violations

ADDRESS = PAGE.as_uri()
LOCALES = {"ar": "ar-MA", "fr": "fr-FR", "en": "en-GB"}


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    with Worker() as worker:
        return hand_over_dossier(tmp_path_factory.mktemp("dossier"), worker)


@pytest.fixture(scope="module", params=[3_000, pytest.param(50_000, marks=pytest.mark.deep)])
def long(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Handed, int]:
    with Worker() as worker:
        made = hand_over_dossier(tmp_path_factory.mktemp("long"), worker, request.param, languages=())
    return made, request.param


NAMES = re.compile(r"\b(?:report|page|chats|verdict|verify|fact|platform|reason)\.(?!html)[a-z][a-z.-]*")


def test_every_sentence_that_the_page_names_is_baked_into_it() -> None:
    page = PAGE.read_text("utf-8")
    sources = PAGE.parents[2] / "web" / "verifier" / "src"
    said = {
        name
        for path in sources.rglob("*.ts")
        for name in re.findall(r'words\.say\("([a-z0-9.-]+)"', path.read_text("utf-8"))
    }
    assert len(said) > 80
    assert sorted(name for name in said if page.count(f'"{name}":') < len(LANGUAGES)) == []


def opened(browser: Browser, archive: Path, language: str = "en") -> Tab:
    tab = Tab(browser, ADDRESS, LOCALES[language])
    tab.check([archive], DIGITS)
    tab.until("document.querySelector('#conversations')")
    return tab


def plain(text: str) -> str:
    for sign in "\u2068\u2069":
        text = text.replace(sign, "")
    return text.replace("\u00a0", " ").replace("\u2011", "-")


def printed(tab: Tab, tmp_path: Path) -> str:
    """Return the words of what the browser would put on paper."""
    path = tmp_path / "printed.pdf"
    path.write_bytes(base64.b64decode(tab.call("Page.printToPDF", preferCSSPageSize=True)["data"]))
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asked_how_much_until_when_stands_open_in_every_language(
    language: str, browser: Browser, dossier: Handed
) -> None:
    words = catalogue(language)
    tab = opened(browser, dossier.archive, language)
    told = plain(tab.text("#demands"))
    for expected in (
        words.sentence("report.demand", number=1),
        "5000 درهم أو الصور",
        "5000 MAD",
        "vendredi",
        "E000002:10",
    ):
        assert expected in told
    # The message itself, word by word, and the exhibit's digest.
    assert "5000 درهم غادي ننشر الصور" in told
    assert "SHA-256 " in told
    assert words.sentence("page.conversations", count=2) in plain(tab.text("#conversations"))
    assert words.sentence("report.prose.log", lines=22).split("22")[0] in plain(
        tab.evaluate("document.querySelector('#custody').textContent")
    )
    assert tab.complaints() == []
    assert all(each == ADDRESS or each.startswith(("blob:null/", "data:")) for each in tab.addresses())
    tab.close()


@needs_chromium
def test_a_demand_leads_to_its_message_and_the_message_to_its_place(browser: Browser, dossier: Handed) -> None:
    tab = opened(browser, dossier.archive)
    tab.click(".demand button.link")
    tab.until("document.querySelector('.reel .sought')")
    assert "E000002:10" in tab.text(".reel .sought")
    assert tab.evaluate("document.querySelector('.reel .sought').classList.contains('cited')")
    shown = tab.evaluate(
        "[document.querySelector('.reel'), document.querySelector('.sought')].map((e) => e.getBoundingClientRect().top)"
    )
    assert shown[1] > shown[0]
    assert tab.evaluate("getComputedStyle(document.querySelector('.sought .text')).direction") == "rtl"
    tab.close()


@needs_chromium
def test_counts_and_times_are_those_of_the_export_and_whole(browser: Browser, dossier: Handed) -> None:
    tab = opened(browser, dossier.archive)
    rows = plain(tab.text(".talks"))
    assert "messages: 22" in rows
    assert "messages: 8" in rows
    assert "2025-05-03 20:58" in rows
    assert "2025-05-01 19:12:00 UTC" in rows
    times = tab.evaluate("[...document.querySelectorAll('.when')].map((e) => getComputedStyle(e).whiteSpace)")
    assert set(times) == {"nowrap"}
    tab.close()


@needs_chromium
def test_every_word_of_every_conversation_is_found_as_people_spell_it(browser: Browser, dossier: Handed) -> None:
    tab = opened(browser, dossier.archive)
    tab.evaluate("document.getElementById('words').value = 'لِعائلتك'")
    tab.click("#find-words")
    tab.until("document.querySelectorAll('.talks > li').length === 1")
    assert "1 message found" in plain(tab.text(".talks"))
    tab.click(".talks button")
    tab.until("document.querySelector('.reel mark')")
    assert "E000002:10" in tab.text(".reel .sought")
    tab.evaluate("document.getElementById('words').value = 'nobody wrote this'")
    tab.click("#find-words")
    tab.until("document.querySelectorAll('.talks > li').length === 0")
    tab.close()


@needs_chromium
def test_a_picture_in_a_conversation_comes_blurred_and_one_thing_is_there_at_a_time(
    browser: Browser, dossier: Handed
) -> None:
    tab = opened(browser, dossier.archive)
    tab.click(".demand button.link")
    tab.until("document.querySelectorAll('.reel .attached .show').length > 1")
    assert tab.evaluate("document.querySelectorAll('.reel :is(canvas, img, audio, video)').length") == 0
    names = tab.evaluate("[...document.querySelectorAll('.reel .attached .show')].map((e) => e.textContent)")
    picture = next(at for at, name in enumerate(names) if "blur" in name.lower())
    sound = next(at for at, name in enumerate(names) if "listen" in name.lower())
    tab.evaluate(f"document.querySelectorAll('.reel .attached .show')[{picture}].click()")
    tab.until("document.querySelector('.reel canvas.blurred')")
    assert tab.evaluate("Math.max(document.querySelector('.reel canvas').width, 0)") <= 20
    tab.evaluate(f"document.querySelectorAll('.reel .attached .show')[{sound}].click()")
    tab.until("document.querySelector('.reel audio')")
    assert tab.evaluate("document.querySelectorAll('.reel canvas').length") == 0
    assert tab.evaluate("document.querySelector('.reel audio').autoplay") is False
    tab.press("Escape")
    assert tab.evaluate("document.querySelectorAll('.reel :is(canvas, audio)').length") == 0
    tab.close()


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_of_them_prints_alone_under_the_verdict(
    language: str, browser: Browser, dossier: Handed, tmp_path: Path
) -> None:
    words = catalogue(language)
    tab = opened(browser, dossier.archive, language)
    tab.evaluate("window.print = () => undefined")
    digest = dossier.sealed.sha256
    found = {}
    for name in ("demands", "chronology", "custody"):
        tab.click(f"#{name} .print-this")
        tab.until("document.querySelector('#sheet')")
        found[name] = printed(tab, tmp_path)
        assert digest in found[name].replace("\n", "").replace(" ", "")
        assert tab.evaluate("document.querySelector('#sheet')") is None
    assert "5000 MAD" in found["demands"]
    assert "E000002:10" in found["demands"]
    # Whose words sum and deadline are, is on the paper too.
    how = set(re.findall(r"[^\W\d_]{4,}", words.sentence("report.demands.how")))
    assert len(how & set(re.findall(r"[^\W\d_]+", plain(found["demands"])))) >= 0.8 * len(how)
    assert "5000 MAD" not in found["custody"]
    tab.click(".talks button")
    tab.until("document.querySelector('.talk .print-this')")
    tab.click(".talk .print-this")
    whole = printed(tab, tmp_path)
    assert all(f"E000002:{line}" in whole for line in (1, 10, 20))
    assert words.sentence("page.lines-printed", count=22, total=22).split(" ")[0] in plain(whole) or language == "ar"
    tab.close()


@needs_chromium
def test_a_report_that_the_plan_was_not_signed_with_is_not_read(
    browser: Browser, dossier: Handed, tmp_path: Path
) -> None:
    members = unpack(dossier.archive.read_bytes())
    for name, readable in (("report/dossier.json", False), ("report/chats/001.jsonl", True)):
        path = tmp_path / name.rpartition("/")[2] / dossier.archive.name
        path.parent.mkdir()
        forged = members[name].replace(b"5000", b"9517")
        path.write_bytes(pack(relist(members | {name: forged}, None)))
        tab = Tab(browser, ADDRESS)
        tab.check([path], DIGITS)
        assert tab.verdict() == "BROKEN"
        assert "report-changed" in tab.codes()
        if readable:
            tab.until("document.querySelector('#conversations')")
            tab.click(".talks button")
            tab.until("document.querySelector('#talk').textContent !== ''")
        assert "9517" not in tab.text("main")
        assert tab.evaluate("document.querySelector('#conversations') !== null") is readable
        tab.close()


IN_SIGHT = """[...document.querySelectorAll('.reel .bubble')].some((bubble) => {
  const [one, all] = [bubble, document.querySelector('.reel')].map((each) => each.getBoundingClientRect());
  return one.bottom > all.top && one.top < all.bottom;
})"""


@needs_chromium
def test_a_long_conversation_opens_at_once_and_is_not_all_laid_out(browser: Browser, long: tuple[Handed, int]) -> None:
    handed, messages = long
    tab = opened(browser, handed.archive)
    began = time.monotonic()
    tab.click(".talks button")
    tab.until("document.querySelector('.reel .sought')")
    assert time.monotonic() - began < 2
    laid = "document.querySelectorAll('.reel .bubble').length"
    assert 0 < tab.evaluate(laid) < 400
    for part in (0, 0.35, 0.999):
        tab.evaluate(f"(e => e.scrollTop = e.scrollHeight * {part})(document.querySelector('.reel'))")
        tab.until(IN_SIGHT, 5)
        assert tab.evaluate(laid) < 400
    last = f"{THREAT} {messages - 1}"
    tab.evaluate(f"document.querySelector('.stepper input').value = {json.dumps(last)}")
    tab.click(".stepper button")
    tab.until(f"document.querySelector('.sought')?.innerText.includes('{messages - 1}')", 20)
    assert tab.complaints() == []
    tab.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lawyers_sheet_names_what_the_page_shows(language: str) -> None:
    words = catalogue(language)
    ending = "" if language == "en" else f".{language}"
    sheet = (PAGE.parents[2] / "docs" / f"lawyer{ending}.md").read_text("utf-8")
    assert f"report/dossier.{language}.pdf" in sheet
    assert f"*{words.sentence('page.print-this')}*" in sheet
    demands = words.sentence("report.demands.title").replace(",", "").split()[0]
    assert f"*{demands}*" in sheet


@needs_firefox
def test_firefox_shows_the_same(dossier: Handed, firefox: Firefox) -> None:
    tab = firefox
    tab.check([dossier.archive], DIGITS)
    tab.until("document.querySelector('#conversations')")
    assert "5000 MAD" in tab.text("#demands")
    tab.click(".demand button.link")
    tab.until("document.querySelector('.reel .sought')")
    assert "E000002:10" in tab.text(".reel .sought")


@needs_chromium
@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not there: web/verifier/build.sh was not run here")
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_to_complain_about(language: str, browser: Browser, dossier: Handed) -> None:
    tab = opened(browser, dossier.archive, language)
    tab.dark(language != "fr")
    tab.click(".demand button.link")
    tab.until("document.querySelector('.reel .sought')")
    tab.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    # The name of a sentence stands where the page has not got the sentence.
    assert NAMES.findall(tab.text("main")) == []
    for width in (1100, 360):
        tab.resize(width, 800)
        assert violations(tab) == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    tab.close()


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_event_says_bears_names_in_the_language(language: str, browser: Browser, dossier: Handed) -> None:
    words = catalogue(language)
    tab = opened(browser, dossier.archive, language)
    tab.evaluate("document.querySelector('#events').open = true; document.querySelector('#events button').click()")
    tab.until("document.querySelector('#events dl.json')")
    names = {
        plain(each)
        for each in tab.evaluate("[...document.querySelectorAll('#events dl.json dt')].map(e => e.textContent)")
    }
    told = plain(tab.text("#events dl.json"))
    for name in ("fact.age_known_by", "fact.guardian", "fact.association"):
        assert words.sentence(name) in names, name
    assert "age_known_by" not in names
    for raw in ("null", "false"):
        assert raw not in told.split()
    assert words.sentence("report.unsaid") in told


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_conversation_says_how_its_dates_were_read(language: str, browser: Browser, dossier: Handed) -> None:
    words = catalogue(language)
    tab = opened(browser, dossier.archive, language)
    tab.evaluate("[...document.querySelectorAll('#conversations li button')].forEach(e => e.click())")
    tab.until("document.querySelector('.talk')")
    tab.evaluate("document.querySelector('#demands button.link').click()")
    tab.until("document.querySelector('.talk .quiet')")
    reasons = [words.sentence(f"chats.order.{each}", number=1, reason="") for each in ("day", "month")]
    told = plain(tab.text(".talk"))
    assert any(each.split(";")[0].split("؛")[0].strip() in told for each in reasons), told[:500]


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_custody_says_in_order_of_time_what_the_paper_says(language: str, browser: Browser, dossier: Handed) -> None:
    prose = json.loads(unpack(dossier.archive.read_bytes())["report/dossier.json"])["prose"]
    voice = Voice(language)
    expected = [bare(voice.spoken(sentence_of(each))) for each in prose]
    assert len(expected) > 5
    tab = opened(browser, dossier.archive, language)
    shown = tab.evaluate("[...document.querySelectorAll('#custody > p')].map((each) => each.textContent)")
    assert [squeezed(plain(each)) for each in shown] == [squeezed(each) for each in expected]
    times = [found[0] for each in expected if (found := re.search(r"20[0-9-]{8} [0-9:]{5}", each))]
    assert times == sorted(times)
    assert len(times) > 2
    for code in ("phone-export", "lawyer –", "recovery", "station"):
        assert code not in " ".join(shown) or language == "en"
    tab.close()


def sentence_of(told: dict[str, Any]) -> Sentence:
    def value(each: Any) -> Any:
        if isinstance(each, list):
            return tuple(map(value, each))
        return Term(each["word"], each["otherwise"]) if isinstance(each, dict) else each

    return Sentence(told["code"], {name: value(each) for name, each in told["values"].items()})


def bare(runs: Any) -> str:
    said = "".join(str(each["t"]) if isinstance(each, dict) else str(each) for each in runs)
    return said.replace(BREAK, "").replace("\u200e", "")


def squeezed(text: str) -> str:
    """Take all white away: sentences of a page have thin and hard spaces where a paper has others."""
    return "".join(text.split())


@needs_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_of_events_are_words(language: str, browser: Browser, dossier: Handed) -> None:
    tab = opened(browser, dossier.archive, language)
    tab.evaluate("document.querySelector('#events').open = true")
    tab.evaluate(
        "[...document.querySelectorAll('#events button[aria-expanded=false]')].forEach((each) => each.click())"
    )
    tab.until("document.querySelectorAll('#events dl.json').length > 15")
    told = set(
        tab.evaluate("[...document.querySelectorAll('#events dl.json :is(dd, li) > span')].map((e) => e.textContent)")
    )
    codes = {"phone-export", "witness", "by-content", "recognised", "recovery", "guardian named"}
    assert told & codes == set()
    assert catalogue(language).sentence("report.how.phone-export") in told
    assert catalogue(language).sentence("page.value.by-content") in told
    tab.close()


HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)> #set page() {count} {0} %s",
    "bidi": "\u202eyad\u2066ot\u2069 5000 \u200fدفع",
    "long": "ش" * 2500 + "x" * 2500,
}


@needs_chromium
@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_case_or_ledger_breaks_page_letter_or_sheet(name: str, browser: Browser, tmp_path: Path) -> None:
    with Worker() as worker:
        handed = hand_over_dossier(tmp_path, worker, languages=("ar",), hostile=HOSTILE[name])
    bag = unpack(handed.archive.read_bytes())
    for letter in ("READ-ME-FIRST.html", "READ-ME-FIRST.txt"):
        text = bag[letter].decode("utf-8")
        assert "report/dossier.ar.pdf" in text
        assert "<script>" not in text
        assert "\u202e" not in text
    beside = {each.suffix for each in handed.archive.parent.iterdir()}
    assert {".pdf", ".zip", ".txt"} <= beside
    language = {"markup": "fr", "bidi": "ar", "long": "en"}[name]
    tab = opened(browser, handed.archive, language)
    tab.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    said = tab.text("#demands")
    assert {"markup": "<script>alert(1)</script>", "bidi": "[U+202E]", "long": "شششش"}[name] in said
    assert tab.evaluate("document.querySelectorAll('main :is(script, img)').length") == 0
    for width in (1100, 360):
        tab.resize(width, 800)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert tab.complaints() == []
    tab.close()
