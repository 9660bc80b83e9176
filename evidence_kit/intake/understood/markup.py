"""XML and HTML: written anew tag by tag, attributes and texts without non-language."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Final

from evidence_kit.intake.understood.atoms import Stretch
from evidence_kit.intake.understood.files import files_in, framed_spans
from evidence_kit.intake.understood.language import merged_spans, opaque_spans, without_spans
from evidence_kit.intake.understood.plain import Encode
from evidence_kit.intake.understood.plain_tags import Pieces, pieces
from evidence_kit.intake.understood.units import (
    NEUTRAL,
    bytes_by_name,
    is_label,
    is_labelled_number,
    is_name,
    odd_names,
    opaque_units,
)
from evidence_kit.intake.understood.written import WrittenAnew

NAME: Final = "markup/1"
_TOKEN: Final = re.compile(
    r"<!--(?P<comment>.*?)-->|<!\[CDATA\[(?P<raw>.*?)\]\]>|(?P<tag></?[A-Za-z_?!](?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+>)"
    r"|(?P<text>[^<]++|<)",
    re.DOTALL,
)
_NAME: Final = re.compile(r"</?[?!]?\s*[^\s/>=]+")
_ATTRIBUTE: Final = re.compile(r"([^\s=\"'/>]+)(?:(\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s>]+))?")
_VERBATIM: Final = re.compile(r"<(script|style)\b", re.IGNORECASE)
# Attributes without a value.
_FLAGS: Final = frozenset(
    [
        "allowfullscreen",
        "async",
        "autofocus",
        "autoplay",
        "checked",
        "compact",
        "controls",
        "crossorigin",
        "default",
        "defer",
        "disabled",
        "download",
        "formnovalidate",
        "hidden",
        "html",
        "inert",
        "ismap",
        "itemscope",
        "loop",
        "multiple",
        "muted",
        "nomodule",
        "noresize",
        "noshade",
        "novalidate",
        "nowrap",
        "open",
        "playsinline",
        "public",
        "readonly",
        "required",
        "reversed",
        "selected",
    ]
)
_STYLED: Final = frozenset({"class"})
_MOST_STYLES: Final = 12
_LONGEST_STYLE: Final = 24
_ENTITY: Final = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]{1,8})|(\d{1,8}))|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_HALVES: Final = re.compile(r"&#(5[56]\d{3});&#(5[67]\d{3});")


@dataclass(frozen=True, slots=True)
class _Value:
    """One value: its place, its text, and its kind: a name, an attribute, a text, a comment."""

    start: int
    end: int
    sort: str
    said: str
    quote: str = ""


def write_markup(text: str, encode: Encode) -> WrittenAnew:
    """Return XML or HTML written anew.

    Args:
        text: The whole text.
        encode: Makes bytes of it as they were.
    """
    written = WrittenAnew(NAME)
    laid = pieces(text, _plain)
    told = None if laid is None else _of_pieces(text, laid)
    if laid is not None and told is not None:
        written.parts = laid.counts
        _fill(written, text, *told, encode)
        return written
    values = _values(text)
    values = _without_known_names(values)
    for each in values:
        written.count(each.sort)
    found = opaque_units([_shown(each) for each in values])
    numbered = (
        (values[at - 1].said, at, each.said.strip())
        for at, each in enumerate(values)
        if at and values[at - 1].sort in {"name", "flag"} and each.sort in {"attribute", "text"}
    )
    for at in bytes_by_name(numbered):
        found.setdefault(at, [(0, len(values[at].said))])
    for number, each in enumerate(values):
        if each.sort == "text" and (blocks := framed_spans(each.said)):
            found[number] = merged_spans([*found.get(number, []), *blocks])
    _fill(written, text, values, found, encode)
    return written


def _without_known_names(values: list[_Value]) -> list[_Value]:
    """Return values without the names of styles; names that together are no language are values as any other."""
    odd = odd_names(
        name
        for each in values
        if each.sort in {"name", "style"}
        for name in (each.said.split() if each.sort == "style" else [each.said])
    )
    told: list[_Value] = []
    for each in values:
        if each.sort == "name" and each.said in odd:
            told.append(replace(each, sort="flag"))
        elif each.sort != "style":
            told.append(each)
        elif any(name in odd for name in each.said.split()):
            told.append(replace(each, sort="attribute"))
    return told


def _of_pieces(text: str, laid: Pieces) -> tuple[list[_Value], dict[int, list[Stretch]]] | None:
    """Return the values of the pieces that hold more than language, with the spans of each that are none.

    None where a piece does not consist of the values that are found in it one by one.
    """
    values: list[_Value] = []
    found: dict[int, list[Stretch]] = {}
    read: dict[int, int] = {}
    starts = [place[0] for place in laid.places] + [len(laid.judged)]
    for first, last in opaque_spans(laid.judged):
        for number in range(bisect_right(starts, first) - 1, bisect_right(starts, last - 1)):
            begin, source, end = laid.places[number]
            if number not in read:
                inner = _values(text[source:end])
                if "".join(f"{_shown(each)}\n" for each in inner) != laid.judged[begin : starts[number + 1]]:
                    return None
                read[number] = len(values)
                values += [replace(each, start=each.start + source, end=each.end + source) for each in inner]
            at = begin
            for place in range(read[number], len(values)):
                shown = _shown(values[place])
                length = len(shown)
                piece = (max(0, first - at), min(length, last - at))
                if piece[0] < piece[1] and shown != NEUTRAL:
                    found.setdefault(place, []).append(piece)
                at += length + 1
                if at >= starts[number + 1]:
                    break
    return values, found


def _fill(
    written: WrittenAnew, text: str, values: list[_Value], found: dict[int, list[Stretch]], encode: Encode
) -> None:
    """Write a text without some spans of its values.

    Args:
        written: Where to.
        text: The text.
        values: Its values, at least those in which something is found, in order.
        found: The spans of each that are no language, by its place among them.
        encode: Makes bytes of a text as they were.
    """
    at = 0
    for number in sorted(found):
        value = values[number]
        written.write(encode(text[at : value.start]))
        _replace(written, value, found[number], encode)
        at = value.end
    written.write(encode(text[at:]))


def _shown(value: _Value) -> str:
    """Return a value as it is judged: names announce the next value, and a number as an attribute is one."""
    if value.sort == "name" or (value.sort == "attribute" and is_labelled_number(value.said)):
        return NEUTRAL
    return value.said


def _replace(written: WrittenAnew, value: _Value, stretches: list[Stretch], encode: Encode) -> None:
    """Write a value without some of its spans, and note their kind."""
    files = files_in(value.said)
    if not files and len(stretches) > 1:
        files = files_in("".join(value.said[start:end] for start, end in stretches))
    written.leave_out(files, 0 if files else len(stretches))
    rest = without_spans(value.said, stretches)
    if value.sort == "flag":
        rest = rest or "x"
    elif value.sort == "attribute":
        quote = value.quote or '"'
        rest = quote + html.escape(rest) + quote
    elif value.sort == "text":
        rest = html.escape(rest, quote=False)
    written.write(encode(rest))


def _values(text: str) -> list[_Value]:
    values: list[_Value] = []
    at = 0
    while (match := _TOKEN.match(text, at)) is not None:
        at, sort = match.end(), match.lastgroup
        if sort == "tag":
            _add_tag(values, text, match.start(), match.end())
            if (named := _VERBATIM.match(match[0])) is not None:
                # What stands in a script or a style is no markup, whatever signs are in it.
                close = text.find(f"</{named[1]}", at)
                close = len(text) if close < 0 else close
                if text[at:close].strip():
                    values.append(_Value(at, close, "comment", text[at:close]))
                at = close
        elif sort is not None:
            said = match[sort]
            if said.isspace():
                continue
            values.append(_Value(match.start(sort), match.end(sort), sort, _plain(said) if sort == "text" else said))
    return values


def _add_tag(values: list[_Value], text: str, start: int, end: int) -> None:
    named = _NAME.match(text, start, end)
    if named is None:
        return
    first = named.start() + len(named[0]) - len(named[0].lstrip("</?! "))
    values.append(_name(first, named.end(), named[0].lstrip("</?! ")))
    for match in _ATTRIBUTE.finditer(text, named.end(), end - 1):
        if match[3] is None and match[1].lower() not in _FLAGS:
            values.append(_Value(match.start(1), match.end(1), "flag", match[1]))
            continue
        values.append(_name(match.start(1), match.end(1), match[1]))
        if match[3] is None:
            continue
        quote = match[3][0] if match[3][0] in "\"'" else ""
        said = match[3][1:-1] if quote else match[3]
        if match[1].lower() in _STYLED and _is_style(said):
            values.append(_Value(match.start(3), match.end(3), "style", said, quote))
            continue
        values.append(_Value(match.start(3), match.end(3), "attribute", _plain(said), quote))


def _name(start: int, end: int, said: str) -> _Value:
    """Return the name of a tag or an attribute; an unusual name is judged like a value."""
    return _Value(start, end, "name" if is_label(said) else "flag", said)


def _is_style(said: str) -> bool:
    """Say whether an attribute holds a few names of styles, by which readers of conversations know their parts."""
    names = said.split()
    return len(names) <= _MOST_STYLES and all(len(name) <= _LONGEST_STYLE and is_name(name) for name in names)


def _plain(said: str) -> str:
    """Return a text without entities; halves of one character that were written one by one are put together."""
    if "&" not in said:
        return said
    return _ENTITY.sub(_character, _HALVES.sub(_joined, said))


def _character(match: re.Match[str]) -> str:
    """Return what an entity stands for; of a number that is no character of HTML the control that it is."""
    number = int(match[1], 16) if match[1] else int(match[2]) if match[2] else None
    return html.unescape(match[0]) if number is None else chr(min(number, 0x10FFFF))


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[1]), int(match[2])
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return match[0]
