"""Records of SMS Backup & Restore as elements, parsed alone or many together.

Emoji stand in these files as two numeric entities, one for each half of a surrogate pair, which no XML parser takes:
pairs are mended before one sees them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from evidence_kit.chats.message import (
    UnreadReason,
)

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET


_TAGS = frozenset({"sms", "mms", "call"})
_NEVER_TOGETHER = (b"<!", b"<?", b"</smses", b"</calls", b"</records")
_WORTH_PARSING_TOGETHER = 2
_ENTITY = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,8})|(\d{1,10}));")
_HIGH = rb"&#(?:x[Dd][89ABab][0-9A-Fa-f]{2}|5(?:529[6-9]|5[3-9]\d\d|6[0-2]\d\d|63[01]\d));"
_LOW = rb"&#(?:x[Dd][C-Fc-f][0-9A-Fa-f]{2}|5(?:63[2-9]\d|6[4-9]\d\d|7[0-2]\d\d|73[0-3]\d|734[0-3]));"
_PAIR_OR_ENTITY = re.compile(_HIGH + _LOW + rb"|" + _ENTITY.pattern)
# Expat's codes for "no element found" and "unclosed token".
_CUT = frozenset({3, 5})


class SmsElement(Struct, gc=False):
    """An element of a record, with the elements inside in order."""

    tag: str
    attributes: dict[str, str]
    inside: list[SmsElement]


_NO_ELEMENTS: list[SmsElement] = []


def parsed_together(records: list[bytes]) -> list[SmsElement] | None:
    """Return records as elements, one each; None where one of them is anything but one whole record.

    What is in none of them alone cannot come in by standing together: no comment, declaration or closing tag of the
    root is let in, each record begins with its own tag and ends with one, and as many elements come out, none of them
    inside of another.
    """
    from xml.etree import ElementTree  # no declaration gets here, so nothing is expanded

    if len(records) < _WORTH_PARSING_TOGETHER:
        return None
    data = b"".join(records)
    if any(sign in data for sign in _NEVER_TOGETHER) or not all(record.rstrip()[-1:] == b">" for record in records):
        return None
    if b"</" not in data:
        return _flat(data, len(records))
    try:
        root = ElementTree.fromstring(b"<records>" + _mended(data) + b"</records>")  # noqa: S314 - see above
    except ElementTree.ParseError:
        return None
    if len(root) != len(records) or not all(child.tag in _TAGS for child in root):
        return None
    # A record inside of a record: each of them alone is broken.
    nested = any(each.tag in _TAGS for child in root if len(child) for inner in child for each in inner.iter())
    return None if nested else [_element(child) for child in root]


def _flat(data: bytes, count: int) -> list[SmsElement] | None:
    """Return records of which none has a closing tag, so that none can have another inside."""
    from xml.parsers import expat

    found: list[SmsElement] = []
    keep, element, nothing = found.append, SmsElement, _NO_ELEMENTS

    def start(tag: str, attributes: dict[str, str]) -> None:
        keep(element(tag, attributes, nothing))

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    try:
        parser.Parse(b"<records>" + _mended(data) + b"</records>", True)  # noqa: FBT003 - expat takes no names
    except expat.ExpatError:
        return None
    del found[0]
    return found if len(found) == count and {each.tag for each in found} <= _TAGS else None


def _element(parsed: ET.Element) -> SmsElement:
    return SmsElement(parsed.tag, parsed.attrib, [_element(child) for child in parsed] if len(parsed) else _NO_ELEMENTS)


def _mended(data: bytes) -> bytes:
    """Return XML with its pairs of surrogates made whole, and U+FFFD for forbidden characters."""
    return _PAIR_OR_ENTITY.sub(_legal, data) if b"&#" in data else data


def parsed_record(data: bytes) -> SmsElement | tuple[UnreadReason, str]:
    """Return a record as elements, or why it is none.

    Emoji stand in these files as two numeric entities, one for each half of a surrogate pair, which no XML
    parser
    takes: pairs are mended. A half without its other half, and any other entity that XML forbids, becomes
    U+FFFD.
    """
    from xml.parsers import expat

    roots: list[SmsElement] = []
    open_elements: list[SmsElement] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        element = SmsElement(tag, attributes, [])
        (open_elements[-1].inside if open_elements else roots).append(element)
        open_elements.append(element)

    def end(_tag: str) -> None:
        open_elements.pop()

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(_mended(data).rstrip(), True)  # noqa: FBT003 - expat takes no names
    except expat.ExpatError as error:
        # What ends inside of a tag or an element is a backup that was cut off.
        return UnreadReason.TRUNCATED if error.code in _CUT else UnreadReason.MALFORMED, str(error)
    return roots[0]


def _legal(found: re.Match[bytes]) -> bytes:
    return _legal_of(found[0])


@lru_cache(maxsize=4096)
def _legal_of(written: bytes) -> bytes:
    """Return an entity, or two that may be the halves of one sign, as XML allows it."""
    numbers = [int(each[1], 16) if each[1] else int(each[2]) for each in _ENTITY.finditer(written)]
    if len(numbers) == 2 and 0xD800 <= numbers[0] < 0xDC00 <= numbers[1] < 0xE000:
        return f"&#{0x10000 + ((numbers[0] - 0xD800) << 10) + (numbers[1] - 0xDC00)};".encode()
    return b"".join(_allowed(number) for number in numbers)


def _allowed(number: int) -> bytes:
    control = number < 0x20 and number not in {0x9, 0xA, 0xD}
    none = 0xD800 <= number < 0xE000 or number in {0xFFFE, 0xFFFF} or number > 0x10FFFF
    return b"&#65533;" if control or none else f"&#{number};".encode()
