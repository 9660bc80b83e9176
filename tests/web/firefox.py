"""A Firefox ESR of the distribution, driven over its own Marionette protocol: no driver and no package."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.web.driven import PATIENCE_SECONDS, Driven, memory_bytes

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
# Whoever just started it for a test has no home page, no updates, and nothing to report to anybody.
QUIET: Mapping[str, object] = {
    "marionette.port": 0,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "security.dialog_enable_delay": 0,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
# The last lets the test stand in for the system's dialogue for folders.
FLAGS = ("--headless", "--marionette", "--no-remote", "--remote-allow-system-access")
# The system's dialogue, answered with a folder.
FOLDER_CHOSEN = """
const [path, done] = arguments;
const { FileUtils } = ChromeUtils.importESModule("resource://gre/modules/FileUtils.sys.mjs");
const picker = {
  QueryInterface: ChromeUtils.generateQI(["nsIFilePicker"]),
  init() {}, appendFilters() {}, appendFilter() {}, appendRawFilter() {},
  get file() { return new FileUtils.File(path); },
  get files() { return [this.file][Symbol.iterator](); },
  get domFileOrDirectory() { return new window.Directory(path); },
  isModeSupported: async () => true,
  open(answered) { Services.tm.dispatchToMainThread(() => answered.done(Ci.nsIFilePicker.returnOK)); },
};
const factory = {
  QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
  createInstance: (iid) => picker.QueryInterface(iid),
};
const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
registrar.registerFactory(Services.uuid.generateUUID(), "", "@mozilla.org/filepicker;1", factory);
done(1);
"""
KEYS = {"Tab": "\ue004", "Enter": "\ue007", " ": " ", "Escape": "\ue00c"}
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

needs_firefox = pytest.mark.skipif(PROGRAM is None, reason="firefox-esr is not installed")


class Firefox(Driven):
    """One Firefox with a profile of its own, and one page in it."""

    def __init__(self, profile: Path, temporary: Path, address: str, language: str = "en-GB") -> None:
        assert PROGRAM is not None
        wanted = {**QUIET, "intl.accept_languages": language}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items()]
        (profile / "user.js").write_text("".join(lines))
        self._process = subprocess.Popen(
            [PROGRAM, *FLAGS, "--profile", str(profile)],
            env={**os.environ, "HOME": str(temporary), "TMPDIR": str(temporary), "MOZ_HEADLESS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._socket = self._connect(profile / "MarionetteActivePort")
            self._rest = b""
            self._number = 0
            self._message()
            self.call("WebDriver:NewSession", pageLoadStrategy="normal")
            self.visit(address)
        except BaseException:
            self._kill()
            raise

    def visit(self, address: str) -> None:
        self.call("WebDriver:Navigate", url=address)
        self.until("document.readyState === 'complete' && document.querySelector('main') !== null")

    def _connect(self, port: Path) -> socket.socket:
        end = time.monotonic() + PATIENCE_SECONDS
        while not (port.is_file() and port.read_text().strip().isdigit()):
            assert time.monotonic() < end, "Firefox did not open its port"
            assert self._process.poll() is None, "Firefox left"
            time.sleep(0.05)
        return socket.create_connection(("127.0.0.1", int(port.read_text())), PATIENCE_SECONDS)

    def _message(self) -> Any:
        while True:
            length, found, rest = self._rest.partition(b":")
            if found and len(rest) >= int(length):
                self._rest = rest[int(length) :]
                return json.loads(rest[: int(length)])
            piece = self._socket.recv(1 << 16)
            assert piece, "Firefox left"
            self._rest += piece

    def call(self, method: str, **parameters: object) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, method, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, number, error, result = self._message()
        assert number == self._number
        assert error is None, error
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def evaluate(self, script: str) -> Any:
        return self.call("WebDriver:ExecuteScript", script=f"return ({script});", args=[])

    def give(self, files: Sequence[Path]) -> None:
        found = self.call("WebDriver:FindElement", using="css selector", value="#files")
        names = "\n".join(str(path) for path in files)
        self.call("WebDriver:ElementSendKeys", id=found[_ELEMENT], text=names)
        self.until("document.querySelector('#chosen').textContent !== ''")

    def give_folder(self, folder: Path) -> None:
        """Choose a folder in the system's dialogue; once in the life of a browser."""
        self.call("Marionette:SetContext", value="chrome")
        self.call("WebDriver:ExecuteAsyncScript", script=FOLDER_CHOSEN, args=[str(folder)], sandbox="system")
        self.call("Marionette:SetContext", value="content")
        found = self.call("WebDriver:FindElement", using="css selector", value="label[for=folder]")
        self.call("WebDriver:ElementClick", id=found[_ELEMENT])
        # Firefox asks whether to "upload" the folder, as the page says that it will.
        self._agree()
        self.until("document.querySelector('#chosen').textContent !== ''")

    def _agree(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.call("WebDriver:GetAlertText")
                break
            except AssertionError:
                assert time.monotonic() < end, "Firefox did not ask"
                time.sleep(0.1)
        self.call("WebDriver:AcceptAlert")

    def type(self, text: str) -> None:
        found = self.call("WebDriver:GetActiveElement")
        self.call("WebDriver:ElementSendKeys", id=found[_ELEMENT], text=text)

    def press(self, key: str) -> None:
        steps = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        self.call("WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": steps}])

    def again(self) -> None:
        # Marionette waits by itself for whatever a click of its own begins to load.
        found = self.call("WebDriver:FindElement", using="css selector", value="#again")
        self.call("WebDriver:ElementClick", id=found[_ELEMENT])
        self.until("document.readyState === 'complete' && document.querySelector('#files')?.files.length === 0")

    def memory_bytes(self) -> int:
        """What all processes of this browser hold."""
        return memory_bytes(self._process.pid)

    def close(self) -> None:
        try:
            self.call("Marionette:Quit", flags=["eForceQuit"])
            self._process.wait(20)
        except (AssertionError, OSError, subprocess.TimeoutExpired):
            self._kill()
        self._socket.close()

    def _kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
