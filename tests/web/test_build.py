"""The committed page is what its source builds, and the command writes it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from evidence_kit.cli import run
from evidence_kit.custody.event import TYPES
from evidence_kit.words import LANGUAGES, catalogue
from tests.web.core import NODE, PAGE, answers, needs_node

SOURCE = Path(__file__).parents[2] / "web" / "verifier"


@needs_node
@pytest.mark.skipif(not (SOURCE / "node_modules").is_dir(), reason="web/verifier/build.sh was not run here")
def test_the_committed_page_is_what_its_source_builds(tmp_path: Path) -> None:
    assert NODE is not None
    built = tmp_path / "built.html"
    subprocess.run([NODE, "build.mjs", str(built)], cwd=SOURCE, check=True, capture_output=True)
    assert built.read_bytes() == PAGE.read_bytes(), "the page is older than its sources: web/verifier/build.sh"


@needs_node
@pytest.mark.skipif(not (SOURCE / "node_modules").is_dir(), reason="web/verifier/build.sh was not run here")
def test_another_place_builds_the_same_bytes(tmp_path: Path) -> None:
    assert NODE is not None
    root = SOURCE.parents[1]
    moved = tmp_path / "a place of its own" / "web" / "verifier"
    shutil.copytree(SOURCE, moved, ignore=shutil.ignore_patterns("node_modules"))
    (moved / "node_modules").symlink_to(SOURCE / "node_modules")
    shutil.copytree(root / "evidence_kit" / "words", moved.parents[1] / "evidence_kit" / "words")
    shutil.copy(root / "pyproject.toml", moved.parents[1])
    built = tmp_path / "built.html"
    subprocess.run([NODE, "build.mjs", str(built)], cwd=moved, check=True, capture_output=True)
    assert built.read_bytes() == PAGE.read_bytes(), "the page is older than its sources: web/verifier/build.sh"


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_the_command_writes_the_page_and_its_digest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "verify.html"
    assert run(["verifier", "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert out.read_bytes() == PAGE.read_bytes()
    assert run(["verifier", "--out", str(out)]) == 0  # the same page again
    out.write_bytes(b"mine")
    assert run(["verifier", "--out", str(out)]) == 23
    assert out.read_bytes() == b"mine"


def test_the_documentation_names_the_page_of_the_package() -> None:
    digest = hashlib.sha256(PAGE.read_bytes()).hexdigest()
    said = (Path(__file__).parents[2] / "docs" / "verifier.md").read_text("utf-8")
    assert f"\n{digest}  verify.html\n" in said, "run web/verifier/build.sh, which writes it there"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_event_has_a_name_in_the_page(language: str) -> None:
    words = catalogue(language)
    assert [each for each in TYPES if not words.knows(f"page.happened.{each.replace('.', '-')}")] == []


@needs_node
@pytest.mark.parametrize("first", [0, 255, 2**32 - 3, 2**40 + 5])
def test_the_cipher_is_the_one_that_others_wrote(first: int) -> None:
    key, size = bytes(range(32)), 16 * 300 - 5
    from Cryptodome.Cipher import AES

    blocks = b"".join((first + 1 + at).to_bytes(16, "little") for at in range(300))
    expected = AES.new(key, AES.MODE_ECB).encrypt(blocks)[:size]
    assert answers([{"crypt": key.hex(), "first": first, "size": size}]) == [{"keystream": expected.hex()}]
