"""Nothing of an archive leaves the page or stays on the computer, in either browser; and a leak would be seen."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.attacks.conftest import DIGITS
from tests.web.chromium import Browser, Tab, needs_chromium
from tests.web.conftest import Listener, listening
from tests.web.core import PAGE
from tests.web.driven import Driven
from tests.web.firefox import Firefox, needs_firefox
from tests.web.material import Handed
from tests.web.traces import traces

ADDRESS = PAGE.as_uri()
Opened = Callable[[Path, Path, str], AbstractContextManager[Driven]]
AZERTY = str.maketrans("1234567890", "&é\"'(-è_çà")


@contextmanager
def in_chromium(profile: Path, temporary: Path, address: str) -> Iterator[Driven]:
    browser = Browser(profile, temporary=temporary)
    try:
        yield Tab(browser, address, "ar-MA")
    finally:
        browser.close()


@contextmanager
def in_firefox(profile: Path, temporary: Path, address: str) -> Iterator[Driven]:
    profile.mkdir(exist_ok=True)
    browser = Firefox(profile, temporary, address, "ar-MA")
    try:
        yield browser
    finally:
        browser.close()


BROWSERS = [
    pytest.param(in_chromium, id="chromium", marks=needs_chromium),
    pytest.param(in_firefox, id="firefox", marks=needs_firefox),
]

# Every way out that a page has, tried from within: somebody may yet find a way to run a script in it. Not one byte
# may arrive. A bare connection does, for a preconnect, a frame and a form: no policy stops that, going offline does.
WAYS_OUT = """(async (to) => {
  const quietly = async (way) => { try { await way(); } catch {} };
  const add = (tag, attributes) => document.head.append(Object.assign(document.createElement(tag), attributes));
  await quietly(() => fetch(to, { mode: "no-cors" }));
  await quietly(() => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.onloadend = done;
    request.open("GET", to);
    request.send();
  }));
  await quietly(() => new WebSocket(to.replace("http", "ws")));
  await quietly(() => new EventSource(to));
  await quietly(() => navigator.sendBeacon(to, "x"));
  await quietly(() => new Worker(to));
  await quietly(() => import(to));
  await quietly(() => new FontFace("x", `url(${to})`).load());
  for (const rel of ["stylesheet", "prefetch", "preload", "icon", "manifest", "modulepreload", "preconnect"])
    await quietly(() => add("link", { rel, href: to, as: "image" }));
  for (const tag of ["img", "script", "iframe", "video", "audio", "embed"]) await quietly(() => add(tag, { src: to }));
  await quietly(() => add("object", { data: to }));
  await quietly(() => { document.body.style.backgroundImage = `url(${to})`; });
  await quietly(() => {
    const form = document.createElement("form");
    form.action = to;
    document.body.append(form);
    form.submit();
  });
  await new Promise((done) => setTimeout(done, 2000));
  return 1;
})(%s)"""


@pytest.mark.parametrize("opened", BROWSERS)
def test_nothing_of_it_is_heard_or_left_on_the_disk(
    opened: Opened, tmp_path: Path, temporary: Path, handed: Handed, listener: Listener
) -> None:
    profile = tmp_path / "profile"
    before = listener.connections
    with opened(profile, temporary, ADDRESS) as page:
        assert page.evaluate("document.documentElement.lang") == "ar"
        page.give([handed.archive, *handed.statement])
        page.evaluate("document.activeElement.blur()")
        page.walk("document.activeElement.id === 'passphrase'")
        page.type(DIGITS.translate(AZERTY))
        page.walk("document.activeElement.id === 'receipt'")
        page.type(handed.receipt.lower())
        page.walk("document.activeElement.id === 'origin-paper'")
        page.press(" ")
        page.walk("document.activeElement.id === 'start'")
        page.press("Enter")
        page.until("document.querySelector('#word')")
        assert page.verdict() == "ANCHORED"
        for item in ("E000003", "E000001", "E000002"):
            row = f"[...document.querySelectorAll('#items td > .link')].find((each) => each.textContent === '{item}')"
            page.evaluate(f"{row}.click()")
            page.evaluate(f"{row}.closest('tr').nextElementSibling.querySelector('.show').click()")
            page.until(f"{row}.closest('tr').nextElementSibling.querySelector('.frame canvas, pre')")
        page.walk("document.activeElement.matches('.sharpen')")
        page.press("Enter")
        assert page.evaluate("document.querySelector('canvas').width") == 96
        # Browsers write what they write when they find the time.
        time.sleep(2)
    assert listener.connections == before
    assert traces(handed.originals.values(), profile, temporary) == []


KEPT = """new Promise((done, failed) => {
  const asked = indexedDB.open("leak", 1);
  asked.onerror = () => failed(asked.error);
  asked.onupgradeneeded = () => asked.result.createObjectStore("kept");
  asked.onsuccess = () => {
    const change = asked.result.transaction("kept", "readwrite");
    change.objectStore("kept").put(new Uint8Array(%s), 1);
    change.oncomplete = () => done(1);
    change.onerror = () => failed(change.error);
  };
})"""


# One test and not three: a browser that starts is the dear thing about it.
@pytest.mark.parametrize("opened", BROWSERS)
def test_no_way_out_reaches_a_listener_who_hears_the_bare_page_and_what_is_left_is_found(
    opened: Opened, tmp_path: Path, temporary: Path, handed: Handed, listener: Listener
) -> None:
    profile = tmp_path / "profile"
    bare, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", PAGE.read_text("utf-8"))
    assert count == 1
    (tmp_path / "bare.html").write_text(bare, "utf-8")
    with listening() as ear, opened(profile, temporary, ADDRESS) as page:
        # Thirty-two bytes of an original.
        page.evaluate(KEPT % list(handed.originals["random.bin"][2048:2080]))
        page.evaluate(WAYS_OUT % json.dumps(f"http://127.0.0.1:{listener.port}/"))
        assert listener.heard == []
        page.visit((tmp_path / "bare.html").as_uri())
        # The form would take the page along.
        ways = WAYS_OUT.replace("form.submit();", "")
        page.evaluate(ways % json.dumps(f"http://127.0.0.1:{ear.port}/"))
        assert len(ear.heard) > 3
    assert listener.heard == []
    assert traces(handed.originals.values(), profile, temporary)
