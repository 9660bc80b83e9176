"""The case and the archive of the attacks, for the page; what a lawyer gets; and somebody who listens."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evidence_kit.workers.worker import Worker
from tests.attacks.conftest import archive, case, material
from tests.authority import Authority
from tests.web.chromium import Browser
from tests.web.core import PAGE
from tests.web.firefox import Firefox
from tests.web.material import Handed, hand_over, hand_over_in_parts

__all__ = ["archive", "case", "handed", "handed_in_parts", "listener", "material"]


@dataclass
class Listener:
    """Somebody on this computer who waits for the page to say anything."""

    port: int
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def listening() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(server.getsockname()[1])

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                found.connections += 1
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(1)
                    found.heard += [data] if (data := connection.recv(4096)) else []

        threading.Thread(target=listen, daemon=True).start()
        yield found


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium; whoever opens a tab closes it."""
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture(scope="session")
def one_firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    found = Firefox(tmp_path_factory.mktemp("profile"), tmp_path_factory.mktemp("temporary"), PAGE.as_uri())
    yield found
    found.close()


@pytest.fixture
def firefox(one_firefox: Firefox) -> Firefox:
    """The page in a Firefox, as it is when it has just been opened."""
    one_firefox.visit(PAGE.as_uri())
    return one_firefox


@pytest.fixture(scope="session")
def handed(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Handed:
    return hand_over(tmp_path_factory.mktemp("handed"), listener.port)


@pytest.fixture(scope="session")
def handed_in_parts(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    """A seal in parts, with blurred copies and time stamps."""
    root = tmp_path_factory.mktemp("parts")
    with Worker() as worker:
        return hand_over_in_parts(root, Authority(root / "clock"), worker)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary folder for a browser; its name is short because a socket's address lies in it."""
    with tempfile.TemporaryDirectory(prefix="b") as name:
        yield Path(name)
