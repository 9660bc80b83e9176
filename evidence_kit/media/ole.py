"""Description of older office documents: authors, programs, macros. Nothing is executed."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO

from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.media.origin_hints import naming_signs
from evidence_kit.model import Json

_MOST_STREAMS = 2000
_LISTED_STREAMS = 60
# The stream that only one program writes. Source: MS-DOC, MS-XLS, MS-PPT, MS-OXMSG.
_PROGRAMS = {
    "worddocument": "word", "workbook": "excel", "book": "excel", "powerpoint document": "powerpoint",
    "__properties_version1.0": "outlook", "visiodocument": "visio", "catalog": "thumbs",
}  # fmt: skip
_MACROS = ("_vba_project", "vba", "macros", "_vba_project_cur")


def describe(payload: BinaryIO, arguments: Mapping[str, Json], notes: DescriptionNotes) -> dict[str, Json]:
    """Return the facts of one document; an unreadable part is a problem in `notes`, and the rest still comes.

    Args:
        payload: The whole file.
        arguments: `name`, the file's own name, where naming habits are looked for; nothing in it is drawn.
        notes: Takes the problems.

    Returns:
        `program`, `properties` (entries as written; dates are UTC as the format has it), `macros`, `embedded` (how many
        objects), `encrypted`, `streams` (the first names), `streams_count`.
    """
    import olefile

    facts: dict[str, Json] = {"naming_signs": naming_signs(str(arguments.get("name", "")))}
    payload.seek(0)
    try:
        with olefile.OleFileIO(payload, raise_defects=olefile.DEFECT_FATAL) as opened:
            names = ["/".join(parts) for parts in opened.listdir(streams=True, storages=True)][:_MOST_STREAMS]
            facts |= _facts(names, notes)
            facts["properties"] = _properties(opened, notes)
            facts["encrypted"] = _encrypted(opened, names)
    except Exception as error:  # noqa: BLE001
        notes.problem("document-not-read", error)
    return facts


def versions() -> dict[str, Json]:
    """Return the versions of the libraries that read older documents."""
    import olefile

    return {"olefile": olefile.__version__}


def parameters() -> dict[str, Json]:
    """Return how far is looked."""
    return {"most_streams": _MOST_STREAMS}


def _facts(names: list[str], notes: DescriptionNotes) -> dict[str, Json]:
    parts = [{part.casefold() for part in name.split("/")} for name in names]
    program = next((_PROGRAMS[name.casefold()] for name in names if name.casefold() in _PROGRAMS), None)
    return {
        "program": program,
        "macros": any(each & set(_MACROS) for each in parts),
        "embedded": sum(name.casefold().startswith("objectpool/") and name.count("/") == 1 for name in names),
        "streams": [text for text in (notes.text(name) for name in names[:_LISTED_STREAMS]) if text],
        "streams_count": len(names),
    }


def _properties(opened: Any, notes: DescriptionNotes) -> list[Json]:  # noqa: ANN401
    try:
        found = opened.get_metadata()
    except Exception as error:  # noqa: BLE001
        notes.problem("info-not-read", error)
        return []
    said: list[tuple[str, str]] = []
    for name in (*found.SUMMARY_ATTRIBS, *found.DOCSUM_ATTRIBS):
        value = getattr(found, name, None)
        if value is not None and name not in {"thumbnail", "codepage", "codepage_doc"}:
            said.append((name, _text(value)))
    return notes.entries(said)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        for encoding in ("utf-8", "cp1252"):
            with contextlib.suppress(UnicodeDecodeError):
                return value.decode(encoding).rstrip("\0")
        return value.decode("latin-1").rstrip("\0")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _encrypted(opened: Any, names: list[str]) -> bool:  # noqa: ANN401
    if any(name.casefold() in {"encryptedpackage", "encryptioninfo"} for name in names):
        return True
    with contextlib.suppress(Exception), opened.openstream("WordDocument") as stream:
        # MS-DOC, FibBase: the flag fEncrypted.
        return bool(stream.read(12)[11] & 1)
    return False
