"""Time stamps of an authority over one line of a log: asking, reading, checking.

An answer is read by its structure, and only what the authority's signature covers is taken from it: the time out of
the signed content, the name out of the certificate that the signed attributes name by its hash. Whether a root
vouches for it is for rfc3161-client to say, of an answer in which nothing is left that is not signed. A token that no
given root vouches for proves nothing.

Source: RFC 3161; RFC 5652; RFC 5035; RFC 5816.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.asn1 import TLV
    from cryptography.x509 import Certificate

    from evidence_kit.keys import token_form

CHECKED_BY: Final = "rfc3161-client"
_TIME: Final = re.compile(rb"([0-9]{14})(?:\.([0-9]{0,8}[1-9]))?Z")
_MOST_SECONDS: Final = 10**9
_MOST_THOUSANDTHS: Final = 999
_GRANTED_STATUS: Final = frozenset({0, 1})
_GRANTED: Final = bytes((0x30, 0x03, 0x02, 0x01, 0x00))


class StampError(ValueError):
    """Bytes that are no time stamp, or one that says nothing about this line."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The claims of a token's signed part, until `check_stamp` says who vouches for them.

    Attributes:
        imprint: SHA-256 of what was stamped, in hexadecimal.
        at: When.
        authority: Name of the certificate that signed, None where the answer does not hold it.
        policy: Under which rules.
        serial: The authority's number for it.
        nonce: The number of the request that it answers.
        accuracy: How far the authority's clock may be wrong, by what it says itself.
    """

    imprint: str
    at: datetime
    authority: str | None
    policy: str
    serial: int
    nonce: int | None
    accuracy: timedelta = timedelta()

    def before(self, moment: datetime) -> bool:
        """Say whether it was made before an instant, whole seconds and the clock's own accuracy allowed for."""
        return moment - self.at > self.accuracy + timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class CheckedStamp:
    """Who vouches for a token.

    Attributes:
        by: Name of the library that checked.
        root: SHA-256 of the root certificate's file, in hexadecimal.
    """

    by: str
    root: str


def stamp_request(line: bytes) -> bytes:
    """Return the request for an authority: SHA-256, a nonce, and its certificates in the answer."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(line).hash_algorithm(HashAlgorithm.SHA256)
    return bytes(builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes())


def request_nonce(asked: bytes) -> int | None:
    """Return the nonce of a request, None where it has none or is no request."""
    from cryptography.hazmat import asn1

    from evidence_kit.keys import token_form

    try:
        return asn1.decode_der(token_form.Request, asked).nonce
    except ValueError:
        return None


def stamp_answer(data: bytes) -> bytes:
    """Return an authority's answer; a bare token, as some services give it, is put into the frame of one.

    Raises:
        StampError: It is neither.
    """
    from cryptography.hazmat import asn1

    from evidence_kit.keys import token_form as form

    try:
        asn1.decode_der(form.ContentInfo, data)
    except ValueError:
        _answered(data)
        return data
    return _element(form.SEQUENCE, _GRANTED + data)


def read_stamp(data: bytes) -> Stamp:
    """Return the claims of an answer's signed part.

    Raises:
        StampError: It is none, or the authority refused.
    """
    try:
        return _stamp(_Token(data))
    except StampError:
        raise
    except (IndexError, ValueError, OverflowError) as error:
        raise StampError("not an answer of a time-stamping authority") from error


def check_stamp(data: bytes, digest: str, roots: Sequence[bytes]) -> CheckedStamp | None:
    """Return who vouches for a token over this digest; None when none of the roots does.

    Certificates count as of the time that the token says: it goes on proving what it proved when they have ended.

    Args:
        data: The authority's answer.
        digest: SHA-256 of the line, in hexadecimal.
        roots: PEM files with root certificates, from outside the archive.
    """
    if not roots:
        return None
    try:
        signed_only = _Token(data).signed_only()
    except (IndexError, ValueError, OverflowError):
        return None
    for root in roots:
        if _vouched(signed_only, digest, root):
            return CheckedStamp(CHECKED_BY, hashlib.sha256(root).hexdigest())
    return None


def is_root(data: bytes) -> bool:
    """Say whether these bytes are certificates in PEM."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return bool(load_pem_x509_certificates(data))
    except ValueError:
        return False


class _Token:
    """An answer, taken apart.

    Raises:
        ValueError: It is none.
    """

    def __init__(self, data: bytes) -> None:
        from cryptography.hazmat import asn1

        from evidence_kit.keys import token_form as form

        whole = _answered(data)
        if whole.status[0].parse(int) not in _GRANTED_STATUS:
            raise StampError("the authority refused")
        signed = whole.token.content
        kinds = (whole.token.kind, signed.encapsulated.kind)
        if kinds != (form.SIGNED_DATA, form.TST_INFO) or {signed.digests.tag_bytes, signed.signers.tag_bytes} != {
            form.SET
        }:
            raise StampError("not a token")
        self._signed = signed
        # One signer and nothing behind: RFC 3161, 2.4.2.
        self._info = asn1.decode_der(form.SignerInfo, bytes(signed.signers.data))
        self.says = asn1.decode_der(form.TimeStampInfo, signed.encapsulated.content)

    @property
    def certificate(self) -> bytes | None:
        """The certificate that signed: the one that a signed attribute names by its hash, None where it is not here."""
        named = _named_certificate(self._info)
        if named is None:
            return None
        algorithm, digest = named
        for certificate in map(_raw, self._signed.certificates or ()):
            if hashlib.new(algorithm, certificate, usedforsecurity=False).digest() == digest:
                return certificate if _identity(certificate) == self._signer else None
        return None

    def signed_only(self) -> bytes:
        """Return the answer without all that no signature covers; certificates are sorted, as DER wants a set.

        Raises:
            StampError: The certificate that signed is not in it.
        """
        from evidence_kit.keys import token_form as form

        own = self.certificate
        if own is None:
            raise StampError("the certificate that signed is not here")
        # Another certificate with the signer's number could stand for it before somebody who looks no further.
        others = {each for each in map(_raw, self._signed.certificates or ()) if _identity(each) != self._signer}
        info = self._info
        parts = [_integer(info.version), _raw(info.signer), _raw(info.digest)]
        parts.append(_element(b"\xa0", b"".join(map(_raw, info.signed or ()))))
        parts += [_raw(info.algorithm), _element(form.OCTETS, info.signature)]
        signer = _element(form.SET, _element(form.SEQUENCE, b"".join(parts)))
        held = self._signed.encapsulated.content
        content = _oid(form.TST_INFO) + _element(b"\xa0", _element(form.OCTETS, held))
        signed = [_integer(self._signed.version), _raw(self._signed.digests), _element(form.SEQUENCE, content)]
        signed += [_element(b"\xa0", b"".join(sorted({own, *others}))), signer]
        token = _oid(form.SIGNED_DATA) + _element(b"\xa0", _element(form.SEQUENCE, b"".join(signed)))
        return _element(form.SEQUENCE, _GRANTED + _element(form.SEQUENCE, token))

    @property
    def _signer(self) -> tuple[bytes, int] | None:
        from evidence_kit.keys import token_form as form

        if self._info.signer.tag_bytes != form.SEQUENCE:
            return None
        meant = self._info.signer.parse(form.Signer)
        return _raw(meant.issuer), meant.serial


def _stamp(token: _Token) -> Stamp:
    from evidence_kit.keys import token_form as form

    says = token.says
    if says.version != 1:
        raise StampError("of another version")
    if says.imprint.algorithm.kind != form.SHA256 or len(says.imprint.digest) != hashlib.sha256().digest_size:
        raise StampError("over another hash than SHA-256")
    return Stamp(
        imprint=says.imprint.digest.hex(),
        at=_time(says.made),
        authority=_claimed(token),
        policy=says.policy.dotted_string,
        serial=says.serial,
        nonce=says.nonce,
        accuracy=_accuracy(says.accuracy),
    )


def _claimed(token: _Token) -> str | None:
    """Return the name in the certificate that signed, None where the signer's attributes do not lead to one."""
    try:
        return _name(token.certificate)
    except (IndexError, ValueError):
        return None


def _time(made: TLV) -> datetime:
    from evidence_kit.keys import token_form as form

    found = _TIME.fullmatch(bytes(made.data))
    if made.tag_bytes != form.GENERALIZED_TIME or found is None:
        raise StampError("its time is none")
    moment = datetime.strptime(found[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    # An authority may count in smaller units than microseconds; these are cut off.
    return moment.replace(microsecond=int((found[2] or b"0")[:6].ljust(6, b"0")))


def _accuracy(said: token_form.Accuracy | None) -> timedelta:
    if said is None:
        return timedelta()
    if not 0 <= (said.seconds or 0) <= _MOST_SECONDS:
        raise StampError("its accuracy is none")
    if any(part is not None and not 1 <= part <= _MOST_THOUSANDTHS for part in (said.millis, said.micros)):
        raise StampError("its accuracy is none")
    return timedelta(seconds=said.seconds or 0, milliseconds=said.millis or 0, microseconds=said.micros or 0)


def _named_certificate(info: token_form.SignerInfo) -> tuple[str, bytes] | None:
    """Return the hash by which the signed attributes name the certificate that signed, with its algorithm."""
    from cryptography.hazmat.asn1 import decode_der

    from evidence_kit.keys import token_form as form

    for each in info.signed or ():
        attribute = each.parse(form.Attribute)
        value = bytes(attribute.values.data)
        if attribute.kind == form.SIGNING_CERTIFICATE_V2:
            first = decode_der(form.SigningCertificateV2, value).certificates[0]
            algorithm = _HASHES.get(form.SHA256.dotted_string if first.algorithm is None else _dotted(first.algorithm))
            return None if algorithm is None else (algorithm, first.digest)
        if attribute.kind == form.SIGNING_CERTIFICATE:
            return "sha1", decode_der(form.SigningCertificate, value).certificates[0].digest
    return None


_HASHES: Final = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


def _dotted(algorithm: token_form.Algorithm) -> str:
    return algorithm.kind.dotted_string


def _identity(certificate: bytes) -> tuple[bytes, int] | None:
    """Return issuer and number of a certificate, None where it cannot be read."""
    loaded = _loaded(certificate)
    return None if loaded is None else (loaded.issuer.public_bytes(), loaded.serial_number)


def _name(certificate: bytes | None) -> str | None:
    loaded = None if certificate is None else _loaded(certificate)
    return None if loaded is None else str(loaded.subject.rfc4514_string())


def _loaded(certificate: bytes) -> Certificate | None:
    from cryptography.x509 import load_der_x509_certificate

    try:
        return load_der_x509_certificate(certificate)
    except ValueError:
        return None


def _vouched(data: bytes, digest: str, root: bytes) -> bool:
    from cryptography.x509 import load_pem_x509_certificates
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    try:
        builder = VerifierBuilder()
        for certificate in _once(load_pem_x509_certificates(root)):
            builder = builder.add_root_certificate(certificate)
        return bool(builder.build().verify(decode_timestamp_response(data), bytes.fromhex(digest)))
    except Exception:  # noqa: BLE001 - whatever a library stumbles over, nobody vouches
        return False


def _once(certificates: Iterable[Certificate]) -> list[Certificate]:
    return list(dict.fromkeys(certificates))


def _answered(data: bytes) -> token_form.Answer:
    """Return an answer with a token in it.

    Raises:
        StampError: It is none, or holds only why there is none.
    """
    from cryptography.hazmat import asn1

    from evidence_kit.keys import token_form as form

    for kind, problem in ((form.Refusal, "the authority refused"), (form.Answer, "")):
        try:
            found = asn1.decode_der(kind, data)
        except ValueError:
            continue
        if isinstance(found, form.Answer):
            return found
        raise StampError(problem)
    raise StampError("not an answer of a time-stamping authority")


def _raw(element: TLV) -> bytes:
    """Return an element's own bytes."""
    return _element(element.tag_bytes, bytes(element.data))


def _element(tag: bytes, content: bytes) -> bytes:
    """Return an element in DER."""
    size = len(content)
    if size < 0x80:
        return tag + bytes((size,)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return tag + bytes((0x80 | len(length),)) + length + content


def _integer(value: int) -> bytes:
    from cryptography.hazmat.asn1 import encode_der

    return encode_der(value)


def _oid(kind: object) -> bytes:
    from cryptography.hazmat.asn1 import encode_der

    return encode_der(kind)
