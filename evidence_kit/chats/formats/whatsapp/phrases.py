"""The sentences that WhatsApp itself writes, as data: one file a language in the folder `phrases`.

Each file maps a kind of sentence to its spellings, old and new, of Android, iOS and Business; `{}` stands for a name or
a file. Whoever knows another spelling adds it there, and nowhere else. What is in these tables names kinds; that a file
is an attachment is decided by the file first (`attached`).

Source: string tables of the app as published (iOS 22.24.81, Android 2.8.4278), and public sample exports for what is
younger.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from evidence_kit.chats.folding import fold_text, fold_wording
from evidence_kit.chats.message import MessageFlag, MessageKind

BEGINNING: Final = 8
_FOLDER: Final = Path(__file__).with_name("phrases")
_NONE: Final[frozenset[MessageFlag]] = frozenset()
_DELETED: Final = frozenset({MessageFlag.DELETED})
_KINDS: Final[Mapping[str, tuple[MessageKind, frozenset[MessageFlag]]]] = {
    "omitted": (MessageKind.MEDIA_OMITTED, _NONE),
    "view_once": (MessageKind.MEDIA_OMITTED, frozenset({MessageFlag.VIEW_ONCE})),
    "deleted": (MessageKind.DELETED, _DELETED),
    "deleted_by_self": (MessageKind.DELETED, frozenset({MessageFlag.DELETED, MessageFlag.DELETED_BY_SELF})),
    "calls": (MessageKind.CALL, _NONE),
    "live_location": (MessageKind.LOCATION, _NONE),
}
# A part of a sentence about a group that is too short could stand in a name.
_SHORTEST_LITERAL: Final = 10


@dataclass(slots=True)
class Phrases:
    """All sentences, folded, each by its meaning.

    Attributes:
        exact: Whole messages: their kind, and what else is to be known.
        edited: What stands behind a message that was edited.
        attached: Words beside the name of a file.
        documents: Words behind the name of a document that was left out.
        admin: Beginning and end of a sentence that names who deleted a message.
        polls: The word before the question of a poll.
        locations: The word before an address of a place.
        encrypted: The sentence with which nearly every export begins.
        group: Finds a sentence about a group in what would otherwise be a name before a colon.
        titles: Beginning and end of the name of an exported file.
        languages: Which languages say so.
        longest: Length of the longest whole message.
        beginnings: The first letters of every whole message, as written and folded.
    """

    exact: dict[str, tuple[MessageKind, frozenset[MessageFlag]]] = field(default_factory=dict)
    edited: set[str] = field(default_factory=set)
    attached: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    admin: dict[tuple[str, str], None] = field(default_factory=dict)
    polls: set[str] = field(default_factory=set)
    locations: set[str] = field(default_factory=set)
    encrypted: set[str] = field(default_factory=set)
    group: re.Pattern[str] = re.compile(r"(?!)")
    titles: dict[tuple[str, str], None] = field(default_factory=dict)
    languages: dict[str, list[str]] = field(default_factory=dict)
    longest: int = 0
    beginnings: set[str] = field(default_factory=set)


@cache
def all_phrases() -> Phrases:
    """Return the sentences of all languages; read once, when the first of them is looked for."""
    told = Phrases()
    literals: dict[str, None] = {}
    for path in sorted(_FOLDER.glob("*.json")):
        table: dict[str, list[str]] = json.loads(path.read_text("utf-8"))
        for name, spellings in table.items():
            for phrase in spellings:
                _add(told, name, phrase, path.stem)
        for phrase in table.get("group", ()):
            literals |= dict.fromkeys(_literals(phrase))
    told.exact["null"] = (MessageKind.UNSUPPORTED, _NONE)
    told.beginnings |= {each[:BEGINNING] for each in (*told.exact, *(before for before, _ in told.admin))}
    told.group = re.compile("|".join(map(re.escape, sorted(literals, key=len, reverse=True))), re.IGNORECASE)
    told.longest = max(map(len, told.exact))
    return told


def _add(told: Phrases, name: str, phrase: str, language: str) -> None:
    folded = fold_wording(phrase)
    if name in _KINDS:
        # What is said of oneself and of others in the same words is no more than deleted.
        told.beginnings.add(phrase[:BEGINNING].casefold())
        if name != "deleted_by_self" or folded not in told.exact:
            told.exact[folded] = _KINDS[name]
    elif name == "attached":
        folded = attached_words(phrase)
        told.attached.add(folded)
    elif name == "edited":
        told.edited.add(folded)
    elif name == "document_omitted":
        told.documents.add(folded)
    elif name == "deleted_by_admin":
        before, _, after = phrase.partition("{}")
        told.beginnings.add(phrase[:BEGINNING].casefold())
        told.admin[fold_wording(before), fold_wording(after)] = None
        folded = fold_wording(before)
    elif name == "location":
        folded = folded.rstrip(":： ")
        told.locations.add(folded)
    elif name == "poll":
        told.polls.add(folded)
    elif name == "encrypted":
        told.encrypted.add(folded)
    elif name == "title":
        before, _, after = fold_text(phrase).partition("{}")
        told.titles[before, after] = None
    known = told.languages.setdefault(folded, [])
    if language not in known:
        known.append(language)


def attached_words(phrase: str) -> str:
    """Return the words beside the name of a file, without the name, brackets and colon."""
    return fold_wording(re.sub(r"\{\}|[<>()（）]", " ", phrase)).strip(" :：")


def _literals(phrase: str) -> Iterator[str]:
    """Yield the parts of a sentence between its names and its quotation marks that are long enough to know it by."""
    for part in re.split(r"\{\}|[\"“”„«»「」]", phrase):
        literal = fold_text(part).strip(" .")
        if len(literal) >= _SHORTEST_LITERAL:
            yield literal
