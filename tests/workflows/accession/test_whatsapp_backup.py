"""Encrypted backups of WhatsApp, made here: opened with their key, kept as they are without it."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.keys.errors import KeyUnreadableError
from evidence_kit.keys.whatsapp_backup import NoBackupError, NotThisKeyError, decrypt_backup, root_key
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.outcome import ChatRead, Outcome, Unopened
from evidence_kit.workflows.case.write import CaseWriter
from tests.chats.test_whatsapp_database import ANDROID, database
from tests.conftest import NewCase

TYPED = "0011 2233 4455 6677 8899 aabb ccdd eeff 0011 2233 4455 6677 8899 AABB CCDD EEFF"
ROOT = bytes.fromhex("00112233445566778899aabbccddeeff" * 2)


def backup(plain: bytes, *, flagged: bool = True, in_one: bool = True) -> bytes:
    """Return an encrypted backup of a database, as the app writes one."""
    vector = bytes(range(16))
    header = b"\x08\x01" + b"\x1a\x12\x0a\x10" + vector + b"\x22\x04\x0a\x022."
    secret = hmac.digest(hmac.digest(bytes(32), ROOT, "sha256"), b"backup encryption\x01", "sha256")
    sealed = AESGCM(secret).encrypt(vector, zlib.compress(plain), None)
    data = bytes([len(header)]) + (b"\x01" if flagged else b"") + header + sealed
    return data + hashlib.md5(data, usedforsecurity=False).digest() if in_one else data


def take(writer: CaseWriter, describer: WorkerDescriber, source: Path, key: bytes | None) -> list[Outcome]:
    return list(ingest(writer, [source], Provenance(), describer, backup_key=key))


def test_a_key_is_64_digits_however_they_are_grouped() -> None:
    assert root_key(TYPED + "\n") == ROOT
    for wrong in ("", "12", "g" * 64, "0" * 63, "0" * 65):
        with pytest.raises(KeyUnreadableError):
            root_key(wrong)


@pytest.mark.parametrize("flagged", [True, False])
@pytest.mark.parametrize("in_one", [True, False])
def test_every_form_of_a_backup_opens(flagged: bool, in_one: bool) -> None:
    assert zlib.decompress(decrypt_backup(backup(b"salam", flagged=flagged, in_one=in_one), ROOT)) == b"salam"


def test_another_key_and_a_damaged_backup_do_not_open() -> None:
    data = backup(b"salam" * 100)
    with pytest.raises(NotThisKeyError):
        decrypt_backup(data, bytes(32))
    with pytest.raises(NotThisKeyError):
        decrypt_backup(data[:60] + bytes([data[60] ^ 1]) + data[61:], ROOT)


@given(st.binary(max_size=200))
def test_anything_else_is_no_backup(data: bytes) -> None:
    with pytest.raises((NoBackupError, NotThisKeyError)):
        decrypt_backup(data, ROOT)


def test_the_database_inside_becomes_an_item_and_a_conversation(
    new_case: NewCase, describer: WorkerDescriber, tmp_path: Path
) -> None:
    source = tmp_path / "msgstore.db.crypt15"
    plain = database(ANDROID, tmp_path)
    (tmp_path / "made.db").unlink()
    source.write_bytes(backup(plain))
    writer = new_case()
    assert not [each for each in take(writer, describer, source, None) if isinstance(each, Unopened)]
    (wrong,) = [each for each in take(writer, describer, source, bytes(32)) if isinstance(each, Unopened)]
    assert wrong.reason == "whatsapp-key-wrong"
    outcomes = take(writer, describer, source, ROOT)
    (read,) = [each for each in outcomes if isinstance(each, ChatRead)]
    assert read.messages == 8
    sealed, opened = writer.manifest.included
    assert (opened.place.path, opened.place.container) == ("msgstore.db", sealed.id)
    assert opened.sha256.hex == hashlib.sha256(plain).hexdigest()
    # Once opened it is not opened again, and nothing is doubled.
    take(writer, describer, source, ROOT)
    assert len(writer.manifest.included) == 2
    assert not any(
        b"SQLite format 3" in path.read_bytes() for path in writer.case.folder.root.rglob("*") if path.is_file()
    )


def test_in_the_case_of_a_minor_a_backup_stays_closed(
    new_case: NewCase, describer: WorkerDescriber, tmp_path: Path
) -> None:
    source = tmp_path / "msgstore.db.crypt15"
    source.write_bytes(backup(database(ANDROID, tmp_path)))
    writer = new_case("minor", ())
    outcomes = take(writer, describer, source, ROOT)
    assert not [each for each in outcomes if isinstance(each, ChatRead) and each.messages]
    assert writer.manifest.included == []
    # Declared harmless it is copied, and still not opened: small copies of pictures lie in such a database.
    lawyer = Provenance(sensitivity="none", declared_by="Me B.", declared_as="lawyer", words="only texts")
    declared = list(ingest(writer, [source], lawyer, describer, backup_key=ROOT))
    assert not [each for each in declared if isinstance(each, ChatRead) and each.messages]
    assert [each.place.path for each in writer.manifest.included] == [source.name]
