"""One place for all trials of a process: making it costs as much as twenty of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.commands.scenes import Place


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    memory = Path("/dev/shm")  # where syncing waits for no disk
    folder = tmp_path_factory.mktemp("commands")
    if os.access(memory, os.W_OK):
        folder = Path(tempfile.mkdtemp(prefix="evidence-kit-faults-", dir=memory))
    made = Place(folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)
