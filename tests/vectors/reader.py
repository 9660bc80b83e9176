"""Verify evidence-kit archives and case folders, from FORMAT.md and RULES.md alone.

The letters and numbers in the comments (L1, C2, Z4, …) are the rules of RULES.md; numbers with a § are the
sections of FORMAT.md. How it came about, and what was changed in it since, testvectors/README.md says.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import re
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
Fields = dict[str, Json]

# ---------------------------------------------------------------------------------------------------------------
# Verdicts (§7)
# ---------------------------------------------------------------------------------------------------------------

BROKEN = "BROKEN"
NOT_CHECKED = "NOT CHECKED"
ANCHORED = "ANCHORED"
CONSISTENT = "CONSISTENT"

# What leaves nothing, or nothing more, to be checked (§7; L1, P2, Z10 to Z13).
UNCHECKED = frozenset(
    {
        "log-version-unknown",
        "plan-version-unknown",
        "archive-cut",
        "archive-not-ours",
        "archive-passphrase",
        "file-unreadable",
    }
)

# What RULES.md says "nothing: … is noted" of, as far as these two functions can meet it.
NOTES = frozenset(
    {
        "allowed-signers-of-earlier-form",
        "receipt-came-along",
        "time-stamp-before-line",
        "time-stamp-authority-unknown",
        "destruction-unfinished",
        "file-not-in-log",
        "file-of-the-system",
        "readme-changed",
    }
)


@dataclass
class Judgement:
    """Hold what was found, and the one word that follows from it."""

    codes: set[str] = field(default_factory=set)
    verdict: str = NOT_CHECKED
    anchored: bool = False
    lines: int = 0
    items: int = 0
    items_here: int = 0
    items_of: int = 0
    events: int = 0
    events_closed: int = 0


def verdict_of(codes: set[str], *, anchored: bool, notes: frozenset[str] = NOTES) -> str:
    """Choose the first verdict of §7 that applies."""
    if codes - UNCHECKED - notes:
        return BROKEN
    if codes & UNCHECKED:
        return NOT_CHECKED
    return ANCHORED if anchored else CONSISTENT


# ---------------------------------------------------------------------------------------------------------------
# Forms: JSON, base64, digests, days (§1, §4)
# ---------------------------------------------------------------------------------------------------------------

LARGEST_NUMBER = 2**53 - 1
MOST_LEVELS = 64
LONGEST_LINE = 65_536

HEX_64 = re.compile(r"[0-9a-f]{64}")
HEX_32 = re.compile(r"[0-9a-f]{32}")
HEX_8 = re.compile(r"[0-9a-f]{8}")
CASE_ID = re.compile(r"[A-Z0-9][A-Z0-9-]{2,31}")
ITEM_ID = re.compile(r"E(?!000000\Z)[0-9]{6}|E[1-9][0-9]{6,14}")
WITNESSED_ID = re.compile(r"W(?!000000\Z)[0-9]{6}|W[1-9][0-9]{6,14}")
TYPE = re.compile(r"[a-z]+(?:[.-][a-z]+)*")
KEY_NAME = re.compile(r"K[0-9]{4,9}")
INTEGER_KEY = re.compile(r"0|[1-9][0-9]*")
TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{6})Z")


class FormError(Exception):
    """Say that bytes are not in the one form that the text describes."""


def sha256(data: bytes) -> str:
    """Name bytes by their SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def is_number(value: Json) -> bool:
    """Tell a number from everything else; `true` is no number (§1)."""
    return isinstance(value, int) and not isinstance(value, bool)


def number_of(value: Json) -> int | None:
    """Read a number, or nothing."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text_matches(pattern: re.Pattern[str], value: Json) -> bool:
    """Tell whether a value is a text that is wholly of the pattern."""
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def json_text(value: Json) -> bytes:
    """Write a value as JSON.stringify does; a lone surrogate has no such bytes and raises."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _refuse_number(_text: str) -> Json:
    raise FormError("a number that is no integer")


def _integer(text: str) -> int:
    # 17 signs hold every integer within 2^53 and its sign; longer ones need not be computed.
    if len(text) > 17:
        raise FormError("an integer beyond 2^53")
    number = int(text)
    if abs(number) > LARGEST_NUMBER:
        raise FormError("an integer beyond 2^53")
    return number


def _object_once(pairs: list[tuple[str, Json]]) -> Fields:
    found: Fields = {}
    for key, value in pairs:
        if key in found or INTEGER_KEY.fullmatch(key):
            raise FormError("a key twice, or one that looks like an integer")
        found[key] = value
    return found


def _levels(value: Json) -> int:
    deepest = 0
    waiting: list[tuple[Json, int]] = [(value, 1)]
    while waiting:
        inner, level = waiting.pop()
        if isinstance(inner, dict | list):
            deepest = max(deepest, level)
            further = inner.values() if isinstance(inner, dict) else inner
            waiting.extend((each, level + 1) for each in further)
    return deepest


def read_json(data: bytes) -> Fields:
    """Read an object in the one form of §4, or raise FormError."""
    try:
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object_once,
            parse_float=_refuse_number,
            parse_int=_integer,
            parse_constant=_refuse_number,
        )
        again = json_text(value)
    except (ValueError, RecursionError) as error:
        raise FormError(str(error)) from error
    # White space, -0, needless escapes and escaped pairs of surrogates all come out otherwise than they went in.
    if again != data or not isinstance(value, dict) or _levels(value) > MOST_LEVELS:
        raise FormError("not the one form")
    return value


def read_base64(value: Json) -> bytes | None:
    """Read base64 in its one spelling (§1), or nothing."""
    if not isinstance(value, str):
        return None
    try:
        data = base64.b64decode(value.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if base64.b64encode(data).decode("ascii") == value else None


def read_time(value: Json) -> datetime | None:
    """Read the time of a line (§3), or nothing where it is no such text or no such day."""
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return datetime(*(int(part) for part in match.groups()), tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def read_ranges(value: Json, highest: int) -> list[tuple[int, int]] | None:
    """Read ascending inclusive ranges that name nothing twice and nothing above `highest` (§6.3), or nothing."""
    if not isinstance(value, list):
        return None
    found: list[tuple[int, int]] = []
    behind = 0
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            return None
        first, last = number_of(pair[0]), number_of(pair[1])
        if first is None or last is None or not behind < first <= last <= highest:
            return None
        found.append((first, last))
        behind = last
    return found


def numbers_in(ranges: Iterable[tuple[int, int]]) -> set[int]:
    """List every number that ranges name; read_ranges has bounded them."""
    return {number for first, last in ranges for number in range(first, last + 1)}


# ---------------------------------------------------------------------------------------------------------------
# Keys, recipients and signatures (§1, §3.2)
# ---------------------------------------------------------------------------------------------------------------

FIELD_PRIME = 2**255 - 19
# The y of every point whose order divides 8: orders 1, 2, 4, and the two of order 8.
SMALL_ORDER_Y = frozenset(
    {
        1,
        FIELD_PRIME - 1,
        0,
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    }
)
KEY_SORT = b"ssh-ed25519"
KEY_PREFIX = "ssh-ed25519 "

BECH32_SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
RECIPIENT = re.compile(r"age1([qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58})")

LOG_NAMESPACE = b"evidence-kit"
SEAL_NAMESPACE = b"evidence-kit-seal"
ARCHIVE_NAMESPACE = b"evidence-kit-archive"

ARMOUR_BEGIN = "-----BEGIN SSH SIGNATURE-----\n"
ARMOUR_END = "-----END SSH SIGNATURE-----\n"
ARMOUR_COLUMNS = 70


def _ssh_string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _ssh_strings(data: bytes, count: int) -> list[bytes] | None:
    """Split exactly `count` length-prefixed strings, with nothing behind them."""
    found: list[bytes] = []
    at = 0
    for _ in range(count):
        if at + 4 > len(data):
            return None
        (length,) = struct.unpack_from(">I", data, at)
        if at + 4 + length > len(data):
            return None
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return found if at == len(data) else None


def has_small_order(encoded: bytes) -> bool:
    """Tell whether an encoded Ed25519 point needs no secret; the sign bit does not matter for that."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    return y % FIELD_PRIME in SMALL_ORDER_Y


def is_key_accepted(raw: bytes) -> bool:
    """Refuse a key whose y is not below 2^255-19 or whose point is of small order (§1)."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    return len(raw) == 32 and y < FIELD_PRIME and not has_small_order(raw)


def key_of_blob(blob: bytes) -> bytes | None:
    """Read the 32 bytes of an Ed25519 key out of its OpenSSH form, or nothing."""
    parts = _ssh_strings(blob, 2)
    if parts is None or parts[0] != KEY_SORT or len(parts[1]) != 32:
        return None
    return parts[1]


def fingerprint_of_blob(blob: bytes) -> str:
    """Write a fingerprint as `ssh-keygen -l` does."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")


def signer_of(value: Json) -> str | None:
    """Check a signer's key in its one spelling (§3.3) and return its fingerprint, or nothing (C2, C3)."""
    if not isinstance(value, str) or not value.startswith(KEY_PREFIX):
        return None
    blob = read_base64(value[len(KEY_PREFIX) :])
    raw = key_of_blob(blob) if blob is not None else None
    if blob is None or raw is None or not is_key_accepted(raw):
        return None
    return fingerprint_of_blob(blob)


def is_fingerprint(value: Json) -> bool:
    """Tell whether a text is a fingerprint in the one spelling `ssh-keygen -l` prints."""
    if not isinstance(value, str) or not value.startswith("SHA256:"):
        return False
    digest = read_base64(value.removeprefix("SHA256:") + "=")
    return digest is not None and len(digest) == 32


def _bech32_check(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(BECH32_GENERATORS):
            if top >> bit & 1:
                check ^= generator
    return check


def _point_of_recipient(text: str) -> bytes | None:
    match = RECIPIENT.fullmatch(text)
    if match is None:
        return None
    values = [BECH32_SIGNS.index(sign) for sign in match.group(1)]
    prefix = [ord(sign) >> 5 for sign in "age"] + [0] + [ord(sign) & 31 for sign in "age"]
    if _bech32_check(prefix + values) != 1:
        return None
    number = 0
    for value in values[:52]:
        number = number << 5 | value
    # 52 signs are 260 bits: the last four are padding, and are zero in the one encoding.
    return None if number & 15 else (number >> 4).to_bytes(32, "big")


def is_recipient(value: Json) -> bool:
    """Tell an age recipient from what is none, or is of small order (C2, C4)."""
    point = _point_of_recipient(value) if isinstance(value, str) else None
    if point is None:
        return False
    try:
        # A clamped secret is a multiple of 8, so the product is zero exactly for points of small order.
        X25519PrivateKey.from_private_bytes(b"\x01" * 32).exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Signature:
    """Hold the fields of an SSHSIG blob."""

    key_blob: bytes
    namespace: bytes
    reserved: bytes
    hash_name: bytes
    inner: bytes

    @property
    def fingerprint(self) -> str:
        """Name the key that the blob bears."""
        return fingerprint_of_blob(self.key_blob)

    def holds(self, message: bytes, namespace: bytes) -> bool:
        """Check an Ed25519 signature with hash sha512 and the given namespace (§1, §3.2)."""
        raw = key_of_blob(self.key_blob)
        inner = _ssh_strings(self.inner, 2)
        if raw is None or not is_key_accepted(raw) or inner is None or inner[0] != KEY_SORT or len(inner[1]) != 64:
            return False
        if (self.namespace, self.reserved, self.hash_name) != (namespace, b"", b"sha512"):
            return False
        # §1: a signature does not hold when its first half is a point of small order.
        if has_small_order(inner[1][:32]):
            return False
        signed = b"SSHSIG" + b"".join(
            _ssh_string(part) for part in (namespace, b"", b"sha512", hashlib.sha512(message).digest())
        )
        try:
            # OpenSSL's check is the one of §1: s below the order, no cofactor, the encodings compared.
            Ed25519PublicKey.from_public_bytes(raw).verify(inner[1], signed)
        except (InvalidSignature, ValueError):
            return False
        return True


def read_signature(blob: bytes) -> Signature | None:
    """Read an SSHSIG blob, or nothing where it is none."""
    if blob[:10] != b"SSHSIG\x00\x00\x00\x01":
        return None
    parts = _ssh_strings(blob[10:], 5)
    if parts is None or parts[2:4] != [b"", b"sha512"]:
        # The one form, to the byte (§7.3).
        return None
    return Signature(*parts)


def armour(blob: bytes) -> bytes:
    """Write a signature in its one armour: 70 columns (§6.3)."""
    text = base64.b64encode(blob).decode("ascii")
    rows = [text[at : at + ARMOUR_COLUMNS] + "\n" for at in range(0, len(text), ARMOUR_COLUMNS)]
    return (ARMOUR_BEGIN + "".join(rows) + ARMOUR_END).encode("ascii")


def read_armour(data: bytes) -> Signature | None:
    """Read a signature in its one armour, or nothing (B7, S1)."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return None
    if not text.startswith(ARMOUR_BEGIN) or not text.endswith(ARMOUR_END):
        return None
    blob = read_base64(text[len(ARMOUR_BEGIN) : -len(ARMOUR_END)].replace("\n", ""))
    if blob is None or armour(blob) != data:
        return None
    return read_signature(blob)


# ---------------------------------------------------------------------------------------------------------------
# The log (§3)
# ---------------------------------------------------------------------------------------------------------------

CLEAR_TYPES = frozenset(
    {
        "case.opened",
        "signer.added",
        "signer.removed",
        "recipient.changed",
        "reader.granted",
        "anchored",
        "destroyed",
    }
)
LOG_FORMAT = "evidence-kit/1"
LATER_FORMAT = re.compile(r"evidence-kit/([1-9][0-9]{0,5})")
ZERO_DIGEST = "0" * 64
SIGNATURE_KEYS = ["v", "seq", "time", "bodies", "by", "sig", "prev"]


@dataclass
class Line:
    """Hold one line of the log: its bytes, and its fields where it is well-formed."""

    number: int
    raw: bytes
    fields: Fields | None
    fits: bool = False

    @property
    def is_event(self) -> bool:
        """Tell a well-formed event line."""
        return self.fields is not None and "commit" in self.fields

    @property
    def is_signature(self) -> bool:
        """Tell a well-formed signature line."""
        return self.fields is not None and "sig" in self.fields

    def text(self, key: str) -> str:
        """Read a text of a well-formed line."""
        value = (self.fields or {}).get(key)
        return value if isinstance(value, str) else ""

    @property
    def clear(self) -> Fields | None:
        """Read what stands in clear."""
        value = (self.fields or {}).get("clear")
        return value if isinstance(value, dict) else None


@dataclass(frozen=True)
class Anchor:
    """Hold what one `anchored` line says, understood or not."""

    event: int
    line: int | None
    token: bytes


@dataclass
class Log:
    """Hold what the signed log says, up to its last valid signature line (§3.4)."""

    lines: list[Line] = field(default_factory=list)
    rest: bytes = b""
    end: int = 0
    ends: list[int] = field(default_factory=list)
    case: str = ""
    signers: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    signed: set[int] = field(default_factory=set)
    events: dict[int, Line] = field(default_factory=dict)
    objects: dict[str, int] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    destroyed: set[str] = field(default_factory=set)
    ended: bool = False
    replaced: dict[int, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    anchors: list[Anchor] = field(default_factory=list)

    def line(self, number: int) -> Line:
        """Look up a line by its number from 1."""
        return self.lines[number - 1]

    @property
    def count(self) -> int:
        """Count the lines of the file, signed or not (§7.3)."""
        return len(self.lines) + bool(self.rest)

    @property
    def last_case(self) -> str:
        """Name the case that something signed speaks of, or none."""
        return self.case if self.end else ""

    def checkpoint(self, number: int) -> bytes:
        """Write the checkpoint that signature line `number` signs (§3.2)."""
        before = self.lines[number - 2].raw if number > 1 else b""
        digest = sha256(before) if number > 1 else ZERO_DIGEST
        bodies = self.line(number).text("bodies")
        return f"{LOG_FORMAT} {self.case}\n{number - 1}\n{digest}\n{bodies}\n".encode()


def is_of_later_version(raw: bytes) -> bool:
    """Tell a first line of a later version from every other (L1, §3)."""
    try:
        fields = read_json(raw)
    except FormError:
        return False
    version = number_of(fields.get("v"))
    clear = fields.get("clear")
    written = clear.get("format") if isinstance(clear, dict) else None
    match = LATER_FORMAT.fullmatch(written) if isinstance(written, str) else None
    return (version is not None and version > 1) or (match is not None and int(match.group(1)) > 1)


def _event_keys(fields: Fields) -> list[str]:
    keys = ["v", "seq", "time", "commit"]
    if "object" in fields or "stored" in fields:
        keys += ["object", "stored"]
    if "clear" in fields:
        keys.append("clear")
    return [*keys, "prev"]


def _are_event_values(fields: Fields) -> bool:
    if "object" in fields and not (text_matches(ITEM_ID, fields["object"]) and text_matches(HEX_64, fields["stored"])):
        return False
    if "clear" in fields:
        clear = fields["clear"]
        if not isinstance(clear, dict) or next(iter(clear), None) != "type" or not isinstance(clear["type"], str):
            return False
    return text_matches(HEX_64, fields["commit"])


def _are_signature_values(fields: Fields) -> bool:
    return (
        text_matches(HEX_64, fields["bodies"])
        and is_fingerprint(fields["by"])
        and read_base64(fields["sig"]) is not None
    )


def read_line(raw: bytes) -> Fields | None:
    """Read a line in the one form and with values of the right kinds, or nothing (L2, L3)."""
    if len(raw) > LONGEST_LINE:
        return None
    try:
        fields = read_json(raw)
    except FormError:
        return None
    keys = list(fields)
    is_signature = keys == SIGNATURE_KEYS
    if not is_signature and keys != _event_keys(fields):
        return None
    sequence = number_of(fields["seq"])
    if not is_number(fields["v"]) or fields["v"] != 1 or sequence is None or sequence < 1:
        return None
    if read_time(fields["time"]) is None or not text_matches(HEX_64, fields["prev"]):
        return None
    fits = _are_signature_values(fields) if is_signature else _are_event_values(fields)
    return fields if fits else None


class LogReader:
    """Read a log line by line and gather its findings."""

    def __init__(self, codes: set[str]) -> None:
        """Begin with nothing read."""
        self.codes = codes
        self.log = Log()
        self._opened: Fields = {}
        self._time = ""
        self._pending: list[Line] = []
        self._previous = ZERO_DIGEST

    def read(self, data: bytes) -> Log:
        """Read the whole log; the version was looked at before (L1)."""
        *whole, self.log.rest = data.split(b"\n")
        for number, raw in enumerate(whole, 1):
            self._take(Line(number, raw, read_line(raw)))
        if not is_beginning(self.log.rest):
            self.codes.add("log-line-malformed")  # L2
        if not self.log.end:
            self.codes.add("log-nothing-signed")  # L10
        return self.log

    def _take(self, line: Line) -> None:
        self.log.lines.append(line)
        if line.fields is None:
            self.codes.add("log-line-malformed")  # L2, L3
        else:
            self._place(line)
        if line.is_signature:
            self._sign(line)
        else:
            if line.is_event:
                self._event(line)
            self._pending.append(line)
        self._previous = sha256(line.raw)

    def _place(self, line: Line) -> None:
        line.fits = True
        if number_of((line.fields or {})["seq"]) != line.number:
            self.codes.add("log-line-misnumbered")  # L4
            line.fits = False
        if line.text("prev") != self._previous:
            self.codes.add("log-chain-broken")  # L5
            line.fits = False

    def _event(self, line: Line) -> None:
        first = next((each for each in self._pending if each.is_event), None)
        if first is not None and first.text("time") != line.text("time"):
            self.codes.add("log-line-misdated")  # L6
            line.fits = False
        if line.number == 1:
            # §3.2: for the first commit, line 1 itself names the case and the signers.
            self._opened = line.clear or {}
            if text_matches(CASE_ID, self._opened.get("case")):
                self.log.case = str(self._opened["case"])

    def _sign(self, line: Line) -> None:
        problem = self._problem_of(line)
        if problem is None:
            self._commit(line)
        else:
            # §3.2: an invalid signature line ends no commit.
            self.codes.add(problem)
            self._pending.append(line)

    def _problem_of(self, line: Line) -> str | None:
        """Name the first thing that is wrong with a signature line (§3.2)."""
        events = [each for each in self._pending if each.is_event]
        if not events or events[-1].text("time") != line.text("time"):
            return "log-line-misdated"  # L6
        signers = self.log.signers if self.log.end else self._signers_of_line_1(events[0])
        if self.log.case and (line.text("by") not in signers or self.log.ended):
            return "log-signer-not-allowed"  # L8
        signature = read_signature(read_base64(line.text("sig")) or b"")
        if (
            not self.log.case
            or signature is None
            or signature.fingerprint != line.text("by")
            or line.text("prev") != self._previous
            or not signature.holds(self.log.checkpoint(line.number), LOG_NAMESPACE)
        ):
            return "log-signature-invalid"  # L7
        return None

    def _signers_of_line_1(self, first: Line) -> dict[str, str]:
        if first.number != 1:
            return {}
        listed = self._opened.get("signers")
        keys = {signer_of(each): str(each) for each in listed} if isinstance(listed, list) else {}
        return {name: key for name, key in keys.items() if name is not None}

    def _commit(self, line: Line) -> None:
        self._time = line.text("time")
        for each in self._pending:
            if not each.is_event:
                continue
            # What a line establishes it establishes under the number that it gives.
            number = number_of((each.fields or {})["seq"]) or 0
            self.log.events[number] = each
            item = each.text("object")
            if item:
                if item in self.log.kept or item in self.log.destroyed:
                    self.codes.add("log-object-twice")  # L9
                self.log.objects.setdefault(item, number)
                self.log.kept.add(item)
            if each.clear is not None and not self._apply(number, each.clear):
                self.codes.add("log-clear-not-understood")  # C1 to C7
        if self.log.ended and self.log.kept:
            self.codes.add("log-clear-not-understood")  # C6
        self._pending = []
        self.log.signed.add(number_of((line.fields or {})["seq"]) or 0)
        self.log.ends.append(line.number)
        self.log.end = line.number

    # -- what stands in clear (§3.3) ---------------------------------------------------------------------------

    def _open_case(self, clear: Fields) -> bool:
        signers = clear.get("signers")
        prints = [signer_of(each) for each in signers] if isinstance(signers, list) else [None]
        if (
            clear.get("format") != LOG_FORMAT
            or not is_recipient(clear.get("recipient"))
            or None in prints
            or len(set(prints)) != len(prints)
            or not isinstance(signers, list)
        ):
            return False
        for fingerprint, key in zip(prints, signers, strict=True):
            self._name(str(fingerprint), str(key))
        return True

    def _name(self, fingerprint: str, key: str) -> None:
        self.log.signers[fingerprint] = key
        self.log.named[fingerprint] = key

    def _apply(self, number: int, clear: Fields) -> bool:  # noqa: PLR0911 - one table of the text
        if clear["type"] == "anchored":
            # Read as a time stamp also where it is not understood (§7.3).
            token = read_base64(clear.get("token")) or b""
            self.log.anchors.append(Anchor(number, number_of(clear.get("line")), token))
        if number == 1 or clear["type"] == "case.opened":
            return number == 1 and clear["type"] == "case.opened" and self._open_case(clear)
        match clear["type"]:
            case "signer.added":
                return self._add_signer(clear)
            case "signer.removed":
                return self._remove_signer(clear)
            case "recipient.changed":
                return is_recipient(clear.get("recipient"))
            case "reader.granted":
                return self._grant(clear)
            case "anchored":
                return number_of(clear.get("line")) in self.log.signed and bool(read_base64(clear.get("token")))
            case "destroyed":
                return self._destroy(clear)
        # An unknown type (C1).
        return False

    def _add_signer(self, clear: Fields) -> bool:
        fingerprint = signer_of(clear.get("signer"))
        if fingerprint is None:
            return False
        self._name(fingerprint, str(clear["signer"]))
        return True

    def _remove_signer(self, clear: Fields) -> bool:
        fingerprint = signer_of(clear.get("signer"))
        if fingerprint is None or fingerprint not in self.log.signers:
            return False
        del self.log.signers[fingerprint]
        self.log.removed[fingerprint] = self._time
        return True

    def _grant(self, clear: Fields) -> bool:
        name, digest = clear.get("key"), clear.get("sha256")
        if not text_matches(KEY_NAME, name) or not text_matches(HEX_64, digest) or name in self.log.keys:
            return False
        self.log.keys[str(name)] = str(digest)
        return True

    def _destroy(self, clear: Fields) -> bool:
        objects, bodies = clear.get("objects"), clear.get("bodies")
        if not isinstance(objects, list) or not isinstance(bodies, list):
            return False
        items = {each for each in objects if isinstance(each, str)}
        if len(items) != len(objects) or not items <= self.log.kept:
            return False
        replaced: dict[int, str] = {}
        for body in bodies:
            number = number_of(body.get("line")) if isinstance(body, dict) else None
            digest = body.get("sha256") if isinstance(body, dict) else None
            if number is None or number not in self.log.signed or number in replaced:
                return False
            if not isinstance(digest, str) or HEX_64.fullmatch(digest) is None:
                return False
            replaced[number] = digest
        self.log.destroyed |= items
        self.log.kept -= items
        self.log.replaced |= replaced
        self.log.ended = self.log.ended or bool(self.log.ends and self.log.ends[0] in replaced)
        return True


def tail_of(log: Log) -> str | None:
    """Say what stands behind the last valid signature line (§3.4, L11, L12)."""
    behind = log.lines[log.end :]
    if not log.end or not (behind or log.rest):
        return None
    if not all(line.is_event and line.fits for line in behind) or not is_beginning(log.rest):
        return "log-tail-unsigned"
    return "log-tail-unfinished"


def is_beginning(rest: bytes) -> bool:
    """Tell the beginning of a line, or a whole one without its LF, from anything else (§3.4)."""
    begins = b'{"v":1,"seq":'
    if not rest or read_line(rest) is not None:
        return True
    if rest[: len(begins)] != begins[: len(rest)]:
        return False
    text = re.sub(rb'"(?:[^"\\]|\\.)*(?:"|\Z)', b"", rest, flags=re.DOTALL)
    depth = 0
    for sign in text:
        depth += (sign in b"{[") - (sign in b"}]")
        if depth == 0 and sign in b"}]":
            return False
    return True


def read_log(data: bytes, codes: set[str]) -> Log | None:
    """Read a log and gather its findings; nothing where it is of a later version."""
    if is_of_later_version(data.partition(b"\n")[0]):
        codes.add("log-version-unknown")  # L1
        return None
    log = LogReader(codes).read(data)
    tail = tail_of(log)
    if tail is not None:
        codes.add(tail)
    return log


# ---------------------------------------------------------------------------------------------------------------
# Time stamps (§7.1)
# ---------------------------------------------------------------------------------------------------------------

INTEGER, OCTETS, NULL, OID, BOOLEAN = 0x02, 0x04, 0x05, 0x06, 0x01
SEQUENCE, SET, GENERALIZED_TIME = 0x30, 0x31, 0x18
CONTEXT_0, CONTEXT_1 = 0xA0, 0xA1
PRIMITIVE_0, PRIMITIVE_1 = 0x80, 0x81
OID_SIGNED_DATA = "1.2.840.113549.1.7.2"
OID_TST_INFO = "1.2.840.113549.1.9.16.1.4"
OID_SHA256 = "2.16.840.1.101.3.4.2.1"
LONGEST_OBJECT = 63
STAMP_TIME = re.compile(rb"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]{0,8}[1-9]))?Z")
MOST_SECONDS = 10**9


@dataclass(frozen=True)
class Stamp:
    """Hold what a token says."""

    imprint: str
    time: datetime
    accuracy: timedelta
    policy: str
    serial: str


class Der:
    """Walk over the DER elements that lie behind one another in some bytes."""

    def __init__(self, data: bytes) -> None:
        """Take the elements apart: each has a tag and a length in their shortest form (§7.3)."""
        self._found: list[tuple[int, bytes]] = []
        self._next = 0
        at = 0
        while at < len(data):
            tag, at = self._tag(data, at)
            length, at = self._length(data, at)
            if at + length > len(data):
                raise FormError("an element that is cut")
            self._found.append((tag, data[at : at + length]))
            at += length

    @property
    def tag(self) -> int:
        """Look at the next tag; 0 at the end."""
        return self._found[self._next][0] if self._next < len(self._found) else 0

    @staticmethod
    def _tag(data: bytes, at: int) -> tuple[int, int]:
        if data[at] & 0x1F != 0x1F:
            return data[at], at + 1
        numbers, end = base_128(data, at + 1, once=True)
        if not 0x1F <= numbers[0] < 1 << 32:
            raise FormError("a tag that is not DER")
        # A tag of several bytes is none that is looked for.
        return -1, end

    @staticmethod
    def _length(data: bytes, at: int) -> tuple[int, int]:
        first = data[at]
        if first < 0x80:
            return first, at + 1
        content = data[at + 1 : at + 1 + (first & 0x7F)]
        if not 1 <= first & 0x7F <= 4 or len(content) != first & 0x7F or content[0] == 0:
            raise FormError("a length that is not DER")
        length = int.from_bytes(content, "big")
        if length < 0x80:
            raise FormError("a length that is not DER")
        return length, at + 1 + len(content)

    def take(self, tag: int | None = None) -> bytes:
        """Take the content of the next element, which has to have this tag where one is asked for."""
        if self._next == len(self._found) or tag not in (None, self.tag):
            raise FormError("another element")
        self._next += 1
        return self._found[self._next - 1][1]

    def object(self) -> str:
        """Take an object identifier, as its numbers with points between them."""
        content = self.take(OID)
        if not 0 < len(content) <= LONGEST_OBJECT:
            raise FormError("an object identifier that is none")
        numbers, _ = base_128(content, 0, once=False)
        root = min(numbers[0] // 40, 2)
        return ".".join(map(str, [root, numbers[0] - 40 * root, *numbers[1:]]))

    def inside(self, tag: int) -> Der:
        """Take the next element and walk over what is in it."""
        return Der(self.take(tag))

    def integer(self, tag: int = INTEGER) -> int:
        """Take an integer in the fewest bytes."""
        content = self.take(tag)
        if not content or (len(content) > 1 and (content[0], content[1] >> 7) in ((0, 0), (0xFF, 1))):
            raise FormError("an integer that is not DER")
        return int.from_bytes(content, "big", signed=True)

    def perhaps_list(self, tag: int) -> None:
        """Pass a list of elements, where it stands next."""
        if self.tag == tag:
            Der(self.take(tag))

    def end(self) -> None:
        """Refuse what stands behind."""
        if self._next != len(self._found):
            raise FormError("more than there may be")


def base_128(data: bytes, at: int, *, once: bool) -> tuple[list[int], int]:
    """Read numbers of seven bits a byte, each in its shortest form and below 2^128: one, or all to the end."""
    numbers: list[int] = []
    while at < len(data) and not (once and numbers):
        number = 0
        if data[at] == 0x80:
            raise FormError("a number in a longer form")
        while True:
            if at == len(data):
                raise FormError("a number that is cut")
            number = number << 7 | data[at] & 0x7F
            at += 1
            if number >= 1 << 128:
                raise FormError("a number too large")
            if data[at - 1] < 0x80:
                break
        numbers.append(number)
    if not numbers:
        raise FormError("no number")
    return numbers, at


def _expect(holds: bool) -> None:
    if not holds:
        raise FormError("not a time stamp as §7.1 describes it")


def read_stamp(token: bytes) -> Stamp:
    """Read a TimeStampResp in its place, or raise FormError (T1)."""
    outer = Der(token)
    response = outer.inside(SEQUENCE)
    outer.end()
    _expect(response.inside(SEQUENCE).integer() in (0, 1))
    content_info = response.inside(SEQUENCE)
    response.end()
    _expect(content_info.object() == OID_SIGNED_DATA)
    explicit = content_info.inside(CONTEXT_0)
    content_info.end()
    info = _read_signed_data(explicit.inside(SEQUENCE))
    explicit.end()
    return _read_info(info)


def _read_signed_data(data: Der) -> Der:
    data.integer()
    data.take(SET)
    content = data.inside(SEQUENCE)
    _expect(content.object() == OID_TST_INFO)
    explicit = content.inside(CONTEXT_0)
    content.end()
    octets = explicit.inside(OCTETS)
    explicit.end()
    data.perhaps_list(CONTEXT_0)
    data.perhaps_list(CONTEXT_1)
    signers = data.inside(SET)
    _read_signer(signers.inside(SEQUENCE))
    # Exactly one SignerInfo.
    signers.end()
    data.end()
    info = octets.inside(SEQUENCE)
    octets.end()
    return info


def _read_signer(signer: Der) -> None:
    signer.integer()
    signer.take()
    signer.take()
    signer.perhaps_list(CONTEXT_0)
    signer.take()
    signer.take(OCTETS)
    signer.perhaps_list(CONTEXT_1)
    signer.end()


def _read_info(info: Der) -> Stamp:
    _expect(info.integer() == 1)
    policy = info.object()
    imprint = _read_imprint(info.inside(SEQUENCE))
    serial = str(info.integer())
    time = _read_stamp_time(info.take(GENERALIZED_TIME))
    accuracy = _read_accuracy(info.inside(SEQUENCE)) if info.tag == SEQUENCE else timedelta()
    if info.tag == BOOLEAN:
        _expect(info.take(BOOLEAN) in (b"\x00", b"\xff"))
    if info.tag == INTEGER:
        info.integer()
    info.perhaps_list(CONTEXT_0)
    info.perhaps_list(CONTEXT_1)
    info.end()
    return Stamp(imprint, time, accuracy, policy, serial)


def _read_imprint(imprint: Der) -> str:
    algorithm = imprint.inside(SEQUENCE)
    _expect(algorithm.object() == OID_SHA256)
    if algorithm.tag == NULL:
        _expect(algorithm.take(NULL) == b"")
    algorithm.end()
    digest = imprint.take(OCTETS)
    imprint.end()
    _expect(len(digest) == 32)
    return digest.hex()


def _read_stamp_time(text: bytes) -> datetime:
    match = STAMP_TIME.fullmatch(text)
    if match is None:
        raise FormError("not a time of a token")
    parts = [int(part) for part in match.groups()[:6]]
    # The time is cut to microseconds.
    microseconds = int((match.group(7) or b"").ljust(6, b"0")[:6])
    try:
        return datetime(*parts, microseconds, tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError as error:
        raise FormError(str(error)) from error


def _read_accuracy(accuracy: Der) -> timedelta:
    seconds = milliseconds = microseconds = 0
    if accuracy.tag == INTEGER:
        seconds = accuracy.integer()
        _expect(0 <= seconds <= MOST_SECONDS)
    if accuracy.tag == PRIMITIVE_0:
        milliseconds = accuracy.integer(PRIMITIVE_0)
        _expect(1 <= milliseconds <= 999)
    if accuracy.tag == PRIMITIVE_1:
        microseconds = accuracy.integer(PRIMITIVE_1)
        _expect(1 <= microseconds <= 999)
    accuracy.end()
    return timedelta(seconds=seconds, milliseconds=milliseconds, microseconds=microseconds)


def stamp_text(time: datetime) -> str:
    """Write a token's time as `stamped_at` does (§7.1)."""
    seconds = time.strftime("%m-%dT%H:%M:%S")
    fraction = f".{time.microsecond:06d}" if time.microsecond else ""
    return f"{time.year:04d}-{seconds}{fraction}+00:00"


def check_stamps(log: Log, taken: dict[int, Fields], codes: set[str]) -> None:
    """Check what every understood `anchored` line holds (T1 to T5)."""
    lines = {number: log.line(number) for number in log.ends}
    for anchor in log.anchors:
        try:
            stamp = read_stamp(anchor.token)
        except (FormError, IndexError):
            codes.add("time-stamp-malformed")  # T1
            continue
        line = lines.get(anchor.line or 0)
        if line is None or stamp.imprint != sha256(line.raw):
            codes.add("time-stamp-of-another-line")  # T2
            continue
        told = taken.get(anchor.event, {})
        true = {"stamped_at": stamp_text(stamp.time), "policy": stamp.policy, "serial": stamp.serial}
        if any(told.get(name) not in (None, value) for name, value in true.items()):
            codes.add("time-stamp-told-differently")  # T3
        written = read_time(line.text("time"))
        # Compared as spans from one instant, because a time of year 1 or 9999 leaves no room for sums.
        if written is not None and written - stamp.time > stamp.accuracy + timedelta(seconds=1):
            codes.add("time-stamp-before-line")  # T4
        codes.add("time-stamp-authority-unknown")  # T5: no roots are given here


# ---------------------------------------------------------------------------------------------------------------
# Openings (§4, §7.2)
# ---------------------------------------------------------------------------------------------------------------


@dataclass
class Openings:
    """Hold which lines are opened, and what is taken from those that agree with their line."""

    opened: set[int] = field(default_factory=set)
    taken: dict[int, Fields] = field(default_factory=dict)


def read_opening(data: bytes) -> Fields | None:
    """Read an opening in its one form, with its salt and its type, or nothing (O2)."""
    try:
        fields = read_json(data)
    except FormError:
        return None
    if list(fields)[:2] != ["salt", "type"]:
        return None
    if not text_matches(HEX_32, fields["salt"]) or not text_matches(TYPE, fields["type"]):
        return None
    return fields


def agrees_in_clear(opening: Fields, line: Line) -> bool:
    """Compare what an opening repeats with what its line says in clear (O3)."""
    clear = line.clear
    if clear is None:
        # §3.3: an opening of a type of the table on a line without `clear` is a break.
        return opening.get("clear") is None and opening["type"] not in CLEAR_TYPES
    if list(opening)[2:3] != ["clear"] or opening["type"] != clear["type"]:
        return False
    return json_text(opening["clear"]) == json_text(clear)


def agrees_about_item(opening: Fields, line: Line) -> bool:
    """Compare an opening of type `item.kept`, or of another, with its line's object (O4)."""
    named = line.text("object")
    if opening["type"] == "item.witnessed" and not text_matches(WITNESSED_ID, opening.get("item")):
        return False
    if opening["type"] != "item.kept":
        return not named
    return bool(named) and opening.get("item") == named


def agrees_about_commit(opening: Fields, line: int, log: Log) -> bool:
    """Compare what an event says of a signature line above it with that line (O10)."""
    kind, lines = opening["type"], number_of(opening.get("lines"))
    if kind not in ("receipt.issued", "sealed"):
        return True
    is_receipt = kind == "receipt.issued"
    named = opening.get("signature_line") if is_receipt else opening.get("lines")
    told = [opening.get("code" if is_receipt else "receipt"), opening.get("lines" if is_receipt else "head")]
    number = number_of(named) if is_receipt else None if lines is None else lines + 1
    if number is None or number not in log.ends or number >= line:
        return named is None and told == [None, None]
    point = log.checkpoint(number)
    code = "-".join(re.findall("....", receipt_of(point)))
    other: Json = number - 1 if is_receipt else point.decode("ascii").split("\n")[2]
    return told[0] in (None, code) and (told[1] is None or (type(told[1]), told[1]) == (type(other), other))


def lines_of_openings(data: bytes, codes: set[str]) -> list[bytes]:
    """Split `events.jsonl` into its lines; one without LF is counted too."""
    *whole, rest = data.split(b"\n")
    if rest:
        codes.add("events-cut")  # O6
        whole.append(rest)
    return whole


def read_openings(data: bytes, log: Log | None, codes: set[str]) -> Openings:
    """Look at every line of `events.jsonl` that is not empty (§7.2)."""
    lines = lines_of_openings(data, codes)
    if log is None or len(lines) != log.count:
        codes.add("events-miscounted")  # O7
    events = log.events if log is not None else {}
    found = Openings()
    witnessed: set[str] = set()
    for number, raw in enumerate(lines, 1):
        if not raw:
            continue
        line = events.get(number)
        if line is None or line.text("commit") != sha256(raw):
            codes.add("opening-changed")  # O1
            continue
        opening = read_opening(raw)
        if opening is None:
            codes.add("opening-malformed")  # O2
            continue
        found.opened.add(number)
        if not agrees_in_clear(opening, line):
            codes.add("opening-and-clear-differ")  # O3
            continue
        if not agrees_about_item(opening, line):
            codes.add("item-and-line-differ")  # O4
            continue
        found.taken[number] = opening
        if log is not None and not agrees_about_commit(opening, number, log):
            codes.add("commit-told-differently")  # O10
        if opening["type"] == "item.witnessed":
            item = opening.get("item")
            if isinstance(item, str):
                if item in witnessed:
                    codes.add("item-witnessed-twice")  # O5
                witnessed.add(item)
    return found


# ---------------------------------------------------------------------------------------------------------------
# The plan (§6.3)
# ---------------------------------------------------------------------------------------------------------------

SCOPES = ("all", "cited", "items")
HIGHEST_FORM = 3
REPORT_NAME = re.compile(r"report/(?:[a-z0-9][a-z0-9._-]{0,63}/)?[a-z0-9][a-z0-9._-]{0,95}\.(?:json|jsonl|pdf|txt)")


@dataclass(frozen=True)
class Report:
    """Hold what a plan says of one file below report/."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True)
class Volume:
    """Hold what one part of a seal is to hold."""

    items: frozenset[int]
    manifest: str


@dataclass(frozen=True)
class Plan:
    """Hold a plan that is as described."""

    volumes: tuple[Volume, ...]
    items: frozenset[int]
    items_of: int
    withheld: frozenset[int]
    blurred: frozenset[int]
    reports: tuple[Report, ...]
    viewable: frozenset[int]


def plan_opening(log: Log, openings: Openings) -> Fields | None:
    """Find the opened `seal.begun` right before the last line (P1)."""
    opening = openings.taken.get(log.end - 1) if log.end == log.count else None
    return opening if opening is not None and opening["type"] == "seal.begun" else None


def _volumes_of(plan: Fields, items: set[int], highest: int) -> tuple[Volume, ...] | None:
    """Read the parts of a plan, or nothing where they are not as described."""
    parts, listed = number_of(plan.get("parts")), plan.get("volumes")
    if listed is None:
        manifest = plan.get("payload_manifest")
        if parts != 1 or number_of(plan.get("part")) != 1 or not text_matches(HEX_64, manifest):
            return None
        return (Volume(frozenset(items), str(manifest)),)
    alone = plan.get("payload_manifest") is not None or plan.get("part") is not None
    if not isinstance(listed, list) or len(listed) < 2 or parts != len(listed) or alone:
        return None
    volumes: list[Volume] = []
    seen: set[int] = set()
    for each in listed:
        ranges = read_ranges(each.get("items"), highest) if isinstance(each, dict) else None
        manifest = each.get("payload_manifest") if isinstance(each, dict) else None
        if ranges is None or not text_matches(HEX_64, manifest):
            return None
        here = numbers_in(ranges)
        if not here or here & seen:
            return None
        seen |= here
        volumes.append(Volume(frozenset(here), str(manifest)))
    return tuple(volumes) if seen == items else None


def _reports_of(plan: Fields) -> tuple[Report, ...] | None:
    """Read what a plan says of report/, or nothing where it is not as described."""
    listed = plan.get("reports")
    if not isinstance(listed, list):
        return None
    found: list[Report] = []
    for each in listed:
        if not isinstance(each, dict):
            return None
        path, size, digest = each.get("path"), number_of(each.get("size")), each.get("sha256")
        if not text_matches(REPORT_NAME, path) or size is None or size < 0 or not text_matches(HEX_64, digest):
            return None
        if found and str(path) <= found[-1].path:
            return None
        found.append(Report(str(path), size, str(digest)))
    return tuple(found)


def _form_fits(plan: Fields) -> bool:
    """Check that `form` is 3 exactly when there are reports, else 2 exactly when there is something of form 2."""
    says = plan.get("blurred") is not None or plan.get("volumes") is not None
    form = plan.get("form")
    newest = bool(plan.get("reports")) or plan.get("viewable") is not None
    wanted = HIGHEST_FORM if newest else HIGHEST_FORM - 1
    return (is_number(form) and form == wanted) if says or newest else form is None


def read_plan(plan: Fields, log: Log) -> Plan | None:
    """Read a plan, or nothing where anything in it is not as described (P3)."""
    highest = log.count
    items, withheld = read_ranges(plan.get("items"), highest), read_ranges(plan.get("withheld"), highest)
    said_blurred = plan.get("blurred")
    blurred = read_ranges([] if said_blurred is None else said_blurred, highest)
    said_viewable = plan.get("viewable")
    viewable = read_ranges([] if said_viewable is None else said_viewable, highest)
    if items is None or withheld is None or blurred is None or viewable is None or not _form_fits(plan):
        return None
    shown = numbers_in(viewable)
    planned, blurs = numbers_in(items), numbers_in(blurred)
    items_of = number_of(plan.get("items_of"))
    volumes, reports = _volumes_of(plan, planned, highest), _reports_of(plan)
    if (
        not isinstance(plan.get("purpose"), str)
        or plan.get("scope") not in SCOPES
        or number_of(plan.get("items_in")) != len(planned)
        or items_of is None
        or items_of < 0
        or reports is None
        or volumes is None
        or not blurs | shown <= planned
    ):
        return None
    closed = frozenset(numbers_in(withheld))
    return Plan(volumes, frozenset(planned), items_of, closed, frozenset(blurs), reports, frozenset(shown))


def planned_reports(log: Log | None, openings: Openings) -> dict[str, Report]:
    """List the reports that a plan names which is there and as described."""
    opening = plan_opening(log, openings) if log is not None else None
    form = number_of(opening.get("form")) if opening is not None else None
    if log is None or opening is None or (form is not None and form > HIGHEST_FORM):
        return {}
    plan = read_plan(opening, log)
    return {each.path: each for each in plan.reports} if plan is not None else {}


def check_disclosure(plan: Plan, log: Log, openings: Openings, codes: set[str]) -> None:
    """Hold what is opened against what the plan withholds (O8, O9, §7.2)."""
    events = set(log.events)
    if events - openings.opened - plan.withheld or plan.withheld - events:
        codes.add("opening-missing")  # O8
    if openings.opened & plan.withheld:
        codes.add("opening-against-plan")  # O9
    if plan.items_of != len(log.kept):
        codes.add("seal-plan-miscounts")  # P4


# ---------------------------------------------------------------------------------------------------------------
# The zip form (§6.2)
# ---------------------------------------------------------------------------------------------------------------

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
PLAIN_VERSION, ZIP64_VERSION = 20, 45
DOS_DATE = 0x0021
MADE_BY_UNIX = 3 << 8
FILE_MODE = 0x81A40000
AES_EXTRA = bytes.fromhex("0199070002004145030000")
LOCAL_SIZE = 30
ZIP64_EXTRA_SIZE = 20
ZIP64_END_SIZE = 56 + 20


@dataclass(frozen=True)
class Member:
    """Hold one member of a zip as its local header describes it."""

    name: bytes
    body: bytes
    crc: int
    size: int
    packed: int
    offset: int
    encrypted: bool = False

    @property
    def is_large(self) -> bool:
        """Tell whether the sizes stand in a ZIP64 field."""
        return self.packed >= FULL_32

    def _common(self, version: int) -> bytes:
        flags, method = (1, 99) if self.encrypted else (0, 0)
        packed, size = (FULL_32, FULL_32) if self.is_large else (self.packed, self.size)
        return struct.pack("<HHHHHIII", version, flags, method, 0, DOS_DATE, self.crc, packed, size)

    def local_header(self) -> bytes:
        """Write the local header that our writer would have written."""
        zip64 = struct.pack("<HHQQ", 1, 16, self.size, self.packed) if self.is_large else b""
        extra = zip64 + (AES_EXTRA if self.encrypted else b"")
        version = ZIP64_VERSION if zip64 else PLAIN_VERSION
        return LOCAL + self._common(version) + struct.pack("<HH", len(self.name), len(extra)) + self.name + extra

    def directory_entry(self) -> bytes:
        """Write the directory entry that follows from the member."""
        fields = struct.pack("<QQ", self.size, self.packed) if self.is_large else b""
        far = self.offset >= FULL_32
        fields += struct.pack("<Q", self.offset) if far else b""
        zip64 = struct.pack("<HH", 1, len(fields)) + fields if fields else b""
        extra = zip64 + (AES_EXTRA if self.encrypted else b"")
        version = ZIP64_VERSION if zip64 else PLAIN_VERSION
        return (
            CENTRAL
            + struct.pack("<H", MADE_BY_UNIX | version)
            + self._common(version)
            + struct.pack("<HHHHHII", len(self.name), len(extra), 0, 0, 0, FILE_MODE, FULL_32 if far else self.offset)
            + self.name
            + extra
        )


def directory_and_end(members: list[Member], at: int) -> bytes:
    """Write the directory and the end records that follow from the members (Z5, Z7)."""
    directory = b"".join(member.directory_entry() for member in members)
    count, size = len(members), len(directory)
    records = b""
    if count >= FULL_16 or size >= FULL_32 or at >= FULL_32:
        records = b"PK\x06\x06" + struct.pack(
            "<QHHIIQQQQ", 44, MADE_BY_UNIX | ZIP64_VERSION, ZIP64_VERSION, 0, 0, count, count, size, at
        )
        records += b"PK\x06\x07" + struct.pack("<IQI", 0, at + size, 1)
    short = min(count, FULL_16)
    end = END + struct.pack("<HHHHIIH", 0, 0, short, short, min(size, FULL_32), min(at, FULL_32), 0)
    return directory + records + end


def _member_at(data: bytes, at: int) -> tuple[Member, int, bytes] | None:
    """Read the local header at an offset: the member, where it ends, and its header's bytes."""
    if at + LOCAL_SIZE > len(data):
        return None
    crc, packed, _size, name_length, extra_length = struct.unpack_from("<IIIHH", data, at + 14)
    begin = at + LOCAL_SIZE + name_length + extra_length
    name = data[at + LOCAL_SIZE : at + LOCAL_SIZE + name_length]
    extra = data[at + LOCAL_SIZE + name_length : begin]
    if packed == FULL_32 and extra[:4] == b"\x01\x00\x10\x00" and len(extra) >= ZIP64_EXTRA_SIZE:
        _size, packed = struct.unpack_from("<QQ", extra, 4)
    if begin + packed > len(data):
        return None
    return Member(name, data[begin : begin + packed], crc, packed, packed, at), begin + packed, data[at:begin]


def read_members(data: bytes, codes: set[str]) -> list[Member]:
    """Read the members in the order in which they lie, up to what is not ours, and compare what is around them."""
    members: list[Member] = []
    at = 0
    while True:
        if data[at : at + 4] in (CENTRAL, END) and at + LOCAL_SIZE <= len(data) + 8:
            break
        read = _member_at(data, at)
        if read is None or read[2] != read[0].local_header() or not read[0].name.isascii():
            # What is not ours ends the reading (§7.3).
            codes.add("archive-inner-form")  # Z4
            return members
        member, at, _ = read
        if zlib.crc32(member.body) != member.crc:
            codes.add("archive-crc-differs")  # Z3
        members.append(member)
    if data[at:] != directory_and_end(members, at):
        codes.add("archive-directory-changed")  # Z5
    return members


# ---------------------------------------------------------------------------------------------------------------
# The shell (§6.1, §6.2)
# ---------------------------------------------------------------------------------------------------------------

SHELL_NAME = b"evidence.zip"
SALT_SIZE, CHECK_SIZE, CODE_SIZE = 16, 2, 10
KEY_SIZE = 32
AROUND_SIZE = SALT_SIZE + CHECK_SIZE + CODE_SIZE
PBKDF2_ROUNDS = 1000
BLOCK = 16


@dataclass(frozen=True)
class Shell:
    """Hold what lies in the outer zip: the locked bytes and what they are locked with."""

    salt: bytes
    check: bytes
    locked: bytes
    code: bytes
    findings: frozenset[str]


def _shell_member(packed: int) -> Member:
    return Member(SHELL_NAME, b"", 0, packed - AROUND_SIZE, packed, 0, encrypted=True)


def _size_of(member: Member) -> int:
    end = len(member.local_header()) + member.packed
    return end + len(directory_and_end([member], end))


def _as_it_was(data: bytes) -> Member | None:
    """Find the one member that an archive of this length can have, if its header still resembles ours (§7.3)."""
    least = _size_of(_shell_member(AROUND_SIZE))
    for more in (0, 2 * ZIP64_EXTRA_SIZE, 2 * ZIP64_EXTRA_SIZE + ZIP64_END_SIZE):
        member = _shell_member(max(AROUND_SIZE, len(data) - least - more + AROUND_SIZE))
        header = member.local_header()
        alike = sum(one == other for one, other in zip(header, data, strict=False))
        if _size_of(member) == len(data) and 10 * alike >= 6 * len(header):
            return member
    return None


def read_shell(data: bytes, codes: set[str]) -> Shell | None:
    """Read the outer zip, or nothing where it is cut or not ours (Z7 to Z11)."""
    if len(data) < LOCAL_SIZE:
        codes.add("archive-cut")  # Z10
        return None
    findings: set[str] = set()
    (packed,) = struct.unpack_from("<I", data, 18)
    name_end = LOCAL_SIZE + len(SHELL_NAME)
    if packed == FULL_32 and len(data) >= name_end + ZIP64_EXTRA_SIZE:
        (packed,) = struct.unpack_from("<Q", data, name_end + 12)
    member: Member | None = _shell_member(packed)
    header = member.local_header() if member is not None and packed >= AROUND_SIZE else b""
    if data.startswith(LOCAL) and header[: len(data)] == data[: len(header)] != b"" and len(data) < len(header):
        codes.add("archive-cut")  # Z10
        return None
    if not header or not data.startswith(header):
        member = _as_it_was(data)
        findings.add("archive-header-changed")  # Z8
    if member is None:
        codes.add("archive-not-ours")  # Z11
        return None
    begin = len(member.local_header())
    end = begin + member.packed
    trailer = directory_and_end([member], end)
    if len(data) < end + len(trailer):
        codes.add("archive-cut")  # Z10
        return None
    if data[end:] != trailer:
        findings.add("archive-trailer-changed")  # Z7
    if len(data) > end + len(trailer):
        findings.add("archive-bytes-behind")  # Z9
    salt, check = data[begin : begin + SALT_SIZE], data[begin + SALT_SIZE : begin + SALT_SIZE + CHECK_SIZE]
    locked = data[begin + SALT_SIZE + CHECK_SIZE : end - CODE_SIZE]
    return Shell(salt, check, locked, data[end - CODE_SIZE : end], frozenset(findings))


def _key_stream(key: bytes, length: int) -> bytes:
    # WinZip counts its blocks from 1 and little-endian, which no mode of the library does.
    blocks = b"".join(number.to_bytes(BLOCK, "little") for number in range(1, -(-length // BLOCK) + 1))
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    return (encryptor.update(blocks) + encryptor.finalize())[:length]


def _unlocked(key: bytes, locked: bytes) -> bytes:
    stream = _key_stream(key, len(locked))
    mixed = int.from_bytes(locked, "little") ^ int.from_bytes(stream, "little")
    return mixed.to_bytes(len(locked), "little")


def open_shell(shell: Shell, passphrase: str, codes: set[str]) -> bytes | None:
    """Unlock what lies in the shell, or nothing where the passphrase does not fit (Z6, Z12)."""
    digits = re.sub(r"[\s-]", "", passphrase)
    keys = hashlib.pbkdf2_hmac(
        "sha1", digits.encode("utf-8", "surrogatepass"), shell.salt, PBKDF2_ROUNDS, 2 * KEY_SIZE + CHECK_SIZE
    )
    if keys[2 * KEY_SIZE :] != shell.check:
        codes.add("archive-passphrase")  # Z12
        return None
    codes |= shell.findings
    code = hmac.new(keys[KEY_SIZE : 2 * KEY_SIZE], shell.locked, "sha1").digest()[:CODE_SIZE]
    if not hmac.compare_digest(code, shell.code):
        codes.add("archive-code-wrong")  # Z6
    return _unlocked(keys[:KEY_SIZE], shell.locked)


# ---------------------------------------------------------------------------------------------------------------
# The bag (§6.3)
# ---------------------------------------------------------------------------------------------------------------

TOP_FILES = (
    "bagit.txt",
    "bag-info.txt",
    "READ-ME-FIRST.html",
    "READ-ME-FIRST.txt",
    "FORMAT.md",
    "custody.jsonl",
    "events.jsonl",
    "checkpoint.txt",
    "checkpoint.txt.sig",
    "allowed_signers",
)
MANIFEST, TAG_MANIFEST, TAG_SIGNATURE = "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig"
LAST_FILES = (MANIFEST, TAG_MANIFEST, TAG_SIGNATURE)
ENDINGS = ("jpg", "png", "webp", "gif", "heic", "mp4", "mov", "mp3", "ogg", "opus", "m4a", "wav", "pdf", "txt", "json")
OTHER_ENDINGS = ("zip", "html", "xml", "vcf", "bin")
SHOWN_ENDINGS = {"html": "html", "xml": "xml", "vcard": "vcf"}
ANCHOR_NAME = re.compile(r"anchors/(0[0-9]{7}|[1-9][0-9]{7,14})\.tsr")
ITEM_NAME = re.compile(
    r"data/(E(?!000000[-.])[0-9]{6}|E[1-9][0-9]{6,14})(?:(-blurred)\.jpg|\.("
    + "|".join(ENDINGS + OTHER_ENDINGS)
    + r"))"
)
ITEM_OF = re.compile(r"data/(E(?!000000[-.])[0-9]{6}|E[1-9][0-9]{6,14})(?:-blurred\.jpg|\.[a-z0-9]{1,5})\Z")
MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  ([^\r\v\f\x1c-\x1e]*)")
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
BAG_COUNT = re.compile(rb"Bag-Count: ([1-9][0-9]{0,5}) of [1-9][0-9]{0,5}\n")
BAG_INFO = re.compile(
    rb"(?:Bag-Count: ([1-9][0-9]*) of ([1-9][0-9]*)\n)?"
    rb"Bag-Software-Agent: evidence-kit [!-~]{1,64}\n"
    rb"Bagging-Date: ([0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    rb"External-Identifier: ([A-Z0-9][A-Z0-9-]{2,31})\n"
    rb"Payload-Oxum: (0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\n"
)


@dataclass
class Bag:
    """Hold the files of a bag by their names inside its folder."""

    folder: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    log: Log | None = None
    later: bool = False
    openings: Openings = field(default_factory=Openings)

    def payload(self) -> dict[str, bytes]:
        """List what lies below data/."""
        return {name: body for name, body in self.files.items() if name.startswith("data/")}


def rank_of(name: str) -> tuple[int, int, str] | None:
    """Give a name its place in the order of §6.3, or nothing where it belongs into no bag."""
    if name in TOP_FILES:
        return TOP_FILES.index(name), 0, ""
    if name in LAST_FILES:
        return len(TOP_FILES) + 2 + LAST_FILES.index(name), 0, ""
    if REPORT_NAME.fullmatch(name) is not None:
        return len(TOP_FILES) + 1, 0, name
    anchor = ANCHOR_NAME.fullmatch(name)
    if anchor is not None:
        return len(TOP_FILES), int(anchor.group(1)), ""
    item = ITEM_NAME.fullmatch(name)
    if item is not None:
        return len(TOP_FILES) + 2 + len(LAST_FILES), int(item.group(1)[1:]), ""
    return None


def read_bag(members: list[Member], codes: set[str]) -> Bag:
    """Sort the members into a bag, and read log and openings where they lie (Z1, Z2, §7.2)."""
    bag = Bag()
    items: set[str] = set()
    highest = (-1, 0, "")
    for member in members:
        folder, _, name = member.name.decode("latin-1").partition("/")
        bag.folder = bag.folder or folder
        rank = rank_of(name)
        anchor, item = ANCHOR_NAME.fullmatch(name), ITEM_OF.match(name)
        # Which time stamps lie in a bag, the log says; an item has one file.
        stamped = {each.event for each in bag.log.anchors} if bag.log is not None else set()
        strange = (anchor is not None and int(anchor.group(1)) not in stamped) or (
            item is not None and item.group(1) in items
        )
        if REPORT_NAME.fullmatch(name) is not None:
            # Which reports, the plan says.
            strange = name not in planned_reports(bag.log, bag.openings)
        if item is not None and folder == bag.folder:
            items.add(item.group(1))
        if rank is None or folder != bag.folder or name in bag.files or strange:
            codes.add("archive-member-unexpected")  # Z1
            continue
        if rank < highest:
            codes.add("archive-member-misplaced")  # Z2
        highest = max(highest, rank)
        bag.files[name] = member.body
        if name == "custody.jsonl":
            bag.log = read_log(member.body, codes)
            bag.later = bag.log is None
        elif name == "events.jsonl":
            bag.openings = read_openings(member.body, bag.log, codes)
    return bag


@dataclass
class Manifest:
    """Hold what a manifest lists; nothing is taken from a malformed one."""

    entries: dict[str, str] = field(default_factory=dict)
    malformed: bool = False


def read_manifest(data: bytes | None, codes: set[str], *, of_payload: bool) -> Manifest | None:
    """Read a manifest in its one form (B10)."""
    if data is None:
        return None
    entries: dict[str, str] = {}
    *lines, rest = data.decode("latin-1").split("\n")
    fits = not rest and data.isascii()
    last: str | None = None
    for line in lines:
        match = MANIFEST_LINE.fullmatch(line)
        if match is None or (last is not None and match.group(2) <= last):
            fits = False
            break
        last = match.group(2)
        entries[last] = match.group(1)
    if not fits:
        codes.add("bag-manifest-malformed")
        return Manifest(malformed=True)
    named = [match.group(1) for match in map(ITEM_OF.match, entries) if match is not None]
    if of_payload and len(set(named)) != len(entries):
        # A name that is no item's, or two of one item (§7.3); the others count.
        codes.add("bag-manifest-malformed")
    return Manifest(entries)


class BagReader:
    """Check what is in a bag against its log, its openings and its plan."""

    def __init__(self, bag: Bag, log: Log, codes: set[str]) -> None:
        """Begin with log and openings; the plan is read on the way."""
        self.bag = bag
        self.log = log
        self.codes = codes
        self.openings = bag.openings
        self.intact: set[str] = set()
        self.broken: set[str] = set()
        self.plan: Plan | None = None
        self.volume: Volume | None = None
        self.part: int | None = None
        self.manifest: Manifest | None = None

    def check(self) -> None:
        """Check everything in the bag; of a later version's plan, what hangs together with it is taken back (P2)."""
        later = not self._find_plan()
        check_stamps(self.log, self.openings.taken, self.codes)
        self._check_names()
        self._check_followers()
        self._check_allowed_signers()
        self._check_tag_manifest()
        self._check_signature()
        if self.plan is not None:
            self._find_part()
            self._check_info()
            self._check_items()
        if later:
            form = ("bag-", "item-", "seal-plan-", "archive-member-unexpected")
            self.codes -= {code for code in self.codes if code.startswith(form)}

    def check_alone(self) -> None:
        """Check what needs no log: which files there are (§7.3)."""
        if not set(TOP_FILES + LAST_FILES) <= set(self.bag.files):
            self.codes.add("bag-file-missing")  # B1

    # -- the plan ------------------------------------------------------------------------------------------------

    def _find_plan(self) -> bool:
        opening = plan_opening(self.log, self.openings)
        if opening is None:
            self.codes.add("seal-plan-missing")  # P1
            return True
        form = number_of(opening.get("form"))
        if form is not None and form > HIGHEST_FORM:
            self.codes.add("plan-version-unknown")  # P2
            return False
        self.plan = read_plan(opening, self.log)
        if self.plan is None:
            # Nothing is taken from a plan that is not as described.
            self.codes.add("seal-plan-malformed")  # P3
        else:
            check_disclosure(self.plan, self.log, self.openings, self.codes)
        return True

    def _find_part(self) -> None:
        data = self.bag.files.get(MANIFEST)
        self.manifest = read_manifest(data, self.codes, of_payload=True)
        if self.plan is None:
            return
        counted = BAG_COUNT.match(self.bag.files.get("bag-info.txt", b""))
        # Where the payload manifest tells none, `Bag-Count` does.
        claimed = int(counted.group(1)) if counted is not None else 1
        self.volume = self.plan.volumes[min(claimed, len(self.plan.volumes)) - 1]
        if data is None:
            return
        # §6.3: which part an archive is, its payload manifest says.
        digest = sha256(data)
        for number, volume in enumerate(self.plan.volumes, 1):
            if volume.manifest == digest:
                self.volume, self.part = volume, number
                return
        self.codes.add("seal-plan-differs")  # P5

    # -- what follows from the log -------------------------------------------------------------------------------

    def _check_names(self) -> None:
        if not set(TOP_FILES + LAST_FILES) <= set(self.bag.files):
            self.codes.add("bag-file-missing")  # B1
        if self.bag.folder != self.log.last_case:
            self.codes.add("bag-case-differs")  # B2

    def _differs(self, name: str, *expected: bytes) -> bool:
        return name in self.bag.files and self.bag.files[name] not in expected

    def _check_followers(self) -> None:
        wrong = False
        if self.log.end:
            wrong = self._differs("bagit.txt", BAGIT)
            blob = read_base64(self.log.line(self.log.end).text("sig")) or b""
            wrong |= self._differs("checkpoint.txt", self.log.checkpoint(self.log.end))
            wrong |= self._differs("checkpoint.txt.sig", armour(blob))
        if wrong:
            self.codes.add("bag-file-differs")  # B3
        self._check_anchors()
        for name, report in self._reports().items():
            body = self.bag.files.get(name)
            if body is None:
                self.codes.add("bag-file-missing")  # B1
            elif (len(body), sha256(body)) != (report.size, report.digest):
                self.codes.add("report-changed")  # P6

    def _reports(self) -> dict[str, Report]:
        return {each.path: each for each in self.plan.reports} if self.plan is not None else {}

    def _check_anchors(self) -> None:
        for anchor in self.log.anchors:
            name = f"anchors/{anchor.event:08d}.tsr"
            if name not in self.bag.files:
                self.codes.add("bag-file-missing")  # B1
            elif self.log.end and self._differs(name, anchor.token):
                self.codes.add("bag-file-differs")  # B3

    def _check_allowed_signers(self) -> None:
        written = self.bag.files.get("allowed_signers")
        if written is None or not self.log.end or written == allowed_signers(self.log):
            return
        earlier = written == allowed_signers_of_earlier_form(self.log)
        self.codes.add("allowed-signers-of-earlier-form" if earlier else "bag-file-differs")  # B5, B3

    def _check_info(self) -> None:
        written = self.bag.files.get("bag-info.txt")
        if written is None:
            return
        match = BAG_INFO.fullmatch(written)
        if match is None or not self._info_fits(match):
            self.codes.add("bag-file-differs")  # B4

    def _info_fits(self, match: re.Match[bytes]) -> bool:
        if match.group(3).decode("ascii") != self.log.line(self.log.end).text("time")[:10]:
            return False
        payload = self.bag.payload()
        oxum = f"{sum(map(len, payload.values()))}.{len(payload)}".encode()
        if b".".join(match.group(5, 6)) != oxum:
            return False
        if self.log.case and match.group(4).decode("ascii") != self.log.case:
            return False
        return self._count_fits(match.group(1), match.group(2))

    def _count_fits(self, part: bytes | None, parts: bytes | None) -> bool:
        known = len(self.plan.volumes) if self.plan is not None else None
        if part is None or parts is None:
            # It may be missing where there is one part.
            return known is None or known == 1
        if len(part) > 6 or len(parts) > 6:
            return False
        return self.part is None or (int(part), int(parts)) == (self.part, known)

    # -- the list of the bag, and its signature ------------------------------------------------------------------

    def _check_tag_manifest(self) -> None:
        manifest = read_manifest(self.bag.files.get(TAG_MANIFEST), self.codes, of_payload=False)
        if manifest is None or manifest.malformed:
            return
        listable = {*TOP_FILES, MANIFEST, *(f"anchors/{anchor.event:08d}.tsr" for anchor in self.log.anchors)}
        listable |= set(self._reports())
        if listable ^ set(manifest.entries):
            self.codes.add("bag-file-unlisted")  # B8
        for name in listable & set(manifest.entries) & set(self.bag.files):
            if sha256(self.bag.files[name]) != manifest.entries[name]:
                self.codes.add("bag-file-changed")  # B9

    def _check_signature(self) -> None:
        written, signed = self.bag.files.get(TAG_SIGNATURE), self.bag.files.get(TAG_MANIFEST)
        if written is None or signed is None:
            return
        signature = read_armour(written)
        if signature is None:
            self.codes.add("bag-signature-malformed")  # B7
        elif not (signature.holds(signed, SEAL_NAMESPACE) and signature.fingerprint in self.log.signers):
            self.codes.add("bag-signature-invalid")  # B6

    # -- the items (§7.2) ----------------------------------------------------------------------------------------

    def _check_items(self) -> None:
        here: dict[str, list[str]] = {}
        for name in self.bag.payload():
            match = ITEM_NAME.fullmatch(name)
            if match is not None:
                here.setdefault(match.group(1), []).append(name)
        wanted = {id_of(number) for number in self.volume.items} if self.volume is not None else set()
        for item in wanted | set(self._listed()) | set(here):
            finding = self._finding_of(item, here.get(item, []))
            if finding is None:
                self.intact.add(item)
            else:
                self.codes.add(finding)
                self.broken.add(item)

    def _listed(self) -> dict[str, str]:
        """List which file the manifest names for an item."""
        entries = self.manifest.entries if self.manifest is not None else {}
        found = {name: ITEM_OF.match(name) for name in entries}
        return {match.group(1): name for name, match in found.items() if match is not None}

    def _finding_of(self, item: str, names: list[str]) -> str | None:
        """Choose the first finding of §7.2 that applies to an item."""
        if not names:
            return "item-missing"  # I1
        if self._is_unplanned(item, names):
            return "item-unplanned"  # I2
        if item in self.log.destroyed:
            return "item-destroyed"  # I3
        name = names[0]
        kept = self._first_kept(item)
        if kept is None or item not in self.log.kept:
            return "item-without-event"  # I4
        is_copy = self.plan is not None and int(item[1:]) in self.plan.blurred
        described = self._newest_copy(item) if is_copy else kept
        body = self.bag.files[name]
        if described is None or not is_described(body, described) or self._listed_as(name) != sha256(body):
            return "item-changed"  # I5
        shown = self.plan is not None and int(item[1:]) in self.plan.viewable
        ending = "-blurred.jpg" if is_copy else "." + (shown_ending_of(kept) if shown else ending_of(kept))
        return None if name == f"data/{item}{ending}" else "item-misnamed"  # I6

    def _listed_as(self, name: str) -> str | None:
        return self.manifest.entries.get(name) if self.manifest is not None else None

    def _is_unplanned(self, item: str, names: list[str]) -> bool:
        planned = self.volume.items if self.volume is not None else frozenset()
        return int(item[1:]) not in planned or self._listed().get(item) != names[0]

    def _first_kept(self, item: str) -> Fields | None:
        """Find what the first line says of an item that names its object and agrees."""
        for _, opening in sorted(self.openings.taken.items()):
            if opening["type"] == "item.kept" and opening.get("item") == item:
                return opening
        return None

    def _newest_copy(self, item: str) -> Fields | None:
        """Find the newest `item.redacted` of an item."""
        for number in sorted(self.openings.taken, reverse=True):
            opening = self.openings.taken[number]
            if opening["type"] == "item.redacted" and opening.get("item") == item:
                return opening
        return None


def id_of(number: int) -> str:
    """Write the id of an item's number (§2)."""
    return f"E{number:06d}"


def ending_of(kept: Fields) -> str:
    """Choose the ending that follows from a recorded kind (§6.3)."""
    kind = kept.get("kind")
    name = kind.get("name") if isinstance(kind, dict) else None
    if name in ("text", "jpeg"):
        return {"text": "txt", "jpeg": "jpg"}[str(name)]
    return name if isinstance(name, str) and name not in ("txt", "jpg") and name in (*ENDINGS, "zip") else "bin"


def shown_ending_of(kept: Fields) -> str:
    """Choose the ending of an item that the plan calls viewable (§6.3)."""
    kind = kept.get("kind")
    name = kind.get("name") if isinstance(kind, dict) else None
    return SHOWN_ENDINGS.get(name, ending_of(kept)) if isinstance(name, str) else ending_of(kept)


def is_described(body: bytes, described: Fields) -> bool:
    """Hold bytes against the size and the sums that an event says; `true` is no size (I5)."""
    return (
        number_of(described.get("size")) == len(body)
        and described.get("sha256") == sha256(body)
        and described.get("crc32") == f"{zlib.crc32(body):08x}"
    )


def _by_fingerprint(keys: dict[str, str]) -> Iterator[tuple[str, str]]:
    return iter(sorted(keys.items()))


def allowed_signers(log: Log) -> bytes:
    """Write `allowed_signers` as it follows from the log's end (§6.3)."""
    rows = [_allowed(log, key) for _, key in _by_fingerprint(log.signers)]
    gone = {name: key for name, key in log.named.items() if name not in log.signers}
    for fingerprint, key in _by_fingerprint(gone):
        until = re.sub(r"[-:T]", "", log.removed[fingerprint][:19])
        rows.append(f'{log.case} namespaces="evidence-kit",valid-before="{until}Z" {key}\n')
    return "".join(rows).encode("ascii")


def _allowed(log: Log, key: str) -> str:
    return f'{log.case} namespaces="evidence-kit,evidence-kit-seal,evidence-kit-archive" {key}\n'


def allowed_signers_of_earlier_form(log: Log) -> bytes:
    """Write `allowed_signers` as earlier versions did: all keys alike (B5)."""
    return "".join(_allowed(log, key) for _, key in _by_fingerprint(log.named)).encode("ascii")


# ---------------------------------------------------------------------------------------------------------------
# What comes from outside: statements and receipts (§5, §6.1)
# ---------------------------------------------------------------------------------------------------------------

STATEMENT = re.compile(
    r"evidence-kit-archive/1 ([A-Z0-9][A-Z0-9-]{2,31})\n(0|[1-9][0-9]{0,14})\n([0-9a-f]{64})\n([0-9a-f]{64})\n"
    r"(0|[1-9][0-9]{0,14})\n"
)
BASE32_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
CODE_SIGNS, CHECK_SIGNS = 32, 4
HELD_BEFORE = ("paper", "told")


def check_statement(data: bytes, beside: tuple[bytes, bytes], log: Log, codes: set[str]) -> None:
    """Check a statement beside an archive and its signature (S1 to S3)."""
    statement, written = beside
    signature = read_armour(written)
    match = STATEMENT.fullmatch(statement.decode("latin-1"))
    if signature is None or match is None:
        codes.add("statement-unreadable")  # S1
        return
    if not signature.holds(statement, ARCHIVE_NAMESPACE) or signature.fingerprint not in log.signers:
        codes.add("statement-signature-invalid")  # S2
        return
    end = log.end - 1
    head = sha256(log.line(end).raw) if end > 0 else ""
    if match.groups() != (log.case, str(end), head, sha256(data), str(len(data))):
        codes.add("statement-differs")  # S3


def receipt_of(checkpoint: bytes) -> str:
    """Compute a receipt code, without its hyphens (§5)."""
    signs = base64.b32encode(hashlib.sha256(checkpoint).digest()[:20]).decode("ascii")
    return signs + _check_signs(signs)


def _check_signs(signs: str) -> str:
    return base64.b32encode(hashlib.sha256(signs.encode("ascii")).digest()[:5]).decode("ascii")[:CHECK_SIGNS]


def typed_receipt(typed: str) -> str | None:
    """Read a code as it was typed, or nothing where it was typed wrongly, which is no verdict (§5)."""
    code = re.sub(r"[\s-]", "", typed).upper().translate(str.maketrans("018", "OIB"))
    if len(code) != CODE_SIGNS + CHECK_SIGNS or not set(code) <= BASE32_SIGNS:
        return None
    return code if _check_signs(code[:CODE_SIGNS]) == code[CODE_SIGNS:] else None


def check_receipt(receipt: str | None, receipt_from: str, log: Log, codes: set[str]) -> bool:
    """Look a code up among the valid signature lines; tell whether it fixes lines (R1, R2)."""
    code = typed_receipt(receipt) if receipt is not None else None
    if code is None:
        return False
    found = any(receipt_of(log.checkpoint(number)) == code for number in log.ends)
    if not found:
        codes.add("receipt-not-found")  # R1
        return False
    if receipt_from not in HELD_BEFORE:
        codes.add("receipt-came-along")  # R2
        return False
    return found


# ---------------------------------------------------------------------------------------------------------------
# An archive
# ---------------------------------------------------------------------------------------------------------------


def _count_log(judgement: Judgement, log: Log) -> None:
    judgement.lines = log.end
    judgement.events = len(log.events)


def _judge_archive(
    judgement: Judgement,
    data: bytes,
    passphrase: str,
    receipt: str | None,
    receipt_from: str,
    beside: tuple[bytes, bytes] | None,
) -> None:
    codes = judgement.codes
    shell = read_shell(data, codes)
    inner = open_shell(shell, passphrase, codes) if shell is not None else None
    if inner is None:
        return
    members = read_members(inner, codes)
    if "archive-code-wrong" in codes and not members:
        # The check bytes fit by chance, and nothing inside looks like ours (§7.3).
        codes.clear()
        codes.add("archive-passphrase")  # Z12
        return
    bag = read_bag(members, codes)
    log = bag.log
    if bag.later:
        # L1: nothing is checked, so nothing else is said.
        codes.intersection_update({"log-version-unknown"})
        return
    if log is None:
        # Without a log nothing can be held against it.
        BagReader(bag, Log(), codes).check_alone()
        return
    reader = BagReader(bag, log, codes)
    reader.check()
    _count_log(judgement, log)
    judgement.items, judgement.items_here = len(reader.intact), len(reader.intact) + len(reader.broken)
    if reader.plan is not None:
        judgement.items_of, judgement.events_closed = reader.plan.items_of, len(reader.plan.withheld)
    judgement.anchored = check_receipt(receipt, receipt_from, log, codes)
    if beside is not None:
        check_statement(data, beside, log, codes)


def read_archive(
    data: bytes,
    passphrase: str,
    *,
    receipt: str | None = None,
    receipt_from: str = "told",
    beside: tuple[bytes, bytes] | None = None,
) -> Judgement:
    """Judge a sealed archive by its bytes and its passphrase."""
    judgement = Judgement()
    try:
        _judge_archive(judgement, data, passphrase, receipt, receipt_from, beside)
    except Exception:  # noqa: BLE001 - no input may raise; what could not be read is said to be so (Z13)
        judgement.codes.add("file-unreadable")
    judgement.verdict = verdict_of(judgement.codes, anchored=judgement.anchored)
    return judgement


# ---------------------------------------------------------------------------------------------------------------
# A case folder, without its key (§2)
# ---------------------------------------------------------------------------------------------------------------

# A break in an archive, a note in a case (L11).
FOLDER_NOTES = NOTES | {"log-tail-unfinished"}
SYSTEM_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".directory"})
BODY_NAME = re.compile(r"bodies/(0[0-9]{7}|[1-9][0-9]{7,14})\.age")
# Described in §2, and named by no signed line: the log itself, the lock, the text for people.
OWN_FILES = frozenset({"custody.jsonl", "README.txt", "lock"})
CACHED = re.compile(r"cache/(?:[a-z]+/)?[0-9a-f]{32}(?:\.index)?(?:\.draft)?")


def is_of_the_system(name: str) -> bool:
    """Tell what systems leave behind (F22, §7.3)."""
    return name.rpartition("/")[2] in SYSTEM_FILES


class FolderReader:
    """Check the files of a case folder against its log."""

    def __init__(self, root: Path, log: Log, codes: set[str]) -> None:
        """List the files once; contents are read when they are needed."""
        self.root = root
        self.log = log
        self.codes = codes
        found = [path for path in root.rglob("*") if path.is_symlink() or not path.is_dir()]
        # What is no regular file, a pipe or a link, is as if it were not there, and strange (§7.3).
        plain = {path.relative_to(root).as_posix() for path in found if path.is_file() and not path.is_symlink()}
        self.other = {path.relative_to(root).as_posix() for path in found} - plain
        self.names = plain
        self._claimed: set[str] = set()
        self.items_intact = 0

    def check(self) -> None:
        """Check bodies, items, keys, and what no line names."""
        if self.log.last_case and self.root.resolve().name != self.log.case:
            self.codes.add("case-renamed")  # F16
        for number in self.log.ends:
            self._check_body(number)
        for item, number in self.log.objects.items():
            self._check_item(item, self.log.events[number].text("stored"))
        for key, digest in self.log.keys.items():
            self._check_file(f"keys/{key}.age", digest, "key-missing", "key-changed")  # F5, F6
        self._check_strangers()

    def _digest(self, name: str) -> str | None:
        """Name the bytes of a file, or nothing where it is not there or cannot be read."""
        if name not in self.names:
            return None
        try:
            return sha256((self.root / name).read_bytes())
        except OSError:
            self.codes.add("file-unreadable")  # Z13: nothing is said of them
            return None

    def _check_file(self, name: str, digest: str, missing: str, changed: str) -> None:
        self._claimed.add(name)
        found = self._digest(name)
        if name not in self.names:
            self.codes.add(missing)
        elif found is not None and found != digest:
            self.codes.add(changed)

    def _check_body(self, number: int) -> None:
        name = f"bodies/{number:08d}.age"
        replaced = self.log.replaced.get(number)
        draft = name + ".draft"
        # §3.3: where a destruction was interrupted, a reader takes a draft whose SHA-256 the log names.
        if replaced is not None and self._digest(draft) == replaced and self._digest(name) != replaced:
            self._claimed |= {name, draft}
            self.codes.add("destruction-unfinished")  # F20
            return
        digest = replaced or self.log.line(number).text("bodies")
        self._check_file(name, digest, "body-missing", "body-changed")  # F1, F2

    def _check_item(self, item: str, stored: str) -> None:
        name = f"store/{item}.age"
        if item in self.log.destroyed:
            if name in self.names:
                # The object has not gone yet.
                self._claimed.add(name)
                self.codes.add("destruction-unfinished")  # F20
            return
        self.items_intact += self._digest(name) == stored
        self._check_file(name, stored, "item-missing", "item-changed")  # I1, I5

    def _check_strangers(self) -> None:
        strange = ((self.names - OWN_FILES) | self.other) - self._claimed
        bodies = {match.group(1) for match in map(BODY_NAME.fullmatch, strange) if match is not None}
        behind = {int(number) for number in bodies if int(number) > self.log.end}
        # §3.5 puts one body in its place before its lines are written: one alone may be an interrupted commit,
        # two can only be what a longer log named (F12).
        if len(behind) > 1:
            self.codes.add("log-cut")
        for name in strange:
            if name.startswith("recovered/") or (CACHED.fullmatch(name) and name not in self.other):
                continue
            self.codes.add("file-of-the-system" if is_of_the_system(name) else "file-not-in-log")  # F22, F21


def _judge_folder(judgement: Judgement, root: Path) -> None:
    codes = judgement.codes
    custody = root / "custody.jsonl"
    if custody.is_symlink() or not custody.is_file():
        raise FileNotFoundError(custody)
    log = read_log(custody.read_bytes(), codes)
    if log is None:
        return
    # Without the key no opening is known, so that no `stamped_at` can be compared (T3).
    check_stamps(log, {}, codes)
    reader = FolderReader(root, log, codes)
    reader.check()
    _count_log(judgement, log)
    judgement.items_here = judgement.items_of = len(log.kept)
    judgement.items = reader.items_intact
    judgement.events_closed = judgement.events


def read_folder(root: Path) -> Judgement:
    """Judge a case folder without its key."""
    judgement = Judgement()
    try:
        _judge_folder(judgement, root)
    except Exception:  # noqa: BLE001 - no input may raise; what could not be read is said to be so (Z13)
        judgement.codes.add("file-unreadable")
    judgement.verdict = verdict_of(judgement.codes, anchored=False, notes=FOLDER_NOTES)
    return judgement


# ---------------------------------------------------------------------------------------------------------------
# The command line
# ---------------------------------------------------------------------------------------------------------------

SEALED_ENDING = ".sealed.zip"


def _beside(path: Path) -> tuple[bytes, bytes] | None:
    """Read the statement beside an archive and its signature; an absent one of both is empty."""
    statement = path.with_name(path.name.removesuffix(SEALED_ENDING) + ".statement.txt")
    signature = statement.with_name(statement.name + ".sig")
    found = [b"", b""]
    for place, each in enumerate((statement, signature)):
        with contextlib.suppress(OSError):
            found[place] = each.read_bytes()
    return (found[0], found[1]) if any(found) else None


def judgement_of(path: Path, passphrase: str) -> Judgement:
    """Judge whatever lies at a path."""
    if path.is_dir():
        return read_folder(path)
    try:
        data = path.read_bytes()
    except OSError:
        return Judgement({"file-unreadable"}, NOT_CHECKED)
    return read_archive(data, passphrase, beside=_beside(path))


def main(arguments: list[str]) -> int:
    """Print the verdict and the codes, one a line."""
    if not 1 <= len(arguments) <= 2:
        sys.stderr.write("usage: reader.py PATH [PASSPHRASE]\n")
        return 2
    judgement = judgement_of(Path(arguments[0]), arguments[1] if len(arguments) > 1 else "")
    sys.stdout.write("".join(f"{each}\n" for each in [judgement.verdict, *sorted(judgement.codes)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
