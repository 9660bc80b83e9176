"""A HEIC made here: one HEVC picture, coded by PyAV, in the boxes that phones use."""

from __future__ import annotations

import io
import struct

import av
import numpy as np
from PIL import Image

from evidence_kit.media.boxes import box_content, boxes_at_path


def heic(
    picture: Image.Image,
    declared: tuple[int, int] | None = None,
    exif: bytes | None = None,
    *,
    quarter_turns: int = 0,
    second: Image.Image | None = None,
    primary: int = 1,
) -> bytes:
    """Return a HEIC; it may declare a size that it has not, be turned by its boxes, and hold a second picture."""
    codec, coded = _coded(picture)
    width, height = declared or picture.size
    items = [(1, b"hvc1", coded)]
    if second is not None:
        items.append((2, b"hvc1", _coded(second)[1]))
    elif exif is not None:
        items.append((2, b"Exif", struct.pack(">I", 0) + exif))
    return _file(items, (codec, width, height, quarter_turns, primary))


def _coded(picture: Image.Image) -> tuple[bytes, bytes]:
    """Return the description of a codec and one coded picture."""
    film = io.BytesIO()
    with av.open(film, "w", format="mp4") as container:
        stream = container.add_stream("libx265", rate=1, options={"x265-params": "log-level=none:keyint=1"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, "yuv420p"
        stream.codec_context.codec_tag = "hvc1"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture))))
        container.mux(stream.encode(None))
    end = film.tell()
    [entry] = boxes_at_path(film, 0, end, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    [hvcc] = boxes_at_path(film, entry.start + 8 + 8 + 78, entry.start + entry.size_bytes, b"hvcC")
    [data] = boxes_at_path(film, 0, end, b"mdat")
    codec, coded = box_content(film, hvcc, 1 << 20), box_content(film, data, 1 << 24)
    return codec, coded


def _file(items: list[tuple[int, bytes, bytes]], about: tuple[bytes, int, int, int, int]) -> bytes:
    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    for at in (0, len(head) + len(_meta(items, about, 0)) + 8):
        meta = _meta(items, about, at)
    return head + meta + _box(b"mdat", b"".join(data for _, _, data in items))


def _meta(items: list[tuple[int, bytes, bytes]], about: tuple[bytes, int, int, int, int], at: int) -> bytes:
    codec, width, height, turns, primary = about
    pictures = [number for number, kind, _ in items if kind == b"hvc1"]
    entries = b"".join(_full(b"infe", 2, struct.pack(">HH", number, 0) + kind + b"\0") for number, kind, _ in items)
    places = b""
    for number, _, data in items:
        places += struct.pack(">HHHII", number, 0, 1, at, len(data))
        at += len(data)
    properties = _box(b"hvcC", codec) + _full(b"ispe", 0, struct.pack(">II", width, height))
    used = b"\x81\x82"
    if turns:
        properties += _box(b"irot", bytes([turns]))
        used += b"\x83"
    linked = b"".join(struct.pack(">HB", number, len(used)) + used for number in pictures)
    return _full(
        b"meta",
        0,
        _full(b"hdlr", 0, bytes(4) + b"pict" + bytes(13))
        + _full(b"pitm", 0, struct.pack(">H", primary))
        + _full(b"iloc", 0, b"\x44\x00" + struct.pack(">H", len(items)) + places)
        + _full(b"iinf", 0, struct.pack(">H", len(items)) + entries)
        + (_full(b"iref", 0, _box(b"cdsc", struct.pack(">HHH", 2, 1, 1))) if len(items) > len(pictures) else b"")
        + _box(b"iprp", _box(b"ipco", properties) + _full(b"ipma", 0, struct.pack(">I", len(pictures)) + linked)),
    )


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _full(kind: bytes, version: int, content: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24) + content)
