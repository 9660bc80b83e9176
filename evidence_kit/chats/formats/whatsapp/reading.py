"""Reads a WhatsApp text export."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import PurePosixPath
from typing import BinaryIO

from msgspec.structs import replace

from evidence_kit.chats.encoding import Encoding, decoded_text, encoding_of
from evidence_kit.chats.folding import DIRECTION_MARKS, fold_text
from evidence_kit.chats.format import HEAD_BYTES, ChatFormat, FileHead, FormatVote, Surroundings
from evidence_kit.chats.formats.whatsapp.dates import DateOrderVotes, DateReading, TimeReader
from evidence_kit.chats.formats.whatsapp.headers import ANDROID, HeaderStyle, style_of
from evidence_kit.chats.formats.whatsapp.phrases import all_phrases
from evidence_kit.chats.formats.whatsapp.wording import TEXT, Wording, is_about_the_group, kind_by_wording, languages_of
from evidence_kit.chats.message import (
    AccountId,
    Attachment,
    AttachmentStatus,
    ByteRange,
    Conversation,
    Entry,
    Message,
    MessageFlag,
    MessageKind,
    MessageSender,
    Metadata,
    Unread,
    UnreadReason,
)
from evidence_kit.chats.segments import LONGEST_CHARACTERS, TextSegment, text_segments

_FOLDERS = re.compile(r"[^\n]*(?:whatsapp|واتساب)[^\n]* - (?P<title>.+?)(?:\.zip)?\Z", re.IGNORECASE)
_MARKDOWN_CHARACTERS = 20_000
_PHONE = re.compile(r"\+?[\d\s().\-]{7,}")
_MARKDOWN = re.compile(r"^\ufeff?\[\d{4}-\d\d-\d\d,? \d\d:\d\d(?::\d\d)?\] [^\n]*  $", re.MULTILINE)
_NUMBER = re.compile(r"\d+")
_MARKS = re.compile(f"[{DIRECTION_MARKS}]")
# Begins with what it looks for, so that the search is one for bytes; what stands before is judged afterwards.
_MEDIA_DATE = re.compile(r"-20(?:(\d{6})-WA|(\d\d-\d\d-\d\d)-)")
_BEFORE_ANDROID, _BEFORE_IOS = re.compile(r"[A-Z]{3}\Z"), re.compile(r"-[A-Z]{3,10}\Z")
_LONGEST_BEFORE = 11
_MARKED = "".join(map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)))
_LONGEST_PHRASE = 200
_BEFORE = ByteRange(0, 0)
_NOTHING: frozenset[MessageFlag] = frozenset()


def claims(head: FileHead, name: str) -> FormatVote:
    """Vote by the share of lines that begin like a message, then by the names that WhatsApp gives.

    Lines that begin with the year and end with two spaces are Markdown, which WhatsApp does not write; nor does it
    name a file so.
    """
    if PurePosixPath(name).suffix.casefold() == ".md":
        return FormatVote.NO
    if style_of(head.text) is not None and not _MARKDOWN.search(head.text[:_MARKDOWN_CHARACTERS]):
        return FormatVote.BY_CONTENT
    file_name = PurePosixPath(name).name
    return FormatVote.BY_NAME if file_name == "_chat.txt" or _named(fold_text(file_name)) is not None else FormatVote.NO


def read(export: BinaryIO, around: Surroundings) -> Iterator[Entry]:
    """Yield every message, and every stretch that is not one, in file order."""
    encoding = encoding_of(export)
    style = _style(export, encoding)
    decision = _survey(export, encoding, style)
    yield Metadata(_BEFORE, "decided:encoding", f"{encoding.codec} ({encoding.reason})")
    yield Metadata(_BEFORE, "decided:style", style.name)
    if not style.in_words:
        yield Metadata(_BEFORE, "decided:date-order", f"{decision.order.value} ({decision.reason})")
    export.seek(0)
    end = 0
    reader = _Reader(encoding, style, decision, around)
    for entry in reader.entries(text_segments(export, encoding, style.opening)):
        yield entry
        end = entry.place.end
    if end < export.tell():
        yield Unread(ByteRange(end, export.tell()), UnreadReason.TRUNCATED, "half a character")
        end = export.tell()
    yield Metadata(ByteRange(end, end), "decided:wording", reader.wording())


FORMAT = ChatFormat("whatsapp-text", claims, read)


def _style(export: BinaryIO, encoding: Encoding) -> HeaderStyle:
    export.seek(0)
    head = export.read(HEAD_BYTES).decode(encoding.codec, "replace")
    export.seek(0)
    found = style_of(head)
    return found.style if found else ANDROID


def _survey(export: BinaryIO, encoding: Encoding, style: HeaderStyle) -> DateReading:
    """Return the order of the dates, from all of them."""
    pattern = re.compile(style.day)
    evidence = DateOrderVotes()
    carried = "\n"
    for piece in decoded_text(export, encoding):
        text = carried + piece
        whole = text.rfind("\n")
        if whole <= 0 and len(text) < LONGEST_CHARACTERS:
            carried = text
            continue
        carried = text[whole:] if whole > 0 else " "
        _gather(evidence, pattern, text[:whole] if whole > 0 else text)
    _gather(evidence, pattern, carried)
    return evidence.decision()


def _gather(evidence: DateOrderVotes, pattern: re.Pattern[str], text: str) -> None:
    """Take in the days of a text in its order, and between them the days in the names of files."""
    named = [each for each in _MEDIA_DATE.finditer(text) if _is_a_name(text, each)] if "-20" in text else []
    at = 0
    for day in named:
        for stated, _ in groupby(pattern.findall(text, at, day.start())):
            evidence.add(_numbers(stated))
        evidence.add_named("20" + (day[1] or day[2]))
        at = day.start()
    for stated, _ in groupby(pattern.findall(text, at)):
        evidence.add(_numbers(stated))


def _is_a_name(text: str, day: re.Match[str]) -> bool:
    before = text[max(0, day.start() - _LONGEST_BEFORE) : day.start()]
    return (_BEFORE_ANDROID if day[1] else _BEFORE_IOS).search(before) is not None


@lru_cache(maxsize=64)
def _numbers(day: str) -> tuple[str, str, str]:
    first, second, third = _NUMBER.findall(day)
    return first, second, third


class _Reader:
    """Turns stretches into entries."""

    def __init__(self, encoding: Encoding, style: HeaderStyle, decision: DateReading, around: Surroundings) -> None:
        self._conversation = Conversation("whatsapp", style.name, None, _title(PurePosixPath(around.name)))
        self._times, self._around = TimeReader(decision), around
        self._always = frozenset({MessageFlag.ENCODING_GUESS}) if encoding.guessed else _NOTHING
        self._languages: Counter[str] = Counter()
        self._unknown = 0

    def entries(self, found: Iterable[TextSegment]) -> Iterator[Entry]:
        """Yield the entry of each segment; a plain message, which nearly all are, takes no call that could be saved."""
        conversation, known, times, always = self._conversation, self._times.known, self._times, self._always
        holds = self._around.holds
        before, plain = "", MessageKind.TEXT
        for opening, body, place in found:
            if opening is None or body is None:
                yield _no_message(body, place)
                continue
            raw, sender = opening.group(1, 9)
            time = known.get(raw) or times.time_in(opening)
            value, flags = time.value, always
            if value is not None:
                if value < before:
                    flags |= {MessageFlag.TIME_GOES_BACK}
                before = value
            if sender is None or (len(sender) > 20 and is_about_the_group(sender)):
                text = body if sender is None else opening[0][opening.start(9) - opening.start() :] + body
                self._note(text)
                # A call that nobody answered may name nobody.
                called = sender is None and kind_by_wording(body, holds).kind is MessageKind.CALL
                kind = MessageKind.CALL if called else MessageKind.SYSTEM
                yield Message(place, conversation, None, time, text, kind, (), flags)
                continue
            wording = kind_by_wording(body, holds)
            person = _person(sender)
            if wording is TEXT:
                yield Message(place, conversation, person, time, body, plain, (), flags)
                continue
            self._unknown += wording.unknown
            if wording.phrase is not None or wording.kind is MessageKind.SYSTEM:
                self._note(wording.phrase or body)
            if MessageFlag.DELETED_BY_SELF in wording.flags:
                person = replace(person, is_owner=True)
            attachments, flags = self._attachments(wording), flags | wording.flags
            yield Message(place, conversation, person, time, body, wording.kind, attachments, flags)

    def _note(self, phrase: str) -> None:
        """Count the languages in which the app says so."""
        languages = languages_of(phrase.strip(_MARKED)[:_LONGEST_PHRASE])
        self._languages.update(languages)

    def wording(self) -> str:
        """Return in which language the app speaks here, `unknown` where it does and no table knows its words."""
        if self._languages:
            return self._languages.most_common(1)[0][0]
        return f"unknown ({self._unknown} messages)" if self._unknown else "not seen"

    def _attachments(self, wording: Wording) -> tuple[Attachment, ...]:
        if wording.file_name is not None:
            return (Attachment(wording.file_name, self._around.status(wording.file_name)),)
        if wording.kind is MessageKind.MEDIA_OMITTED:
            return (Attachment(wording.omitted_name, AttachmentStatus.OMITTED),)
        return ()


def _no_message(body: str | None, place: ByteRange) -> Entry:
    if body is None:
        return Unread(place, UnreadReason.TOO_LONG)
    return Unread(place, UnreadReason.NOT_A_MESSAGE) if body.strip() else Metadata(place, "blank")


def _title(path: PurePosixPath) -> str | None:
    """Return whom a file's name, or the name of the folder or zip around it, says the chat is with."""
    if (named := _named(fold_text(path.name))) is not None:
        return named
    found = _FOLDERS.match(fold_text(path.parent.name))
    return found["title"] if found else _named(fold_text(path.parent.name.removesuffix(".zip") + ".txt"))


def _named(file_name: str) -> str | None:
    """Return whom the name of an exported file names; None where it is no name that WhatsApp gives."""
    folded = file_name.casefold()
    if not folded.endswith(".txt") or not any(word in folded for word in ("whatsapp", "واتساب", "واتس")):
        return None
    name = file_name[: -len(".txt")]
    for before, after in all_phrases().titles:
        if len(name) > len(before) + len(after) and name.startswith(before) and name.endswith(after):
            return name[len(before) : len(name) - len(after)]
    return None


@lru_cache(maxsize=4096)
def _person(sender: str) -> MessageSender:
    """Return who a header names; who is not in the phone's book appears as a number or as `~ Name`."""
    plain = _MARKS.sub("", fold_text(sender)).strip()
    if _PHONE.fullmatch(plain):
        return MessageSender(sender, (AccountId("phone", plain, "display name"),))
    if plain.startswith("~"):
        return MessageSender(sender, (AccountId("own-chosen-name", plain[1:].strip(), "display name"),))
    return MessageSender(sender)
