"""A Chromium of the distribution, driven over the pipe of its DevTools protocol: no driver, no port, no package."""

from __future__ import annotations

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.web.driven import PATIENCE_SECONDS, Driven, memory_bytes

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--hide-scrollbars",
    "--disable-dev-shm-usage", "--no-default-browser-check", "--remote-debugging-pipe",
)  # fmt: skip
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "Escape": 27}

Json: TypeAlias = dict[str, Any]

needs_chromium = pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")


def _moved(*files: int) -> list[int]:
    moved = [fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, 10) for file in files]
    for file in files:
        os.close(file)
    return moved


class Browser:
    """One browser with a profile of its own."""

    def __init__(self, profile: Path, *flags: str, temporary: Path | None = None) -> None:
        # Far from 3 and 4, which is where the browser looks for its pipes.
        to_browser, ours_out, ours_in, from_browser = _moved(*os.pipe(), *os.pipe())
        shell = f'exec "$@" 3<&{to_browser} 4>&{from_browser} {to_browser}<&- {from_browser}>&-'
        assert PROGRAM is not None
        arguments = [PROGRAM, *FLAGS, f"--user-data-dir={profile}", *flags, "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *arguments],
            pass_fds=(to_browser, from_browser),
            env=os.environ if temporary is None else {**os.environ, "TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._out, self._in = os.fdopen(ours_out, "wb", 0), os.fdopen(ours_in, "rb")
        self._rest = b""
        self._number = 0
        self.events: list[Json] = []

    def call(self, method: str, session: str | None = None, **parameters: object) -> Json:
        self._number += 1
        message: Json = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])
            self.events.append(answer)

    def wait(self, fits: Callable[[Json], bool], since: int) -> Json:
        """Return the first event that fits, of those that came after so many."""
        end = time.monotonic() + PATIENCE_SECONDS
        for at in itertools.count(since):
            while at == len(self.events):
                assert time.monotonic() < end, "waited in vain for an event"
                if b"\0" in self._rest or select.select([self._in], [], [], 1)[0]:
                    self.events.append(self._next())
            if fits(self.events[at]):
                break
        return self.events[at]

    def _next(self) -> Json:
        while b"\0" not in self._rest:
            piece = os.read(self._in.fileno(), 1 << 16)
            assert piece, "the browser left"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def memory_bytes(self) -> int:
        """What all processes of this browser hold."""
        return memory_bytes(self._process.pid)

    def printed(self, address: str) -> bytes:
        """Print a page as its style says; return the PDF."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        # Answered once the page is there: asked before that, the promise would be lost with the blank one.
        self.call("Page.navigate", session, url=address)
        drawn = "new Promise(r => document.readyState === 'complete' ? r() : addEventListener('load', r))"
        drawn += ".then(() => document.fonts.ready).then(() => 1)"
        self.call("Runtime.evaluate", session, expression=drawn, awaitPromise=True)
        pdf = self.call("Page.printToPDF", session, preferCSSPageSize=True)["data"]
        self.call("Target.closeTarget", targetId=target)
        return base64.b64decode(pdf)

    def close(self) -> None:
        try:
            self.call("Browser.close")
            self._process.wait(10)
        except (AssertionError, OSError, subprocess.TimeoutExpired):
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._out.close()
        self._in.close()


class Tab(Driven):
    """One page in a browser."""

    def __init__(self, browser: Browser, address: str, language: str = "en-GB", width: int = 1100) -> None:
        self.browser = browser
        self._target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setUserAgentOverride", userAgent="test", acceptLanguage=language)
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.resize(width, 900)
        self.visit(address)

    def visit(self, address: str) -> None:
        since = len(self.browser.events)
        self._opened(self.call("Page.navigate", url=address)["loaderId"], since)

    def again(self) -> None:
        since = len(self.browser.events)
        self.click("#again")
        event = self.browser.wait(lambda each: self._is_of(each, "Page.frameNavigated"), since)
        self._opened(event["params"]["frame"]["loaderId"], since)

    def _opened(self, document: str, since: int) -> None:
        """Wait until a document is there whole.

        Whoever asks the one before it, which is still leaving, gets no answer: so nothing is asked until then.
        """

        def there(event: Json) -> bool:
            told = event["params"]
            return self._is_of(event, "Page.lifecycleEvent") and (told["name"], told["loaderId"]) == ("load", document)

        self.browser.wait(there, since)
        assert self.evaluate("document.querySelector('main') !== null")

    def _is_of(self, event: Json, method: str) -> bool:
        return event.get("sessionId") == self._session and event.get("method") == method

    def call(self, method: str, **parameters: object) -> Json:
        return self.browser.call(method, self._session, **parameters)

    def evaluate(self, script: str) -> Any:
        given = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = self.call("Runtime.evaluate", **given)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def dark(self, dark: bool = True) -> None:
        value = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])

    def give(self, files: Sequence[Path], field: str = "files") -> None:
        found = self.call("Runtime.evaluate", expression=f"document.getElementById('{field}')")
        paths = [str(path) for path in files]
        self.call("DOM.setFileInputFiles", files=paths, objectId=found["result"]["objectId"])
        self.until("document.querySelector('#chosen').textContent !== ''")

    def drop(self, paths: Sequence[Path]) -> None:
        """Drag files or folders from a file manager onto the page, as the browser itself would be told of it."""
        corner = "(({ left, top }) => [left + 9, top + 9])(document.getElementById('drop').getBoundingClientRect())"
        left, top = self.evaluate(corner)
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, x=left, y=top, data=data)
        self.until("document.querySelector('#chosen').textContent !== ''")

    def press(self, key: str) -> None:
        text = {"Enter": "\r", " ": " "}.get(key, "")
        common = {"key": key, "code": "Space" if key == " " else key, "modifiers": 0}
        number = {"windowsVirtualKeyCode": KEYS[key], "nativeVirtualKeyCode": KEYS[key]}
        down = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **common, **number, **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common, **number)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def picture(self, path: Path, *, whole: bool = True) -> None:
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def addresses(self) -> set[str]:
        """Where the page asked for something."""
        sent = [each for each in self.browser.events if each["method"] == "Network.requestWillBeSent"]
        return {str(each["params"]["request"]["url"]) for each in sent if each.get("sessionId") == self._session}

    def complaints(self) -> list[str]:
        """Errors that the page left in the console."""
        entries = [each["params"] for each in self.browser.events if each.get("sessionId") == self._session]
        thrown = [str(each["exceptionDetails"]) for each in entries if "exceptionDetails" in each]
        return thrown + [
            str(each["entry"]["text"]) for each in entries if each.get("entry", {}).get("level") == "error"
        ]

    def close(self) -> None:
        self.browser.call("Target.closeTarget", targetId=self._target)


Open = Callable[..., Tab]
