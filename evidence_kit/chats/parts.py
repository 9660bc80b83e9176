"""Puts the parts of one conversation in order: exporters number them, and names do not sort as numbers."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_PART = re.compile(r"messages?_?(\d*)\.(?:json|html)\Z|.*[.\-]part(\d+)\.js\Z")
_NUMBER = re.compile(r"_?\d*(?P<ending>\.(?:json|html))\Z|[.\-]part\d+(?=\.js\Z)")


def part_number(name: str) -> int:
    """Return the number in `message_10.json`, `messages10.html`, `direct-messages-part10.js`.

    The first part of some exporters bears none; that is 0, as for any other name.
    """
    found = _PART.fullmatch(PurePosixPath(name).name)
    return int(found[1] or found[2] or 0) if found else 0


def whole_name(path: str) -> str:
    """Return the path that all parts of one conversation share: without the part's number."""
    where = PurePosixPath(path)
    name = _NUMBER.sub(lambda found: found["ending"] or "", where.name) if _PART.fullmatch(where.name) else where.name
    return str(where.with_name(name)) if name else path
