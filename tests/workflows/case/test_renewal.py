"""A station whose key is renewed while another process has read half of it: that accuses nobody."""

from __future__ import annotations

import pytest

from evidence_kit.custody.errors import CaseLockedError
from evidence_kit.keys.errors import KeyUnreadableError
from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.case import station as stations
from evidence_kit.workflows.case.station import KEY, Station
from evidence_kit.workflows.case.world import this_computer

PASSPHRASE = b"invented words for a test"


def test_a_key_renewed_between_two_looks_is_told_as_that(station: Station) -> None:
    stations.renew_station(station, PASSPHRASE, this_computer())
    with pytest.raises(CaseLockedError):
        station.unlock(PASSPHRASE)
    assert stations.load_station(station.folder).unlock(PASSPHRASE).public != station.public


def test_a_key_that_somebody_exchanged_is_told_as_that(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stations, "WAITS_SECONDS", (0.0, 0.0))
    (station.folder / KEY).write_bytes(SigningKey.generate().openssh(PASSPHRASE))
    with pytest.raises(KeyUnreadableError) as refused:
        station.unlock(PASSPHRASE)
    assert refused.value.message_id == "station-key-is-another"
