"""Time stamps of an authority over one line of a log: asking, reading, checking.

rfc3161-client checks; where it refuses what an authority gave (some do not sort their certificates), `openssl ts` is
asked, and the outcome says which of them checked. A token that no given root vouches for proves nothing.

Source: RFC 3161; RFC 5816.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_LIBRARY: Final = "rfc3161-client"
_PROGRAM: Final = "openssl"
_SECONDS: Final = 20
# DER of the object identifiers of SHA-256 and of id-ct-TSTInfo.
_SHA256: Final = bytes.fromhex("0609608648016503040201")
_TST_INFO: Final = bytes.fromhex("060b2a864886f70d0109100104")
_INTEGER, _OCTETS, _OBJECT, _GENERALIZED_TIME, _SEQUENCE, _EXPLICIT = 0x02, 0x04, 0x06, 0x18, 0x30, 0xA0
_GRANTED_STATUS: Final = frozenset({0, 1})
_GRANTED: Final = bytes((0x30, 0x03, 0x02, 0x01, 0x00))


class StampError(ValueError):
    """Bytes that are no time stamp, or one that says nothing about this line."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token says, by its own claim until `check` says who vouches for it.

    Attributes:
        imprint: SHA-256 of what was stamped, in hexadecimal; None where it cannot be read out of it.
        at: When.
        authority: Name of the certificate that signed, where it can be read.
        policy: Under which rules.
        serial: The authority's number for it.
        nonce: The number of the request that it answers.
    """

    imprint: str | None
    at: datetime
    authority: str | None
    policy: str | None
    serial: int | None
    nonce: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """Who vouches for a token.

    Attributes:
        by: `rfc3161-client` or `openssl`.
        root: SHA-256 of the root certificate's file, in hexadecimal.
    """

    by: str
    root: str


def request(line: bytes) -> bytes:
    """Return what an authority is asked: SHA-256, a nonce, and its certificates in the answer."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(line).hash_algorithm(HashAlgorithm.SHA256)
    return bytes(builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes())


def nonce_of(asked: bytes) -> int | None:
    """Return the nonce of a request, the last integer before its end.

    Source: RFC 3161, 2.4.1: version, imprint, nonce, certReq; our requests have no policy and no extensions.
    """
    certificates = bytes((0x01, 0x01, 0xFF))
    body = asked.removesuffix(certificates)
    for size in range(1, 24):
        if body[-size - 2 : -size] == bytes((0x02, size)):
            return int.from_bytes(body[-size:], "big")
    return None


def answer(data: bytes) -> bytes:
    """Return an authority's answer; a bare token, as some services give it, is put into the frame of one."""
    if data[:1] != b"\x30" or len(data) < 16:
        raise StampError("not DER")
    length = 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)
    if data[length : length + 1] != b"\x06":
        return data
    body = _GRANTED + data
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return b"\x30" + (bytes((0x80 | len(size),)) + size if len(body) > 0x7F else size) + body


def read(data: bytes) -> Stamp:
    """Return what an answer says.

    The few fields are read here and not by the library, which takes no answer whose certificates are not sorted.

    Raises:
        StampError: It is none, or the authority refused.
    """
    try:
        status, *token = _children(_whole(data, _SEQUENCE))
        granted = _children(_value(status, _SEQUENCE))[0]
        if int.from_bytes(_value(granted, _INTEGER), "big") not in _GRANTED_STATUS or not token:
            raise StampError("the authority refused")
        at = data.index(_TST_INFO) + len(_TST_INFO)
        content, _ = _element(data, at)
        (octets,) = _children(_value(content, _EXPLICIT))
        return _stamp(_children(_whole(_value(octets, _OCTETS), _SEQUENCE)), data)
    except StampError:
        raise
    except (IndexError, ValueError) as error:
        raise StampError("not an answer of a time-stamping authority") from error


def _stamp(fields: list[tuple[int, bytes]], data: bytes) -> Stamp:
    _, policy, imprint, serial, made, *rest = fields
    algorithm, digest = _children(_value(imprint, _SEQUENCE))
    if _SHA256 not in _value(algorithm, _SEQUENCE):
        raise StampError("over another hash than SHA-256")
    nonce = next((_integer(each) for each in rest if each[0] == _INTEGER), None)
    return Stamp(
        imprint=_value(digest, _OCTETS).hex(),
        at=_time(_value(made, _GENERALIZED_TIME).decode("ascii")),
        authority=_signer(data),
        policy=_dotted(_value(policy, _OBJECT)),
        serial=_integer(serial),
        nonce=nonce,
    )


def _element(data: bytes, at: int) -> tuple[tuple[int, bytes], int]:
    """Return tag and value of the DER element at a place, and where the next one begins."""
    tag, size = data[at], data[at + 1]
    at += 2
    if size >= 0x80:
        count = size & 0x7F
        size = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + size > len(data):
        raise ValueError("cut off")
    return (tag, data[at : at + size]), at + size


def _children(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        child, at = _element(data, at)
        found.append(child)
    return found


def _whole(data: bytes, tag: int) -> bytes:
    found, end = _element(data, 0)
    if end != len(data):
        raise ValueError("bytes behind the end")
    return _value(found, tag)


def _value(element: tuple[int, bytes], tag: int) -> bytes:
    if element[0] != tag:
        raise ValueError("another element was expected")
    return element[1]


def _integer(element: tuple[int, bytes]) -> int:
    return int.from_bytes(_value(element, _INTEGER), "big")


def _dotted(data: bytes) -> str:
    numbers, current = [data[0] // 40, data[0] % 40], 0
    for byte in data[1:]:
        current = current << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(current)
            current = 0
    return ".".join(map(str, numbers))


def _time(text: str) -> datetime:
    whole, _, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment.replace(microsecond=int(fraction[:6].ljust(6, "0"))) if fraction else moment


def check(data: bytes, digest: str, roots: Sequence[bytes]) -> Checked | None:
    """Return who vouches for a token over this digest; None when none of the roots does.

    Args:
        data: The authority's answer.
        digest: SHA-256 of the line, in hexadecimal.
        roots: PEM files with root certificates, from outside the archive.
    """
    for root in roots:
        name = hashlib.sha256(root).hexdigest()
        if _by_library(data, digest, root):
            return Checked(_LIBRARY, name)
        if _by_program(data, digest, root):
            return Checked(_PROGRAM, name)
    return None


def is_root(data: bytes) -> bool:
    """Say whether these bytes are certificates in PEM."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return bool(load_pem_x509_certificates(data))
    except ValueError:
        return False


def _by_library(data: bytes, digest: str, root: bytes) -> bool:
    from cryptography.x509 import load_pem_x509_certificates
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    try:
        builder = VerifierBuilder()
        for certificate in load_pem_x509_certificates(root):
            builder = builder.add_root_certificate(certificate)
        return bool(builder.build().verify(decode_timestamp_response(data), bytes.fromhex(digest)))
    except Exception:  # noqa: BLE001 - whatever it stumbles over, the program is asked next
        return False


def _by_program(data: bytes, digest: str, root: bytes) -> bool:
    program = shutil.which(_PROGRAM)
    if program is None:
        return False
    # Neither is evidence: the token stands in the log in clear, and the root is public.
    with tempfile.TemporaryDirectory() as name:
        token, authority = Path(name, "answer.tsr"), Path(name, "root.pem")
        token.write_bytes(data)
        authority.write_bytes(root)
        command = [program, "ts", "-verify", "-digest", digest, "-in", str(token), "-CAfile", str(authority)]
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0 and b"Verification: OK" in done.stdout + done.stderr


def _signer(data: bytes) -> str | None:
    """Return the name of the certificate inside that is for time stamps; it is a claim until a root vouches for it."""
    from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        _, end = _element(data, 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F))
        with warnings.catch_warnings():
            # Certificates that are not sorted are no reason to say less.
            warnings.simplefilter("ignore")
            certificates = load_der_pkcs7_certificates(data[end:])
        for certificate in certificates:
            try:
                usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
            except ExtensionNotFound:
                continue
            if ExtendedKeyUsageOID.TIME_STAMPING in usage:
                return str(certificate.subject.rfc4514_string())
    except ValueError:
        return None
    return None
