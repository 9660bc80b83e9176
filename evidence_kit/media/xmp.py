"""Properties of an XMP packet: every one as a path and its text, bounded, never a key of ours."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from evidence_kit.media.facts import DescriptionNotes, blob_facts, rounded_decimal
from evidence_kit.model import Json

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST_BYTES = 1 << 20
_MOST_PROPERTIES = 300
_DEEPEST = 24
_PLACES: Final = 7
_COORDINATE: Final = re.compile(
    r"(?P<degrees>\d{1,3}),(?P<minutes>\d{1,2}(?:\.\d{1,12})?)(?:,(?P<seconds>\d{1,2}(?:\.\d{1,12})?))?(?P<side>[NSEW])",
    re.ASCII,
)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_STRUCTURE = {f"{{{_RDF}}}{name}" for name in ("RDF", "Description", "Seq", "Bag", "Alt")} | {"{adobe:ns:meta/}xmpmeta"}
_UNSAID = {f"{{{_RDF}}}about", f"{{{_RDF}}}parseType", "{adobe:ns:meta/}xmptk"}

# Source: ISO 16684-1, the IPTC Photo Metadata Standard, and what phones and editors write.
_PREFIXES = {
    _RDF: "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xmp/note/": "xmpNote",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://ns.google.com/photos/1.0/camera/": "GCamera",
    "http://ns.google.com/photos/1.0/container/": "Container",
    "http://ns.google.com/photos/1.0/container/item/": "Item",
    "http://ns.google.com/photos/1.0/image/": "GImage",
    "http://ns.apple.com/faceinfo/1.0/": "apple-fi",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://www.w3.org/XML/1998/namespace": "xml",
}


def read(packet: bytes, notes: DescriptionNotes) -> dict[str, Json]:
    """Return length, SHA-256 and properties of a packet.

    Args:
        packet: As it stands in the file.
        notes: Takes the problem when it is not XML, or declares a document type: nothing is ever expanded or fetched.
    """
    facts = blob_facts(packet)
    if len(packet) > LARGEST_BYTES:
        notes.problem("xmp-not-read", f"{len(packet)} bytes")
        return facts
    try:
        root = _parsed(packet)
    except Exception as error:  # noqa: BLE001
        notes.problem("xmp-not-read", error)
        return facts
    found: list[tuple[str, str]] = []
    _walk(root, "", 0, found)
    if len(found) > _MOST_PROPERTIES:
        notes.problem("facts-cut", f"{len(found)} properties of XMP")
    return facts | {"properties": notes.entries(found[:_MOST_PROPERTIES])}


def coordinate(text: str) -> tuple[str, str] | None:
    """Return an angle as XMP writes it (`35,11.5N`, `6,9,18W`) as its axis and signed degrees; None where it is none.

    Degrees have seven decimals. An angle without its letter is none: nothing says on which side it lies.

    Source: ISO 16684-1, 8.2.2.6, GPSCoordinate.
    """
    found = _COORDINATE.fullmatch(text.strip())
    if found is None:
        return None
    degrees, minutes, seconds = int(found["degrees"]), Fraction(found["minutes"]), Fraction(found["seconds"] or 0)
    axis, most = ("latitude", 90) if found["side"] in "NS" else ("longitude", 180)
    whole = degrees + minutes / 60 + seconds / 3600
    if minutes >= 60 or seconds >= 60 or whole > most:
        return None
    return axis, rounded_decimal(-whole if found["side"] in "SW" else whole, _PLACES)


def _parsed(packet: bytes) -> Element:
    from defusedxml.ElementTree import fromstring

    # Padding and trailing zeros belong to the packet, not to the XML.
    root: Element = fromstring(packet.strip(b"\0 \r\n\t"), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    return root


def _walk(node: Element, path: str, depth: int, found: list[tuple[str, str]]) -> None:
    if depth > _DEEPEST or len(found) > _MOST_PROPERTIES:
        return
    for name, value in node.attrib.items():
        if name not in _UNSAID:
            found.append((f"{path}/{_short(name)}".lstrip("/"), value))
    text = (node.text or "").strip()
    if text:
        found.append((path or _short(str(node.tag)), text))
    number = 0
    for child in node:
        tag = str(child.tag)
        if tag == f"{{{_RDF}}}li":
            number += 1
            _walk(child, f"{path}[{number}]", depth + 1, found)
        elif tag in _STRUCTURE:
            _walk(child, path, depth + 1, found)
        else:
            _walk(child, f"{path}/{_short(tag)}".lstrip("/"), depth + 1, found)


def _short(name: str) -> str:
    """Return a name with the prefix that everybody uses for its namespace, or as it stands."""
    space, _, local = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
    if not space:
        return local
    return f"{_PREFIXES[space]}:{local}" if space in _PREFIXES else f"{{{space}}}{local}"
