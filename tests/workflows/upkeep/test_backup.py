"""A backup is the case, hashed again; a second one copies what is new; something else is never overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evidence_kit.custody.errors import CaseBrokenError, CaseExistsError
from evidence_kit.errors import UsageError
from evidence_kit.keys.station import SigningKey
from evidence_kit.workflows.case import record
from evidence_kit.workflows.checking.verify import verify_case
from evidence_kit.workflows.upkeep import backup as backups
from evidence_kit.workflows.upkeep.backup import back_up_case
from tests.conftest import NewCase
from tests.workflows.helpers import files_of, take_in


def test_a_backup_is_the_case_and_the_next_one_copies_what_is_new(
    new_case: NewCase, source: Path, key: SigningKey, tmp_path: Path
) -> None:
    writer, usb = new_case(), tmp_path / "usb"
    usb.mkdir()
    take_in(writer, source / "DCIM")
    before = files_of(writer.case.folder.root)
    assert backups.last_backup(writer.manifest) is None
    first = back_up_case(writer, usb)
    assert files_of(first.path) == before
    assert first.lines == verify_case(first.path).lines
    said = backups.last_backup(writer.manifest)
    assert said is not None
    assert (said.facts["lines"], said.line) == (first.lines, first.line)
    take_in(writer, source)
    second = back_up_case(writer, usb)
    assert 0 < second.copied < first.copied + 4
    assert verify_case(second.path, key).findings == []
    assert verify_case(writer.case.folder.root, key).findings == []


def test_what_is_no_earlier_state_of_the_case_is_left_alone(new_case: NewCase, source: Path, tmp_path: Path) -> None:
    writer, other = new_case(), new_case()
    record.record_note(other, "x", ["association"])
    usb = tmp_path / "usb"
    shutil.copytree(other.case.folder.root, usb / writer.case.id)
    before = files_of(usb)
    with pytest.raises(CaseExistsError):
        back_up_case(writer, usb)
    assert files_of(usb) == before
    with pytest.raises(UsageError, match="backup-inside"):
        back_up_case(writer, writer.case.folder.root.parent)


def test_a_copy_that_was_damaged_is_found_when_it_is_read_back(new_case: NewCase, source: Path, tmp_path: Path) -> None:
    writer, usb = new_case(), tmp_path / "usb"
    usb.mkdir()
    take_in(writer, source)
    copy = back_up_case(writer, usb).path / "store" / "E000001.age"
    data = copy.read_bytes()
    copy.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(CaseBrokenError, match="backup-broken"):
        back_up_case(writer, usb)
    copy.unlink()
    assert back_up_case(writer, usb).copied >= 1
