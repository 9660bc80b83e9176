"""The kind of a message by the app's own words, in every language whose sentences are known.

The file decides before the words: see `attached`. Words that are in no table are said to be unknown, and never taken
for what they may mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from evidence_kit.chats.folding import DIRECTION_MARKS, fold_text, fold_wording
from evidence_kit.chats.formats.whatsapp.attached import Holds, attached_name
from evidence_kit.chats.formats.whatsapp.phrases import BEGINNING, all_phrases
from evidence_kit.chats.message import MessageFlag, MessageKind

_SHORT = 160
# Of a sentence around a name, so much has to be there besides the name.
_SHORTEST = 12
_ONE_LINE = 600
_M = f"[{DIRECTION_MARKS}]*"
_TRAILING = re.compile(rf"{_M}<{_M}([^<>\n]{{5,80}}){_M}>{_M}\Z")
_PLACE = re.compile(
    rf"{_M}(?P<word>[^\n]{{0,200}}?)[^\S\n]?[:：][^\S\n]*{_M}"
    r"(?P<address>https?://(?:maps\.google\.com/\?q=|foursquare\.com/v/)\S*)\s*\Z"
)
# `POLL:`, the question, then each answer with how many chose it; in any language, since the lines are always so.
_ANSWER = rf"\n{_M}%s[^\S\n]?[:：][^\n]*\([^()\n]*\){_M}[^\S\n]*"
_OPTION = r"(?P<option>[^\n:：]{2,30}?)"
_HEADED = rf"{_M}(?P<word>[^\n:：]{{2,40}}?)[^\S\n]?[:：]{_M}[^\S\n]*\n[^\n]+\n"
_POLL = re.compile(rf"{_HEADED[:-2]}(?:{_ANSWER % _OPTION})(?:{_ANSWER % '(?P=option)'})*\Z")
_BARE_POLL = re.compile(_HEADED)
_DOCUMENT = re.compile(rf"{_M}(?P<name>[^\n]+?\.\w{{1,8}})(?P<words>[ \u00a0\u202f•{DIRECTION_MARKS}][^\n]{{3,80}})\Z")
_PLACEHOLDER = re.compile(rf"{_M}<{_M}[^\W\d_]+(?: [^\W\d_]+){{1,7}}\.?{_M}>{_M}\Z")
_AFTER_A_CALL = re.compile(r"\s*[.,،。·•\u200e][^\n]{0,60}\Z")
_APPS_OWN = "\u200e"


@dataclass(frozen=True, slots=True)
class Wording:
    """A message's kind and file by the app's own words.

    Attributes:
        kind: What it is.
        flags: What else.
        file_name: A file that came with it.
        omitted_name: A file that was left out, where its name is told.
        phrase: The known sentence that says so, folded; None where the file says so, or nobody.
        unknown: The app speaks, in words that are in no table.
    """

    kind: MessageKind
    flags: frozenset[MessageFlag] = frozenset()
    file_name: str | None = None
    omitted_name: str | None = None
    phrase: str | None = None
    unknown: bool = False


TEXT = Wording(MessageKind.TEXT)
_EMPTY = Wording(MessageKind.CALL)


def kind_by_wording(body: str, holds: Holds) -> Wording:
    """Return the kind of a message by its words; `TEXT` for a person's own.

    Looks closer only where the app's words can be: nearly all messages are told by a few searches for one
    character. Names and phrases stand at the beginning or the end, so no more than that is looked at.

    Args:
        body: The message.
        holds: Whether a file of that name lies beside the export.
    """
    if "<" in body or "(" in body or ":" in body or "\u200e" in body or "-WA" in body or body[:1] in _MARKS:
        return _looked_at(body, holds)
    if not body:
        # Exports of calls hold a message without a word; nothing else does.
        return _EMPTY
    return _exact(body)


_MARKS = frozenset({"\u200e", "\u200f", "\u061c"})


@lru_cache(maxsize=4096)
def is_about_the_group(sender: str) -> bool:
    """Return whether the text before a colon is a sentence of the app, and no name."""
    return all_phrases().group.search(fold_text(sender)) is not None


@lru_cache(maxsize=1024)
def languages_of(phrase: str) -> tuple[str, ...]:
    """Return the languages in which the app says so, none for a sentence that is in no table.

    The sentence of the app may go on: what is known is its beginning.
    """
    known = all_phrases()
    folded = fold_wording(phrase)
    if folded in known.languages:
        return tuple(known.languages[folded])
    return tuple(
        language
        for sentence in known.encrypted
        if folded.startswith(sentence[:25])
        for language in known.languages[sentence]
    )


def _exact(body: str, *, by_app: bool = False) -> Wording:
    known = all_phrases()
    if len(body) > known.longest + 80 or not (by_app or body[:BEGINNING].casefold() in known.beginnings):
        return TEXT
    folded = fold_wording(body)
    found = known.exact.get(folded)
    if found is not None:
        kind, flags = found
        # One word alone, such as the Spanish for a call, may be a person's.
        if kind is MessageKind.CALL and not by_app and " " not in folded:
            return TEXT
        return Wording(kind, flags, phrase=folded)
    if len(folded) < _SHORT:
        return _by_admin(folded) or (_call(folded) if by_app or len(folded) < 60 else None) or TEXT
    return TEXT


def _by_admin(folded: str) -> Wording | None:
    for before, after in all_phrases().admin:
        if len(before) + len(after) > _SHORTEST and folded.startswith(before) and folded.endswith(after):
            return Wording(MessageKind.DELETED, frozenset({MessageFlag.DELETED}), phrase=before)
    return None


def _call(folded: str) -> Wording | None:
    """Return a call whose sentence goes on behind a full stop or a comma, with how long it took."""
    for end in (found.start() for found in re.finditer(r"[.,،。·•]", folded)):
        phrase = folded[:end].strip()
        kind = all_phrases().exact.get(phrase, (None, None))[0]
        if kind is MessageKind.CALL and " " in phrase and _AFTER_A_CALL.match(folded, end):
            return Wording(MessageKind.CALL, phrase=phrase)
    return None


def _looked_at(body: str, holds: Holds) -> Wording:  # noqa: PLR0911 - one return for each kind of wording
    flags: frozenset[MessageFlag] = frozenset()
    edited = _TRAILING.search(body[-_SHORT:]) if body.rstrip()[-1:] in {">", *_MARKS} else None
    if edited is not None and fold_wording(f"<{edited[1]}>") in all_phrases().edited:
        flags |= {MessageFlag.EDITED}
        body = body.removesuffix(edited[0]).rstrip()
    by_app = body[:1] == _APPS_OWN
    name, phrase = attached_name(body, holds)
    if name is not None:
        kind = MessageKind.CONTACT if name.casefold().endswith(".vcf") else MessageKind.MEDIA
        return Wording(kind, flags, file_name=name, phrase=phrase, unknown=phrase is None)
    whole, body = body, body[:_ONE_LINE]
    own = flags | {MessageFlag.APP_GENERATED} if body[:1] in _MARKS else flags
    if place := _PLACE.match(body):
        word = fold_wording(place["word"])
        return Wording(MessageKind.LOCATION, flags, phrase=word if word in all_phrases().locations else None)
    if "\n" in whole and _is_poll(whole):
        return Wording(MessageKind.POLL, own)
    if (document := _DOCUMENT.match(body)) and (phrase := _omitted_document(document["words"])):
        return Wording(MessageKind.MEDIA_OMITTED, own, omitted_name=document["name"], phrase=phrase)
    found = _exact(body.strip(_STRIPPED), by_app=by_app)
    if found is not TEXT:
        return Wording(found.kind, found.flags | own, phrase=found.phrase)
    if _PLACEHOLDER.match(body):
        return Wording(MessageKind.MEDIA_OMITTED, flags, unknown=True)
    known = body[:1] in _MARKS and bool(languages_of(body.strip(_STRIPPED)[:_SHORT]))
    # Any text in Arabic may begin with a mark from right to left; one from left to right is the app's.
    if by_app or known:
        return Wording(MessageKind.SYSTEM, own, unknown=not known)
    return Wording(MessageKind.TEXT, flags)


_STRIPPED = "".join(map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)))


def _is_poll(body: str) -> bool:
    bare = _BARE_POLL.match(body)
    if bare is None:
        return False
    return fold_wording(bare["word"]) in all_phrases().polls or (
        len(body) < _ONE_LINE * 10 and _POLL.match(body) is not None
    )


def _omitted_document(words: str) -> str | None:
    """Return the known words at the end of a document's line, behind how many pages it has; None without them."""
    folded = fold_wording(words.rpartition("•")[2])
    parts = folded.split(" ")
    return next((tail for at in range(len(parts)) if (tail := " ".join(parts[at:])) in all_phrases().documents), None)
