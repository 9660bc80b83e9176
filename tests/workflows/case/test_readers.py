"""Keys through the life of a case: let in, sent away, lost; what was kept before stays readable to who stays."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from evidence_kit.custody.verdict import Verdict
from evidence_kit.errors import UsageError
from evidence_kit.keys.errors import NoReaderError
from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.case import readers, record
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station, StationUser
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import writing
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from tests.attacks.conftest import DIGITS
from tests.conftest import NewCase
from tests.workflows.helpers import take_in

COLLEAGUE = SigningKey.from_seed(bytes(range(64, 96)))
ANOTHER = SigningKey.from_seed(bytes(range(96, 128)))


def beside(station: Station, key: SigningKey, name: str) -> Station:
    """A second computer of the same association."""
    person = StationUser(name, "volunteer", "Tanger")
    folder = station.folder.with_name("second")
    return Station(folder, "LRC", person, key.public, station.recovery, False, station.cases)


def bytes_of(case: Path, item: str, key: SigningKey) -> bytes:
    sink = io.BytesIO()
    from evidence_kit.workflows.case.locate import find_folder

    read_case(find_folder(case), key).decrypt(item, sink)
    return sink.getvalue()


def test_a_colleague_who_may_sign_writes_into_the_case(new_case: NewCase, station: Station, world: World) -> None:
    writer = new_case()
    readers.grant_access(writer, COLLEAGUE.public.line, "Nadia L.", sign=True)
    with writing(writer.case.folder, COLLEAGUE, beside(station, COLLEAGUE, "Nadia L."), world) as second:
        record.record_note(second, "by the colleague", ["association"])
    report = verify_case(writer.case.folder.root, COLLEAGUE)
    assert report.verdict is Verdict.CONSISTENT
    assert report.signers == (station.public.fingerprint, COLLEAGUE.public.fingerprint)


def test_who_only_reads_may_not_sign(new_case: NewCase, station: Station, world: World) -> None:
    writer = new_case()
    readers.grant_access(writer, COLLEAGUE.public.line, "Nadia L.")
    second = beside(station, COLLEAGUE, "Nadia L.")
    with pytest.raises(NoReaderError, match="key-may-not-sign"), writing(writer.case.folder, COLLEAGUE, second, world):
        pass


def test_who_was_sent_away_neither_signs_nor_reads_what_comes_after(
    new_case: NewCase,
    station: Station,
    key: SigningKey,
    recovery: SigningKey,
    world: World,
    source: Path,
    tmp_path: Path,
) -> None:
    writer = new_case()
    case = writer.case.folder.root
    take_in(writer, source / "DCIM")
    readers.grant_access(writer, COLLEAGUE.public.line, "Nadia L.", sign=True)
    readers.grant_access(writer, ANOTHER.public.line, "Me Idrissi")
    readers.revoke_access(writer, readers.meant_holder(writer.case, "Nadia L.", station.public), "left")
    take_in(writer, source)
    record.record_note(writer, "after she left", ["association"])
    second = beside(station, COLLEAGUE, "Nadia L.")
    with (
        pytest.raises(NoReaderError, match="key-opens-the-past"),
        writing(writer.case.folder, COLLEAGUE, second, world),
    ):
        pass
    for who in (key, recovery, ANOTHER):
        assert verify_case(case, who).findings == []
        assert bytes_of(case, "E000001", who) == (source / "DCIM" / "a.bin").read_bytes()
        assert len(read_case(writer.case.folder, who).opened.items) == 4
    sealed = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), DIGITS)
    assert verify_archive(sealed.archive, DIGITS).findings == []
    states = {each.name or each.role: (each.reads, each.signs) for each in readers.holders(writer.case)}
    assert states == {
        "Salma B.": (True, True), "recovery": (True, True), "Nadia L.": (False, False), "Me Idrissi": (True, False),
    }  # fmt: skip


def test_who_comes_after_a_change_reads_everything_and_may_come_back(
    new_case: NewCase, station: Station, source: Path
) -> None:
    writer = new_case()
    take_in(writer, source / "DCIM")
    readers.grant_access(writer, COLLEAGUE.public.line, "Nadia L.", sign=True)
    for _ in range(2):
        readers.revoke_access(writer, readers.meant_holder(writer.case, COLLEAGUE.public.fingerprint, station.public))
        readers.grant_access(writer, COLLEAGUE.public.line, "Nadia L.", sign=True)
    readers.grant_access(writer, ANOTHER.public.line, "Me Idrissi")
    case = writer.case.folder.root
    for who in (COLLEAGUE, ANOTHER):
        assert verify_case(case, who).findings == []
        assert bytes_of(case, "E000001", who) == (source / "DCIM" / "a.bin").read_bytes()
    assert len(read_case(writer.case.folder, ANOTHER).custody.recipients) == 3


def test_the_recovery_key_lets_a_new_station_in_and_the_lost_one_out(
    new_case: NewCase, station: Station, key: SigningKey, recovery: SigningKey, world: World, source: Path
) -> None:
    writer = new_case()
    take_in(writer, source)
    folder = writer.case.folder
    new = beside(station, COLLEAGUE, "Salma B.")
    with writing(folder, recovery, new, world) as by_paper:
        lost = readers.meant_holder(by_paper.case, "Salma B.", new.public)
        assert [each.key for each in lost] == [key.public.line]
        assert readers.recover_access(by_paper, new, lost)
    with writing(folder, COLLEAGUE, new, world) as after:
        record.record_note(after, "on the new laptop", ["association"])
        assert len(after.manifest.items) == 4
    with pytest.raises(NoReaderError, match="key-opens-the-past"), writing(folder, key, station, world):
        pass
    assert verify_case(folder.root, COLLEAGUE).findings == []
    with writing(folder, recovery, new, world) as again:
        assert not readers.recover_access(again, new, ())


def test_nobody_sends_the_recovery_key_or_itself_away(new_case: NewCase, station: Station) -> None:
    case = new_case().case
    with pytest.raises(UsageError, match="recovery-stays"):
        readers.meant_holder(case, station.recovery.fingerprint, station.public)
    with pytest.raises(UsageError, match="holder-unknown"):
        readers.meant_holder(case, "Salma B.", station.public)


def test_an_age_key_can_read_and_cannot_sign(new_case: NewCase) -> None:
    writer = new_case()
    with pytest.raises(UsageError, match="signer-not-ed25519"):
        readers.grant_access(writer, writer.recipient, "somebody", sign=True)
