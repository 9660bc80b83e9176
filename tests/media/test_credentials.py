"""Content credentials: noticed in every form that has them, checked offline, and believed in none."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidence_kit.media import content_credentials, credentials
from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.workers.job import Job, Result
from evidence_kit.workers.worker import Worker
from tests.media.test_lengths import voice_note
from tests.media.test_picture import saved, scene
from tests.media.test_recording import film, sound

c2pa = pytest.importorskip("c2pa", reason="the extra `credentials` is not installed")
MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
BEGINS = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
ENDS = datetime.datetime(2050, 1, 1, tzinfo=datetime.UTC)


@cache
def authority() -> tuple[str, str, ec.EllipticCurvePrivateKey]:
    """Return a root certificate, the chain of a signer below it, and the signer's key."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Invented Root"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Root"),
        ]
    )
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Invented Camera"), x509.NameAttribute(NameOID.COMMON_NAME, "C")]
    )
    own, root_own = (x509.SubjectKeyIdentifier.from_public_key(each.public_key()) for each in (key, root_key))
    usage = {
        "content_commitment": False, "key_encipherment": False, "data_encipherment": False, "key_agreement": False,
        "encipher_only": False, "decipher_only": False,
    }  # fmt: skip

    def built(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(root_name).public_key(public)
        return made.serial_number(x509.random_serial_number()).not_valid_before(BEGINS).not_valid_after(ENDS)

    root = (
        built(root_name, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **usage), critical=True
        )
        .add_extension(root_own, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    signer = (
        built(name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **usage), critical=True
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(own, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_own), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return root.public_bytes(pem).decode(), (signer.public_bytes(pem) + root.public_bytes(pem)).decode(), key


def signed(data: bytes, media_type: str) -> bytes:
    _, chain, key = authority()

    def sign(payload: bytes) -> bytes:
        first, second = utils.decode_dss_signature(key.sign(payload, ec.ECDSA(hashes.SHA256())))
        return first.to_bytes(32) + second.to_bytes(32)

    signer = c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, chain, None)
    manifest = {
        "claim_generator_info": [{"name": "invented program", "version": "1"}],
        "title": "x",
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": MODEL}]}}
        ],
    }
    made = io.BytesIO()
    c2pa.Builder(json.dumps(manifest)).sign(signer, media_type, io.BytesIO(data), made)
    return made.getvalue()


FORMS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "jpeg": ("image/jpeg", lambda: saved(scene(), "JPEG")),
    "png": ("image/png", lambda: saved(scene(), "PNG")),
    "gif": ("image/gif", lambda: saved(scene(), "GIF")),
    "webp": ("image/webp", lambda: saved(scene(), "WEBP")),
    "tiff": ("image/tiff", lambda: saved(scene(), "TIFF")),
    "avif": ("image/avif", lambda: saved(scene(), "AVIF")),
    "mp4": ("video/mp4", film),
    "m4a": ("audio/mp4", lambda: sound("mp4", "aac")),
    "mp3": ("audio/mpeg", lambda: sound("mp3", "mp3")),
    "wav": ("audio/wav", lambda: sound("wav", "pcm_s16le")),
    "flac": ("audio/flac", lambda: sound("flac", "flac")),
}


def read(data: bytes, kind: str, trust: str | None = None) -> tuple[dict[str, Any], DescriptionNotes]:
    notes = DescriptionNotes()
    return dict(credentials.read(io.BytesIO(data), kind, notes, trust)), notes


@pytest.mark.parametrize("kind", FORMS)
def test_in_every_form_they_are_found_checked_and_missed_where_there_are_none(kind: str) -> None:
    media_type, made = FORMS[kind]
    data = signed(made(), media_type)
    found, notes = read(data, kind)
    assert notes.problems == []
    assert found["present"] is True
    assert found["size_bytes"] > 500
    assert found["check"]["state"] == "valid"
    assert found["check"]["by_model"] is True
    assert (
        found["check"]["signer"]["issuer"] == "Invented Root" or found["check"]["signer"]["issuer"] == "Invented Camera"
    )
    assert found["check"]["program"].startswith("invented program")
    assert read(data, kind, authority()[0])[0]["check"]["state"] == "trusted"
    assert read(made(), kind)[0] == {"present": False}


def test_one_changed_byte_of_the_picture_breaks_them() -> None:
    data = bytearray(signed(saved(scene(), "JPEG"), "image/jpeg"))
    data[-300] ^= 1
    check = read(bytes(data), "jpeg", authority()[0])[0]["check"]
    assert check["state"] == "invalid"
    assert "assertion.dataHash.mismatch" in check["failures"]


def test_another_root_vouches_for_nobody() -> None:
    data = signed(saved(scene(), "JPEG"), "image/jpeg")
    authority.cache_clear()
    assert read(data, "jpeg", authority()[0])[0]["check"]["state"] == "valid"


@pytest.mark.parametrize(
    ("kind", "data"), [("opus", voice_note(1)), ("bmp", saved(scene(), "BMP")), ("amr", b"#!AMR\n")]
)
def test_a_form_in_which_nobody_looks_is_not_one_without(kind: str, data: bytes) -> None:
    assert content_credentials.read(io.BytesIO(data), kind) == {"present": None}


def test_an_office_document_has_them_in_a_part() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("META-INF/content_credential.c2pa", b"x" * 30)
    found = content_credentials.read(made, "docx")
    assert found == {"present": True, "where": "META-INF/content_credential.c2pa", "size_bytes": 30}


def test_what_only_looks_like_them_is_a_problem_and_not_a_crash() -> None:
    data = signed(saved(scene(), "JPEG"), "image/jpeg")
    at = data.index(b"jumb") + 60
    found, notes = read(data[:at] + b"\xff" * 40 + data[at + 40 :], "jpeg")
    assert found["present"] is True
    assert found["check"] is None or found["check"]["state"] == "invalid"
    assert found["check"] is not None or notes.has("c2pa-not-verified")


def test_they_are_checked_in_the_isolated_process() -> None:
    data = signed(saved(scene(), "JPEG"), "image/jpeg")
    job = Job(
        "evidence_kit.media.registry:describe",
        {"kind": "jpeg", "name": "a.jpg", "pixels": True, "trust_anchors": authority()[0]},
        data,
    )
    with Worker() as worker:
        answer = worker.submit(job).result()
    assert isinstance(answer, Result), answer
    value: Any = answer.value
    assert value["facts"]["c2pa"]["check"]["state"] == "trusted", value["problems"]
