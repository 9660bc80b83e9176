"""Care as a script meets it: help in every language, nobody to ask, a minor's case from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.commands.help_ import TOPICS
from evidence_kit.words import LANGUAGES, catalogue
from tests.e2e.conftest import ROOT, Program

PICTURE = ROOT / "samples" / "candidates" / "tasse.jpg"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_is_explained_in_every_language(language: str) -> None:
    for topic in TOPICS:
        assert len(catalogue(language).sentence(f"topic.{topic}").splitlines()) > 5


def test_help_answers_and_intake_needs_a_person(program: Program) -> None:
    assert "WhatsApp" in program("help", "whatsapp").stdout
    program("help", "nonsense", expect=2)
    program("intake", "--no-input", expect=2)


def test_a_minors_case_from_witnessing_to_a_declared_ingest(station_program: Program, tmp_path: Path) -> None:
    run = station_program
    run.keyed("new", "--age", "unknown", "--age-known-by", "nobody knows")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(PICTURE.read_bytes())
    (folder / "b.txt").write_text("a threat")
    first = run.json("ingest", "1", folder, expect=3)
    assert [each["outcome"] for each in first[:-1]] == ["witnessed", "kept"]
    assert (first[-1]["witnessed"], first[-1]["kept"]) == (1, 1)
    listed = run.json("list", "1")
    assert [(each["item"], each["state"]) for each in listed] == [("E000001", "kept"), ("W000001", "witnessed")]
    run.keyed("show", "1", "W000001", "--reveal", "to see", expect=24)
    saying = ("--said-by", "Amina K.", "--said-as", "guardian")
    run.keyed("mark", "1", "--folder", "in", "--sensitivity", "none", "--said-by", "X", "--said-as", "other", expect=2)
    run.keyed("mark", "1", "--folder", "in", "--sensitivity", "none", *saying)
    assert run.json("ingest", "1", folder)[-1]["kept"] == 1
    page = run.json("show", "1", "E000002", "--reveal", "the lawyer asks")[0]["page"]
    assert Path(page).is_file()
    assert run.json("tidy", "1", "--delete-confirmed", expect=3)[-1]["deleted"] == 1, "no backup: the page alone"
    assert folder.exists()
    (away := tmp_path / "away").mkdir()
    run.keyed("backup", "1", away)
    assert run.json("tidy", "1", "--delete-confirmed")[-1]["deleted"] == 2
    assert not folder.exists()
    assert not Path(page).exists()
    assert run.json("verify", "1")[0]["verdict"] == "CONSISTENT"
