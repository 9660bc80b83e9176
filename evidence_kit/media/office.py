"""Description of office documents that are zips: authors, programs, macros, addresses; nothing is run."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from evidence_kit.media import credentials
from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.media.origin_hints import naming_signs
from evidence_kit.model import Json

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "meta.xml")
_LARGEST_PART = 2 << 20
_MOST_PARTS = 20_000
_MOST_RELATIONS = 200
_MOST_TARGETS = 40
_DEEPEST = 12
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".emf", ".wmf", ".heic", ".svg")


def describe(payload: BinaryIO, arguments: Mapping[str, Json], notes: DescriptionNotes) -> dict[str, Json]:
    """Return the facts of one document; an unreadable part is a problem in `notes`, and the rest still comes.

    Args:
        payload: The whole file.
        arguments: `name`, the file's own name, where naming habits are looked for; nothing in it is drawn.
        notes: Takes the problems.

    Returns:
        `parts` (how many), `properties` (entries as written, dates raw), `macros`, `embedded` (how many objects),
        `pictures` (how many), `thumbnail`, `comments` (whether there are parts of this name), `encrypted_parts`,
        `external` (addresses that it would fetch or offer), `external_count`, and `c2pa` (see `credentials.read`).
    """
    facts: dict[str, Json] = {"naming_signs": naming_signs(str(arguments.get("name", "")))}
    payload.seek(0)
    try:
        archive = zipfile.ZipFile(payload)
        names = [info.filename for info in archive.infolist()]
    except Exception as error:  # noqa: BLE001
        notes.problem("document-not-read", error)
        return facts
    if len(names) > _MOST_PARTS:
        notes.problem("document-not-read", f"{len(names)} parts")
        return facts | {"parts": len(names)}
    kind = str(arguments.get("kind"))
    try:
        facts["c2pa"] = credentials.read(payload, kind, notes, credentials.trust_anchors(arguments))
    except Exception as error:  # noqa: BLE001
        notes.problem("c2pa-not-read", error)
    lower = [name.casefold() for name in names]
    external = list(dict.fromkeys(_external(archive, names, notes)))
    return facts | {
        "parts": len(names),
        "properties": notes.entries(
            [pair for name in _PROPERTIES if name in names for pair in _properties(archive, name, notes)][:200]
        ),
        "macros": any(name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")) for name in lower),
        "embedded": sum("/embeddings/" in name or name.startswith("object ") for name in lower),
        "pictures": sum(name.endswith(_PICTURES) for name in lower),
        "thumbnail": any(name.startswith(("docprops/thumbnail", "thumbnails/")) for name in lower),
        "comments": any("comments" in name and name.endswith(".xml") for name in lower),
        "encrypted_parts": sum(bool(info.flag_bits & 1) for info in archive.infolist()),
        "external": [text for text in (notes.text(target) for target in external[:_MOST_TARGETS]) if text],
        "external_count": len(external),
    }


def versions() -> dict[str, Json]:
    """Return the versions of the libraries that read documents."""
    import defusedxml

    return {"defusedxml": defusedxml.__version__, "c2pa": credentials.library_version()}


def parameters() -> dict[str, Json]:
    """Return how far is looked."""
    return {"largest_part_bytes": _LARGEST_PART}


def _properties(archive: zipfile.ZipFile, name: str, notes: DescriptionNotes) -> list[tuple[str, str]]:
    root = _parsed(archive, name, notes)
    return [] if root is None else list(_leaves(root, "", 0))


def _leaves(node: Element, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield every element that holds text, as a path of local names; a named property under its name."""
    if depth > _DEEPEST:
        return
    for child in node:
        tag = str(child.tag).rpartition("}")[2]
        named = child.get("name") or next((value for key, value in child.attrib.items() if key.endswith("}name")), None)
        below = f"{path}/{named or tag}".lstrip("/")
        text = (child.text or "").strip()
        if text:
            yield below, text
        yield from _leaves(child, below, depth + 1)


def _external(archive: zipfile.ZipFile, names: list[str], notes: DescriptionNotes) -> Iterator[str]:
    """Yield the targets outside of the document that its relations name: templates, pictures, links."""
    relations = [name for name in names if name.endswith(".rels")]
    for name in relations[:_MOST_RELATIONS]:
        root = _parsed(archive, name, notes)
        for relation in root if root is not None else ():
            if str(relation.get("TargetMode")).casefold() == "external" and relation.get("Target"):
                kind = str(relation.get("Type", "")).rpartition("/")[2]
                yield f"{kind}: {relation.get('Target')}"


def _parsed(archive: zipfile.ZipFile, name: str, notes: DescriptionNotes) -> Any:  # noqa: ANN401
    from defusedxml.ElementTree import fromstring

    try:
        with archive.open(name) as part:
            data = part.read(_LARGEST_PART + 1)
        if len(data) > _LARGEST_PART:
            notes.problem("part-not-read", f"{name[:100]}: too large")
            return None
        return fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except Exception as error:  # noqa: BLE001
        notes.problem("part-not-read", f"{name[:100]}: {type(error).__name__}: {error}")
        return None
