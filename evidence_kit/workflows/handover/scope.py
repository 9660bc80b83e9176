"""The scope of an order: the items that the threat ledger cites, all, or those that a person names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from evidence_kit.custody.manifest import Item, Manifest
from evidence_kit.errors import UsageError
from evidence_kit.intake import picture_signatures
from evidence_kit.intake.kinds import kind_named
from evidence_kit.model import Family, Finding
from evidence_kit.sealing import plan
from evidence_kit.sealing.errors import NoConsentError, NothingToSealError
from evidence_kit.sealing.plan import Scope
from evidence_kit.workflows.case.disk_errors import broken_error
from evidence_kit.workflows.case.read import Case, opened_events
from evidence_kit.workflows.handover.bag_members import decrypt_item
from evidence_kit.workflows.handover.seal_reports import ReportWanted
from evidence_kit.workflows.reading.conversation_page import ConversationRequest
from evidence_kit.workflows.reading.conversations import CaseConversation, conversations
from evidence_kit.workflows.reading.exports import ExportReader
from evidence_kit.workflows.reading.transcript_entries import TranscriptEntry, TranscriptGap

PURPOSES = ("police", "lawyer")


@dataclass(frozen=True, slots=True)
class SealOrder:
    """The order of a seal: its scope and its receiver.

    Attributes:
        purpose: One of `PURPOSES`.
        items: Ids; None for all, or for what is cited.
        readers: age or SSH public keys by a short name, for whom the passphrase is wrapped.
        without_consent: A reason to seal although nobody consented, None when consent is needed.
        out: Folder that is made for the archive.
        cited: What the ledger of threats cites, with its conversations; then `items` is None.
        redacted: Pictures go in as blurred copies, and nothing that may hold a picture goes in as it is.
        notes: Lines of notes that are opened although they would stay closed.
        threats: The ledger of threats is opened, as far as everything that it cites goes in.
        split_bytes: The largest archive that is wanted, None for one whatever its size.
        authorised_by: Who gave the reason in `without_consent`.
        report: The dossier goes in, and with it the ledger of threats; None where it does not.
    """

    purpose: str
    items: Sequence[str] | None
    readers: Mapping[str, str]
    without_consent: str | None
    out: Path
    cited: bool = False
    redacted: bool = False
    notes: Sequence[int] = ()
    threats: bool = False
    split_bytes: int | None = None
    authorised_by: str | None = None
    report: ReportWanted | None = None

    @property
    def opens_threats(self) -> bool:
        """Whether the ledger of threats is opened: by itself, or because a report tells of it."""
        return self.threats or self.report is not None


@dataclass(frozen=True, slots=True)
class AbsentFile:
    """A file that a message names and the archive will not hold.

    Attributes:
        where: The message, such as `E000012:5`.
        name: As the message names it; None where it gives no name, or where the message itself is not understood.
        status: `missing`, `omitted`, `not_exported`, `unknown`, `perhaps`, `excluded` (it may not leave the case),
            `not_chosen` (it is here, and the order does not name it), `witnessed` (it was seen and not copied), or
            `unread`: nobody understood what stands there.
        perhaps: Ids of items that it perhaps is.
        cited: The ledger of threats cites this very message.
    """

    where: str
    name: str | None
    status: str
    perhaps: tuple[str, ...] = ()
    cited: bool = False


@dataclass(frozen=True, slots=True)
class SealCounts:
    """The counts of a planned archive, for a person to agree to.

    Attributes:
        items_in: How many files go in.
        items_of: How many items the case has.
        events_in: How many events are opened.
        events_of: How many the log has.
        size_bytes: Length of all files together.
        purpose: For whom.
        scope: `all`, `cited` or `items`.
        blurred: How many of the files are blurred copies.
        left_out: Items that were meant and stay here because of what they may hold.
        conversations: How many conversations go in.
        other_conversations: How many of them no recorded threat speaks of.
        notes_closed: How many notes stay closed.
        parts: How many archives it makes.
        largest_bytes: About how long the longest of them is.
        absent: What messages of cited conversations name and it will not hold, the cited messages first.
        wording_unknown: Ids of exports in which the app speaks in words that nobody here knows.
        report_bytes: About how long its reports will be; 0 where none are wanted.
    """

    items_in: int
    items_of: int
    events_in: int
    events_of: int
    size_bytes: int
    purpose: str
    scope: str = "all"
    blurred: int = 0
    left_out: tuple[str, ...] = ()
    conversations: int = 0
    other_conversations: int = 0
    notes_closed: int = 0
    parts: int = 1
    largest_bytes: int = 0
    absent: tuple[AbsentFile, ...] = ()
    wording_unknown: tuple[str, ...] = ()
    report_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ChosenScope:
    """The items of an order.

    Attributes:
        scope: What goes in.
        left_out: Ids of items that were meant and stay here: with `--redacted`, what may hold a picture.
        withheld: Numbers of the event lines whose openings stay closed.
        notes_closed: How many of these are notes.
        absent: What messages of cited conversations name and the archive will not hold.
    """

    scope: Scope
    left_out: tuple[str, ...] = ()
    withheld: frozenset[int] = field(default_factory=frozenset)
    notes_closed: int = 0
    absent: tuple[AbsentFile, ...] = ()


def choose_scope(case: Case, order: SealOrder, reading: ExportReader | None = None) -> ChosenScope:
    """Return the scope of an order in this case.

    Args:
        case: Unlocked.
        order: What somebody asked for.
        reading: Reads conversations, whose attachments go along when they are cited.

    Raises:
        NoConsentError: Nobody consented to this purpose, or the consent was withdrawn.
        UsageError: It names an item or a note that the case does not have, or that may not leave it.
        NothingToSealError: No item is left.
    """
    manifest = case.opened
    _consented(case, order)
    here = {item.id: item for item in manifest.included if item.id in case.custody.objects}
    absent: tuple[AbsentFile, ...] = ()
    if order.items is not None:
        meant = _named(case, order.items, here)
    elif order.cited:
        meant, absent = _cited(case, here, reading)
    else:
        meant = set(here)
    if not order.cited and reading is not None:
        absent = _absent_of(case, _cited_talks(case.opened, meant), here, meant, reading)
    blurred, left_out = _redacted(case, [here[item] for item in meant]) if order.redacted else (set(), set())
    items = tuple(sorted(meant - left_out, key=plan.item_number))
    if not items and not here and manifest.left_out:
        # A bag without a file is none that others' programs accept.
        raise NothingToSealError("only-witnessed", case=case.id, count=len(manifest.not_copied))
    if not items:
        raise NothingToSealError("nothing-to-seal", case=case.id)
    scope = Scope(
        purpose=order.purpose,
        items=items,
        everything=order.items is None and not order.cited,
        excluded=_excluded(manifest),
        cited=order.cited,
        blurred=frozenset(blurred),
        notes=_notes(case, order.notes),
        threats=order.opens_threats,
    )
    withheld, notes_closed = _withheld(case, scope)
    return ChosenScope(scope, tuple(sorted(left_out, key=plan.item_number)), withheld, notes_closed, absent)


def without_items(case: Case, chosen: ChosenScope, failed: frozenset[str]) -> ChosenScope:
    """Return the same choice without some pictures of which no copy could be made.

    Args:
        case: The case.
        chosen: The choice.
        failed: Ids of the pictures.

    Raises:
        NothingToSealError: No item is left.
    """
    items = tuple(item for item in chosen.scope.items if item not in failed)
    if not items:
        raise NothingToSealError("nothing-to-seal", case=case.id)
    scope = replace(chosen.scope, items=items, blurred=chosen.scope.blurred - failed)
    withheld, notes_closed = _withheld(case, scope)
    left_out = tuple(sorted({*chosen.left_out, *failed}, key=plan.item_number))
    return ChosenScope(scope, left_out, withheld, notes_closed, chosen.absent)


def wording_unknown(case: Case, scope: Scope) -> tuple[str, ...]:
    """Return the exports of an archive in which the app speaks in words that nobody here knows."""
    parts = {part.item.id for each in conversations(case.opened) for part in each.parts if part.wording_unknown}
    return tuple(sorted(parts & set(scope.items), key=plan.item_number))


class ConversationCounts(NamedTuple):
    """How many conversations an archive holds.

    Attributes:
        inside: All of them.
        not_cited: Those of which no recorded threat speaks.
    """

    inside: int
    not_cited: int


def conversation_counts(case: Case, scope: Scope) -> ConversationCounts:
    """Return how many conversations go in, and how many of them no recorded threat speaks of."""
    items, cited = set(scope.items), _ledger(case.opened)
    inside = [each for each in conversations(case.opened) if _items(each) & items]
    return ConversationCounts(len(inside), sum(not _items(each) & cited for each in inside))


def _consented(case: Case, order: SealOrder) -> None:
    consent = case.opened.consent_for(order.purpose)
    if order.without_consent is None and (consent is None or not consent.given):
        raise NoConsentError("no-consent", purpose=order.purpose, case=case.id)


def _named(case: Case, items: Iterable[str], here: Mapping[str, Item]) -> set[str]:
    for item in items:
        known = case.opened.items.get(item)
        if item not in here and known is not None and known.excluded is not None:
            raise UsageError("item-excluded", item=item, case=case.id)
        if item not in here:
            raise UsageError("item-unknown", item=item, case=case.id)
    return set(items)


def _cited(
    case: Case, here: Mapping[str, Item], reading: ExportReader | None
) -> tuple[set[str], tuple[AbsentFile, ...]]:
    """Return the ledger's citations, their conversations and attachments; and the names without a file."""
    cited = _ledger(case.opened)
    if not cited:
        raise NothingToSealError("nothing-cited", case=case.id)
    talks = _cited_talks(case.opened, cited)
    meant = cited.union(*map(_items, talks))
    absent: tuple[AbsentFile, ...] = ()
    if reading is not None:
        absent = _absent_of(case, talks, here, None, reading, meant)
    return meant & set(here), absent


def cites_messages(manifest: Manifest) -> bool:
    """Say whether the ledger of threats cites anything, whose attachments are then looked for."""
    return bool(_ledger(manifest))


def _cited_talks(manifest: Manifest, going: Set[str]) -> list[CaseConversation]:
    """Return the conversations that the ledger cites, of those with an item that goes in."""
    cited = _ledger(manifest) & going
    return [each for each in conversations(manifest) if _items(each) & cited]


def _absent_of(  # noqa: PLR0913 - what an order says
    case: Case,
    talks: Iterable[CaseConversation],
    here: Mapping[str, Item],
    chosen: Set[str] | None,
    reading: ExportReader,
    tied_to: set[str] | None = None,
) -> tuple[AbsentFile, ...]:
    """Return the files that messages of conversations name and the archive will not hold, the cited messages first.

    Args:
        case: Unlocked.
        talks: The conversations.
        here: The items that may go in, by their ids.
        chosen: The items that go in; None where everything goes in that a message is tied to.
        reading: Reads the conversations.
        tied_to: Gets the ids of all items that a message is tied to.
    """
    absent: list[AbsentFile] = []
    messages = _cited_messages(case.opened)
    for each in talks:
        for entry in reading.wanted_messages(each, ConversationRequest()):
            absent += _absent(entry, here, chosen, cited=(entry.item.id, entry.at) in messages)
            if tied_to is not None and isinstance(entry, TranscriptEntry):
                tied_to |= {item.id for tied in entry.attachments for item in tied.items}
    return tuple(sorted(absent, key=lambda each: not each.cited))


def _cited_messages(manifest: Manifest) -> set[tuple[str, str]]:
    recorded = manifest.entries.get("threat.recorded", ())
    return {(str(each["item"]), str(each["at"])) for entry in recorded for each in entry.facts.get("messages", ())}


def _absent(
    entry: TranscriptEntry | TranscriptGap, here: Mapping[str, Item], chosen: Set[str] | None, *, cited: bool
) -> Iterator[AbsentFile]:
    """Yield the files a message names that no archive will hold, and the messages in an unknown wording."""
    if isinstance(entry, TranscriptGap) or entry.kind == "unsupported":
        yield AbsentFile(entry.where, None, "unread", cited=cited)
    for tied in entry.attachments if isinstance(entry, TranscriptEntry) else ():
        held = [item.id for item in tied.items if item.id in here]
        if held and (chosen is None or not chosen.isdisjoint(held)):
            continue
        if chosen is not None and tied.perhaps and all(item.id in chosen for item in tied.perhaps):
            continue
        if held:
            yield AbsentFile(entry.where, tied.name, "not_chosen", tuple(held), cited)
            continue
        status = "excluded" if tied.items and tied.status == "present" else tied.status
        status = "missing" if status == "present" else status
        yield AbsentFile(entry.where, tied.name, status, tuple(item.id for item in tied.perhaps), cited)


def _ledger(manifest: Manifest) -> set[str]:
    listed = [entry.facts.get("items", ()) for entry in manifest.entries.get("threat.recorded", ())]
    return {str(item) for items in listed for item in items}


def _items(conversation: CaseConversation) -> set[str]:
    return {part.item.id for part in conversation.parts}


def _redacted(case: Case, items: Iterable[Item]) -> tuple[set[str], set[str]]:
    """Return which items go in as blurred copies, and which stay here because a picture may be in them."""
    blurred, left_out = set(), set()
    for item in items:
        kind = kind_named(item.kind)
        if kind.family is Family.PICTURE and not _undecodable(item):
            blurred.add(item.id)
        elif kind.family is Family.PICTURE:
            # No copy can be made of it; known before a person agrees, it is counted the same before and after.
            left_out.add(item.id)
        elif picture_signatures.may_hold_pictures(kind) or _picture_inside(case, item):
            left_out.add(item.id)
    return blurred, left_out


def _undecodable(item: Item) -> bool:
    """Say whether the description of a picture found that it cannot be decoded."""
    told = [each.get("problems") for each in item.described.values()]
    listed = [problem for problems in told if isinstance(problems, (list, tuple)) for problem in problems]
    return any(isinstance(each, Mapping) and each.get("code") == "not-decoded" for each in listed)


def _picture_inside(case: Case, item: Item) -> bool:
    marks = picture_signatures.PictureMarks()
    decrypt_item(case, item, marks)
    return marks.found


def _excluded(manifest: Manifest) -> frozenset[str]:
    return frozenset(each.id for each in manifest.everything if each.excluded is not None)


def _notes(case: Case, lines: Iterable[int]) -> frozenset[int]:
    known = {entry.line for entry in case.opened.entries.get("note", ())}
    for line in lines:
        if line not in known:
            raise UsageError("note-unknown", line=line, case=case.id)
    return frozenset(lines)


def _withheld(case: Case, scope: Scope) -> tuple[frozenset[int], int]:
    """Return the event lines whose openings stay closed, and how many of these are notes."""
    if case.identity is None:
        raise UsageError("key-needed")
    # What was destroyed is not met here, and stays as closed as what is withheld.
    closed, notes = set(case.custody.commitments), 0
    for entry in opened_events(case.folder, case.custody, case.identity):
        if isinstance(entry, Finding):
            raise broken_error(case.id, entry)
        if plan.discloses(scope, entry.type, entry.facts, entry.line):
            closed.discard(entry.line)
        else:
            notes += entry.type == "note"
    return frozenset(closed), notes
