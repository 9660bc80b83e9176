"""A third reader: what FORMAT.md says, read again with the standard library and `cryptography`, and nothing of the kit.

`python tests/vectors/reader.py FILE PASSPHRASE` says what it thinks of an archive; a folder needs no passphrase. It is
slow and holds everything in memory. Where it differs from the program and the page, one of the three is wrong, or the
text is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

GENESIS = "0" * 64
ITEM = r"E(?!000000$)(?:[0-9]{6}|[1-9][0-9]{6,14})"
CLEAR = {
    "case.opened", "signer.added", "signer.removed", "recipient.changed", "reader.granted", "anchored", "destroyed",
}  # fmt: skip
NOTES = {
    "allowed-signers-of-earlier-form", "receipt-came-along", "time-stamp-before-line", "time-stamp-authority-unknown",
    "file-not-in-log",
}  # fmt: skip
UNCHECKED = {"log-version-unknown", "plan-version-unknown", "archive-cut", "archive-not-ours", "archive-passphrase"}
ENDINGS = {"jpeg": "jpg", "text": "txt"} | {
    name: name
    for name in ["png", "webp", "gif", "heic", "mp4", "mov", "mp3", "ogg", "opus", "m4a", "wav", "pdf", "json", "zip"]
}


class RefusedError(ValueError):
    """Bytes that are not in the form that the text describes."""


class UncheckedError(Exception):
    """Nothing can be said; the argument is the finding."""


@dataclass
class Said:
    """What the reader came to."""

    codes: set[str] = field(default_factory=set)
    anchored: bool = False

    @property
    def verdict(self) -> str:
        broken = self.codes - NOTES - UNCHECKED
        if broken:
            return "BROKEN"
        if self.codes & UNCHECKED:
            return "NOT CHECKED"
        return "ANCHORED" if self.anchored else "CONSISTENT"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def number(value: object, least: int = 1) -> int:
    if type(value) is not int or value < least:
        raise RefusedError("a number")
    return value


def digest(value: object) -> str:
    if not (isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value)):
        raise RefusedError("a digest")
    return value


def unbase64(text: object) -> bytes:
    if not isinstance(text, str):
        raise RefusedError("base64")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedError("base64") from error
    if base64.b64encode(data).decode() != text:
        raise RefusedError("base64 in another spelling")
    return data


# --- section 4: the one form -----------------------------------------------------------------------------------------


def one_form(data: bytes) -> Any:
    def no(text: str) -> Any:
        raise RefusedError(text[:20])

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs) or any(re.fullmatch("0|[1-9][0-9]*", key) for key, _ in pairs):
            raise RefusedError("keys")
        return dict(pairs)

    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=once, parse_float=no, parse_constant=no)
        again = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        again.encode("utf-8")
        plain = again == text and levels(value) <= 64 and all(abs(each) < 2**53 for each in integers(value))
    except (ValueError, RecursionError) as error:
        raise RefusedError(str(error)) from error
    if not plain:
        raise RefusedError("not the one form")
    return value


def levels(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(levels, inner), default=0)


def integers(value: object) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from integers(inner)


# --- keys and signatures ---------------------------------------------------------------------------------------------

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def small_or_none(raw: bytes) -> bool:
    """Say whether 32 bytes are no point of Ed25519, or one whose eightfold is nothing."""
    y, sign = int.from_bytes(raw, "little") & (2**255 - 1), raw[31] >> 7
    if y >= P:
        return True
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return True
    if x & 1 != sign:
        x = -x % P
    for _ in range(3):
        bottom = D * x * x * y * y
        x, y = 2 * x * y * pow(1 + bottom, -1, P) % P, (y * y + x * x) * pow(1 - bottom, -1, P) % P
    return x == 0 and y == 1


def strings(data: bytes) -> list[bytes]:
    found = []
    while data:
        size = int.from_bytes(data[:4], "big")
        if len(data) < 4 + size:
            raise RefusedError("cut")
        found.append(data[4 : 4 + size])
        data = data[4 + size :]
    return found


def framed(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def fingerprint(blob: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def key_blob(line: object) -> bytes:
    if not (isinstance(line, str) and line.startswith("ssh-ed25519 ")):
        raise RefusedError("a key")
    blob = unbase64(line.removeprefix("ssh-ed25519 "))
    raw = blob[-32:]
    if blob != framed(b"ssh-ed25519", raw) or len(raw) != 32 or small_or_none(raw):
        raise RefusedError("a key")
    return blob


def holds(blob: bytes, message: bytes, namespace: str, key: bytes | None = None) -> bytes:
    """Return the blob of the key that signed, when its signature holds."""
    if blob[:10] != b"SSHSIG\0\0\0\1":
        raise RefusedError("SSHSIG")
    parts = strings(blob[10:])
    if len(parts) != 5 or (key is not None and parts[0] != key):
        raise RefusedError("SSHSIG")
    signed = strings(parts[4])
    rest = [namespace.encode(), b"", b"sha512"]
    if parts[1:4] != rest or len(signed) != 2 or signed[0] != b"ssh-ed25519" or len(signed[1]) != 64:
        raise RefusedError("SSHSIG for something else")
    key_blob("ssh-ed25519 " + base64.b64encode(parts[0]).decode())
    if small_or_none(signed[1][:32]):
        raise RefusedError("half a signature")
    wrapped = b"SSHSIG" + framed(*rest, hashlib.sha512(message).digest())
    try:
        Ed25519PublicKey.from_public_bytes(parts[0][-32:]).verify(signed[1], wrapped)
    except InvalidSignature as error:
        raise RefusedError("a signature") from error
    return parts[0]


def armoured(blob: bytes) -> bytes:
    text = base64.b64encode(blob)
    rows = b"".join(text[at : at + 70] + b"\n" for at in range(0, len(text), 70))
    return b"-----BEGIN SSH SIGNATURE-----\n" + rows + b"-----END SSH SIGNATURE-----\n"


def unarmoured(text: bytes) -> bytes:
    rows = text.split(b"\n")
    blob = unbase64(b"".join(rows[1:-2]).decode("ascii", "replace"))
    if armoured(blob) != text:
        raise RefusedError("an armour")
    strings(blob[10:])
    return blob


def recipient(text: object) -> None:
    """Refuse what is no age recipient (BIP 173, in lower case), or one that opens for everybody."""
    signs = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    if not (isinstance(text, str) and re.fullmatch(f"age1[{signs}]{{58}}", text)):
        raise RefusedError("a recipient")
    values = [signs.index(sign) for sign in text[4:]]
    checked = 1
    for value in [3, 3, 3, 0, 1, 7, 5, *values]:
        top, checked = checked >> 25, (checked & 0x1FFFFFF) << 5 ^ value
        for bit, mask in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checked ^= mask if top >> bit & 1 else 0
    packed = int("".join(f"{value:05b}" for value in values[:52]), 2)
    if checked != 1 or packed & 15:
        raise RefusedError("a recipient")
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes((packed >> 4).to_bytes(32, "big")))
    except ValueError as error:
        raise RefusedError("a recipient of small order") from error


# --- section 3: the log ----------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One well-formed line."""

    fields: dict[str, Any]
    raw: bytes

    @property
    def signs(self) -> bool:
        return "sig" in self.fields


def line_of(raw: bytes) -> Line:
    if len(raw) > 65536:
        raise RefusedError("too long")
    fields = one_form(raw)
    if not isinstance(fields, dict) or type(fields.get("v")) is not int or fields["v"] != 1:
        raise RefusedError("version")
    keys, line = list(fields), Line(fields, raw)
    if line.signs:
        if keys != ["v", "seq", "time", "bodies", "by", "sig", "prev"]:
            raise RefusedError("keys")
        digest(fields["bodies"])
        unbase64(fields["sig"])
        if not (isinstance(fields["by"], str) and re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", fields["by"])):
            raise RefusedError("by")
    else:
        wanted = [
            "v",
            "seq",
            "time",
            "commit",
            *(each for each in ("object", "stored", "clear") if each in fields),
            "prev",
        ]
        if keys != wanted or ("object" in fields) != ("stored" in fields):
            raise RefusedError("keys")
        digest(fields["commit"])
        if "object" in fields:
            digest(fields["stored"])
            if not (isinstance(fields["object"], str) and re.fullmatch(ITEM, fields["object"])):
                raise RefusedError("an item id")
        clear = fields.get("clear", {"type": ""})
        if not (isinstance(clear, dict) and next(iter(clear), "") == "type" and isinstance(clear["type"], str)):
            raise RefusedError("clear")
    number(fields["seq"])
    digest(fields["prev"])
    time = fields["time"]
    if not (isinstance(time, str) and re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{6}Z", time)):
        raise RefusedError("time")
    datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    if time[17:19] > "59":
        raise RefusedError("a second that is none")
    return line


@dataclass
class Log:
    """What the signed part of a log establishes."""

    case: str = ""
    signers: dict[str, bytes] = field(default_factory=dict)
    known: dict[str, bytes] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    destroyed: set[str] = field(default_factory=set)
    bodies: dict[int, str] = field(default_factory=dict)
    readers: dict[str, str] = field(default_factory=dict)
    events: dict[int, dict[str, Any]] = field(default_factory=dict)
    commits: list[tuple[int, bytes, bytes, str, str]] = field(default_factory=list)
    lines: int = 0
    tail: str = ""
    whole_gone: bool = False


def later(raw: bytes) -> bool:
    try:
        fields = one_form(raw)
    except RefusedError:
        return False
    if not isinstance(fields, dict):
        return False
    clear, version = fields.get("clear"), fields.get("v")
    said = clear.get("format") if isinstance(clear, dict) else None
    found = re.fullmatch(r"evidence-kit/([1-9][0-9]{0,5})", said) if isinstance(said, str) else None
    return (type(version) is int and version > 1) or (found is not None and int(found[1]) > 1)


def read_log(data: bytes, said: Said) -> Log:
    log, before = Log(), GENESIS
    pending: list[Line] = []
    waiting: set[str] = set()
    *rows, rest = data.split(b"\n")
    if later((rows or [rest])[0]):
        raise UncheckedError("log-version-unknown")
    for count, raw in enumerate(rows, 1):
        log.lines = count
        try:
            line = line_of(raw)
        except (RefusedError, ValueError):
            waiting.add("log-line-malformed")
            before = sha256(raw)
            continue
        waiting |= {"log-line-misnumbered"} if line.fields["seq"] != count else set()
        waiting |= {"log-chain-broken"} if line.fields["prev"] != before else set()
        if line.signs:
            problem = sign(log, line, pending, count, before, said)
            if problem is None:
                said.codes |= waiting
                waiting, pending = set(), []
            else:
                waiting.add(problem)
        else:
            if pending and pending[0].fields["time"] != line.fields["time"]:
                waiting.add("log-line-misdated")
            pending.append(line)
        before = sha256(raw)
    if rest:
        log.lines += 1
        if not re.match(rb'\{"v":1,"seq":', rest) or closed(rest):
            waiting.add("log-line-malformed")
    if not log.commits:
        said.codes |= waiting | {"log-nothing-signed"}
    elif log.lines > log.commits[-1][0]:
        log.tail = "log-tail-unsigned" if waiting else "log-tail-unfinished"
        said.codes |= waiting
    return log


def closed(rest: bytes) -> bool:
    text = re.sub(rb'"(?:[^"\\]|\\.)*(?:"|$)', b"", rest)
    return text.count(b"{") + text.count(b"[") <= text.count(b"}") + text.count(b"]")


def sign(log: Log, line: Line, pending: list[Line], count: int, before: str, said: Said) -> str | None:  # noqa: PLR0912 - one list
    fields = line.fields
    if not pending or fields["time"] != pending[-1].fields["time"]:
        return "log-line-misdated"
    first = pending[0].fields.get("clear", {}) if not log.commits and pending[0].fields["seq"] == 1 else {}
    case = log.case or first.get("case")
    if not (isinstance(case, str) and re.fullmatch("[A-Z0-9][A-Z0-9-]{2,31}", case)):
        return "log-signature-invalid"
    signers = log.signers
    if not log.commits:
        signers = {}
        listed = first.get("signers")
        for each in listed if isinstance(listed, list) else []:
            try:
                signers[fingerprint(key_blob(each))] = key_blob(each)
            except RefusedError:
                continue
    ended = log.whole_gone
    if ended or fields["by"] not in signers:
        return "log-signer-not-allowed"
    point = f"evidence-kit/1 {case}\n{count - 1}\n{before}\n{fields['bodies']}\n".encode()
    try:
        holds(unbase64(fields["sig"]), point, "evidence-kit", signers[fields["by"]])
    except RefusedError:
        return "log-signature-invalid"
    if fields["prev"] != before:
        return "log-signature-invalid"
    log.case = case
    for event in pending:
        log.events[event.fields["seq"]] = event.fields
        item = event.fields.get("object")
        if item is not None:
            said.codes |= {"log-object-twice"} if item in log.objects or item in log.destroyed else set()
            log.objects[item] = event.fields["stored"]
        if "clear" in event.fields:
            try:
                effect(log, event.fields["seq"], event.fields["clear"], fields["time"])
            except (RefusedError, KeyError, TypeError, ValueError):
                said.codes.add("log-clear-not-understood")
    if log.whole_gone and log.objects:
        said.codes.add("log-clear-not-understood")
    log.bodies[fields["seq"]] = fields["bodies"]
    log.commits.append((count, point, unbase64(fields["sig"]), fields["time"], sha256(line.raw)))
    return None


def effect(log: Log, seq: int, clear: dict[str, Any], time: str) -> None:  # noqa: PLR0912 - one table of the text
    kind = clear["type"]
    if seq == 1 and kind != "case.opened":
        raise RefusedError("line 1")
    if kind == "case.opened":
        if seq != 1 or clear["format"] != "evidence-kit/1":
            raise RefusedError("case.opened")
        recipient(clear["recipient"])
        keys = {fingerprint(blob): blob for blob in map(key_blob, clear["signers"])}
        if not isinstance(clear["signers"], list) or len(keys) != len(clear["signers"]):
            raise RefusedError("signers")
        log.signers, log.known = keys, dict(keys)
    elif kind == "signer.added":
        blob = key_blob(clear["signer"])
        log.signers[fingerprint(blob)] = log.known[fingerprint(blob)] = blob
    elif kind == "signer.removed":
        name = fingerprint(key_blob(clear["signer"]))
        del log.signers[name]
        log.removed[name] = time
    elif kind == "recipient.changed":
        recipient(clear["recipient"])
    elif kind == "reader.granted":
        if not re.fullmatch("K[0-9]{4,9}", clear["key"]) or clear["key"] in log.readers:
            raise RefusedError("reader")
        log.readers[clear["key"]] = digest(clear["sha256"])
    elif kind == "destroyed":
        objects, bodies = clear["objects"], clear["bodies"]
        if not isinstance(objects, list) or not isinstance(bodies, list) or len(set(objects)) != len(objects):
            raise RefusedError("destroyed")
        anew = {number(body["line"]): digest(body["sha256"]) for body in bodies}
        if len(anew) != len(bodies) or not set(objects) <= set(log.objects) or not set(anew) <= set(log.bodies):
            raise RefusedError("destroyed")
        for item in objects:
            del log.objects[item]
        log.destroyed |= set(objects)
        log.bodies |= anew
        log.whole_gone = log.whole_gone or bool(log.commits and log.commits[0][0] in anew)
    elif kind == "anchored":
        if number(clear["line"]) not in log.bodies or not unbase64(clear["token"]):
            raise RefusedError("anchored")
    else:
        raise RefusedError("unknown")


def receipt_code(point: bytes) -> str:
    code = base64.b32encode(hashlib.sha256(point).digest()[:20]).decode()
    return code + base64.b32encode(hashlib.sha256(code.encode()).digest()[:5]).decode()[:4]


# --- section 7.1: time stamps ----------------------------------------------------------------------------------------


def elements(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if tag & 31 == 31 or size in {0x80, 0xFF}:
            raise RefusedError("DER")
        if size > 0x80:
            count = size - 0x80
            size = int.from_bytes(data[at : at + count], "big")
            if size < 0x80 or data[at] == 0:
                raise RefusedError("DER")
            at += count
        if at + size > len(data):
            raise RefusedError("DER")
        found.append((tag, data[at : at + size]))
        at += size
    return found


def inside(element: tuple[int, bytes], tag: int = 0x30) -> list[tuple[int, bytes]]:
    return elements(exact(element, tag))


def exact(element: tuple[int, bytes], tag: int, value: str | None = None) -> bytes:
    if element[0] != tag or (value is not None and element[1].hex() != value):
        raise RefusedError("another element")
    return element[1]


def der_object(element: tuple[int, bytes], value: str | None = None) -> None:
    data = exact(element, 6, value)
    begins = b"\x00" + data
    padded = any(one < 0x80 and other == 0x80 for one, other in zip(begins, data, strict=False))
    if not data or data[-1] >= 0x80 or padded or len(data) > 63:
        raise RefusedError("DER")


def der_integer(element: tuple[int, bytes], tag: int = 2) -> int:
    data = exact(element, tag)
    value = int.from_bytes(data, "big", signed=True)
    if not data or (len(data) > 1 and data[0] in {0, 255} and data[0] >> 7 == data[1] >> 7):
        raise RefusedError("DER")
    return value


def read_stamp(data: bytes) -> tuple[str, datetime, timedelta, str, str]:
    (answer,) = elements(data)
    status, content = inside(answer)
    if der_integer(inside(status)[0]) not in {0, 1}:
        raise RefusedError("refused")
    kind, wrapped = inside(content)
    der_object(kind, "2a864886f70d010702")
    (signed,) = inside(wrapped, 0xA0)
    version, digests, capsule, *rest = inside(signed)
    der_integer(version)
    exact(digests, 0x31)
    kind, held = inside(capsule)
    der_object(kind, "2a864886f70d0109100104")
    (octets,) = inside(held, 0xA0)
    for tag in (0xA0, 0xA1):
        rest = rest[1:] if rest and rest[0][0] == tag and elements(rest[0][1]) is not None else rest
    (signers,) = rest
    (signer,) = inside(signers, 0x31)
    _signer_info(inside(signer))
    (info,) = elements(exact(octets, 4))
    return _info(inside(info))


def _signer_info(parts: list[tuple[int, bytes]]) -> None:
    der_integer(parts[0])
    at = 3
    if parts[at][0] == 0xA0:
        elements(parts[at][1])
        at += 1
    exact(parts[at + 1], 4)
    rest = parts[at + 2 :]
    if rest and rest[0][0] == 0xA1:
        elements(rest[0][1])
        rest = rest[1:]
    if rest:
        raise RefusedError("more")


def _info(parts: list[tuple[int, bytes]]) -> tuple[str, datetime, timedelta, str, str]:
    version, policy, imprint, serial, made, *rest = parts
    der_object(policy)
    if der_integer(version) != 1:
        raise RefusedError("TSTInfo")
    algorithm, digested = inside(imprint)
    kind, *parameters = inside(algorithm)
    der_object(kind, "608648016503040201")
    if parameters not in ([], [(5, b"")]) or len(exact(digested, 4)) != 32:
        raise RefusedError("imprint")
    der_integer(serial)
    found = re.fullmatch(rb"([0-9]{14})(?:\.([0-9]{0,8}[1-9]))?Z", exact(made, 0x18))
    if found is None or found[1][12:] > b"59":
        raise RefusedError("time")
    moment = datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    moment = moment.replace(microsecond=int((found[2] or b"0").ljust(6, b"0")[:6]))
    accuracy = timedelta()
    if rest and rest[0][0] == 0x30:
        units = {2: (0, 10**9, 1_000_000), 0x80: (1, 999, 1000), 0x81: (1, 999, 1)}
        tags = []
        for each in inside(rest.pop(0)):
            least, most, unit = units[each[0]]
            value = der_integer(each, each[0])
            if not least <= value <= most:
                raise RefusedError("accuracy")
            accuracy += timedelta(microseconds=unit * value)
            tags.append(each[0])
        if tags != sorted(set(tags)):
            raise RefusedError("accuracy")
    for tag, check in ((1, _boolean), (2, der_integer), (0xA0, inside_of), (0xA1, inside_of)):
        if rest and rest[0][0] == tag:
            check(rest.pop(0))
    if rest:
        raise RefusedError("more")
    return digested[1].hex(), moment, accuracy, dotted(policy[1]), str(der_integer(serial))


def dotted(value: bytes) -> str:
    arcs, arc = [], 0
    for byte in value:
        arc = arc << 7 | byte & 0x7F
        if byte < 0x80:
            arcs.append(arc)
            arc = 0
    root = min(arcs[0] // 40, 2)
    return ".".join(map(str, [root, arcs[0] - 40 * root, *arcs[1:]]))


def _boolean(element: tuple[int, bytes]) -> None:
    if element[1] not in {b"\0", b"\xff"}:
        raise RefusedError("DER")


def inside_of(element: tuple[int, bytes]) -> None:
    elements(element[1])


def stamps(log: Log, told: dict[int, dict[str, Any]], said: Said) -> None:
    heads = {line: (head, time) for line, _, _, time, head in log.commits}
    for seq, fields in log.events.items():
        clear = fields.get("clear", {})
        if clear.get("type") != "anchored":
            continue
        try:
            imprint, moment, accuracy, policy, serial = read_stamp(unbase64(clear.get("token")))
        except (RefusedError, ValueError, IndexError, KeyError):
            said.codes.add("time-stamp-malformed")
            continue
        line = clear.get("line")
        if type(line) is not int or line not in heads or heads[line][0] != imprint:
            said.codes.add("time-stamp-of-another-line")
            continue
        facts, true = told.get(seq, {}), {"stamped_at": moment.isoformat(), "policy": policy, "serial": serial}
        if any(facts.get(name) is not None and facts[name] != value for name, value in true.items()):
            said.codes.add("time-stamp-told-differently")
        written = datetime.strptime(heads[line][1], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        if written - moment > accuracy + timedelta(seconds=1):
            said.codes.add("time-stamp-before-line")
        said.codes.add("time-stamp-authority-unknown")


# --- sections 6.1 and 6.2: the zips ----------------------------------------------------------------------------------


def local(name: bytes, size: int, crc: int, *, locked: bool = False) -> bytes:
    extra = bytes.fromhex("0199070002004145030000") if locked else b""
    sizes = (size + 28 * locked, size)
    fixed = struct.pack("<5H3I2H", 20, locked, 99 * locked, 0, 0x21, crc, *sizes, len(name), len(extra))
    return b"PK\3\4" + fixed + name + extra


def central(members: list[tuple[bytes, int, int]], *, locked: bool = False) -> bytes:
    extra = bytes.fromhex("0199070002004145030000") if locked else b""
    listed, offset = b"", 0
    for name, size, crc in members:
        sizes = (size + 28 * locked, size)
        fixed = struct.pack("<6H3I2H", 0x0314, 20, locked, 99 * locked, 0, 0x21, crc, *sizes, len(name), len(extra))
        listed += b"PK\1\2" + fixed + struct.pack("<3H2I", 0, 0, 0, 0x81A40000, offset) + name + extra
        offset += len(local(name, size, crc, locked=locked)) + sizes[0]
    return listed + b"PK\5\6" + struct.pack("<4H2IH", 0, 0, len(members), len(members), len(listed), offset, 0)


def unlock(data: bytes, passphrase: str, said: Said) -> bytes:
    """Return the inner zip; archives of 4 GiB and more are beyond this reader."""
    size = (
        len(data)
        - len(local(b"evidence.zip", 0, 0, locked=True))
        - 28
        - len(central([(b"evidence.zip", 0, 0)], locked=True))
    )
    head = local(b"evidence.zip", max(size, 0), 0, locked=True)
    named = int.from_bytes(data[22:26], "little")
    if data[: len(head)] != head:
        if data[: len(head)] == local(b"evidence.zip", named, 0, locked=True):
            if named > size:
                raise UncheckedError("archive-cut")
            said.codes.add("archive-bytes-behind")
            size = named
        elif sum(one == other for one, other in zip(head, data, strict=False)) >= 0.6 * len(head):
            said.codes.add("archive-header-changed")
        else:
            raise UncheckedError("archive-cut" if len(data) < len(head) else "archive-not-ours")
    at = len(head)
    salt, check, body = data[at : at + 16], data[at + 16 : at + 18], data[at + 18 : at + 18 + size]
    code, end = data[at + 18 + size : at + 28 + size], data[at + 28 + size :]
    made = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), salt, 1000, 66)
    if made[64:] != check:
        raise UncheckedError("archive-passphrase")
    blocks = b"".join((number + 1).to_bytes(16, "little") for number in range((size + 15) // 16))
    stream = Cipher(algorithms.AES(made[:32]), modes.ECB()).encryptor().update(blocks)  # noqa: S305 - AE-2 counts so
    plain = bytes(one ^ other for one, other in zip(body, stream, strict=False))
    if hmac.new(made[32:64], body, "sha1").digest()[:10] != code:
        if plain[:4] != b"PK\3\4":
            raise UncheckedError("archive-passphrase")
        said.codes.add("archive-code-wrong")
    if end != central([(b"evidence.zip", size, 0)], locked=True):
        said.codes.add("archive-trailer-changed")
    return plain


def members(inner: bytes, said: Said) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    listed: list[tuple[bytes, int, int]] = []
    at = 0
    while inner[at : at + 4] == b"PK\3\4":
        crc, size = struct.unpack_from("<I4xI", inner, at + 14)
        name = inner[at + 30 : at + 30 + int.from_bytes(inner[at + 26 : at + 28], "little")]
        head = local(name, size, crc)
        data = inner[at + len(head) : at + len(head) + size]
        if inner[at : at + len(head)] != head or len(data) < size or not name.isascii():
            break
        if zlib.crc32(data) != crc:
            said.codes.add("archive-crc-differs")
        found.append((name.decode(), data))
        listed.append((name, size, crc))
        at += len(head) + size
    if inner[at : at + 4] not in {b"PK\1\2", b"PK\5\6"}:
        said.codes.add("archive-inner-form")
    elif inner[at:] != central(listed):
        said.codes.add("archive-directory-changed")
    return found


# --- section 6.3: the bag --------------------------------------------------------------------------------------------

FIRST = [
    "bagit.txt",
    "bag-info.txt",
    "READ-ME-FIRST.html",
    "READ-ME-FIRST.txt",
    "FORMAT.md",
    "custody.jsonl",
    "events.jsonl",
]
FIRST += ["checkpoint.txt", "checkpoint.txt.sig", "allowed_signers"]
LISTS = ["manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig"]
DATA = re.compile(rf"data/({ITEM.replace('$', '(?![0-9])')})(?:\.([a-z0-9]{{1,5}})|(-blurred\.jpg))")


def rank(name: str) -> tuple[int, int, str]:
    if name in FIRST:
        return FIRST.index(name), 0, ""
    if name in LISTS:
        return 20 + LISTS.index(name), 0, ""
    stem = re.split("[.-]", name)[0]
    return (15 if name.startswith("anchors/") else 30), len(stem), stem


def read_bag(found: list[tuple[str, bytes]], said: Said) -> tuple[Log, dict[int, dict[str, Any]]] | None:
    folder = found[0][0].split("/")[0] if found else ""
    files: dict[str, bytes] = {}
    items: set[str] = set()
    log: Log | None = None
    early = False
    anchors: dict[str, bytes] = {}
    last = (-1, 0, "")
    for path, data in found:
        case, _, name = path.partition("/")
        match = DATA.fullmatch(name)
        if match is not None:
            belongs = match[1] not in items and (match[2] is None or match[2] in {*ENDINGS.values(), "bin"})
            items.add(match[1])
        else:
            belongs = name not in files and (name in FIRST or name in LISTS or name in anchors)
        if case != folder or not belongs:
            said.codes.add("archive-member-unexpected")
            files[path] = data
            continue
        said.codes |= {"archive-member-misplaced"} if rank(name) < last else set()
        last = max(last, rank(name))
        files[name] = data
        early = early or (name == "events.jsonl" and log is None)
        if name == "custody.jsonl":
            log = read_log(data, said)
            said.codes |= {log.tail} if log.tail else set()
            anchors = anchors_of(log)
    for name in [*FIRST, *LISTS, *anchors]:
        said.codes |= set() if name in files else {"bag-file-missing"}
    if log is None:
        openings(files.get("events.jsonl"), Log(), said)
        return None
    if log.case != folder:
        said.codes.add("bag-case-differs")
    told = openings(files.get("events.jsonl"), Log() if early else log, said)
    derived(files, log, anchors, said)
    tags(files, log, anchors, said)
    plan(files, log, told, said)
    return log, told


def anchors_of(log: Log) -> dict[str, bytes]:
    found = {}
    for seq, fields in log.events.items():
        if fields.get("clear", {}).get("type") == "anchored":
            try:
                found[f"anchors/{seq:08d}.tsr"] = unbase64(fields["clear"].get("token"))
            except RefusedError:
                found[f"anchors/{seq:08d}.tsr"] = b""
    return found


def openings(  # noqa: PLR0912 - one paragraph of the text
    data: bytes | None, log: Log, said: Said
) -> dict[int, dict[str, Any]]:
    """Return what the opened events say, by line; {} for one that counts as opened and is believed nothing."""
    told: dict[int, dict[str, Any]] = {}
    witnessed: set[str] = set()
    if data is None:
        return told
    *rows, rest = data.split(b"\n")
    if rest:
        said.codes.add("events-cut")
        rows.append(rest)
    if len(rows) != log.lines:
        said.codes.add("events-miscounted")
    for line, raw in enumerate(rows, 1):
        if not raw:
            continue
        event = log.events.get(line)
        if event is None or event["commit"] != sha256(raw):
            said.codes.add("opening-changed")
            continue
        try:
            facts = one_form(raw)
            if not isinstance(facts, dict) or list(facts)[:2] != ["salt", "type"] or not kind_of(facts):
                raise RefusedError("an opening")
            if not (isinstance(facts["salt"], str) and re.fullmatch("[0-9a-f]{32}", facts["salt"])):
                raise RefusedError("a salt")
        except RefusedError:
            said.codes.add("opening-malformed")
            continue
        told[line] = {}
        kept = facts["type"] == "item.kept"
        if not clear_agrees(facts, event.get("clear")):
            said.codes.add("opening-and-clear-differ")
        elif kept != ("object" in event) or (kept and facts.get("item") != event["object"]) or misnamed(facts):
            said.codes.add("item-and-line-differ")
        else:
            told[line] = facts
            said.codes |= set() if commit_agrees(facts, log, line) else {"commit-told-differently"}
            name = facts.get("item")
            if facts["type"] == "item.witnessed" and isinstance(name, str):
                said.codes |= {"item-witnessed-twice"} if name in witnessed else set()
                witnessed.add(name)
    return told


def misnamed(facts: dict[str, Any]) -> bool:
    named = facts["type"] != "item.witnessed" or re.fullmatch(ITEM.replace("E", "W"), str(facts.get("item")))
    return not named


def kind_of(facts: dict[str, Any]) -> bool:
    return isinstance(facts["type"], str) and re.fullmatch("[a-z]+(?:[.-][a-z]+)*", facts["type"]) is not None


def commit_agrees(facts: dict[str, Any], log: Log, seq: int) -> bool:
    """Say whether an event that speaks of a signature line above it says what that line is."""
    names = {"receipt.issued": ("signature_line", "lines", "code"), "sealed": ("lines", "head", "receipt")}
    said = [facts.get(name) for name in names.get(facts["type"], ())]
    if not any(each is not None for each in said):
        return True
    at = said[0] + (facts["type"] == "sealed") if type(said[0]) is int else 0
    for line, point, *_ in log.commits:
        if line == at < seq:
            code = "-".join(re.findall("....", receipt_code(point)))
            second = line - 1 if facts["type"] == "receipt.issued" else point.decode().split("\n")[2]
            return all(
                each is None or (type(each), each) == (type(true), true)
                for each, true in zip(said[1:], (second, code), strict=True)
            )
    return False


def clear_agrees(facts: dict[str, Any], clear: dict[str, Any] | None) -> bool:
    own = facts.get("clear")
    if clear is None or own is None:
        return clear is own and facts["type"] not in CLEAR
    same = json.dumps(own) == json.dumps(clear)
    return same and list(facts)[2] == "clear" and clear["type"] == facts["type"]


def derived(files: dict[str, bytes], log: Log, anchors: dict[str, bytes], said: Said) -> None:
    if not log.commits:
        return
    _, point, sig, _, _ = log.commits[-1]
    line = {name: f"ssh-ed25519 {base64.b64encode(blob).decode()}\n" for name, blob in log.known.items()}
    spaces = "evidence-kit,evidence-kit-seal,evidence-kit-archive"
    still = "".join(
        f'{log.case} namespaces="{spaces}" {line[each]}' for each in sorted(log.known) if each in log.signers
    )
    gone = ""
    for each in sorted(log.known):
        if each not in log.signers:
            until = re.sub("[^0-9]", "", log.removed[each][:19])
            gone += f'{log.case} namespaces="evidence-kit",valid-before="{until}Z" {line[each]}'
    earlier = "".join(f'{log.case} namespaces="{spaces}" {line[each]}' for each in sorted(log.known))
    expected = {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "checkpoint.txt": point}
    expected |= {"checkpoint.txt.sig": armoured(sig), "allowed_signers": (still + gone).encode(), **anchors}
    for name, content in expected.items():
        if name in files and files[name] != content:
            old = name == "allowed_signers" and files[name] == earlier.encode()
            said.codes.add("allowed-signers-of-earlier-form" if old else "bag-file-differs")


def manifest(data: bytes) -> dict[str, str]:
    rows = re.fullmatch(rb"(?:[0-9a-f]{64}  [ -~]*\n)*", data)
    if rows is None:
        raise RefusedError("a manifest")
    pairs = [(row[66:], row[:64]) for row in data.decode("ascii").split("\n")[:-1]]
    if pairs != sorted(pairs) or len({name for name, _ in pairs}) != len(pairs):
        raise RefusedError("a manifest")
    return dict(pairs)


def tags(files: dict[str, bytes], log: Log, anchors: dict[str, bytes], said: Said) -> None:
    text, armour = files.get(LISTS[1]), files.get(LISTS[2])
    if text is None or armour is None:
        return
    try:
        blob = unarmoured(armour)
        parts = strings(blob[10:])
        signature(blob)
    except (RefusedError, ValueError, IndexError):
        said.codes.add("bag-signature-malformed")
    else:
        try:
            holds(blob, text, "evidence-kit-seal")
            if fingerprint(parts[0]) not in log.signers:
                raise RefusedError("a signer")
        except RefusedError:
            said.codes.add("bag-signature-invalid")
    try:
        listed = manifest(text)
    except RefusedError:
        said.codes.add("bag-manifest-malformed")
        return
    expected = {*FIRST, LISTS[0], *anchors}
    for name in expected | set(listed):
        if name not in expected or name not in listed:
            said.codes.add("bag-file-unlisted")
        elif name in files and sha256(files[name]) != listed[name]:
            said.codes.add("bag-file-changed")


def signature(blob: bytes) -> None:
    """Refuse a blob that is not the SSHSIG of the one form, whatever it signs."""
    parts = strings(blob[10:])
    inner = strings(parts[4])
    key_blob("ssh-ed25519 " + base64.b64encode(parts[0]).decode())
    form = len(parts) == 5 and parts[2:4] == [b"", b"sha512"] and len(inner) == 2 and inner[0] == b"ssh-ed25519"
    if blob[:10] != b"SSHSIG\0\0\0\1" or not form or len(inner[1]) != 64 or not parts[1].isascii():
        raise RefusedError("SSHSIG")


def spread(pairs: object, most: int) -> set[int]:
    if not isinstance(pairs, list):
        raise RefusedError("ranges")
    found: set[int] = set()
    before = 0
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise RefusedError("ranges")
        first, last = number(pair[0]), number(pair[1])
        if not before < first <= last <= most:
            raise RefusedError("ranges")
        found |= set(range(first, last + 1))
        before = last
    return found


@dataclass
class Plan:
    """What `seal.begun` says."""

    items: set[int]
    blurred: set[int]
    withheld: set[int]
    volumes: list[tuple[set[int], str]]
    items_of: int


def plan_of(begun: dict[str, Any], lines: int) -> Plan:
    form, more = begun.get("form"), begun.get("volumes") is not None or begun.get("blurred") is not None
    if type(form) is int and form > 2:
        raise UncheckedError("plan-version-unknown")
    if (form is not None and type(form) is not int) or form != (2 if more else None):
        raise RefusedError("form")
    items = spread(begun.get("items"), lines)
    listed = begun.get("volumes")
    if listed is None:
        if number(begun.get("part")) != 1 or number(begun.get("parts")) != 1:
            raise RefusedError("part")
        volumes = [(items, digest(begun.get("payload_manifest")))]
    else:
        if begun.get("part") is not None or begun.get("payload_manifest") is not None or not isinstance(listed, list):
            raise RefusedError("volumes")
        if len(listed) < 2 or number(begun.get("parts")) != len(listed):
            raise RefusedError("volumes")
        volumes = [(spread(each["items"], lines), digest(each["payload_manifest"])) for each in listed]
        if not all(numbers for numbers, _ in volumes):
            raise RefusedError("volumes")
        together = [item for numbers, _ in volumes for item in numbers]
        if sorted(together) != sorted(items):
            raise RefusedError("volumes")
    blurred = set() if begun.get("blurred") is None else spread(begun["blurred"], lines)
    chosen = isinstance(begun.get("scope"), str) and begun["scope"] in {"all", "cited", "items"}
    counted = number(begun.get("items_in"), 0) == len(items) and begun.get("reports") == []
    if not blurred <= items or not chosen or not counted or not isinstance(begun.get("purpose"), str):
        raise RefusedError("plan")
    return Plan(items, blurred, spread(begun.get("withheld"), lines), volumes, number(begun.get("items_of"), 0))


def plan(files: dict[str, bytes], log: Log, told: dict[int, dict[str, Any]], said: Said) -> None:
    end = log.commits[-1][0] if log.commits else 0
    begun = [(line, facts) for line, facts in told.items() if facts.get("type") == "seal.begun"]
    if not end or end != log.lines or not begun or begun[-1][0] != end - 1:
        said.codes.add("seal-plan-missing")
        return
    try:
        meant = plan_of(begun[-1][1], log.lines)
    except (RefusedError, KeyError, TypeError):
        said.codes.add("seal-plan-malformed")
        return
    except UncheckedError as error:
        form = ("bag-", "archive-member-unexpected", "seal-plan-", "item-")
        said.codes = {code for code in said.codes if not code.startswith(form)} | {str(error)}
        return
    if set(log.events) != set(told) | meant.withheld:
        said.codes.add("opening-missing")
    if set(told) & meant.withheld:
        said.codes.add("opening-against-plan")
    if meant.items_of != len(log.objects):
        said.codes.add("seal-plan-miscounts")
    _items(files, log, told, meant, said)


def _items(  # noqa: PLR0912 - one paragraph of the text
    files: dict[str, bytes], log: Log, told: dict[int, dict[str, Any]], meant: Plan, said: Said
) -> None:
    text = files.get(LISTS[0])
    digests = [each for _, each in meant.volumes]
    part = digests.index(sha256(text)) + 1 if text is not None and sha256(text) in digests else 0
    if text is not None and not part:
        said.codes.add("seal-plan-differs")
    present = {match[1]: name for name in files if (match := DATA.fullmatch(name)) is not None}
    claimed = _info_agrees(files, log, part, len(digests), sum(len(files[name]) for name in present.values()), said)
    listed: dict[str, str] = {}
    try:
        listed = {} if text is None else manifest(text)
    except RefusedError:
        said.codes.add("bag-manifest-malformed")
    named = {match[1]: name for name in listed if (match := DATA.fullmatch(name)) is not None}
    said.codes |= {"bag-manifest-malformed"} if len(named) != len(listed) else set()
    numbers, _ = meant.volumes[min(part or claimed, len(digests)) - 1]
    planned = {f"E{each:06d}" for each in numbers}
    blurred = {f"E{each:06d}" for each in meant.blurred}
    kept: dict[str, dict[str, Any]] = {}
    made: dict[str, dict[str, Any]] = {}
    for facts in told.values():
        if facts.get("type") == "item.kept":
            kept.setdefault(facts["item"], facts)
        elif facts.get("type") == "item.redacted" and isinstance(facts.get("item"), str):
            made[facts["item"]] = facts
    for item in planned | set(present) | set(named):
        name = present.get(item)
        if name is None:
            said.codes.add("item-missing")
        elif item not in planned or named.get(item) != name:
            said.codes.add("item-unplanned")
        elif item in log.destroyed:
            said.codes.add("item-destroyed")
        elif item not in kept or item not in log.objects:
            said.codes.add("item-without-event")
        else:
            facts = made.get(item, {}) if item in blurred else kept[item]
            data = files[name]
            seen = (sha256(data), len(data), f"{zlib.crc32(data):08x}")
            told_of = (facts.get("sha256"), facts.get("size"), facts.get("crc32"))
            kind = kept[item].get("kind")
            kind = kind.get("name") if isinstance(kind, dict) else None
            ending = ENDINGS.get(kind, "bin") if isinstance(kind, str) else "bin"
            if seen != told_of or type(told_of[1]) is not int or listed[name] != seen[0]:
                said.codes.add("item-changed")
            elif name != (f"data/{item}-blurred.jpg" if item in blurred else f"data/{item}.{ending}"):
                said.codes.add("item-misnamed")


def _info_agrees(files: dict[str, bytes], log: Log, part: int, parts: int, octets: int, said: Said) -> int:
    text = files.get("bag-info.txt")
    if text is None:
        return 1
    count = sum(DATA.fullmatch(name) is not None for name in files)
    first = re.match(rb"Bag-Count: ([1-9][0-9]{0,5}) of ([1-9][0-9]{0,5})\n", text)
    rest = text[first.end() :] if first else text
    form = (
        r"Bag-Software-Agent: evidence-kit [!-~]{1,64}\nBagging-Date: "
        rf"{log.commits[-1][3][:10]}\nExternal-Identifier: {re.escape(log.case)}\nPayload-Oxum: {octets}\.{count}\n"
    )
    placed = parts == 1 if first is None else not part or (int(first[1]), int(first[2])) == (part, parts)
    if not placed or re.fullmatch(form.encode(), rest) is None:
        said.codes.add("bag-file-differs")
    return int(first[1]) if first else 1


# --- all of it -------------------------------------------------------------------------------------------------------


def read_archive(
    data: bytes,
    passphrase: str,
    receipt: str | None = None,
    receipt_from: str = "paper",
    beside: tuple[bytes, bytes] | None = None,
) -> Said:
    said = Said()
    try:
        inner = unlock(data, passphrase, said)
        found = read_bag(members(inner, said), said)
        if found is not None:
            log, told = found
            if beside is not None:
                statement(data, log, beside, said)
            outside(log, receipt, receipt_from, said)
            stamps(log, told, said)
    except UncheckedError as error:
        return Said({str(error)})
    return said


def outside(log: Log, receipt: str | None, receipt_from: str, said: Said) -> None:
    if receipt is None:
        return
    typed = receipt.replace("-", "")
    if typed not in {receipt_code(point) for _, point, _, _, _ in log.commits}:
        said.codes.add("receipt-not-found")
    elif receipt_from == "archive":
        said.codes.add("receipt-came-along")
    else:
        said.anchored = True


def statement(data: bytes, log: Log, beside: tuple[bytes, bytes], said: Said) -> None:
    text, armour = beside
    form = (
        rb"evidence-kit-archive/1 ([A-Z0-9][A-Z0-9-]{2,31})\n(0|[1-9][0-9]{0,14})\n([0-9a-f]{64})\n([0-9a-f]{64})\n"
        rb"(0|[1-9][0-9]{0,14})\n"
    )
    found = re.fullmatch(form, text)
    try:
        blob = unarmoured(armour)
        signature(blob)
    except (RefusedError, ValueError, IndexError):
        found = None
    if found is None:
        said.codes.add("statement-unreadable")
        return
    try:
        signer = fingerprint(holds(blob, text, "evidence-kit-archive"))
    except RefusedError:
        signer = ""
    if signer not in log.signers:
        said.codes.add("statement-signature-invalid")
        return
    _, lines, head, _ = log.commits[-1][1].decode().split("\n")[:4] if log.commits else ("", "", "", "")
    wanted = (log.case, lines, head, sha256(data), str(len(data)))
    if tuple(each.decode() for each in found.groups()) != wanted:
        said.codes.add("statement-differs")


def read_folder(root: Path) -> Said:
    """Read a case folder without its key."""
    said = Said()
    files = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    try:
        log = read_log(files.pop("custody.jsonl"), said)
    except UncheckedError as error:
        return Said({str(error)})
    if log.tail == "log-tail-unfinished":
        NOTES.add(log.tail)
    said.codes |= {log.tail} if log.tail else set()
    wanted = {f"bodies/{line:08d}.age": ("body", each) for line, each in log.bodies.items()}
    wanted |= {f"keys/{name}.age": ("key", each) for name, each in log.readers.items()}
    wanted |= {f"store/{item}.age": ("item", each) for item, each in log.objects.items()}
    for name, (what, expected) in wanted.items():
        if name not in files:
            said.codes.add(f"{what}-missing")
        elif sha256(files[name]) != expected:
            said.codes.add(f"{what}-changed")
    end = log.commits[-1][0] if log.commits else 0
    for name in set(files) - set(wanted):
        body = re.fullmatch("bodies/([0-9]{8,})\\.age", name)
        said.codes.add("file-not-in-log")
        if body is not None and int(body[1]) > end:
            said.codes.add("log-cut")
    stamps(log, {}, said)
    return said


def main() -> None:
    path = Path(sys.argv[1])
    said = read_folder(path) if path.is_dir() else read_archive(path.read_bytes(), sys.argv[2])
    sys.stdout.write("\n".join([said.verdict, *sorted(said.codes)]) + "\n")


Reader = Callable[[bytes, str], Said]

if __name__ == "__main__":
    main()
