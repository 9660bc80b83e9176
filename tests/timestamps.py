"""An authority that stamps at whatever time a test wants, and what a carrier can do to its answers."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidence_kit.keys import token_form as form


def _element(tag: bytes, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return tag + bytes((size,)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return tag + bytes((0x80 | len(length),)) + length + content


def _oid(kind: x509.ObjectIdentifier) -> bytes:
    return asn1.encode_der(kind)


_ECDSA_SHA256 = _element(form.SEQUENCE, _oid(x509.ObjectIdentifier("1.2.840.10045.4.3.2")))
_SHA256 = _element(form.SEQUENCE, _oid(form.SHA256))
_GRANTED = _element(form.SEQUENCE, b"\x02\x01\x00")
_CONTENT_TYPE, _MESSAGE_DIGEST = (x509.ObjectIdentifier(f"1.2.840.113549.1.9.{n}") for n in (3, 4))
_TEXT = b"\x0c"
_FAR = dt.datetime(2040, 1, 1, tzinfo=dt.UTC)


def _integer(value: int) -> bytes:
    return asn1.encode_der(value)


def _sequence(*parts: bytes) -> bytes:
    return _element(form.SEQUENCE, b"".join(parts))


def _set(*parts: bytes) -> bytes:
    return _element(form.SET, b"".join(sorted(parts)))


def _attribute(kind: x509.ObjectIdentifier, value: bytes) -> bytes:
    return _sequence(_oid(kind), _set(value))


def info(digest: bytes, at: str, serial: int = 7) -> bytes:
    """Return a `TSTInfo`; `at` is a GeneralizedTime."""
    imprint = _sequence(_SHA256, _element(form.OCTETS, digest))
    policy = _oid(x509.ObjectIdentifier("1.2.3.4"))
    made = _element(form.GENERALIZED_TIME, at.encode())
    return _sequence(_integer(1), policy, imprint, _integer(serial), made)


@dataclass(frozen=True)
class Parts:
    """The parts of an answer, before they are put together; a carrier may change those that nobody signs for."""

    content: bytes
    signed: list[bytes]
    signature: bytes
    certificates: list[bytes]
    issuer: bytes
    serial: int
    status: bytes = _GRANTED
    unsigned: bytes = b""

    def joined(self, *, sort: bool = True) -> bytes:
        certificates = sorted(self.certificates) if sort else self.certificates
        signer = _sequence(
            _integer(1), _sequence(self.issuer, _integer(self.serial)), _SHA256,
            _element(b"\xa0", b"".join(sorted(self.signed))), _ECDSA_SHA256,
            _element(form.OCTETS, self.signature), self.unsigned,
        )  # fmt: skip
        signed = _sequence(
            _integer(3), _set(_SHA256),
            _sequence(_oid(form.TST_INFO), _element(b"\xa0", _element(form.OCTETS, self.content))),
            _element(b"\xa0", b"".join(certificates)), _element(form.SET, signer),
        )  # fmt: skip
        return _sequence(self.status, _sequence(_oid(form.SIGNED_DATA), _element(b"\xa0", signed)))


class Clock:
    """A root and whoever stamps for it, valid from 2020 until a day of the test's choosing."""

    def __init__(self, name: str = "Clock of Larache", ends: dt.datetime = _FAR, seed: int | None = None) -> None:
        self._seed = seed
        self._root_key, self.key = self._new_key(1), self._new_key(2)
        self._root = self._certificate("Root of time", None, _FAR)
        self.certificate = self._certificate(name, self._root, ends)

    def _new_key(self, number: int) -> ec.EllipticCurvePrivateKey:
        """Return a key; where there is a seed, the same each time, and open to everybody."""
        if self._seed is None:
            return ec.generate_private_key(ec.SECP256R1())
        return ec.derive_private_key(1000 * self._seed + number, ec.SECP256R1())

    @property
    def root(self) -> bytes:
        return self._root.public_bytes(serialization.Encoding.PEM)

    def parts(self, line: bytes, at: str) -> Parts:
        """Return an answer about a line at a GeneralizedTime, in parts."""
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        content = info(hashlib.sha256(line).digest(), at)
        named = _sequence(_sequence(_sequence(_element(form.OCTETS, hashlib.sha256(der).digest()))))
        signed = [
            _attribute(_CONTENT_TYPE, _oid(form.TST_INFO)),
            _attribute(_MESSAGE_DIGEST, _element(form.OCTETS, hashlib.sha256(content).digest())),
            _attribute(form.SIGNING_CERTIFICATE_V2, named),
        ]
        signature = self.key.sign(
            _set(*signed), ec.ECDSA(hashes.SHA256(), deterministic_signing=self._seed is not None)
        )
        issuer, serial = self.certificate.issuer.public_bytes(), self.certificate.serial_number
        root = self._root.public_bytes(serialization.Encoding.DER)
        return Parts(content, signed, signature, [der, root], issuer, serial)

    def stamp(self, line: bytes, at: str = "20261201120000Z") -> bytes:
        """Return an answer about a line."""
        return self.parts(line, at).joined()

    def carried(self, line: bytes, at: str) -> bytes:
        """Return an answer with a second time where no signature covers it."""
        parts = self.parts(line, at)
        return with_unsigned_info(parts, hashlib.sha256(line).digest(), "20010101000000Z")

    def broken(self, line: bytes, at: str) -> bytes:
        """Return an answer whose signature is that of another answer."""
        return replace(self.parts(line, at), signature=self.parts(line, "20010101000000Z").signature).joined()

    def namesake(self, subject: str) -> bytes:
        """Return a certificate of nobody's with the issuer, number and key of the one that stamps."""
        return self._built(subject, self.certificate.issuer, self.certificate.serial_number).public_bytes(
            serialization.Encoding.DER
        )

    def _certificate(self, name: str, issuer: x509.Certificate | None, ends: dt.datetime) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        key = self._root_key if issuer is None else self.key
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else issuer.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number() if self._seed is None else 2 * self._seed + (issuer is None))
            .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        )
        if issuer is not None:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(self._root_key, hashes.SHA256(), ecdsa_deterministic=self._seed is not None)

    def _built(self, subject: str, issuer: x509.Name, serial: int) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(issuer)
            .public_key(self.key.public_key())
            .serial_number(serial)
            .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
            .not_valid_after(dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
        )


def with_second_info(parts: Parts, digest: bytes, at: str) -> bytes:
    """Return an answer whose status, which nobody signs, carries another `TSTInfo`, before the signed one."""
    planted = _oid(form.TST_INFO) + _element(b"\xa0", _element(form.OCTETS, info(digest, at)))
    status = _sequence(_integer(0), _sequence(_element(_TEXT, planted)))
    return _replaced(parts, status=status).joined()


def with_unsigned_info(parts: Parts, digest: bytes, at: str) -> bytes:
    """Return an answer with another `TSTInfo` among the unsigned attributes of the signer."""
    planted = _attribute(form.TST_INFO, _element(b"\xa0", _element(form.OCTETS, info(digest, at))))
    return _replaced(parts, unsigned=_element(b"\xa1", planted)).joined()


def with_certificates(parts: Parts, certificates: list[bytes], *, sort: bool = True) -> bytes:
    """Return an answer with other certificates than the authority gave."""
    return _replaced(parts, certificates=certificates).joined(sort=sort)


def _replaced(parts: Parts, **changes: object) -> Parts:
    return replace(parts, **changes)  # type: ignore[arg-type]
