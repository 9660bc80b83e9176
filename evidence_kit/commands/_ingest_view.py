"""How outcomes of an ingest look, on a screen and as JSON Lines."""

from __future__ import annotations

from collections import Counter
from typing import Final

from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._screen import Screen
from evidence_kit.custody.manifest import FoundAt
from evidence_kit.model import Family, Json
from evidence_kit.workflows.case import outcome as outcomes
from evidence_kit.workflows.case.outcome import (
    AlreadyInCase,
    ChatRead,
    ContainerRead,
    Kept,
    Refused,
    SeenAgain,
    Totals,
    Unopened,
    WitnessOutcome,
    WouldKeep,
)

_ORDINARY = frozenset({"comment", "zip64", "encrypted"})
_COLUMNS = ("kept", "withheld", "again", "refused", "unclear")
_TROUBLE = frozenset({"ingest.not-described", "ingest.unreadable"})


def show_outcome(screen: Screen, outcome: outcomes.Outcome | WouldKeep) -> None:
    """Show one outcome: every one as JSON, on the screen only those that need attention."""
    if isinstance(outcome, Totals):
        return
    screen.document(outcome_json(outcome))
    _on_screen(screen, outcome)


class OutcomePrinter:
    """Shows outcomes as they come: all to a file or a program, to a person only those that need attention.

    A person who takes two thousand files in is not helped by two thousand lines: of each kind of trouble the first few
    are shown, and how many more there are.

    Args:
        screen: Where it is shown.
    """

    _FIRST: Final = 3

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._watched = screen.watched
        self._met: Counter[str] = Counter()

    def show_outcome(self, outcome: outcomes.Outcome) -> None:
        """Show one outcome."""
        if not self._watched:
            show_outcome(self._screen, outcome)
            return
        if isinstance(outcome, Totals):
            return
        trouble = _trouble(outcome)
        self._met[trouble] += 1
        if trouble and self._met[trouble] <= self._FIRST:
            _on_screen(self._screen, outcome)

    def show_remaining_counts(self) -> None:
        """Say how many more outcomes there were of each kind shown only in part."""
        more = sum(count - self._FIRST for trouble, count in self._met.items() if trouble and count > self._FIRST)
        if more:
            self._screen.show("ingest.more-like-these", count=more)


def _trouble(outcome: outcomes.ItemOutcome) -> str:
    """Return the kind of trouble that an outcome is, "" when it needs no eye."""
    match outcome:
        case Kept():
            odd = ["name"] if outcome.name_agrees is False else []
            return ",".join([*outcome.problems, *odd, *(["unstable"] if outcome.unstable else [])])
        case Refused() | Unopened():
            return "" if outcome.reason == "excluded" else f"{outcome.__class__.__qualname__}:{outcome.reason}"
        case ChatRead() if outcome.recognition == "recognised" and not outcome.unread:
            # How many were read is said at the end, in one sentence; what may be missing is said of each.
            return "chat" if outcome.looks_cut or outcome.wording_unknown else ""
        case ContainerRead() | ChatRead():
            return outcome.__class__.__qualname__
        case SeenAgain() | AlreadyInCase() | WitnessOutcome():
            return ""


def show_totals(screen: Screen, done: outcomes.Totals) -> None:
    """Show the totals of an ingest: a table, then sentences about the exceptions."""
    totals_table(screen, done)
    screen.show("ingest.kept", count=done.kept, size=byte_count(done.kept_bytes))
    for sentence, count in (
        ("ingest.seen-again", done.seen_again),
        ("ingest.known", done.known),
        ("ingest.not-described", done.not_described),
        ("ingest.unreadable", done.unreadable),
        ("ingest.chats", done.chats),
    ):
        if count:
            # What ends with 3 says why, even when only results and trouble are wanted.
            tell = screen.warn if sentence in _TROUBLE else screen.show
            tell(sentence, count=count)
    if done.chats_unread:
        screen.warn("ingest.chats-unread", count=done.chats_unread)
    if done.withheld:
        screen.warn("ingest.withheld", count=done.withheld)
    if done.witnessed:
        screen.show("ingest.witnessed", count=done.witnessed)
    if done.excluded:
        screen.show("ingest.excluded", count=done.excluded)
    if others := done.refused - (done.withheld - done.witnessed):
        screen.warn("ingest.refused", count=others)


def totals_table(screen: Screen, done: outcomes.Totals) -> None:
    """Draw how many of each kind were kept, not copied, met again, refused, not understood."""
    if screen.quiet or not done.kinds:
        return
    shown = [column for column in _COLUMNS if any(column in counted for counted in done.kinds.values())]
    rows = [
        [screen.sentence(f"ingest.family.{family}"), *(str(done.kinds[family].get(column, "")) for column in shown)]
        for family in (*(each.value for each in Family), "none")
        if family in done.kinds
    ]
    sums = [str(sum(counted.get(column, 0) for counted in done.kinds.values())) for column in shown]
    rows.append([screen.sentence("ingest.column.total"), *sums])
    columns = ["ingest.column.kind", *(f"ingest.column.{column}" for column in shown)]
    screen.table(columns, rows, right=range(1, len(columns)))


def place_json(where: FoundAt) -> dict[str, Json]:
    """Return a place as JSON."""
    facts: dict[str, Json] = {"path": where.path}
    if where.path_bytes is not None:
        facts["path_bytes"] = where.path_bytes
    if where.container is not None:
        facts |= {"container": where.container, "member": where.member}
    return facts


def refusal_sentence(screen: Screen, name: str) -> str:
    """Return the reason for a refusal in words; an unknown reason stays its id."""
    return screen.reason(name)


def _kept(outcome: Kept) -> Json:
    return {
        "outcome": "kept",
        "item": outcome.item,
        **place_json(outcome.place),
        "kind": outcome.kind,
        "size": outcome.size_bytes,
        "sha256": outcome.sha256,
        "name_agrees": outcome.name_agrees,
        "described": outcome.described,
        "problems": list(outcome.problems),
        "unstable": outcome.unstable,
    }


def _witnessed(outcome: WitnessOutcome) -> Json:
    return {
        "outcome": "witnessed",
        "item": outcome.item,
        **place_json(outcome.place),
        "kind": outcome.kind,
        "size": outcome.size_bytes,
        "sha256": outcome.sha256,
        **({} if outcome.lies_in is None else {"lies_in": outcome.lies_in}),
        **({} if outcome.because is None else {"because": outcome.because}),
    }


def _number(value: int | None) -> Json:
    """Return a number that a container declares; as text where it is more than every reader of JSON holds exactly."""
    return str(value) if value is not None and value >= 1 << 53 else value


def _refused(outcome: Refused) -> Json:
    return {
        "outcome": "refused",
        **place_json(outcome.place),
        "reason": outcome.reason,
        "detail": outcome.detail,
        "size": _number(outcome.size_bytes),
    }


def _container(outcome: ContainerRead) -> Json:
    return {
        "outcome": "container",
        "item": outcome.item,
        **place_json(outcome.place),
        "members": outcome.members,
        "kept": outcome.kept,
        "refused": outcome.refused,
        "facts": list(outcome.facts),
    }


def _chat(outcome: ChatRead) -> Json:
    return {
        "outcome": "chat",
        "item": outcome.item,
        **place_json(outcome.place),
        "recognition": outcome.recognition,
        "format": outcome.format,
        "messages": outcome.messages,
        "conversations": outcome.conversations,
        "unread": outcome.unread,
        "reasons": list(outcome.reasons),
        "looks_cut": list(outcome.looks_cut),
        "wording_unknown": outcome.wording_unknown,
    }


def _would_keep(outcome: WouldKeep) -> Json:
    return {
        "outcome": "would-keep",
        **place_json(outcome.place),
        "kind": outcome.kind,
        "size": outcome.size_bytes,
        "members": outcome.members,
        "member_bytes": _number(outcome.member_bytes),
    }


def outcome_json(outcome: outcomes.ItemOutcome | WouldKeep) -> Json:  # noqa: PLR0911 - one line for each outcome
    """Return an outcome as `--json` prints it."""
    match outcome:
        case Kept():
            return _kept(outcome)
        case WouldKeep():
            return _would_keep(outcome)
        case Refused():
            return _refused(outcome)
        case WitnessOutcome():
            return _witnessed(outcome)
        case ContainerRead():
            return _container(outcome)
        case ChatRead():
            return _chat(outcome)
        case SeenAgain():
            return {"outcome": "seen-again", "item": outcome.item, **place_json(outcome.place)}
        case AlreadyInCase():
            return {"outcome": "known", "item": outcome.item, **place_json(outcome.place)}
        case Unopened():
            return {
                "outcome": "unreadable",
                "item": outcome.item,
                **place_json(outcome.place),
                "reason": outcome.reason,
            }


def _show_kept(screen: Screen, outcome: Kept) -> None:
    if not screen.watched:
        screen.show("ingest.line", item=outcome.item, path=outcome.place.path)
    if outcome.name_agrees is False:
        screen.show("ingest.name-disagrees", item=outcome.item, kind=screen.kind(outcome.kind))
    if outcome.unstable:
        screen.warn("ingest.unstable", item=outcome.item)
    for problem in outcome.problems:
        screen.show("ingest.problem", item=outcome.item, reason=refusal_sentence(screen, problem))


def _show_refused(screen: Screen, outcome: Refused) -> None:
    if outcome.reason == "excluded":
        return
    screen.warn("ingest.refused-line", path=outcome.place.path, reason=refusal_sentence(screen, outcome.reason))


def _show_container(screen: Screen, outcome: ContainerRead) -> None:
    if "encrypted" in outcome.facts:
        screen.warn("ingest.encrypted", item=outcome.item)
    notes = [screen.sentence(f"ingest.note.{fact}") for fact in outcome.facts if fact not in _ORDINARY]
    if notes:
        screen.show("ingest.container-notes", item=outcome.item, notes="; ".join(notes))


def _show_unreadable(screen: Screen, outcome: Unopened) -> None:
    screen.warn("ingest.unreadable-line", item=outcome.item, reason=refusal_sentence(screen, outcome.reason))


def _show_chat(screen: Screen, outcome: ChatRead) -> None:
    if outcome.recognition == "contested":
        screen.warn("ingest.chat-contested", item=outcome.item)
        return
    if outcome.recognition == "recognised" and outcome.messages:
        screen.show("ingest.chat", item=outcome.item, count=outcome.messages)
    reasons = "; ".join(refusal_sentence(screen, each) for each in outcome.reasons)
    if outcome.recognition == "failed":
        screen.warn("ingest.chat-failed", item=outcome.item, reason=reasons)
    elif outcome.unread:
        screen.warn("ingest.chat-unread", item=outcome.item, count=outcome.unread, reason=reasons)
        if screen.knows(f"chats.unread-format.{outcome.format}"):
            # Named for what it is, and what could be read in its place.
            screen.show(f"chats.unread-format.{outcome.format}")
    if outcome.wording_unknown:
        screen.warn("chats.wording-unknown", item=outcome.item)
    for sign in outcome.looks_cut:
        screen.show(f"ingest.looks-cut.{sign}", item=outcome.item)


def _on_screen(screen: Screen, outcome: outcomes.ItemOutcome | WouldKeep) -> None:
    """Show an outcome to a person, if it is one that needs an eye."""
    match outcome:
        case Kept():
            _show_kept(screen, outcome)
        case WouldKeep():
            screen.show("ingest.would-line", path=outcome.place.path)
        case Refused():
            _show_refused(screen, outcome)
        case Unopened():
            _show_unreadable(screen, outcome)
        case WitnessOutcome() if outcome.lies_in is not None:
            path = outcome.place.path
            screen.show("ingest.witnessed-inside", item=outcome.item, path=path, holder=outcome.lies_in)
        case WitnessOutcome():
            screen.show("ingest.witnessed-line", item=outcome.item, path=outcome.place.path)
            if outcome.because is not None:
                screen.show(f"ingest.because.{outcome.because}")
        case ContainerRead():
            _show_container(screen, outcome)
        case ChatRead():
            _show_chat(screen, outcome)
        case SeenAgain() | AlreadyInCase():
            pass
