"""Words of messages that stand in a file of their own beside the export: contact cards, the rest of a long message.

Whoever reads the export hands such files over by their paths; what they say becomes words of the messages that carry
them, so that it is shown, searched, and looked through for numbers like everything else that somebody wrote.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from msgspec.structs import replace

from evidence_kit.chats.message import Attachment, Entry, FurtherWords, Message, WordsRole

CARD_ENDING = ".vcf"
LONGER_TEXT = "longer-text"
_MOST_WORDS = 500
_MOST_CHARACTERS = 1 << 16
_FOLDED = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;[^:\n\"]*(?:\"[^\"\n]*\"[^:\n\"]*)*)?):(?P<value>.*)"
)
_HASHED = re.compile(r"([0-9a-f]{64})(?:\.\w{1,8})?")
# What stands in a card for programs: its form, when it was written, pictures and sounds in letters.
_NO_WORDS = frozenset(
    {
        "begin",
        "end",
        "version",
        "prodid",
        "rev",
        "uid",
        "photo",
        "logo",
        "sound",
        "key",
        "x-ablabel",
        "x-wa-biz-name-id",
    }
)
_CARD = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCARD", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")


def carried_key(start: int, end: int, part: int) -> str:
    """Return the key of a file that stands inside of an export: its record's bytes, and its number there.

    Args:
        start: First byte of the record.
        end: Byte behind its last.
        part: Number of the file in the record, counting as the reader counts.
    """
    return f"{start}-{end}/{part}"


def with_side_texts(entries: Iterable[Entry], texts: Mapping[str, bytes]) -> Iterator[Entry]:
    """Yield entries; messages that carry one of these files with its words added.

    Args:
        entries: What a reader yielded.
        texts: Files that lie beside the export, by their paths; those inside of it by `carried_key`.
    """
    named: dict[str, list[str]] = {}
    for path in texts:
        named.setdefault(_last(path), []).append(path)
    for entry in entries:
        if isinstance(entry, Message) and entry.attachments:
            words = tuple(_words(entry, texts, named))
            yield replace(entry, words=(*entry.words, *words)) if words else entry
        else:
            yield entry


def _words(message: Message, texts: Mapping[str, bytes], named: Mapping[str, list[str]]) -> Iterator[FurtherWords]:
    longer = message.event.values.get("file") if message.event is not None and message.event.values else None
    known = {words.text for words in message.words}
    for attachment in message.attachments:
        name = (attachment.name_in_source or "").removeprefix("./")
        data = _file_of(attachment, name, texts, named)
        if data is None:
            continue
        if name and name == longer:
            yield FurtherWords(WordsRole.NOTE, data.decode("utf-8", "surrogateescape")[:_MOST_CHARACTERS])
        elif _CARD.match(data):
            yield from (FurtherWords(WordsRole.CONTACT, text) for text in card_texts(data) if text not in known)


def _file_of(
    attachment: Attachment, name: str, texts: Mapping[str, bytes], named: Mapping[str, list[str]]
) -> bytes | None:
    if attachment.inside is not None:
        return texts.get(carried_key(*attachment.inside, attachment.part or 0))
    paths = [
        path for path in named.get(_last(name), ()) if f"/{path}".endswith(f"/{name}") or _HASHED.fullmatch(_name(path))
    ]
    # Two files of one name: nobody can say which of them it is.
    return texts[paths[0]] if len(paths) == 1 else None


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _last(path: str) -> str:
    """Return a path's last part; of a name that Signal gives the digest, since programs differ in its ending."""
    name = _name(path)
    hashed = _HASHED.fullmatch(name)
    return hashed[1] if hashed else name


def card_texts(data: bytes) -> list[str]:
    """Return the names, numbers, addresses and notes of contact cards, each once, in the order of the file.

    Takes vCard 2.1 as old phones write it (quoted-printable, in a code page) as well as 3.0 and 4.0.
    """
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    text = _FOLDED.sub("", text)
    found: dict[str, None] = {}
    for line in _lines(text):
        matched = _LINE.fullmatch(line)
        if matched is None or matched["name"].casefold() in _NO_WORDS:
            continue
        parameters = matched["parameters"].casefold()
        if "encoding=b" in parameters or matched["value"].startswith("data:"):
            continue
        value = _plain(matched["value"], parameters)
        number = _waid(parameters)
        other = number if number is not None and re.sub(r"\D", "", value) != number[1:] else None
        for shown in (value, other):
            if shown and len(found) < _MOST_WORDS:
                found[shown[:_MOST_CHARACTERS]] = None
    return list(found)


def _lines(text: str) -> Iterator[str]:
    """Yield the lines; one in quoted-printable goes on behind an equals sign at its end."""
    lines = iter(text.split("\n"))
    for each in lines:
        line = each.rstrip("\r")
        while line.endswith("=") and "QUOTED-PRINTABLE" in line.upper():
            line = line[:-1] + next(lines, "").rstrip("\r")
        yield line


def _plain(value: str, parameters: str) -> str:
    if "quoted-printable" in parameters:
        stated = re.search(r"charset=([\w.-]+)", parameters)
        raw = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
        try:
            value = raw.decode(stated[1] if stated else "utf-8")
        except (LookupError, UnicodeDecodeError, binascii.Error):
            value = raw.decode("utf-8", "surrogateescape")
    parts = re.split(r"(?<!\\);", value)
    shown = " ".join(part.strip() for part in parts if part.strip())
    return _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], shown).strip()


def _waid(parameters: str) -> str | None:
    """Return the number under which WhatsApp knows a contact, where a card says it."""
    found = re.search(r";waid=(\d{6,15})", parameters)
    return f"+{found[1]}" if found else None
