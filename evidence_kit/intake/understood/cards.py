"""Address cards and calendars: written anew property by property, without files and other non-language."""

from __future__ import annotations

import quopri
import re
from dataclasses import dataclass
from functools import partial
from typing import Final

from evidence_kit.intake.understood.files import bytes_of_base64, files_in
from evidence_kit.intake.understood.language import without_spans
from evidence_kit.intake.understood.plain import Encode
from evidence_kit.intake.understood.units import (
    NEUTRAL,
    bytes_by_name,
    is_labelled_number,
    is_name,
    odd_names,
    opaque_units,
)
from evidence_kit.intake.understood.written import WrittenAnew

NAME: Final = "card/1"
# Some programs write two carriage returns, and some one alone.
_FOLD: Final = re.compile(r"(?:\r+\n|\n|\r)[ \t]")
_LINE: Final = re.compile(r"\r+\n|\n|\r")
_PROPERTY: Final = re.compile(r"(?:[\w-]+\.)?[A-Za-z][\w-]*(?:;(?:[^:;\"]|\"[^\"]*\")*)*:")
_GROUP: Final = re.compile(r"^item\d{1,4}\.")
_BETWEEN_NAMES: Final = re.compile(r"[;=,.:\"\s]+")
_APPLE_LABEL: Final = re.compile(r"^_\$!<([A-Za-z ]{1,40})>!\$_$")
_DAY: Final = re.compile(r"(?:(?:19|20)\d\d|--)-?[01]\d-?[0-3]\d(?:T[0-2]\d[0-5]\d[0-5]\dZ?)?")
_QUOTED: Final = re.compile(r";(?:ENCODING=)?QUOTED-PRINTABLE", re.IGNORECASE)
_FILE: Final = re.compile(r";(?:ENCODING=)?(?:B|BASE64)(?=[;:])", re.IGNORECASE)
_CHARSET: Final = re.compile(r";CHARSET=([\w-]+)", re.IGNORECASE)


@dataclass(slots=True)
class _Property:
    """One property: its name with parameters, its value as text, and the file that it is, if it is one."""

    head: str
    value: str
    file: bytes | None = None
    is_file: bool = False


def write_cards(text: str, encode: Encode) -> WrittenAnew:
    """Return cards or a calendar written anew; where all of it is understood, the original is exact.

    Args:
        text: The whole text.
        encode: Makes bytes of it as they were.
    """
    written = WrittenAnew(NAME)
    properties = _properties(text)
    units: list[str] = []
    odd = odd_names(name for each in properties for name in _names(each.head))
    for each in properties:
        written.count("line")
        known = all(is_name(name) and name not in odd for name in _names(each.head))
        units += [NEUTRAL if known else each.head, _shown(each)]
    found = opaque_units(units)
    numbered = ((each.head, number, each.value.strip()) for number, each in enumerate(properties) if each.head)
    for number in bytes_by_name(numbered):
        found.setdefault(2 * number + 1, [(0, len(properties[number].value))])
    for number, each in enumerate(properties):
        if each.is_file:
            content = each.file
            written.leave_out([] if content is None else [(None, partial(bytes, content))], content is None)
        head, value = found.get(2 * number), found.get(2 * number + 1)
        if head:
            written.leave_out([], 1)
            continue
        if value:
            files = files_in(each.value)
            written.leave_out(files, 0 if files else len(value))
        rest = "" if each.is_file else without_spans(each.value, value or [])
        written.write(encode(each.head + rest + "\r\n"))
    return written


def _names(head: str) -> list[str]:
    """Return the names before the colon of a property: of its group, its own, of its parameters."""
    return [name for name in _BETWEEN_NAMES.split(_GROUP.sub("", head)) if name]


def _shown(each: _Property) -> str:
    """Return a value as it is judged: a number is one, and Apple's spelling of a field's name is its name."""
    if each.is_file or is_labelled_number(each.value) or _DAY.fullmatch(each.value):
        return NEUTRAL if not each.is_file else ""
    return _APPLE_LABEL.sub(r"\1", each.value)


def _properties(text: str) -> list[_Property]:
    found: list[_Property] = []
    lines = iter(_LINE.split(_FOLD.sub("", text)))
    for line in lines:
        if not line.strip():
            continue
        match = _PROPERTY.match(line)
        head, value = (match[0], line[match.end() :]) if match else ("", line)
        if _QUOTED.search(head):
            while value.endswith("="):
                value = value[:-1] + next(lines, "")
            found.append(_decoded(head, value))
        elif _FILE.search(head):
            content = bytes_of_base64(value)
            found.append(_Property(head, "", content or None, is_file=bool(value.strip())))
        else:
            found.append(_Property(head, value))
    return found


def _decoded(head: str, value: str) -> _Property:
    charset = _CHARSET.search(head)
    content = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
    try:
        said = content.decode(charset[1] if charset else "utf-8")
    except (LookupError, ValueError):
        said = content.decode("utf-8", "surrogateescape")
    said = said.replace("\r\n", "\\n").replace("\n", "\\n")
    return _Property(_CHARSET.sub("", _QUOTED.sub("", head))[:-1] + ":", said)
