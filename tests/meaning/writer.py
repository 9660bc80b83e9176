"""A writer of logs, bags and archives that takes any value anywhere: made from FORMAT.md, and not from the kit.

What follows from something else is worked out last, as the format says: numbers, links, commitments, signatures,
checkpoint, manifests, headers, the authentication code. So a lie is the only thing that is wrong with what is written.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from tests.meaning.values import compact

Bytes = Callable[[bytes], bytes]
GENESIS = "0" * 64
CHECKPOINT, SEAL, ARCHIVE = "evidence-kit", "evidence-kit-seal", "evidence-kit-archive"


def _same(data: bytes) -> bytes:
    return data


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _framed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


@dataclass(frozen=True)
class Key:
    """A key that signs.

    Attributes:
        seed: 32 bytes.
    """

    seed: bytes

    @property
    def blob(self) -> bytes:
        raw = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return _framed(b"ssh-ed25519") + _framed(raw)

    @property
    def line(self) -> str:
        return f"ssh-ed25519 {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    def sign(self, message: bytes, namespace: str) -> bytes:
        """Return an SSHSIG blob."""
        names = _framed(namespace.encode()) + _framed(b"") + _framed(b"sha512")
        raw = Ed25519PrivateKey.from_private_bytes(self.seed).sign(
            b"SSHSIG" + names + _framed(hashlib.sha512(message).digest())
        )
        framed = _framed(_framed(b"ssh-ed25519") + _framed(raw))
        return b"SSHSIG" + struct.pack(">I", 1) + _framed(self.blob) + names + framed


def armour(blob: bytes) -> bytes:
    text = base64.b64encode(blob)
    rows = b"".join(text[at : at + 70] + b"\n" for at in range(0, len(text), 70))
    return b"-----BEGIN SSH SIGNATURE-----\n" + rows + b"-----END SSH SIGNATURE-----\n"


@dataclass
class Entry:
    """A line of the log with what belongs to it.

    Attributes:
        fields: What the line says besides what follows from others, in order.
        opened: Its opening; None where it is a signature line, or withheld.
        withheld: The opening stays closed: the line commits to it all the same.
        over: What is written in place of a value that would follow: the value, or what makes it of the true one.
        key: Who signs; None on an event line.
        stamp: Makes the token of an `anchored` line out of the line that it is over.
        late: Says what follows from the lines above, in the opening.
        namespace: For which the signature is made.
        line: What happens to the line's bytes before anything is made of them.
        opening: The same for the opening's.
    """

    fields: dict[str, Any]
    opened: dict[str, Any] | None = None
    withheld: bool = False
    over: dict[str, Any] = field(default_factory=dict)
    key: Key | None = None
    stamp: Callable[[bytes], str] | None = None
    late: Callable[[dict[str, Any], Sequence[bytes]], object] | None = None
    namespace: str = CHECKPOINT
    line: Bytes = _same
    opening: Bytes = _same


@dataclass
class Written:
    """A log and the openings that go with it.

    Attributes:
        log: `custody.jsonl`.
        events: `events.jsonl`.
        checkpoint: Text of the last one.
        signature: SSHSIG blob over it.
        lines: The bytes of every line.
        openings: The bytes of every opening, withheld ones too.
    """

    log: bytes = b""
    events: bytes = b""
    checkpoint: bytes = b""
    signature: bytes = b""
    lines: list[bytes] = field(default_factory=list)
    openings: list[bytes] = field(default_factory=list)


def _over(fields: dict[str, Any], entry: Entry, **true: Any) -> dict[str, Any]:
    """Return the fields with what is true, or with what is said in its place."""
    for name, value in true.items():
        said = entry.over.get(name, value)
        fields[name] = said(value) if callable(said) else said
    return fields


def write_log(entries: Sequence[Entry], case: str) -> Written:
    """Return the log that says these things."""
    made = Written()
    before = GENESIS
    for number, entry in enumerate(entries, 1):
        text = b""
        if entry.stamp is not None:
            _stamped(entry, made.lines)
        if entry.late is not None and entry.opened is not None:
            entry.late(entry.opened, made.lines)
        if entry.opened is not None:
            text = entry.opening(compact(entry.opened))
        if entry.key is None:
            fields = _over({}, entry, v=1, seq=number)
            fields |= {"time": entry.fields.get("time")}
            fields = _over(fields, entry, commit=sha256(text))
            fields |= {name: value for name, value in entry.fields.items() if name != "time"}
        else:
            fields = _over({}, entry, v=1, seq=number)
            fields |= entry.fields
            bodies = entry.fields.get("bodies")
            point = f"evidence-kit/1 {case}\n{number - 1}\n{before}\n{bodies}\n".encode("utf-8", "replace")
            blob = entry.key.sign(point, entry.namespace)
            made.checkpoint, made.signature = point, blob
            fields = _over(fields, entry, by=entry.key.fingerprint, sig=base64.b64encode(blob).decode())
        fields = _over(fields, entry, prev=before)
        gone = [name for name, said in entry.over.items() if said is None]
        raw = entry.line(compact({name: value for name, value in fields.items() if name not in gone}))
        before = sha256(raw)
        made.lines.append(raw)
        made.openings.append(text)
        made.log += raw + b"\n"
        made.events += (b"" if entry.withheld else text) + b"\n"
    return made


def _stamped(entry: Entry, lines: Sequence[bytes]) -> None:
    """Put a token over the line that an `anchored` event names into the line and its opening, where they agree."""
    clear = entry.fields.get("clear")
    over = clear.get("line") if isinstance(clear, dict) else None
    if not isinstance(clear, dict) or entry.stamp is None or type(over) is not int or not 0 < over <= len(lines):
        return
    before, token = clear.get("token"), entry.stamp(lines[over - 1])
    clear["token"] = token
    told = entry.opened.get("clear") if entry.opened is not None else None
    if isinstance(told, dict) and told.get("token") == before:
        told["token"] = token


def manifest(files: Mapping[str, bytes]) -> bytes:
    return b"".join(f"{sha256(data)}  {name}\n".encode() for name, data in sorted(files.items()))


@dataclass
class Order:
    """What is to be different about a bag or an archive; as it stands, nothing.

    Attributes:
        change: By the name of a file of the bag: what happens to its bytes before it is listed.
        listed: The same, for files that list others, before they are signed.
        after: The same, when everything was signed.
        more: Further files.
        gone: Files that are left out, and listed nowhere.
        order: What happens to the list of names before they are written.
        folder: The folder inside; the case id if None.
        seal_namespace: For which the tag manifest is signed.
        seal_key: Who signs it; the log's last signer if None.
        outer: What happens to the whole file.
        inner: What happens to the inner zip.
    """

    change: dict[str, Bytes] = field(default_factory=dict)
    listed: dict[str, Bytes] = field(default_factory=dict)
    after: dict[str, Bytes] = field(default_factory=dict)
    more: dict[str, bytes] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    order: Callable[[list[str]], list[str]] = list
    folder: str | None = None
    seal_namespace: str = SEAL
    seal_key: Key | None = None
    outer: Bytes = _same
    inner: Bytes = _same


FIRST = (
    "bagit.txt", "bag-info.txt", "READ-ME-FIRST.html", "READ-ME-FIRST.txt", "FORMAT.md", "custody.jsonl",
    "events.jsonl", "checkpoint.txt", "checkpoint.txt.sig", "allowed_signers",
)  # fmt: skip
LISTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig")
TAGS = ("tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig")


def write_bag(files: Mapping[str, bytes], key: Key, order: Order) -> dict[str, bytes]:
    """Return the bag's files in their order; `files` holds all but the tag manifest and its signature."""
    given = {name: order.change.get(name, _same)(data) for name, data in files.items() if name not in order.gone}
    given |= order.more
    if "manifest-sha256.txt" in given:
        data = manifest({name: each for name, each in given.items() if name.startswith("data/")})
        given["manifest-sha256.txt"] = order.listed.get("manifest-sha256.txt", _same)(data)
    tags = manifest({name: each for name, each in given.items() if not name.startswith("data/")})
    tags = order.listed.get(TAGS[0], _same)(tags)
    signed = (order.seal_key or key).sign(tags, order.seal_namespace)
    given |= {TAGS[0]: tags, TAGS[1]: armour(signed)}
    given = {name: order.after.get(name, _same)(data) for name, data in given.items() if name not in order.gone}
    return {name: given[name] for name in order.order(members(given))}


def members(names: Mapping[str, bytes] | Sequence[str]) -> list[str]:
    """Return the names in the order of FORMAT.md, 6.3."""
    others = sorted(set(names) - set(FIRST) - set(LISTS))
    more = [name for name in others if not name.startswith("data/")]
    data = [name for name in others if name.startswith("data/")]
    first, lists = ([name for name in each if name in names] for each in (FIRST, LISTS))
    return [*first, *more, *lists, *data]


def _local(name: bytes, size: int, crc: int, *, locked: bool = False) -> bytes:
    extra = bytes.fromhex("0199070002004145030000") if locked else b""
    packed = size + 28 * locked
    return (
        b"PK\x03\x04"
        + struct.pack("<HHHHHIIIHH", 20, int(locked), 99 * locked, 0, 0x21, crc, packed, size, len(name), len(extra))
        + name
        + extra
    )


def _directory(entries: Sequence[tuple[bytes, int, int]], *, locked: bool = False) -> bytes:
    extra = bytes.fromhex("0199070002004145030000") if locked else b""
    listed, offset = b"", 0
    for name, size, crc in entries:
        packed = size + 28 * locked
        fixed = struct.pack(
            "<HHHHHHIIIHH", 0x314, 20, int(locked), 99 * locked, 0, 0x21, crc, packed, size, len(name), len(extra)
        )
        listed += b"PK\x01\x02" + fixed + struct.pack("<HHHII", 0, 0, 0, 0x81A40000, offset) + name + extra
        offset += len(_local(name, size, crc, locked=locked)) + packed
    count = len(entries)
    return listed + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(listed), offset, 0)


def write_inner(case: str, files: Mapping[str, bytes]) -> bytes:
    """Return `evidence.zip`."""
    entries = [
        (f"{case}/{name}".encode("utf-8", "replace"), len(data), zlib.crc32(data)) for name, data in files.items()
    ]
    body = b"".join(_local(*entry) + data for entry, data in zip(entries, files.values(), strict=True))
    return body + _directory(entries)


def lock(inner: bytes, passphrase: str, salt: bytes) -> bytes:
    """Return the archive: AE-2, AES-256, one member that is stored."""
    made = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), salt, 1000, 66)
    blocks = b"".join((at + 1).to_bytes(16, "little") for at in range((len(inner) + 15) // 16))
    encryptor = Cipher(AES(made[:32]), ECB()).encryptor()
    stream = encryptor.update(blocks)[: len(inner)]
    mixed = (int.from_bytes(inner, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(inner), "big")
    code = hmac.new(made[32:64], mixed, "sha1").digest()[:10]
    member = (b"evidence.zip", len(inner), 0)
    return _local(*member, locked=True) + salt + made[64:] + mixed + code + _directory([member], locked=True)


def statement(case: str, lines: object, head: object, archive: bytes) -> bytes:
    return f"evidence-kit-archive/1 {case}\n{lines}\n{head}\n{sha256(archive)}\n{len(archive)}\n".encode()
