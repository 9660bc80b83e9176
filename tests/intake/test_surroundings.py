"""Where a download came from, and what hangs on a file; nothing is followed, nothing waits."""

import os
import sys
import time
from pathlib import Path

import pytest

from evidence_kit.custody.opening import check_canonical
from evidence_kit.intake.read import FileTrace
from evidence_kit.intake.surroundings import file_surroundings

ZONE = b"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://mail.example/\r\nHostUrl=https://cdn.example/a.jpg\r\n"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="extended attributes are read on Linux")


def around(path: Path) -> dict[str, object]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        facts = file_surroundings(path, descriptor)
    finally:
        os.close(descriptor)
    check_canonical(facts)
    return dict(facts)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x")
    return path


def test_a_plain_file_has_nothing_to_say(photo: Path) -> None:
    assert around(photo) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="there the colon names a stream")
@pytest.mark.parametrize("data", [ZONE, b"\xef\xbb\xbf" + ZONE, ZONE.decode().encode("utf-16")])
def test_a_sidecar_that_a_copy_left_says_where_it_came_from(photo: Path, data: bytes) -> None:
    photo.with_name("a.jpg:Zone.Identifier").write_bytes(data)
    zone = around(photo)["zone_identifier"]
    assert isinstance(zone, dict)
    assert (zone["from"], zone["zone"], zone["host_url"]) == ("sidecar", "3", "https://cdn.example/a.jpg")
    assert zone["referrer_url"] == "https://mail.example/"
    assert zone["raw"] == ZONE.decode()


@LINUX
def test_attributes_are_kept_as_they_are(photo: Path) -> None:
    try:
        os.setxattr(photo, "user.Zone.Identifier", ZONE)
    except OSError:
        pytest.skip("this file system has no attributes")
    os.setxattr(photo, "user.odd", b"\xff\x00")
    os.setxattr(photo, "user.xdg.origin.url", "https://x.example/é".encode())
    facts = around(photo)
    zone = facts["zone_identifier"]
    assert isinstance(zone, dict)
    assert zone["from"] == "attribute"
    assert facts["attributes"] == [
        {"name": "user.Zone.Identifier", "value": ZONE.decode()},
        {"name": "user.odd", "value_bytes": "/wA="},
        {"name": "user.xdg.origin.url", "value": "https://x.example/é"},
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_sidecar_that_is_a_trap_is_left_alone(photo: Path, tmp_path: Path) -> None:
    beside = photo.with_name("a.jpg:Zone.Identifier")
    os.mkfifo(beside)
    assert around(photo) == {}
    beside.unlink()
    secret = tmp_path / "secret"
    secret.write_bytes(ZONE)
    beside.symlink_to(secret)
    assert around(photo) == {}


def test_a_long_name_has_no_sidecar(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 250)
    path.write_bytes(b"x")
    assert around(path) == {}


def test_times_of_reading_and_making_are_told_and_do_not_count_as_change(photo: Path) -> None:
    descriptor = os.open(photo, os.O_RDONLY)
    try:
        before = FileTrace.of_open_file(descriptor)
        facts = before.facts()
        assert isinstance(facts, dict)
        assert abs(int(str(facts["accessed_ns"])) - time.time_ns()) < 3600 * 10**9
        if "created_ns" in facts:
            assert abs(int(str(facts["created_ns"])) - time.time_ns()) < 3600 * 10**9
        os.utime(photo, ns=(1, before.modified_ns))
        assert FileTrace.of_open_file(descriptor).modified_ns == before.modified_ns
    finally:
        os.close(descriptor)
