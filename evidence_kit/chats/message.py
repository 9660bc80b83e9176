"""Facts of a chat export: messages, metadata, and unread stretches.

The conservation rule is built into the types. Every `Entry` has a `ByteRange`, and the places of all entries of
one file, in the order in which they are yielded, cover the file from its first byte to its last: each begins
where the one before it ends. So nothing of an export can be lost without a test noticing
(`evidence_kit.chats.conservation`).

They are structs of `msgspec`: frozen, made and compared in C, in a third of the time that a dataclass takes, which
counts where there are millions. None can refer back to itself, so the garbage collector need not look at them.
To change a field of one: `msgspec.structs.replace`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from evidence_kit.model import ByteSpan, Json


class LineSpan(Struct, frozen=True, gc=False, array_like=True):
    """Lines of a file; in JSON a list of both numbers.

    Attributes:
        first: Number of the first line, from 1.
        last: Number of the last.
    """

    first: int
    last: int


class ByteRange(Struct, frozen=True, gc=False):
    """Where in the file an entry stands.

    Attributes:
        start: Offset of its first byte.
        end: Offset after its last byte.
        lines: Its lines, in formats that are made of lines.
        pointer: JSON pointer (RFC 6901) of the record, in formats that are JSON.
    """

    start: int
    end: int
    lines: LineSpan | None = None
    pointer: str | None = None


class TimeKind(Enum):
    """The comparability of a time."""

    UTC = "utc"
    OFFSET = "offset"
    LOCAL = "local, zone unknown"
    NONE = "none"


class Precision(Enum):
    """The smallest unit that the source states."""

    DAY = "day"
    MINUTE = "min"
    SECOND = "s"
    MILLISECOND = "ms"


class DateOrder(Enum):
    """How the numbers of a date were read."""

    YEAR_FIRST = "year, month, day"
    DAY_FIRST = "day, month, year"
    MONTH_FIRST = "month, day, year"
    AMBIGUOUS = "ambiguous"


class MessageTime(Struct, frozen=True, gc=False):
    """A time as the source states it, and how it was read.

    Attributes:
        raw: Its characters in the source; for a number, its digits.
        kind: What it can be compared with; no zone is ever invented.
        value: ISO 8601, ending in `Z` for UTC, in an offset for OFFSET, in neither for LOCAL. None when it
            could not be read in one way only.
        precision: The smallest unit stated.
        date_order: How the numbers of the date were read, where that had to be decided.
        reason: Why so: a stable code such as `a-number-above-12`.
        readings: Every possible value, when there is more than one.
    """

    raw: str
    kind: TimeKind
    value: str | None
    precision: Precision | None = None
    date_order: DateOrder | None = None
    reason: str | None = None
    readings: tuple[str, ...] = ()


NO_TIME = MessageTime("", TimeKind.NONE, None)


class AccountId(Struct, frozen=True, gc=False):
    """One name under which a platform knows an account.

    Attributes:
        type: `phone`, `user-id`, `recipient-id`, `handle`, `email`; `sender-name` or `own-chosen-name` where only such
            a name is given.
        value: As in the source.
        how: Where it was found: `stated` in the record, or `display name`.
    """

    type: str
    value: str
    how: str = "stated"


class MessageSender(Struct, frozen=True, gc=False):
    """Who sent a message, as far as the source says.

    Attributes:
        display: The name shown, None where the source has none.
        ids: Accounts, the most precise first.
        is_owner: Whether this is the person whose export it is; None when the source does not say.
    """

    display: str | None
    ids: tuple[AccountId, ...] = ()
    is_owner: bool | None = None


class MessageKind(Enum):
    """The kind of a message, as a reader sees it."""

    TEXT = "text"
    MEDIA = "media"
    MEDIA_OMITTED = "media_omitted"
    DELETED = "deleted"
    CALL = "call"
    LOCATION = "location"
    POLL = "poll"
    CONTACT = "contact"
    SYSTEM = "system"
    UNSUPPORTED = "unsupported"


class MessageFlag(Enum):
    """A further property of a message."""

    DELETED = "deleted"
    DELETED_BY_SELF = "deleted_by_self"
    EDITED = "edited"
    FORWARDED = "forwarded"
    VIEW_ONCE = "view_once"
    SELF_DESTRUCT = "self_destruct"
    APP_GENERATED = "app_generated"
    TIME_GOES_BACK = "time_goes_back"
    ENCODING_GUESS = "encoding_guess"


class AttachmentStatus(Enum):
    """Where the bytes of an attachment are."""

    PRESENT = "present"
    MISSING = "missing"
    OMITTED = "omitted"
    NOT_EXPORTED = "not_exported"
    UNKNOWN = "unknown"


class Attachment(Struct, frozen=True, gc=False):
    """A file that a message carries or names.

    Attributes:
        name_in_source: As the source writes it; never a path to open. None where it gives none.
        status: Whether the bytes came with the export; UNKNOWN when nobody said what lies beside it.
        media_type: As the source states it.
        size_bytes: As the source states it, or the decoded size when the bytes stand inside the export.
        inside: Bytes of the export that hold it, encoded, where it stands inside.
        part: Which of the parts inside, counting from 1.
    """

    name_in_source: str | None
    status: AttachmentStatus
    media_type: str | None = None
    size_bytes: int | None = None
    inside: ByteSpan | None = None
    part: int | None = None


class Reaction(Struct, frozen=True, gc=False):
    """A reaction to a message."""

    emoji: str
    actor: str | None
    time: MessageTime = NO_TIME


class WordsRole(Enum):
    """The place in a message of words that are not its text."""

    CAPTION = "caption"
    QUESTION = "question"
    OPTION = "option"
    TASK = "task"
    LINK = "link"
    TITLE = "title"
    DESCRIPTION = "description"
    SUBJECT = "subject"
    GIFT = "gift"
    INVOICE = "invoice"
    BUTTON = "button"
    CONTACT = "contact"
    PLACE = "place"
    STORY = "story"
    QUOTE = "quote"
    REPLY = "reply"
    EARLIER = "earlier"
    ORIGIN = "origin"
    FILE = "file"
    NOTE = "note"


class FurtherWords(Struct, frozen=True, gc=False):
    """Words of a message outside of its text: a poll's question, a link, an earlier version.

    Attributes:
        role: Their place in the message.
        text: As in the source.
        by: Who wrote them, where that is another than the sender of the message.
    """

    role: WordsRole
    text: str
    by: str | None = None


class MessageEvent(Struct, frozen=True, gc=False):
    """An act that the source records without words: a screenshot taken, a timer set.

    Attributes:
        code: Such as `took-screenshot`; `words` holds a sentence for each under `chats.event`.
        values: What the sentence needs besides, by name.
    """

    code: str
    values: Mapping[str, str] | None = None


class Conversation(Struct, frozen=True, gc=False):
    """The properties that all messages of one conversation share.

    Attributes:
        platform: Such as `whatsapp`.
        variant: Which of its export formats, such as `android`.
        id: The platform's own, None where it gives none.
        title: As shown; None where the source has none.
        members: Names of those who take part, as the source lists them; empty where it lists none.
    """

    platform: str
    variant: str
    id: str | None = None
    title: str | None = None
    members: tuple[str, ...] = ()


class Message(Struct, frozen=True, gc=False):
    """One message, call, deletion or system record.

    Attributes:
        place: Where in the file.
        conversation: Which conversation.
        sender: None for system records that name nobody, and where the source does not say who wrote.
        time: When, as stated.
        text: Faithful to the source, character for character. Bytes that are no text in its encoding are lone
            surrogates U+DC80 to U+DCFF (PEP 383).
        kind: What it is to a reader.
        attachments: In the order of the source.
        flags: What else is to be known.
        native_id: The platform's own identifier.
        reply_to: Native identifier of the message it answers.
        reactions: In the order of the source.
        details: What the record says beyond that, by its own names; numbers with a fraction are strings.
        words: Words outside of the text, in the order of the source.
        event: What happened, where that is not told in words.
        to: Who received it, where the record says so.
    """

    place: ByteRange
    conversation: Conversation
    sender: MessageSender | None
    time: MessageTime
    text: str
    kind: MessageKind = MessageKind.TEXT
    attachments: tuple[Attachment, ...] = ()
    flags: frozenset[MessageFlag] = frozenset()
    native_id: str | None = None
    reply_to: str | None = None
    reactions: tuple[Reaction, ...] = ()
    details: Mapping[str, Json] | None = None
    words: tuple[FurtherWords, ...] = ()
    event: MessageEvent | None = None
    to: tuple[MessageSender, ...] = ()


class Metadata(Struct, frozen=True, gc=False):
    """A stretch of the file about the conversation, or a decision of a reader about it.

    Attributes:
        place: Where in the file; empty for a decision, which stands before what it is about.
        name: What it is: the key in the source, or `decided:` and the subject.
        value: What it says.
    """

    place: ByteRange
    name: str
    value: Json = None


class UnreadReason(Enum):
    """Why a stretch could not be read as messages."""

    NOT_A_MESSAGE = "stands where a message should, and is none"
    MALFORMED = "breaks the rules of its format"
    TRUNCATED = "the file ends inside it"
    TOO_LONG = "longer than any message"
    TOO_DEEP = "nested deeper than any message"
    REPEATED_KEY = "the same key twice, so its value cannot be told"
    UNKNOWN_SHAPE = "a record of a shape that is not known"
    NO_MESSAGES = "recognised, and not one message in it"
    WRONG_COUNT = "not as many messages as the file itself says"
    UNSUPPORTED = "known for what it is, and not readable here"
    OVERLOOKED = "the reader passed over it"


class Unread(Struct, frozen=True, gc=False):
    """A stretch that was not understood, and is kept.

    Attributes:
        place: Where in the file; empty where the trouble is with the whole.
        why: The reason.
        detail: What the decoder said, or the value that was met; for a report, not for a person.
    """

    place: ByteRange
    why: UnreadReason
    detail: str = ""


Entry: TypeAlias = Message | Metadata | Unread
