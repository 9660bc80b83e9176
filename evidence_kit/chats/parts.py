"""Puts the parts of one conversation in order: exporters number them, and names do not sort as numbers."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_PART = re.compile(r"messages?_?(\d*)\.(?:json|html)\Z|.*[.\-]part(\d+)\.js\Z")


def part_number(name: str) -> int:
    """Return the number in `message_10.json`, `messages10.html`, `direct-messages-part10.js`.

    The first part of some exporters bears none; that is 0, as for any other name.
    """
    found = _PART.fullmatch(PurePosixPath(name).name)
    return int(found[1] or found[2] or 0) if found else 0
