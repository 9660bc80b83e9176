"""Whether a computer is fit: each check is seen ill and well, and what the system does not say is unknown."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from evidence_kit.workflows.upkeep.doctor import Health, _encrypted
from tests.e2e.conftest import Program, set_up

LINUX = os.name == "posix" and Path("/sys/dev/block").exists()
linux = pytest.mark.skipif(not LINUX, reason="Linux describes its disks")


@linux
def test_a_disk_is_encrypted_where_any_layer_below_it_is(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    disk = tmp_path / f"{os.major(device)}:{os.minor(device)}"
    assert _encrypted(tmp_path, tmp_path) is Health.UNKNOWN, "a file system without a disk of its own"
    (disk / "slaves").mkdir(parents=True)
    assert _encrypted(tmp_path, tmp_path) is Health.ILL
    below = disk / "slaves" / "dm-0" / "dm"
    below.mkdir(parents=True)
    (below / "uuid").write_text("LVM-1234")
    assert _encrypted(tmp_path, tmp_path) is Health.ILL
    (below / "uuid").write_text("CRYPT-LUKS2-1234")
    assert _encrypted(tmp_path, tmp_path) is Health.WELL


def test_doctor_names_what_is_ill_and_how_to_mend_it(tmp_path: Path) -> None:
    program = Program(tmp_path)
    set_up(program)

    def seen() -> dict[str, str]:
        done = program("doctor", "--json", expect=None)
        assert done.returncode in {0, 3}
        checks = json.loads(done.stdout)["checks"]
        assert all(bool(each["do"]) == (each["health"] != "well") for each in checks)
        return {each["check"]: each["health"] for each in checks}

    first = seen()
    assert (first["backup"], first["recovery"], first["key"], first["clock"]) == ("well", "ill", "well", "well")
    program.keyed("new", "--age", "adult", "--age-known-by", "told")
    assert seen()["backup"] == "ill"
    (tmp_path / "away").mkdir()
    program.keyed("backup", "1", tmp_path / "away")
    assert seen()["backup"] == "well"
    program.keyed("note", "1", "x", "--reader", "lawyer")
    program.keyed("note", "1", "y", "--reader", "lawyer")
    assert seen()["backup"] == "ill"
    (tmp_path / "station" / "station.key").chmod(0o644)
    assert seen()["key"] == "ill"


def test_a_computer_without_a_station_is_judged_too(tmp_path: Path) -> None:
    program = Program(tmp_path)
    done = program("doctor", "--json", expect=3)
    checks = {each["check"]: each["health"] for each in json.loads(done.stdout)["checks"]}
    assert checks["station"] == "ill"
    assert checks["versions"] == "well"
    assert {"disk", "clock", "room"} < checks.keys()
    assert not {"key", "backup", "recovery"} & checks.keys()
