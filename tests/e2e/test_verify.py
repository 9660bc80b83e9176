"""`verify` as a lawyer and a script use it: its page, its JSON, whom it knows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Program
from tests.schemas import judge


@pytest.fixture
def sealed(case_program: Program, tmp_path: Path) -> Path:
    out, digits = tmp_path / "out", tmp_path / "digits"
    case_program.keyed("seal", "1", "--for", "lawyer", "--all", "--out", out, "--passphrase-out", digits)
    return next(out.glob("*.sealed.zip"))


def test_what_is_printed_for_a_script_is_what_the_schema_says(case_program: Program, sealed: Path) -> None:
    run, digits = case_program, sealed.parents[1] / "digits"
    documents = [
        *run.json("verify", "1"),
        *run.json("verify", sealed, "--archive-passphrase-file", digits),
        *run.json("verify", run.home, "--recursive"),
    ]
    data = sealed.read_bytes()
    sealed.write_bytes(data[:-1])
    documents += run.json("verify", sealed, "--archive-passphrase-file", digits, expect=5)
    sealed.write_bytes(data + b"x")
    documents += run.json("verify", sealed, "--archive-passphrase-file", digits, expect=4)
    assert len(documents) == 7
    assert not judge("verify").is_valid(documents[0] | {"verdict": "fine"})


def test_the_page_is_one_sheet_in_three_languages_and_loads_nothing(
    case_program: Program, sealed: Path, tmp_path: Path
) -> None:
    run, digits = case_program, sealed.parents[1] / "digits"
    data = bytearray(sealed.read_bytes())
    data[len(data) // 2] ^= 1
    sealed.write_bytes(bytes(data))
    page = tmp_path / "verdict.html"
    run("verify", sealed, "--archive-passphrase-file", digits, "--report", page, expect=4)
    text = page.read_text("utf-8")
    assert all(word in text for word in ("BROKEN", "NON CONFORME", "غير سليم"))
    assert "default-src 'none'" in text
    assert not re.search(r"(?:src|href)=", text)
    assert page.stat().st_mode & 0o777 == 0o600
    run("verify", sealed, "--archive-passphrase-file", digits, "--report", page, expect=4)
    assert page.read_text("utf-8") == text  # the same page again
    mine = tmp_path / "mine.html"
    mine.write_text("mine", "utf-8")
    run("verify", sealed, "--archive-passphrase-file", digits, "--report", mine, expect=23)
    assert mine.read_text("utf-8") == "mine"
    chromium = shutil.which("chromium")
    if chromium is None or shutil.which("pdfinfo") is None:
        pytest.skip("chromium or pdfinfo is not installed")
    printed = tmp_path / "verdict.pdf"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    subprocess.run([chromium, *flags, f"--print-to-pdf={printed}", str(page)], capture_output=True, check=True)
    said = subprocess.run(["pdfinfo", printed], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Pages: +1$", said, re.MULTILINE)


def test_a_trusted_key_is_named_apart_from_the_verdict(case_program: Program, sealed: Path, tmp_path: Path) -> None:
    run, digits = case_program, sealed.parents[1] / "digits"
    own = run.json("keys")[0]["fingerprint"]
    nobody: Any = {"EVIDENCE_KIT_STATION": str(tmp_path / "lawyer")}
    before = run("verify", sealed, "--archive-passphrase-file", digits, "--json", **nobody)
    assert json.loads(before.stdout)["known"] == {}
    run("keys", "trust", "Larache", own, "--confirm", "xxxxxx", "--no-input", expect=35, **nobody)
    run("keys", "trust", "Larache", own, "--confirm", own[-6:], "--no-input", **nobody)
    after = json.loads(run("verify", sealed, "--archive-passphrase-file", digits, "--json", **nobody).stdout)
    assert after["known"] == {own: "Larache"}
    assert {**after, "known": {}} == json.loads(before.stdout)
    shown = run("verify", sealed, "--archive-passphrase-file", digits, **nobody).stdout
    assert f"Larache ({own})" in shown
    run("keys", "forget", "Larache", **nobody)
    run("keys", "forget", "Larache", expect=3, **nobody)
    run("keys", "trust", "Larache", "SHA256:short", "--confirm", "x", expect=32, **nobody)
    assert run.json("verify", "1")[0]["known"] == {own: "Salma B."}
