"""Items of a HEIF or AVIF file: its pictures, their relations, and how a viewer turns them.

Decoders hand out pictures already turned, and the two that are used here rewrite the orientation in EXIF to match;
what the file itself says is read from its boxes.

Source: ISO/IEC 14496-12, 8.11 (meta, iinf, iloc, iref, pitm); ISO/IEC 23008-12, 6.5 (properties), 6.6 (derived images).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple

from evidence_kit.media.boxes import IsoBox, box_content, iso_boxes
from evidence_kit.model import PixelSize

_MOST_ITEMS: Final = 4000
_LARGEST_META_BYTES: Final = 8 << 20
# Coded pictures, and those put together from others.
CODED: Final = frozenset({b"hvc1", b"av01", b"avc1", b"jpeg", b"j2k1", b"vvc1", b"unci", b"mski"})
DERIVED: Final = frozenset({b"grid", b"iovl", b"iden", b"tmap"})


class Extent(NamedTuple):
    """A piece of an item.

    Attributes:
        offset: Where it begins, in bytes from the beginning of the file or of `idat`.
        size_bytes: Its length; 0 for all that is left.
    """

    offset: int
    size_bytes: int


class HeifProperty(NamedTuple):
    """A property box of an item: four letters and content."""

    type: bytes
    data: bytes


@dataclass(slots=True)
class HeifItem:
    """One item.

    Attributes:
        number: Its id in the file.
        type: Four letters, such as `hvc1`, `grid`, `Exif`.
        hidden: The file asks viewers not to show it.
        content_type: Media type of an item of type `mime`.
        extents: Its pieces in order; inside of `idat` where `inside` is true.
        inside: The pieces lie in the box `idat`.
        properties: In their order, which is the order in which a viewer applies them.
    """

    number: int
    type: bytes
    hidden: bool = False
    content_type: str = ""
    extents: list[Extent] = field(default_factory=list)
    inside: bool = False
    properties: list[HeifProperty] = field(default_factory=list)

    @property
    def is_picture(self) -> bool:
        """Whether there are pixels to it."""
        return self.type in CODED or self.type in DERIVED

    @property
    def size(self) -> PixelSize | None:
        """Width and height as coded, in pixels, before anything is cut or turned."""
        for each in self.properties:
            if each.type == b"ispe" and len(each.data) >= 12:
                return PixelSize(int.from_bytes(each.data[4:8]), int.from_bytes(each.data[8:12]))
        return None

    @property
    def auxiliary(self) -> str | None:
        """Purpose of an auxiliary picture, as the file names it; None for others."""
        for each in self.properties:
            if each.type == b"auxC":
                return each.data[4:].split(b"\0")[0].decode("utf-8", "replace")
        return None

    @property
    def quarter_turns(self) -> int:
        """By how many quarters a viewer turns it counter-clockwise, mirroring apart."""
        return sum(each.data[0] & 3 for each in self.properties if each.type == b"irot" and each.data) % 4

    @property
    def mirrors(self) -> list[str]:
        """Along which axis a viewer mirrors it: `vertical` swaps left and right, `horizontal` top and bottom."""
        return [
            "horizontal" if each.data[0] & 1 else "vertical"
            for each in self.properties
            if each.type == b"imir" and each.data
        ]

    @property
    def is_cut(self) -> bool:
        """Whether a viewer shows a part of it only."""
        return any(each.type == b"clap" for each in self.properties)


class HeifReference(NamedTuple):
    """That one item refers to others: as thumbnail `thmb`, auxiliary `auxl`, part `dimg`, description `cdsc`."""

    type: bytes
    origin: int
    to: tuple[int, ...]


@dataclass(slots=True)
class Heif:
    """Everything that the box `meta` says.

    Attributes:
        primary: Id of the picture to be shown; None where none is named.
        items: By id, in the order of the file.
        references: In the order of the file.
        idat: Where the box `idat` has its content; None without one.
    """

    primary: int | None = None
    items: dict[int, HeifItem] = field(default_factory=dict)
    references: list[HeifReference] = field(default_factory=list)
    idat: IsoBox | None = None

    def referring(self, kind: bytes, to: int | None = None) -> list[int]:
        """Return the items that refer to others (to this one) in a way, such as thumbnails by `thmb`."""
        return [each.origin for each in self.references if each.type == kind and (to is None or to in each.to)]

    def pictures(self) -> list[HeifItem]:
        """Return the pictures to be shown by themselves: the primary first, the others as the file lists them."""
        apart = {*self.referring(b"thmb"), *self.referring(b"auxl")}
        shown = [
            item for item in self.items.values() if item.is_picture and not item.hidden and item.number not in apart
        ]
        return sorted(shown, key=lambda item: item.number != self.primary)


def read(file: BinaryIO) -> Heif | None:
    """Return the facts a file states about its items, None without a box `meta`."""
    file.seek(0, 2)
    for box in iso_boxes(file, 0, file.tell()):
        if box.type == b"meta" and box.size_bytes <= _LARGEST_META_BYTES:
            return _meta(file, box)
    return None


def content_of(file: BinaryIO, heif: Heif, item: HeifItem, most_bytes: int) -> bytes:
    """Return the bytes of an item, at most so many.

    Args:
        file: The whole file; its position moves.
        heif: What its `meta` box says.
        item: One of its items.
        most_bytes: How many bytes at most.
    """
    base, end = (heif.idat.start, heif.idat.size_bytes) if item.inside and heif.idat else (0, None)
    found = bytearray()
    for offset, stated in item.extents:
        length = stated if end is None else min(stated or end, max(0, end - offset))
        file.seek(base + offset)
        found += file.read(min(length, most_bytes - len(found)))
        if len(found) >= most_bytes:
            break
    return bytes(found)


def metadata_items(
    file: BinaryIO, heif: Heif, kind: bytes, content_type: str = "", most_bytes: int = 16 << 20
) -> list[bytes]:
    """Return the items of one type, such as `Exif`; those that describe the primary picture come first.

    Args:
        file: The whole file; its position moves.
        heif: What its `meta` box says.
        kind: Type of the item, four bytes.
        content_type: Media type of a `mime` item; empty for any.
        most_bytes: How many bytes of each at most; eight items at most are read.
    """
    about = {each.origin for each in heif.references if each.type == b"cdsc" and heif.primary in each.to}
    wanted = [each for each in heif.items.values() if each.type == kind and content_type in {"", each.content_type}]
    wanted.sort(key=lambda item: item.number not in about)
    return [content_of(file, heif, item, most_bytes) for item in wanted[:8]]


def _meta(file: BinaryIO, meta: IsoBox) -> Heif:
    heif = Heif()
    inner = {box.type: box for box in iso_boxes(file, meta.start + 4, meta.start + meta.size_bytes)}
    heif.idat = inner.get(b"idat")
    if b"pitm" in inner:
        raw = box_content(file, inner[b"pitm"], 8)
        heif.primary = int.from_bytes(raw[4:8] if raw[:1] != b"\0" else raw[4:6])
    if b"iinf" in inner:
        _names(file, inner[b"iinf"], heif)
    if b"iloc" in inner:
        _places(box_content(file, inner[b"iloc"], _LARGEST_META_BYTES), heif)
    if b"iprp" in inner:
        _properties(file, inner[b"iprp"], heif)
    if b"iref" in inner:
        _references(file, inner[b"iref"], heif)
    return heif


def _names(file: BinaryIO, box: IsoBox, heif: Heif) -> None:
    version = box_content(file, box, 1)[:1]
    first = box.start + (6 if version == b"\0" else 8)
    for entry in iso_boxes(file, first, box.start + box.size_bytes):
        raw = box_content(file, entry, 1024)
        if entry.type != b"infe" or len(raw) < 12 or raw[0] not in {2, 3} or len(heif.items) >= _MOST_ITEMS:
            continue
        wide = 4 if raw[0] == 3 else 2
        number, kind = int.from_bytes(raw[4 : 4 + wide]), raw[6 + wide : 10 + wide]
        texts = raw[10 + wide :].split(b"\0")
        media = texts[1].decode("utf-8", "replace") if kind == b"mime" and len(texts) > 1 else ""
        heif.items[number] = HeifItem(number, kind, bool(raw[3] & 1), media)


def _places(raw: bytes, heif: Heif) -> None:
    reader = _Reader(raw)
    version = reader.number(1)
    reader.number(3)
    sizes = reader.number(2)
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    count = reader.number(2 if version < 2 else 4)
    for _ in range(min(count, _MOST_ITEMS)):
        item = heif.items.get(reader.number(2 if version < 2 else 4))
        inside = version > 0 and reader.number(2) & 15 == 1
        reader.number(2)
        base = reader.number(base_size)
        for _ in range(min(reader.number(2), _MOST_ITEMS)):
            if version > 0:
                reader.number(index_size)
            offset, length = base + reader.number(offset_size), reader.number(length_size)
            if item is not None:
                item.extents.append(Extent(offset, length))
                item.inside = inside
        if reader.ended:
            return


def _properties(file: BinaryIO, box: IsoBox, heif: Heif) -> None:
    listed: list[HeifProperty] = []
    for part in iso_boxes(file, box.start, box.start + box.size_bytes):
        if part.type == b"ipco":
            listed = [
                HeifProperty(each.type, box_content(file, each, 256))
                for each in iso_boxes(file, part.start, part.start + part.size_bytes)
            ]
        elif part.type == b"ipma":
            reader = _Reader(box_content(file, part, _LARGEST_META_BYTES))
            version, flags = reader.number(1), reader.number(3)
            for _ in range(min(reader.number(4), _MOST_ITEMS)):
                item = heif.items.get(reader.number(2 if version < 1 else 4))
                for _ in range(reader.number(1)):
                    index = reader.number(2) & 0x7FFF if flags & 1 else reader.number(1) & 0x7F
                    if item is not None and 0 < index <= len(listed):
                        item.properties.append(listed[index - 1])
                if reader.ended:
                    break


def _references(file: BinaryIO, box: IsoBox, heif: Heif) -> None:
    wide = 4 if box_content(file, box, 1) == b"\1" else 2
    for each in iso_boxes(file, box.start + 4, box.start + box.size_bytes):
        reader = _Reader(box_content(file, each, 1 << 16))
        origin = reader.number(wide)
        to = tuple(reader.number(wide) for _ in range(min(reader.number(2), _MOST_ITEMS)))
        heif.references.append(HeifReference(each.type, origin, to))
        if len(heif.references) >= _MOST_ITEMS:
            return


class _Reader:
    """Takes big-endian numbers off bytes; 0 behind their end."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    @property
    def ended(self) -> bool:
        return self._at >= len(self._raw)

    def number(self, width: int) -> int:
        value = int.from_bytes(self._raw[self._at : self._at + width])
        self._at += width
        return value
