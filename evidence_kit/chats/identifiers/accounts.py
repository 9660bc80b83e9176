"""E-mail addresses, web addresses, profiles, and handles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence_kit.chats.identifiers.identifier import Confidence, FoldedText, Identifier, IdentifierType, TextSpan

_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@(?:[\w\-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)")
# As people write an address that a machine shall not find: "name (at) host (dot) com".
_HIDDEN_EMAIL = re.compile(
    r"(?<![\w.+\-])([\w.+\-]{1,64})\s?(?:\(at\)|\[at\]|\(@\)|\[@\])\s?"
    r"([\w\-]{1,63}(?:\s?(?:\.|\(dot\)|\[dot\]|\(point\))\s?[\w\-]{1,63}){1,8})(?!\w)",
    re.IGNORECASE,
)
_DOT = re.compile(r"\s?(?:\.|\(dot\)|\[dot\]|\(point\))\s?", re.IGNORECASE)
_HOSTS = (
    r"instagram\.com|facebook\.com|fb\.com|fb\.me|m\.me|t\.me|telegram\.me|wa\.me|tiktok\.com|x\.com|twitter\.com"
    r"|snapchat\.com|youtube\.com|discord\.gg|linkedin\.com|threads\.net|threads\.com"
    r"|paypal\.me|paypal\.com/paypalme|cash\.app|revolut\.me"
)
_URL = re.compile(
    rf"(?<![\w@])(?:https?://[^\s<>\"]{{3,2000}}|www\.[^\s<>\"]{{3,2000}}"
    rf"|(?:[a-z]{{1,8}}\.)?(?:{_HOSTS})/[^\s<>\"]{{1,2000}})",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    rf"(?:https?://)?(?:[a-z]{{1,8}}\.)?(?P<host>{_HOSTS})/"
    r"(?:profile\.php\?(?:[^#\s]*&)?id=(?P<id>\d+)|(?:@|add/|in/|_u/)?(?P<name>[\w.\-+]{2,60}))/?(?:[?#].*)?\Z",
    re.IGNORECASE,
)
_NO_PROFILES = frozenset(
    {"p", "reel", "reels", "watch", "share", "sharer", "photo", "photo.php", "story.php", "groups"}
)
_HANDLE = re.compile(r"(?<![\w.@/])@([A-Za-z0-9_][A-Za-z0-9_.]{1,29})")
_NAMED = re.compile(
    r"(?<!\w)(instagram|insta|ig|snapchat|snap|telegram|tele|tiktok|facebook|messenger"
    r"|انستغرام|انستا|سناب|تيليغرام|تلغرام|تيك توك|فيسبوك)"
    r"\s?(?::|=|->|هو|dyali)\s?@?([A-Za-z0-9_][A-Za-z0-9_.]{2,29})(?![\w/@])",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}»\"'،؛؟"


def email_addresses(text: FoldedText) -> Iterator[Identifier]:
    """Yield e-mail addresses."""
    for found in _EMAIL.finditer(text.folded):
        yield text.finding_at(
            TextSpan(*found.span()), IdentifierType.EMAIL, found[0].casefold(), Confidence.HIGH, "pattern"
        )
    for found in _HIDDEN_EMAIL.finditer(text.folded):
        address = f"{found[1]}@{_DOT.sub('.', found[2])}".casefold()
        yield text.finding_at(TextSpan(*found.span()), IdentifierType.EMAIL, address, Confidence.MEDIUM, "at-in-words")


def web_addresses(text: FoldedText) -> Iterator[Identifier]:
    """Yield web addresses as `hxxps://evil[.]example/…`, so that nobody opens one by touching it.

    One that is a profile is of that type, with the platform and the account.
    """
    for found in _URL.finditer(text.folded):
        address = found[0].rstrip(_TRAILING)
        span = TextSpan(found.start(), found.start() + len(address))
        profile = _PROFILE.match(address)
        account = (profile["id"] or profile["name"]) if profile else None
        if profile is not None and account is not None and account.casefold() not in _NO_PROFILES:
            yield text.finding_at(
                span,
                IdentifierType.PROFILE,
                defanged(address),
                Confidence.HIGH,
                "pattern",
                details={"platform": profile["host"].casefold(), "account": account},
            )
        else:
            yield text.finding_at(span, IdentifierType.URL, defanged(address), Confidence.HIGH, "pattern")


def account_handles(text: FoldedText) -> Iterator[Identifier]:
    """Yield `@names`, and names that follow the name of a platform."""
    for found in _HANDLE.finditer(text.folded):
        name = found[1].rstrip(".")
        span = TextSpan(found.start(), found.start() + 1 + len(name))
        yield text.finding_at(span, IdentifierType.HANDLE, name.casefold(), Confidence.MEDIUM, "at-sign")
    for found in _NAMED.finditer(text.folded):
        name = found[2].rstrip(".")
        span = TextSpan(found.start(2), found.start(2) + len(name))
        yield text.finding_at(
            span,
            IdentifierType.HANDLE,
            name.casefold(),
            Confidence.LOW,
            "beside-the-name-of-a-platform",
            details={"platform": found[1].casefold()},
        )


def defanged(address: str) -> str:
    """Return a web address that no program opens."""
    scheme, separator, rest = address.rpartition("://") if "://" in address[:8] else ("", "", address)
    host, slash, path = rest.partition("/")
    return scheme.replace("tt", "xx").replace("TT", "XX") + separator + host.replace(".", "[.]") + slash + path
