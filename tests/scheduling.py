"""Which of several test processes runs what: whole files, those that take longest first.

What a module or a session makes for its tests (a case, isolated processes, a browser's archive) is dear: with the tests
of a file in one process it is made once. Files that share nothing between their tests are parted, so that none of them
is what everybody waits for at the end. pytest-xdist's own groups are not used: with pytest 9 their names reach nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

# The figures of no machine: how the files stand to each other is enough, and a file that is not here comes behind them.
LONGEST_FIRST: Final = (
    "tests/contracts/test_loads.py",
    "tests/web/test_agreement.py",
    "tests/web/test_page.py",
    "tests/web/test_large.py",
    "tests/e2e/test_every_prompt.py",
    "tests/e2e/test_portable_stick.py",
    "tests/e2e/test_readme_stories.py",
    "tests/e2e/test_kill.py",
    "tests/workflows/reading/test_match.py",
    "tests/web/test_secrets.py",
    "tests/intake/test_screen.py",
    "tests/attacks/test_flipped_bytes.py",
    "tests/matching/test_traps.py",
    "tests/workflows/reading/test_chat_index.py",
    "tests/e2e/test_surroundings.py",
    "tests/chats/test_contract.py",
    "tests/e2e/test_batch.py",
    "tests/e2e/test_match.py",
    "tests/e2e/test_cli.py",
    "tests/workflows/accession/test_ingest.py",
    "tests/e2e/test_conversations.py",
    "tests/intake/test_more_containers.py",
    "tests/web/test_scope_agreement.py",
    "tests/e2e/test_no_plain_copies.py",
    "tests/faults/commands/test_commands.py",
    "tests/matching/test_differences.py",
    "tests/media/test_picture.py",
    "tests/vectors/test_vectors.py",
    "tests/e2e/test_prompts.py",
)
PARTED: Final = frozenset({"tests/e2e/test_kill.py", "tests/e2e/test_readme_stories.py"})
# What is held against one run of every command; what is looked at in one browser of each kind.
TOGETHER: Final = {
    "tests/contracts/test_schemas.py": "tests/contracts/test_loads.py",
    "tests/web/test_dossier.py": "tests/web/test_page.py",
    "tests/web/test_dropped.py": "tests/web/test_page.py",
    "tests/web/test_firefox.py": "tests/web/test_page.py",
    "tests/web/test_heard.py": "tests/web/test_page.py",
    "tests/web/test_shown.py": "tests/web/test_page.py",
}


def file_of(nodeid: str) -> str:
    """Return the file that a test stands in."""
    return nodeid.partition("::")[0]


def in_order(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return tests in the order in which several processes take them."""
    places = {file: place for place, file in enumerate(LONGEST_FIRST)}
    last = len(places)

    def place(item: pytest.Item) -> int:
        file = file_of(item.nodeid)
        return places.get(TOGETHER.get(file, file), last)

    return sorted(items, key=place)


class ByFile(LoadScopeScheduling):  # type: ignore[misc] # it comes without types
    """Hands out whole files in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        file = file_of(nodeid)
        return nodeid if file in PARTED else TOGETHER.get(file, file)
