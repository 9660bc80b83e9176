"""XML and HTML: written anew tag by tag, attributes and texts without what is no language."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final

from evidence_kit.intake.understood.files import files_in, uuencoded
from evidence_kit.intake.understood.language import Stretch, cut, merged
from evidence_kit.intake.understood.plain import Encode
from evidence_kit.intake.understood.units import NEUTRAL, is_name, judged
from evidence_kit.intake.understood.written import WrittenAnew

NAME: Final = "markup/1"
_TOKEN: Final = re.compile(
    r"<!--(?P<comment>.*?)-->|<!\[CDATA\[(?P<raw>.*?)\]\]>|(?P<tag></?[A-Za-z_?!](?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+>)"
    r"|(?P<text>[^<]++|<)",
    re.DOTALL,
)
_NAME: Final = re.compile(r"</?[?!]?\s*[^\s/>=]+")
_ATTRIBUTE: Final = re.compile(r"([^\s=\"'/>]+)(?:(\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s>]+))?")
_STYLED: Final = frozenset({"class"})
_MOST_STYLES: Final = 12
_LONGEST_STYLE: Final = 24
_HALVES: Final = re.compile(r"&#(5[56]\d{3});&#(5[67]\d{3});")


@dataclass(frozen=True, slots=True)
class _Value:
    """One value: where it stands, what it says, and what it is: a name, an attribute, a text, a comment."""

    start: int
    end: int
    sort: str
    said: str
    quote: str = ""


def write(text: str, encode: Encode) -> WrittenAnew:
    """Return XML or HTML written anew.

    Args:
        text: The whole text.
        encode: Makes bytes of it as they were.
    """
    written = WrittenAnew(NAME)
    values = _values(text)
    for each in values:
        written.count(each.sort)
    found = judged([NEUTRAL if each.sort == "name" and is_name(each.said) else each.said for each in values])
    for number, each in enumerate(values):
        if each.sort == "text" and "begin" in each.said and (blocks := uuencoded(each.said)):
            found[number] = merged([*found.get(number, []), *blocks])
    at = 0
    for number in sorted(found):
        value = values[number]
        written.write(encode(text[at : value.start]))
        _replace(written, value, found[number], encode)
        at = value.end
    written.write(encode(text[at:]))
    return written


def _replace(written: WrittenAnew, value: _Value, stretches: list[Stretch], encode: Encode) -> None:
    """Write a value without stretches of it, and note what they are."""
    files = files_in(value.said)
    if not files and len(stretches) > 1:
        files = files_in("".join(value.said[start:end] for start, end in stretches))
    written.leave_out(files, 0 if files else len(stretches))
    rest = cut(value.said, stretches)
    if value.sort == "name":
        rest = "x"
    elif value.sort == "attribute":
        quote = value.quote or '"'
        rest = quote + html.escape(rest) + quote
    elif value.sort == "text":
        rest = html.escape(rest, quote=False)
    written.write(encode(rest))


def _values(text: str) -> list[_Value]:
    values: list[_Value] = []
    for match in _TOKEN.finditer(text):
        sort = match.lastgroup
        if sort == "tag":
            _add_tag(values, text, match.start(), match.end())
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
    values.append(_Value(first, named.end(), "name", named[0].lstrip("</?! ")))
    for match in _ATTRIBUTE.finditer(text, named.end(), end - 1):
        values.append(_Value(match.start(1), match.end(1), "name", match[1]))
        if match[3] is None:
            continue
        quote = match[3][0] if match[3][0] in "\"'" else ""
        said = match[3][1:-1] if quote else match[3]
        if match[1].lower() in _STYLED and _is_style(said):
            continue
        values.append(_Value(match.start(3), match.end(3), "attribute", _plain(said), quote))


def _is_style(said: str) -> bool:
    """Say whether an attribute holds a few names of styles, by which readers of conversations know their parts."""
    names = said.split()
    return len(names) <= _MOST_STYLES and all(len(name) <= _LONGEST_STYLE and is_name(name) for name in names)


def _plain(said: str) -> str:
    """Return a text without entities; halves of one character that were written one by one are put together."""
    if "&" not in said:
        return said
    return html.unescape(_HALVES.sub(_joined, said))


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[1]), int(match[2])
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return match[0]
