"""The samples are what their ledger says."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.intake.kinds import kind_named, name_agrees
from evidence_kit.intake.sniff import HEAD_BYTES, sniff

SAMPLES = Path(__file__).parents[1] / "samples"
FOLDERS = ("phone-export", "candidates", "minor-export")
LEDGER: list[dict[str, Any]] = tomllib.loads((SAMPLES / "LEDGER.toml").read_text(encoding="utf-8"))["sample"]


def test_every_sample_has_one_line_in_the_ledger() -> None:
    found = (path for folder in FOLDERS for path in (SAMPLES / folder).rglob("*") if path.is_file())
    assert sorted(path.relative_to(SAMPLES).as_posix() for path in found) == [line["path"] for line in LEDGER]


@pytest.mark.parametrize("line", LEDGER, ids=lambda line: ascii(line["path"]))
def test_a_sample_has_the_bytes_and_the_kind_of_its_line(line: dict[str, Any]) -> None:
    content = (SAMPLES / line["path"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == line["sha256"]
    assert len(content) == line["size_bytes"]
    assert sniff(content[:HEAD_BYTES], len(content)).name == line["kind"]
    assert line["origin"]
    assert line["licence"]
    assert line.get("made_from", line["path"]) in {other["path"] for other in LEDGER}


def test_only_one_name_lies() -> None:
    lying = [line["path"] for line in LEDGER if name_agrees(kind_named(line["kind"]), line["path"]) is False]
    assert lying == ["phone-export/Download/photo_nadia.jpg"]


def test_the_samples_stay_small() -> None:
    assert sum(line["size_bytes"] for line in LEDGER) < 4_000_000
