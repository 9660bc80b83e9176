"""Time stamps written by hand: every element in its place, and no authority behind it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

SIGNED_DATA, TST_INFO = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d0109100104")
SHA256, POLICY = bytes.fromhex("608648016503040201"), bytes.fromhex("2a0304")
LENGTHS: tuple[Callable[[int], bytes], ...] = (
    lambda size: bytes([0x81, size & 0xFF]),
    lambda size: b"\x82" + (size & 0xFFFF).to_bytes(2, "big"),
    lambda size: b"\x84" + size.to_bytes(4, "big"),
    lambda size: b"\x85" + size.to_bytes(5, "big"),
    lambda _: b"\x80",
    lambda _: b"\xff",
    lambda size: bytes([(size + 1) & 0x7F]),
    lambda size: bytes([(size - 1) & 0x7F]),
    lambda _: b"",
)


def length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    data = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(data)]) + data


@dataclass
class Element:
    """One element of DER.

    Attributes:
        tag: Its first byte.
        value: Its bytes, or the elements in it.
        length: What writes its length.
    """

    tag: int
    value: bytes | list[Element] = b""
    length: Callable[[int], bytes] = field(default=length)

    @property
    def data(self) -> bytes:
        body = self.value if isinstance(self.value, bytes) else b"".join(each.data for each in self.value)
        return bytes([self.tag]) + self.length(len(body)) + body


def integer(value: int) -> Element:
    return Element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def info(imprint: str, time: str = "20261123190000Z", *, accuracy: bool = False) -> Element:
    """Return TSTInfo over a digest."""
    algorithm = Element(0x30, [Element(0x06, SHA256), Element(0x05)])
    parts = [integer(1), Element(0x06, POLICY), Element(0x30, [algorithm, Element(0x04, bytes.fromhex(imprint))])]
    parts += [integer(7), Element(0x18, time.encode())]
    parts += [Element(0x30, [integer(1), Element(0x80, b"\x05"), Element(0x81, b"\x05")])] if accuracy else []
    return Element(0x30, [*parts, Element(0x01, b"\xff"), integer(2**40)])


def answer(inside: Element) -> Element:
    """Return TimeStampResp around TSTInfo; its signature is nobody's."""
    names, digest = Element(0x30, [Element(0x30), integer(1)]), Element(0x30, [Element(0x06, SHA256)])
    attributes = Element(0xA0, [Element(0x30, [Element(0x06, POLICY), Element(0x31)])])
    more = Element(0xA1, [Element(0x30, [Element(0x06, POLICY), Element(0x31)])])
    signer = Element(0x30, [integer(1), names, digest, attributes, Element(0x30), Element(0x04, bytes(8)), more])
    capsule = Element(0x30, [Element(0x06, TST_INFO), Element(0xA0, [Element(0x04, [inside])])])
    signed = Element(
        0x30, [integer(3), Element(0x31, [Element(0x30, [Element(0x06, SHA256)])]), capsule, Element(0x31, [signer])]
    )
    content = Element(0x30, [Element(0x06, SIGNED_DATA), Element(0xA0, [signed])])
    return Element(0x30, [Element(0x30, [integer(0)]), content])


def every(root: Element) -> list[Element]:
    found = [root]
    if isinstance(root.value, list):
        for each in root.value:
            found += every(each)
    return found


TIMES = (
    *("20261123190000Z", "20261123190000.5Z", "20261123190000.50Z", "20261123190000.0Z", "20261123190000.123456789Z", "20261123190000.1234567891Z"),
    *("20261123190000.0000001Z", "20261123190000.Z", "20261123190000", "20261123190000+0000", "202611231900Z", "20261323190000Z", "20260230000000Z"),
    *("20261123240000Z", "20261123190060Z", "20000101000000Z", "20261123180000Z", "99991231235959Z", "00010101000000Z", "00000101000000Z"),
    *("20240229000000Z", "20261123190000,5Z", "20261123190000z", "٢٠٢٦١١٢٣١٩٠٠٠٠Z", "20261123190000Z\n", "", "2026-11-23T19:00:00Z", "261123190000Z"),
)  # fmt: skip
VALUES: tuple[bytes, ...] = (b"", b"\x00", b"\x01", b"\x02", b"\xff", b"\x00\x01", b"\x00\xff", b"\xff\x80", b"\x80", b"\x03\xe7", b"\x03\xe8", b"\x7f" * 5, b"\x80\x01", bytes(32), bytes(64), b"\x30\x00")  # fmt: skip
TAGS = (
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x17,
    0x18,
    0x1F,
    0x24,
    0x30,
    0x31,
    0x80,
    0x81,
    0x82,
    0xA0,
    0xA1,
    0xA2,
    0xBF,
)
KINDS = (
    "sound",
    "time",
    "time",
    "accuracy",
    "value",
    "value",
    "tag",
    "length",
    "drop",
    "twice",
    "more",
    "swap",
    "behind",
    "elsewhere",
    "bytes",
)


def told(imprint: str, chance: random.Random) -> tuple[str, bytes]:
    """Return a time stamp over a digest, sound or with one thing in it that is not."""
    kind = chance.choice(KINDS)
    time = chance.choice(TIMES) if kind == "time" else "20261123190000Z"
    root = answer(info(imprint, time, accuracy=kind == "accuracy" or chance.random() < 0.3))
    if kind in {"sound", "time", "accuracy"}:
        return f"stamp, {kind} {time!r}", root.data
    elements = every(root)
    at = chance.randrange(len(elements))
    one = elements[at]
    inside = [each for each in elements if isinstance(each.value, list) and each.value]
    holder = chance.choice(inside)
    assert isinstance(holder.value, list)
    place = chance.randrange(len(holder.value))
    extra = Element(chance.choice(TAGS), chance.choice(VALUES))
    other = answer(info("0" * 64, "20000101000000Z"))
    if kind == "value":
        one.value = extra.value
    elif kind == "tag":
        one.tag = extra.tag
    elif kind == "length":
        one.length = chance.choice(LENGTHS)
    elif kind == "drop":
        del holder.value[place]
    elif kind == "twice":
        holder.value.insert(place, holder.value[place])
    elif kind == "more":
        holder.value.insert(chance.randrange(len(holder.value) + 1), extra)
    elif kind == "swap":
        holder.value[place], holder.value[-1] = holder.value[-1], holder.value[place]
    elif kind == "elsewhere":
        # A second one where the signature covers nothing: it is nobody's to believe.
        holder.value.insert(
            chance.randrange(len(holder.value) + 1), chance.choice((other, info("0" * 64, "20000101000000Z")))
        )
    data = root.data
    if kind == "behind":
        data += extra.data
    elif kind == "bytes":
        cut = chance.randrange(len(data))
        data = chance.choice((data[:cut], data[:cut] + bytes([data[cut] ^ 1 << chance.randrange(8)]) + data[cut + 1 :]))
    return f"stamp, {kind} at {at} or {place}, {extra.tag:02x} {extra.value!r}", data
