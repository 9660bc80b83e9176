"""The third reader, written from FORMAT.md and RULES.md, judges every attack as the program does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from tests.attacks.conftest import DIGITS, Material
from tests.attacks.generator import BESIDE, FOLDERS, ON_ARCHIVES, REWRITES, OnFolder, archive_of
from tests.vectors import reader
from tests.vectors.thirdly import alike, named

STATEMENT = "LRC-2026-0001.statement.txt"


def test_the_third_reader_says_of_every_attack_what_the_program_says(
    material: Material, archive: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone" / archive.name
    alone.parent.mkdir()
    for attack in (*ON_ARCHIVES, *REWRITES):
        alone.write_bytes(archive_of(attack, material))
        with named(attack.what):
            alike(reader.read_archive(alone.read_bytes(), DIGITS), verify_archive(alone, DIGITS))
    for beside in BESIDE:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        shutil.copytree(archive.parent, folder)
        beside.make(material, folder)
        paper = [folder / f"{STATEMENT}{ending}" for ending in ("", ".sig")]
        text, signature = (each.read_bytes() if each.is_file() else b"" for each in paper)
        found = reader.read_archive((folder / archive.name).read_bytes(), DIGITS, beside=(text, signature))
        with named(beside.what):
            alike(found, verify_archive(folder / archive.name, DIGITS))


@pytest.mark.parametrize("attack", FOLDERS, ids=lambda attack: attack.what)
def test_the_third_reader_says_of_every_attacked_folder_what_the_program_says(
    attack: OnFolder, material: Material, case: Path
) -> None:
    attack.make(material, case)
    left = next(path.parent for path in case.parent.glob("*/custody.jsonl"))
    alike(reader.read_folder(left), verify_case(left))
