"""The forms of a time-stamping authority's answer, as types that `cryptography` reads in strict DER.

Everything is read by its place in the structure. An answer has parts that no signature covers, such as its status,
its set of certificates and its unsigned attributes: whoever carries it can write there what they like.

Source: RFC 3161, 2.4; RFC 5652, 3, 5 and 5.3; RFC 5035, 3 and 4.
"""

from __future__ import annotations

from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

SIGNED_DATA = ObjectIdentifier("1.2.840.113549.1.7.2")
TST_INFO = ObjectIdentifier("1.2.840.113549.1.9.16.1.4")
SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
SIGNING_CERTIFICATE = ObjectIdentifier("1.2.840.113549.1.9.16.2.12")
SIGNING_CERTIFICATE_V2 = ObjectIdentifier("1.2.840.113549.1.9.16.2.47")

INTEGER, OCTETS, GENERALIZED_TIME, SEQUENCE, SET = b"\x02", b"\x04", b"\x18", b"\x30", b"\x31"

# A set in the place of another tag keeps the order in which it was written: not every authority sorts.
Rest = list[asn1.TLV] | None


@asn1.sequence
class Encapsulated:
    """`EncapsulatedContentInfo`: the content that is signed."""

    kind: ObjectIdentifier
    content: Annotated[bytes, asn1.Explicit(0)]


@asn1.sequence
class SignedData:
    """`SignedData`: a content, certificates that nobody signed for, and who signed."""

    version: int
    digests: asn1.TLV
    encapsulated: Encapsulated
    certificates: Annotated[Rest, asn1.Implicit(0)]
    revocations: Annotated[Rest, asn1.Implicit(1)]
    signers: asn1.TLV


@asn1.sequence
class ContentInfo:
    """`ContentInfo`: a token, bare as some services give it."""

    kind: ObjectIdentifier
    content: Annotated[SignedData, asn1.Explicit(0)]


@asn1.sequence
class Answer:
    """`TimeStampResp`: whether it was granted, and the token."""

    status: list[asn1.TLV]
    token: ContentInfo


@asn1.sequence
class Refusal:
    """`TimeStampResp` without a token: why not."""

    status: list[asn1.TLV]


@asn1.sequence
class SignerInfo:
    """`SignerInfo`: the signer's certificate and the signed content."""

    version: int
    signer: asn1.TLV
    digest: asn1.TLV
    signed: Annotated[Rest, asn1.Implicit(0)]
    algorithm: asn1.TLV
    signature: bytes
    unsigned: Annotated[Rest, asn1.Implicit(1)]


@asn1.sequence
class Signer:
    """`IssuerAndSerialNumber`: which certificate that is."""

    issuer: asn1.TLV
    serial: int


@asn1.sequence
class Attribute:
    """`Attribute`: its kind and a set of values."""

    kind: ObjectIdentifier
    values: asn1.TLV


@asn1.sequence
class Algorithm:
    """`AlgorithmIdentifier` of a hash."""

    kind: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class IssuerSerial:
    """`IssuerSerial` of a certificate identifier."""

    issuer: asn1.TLV
    serial: int


@asn1.sequence
class CertificateIdV2:
    """`ESSCertIDv2`: the certificate that signed, by a hash of its choice, SHA-256 where none is named."""

    algorithm: Algorithm | None
    digest: bytes
    issuer_serial: IssuerSerial | None


@asn1.sequence
class CertificateId:
    """`ESSCertID`: the certificate that signed, by its SHA-1."""

    digest: bytes
    issuer_serial: IssuerSerial | None


@asn1.sequence
class SigningCertificateV2:
    """`SigningCertificateV2`: the first is the one that signed."""

    certificates: list[CertificateIdV2]
    policies: list[asn1.TLV] | None


@asn1.sequence
class SigningCertificate:
    """`SigningCertificate`: the first is the one that signed."""

    certificates: list[CertificateId]
    policies: list[asn1.TLV] | None


@asn1.sequence
class Imprint:
    """`MessageImprint`: the stamped hash."""

    algorithm: Algorithm
    digest: bytes


@asn1.sequence
class Accuracy:
    """`Accuracy`: how far the authority's clock may be wrong."""

    seconds: int | None
    millis: Annotated[int | None, asn1.Implicit(0)]
    micros: Annotated[int | None, asn1.Implicit(1)]


@asn1.sequence
class TimeStampInfo:
    """`TSTInfo`: the authority's statement."""

    version: int
    policy: ObjectIdentifier
    imprint: Imprint
    serial: int
    made: asn1.TLV
    accuracy: Accuracy | None
    ordering: bool | None
    nonce: int | None
    authority: Annotated[Rest, asn1.Implicit(0)]
    extensions: Annotated[Rest, asn1.Implicit(1)]


@asn1.sequence
class Request:
    """`TimeStampReq`: the question to an authority."""

    version: int
    imprint: Imprint
    policy: ObjectIdentifier | None
    nonce: int | None
    certificates: bool | None
    extensions: Annotated[Rest, asn1.Implicit(0)]
