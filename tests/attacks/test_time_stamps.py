"""Answers of a time-stamping authority that somebody carried, and wrote into what no signature covers."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from evidence_kit.keys import timestamp
from tests.authority import needs_openssl
from tests.timestamps import Clock, Parts, with_certificates, with_second_info, with_unsigned_info

LINE = b"a signature line"
DIGEST = hashlib.sha256(LINE).hexdigest()
THEN, NEVER = "20261201120000Z", "20010101000000Z"
AT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
ELSEWHERE = hashlib.sha256(b"another line").digest()


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parts(clock: Clock) -> Parts:
    return clock.parts(LINE, THEN)


def said(data: bytes) -> tuple[dt.datetime, str | None, str]:
    stamp = timestamp.read_stamp(data)
    return stamp.at, stamp.authority, stamp.imprint


TRUE = (AT, "CN=Clock of Larache", DIGEST)


def test_an_answer_as_the_authority_gave_it_says_its_time_and_who_stamped(clock: Clock) -> None:
    data = clock.stamp(LINE, THEN)
    assert said(data) == TRUE
    assert timestamp.check_stamp(data, DIGEST, [clock.root]) is not None
    assert timestamp.check_stamp(data, ELSEWHERE.hex(), [clock.root]) is None
    assert timestamp.check_stamp(data, DIGEST, [Clock().root]) is None


@needs_openssl
def test_openssl_takes_what_this_authority_gives(clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "a.tsr").write_bytes(clock.stamp(LINE, THEN))
    (tmp_path / "root.pem").write_bytes(clock.root)
    openssl = shutil.which("openssl") or ""
    command = [openssl, "ts", "-verify", "-digest", DIGEST, "-in", "a.tsr", "-CAfile", "root.pem", "-attime"]
    done = subprocess.run([*command, str(int(AT.timestamp()))], cwd=tmp_path, capture_output=True, check=False)
    assert b"Verification: OK" in done.stdout + done.stderr


@pytest.mark.parametrize("planted", [with_second_info, with_unsigned_info])
def test_a_second_time_in_a_part_that_nobody_signs_is_not_read(planted: object, clock: Clock, parts: Parts) -> None:
    assert callable(planted)
    for digest in (bytes.fromhex(DIGEST), ELSEWHERE):
        data = planted(parts, digest, NEVER)
        assert said(data) == TRUE
        assert timestamp.check_stamp(data, DIGEST, [clock.root]) is not None


def test_a_certificate_that_was_put_beside_the_signers_gives_no_name(clock: Clock, parts: Parts) -> None:
    forged, other = clock.namesake("Ministry of Justice"), Clock("Another clock").certificate
    for stranger in (forged, other.public_bytes(Encoding.DER)):
        for listed in ([stranger, *parts.certificates], [*parts.certificates, stranger]):
            data = with_certificates(parts, listed, sort=False)
            assert said(data) == TRUE
            assert timestamp.check_stamp(data, DIGEST, [clock.root]) is not None


def test_without_the_signers_certificate_nobody_is_named_and_nobody_vouches(clock: Clock, parts: Parts) -> None:
    for left in ([clock.namesake("Ministry of Justice")], parts.certificates[1:], []):
        data = with_certificates(parts, left)
        assert said(data) == (AT, None, DIGEST)
        assert timestamp.check_stamp(data, DIGEST, [clock.root]) is None


def test_a_stamp_counts_at_its_own_time_and_needs_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority's certificate ended long ago, and its certificates are not in the order that DER wants."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    ended = Clock(ends=dt.datetime(2020, 1, 3, tzinfo=dt.UTC))
    within, after = ended.parts(LINE, "20200102000000Z"), ended.parts(LINE, "20200104000000Z")
    for order in (within.certificates, within.certificates[::-1]):
        assert timestamp.check_stamp(with_certificates(within, order, sort=False), DIGEST, [ended.root]) is not None
    assert timestamp.check_stamp(after.joined(), DIGEST, [ended.root]) is None


@pytest.mark.parametrize(
    "at", ["20261301000000Z", "20260230000000Z", "20261201120000", "20261201120000.0Z", "20261201120000+01"]
)
def test_a_time_that_is_none_is_no_stamp(at: str, clock: Clock) -> None:
    with pytest.raises(timestamp.StampError):
        timestamp.read_stamp(clock.stamp(LINE, at))


def test_finer_units_than_microseconds_are_cut_off(clock: Clock) -> None:
    stamp = timestamp.read_stamp(clock.stamp(LINE, "20261201120000.123456789Z"))
    assert stamp.at == AT.replace(microsecond=123456)


def test_no_byte_of_an_answer_changes_what_is_vouched_for(clock: Clock) -> None:
    """Whatever is flipped: the answer is refused, nobody vouches, or it says what the authority signed."""
    data = clock.stamp(LINE, THEN)
    for place in range(len(data)):
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            found = said(flipped)
        except timestamp.StampError:
            continue
        assert found == TRUE or timestamp.check_stamp(flipped, DIGEST, [clock.root]) is None
