"""The rules as docs/RULES.md lists them: who judges by each, and what shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.e2e.conftest import ROOT

DOCUMENT = (ROOT / "docs" / "RULES.md").read_text("utf-8")
ROW = re.compile(
    r"^\| ([A-Z]+[0-9]+) \| (.+?) \| (.+?) \| `([a-z-]+)` \| ([0-9., ]+) \| (both|program) \| (.+?) \|$", re.MULTILINE
)


@dataclass(frozen=True)
class Rule:
    number: str
    code: str
    who: str
    shown_by: tuple[str, ...]


def rules() -> list[Rule]:
    found = [
        Rule(row[1], row[4], row[6], tuple(re.split(r", (?=[^“”]*(?:“|$))", row[7]))) for row in ROW.finditer(DOCUMENT)
    ]
    assert len(found) == len(re.findall(r"^\| [A-Z]+[0-9]+ \|", DOCUMENT, re.MULTILINE))
    return found
