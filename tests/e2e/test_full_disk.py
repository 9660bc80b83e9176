"""A disk of 8 MB that fills up: what was acknowledged is listed, and the same command completes after enlarging."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import enlarge, small_disk
from tests.e2e.conftest import Program


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 8) as place:
        yield place


def test_a_full_disk_stops_cleanly_and_enlarging_it_completes(program: Program, disk: Path, tmp_path: Path) -> None:
    program.passphrase.write_text("correct horse battery\n")
    facts = ("--association", "LRC", "--name", "Salma B.", "--role", "volunteer", "--place", "Larache")
    program.keyed("setup", *facts, "--cases", disk / "cases", "--recovery-out", program.home / "rec")
    program.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    folder = tmp_path / "phone"
    folder.mkdir()
    chance = random.Random(3)
    for number in range(150):
        (folder / f"{number:03}.bin").write_bytes(b"\x00\x01" + chance.randbytes(100_000))
    stopped = program.json("ingest", "1", folder, expect=11)
    assert stopped[-1]["error"] == "disk-full"
    kept = {row["item"]: row["sha256"] for row in stopped if row.get("outcome") == "kept"}
    assert 0 < len(kept) < 150
    # What the last commit could not finish may lie there as a file that is no part of the case: that is 3.
    checked = program("verify", "1", "--json", expect=None)
    assert json.loads(checked.stdout)["verdict"] == "CONSISTENT"
    assert checked.returncode in {0, 3}
    listed = {row["item"]: row["sha256"] for row in program.json("list", "1")}
    assert kept.items() <= listed.items()
    assert stopped[-1]["values"]["safe"] == len(listed)
    enlarge(disk, 64)
    assert program.json("ingest", "1", folder)[-1]["kept"] == 150 - len(listed)
    assert len(program.json("list", "1")) == 150
    program.keyed("verify", "1")


def test_a_seal_that_finds_no_room_leaves_nothing_behind(program: Program, disk: Path, tmp_path: Path) -> None:
    program.passphrase.write_text("correct horse battery\n")
    facts = ("--association", "LRC", "--name", "Salma B.", "--role", "volunteer", "--place", "Larache")
    program.keyed("setup", *facts, "--cases", program.home / "cases", "--recovery-out", program.home / "rec")
    program.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    (tmp_path / "large.bin").write_bytes(random.Random(3).randbytes(12_000_000))
    program.keyed("ingest", "1", tmp_path / "large.bin")
    seal = ("seal", "1", "--for", "lawyer", "--all", "--out", disk / "sealed")
    program.keyed(*seal, "--passphrase-out", tmp_path / "digits", expect=11)
    assert list(disk.iterdir()) == []
    program.keyed("verify", "1")
