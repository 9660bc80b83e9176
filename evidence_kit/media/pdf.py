"""Description of PDFs: authors, programs, actions they would take when opened. Nothing is executed."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from evidence_kit.media import credentials, pdf_revisions, xmp
from evidence_kit.media.facts import DescriptionNotes, safe_integer
from evidence_kit.media.origin_hints import naming_signs
from evidence_kit.model import Json

_INFO = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate")
_MOST_OBJECTS = 20_000
_MOST_LINKS = 40
_MOST_FILES = 40
_LARGEST_SCAN = 256 << 20
_VERSION = re.compile(rb"%PDF-(\d\.\d)")

# What a dictionary's key, or the action it names, says about the document.
_KEYS = {
    "/JS": "javascript", "/JavaScript": "javascript", "/EF": "embedded_files", "/AA": "automatic_actions",
    "/OpenAction": "automatic_actions", "/XFA": "forms", "/AcroForm": "forms", "/RichMedia": "rich_media",
}  # fmt: skip
_ACTIONS = {
    "/JavaScript": "javascript", "/Launch": "launch_actions", "/URI": "links", "/SubmitForm": "submit_actions",
    "/GoToR": "remote_actions", "/GoToE": "remote_actions", "/ImportData": "submit_actions",
}  # fmt: skip


def describe(payload: BinaryIO, arguments: Mapping[str, Json], notes: DescriptionNotes) -> dict[str, Json]:
    """Return the facts of one PDF; an unreadable part is a problem in `notes`, and the rest still comes.

    Args:
        payload: The whole file.
        arguments: `name`, the file's own name, where naming habits are looked for; no page is ever drawn.
        notes: Takes the problems.

    Returns:
        `version`, `revisions` (how often it was saved behind its first end, None where its tables cannot be followed),
        `linearised` (laid out to be shown while it is loaded), `encrypted`, `opened` (false when it wants
        a password), `pages`, `info` (entries as written, dates raw), `xmp`, `counts` (of what it would do), `links`,
        `files` (names of embedded files), `c2pa`.
    """
    facts: dict[str, Json] = {"naming_signs": naming_signs(str(arguments.get("name", ""))), **_outside(payload)}
    facts["c2pa"] = _tried(
        "c2pa-not-read", notes, lambda: credentials.read(payload, "pdf", notes, credentials.trust_anchors(arguments))
    )
    try:
        reader = _opened(payload)
    except Exception as error:  # noqa: BLE001
        notes.problem("document-not-read", error)
        return facts
    facts |= {"encrypted": bool(reader.is_encrypted), "opened": True}
    if reader.is_encrypted:
        facts["opened"] = bool(_tried("document-not-read", notes, lambda: int(reader.decrypt(""))))
        if not facts["opened"]:
            notes.problem("document-locked", "a password is wanted")
            return facts
    facts |= {
        "pages": _tried("pages-not-counted", notes, lambda: safe_integer(len(reader.pages))),
        "info": _tried("info-not-read", notes, lambda: _info(reader, notes)) or [],
        "xmp": _tried("xmp-not-read", notes, lambda: _xmp(reader, notes)),
    }
    return facts | _objects(reader, notes)


def versions() -> dict[str, Json]:
    """Return the versions of the libraries that read PDFs."""
    import pypdf

    return {"pypdf": pypdf.__version__, "c2pa": credentials.library_version()}


def parameters() -> dict[str, Json]:
    """Return how far is looked."""
    return {"most_objects": _MOST_OBJECTS}


def _outside(payload: BinaryIO) -> dict[str, Json]:
    payload.seek(0)
    head = _VERSION.search(payload.read(1024))
    payload.seek(0)
    data = payload.read(_LARGEST_SCAN)
    return {
        "version": None if head is None else head[1].decode(),
        **pdf_revisions.read(data),
    }


def _opened(payload: BinaryIO) -> Any:  # noqa: ANN401
    from pypdf import PdfReader

    payload.seek(0)
    return PdfReader(payload, strict=False)


def _info(reader: Any, notes: DescriptionNotes) -> list[Json]:  # noqa: ANN401
    found = reader.trailer.get("/Info")
    info = found.get_object() if found is not None else {}
    said: list[tuple[str, str]] = []
    for key in info:
        with contextlib.suppress(Exception):
            said.append((str(key).lstrip("/"), str(info[key])))
    ordered = sorted(said, key=lambda pair: _INFO.index(pair[0]) if pair[0] in _INFO else len(_INFO))
    return notes.entries(ordered[:100])


def _xmp(reader: Any, notes: DescriptionNotes) -> dict[str, Json] | None:  # noqa: ANN401
    stream = reader.trailer["/Root"].get("/Metadata")
    return None if stream is None else xmp.read(stream.get_object().get_data(), notes)


def _objects(reader: Any, notes: DescriptionNotes) -> dict[str, Json]:  # noqa: ANN401
    """Look through every object that the file lists, as far as it can be read."""
    counts = dict.fromkeys(sorted({*_KEYS.values(), *_ACTIONS.values(), "signatures", "pictures"}), 0)
    links: list[str] = []
    files: list[str] = []
    unread = 0
    for number, read in enumerate(_listed(reader)):
        if number >= _MOST_OBJECTS:
            notes.problem("facts-cut", f"more than {_MOST_OBJECTS} objects")
            break
        try:
            _look(read(), counts, links, files)
        except Exception:  # noqa: BLE001 - counted, and said below
            unread += 1
    if unread:
        notes.problem("objects-not-read", f"{unread} objects")
    return {
        "counts": {name: count for name, count in counts.items() if count},
        "links": [text for text in (notes.text(link) for link in dict.fromkeys(links)) if text][:_MOST_LINKS],
        "files": [text for text in (notes.text(name) for name in dict.fromkeys(files)) if text][:_MOST_FILES],
    }


def _listed(reader: Any) -> Iterator[Any]:  # noqa: ANN401
    from pypdf.generic import IndirectObject

    listed = [(number, generation) for generation, table in reader.xref.items() for number in table]
    listed += [(number, 0) for number in reader.xref_objStm]
    for number, generation in dict.fromkeys(listed):
        yield IndirectObject(number, generation, reader).get_object


def _look(found: Any, counts: dict[str, int], links: list[str], files: list[str]) -> None:  # noqa: ANN401
    """Count the features of one object, and of the objects written straight into it."""
    waiting = [(found, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > 8:
            continue
        if isinstance(each, list):
            waiting += [(inner, depth + 1) for inner in list(each)[:2000]]
        elif isinstance(each, dict):
            _count(each, counts, links, files)
            waiting += [(dict.__getitem__(each, key), depth + 1) for key in list(each)[:2000]]


def _count(entry: Any, counts: dict[str, int], links: list[str], files: list[str]) -> None:  # noqa: ANN401
    for name in {_KEYS[key] for key in entry if key in _KEYS}:
        counts[name] += 1
    action = entry.get("/S")
    if isinstance(action, str) and action in _ACTIONS and action != "/JavaScript":
        counts[_ACTIONS[action]] += 1
    if action == "/URI" and "/URI" in entry:
        links.append(str(entry["/URI"]))
    if "/EF" in entry:
        files.append(str(entry.get("/UF") or entry.get("/F") or "?"))
    if entry.get("/Type") == "/Sig":
        counts["signatures"] += 1
    if entry.get("/Subtype") == "/Image":
        counts["pictures"] += 1


def _tried(code: str, notes: DescriptionNotes, read: Any) -> Any:  # noqa: ANN401
    try:
        return read()
    except Exception as error:  # noqa: BLE001
        notes.problem(code, error)
        return None
