"""How conversations look: a list of them, one as it was written, both as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from evidence_kit.chats.told import OWNER, event_sentence
from evidence_kit.commands import _ingest_view
from evidence_kit.commands._neutral_text import byte_count, readable_text
from evidence_kit.commands._screen import Screen

if TYPE_CHECKING:
    from evidence_kit.chats.stated_time import StatedTime
    from evidence_kit.custody.manifest import Manifest
    from evidence_kit.workflows.case.plain_file import ExportedFile
    from evidence_kit.workflows.reading.conversation_page import ConversationPage
    from evidence_kit.workflows.reading.conversations import CaseConversation, ConversationPart
    from evidence_kit.workflows.reading.transcript_entries import TiedAttachment, TranscriptEntry, TranscriptGap

# Some terminals open an address at a touch.
_SCHEME = re.compile(r"\b(h)tt(ps?://)", re.IGNORECASE)
_OFFSET = re.compile(r"[+-]\d\d:?\d\d\Z")
_INDENT = 4
_TO_THE_MINUTE = 16
_TO_THE_DAY = 10
_MOST_NAMES = 4
_MOST_RECEIVERS = 10
_DIGEST_SIGNS = 16


def show_conversations(screen: Screen, manifest: Manifest, listed: Sequence[CaseConversation]) -> None:
    """Show which conversations there are, and which exports could not be read."""
    from evidence_kit.workflows.reading.conversation_rows import conversation_row
    from evidence_kit.workflows.reading.conversations import newest_readings
    from evidence_kit.workflows.reading.coverage import chat_read

    read = [
        chat_read(item, manifest.items[item].place, entry.facts) for item, entry in newest_readings(manifest).items()
    ]
    for conversation in listed:
        screen.document(conversation_row(conversation))
    for each in read:
        if not each.whole:
            _ingest_view.show_outcome(screen, each)
    if screen.json:
        return
    if not listed:
        screen.show("chats.none")
        return
    with screen.listing():
        for conversation in listed:
            _listed(screen, conversation)
    screen.show("chats.next")


def _listed(screen: Screen, conversation: CaseConversation) -> None:
    """Show one conversation of the list: who, from when to when, from which items, and its gaps."""
    screen.result(_title(screen, conversation))
    items = " ".join(part.item.id for part in conversation.parts)
    screen.write(f"{main_writers(screen, conversation)} · {period_text(screen, conversation)} · {items}", _INDENT)
    for part in conversation.parts:
        if (order := _order(screen, part)) and order[0] == "either":
            screen.warn("chats.order.either", number=conversation.number, reason=order[1])
    _warn(screen, conversation)


def show_messages(
    screen: Screen, conversation: CaseConversation, page: ConversationPage, number: int, pages: int
) -> None:
    """Show some messages of one conversation as they were written."""
    from evidence_kit.workflows.reading.conversation_rows import conversation_entry

    for entry in page.entries:
        screen.document(conversation_entry(entry, conversation))
    if screen.json:
        return
    with screen.listing():
        _head(screen, conversation)
        day = None
        for entry in page.entries:
            screen.result("")
            if (now := _day(entry)) is not None and now != day:
                screen.result(screen.sentence("chats.day", day=now))
                screen.result("")
            day = now or day
            _entry(screen, entry)
    screen.result("")
    if not page.entries:
        screen.show("chats.nothing-found")
    if page.undated:
        screen.warn("chats.undated", count=page.undated)
    if pages > 1:
        screen.show("chats.page", page=number, pages=pages, messages=page.matched)


def stream_messages(
    screen: Screen, conversation: CaseConversation, entries: Iterable[TranscriptEntry | TranscriptGap]
) -> bool:
    """Write messages for a script, one by one, and return whether there was any."""
    from evidence_kit.workflows.reading.conversation_rows import conversation_entries

    return screen.stream(conversation_entries(entries, conversation)) > 0


def show_exported(screen: Screen, done: ExportedFile, case: str) -> None:
    """Name the written files, and say that they lie there in clear."""
    screen.document(
        {"case": case, "path": str(done.path), "rows": done.rows, "size": done.size_bytes, "line": done.line}
    )
    screen.show("export.done", path=str(done.path), count=done.rows, size=byte_count(done.size_bytes))
    screen.warn("export.plain", path=str(done.path))


def platform_name(screen: Screen, known: str) -> str:
    """Return the name of a platform."""
    return screen.sentence(f"platform.{known}") if screen.knows(f"platform.{known}") else known


def conversation_name(conversation: CaseConversation) -> str:
    """Return the display name of a conversation: its title, its identifier, or the name of its file."""
    from evidence_kit.workflows.reading.conversations import conversation_file

    return readable_text(conversation.title or conversation.talk.id or conversation_file(conversation))


def main_writers(screen: Screen, conversation: CaseConversation) -> str:
    """Return who wrote most."""
    told = [sender_name(screen, each.name, owner=each.owner) for each in conversation.participants[:_MOST_NAMES]]
    more = len(conversation.participants) - len(told) + sum(part.talk.participants_more for part in conversation.parts)
    return ", ".join(told) + (f" +{more}" if more else "")


def period_text(screen: Screen, conversation: CaseConversation) -> str:
    """Return from when to when a conversation goes, in one column."""
    times = [time_text(each) for each in (conversation.first, conversation.last)]
    return " – ".join(dict.fromkeys(each for each in times if each)) or screen.sentence("chats.no-time")


def _title(screen: Screen, conversation: CaseConversation) -> str:
    return screen.sentence(
        "chats.head",
        number=conversation.number,
        platform=platform_name(screen, conversation.talk.platform),
        name=conversation_name(conversation),
        count=conversation.messages,
    )


def _head(screen: Screen, conversation: CaseConversation) -> None:
    screen.result(_title(screen, conversation))
    for part in conversation.parts:
        screen.show("chats.part", item=part.item.id, path=readable_text(part.path or part.item.place.path))
    owners = [readable_text(each.name) for each in conversation.participants if each.owner and each.name != OWNER]
    if owners:
        screen.show("chats.owner", name=", ".join(owners))
    for told in dict.fromkeys(order for part in conversation.parts if (order := _order(screen, part))):
        if told[0] == "either":
            screen.warn("chats.order.either", number=conversation.number, reason=told[1])
        else:
            screen.show(f"chats.order.{told[0]}", reason=told[1])
    _warn(screen, conversation)
    kinds = [kind for kind in ("utc", "offset", "local, zone unknown") if conversation.figures("times").get(kind)]
    for kind in kinds:
        screen.show(f"chats.zone.{kind.partition(',')[0]}")


def _warn(screen: Screen, conversation: CaseConversation) -> None:
    """Name the gaps of an export: the app's words in an unknown language, times, records that the app leaves out."""
    for part in conversation.parts:
        if part.wording_unknown:
            screen.warn("chats.wording-unknown", item=part.item.id)
        if part.left_out_note is not None:
            screen.warn(f"chats.{part.left_out_note}", item=part.item.id)
        if part.calendar_note is not None:
            screen.warn(f"chats.{part.calendar_note}", item=part.item.id, calendar=calendar_name(screen, part.calendar))
    if untimed := conversation.figures("times").get("none", 0):
        screen.warn("chats.untimed", number=conversation.number, count=untimed)


def calendar_name(screen: Screen, calendar: str | None) -> str:
    """Return the name of a calendar."""
    known = f"chats.calendar.{calendar}"
    return screen.sentence(known if screen.knows(known) else "chats.calendar.not-known")


def _order(screen: Screen, part: ConversationPart) -> tuple[str, str] | None:
    """Return whether the day or the month stands first in an export, and the reason; None where that is no question."""
    order, _, reason = (part.date_order or "").partition(" (")
    known = {"day, month, year": "day", "month, day, year": "month", "ambiguous": "either"}
    why = f"chats.order-reason.{reason.rstrip(')')}"
    return (known[order], screen.sentence(why)) if order in known and screen.knows(why) else None


def _day(entry: TranscriptEntry | TranscriptGap) -> str | None:
    """Return the day of a message, None where it has none that is sure."""
    time = getattr(entry, "time", None)
    return None if time is None or time.value is None else readable_text(time.value[:_TO_THE_DAY])


def _entry(screen: Screen, entry: TranscriptEntry | TranscriptGap) -> None:
    if entry.told.get("entry") != "message":
        gap: TranscriptGap = entry  # type: ignore[assignment]
        screen.result(
            f"{gap.where}  " + screen.sentence("chats.gap", reason=_ingest_view.refusal_sentence(screen, gap.why))
        )
        return
    said: TranscriptEntry = entry  # type: ignore[assignment]
    sender = sender_name(screen, said.sender, owner=said.owner) if said.sender else screen.sentence("chats.app")
    time = time_text(said.time, raw=True) or screen.sentence("chats.no-time")
    if said.time is not None and said.time.kind == "none":
        # What stands for no time, such as 1970, must not be read as one.
        time = screen.sentence("chats.unread-time", written=time)
    screen.result(f"{readable_text(said.where)}  {time}  {sender}")
    # Where an event says what could not be read, that is what it was.
    plain = said.kind in {"text", "system", "media"} or (said.kind == "unsupported" and said.event is not None)
    marks = [] if plain else [f"kind.{said.kind}"]
    marks += [f"flag.{flag}" for flag in said.flags if flag not in {said.kind, "app_generated"}]
    if said.text:
        screen.write(_SCHEME.sub(r"\1xx\2", said.text), _INDENT)
    _beside(screen, said)
    if marks:
        told = [screen.sentence(f"chats.{mark}") if screen.knows(f"chats.{mark}") else mark for mark in marks]
        screen.result(" " * _INDENT + "[" + " · ".join(dict.fromkeys(told)) + "]")
    for each in said.attachments:
        if each.name is None and each.status == "omitted":
            continue
        screen.result(" " * _INDENT + _attachment(screen, each))


def sender_name(screen: Screen, name: str, *, owner: bool | None) -> str:
    """Return how a sender is called; the owner of an export that does not name them in words of the language."""
    if owner and name == OWNER:
        return screen.sentence("chats.owner-unnamed")
    return readable_text(name).replace("\n", " ")


def _beside(screen: Screen, said: TranscriptEntry) -> None:
    """Show a message's facts besides its text: event, other words, receivers, reactions."""
    if said.event is not None:
        code, values = said.event
        screen.write("* " + event_sentence(screen.language, code, values), _INDENT)
    for each in said.words:
        label = f"chats.word.{each.role}"
        label = screen.sentence(label) if screen.knows(label) else each.role
        named = f"{label} ({readable_text(each.by)})" if each.by else label
        screen.write(screen.sentence("chats.labelled", label=named) + " " + _SCHEME.sub(r"\1xx\2", each.text), _INDENT)
    if said.to:
        shown = ", ".join(readable_text(name) for name in said.to[:_MOST_RECEIVERS])
        more = len(said.to) - _MOST_RECEIVERS
        screen.write(screen.sentence("chats.to", names=shown + (f" +{more}" if more > 0 else "")), _INDENT)
    if said.reactions:
        shown = ", ".join(
            f"{each.emoji} {readable_text(each.actor)}" if each.actor else each.emoji for each in said.reactions
        )
        screen.write(screen.sentence("chats.reactions", signs=shown), _INDENT)


def time_text(stated: StatedTime | None, *, raw: bool = False) -> str:
    """Return a time as the export writes it; one that only machines read is told in letters first."""
    if stated is None:
        return ""
    written = readable_text(stated.raw).replace("\n", " ")
    if stated.readings and stated.value is None:
        return f"{written} ({' / '.join(map(readable_text, stated.readings))})"
    if stated.value is None or not (written.isdigit() or "T" in written):
        return written
    if not raw:
        offset = _OFFSET.search(stated.value) if stated.kind == "offset" else None
        zone = " UTC" if stated.kind == "utc" else f" {offset[0]}" if offset else ""
        return readable_text(stated.value[:_TO_THE_MINUTE]).replace("T", " ") + zone
    told = readable_text(stated.value).replace("T", " ").replace("Z", " UTC")
    return f"{told} [{written}]" if written.isdigit() else told


def _attachment(screen: Screen, tied: TiedAttachment) -> str:
    named = readable_text(tied.name) if tied.name else screen.sentence("chats.unnamed")
    if len(tied.items) == 1:
        item = tied.items[0]
        told = "chats.witnessed" if tied.status == "witnessed" else "chats.tied"
        return screen.sentence(told, name=named, item=item.id, sha256=item.sha256.hex[:_DIGEST_SIGNS])
    if tied.items:
        return screen.sentence("chats.ambiguous", name=named, items=", ".join(item.id for item in tied.items))
    if tied.perhaps:
        items = ", ".join(f"{item.id} ({readable_text(item.place.path)})" for item in tied.perhaps[:_MOST_NAMES])
        reason = screen.sentence(f"chats.doubt.{tied.reason}")
        return screen.sentence("chats.perhaps", name=named, items=items, reason=reason)
    status = f"chats.status.{tied.status}"
    return screen.sentence(
        "chats.attachment", name=named, status=screen.sentence(status) if screen.knows(status) else tied.status
    )
