"""Every text that a message holds, wherever it stands, for searching and for identifiers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from evidence_kit.chats.message import Message, MessageEvent, MessageSender, WordsRole
from evidence_kit.words import LANGUAGES, catalogue

# How a sender is called whom the source knows as the owner of the export and does not name.
OWNER: Final = "(owner)"


def person_name(person: MessageSender | None) -> str | None:
    """Return how a person is called: the name shown, else the most precise account, else that it is the owner."""
    if person is None:
        return None
    named = person.display or (person.ids[0].value if person.ids else None)
    return named or (OWNER if person.is_owner else None)


def authored_texts(message: Message) -> Iterator[tuple[str, str | None]]:
    """Yield every written text with its author; None for the sender of the message."""
    if message.text:
        yield message.text, None
    for each in message.words:
        # An answer is a message of its own, and would be asked twice.
        if each.role is not WordsRole.REPLY:
            yield each.text, each.by


def searched_texts(message: Message) -> Iterator[str]:
    """Yield every text in which words are looked for: names of files, reactions and events too."""
    yield message.text
    for words in message.words:
        yield words.text
    for attachment in message.attachments:
        if attachment.name_in_source:
            yield attachment.name_in_source
    for reaction in message.reactions:
        yield f"{reaction.emoji} {reaction.actor or ''}"
    if message.event is not None:
        yield from event_sentences(message.event)


def event_sentences(event: MessageEvent) -> Iterator[str]:
    """Yield an event as its code and as a sentence of every language."""
    yield event.code
    for language in LANGUAGES:
        yield event_sentence(language, event.code, event.values or {})


def event_sentence(language: str, code: str, values: Mapping[str, str]) -> str:
    """Return an event as a sentence; its code where there is none, or where a value is lacking.

    Args:
        language: Code of the language.
        code: Id of the event, such as `call-missed`.
        values: What stands in the places of the sentence, by name.
    """
    sentence = _sentence(language, code)
    try:
        return code if sentence is None else sentence.format(**values)
    except (KeyError, IndexError, ValueError):
        return code


@cache
def _sentence(language: str, code: str) -> str | None:
    words, name = catalogue(language), f"chats.event.{code}"
    found = words.sentences[name] if words.knows(name) else None
    return found if isinstance(found, str) else None


def duration_text(seconds: int) -> str:
    """Return a number of seconds as hours, minutes and seconds, such as `24:00:00`."""
    hours, rest = divmod(max(seconds, 0), 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
