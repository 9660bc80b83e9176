"""Which kind of text some first bytes are, if they are text at all."""

from __future__ import annotations

import codecs
import re

# Everything below a space but tab, line feed, form feed and carriage return, and DEL.
# ISO 2022: to an alphabet, back to ASCII, and Korean's shift out and in.
_SWITCH = re.compile("\x1b(?:\\$[@AB]|\\$\\([@-D]|\\$\\)[A-C]|\\([BIJ])|[\x0e\x0f]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")

_JSON = re.compile(
    r"""\{\s*["}]
      | \[\s*(?:[\[{"\]]
              | (?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*[,\]])""",
    re.VERBOSE,
)
# Atomic groups: what was once taken for a comment is never tried again as two.
_MARKUP = re.compile(
    r"(?>\s+|<!--.*?-->|<\?.*?\?>|<!DOCTYPE\s+(?!html)[^\[>]*(?:\[.*?\]\s*)?>)*+(<!DOCTYPE\s+html|<[\w:.-]+)",
    re.DOTALL | re.IGNORECASE,
)
_SVG_SPACE = "http://www.w3.org/2000/svg"
_HTML_ROOTS = frozenset({"<html", "<head", "<body", "<script", "<style", "<table", "<div", "<title", "<meta"})

_MBOX = re.compile(r"From \S.*\d{1,2}:\d\d.*\r?\n[\x21-\x39\x3b-\x7e]+:")
_MAIL_HEADER = re.compile(r"([\x21-\x39\x3b-\x7e]+):")
_MAIL_NAMES = frozenset(
    {"from", "to", "cc", "date", "subject", "received", "message-id", "return-path", "mime-version"}
    | {"delivered-to", "reply-to", "content-type", "dkim-signature", "authentication-results"}
)


def text_kind(head: bytes, *, cut: bool) -> str | None:
    """Name of the kind of text; None when a NUL or a control character says that it is none.

    Args:
        head: First bytes of the file.
        cut: Whether the file goes on behind them, so that the last character may lack its end.
    """
    # What yEnc packs is no text, and stands as it is in mails and notes that are.
    before, packed, _ = head.partition(b"\n=ybegin ")
    text = _decoded(before, cut=cut or bool(packed))
    if text is None:
        return None
    if _CONTROL.search(text):
        # Mails of Japan and Korea change between alphabets with an escape.
        without = _SWITCH.sub("", text)
        return None if _CONTROL.search(without) else _mail(without)
    text = text.removeprefix("\ufeff")
    opening = text.lstrip()
    if _JSON.match(opening):
        return "json"
    for opens_with, name in (("BEGIN:VCARD", "vcard"), ("BEGIN:VCALENDAR", "ics")):
        if opening[: len(opens_with)].upper() == opens_with:
            return name
    return _markup(opening) or _mail(text) or "text"


def _decoded(head: bytes, *, cut: bool) -> str | None:
    """The characters; bytes that are no Unicode stand for themselves, which is enough to tell kinds apart."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return _try(head, encoding, cut=cut)
    decoded = _try(head, "utf-8", cut=cut)
    return head.decode("latin-1") if decoded is None else decoded


def _try(head: bytes, encoding: str, *, cut: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, final=not cut)
    except UnicodeDecodeError:
        return None


def _markup(opening: str) -> str | None:
    if not opening.startswith("<"):
        return None
    found = _MARKUP.match(opening)
    root = found.group(1).lower() if found else ""
    if root.startswith("<!doctype") or root in _HTML_ROOTS:
        return "html"
    # Writers of XML call the name space of SVG what they like.
    if root == "<svg" or (root.endswith(":svg") and _SVG_SPACE in opening[:4096]):
        return "svg"
    return "xml" if opening.lower().startswith(("<?xml", "<?xpacket", "<x:xmpmeta", "<!doctype")) else None


def _mail(text: str) -> str | None:
    """A mailbox, or a mail: its first lines are headers, three of them such as only mails have."""
    if _MBOX.match(text):
        return "mbox"
    seen = set()
    for line in text.split("\n"):
        header = _MAIL_HEADER.match(line)
        if header:
            seen.add(header.group(1).lower())
        elif not line.startswith((" ", "\t")) or not seen:
            break
    return "eml" if len(seen & _MAIL_NAMES) >= 3 else None
