"""The thresholds of matching: told with unit and measurement, used, and the same as long as the method has its name."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from evidence_kit.matching.thresholds import THRESHOLDS, Thresholds
from evidence_kit.workflows.reading.similar import METHOD

ROOT = Path(__file__).parents[2]
# The values under which the figures of docs/MATCHING.md were measured. Another set is another method: it gets another
# name, so that two logs with one name were compared by the same rules.
MEASURED = {
    "pdq+keypoints/2": "5ad5aeb284b3bc87",
    "pdq+keypoints/3": "94bf7f475f9e27c5",
    "pdq+keypoints/4": "835f308d3175631e",
}
# Each field ends in its unit, or in the noun that it counts.
UNITS = {
    "angles": {"degrees"},
    "counts": {
        "blocks",
        "compared",
        "groups",
        "inliers",
        "keypoints",
        "lines",
        "lists",
        "neighbours",
        "pairs",
        "references",
    },
    "distances": {"bits", "pixels", "square"},
    "grey": {"contrast", "levels", "tones"},
    "ratios": {"coarse", "correlation", "log", "percent", "quality", "ratio", "scale", "second", "share"},
}


@pytest.mark.parametrize("name", [each.name for each in fields(Thresholds)])
def test_a_threshold_names_its_unit_and_is_told_and_used(name: str) -> None:
    words = set(name.split("_"))
    assert words & set().union(*UNITS.values()) or name in {"compared_by_pixels", "most_indexed_in_all"}
    assert re.search(rf"^ +{name}: [A-Z0-9].{{20,}}", Thresholds.__doc__ or "", re.MULTILINE)
    code = [*(ROOT / "evidence_kit/matching").glob("*.py"), *(ROOT / "evidence_kit/workflows/reading").glob("*.py")]
    assert any(f"THRESHOLDS.{name}" in path.read_text("utf-8") for path in code)


def test_a_method_keeps_its_thresholds_as_long_as_it_keeps_its_name() -> None:
    told = json.dumps(asdict(THRESHOLDS), sort_keys=True).encode()
    assert hashlib.sha256(told).hexdigest()[:16] == MEASURED[METHOD]
