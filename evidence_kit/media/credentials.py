"""Content credentials checked against the bytes they are in: statements of the file, never the truth.

The C2PA project's own library reads them, offline: it is told to fetch nothing, and the worker has no network besides.
It comes with the extra `credentials`; without it a manifest is noticed and not read.

Source: C2PA Technical Specification 2.2, section 15 (validation) and its status codes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from evidence_kit.media import content_credentials
from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.model import Json

LARGEST_BYTES: Final = 256 << 20
_LARGEST_REPORT: Final = 8 << 20
_MEDIA_TYPES: Final = {
    "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "tiff": "image/tiff",
    "heic": "image/heic", "avif": "image/avif", "mp4": "video/mp4", "mov": "video/quicktime", "m4a": "audio/mp4",
    "3gp": "video/mp4", "mp3": "audio/mpeg", "flac": "audio/flac", "wav": "audio/wav", "avi": "video/avi",
    "pdf": "application/pdf", "docx": "docx", "xlsx": "xlsx", "pptx": "pptx", "odt": "odt", "ods": "ods", "odp": "odp",
}  # fmt: skip
# What the vocabulary of IPTC says of a picture that a model made, in whole or in part.
_BY_MODELS: Final = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicallyEnhanced")
_MOST_LISTED: Final = 20
_STATES: Final = {"Trusted": "trusted", "Valid": "valid", "Invalid": "invalid"}


def read(payload: BinaryIO, kind: str, notes: DescriptionNotes, trust_anchors: str | None = None) -> dict[str, Json]:
    """Return whether there are content credentials, and the library's account of them.

    Args:
        payload: The whole file.
        kind: Name of its content type.
        notes: Takes `c2pa-not-verified` where the library fails.
        trust_anchors: Certificates in PEM that signers are held against; without them nobody is vouched for.

    Returns:
        What `content_credentials.read` gives; where a manifest is present also `check`: None where the library is not
        installed or the file too large, else `library`, `state` (`trusted`: the signature fits these bytes and a
        certificate of the trust list vouches for the signer; `valid`: it fits, and nobody vouches; `invalid`),
        `signer` (`issuer`, `name`, `time`), `program`, `actions` (`action`, `source_type`, `when`), `by_model` (an
        action names a source type of models), `made_from` (how many other files it names), `failures` (the library's
        codes), `trust_list` (SHA-256 of the one that was given, None without).
    """
    facts = content_credentials.read(payload, kind)
    if not facts["present"]:
        return facts
    payload.seek(0, 2)
    if kind not in _MEDIA_TYPES or payload.tell() > LARGEST_BYTES:
        return facts | {"check": None}
    try:
        import c2pa
    except ImportError:
        return facts | {"check": None}
    payload.seek(0)
    try:
        report = _report(c2pa, payload, _MEDIA_TYPES[kind], trust_anchors)
    except Exception as error:  # noqa: BLE001 - a library in another language, before hostile bytes
        notes.problem("c2pa-not-verified", error)
        return facts | {"check": None}
    given = None if trust_anchors is None else hashlib.sha256(trust_anchors.encode()).hexdigest()
    return facts | {"check": _told(report, notes, c2pa.sdk_version()) | {"trust_list": given}}


def trust_anchors(arguments: Mapping[str, Json]) -> str | None:
    """Return the trust list that a job brings along, None without."""
    given = arguments.get("trust_anchors")
    return given if isinstance(given, str) else None


def library_version() -> str | None:
    """Return the version of the library, None where it is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as of

    try:
        return of("c2pa-python")
    except PackageNotFoundError:
        return None


def _report(c2pa: Any, payload: BinaryIO, media_type: str, trust_anchors: str | None) -> Mapping[str, Any]:  # noqa: ANN401
    wanted: dict[str, Any] = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
        "core": {"allowed_network_hosts": []},
    }
    if trust_anchors is not None:
        wanted["trust"] = {"trust_anchors": trust_anchors}
    settings = c2pa.Settings.from_dict(wanted)
    context = c2pa.Context(settings)
    with c2pa.Reader(media_type, payload, context=context) as reader:
        text = reader.json()
    if len(text) > _LARGEST_REPORT:
        raise ValueError("the report is too large")
    report = json.loads(text)
    if not isinstance(report, dict):
        raise TypeError("no report")
    return report


def _told(report: Mapping[str, Any], notes: DescriptionNotes, library: str) -> dict[str, Json]:
    active = (report.get("manifests") or {}).get(report.get("active_manifest")) or {}
    signature = active.get("signature_info") or {}
    generator: Mapping[str, Any] = next(iter(active.get("claim_generator_info") or ()), {})
    actions = [
        action
        for assertion in active.get("assertions") or ()
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in (assertion.get("data") or {}).get("actions") or ()
    ]
    types = [str(each.get("digitalSourceType") or "") for each in actions]
    return {
        "library": f"c2pa {library}",
        "state": _STATES.get(str(report.get("validation_state"))),
        "signer": {
            "issuer": notes.text(_text(signature.get("issuer"))),
            "name": notes.text(_text(signature.get("common_name"))),
            "time": notes.text(_text(signature.get("time"))),
        },
        "program": notes.text(" ".join(filter(None, (_text(generator.get(key)) for key in ("name", "version"))))),
        "actions": [
            {
                "action": notes.text(_text(each.get("action"))),
                "source_type": notes.text(_text(each.get("digitalSourceType"))),
                "when": notes.text(_text(each.get("when"))),
            }
            for each in actions[:_MOST_LISTED]
        ],
        "by_model": any(each.rpartition("/")[2] in _BY_MODELS for each in types),
        "made_from": len(active.get("ingredients") or ()),
        "failures": [
            text
            for text in (
                notes.text(_text(each.get("code"))) for each in (report.get("validation_status") or ())[:_MOST_LISTED]
            )
            if text
        ],
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
