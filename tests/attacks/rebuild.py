"""What an attacker with the passphrase can do: unpack an archive, change it, and pack it like our writer would."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pyzipper

from evidence_kit.custody.chain import replay_log
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import sshsig
from evidence_kit.keys.sshsig import SEAL_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Digest
from evidence_kit.sealing import archive, bag, zipform
from evidence_kit.sealing.archive import ArchivePart, small_part
from tests.attacks.conftest import DIGITS

Members = dict[str, bytes]


def unpack(data: bytes) -> Members:
    """Return the members of the bag, without the case's folder, in their order."""
    with pyzipper.AESZipFile(io.BytesIO(data)) as outer:
        outer.setpassword(DIGITS.encode())
        inner = outer.read("evidence.zip")
    with zipfile.ZipFile(io.BytesIO(inner)) as bagged:
        return {info.filename.partition("/")[2]: bagged.read(info) for info in bagged.infolist()}


def pack(members: Members, case: str = "LRC-2026-0001") -> bytes:
    """Return an archive of these members, every header as ours would be."""
    return pack_parts([small_part(f"{case}/{name}", content) for name, content in members.items()])


def pack_parts(parts: list[ArchivePart]) -> bytes:
    target = io.BytesIO()
    archive.write_archive(target, parts, DIGITS)
    return target.getvalue()


def relist(members: Members, key: SigningKey | None) -> Members:
    """Make both manifests anew so that they agree, signed by a key or not at all."""
    payload = bag.manifest_text(
        (name, bag.measured_bytes(content).sha256) for name, content in members.items() if name.startswith("data/")
    )
    changed = members | {bag.MANIFEST: payload}
    tags = bag.manifest_text(
        (name, bag.measured_bytes(content).sha256)
        for name, content in changed.items()
        if not name.startswith("data/") and name not in {bag.TAG_MANIFEST, bag.TAG_SIGNATURE}
    )
    changed[bag.TAG_MANIFEST] = tags
    if key is not None:
        changed[bag.TAG_SIGNATURE] = sshsig.armour(key.sign(tags, SEAL_NAMESPACE).blob)
    return changed


def not_read_back(_case: object, path: Path, *_: object) -> tuple[Digest, int]:
    """Stand in for the step of `seal` that would find what a test wants to find later."""
    data = path.read_bytes()
    return sha256(data), len(data)


def ends_of_commits(log: bytes) -> list[int]:
    return [signed.end_bytes for signed in replay_log([log]).custody.commits]


def pack_inner(inner: bytes) -> bytes:
    """Return an archive whose outer form is ours and whose one member holds whatever bytes."""
    from pyzipper.zipfile_aes import AESZipEncrypter

    outer = zipform.ArchiveMember(archive.OUTER_MEMBER, len(inner), 0, encrypted=True)
    encrypter = AESZipEncrypter(DIGITS.encode(), nbits=256)
    head = zipform.local_header(outer) + encrypter.encryption_header()
    return bytes(head + encrypter.encrypt(inner) + encrypter.flush() + zipform.directory_bytes([outer]))
