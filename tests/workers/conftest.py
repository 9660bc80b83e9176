"""Here the isolated process itself is what is tested."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forked_workers import started_anew


@pytest.fixture(scope="module", autouse=True)
def _started_anew() -> Iterator[None]:
    with started_anew():
        yield
