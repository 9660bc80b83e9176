"""The texts that may bear the ending by which a double click opens them: nothing in them runs or calls out.

A web page that the other side wrote would tell them, by a picture from the network, that and where it was opened. So
the rule is one of what is known to be harmless, and not a list of what is known to be bad: a text that says anything
else keeps `.bin`.
"""

from __future__ import annotations

import quopri
import re
from typing import Final

LARGEST_BYTES: Final = 32 << 20
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_COMMENT: Final = r"<!--(?!\[|>|->)(?:(?!--)[^<>])*-->"
_ATTRIBUTE: Final = re.compile(r"\s+([A-Za-z][A-Za-z0-9-]*)\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)')")
_TAG: Final = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z][A-Za-z0-9-]*\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*)\s*/?>"
)
# Where a tag may stand, and nowhere else: within quotes it would be the end of another attribute.
_STYLE: Final = r"<[Ss][Tt][Yy][Ll][Ee]>[^<\\@(]*</[Ss][Tt][Yy][Ll][Ee]>"
_PIECE: Final = re.compile(rf"[^<]+|{_COMMENT}|{_STYLE}|{_TAG.pattern}")
_DOCTYPE: Final = re.compile(r"\s*(?:<!doctype html>)?", re.IGNORECASE)
_ELEMENTS: Final = frozenset(
    {
        "html", "head", "body", "title", "meta", "div", "span", "p", "br", "hr", "b", "i", "u", "s", "strong", "em",
        "small", "big", "sub", "sup", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table",
        "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "blockquote", "pre", "code", "section", "article",
        "header", "footer", "main", "nav", "time", "center", "a", "img",
    }
)  # fmt: skip
_ATTRIBUTES: Final = frozenset({
    "class", "id", "dir", "lang", "title", "alt", "role", "width", "height", "align", "valign", "colspan", "rowspan",
    "datetime", "border",
})  # fmt: skip
_NEAR: Final = re.compile(
    r"(?:#[A-Za-z0-9_.-]*|(?:\.\./)*[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*)?"
)
_UTF8: Final = re.compile(r"text/html;\s*charset=utf-8", re.IGNORECASE)
_SAYS_UTF8: Final = re.compile(r"<meta\s[^>]*charset=[\"']?utf-8", re.IGNORECASE)
_BEGINNING: Final = 1024
_XML_DECLARATION: Final = re.compile(
    r"<\?xml\s+version\s*=\s*['\"]1\.[01]['\"](?:\s+encoding\s*=\s*['\"](?:utf-8|us-ascii)['\"])?"
    r"(?:\s+standalone\s*=\s*['\"](?:yes|no)['\"])?\s*\?>",
    re.IGNORECASE,
)
# A namespace makes a page or a program of XML, a doctype or a stylesheet fetches something.
_XML_CALLS: Final = re.compile(r"<!(?!--|\[CDATA\[)|<\?|xmlns", re.IGNORECASE)
_FOLDED: Final = re.compile(r"\r?\n[ \t]")
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://|\\\\|(?:^|[:;,=])(?:file|javascript|data|vbscript):", re.IGNORECASE)


def is_viewer_safe(kind: str, data: bytes) -> bool:
    """Say whether a text may keep an ending that opens it.

    Args:
        kind: Name of its content type: `html`, `xml` or `vcard`; of anything else it is never said.
        data: All of it.
    """
    if len(data) > LARGEST_BYTES or kind not in _RULES:
        return False
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(text) is None and _RULES[kind](text, marked=data.startswith(b"\xef\xbb\xbf"))


def _is_safe_page(text: str, *, marked: bool) -> bool:
    """Say whether a page consists of plain elements and nothing else, in an encoding that no browser has to guess."""
    if not (text.isascii() or marked or _SAYS_UTF8.search(text[:_BEGINNING])):
        return False
    doctype = _DOCTYPE.match(text)
    rest = text[doctype.end() if doctype else 0 :]
    at = 0
    while at < len(rest):
        piece = _PIECE.match(rest, at)
        if piece is None:
            return False
        at = piece.end()
        tag = _TAG.fullmatch(piece[0])
        if tag is not None and not _is_safe_tag(tag[2].lower(), tag[3]):
            return False
    return True


def _is_safe_tag(name: str, attributes: str) -> bool:
    if name not in _ELEMENTS:
        return False
    for key, double, single in _ATTRIBUTE.findall(attributes):
        attribute, value = key.lower(), double or single
        if attribute in _ATTRIBUTES:
            continue
        if name == "meta" and (attribute, value.lower()) in {("charset", "utf-8"), ("http-equiv", "content-type")}:
            continue
        if name == "meta" and attribute == "content" and _UTF8.fullmatch(value):
            continue
        if (name, attribute) in {("a", "href"), ("img", "src")} and _NEAR.fullmatch(value):
            continue
        return False
    return True


def _is_safe_xml(text: str, *, marked: bool) -> bool:
    """Say whether XML is a tree of elements and nothing that a browser would fetch, draw or run."""
    del marked
    declared = _XML_DECLARATION.match(text)
    return _XML_CALLS.search(text[declared.end() if declared else 0 :]) is None


def _is_safe_card(text: str, *, marked: bool) -> bool:
    """Say whether cards hold all that they show, and fetch no part of it from an address."""
    del marked
    whole = _FOLDED.sub("", text)
    spelt = quopri.decodestring(whole.encode("utf-8")).decode("utf-8", "replace")
    return not any(_ADDRESS.search(line) for each in (whole, spelt) for line in each.splitlines())


_RULES: Final = {"html": _is_safe_page, "xml": _is_safe_xml, "vcard": _is_safe_card}
