"""Every archive that the attacks make, by name."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from collections.abc import Iterator

from evidence_kit.keys import sshsig
from evidence_kit.keys.sshsig import CHECKPOINT_NAMESPACE
from evidence_kit.sealing.archive import small_part
from tests.attacks.conftest import Material
from tests.attacks.generator import ON_ARCHIVES, REWRITES, archive_of
from tests.attacks.rebuild import pack, pack_inner, pack_parts, relist, unpack
from tests.attacks.test_archives import CHANGES, FOREIGN, NAMES, _between, _commented, _second_member
from tests.attacks.test_flipped_bytes import EDGE_BYTES, MASKS
from tests.attacks.test_inner_forms import (
    _behind,
    _compressed,
    _descriptor,
    _encrypted,
    _gap,
    _other_directory,
    _too_long,
    _wrong_crc,
    plain,
)

CUT_AT = (0, 1, 29, 30, 52, 60, 71, 1000)


def all_of_them(material: Material, step: int = 1) -> Iterator[tuple[str, bytes]]:
    """Yield every archive; of those with one byte flipped at the edges only one in so many."""
    data = material.sealed.archive.read_bytes()
    yield "untouched", data
    for attack in (*ON_ARCHIVES, *REWRITES):
        yield f"{attack.what} ({attack.needs})", archive_of(attack, material)
    yield from repacked(material)
    yield from _packed_otherwise(material)
    yield from _around(data)
    yield from flipped(data, step)


def repacked(material: Material) -> Iterator[tuple[str, bytes]]:
    """What somebody with the passphrase can make, the shell sound each time."""
    members = unpack(material.sealed.archive.read_bytes())
    yield "packed again", pack(members)
    yield "listed again", pack(relist(members, material.key))
    for name, (change, _) in CHANGES.items():
        yield name, pack(relist(change(members), None))
        yield f"{name}, signed by its owner", pack(relist(change(members), material.key))
        yield f"{name}, lists as they were", pack(change(members))
    yield "tag manifest signed by a stranger", pack(relist(members, FOREIGN))
    signature = material.key.sign(members["tagmanifest-sha256.txt"], CHECKPOINT_NAMESPACE)
    yield "signed for another purpose", pack(members | {"tagmanifest-sha256.txt.sig": sshsig.armour(signature.blob)})
    yield "signature no armour", pack(members | {"tagmanifest-sha256.txt.sig": b"none"})
    yield "of another case", pack(members, "LRC-2026-0002")
    for name in NAMES:
        for case in (material.case.name, "OTHER-2026-0001"):
            parts = [small_part(f"{material.case.name}/{each}", content) for each, content in members.items()]
            yield f"a member {name!r} in {case}", pack_parts([*parts, small_part(f"{case}/{name}", b"planted")])
    longest = b"x" * ((64 << 20) + 1)
    rewritten = members | {"READ-ME-FIRST.txt": b"rewritten", "tagmanifest-sha256.txt": longest}
    yield "a tag manifest too long to be held", pack(rewritten)
    yield "no members", pack({})


def _packed_otherwise(material: Material) -> Iterator[tuple[str, bytes]]:
    """A shell that is sound, and an inner archive that our writer would not have written."""
    for change in (_encrypted, _gap, _other_directory, _too_long, _wrong_crc, _descriptor, _compressed, _behind):
        parts = plain(unpack(material.sealed.archive.read_bytes()))
        yield f"inner{change.__name__}", pack_inner(change(parts))
    for at, inner in enumerate((b"", b"x" * 100, b"PK\x05\x06" + bytes(18))):
        yield f"inner none {at}", pack_inner(inner)


def _around(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "bytes before", b"x" + data
    yield "bytes behind", data + b"x"
    yield "doubled", data + data
    yield "bytes between", _between(data)
    yield "a comment", _commented(data)
    yield "a second member", _second_member(data)
    for length in (*CUT_AT, len(data) // 2, len(data) - 23, len(data) - 1):
        yield f"cut at {length}", data[:length]
    for at, junk in enumerate((b"PK", b"x" * 4000, b"PK\x05\x06" + bytes(18), b"%PDF-1.7\n" * 400)):
        yield f"junk {at}", junk
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as plain:
        plain.writestr("evidence.zip", b"x" * 5000)
    yield "an ordinary zip", buffer.getvalue()


def chance(data: bytes) -> bytes:
    """An archive whose check bytes fit the passphrase of 28 sevens."""
    changed = bytearray(data)
    start = 30 + 12 + 11
    derived = hashlib.pbkdf2_hmac("sha1", b"7" * 28, bytes(data[start : start + 16]), 1000, 66)
    changed[start + 16 : start + 18] = derived[64:]
    return bytes(changed)


def flipped(data: bytes, step: int = 1) -> Iterator[tuple[str, bytes]]:
    edges = {*range(0, EDGE_BYTES, step), *range(len(data) - EDGE_BYTES, len(data), step)}
    for at in sorted(edges | set(random.Random(7).sample(range(len(data)), 100))):
        changed = bytearray(data)
        changed[at] ^= random.Random(at).choice(MASKS)
        yield f"byte {at} flipped", bytes(changed)
