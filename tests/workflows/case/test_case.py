import stat
from datetime import date
from pathlib import Path

import pytest

from evidence_kit.custody.errors import (
    CaseBrokenError,
    CaseExistsError,
    CaseLockedError,
    CaseOlderError,
    NoCaseError,
    NoStationError,
    StationExistsError,
)
from evidence_kit.errors import UsageError
from evidence_kit.keys.errors import KeyMissingError, KeyUnreadableError, NoReaderError, WrongPassphraseError
from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case import readers, record
from evidence_kit.workflows.case import station as stations
from evidence_kit.workflows.case.locate import find_folder
from evidence_kit.workflows.case.new import CaseOpening, ConsentGiven, Guardian, create_case, next_id
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import writing
from evidence_kit.workflows.checking.verify import verify_case
from tests.conftest import PASSPHRASE, NewCase
from tests.workflows.helpers import files_of, reopen, take_in, totals

STRANGER = SigningKey.from_seed(bytes(range(9, 41)))


def test_a_new_case_can_be_read_by_station_and_recovery_key_and_by_nobody_else(
    new_case: NewCase, key: SigningKey, recovery: SigningKey, station: Station
) -> None:
    folder = new_case().case.folder
    for reader in (key, recovery):
        assert read_case(folder, reader, station).opened.age_band == "adult"
    with pytest.raises(NoReaderError):
        read_case(folder, STRANGER, station)
    with pytest.raises(NoReaderError):
        _ = read_case(folder, None, station).opened


def test_files_are_for_their_owner_alone(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    take_in(writer, source)
    for path in writer.case.folder.root.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_ids_count_up_and_remember_cases_that_are_gone(new_case: NewCase, station: Station) -> None:
    first, second = new_case(), new_case()
    assert (first.case.id, second.case.id) == ("LRC-2026-0001", "LRC-2026-0002")
    for path in sorted(second.case.folder.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    second.case.folder.root.rmdir()
    assert next_id(station, 2026) == "LRC-2026-0003"


def test_a_case_is_not_made_where_something_is(
    new_case: NewCase, station: Station, key: SigningKey, world: World
) -> None:
    name = new_case().case.id
    with pytest.raises(CaseExistsError):
        create_case(station, key, CaseOpening("adult", "told"), world, name)
    with pytest.raises(UsageError):
        create_case(station, key, CaseOpening("adult", "told"), world, "../evil")


def test_nothing_of_the_case_can_be_read_in_the_folder(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    take_in(writer, source)
    record.record_note(writer, "the secret of the case", ["association"])
    everything = b"".join(files_of(writer.case.folder.root).values())
    for secret in (b"bonjour", b"a.bin", "رسالة".encode(), b"the secret", b"item.kept", b"Salma"):
        assert secret not in everything


def test_a_second_process_is_told_to_wait(new_case: NewCase, station: Station, key: SigningKey, world: World) -> None:
    folder = new_case().case.folder
    with writing(folder, key, station, world), pytest.raises(CaseLockedError), writing(folder, key, station, world):
        pass


def test_a_cut_back_case_opens_only_with_a_reason_which_is_logged(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    writer = new_case()
    end = writer.case.custody.end_bytes
    take_in(writer, source)
    folder = writer.case.folder
    with folder.log.open("r+b") as file:
        file.truncate(end)
    with pytest.raises(CaseOlderError):
        read_case(folder, key, station)
    with pytest.raises(CaseOlderError), writing(folder, key, station, world):
        pass
    with writing(folder, key, station, world, accept_older="restored from the backup of Monday") as again:
        events = again.manifest.entries["recovered"]
    assert [event.facts["what"] for event in events] == ["older-accepted", "unsigned-put-aside"]
    assert events[0].facts["reason"] == "restored from the backup of Monday"
    assert verify_case(folder.root, key, station.remembered(folder.root.name)).verdict.value == "CONSISTENT"


@pytest.mark.parametrize("cut", [1, 50, 400, 900])
def test_what_stands_behind_the_last_signature_is_put_aside_and_taken_again(
    cut: int, new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    writer = new_case()
    folder = writer.case.folder
    remembered = (station.folder / "heads" / f"{writer.case.id}.json").read_bytes()
    before = writer.case.custody.end_bytes
    take_in(writer, source)
    data = folder.log.read_bytes()
    assert len(data) - cut > before
    folder.log.write_bytes(data[:-cut])
    (station.folder / "heads" / f"{writer.case.id}.json").write_bytes(remembered)
    assert verify_case(folder.root).verdict.value == "CONSISTENT"
    assert totals(reopen(folder, key, station, world, source)).kept == 4
    report = verify_case(folder.root, key)
    assert not report.findings
    assert any(path.name == "tail.jsonl" for path in folder.recovered.rglob("*"))


def test_a_case_broken_at_or_above_its_last_signature_is_not_written_to(
    new_case: NewCase, source: Path, station: Station, key: SigningKey, world: World
) -> None:
    writer = new_case()
    take_in(writer, source)
    folder = writer.case.folder
    data = bytearray(folder.log.read_bytes())
    data[300] ^= 1
    folder.log.write_bytes(bytes(data))
    before = files_of(folder.root)
    with pytest.raises(CaseBrokenError), writing(folder, key, station, world):
        pass
    assert files_of(folder.root) == before


def test_a_body_that_was_exchanged_stops_everything(
    new_case: NewCase, source: Path, station: Station, key: SigningKey
) -> None:
    writer = new_case()
    take_in(writer, source)
    bodies = sorted(writer.case.folder.bodies.iterdir())
    bodies[0].write_bytes(bodies[1].read_bytes())
    with pytest.raises(CaseBrokenError):
        read_case(writer.case.folder, key, station)


def test_a_case_under_another_name_is_refused(new_case: NewCase, station: Station, key: SigningKey) -> None:
    folder = new_case().case.folder.root
    other = folder.with_name("LRC-2026-0999")
    folder.rename(other)
    with pytest.raises(CaseBrokenError):
        read_case(CaseFolder(other), key, station)


def test_a_folder_that_is_no_case_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(NoCaseError):
        find_folder(tmp_path)


def test_a_reader_who_may_not_sign_may_not_write(new_case: NewCase, station: Station, world: World) -> None:
    writer = new_case()
    readers.grant_access(writer, STRANGER.public.line, "Me Idrissi")
    assert read_case(writer.case.folder, STRANGER).opened.age_band == "adult"
    with pytest.raises(NoReaderError) as raised, writing(writer.case.folder, STRANGER, station, world):
        pass
    assert raised.value.message_id == "key-may-not-sign"


def test_consent_for_a_minor_needs_a_guardian(new_case: NewCase) -> None:
    writer = new_case("minor")
    with pytest.raises(UsageError):
        record.record_consent(writer, ConsentGiven("lawyer", given=True, on=date(2026, 11, 1), said_by="person"))


def test_a_station_is_made_once_and_says_what_is_wrong_with_it(
    station: Station, key: SigningKey, world: World, tmp_path: Path
) -> None:
    assert stations.load_station(station.folder) == station
    assert station.unlock(PASSPHRASE).seed == key.seed
    with pytest.raises(WrongPassphraseError):
        station.unlock(b"something else entirely")
    with pytest.raises(StationExistsError):
        stations.write_station(station, key, PASSPHRASE, world)
    with pytest.raises(NoStationError):
        stations.load_station(tmp_path / "nowhere")
    (station.folder / "station.key").unlink()
    with pytest.raises(KeyMissingError):
        station.unlock(PASSPHRASE)
    (station.folder / "station.key").write_bytes(STRANGER.openssh(PASSPHRASE))
    with pytest.raises(KeyUnreadableError):
        station.unlock(PASSPHRASE)
    (station.folder / "station.json").write_text("{}")
    with pytest.raises(NoStationError):
        stations.load_station(station.folder)


def test_a_memory_that_cannot_be_read_is_no_reason_to_forget(new_case: NewCase, station: Station) -> None:
    case = new_case().case.id
    (station.folder / "heads" / f"{case}.json").write_text("")
    with pytest.raises(KeyUnreadableError):
        station.remembered(case)


def test_consent_in_a_minors_case_is_the_guardians(new_case: NewCase, world: World) -> None:
    today = world.clock.now().date()
    by_person = ConsentGiven("lawyer", given=True, on=today, said_by="person")
    by_guardian = ConsentGiven("lawyer", given=True, on=today, said_by="guardian")
    for age in ("minor", "unknown"):
        writer = new_case(age)
        for given in (by_person, by_guardian):
            with pytest.raises(UsageError):
                record.record_consent(writer, given)
        mother = Guardian("her mother", "mother")
        with pytest.raises(UsageError) as raised:
            record.record_consent(writer, by_person, mother)
        assert raised.value.message_id == "consent-of-minor"
        record.record_consent(writer, by_guardian, mother)
        consent = writer.manifest.consent_for("lawyer")
        assert consent is not None
        assert consent.given
        assert writer.manifest.facts["guardian"]["name"] == "her mother"
        record.record_consent(writer, ConsentGiven("lawyer", given=False, on=today, said_by="person"))


def test_a_log_that_was_cut_leaves_bodies_that_say_so(new_case: NewCase, source: Path) -> None:
    writer = new_case()
    end = writer.case.custody.end_bytes
    take_in(writer, source)
    record.record_note(writer, "later", ["association"])
    with writer.case.folder.log.open("r+b") as file:
        file.truncate(end)
    codes = {finding.code for finding in verify_case(writer.case.folder.root).findings}
    assert "log-cut" in codes
