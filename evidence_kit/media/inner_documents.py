"""Pictures inside documents and contact cards: of PDFs, of office documents, of vCards.

Nothing of a document is drawn or run: its pictures are taken out as they are packed.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from evidence_kit.media.inner import InnerPicture

OFFICE: Final = frozenset({"docx", "xlsx", "pptx", "ooxml", "odt", "ods", "odp", "epub"})
KINDS: Final = OFFICE | {"pdf", "vcard"}
"""Content types that this module looks into."""

_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".avif")
_DRAWINGS: Final = (".emf", ".wmf", ".svg")
_LARGEST_PICTURE: Final = 32 << 20
_LARGEST_TOGETHER: Final = 128 << 20
_LARGEST_CARD: Final = 16 << 20
_MOST_PAGES: Final = 500
_SMALLEST_SIDE: Final = 16
_PHOTO: Final = re.compile(
    rb"^(?:item\d+\.)?(?:PHOTO|LOGO)(?P<parameters>[;:][^\r\n]{0,200}?(?:base64|\bENCODING=b\b)[^\r\n:,]{0,200})[:,](?P<data>[A-Za-z0-9+/=\s]+)",
    re.IGNORECASE | re.MULTILINE,
)


def inner_of(payload: BinaryIO, kind: str) -> Iterator[InnerPicture]:
    """Yield the pictures of a document; nothing for other types."""
    if kind in OFFICE:
        yield from _of_office(payload)
    elif kind == "pdf":
        yield from _of_pdf(payload)
    elif kind == "vcard":
        yield from _of_card(payload)


def _of_office(payload: BinaryIO) -> Iterator[InnerPicture]:
    payload.seek(0)
    left = _LARGEST_TOGETHER
    try:
        archive = zipfile.ZipFile(payload)
    except Exception:  # noqa: BLE001 - said where the document is described
        return
    for info in archive.infolist():
        name = info.filename.casefold()
        if name.endswith(_DRAWINGS):
            yield InnerPicture("document-picture", info.filename[:200], reason="form-not-decoded")
        if not name.endswith(_PICTURES):
            continue
        if info.file_size > min(_LARGEST_PICTURE, left):
            yield InnerPicture("document-picture", info.filename[:200], reason="too-large")
            continue
        try:
            with archive.open(info) as part:
                data = part.read(_LARGEST_PICTURE + 1)
        except Exception:  # noqa: BLE001 - encrypted, damaged, or packed in a way that nobody reads
            yield InnerPicture("document-picture", info.filename[:200], reason="part-not-read")
            continue
        left -= len(data)
        yield InnerPicture("document-picture", info.filename[:200], data, "cover")


def _of_pdf(payload: BinaryIO) -> Iterator[InnerPicture]:
    from pypdf import PdfReader

    payload.seek(0)
    try:
        reader = PdfReader(payload, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return
        pages = len(reader.pages)
    except Exception:  # noqa: BLE001 - said where the document is described
        return
    seen: set[Any] = set()
    for number in range(min(pages, _MOST_PAGES)):
        try:
            found = list(_images(reader.pages[number], seen, 0))
        except Exception:  # noqa: BLE001
            yield InnerPicture("document-picture", f"page {number + 1}", reason="part-not-read")
            continue
        for name, stream in found:
            yield _pdf_picture(f"page {number + 1} {name}"[:200], stream)


def _images(node: Any, seen: set[Any], depth: int) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Yield the names and streams of pictures that a page or a form in it uses, each once in the document."""
    resources = node.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    for name, reference in (objects.get_object() if objects is not None else {}).items():
        key = getattr(reference, "idnum", id(reference))
        if key in seen or depth > 4:
            continue
        seen.add(key)
        stream = reference.get_object()
        if stream.get("/Subtype") == "/Image":
            yield str(name), stream
        elif stream.get("/Subtype") == "/Form":
            yield from _images(stream, seen, depth + 1)


def _pdf_picture(where: str, stream: Any) -> InnerPicture:  # noqa: ANN401
    width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
    if min(width, height) < _SMALLEST_SIDE:
        return InnerPicture("document-picture", where, reason="too-small")
    if width * height > 100_000_000:
        return InnerPicture("document-picture", where, reason="too-many-pixels")
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, list) else [str(filters)]
    try:
        if names == ["/DCTDecode"]:
            return InnerPicture("document-picture", where, bytes(stream._data), "jpeg")  # noqa: SLF001 - as it is packed
        if names[-1] == "/JPXDecode":
            return InnerPicture("document-picture", where, reason="form-not-decoded")
        picture = stream.decode_as_image()
        made = io.BytesIO()
        picture.convert("RGB").save(made, "PNG", compress_level=1)
    except Exception:  # noqa: BLE001 - one picture that cannot be unpacked costs only itself
        return InnerPicture("document-picture", where, reason="not-decoded")
    return InnerPicture("document-picture", where, made.getvalue(), "png")


def _of_card(payload: BinaryIO) -> Iterator[InnerPicture]:
    payload.seek(0)
    data = payload.read(_LARGEST_CARD)
    # Long lines are folded with a blank, and some programs fold without one.
    for match in _PHOTO.finditer(data):
        text = re.sub(rb"\s+", b"", match["data"].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0])
        packed = re.match(rb"[A-Za-z0-9+/]+={0,2}", text)
        try:
            photo = base64.b64decode(packed[0] + b"=" * (-len(packed[0]) % 4)) if packed else b""
        except (binascii.Error, ValueError):
            photo = b""
        if photo:
            yield InnerPicture("contact-photo", f"offset {match.start()}", photo, "cover")
        else:
            yield InnerPicture("contact-photo", f"offset {match.start()}", reason="part-not-read")
