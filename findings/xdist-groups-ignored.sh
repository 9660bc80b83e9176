#!/usr/bin/env bash
# pytest-xdist's `--dist loadgroup` beside pytest 9.2: tests of one group run in several processes, without a word.
#
# Assumed: tests marked `xdist_group("g")` run in one process, as the option's help says; a suite may then make what they
#          share once.
# Seen:    with pytest 9.0 all run in one process, and their names end in "@g"; with 9.2 they are spread over all processes,
#          nothing is appended, and nothing is said. xdist appends the group to a private attribute of the item
#          (`_nodeid`), which this pytest does not read any more; setting it raises nothing.
# With:    pytest-xdist 3.8.0, pytest 9.2.0 beside 9.0.2, Python 3.11
# Source:  xdist/remote.py: pytest_collection_modifyitems; _pytest/nodes.py
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cat > "$room/test_group.py" <<'PY'
import os
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("g")


@pytest.mark.parametrize("number", range(16))
def test_in_one_process(number):
    time.sleep(0.05)
    with Path(os.environ["SEEN"]).open("a") as seen:
        seen.write(os.environ["PYTEST_XDIST_WORKER"] + "\n")
PY
processes() {
    python3 -m venv "$room/venv-$1"
    "$room/venv-$1/bin/python" -m pip install -qq --disable-pip-version-check "pytest==$1" pytest-xdist==3.8.0
    SEEN="$room/seen-$1" "$room/venv-$1/bin/python" -m pytest -q -p no:cacheprovider -n 2 --dist loadgroup "$room/test_group.py" >/dev/null
    sort -u "$room/seen-$1" | wc -l
}
before=$(processes 9.0.2) after=$(processes 9.2.0)
echo "processes that ran one group: pytest 9.0.2: $before, pytest 9.2.0: $after"
[ "$before" = 1 ] && [ "$after" = 2 ]
