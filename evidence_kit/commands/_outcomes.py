"""How outcomes of an ingest look, on a screen and as JSON Lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from evidence_kit.commands._screen import Screen, size
from evidence_kit.model import Family, Json

if TYPE_CHECKING:
    from evidence_kit.custody.manifest import Place
    from evidence_kit.workflows import outcome as outcomes
    from evidence_kit.workflows.survey import WouldKeep

_ORDINARY = frozenset({"comment", "zip64", "encrypted"})
_COLUMNS = ("kept", "withheld", "again", "refused", "unclear")
_TROUBLE = frozenset({"ingest.not-described", "ingest.unreadable"})


def show(screen: Screen, outcome: outcomes.Outcome | WouldKeep) -> None:
    """Show one outcome: every one as JSON, what needs an eye on the screen."""
    name = type(outcome).__name__
    if name in _AS_JSON:
        screen.document(as_json(outcome))
    if name in _ON_SCREEN:
        _ON_SCREEN[name](screen, outcome)


class Telling:
    """Shows outcomes as they come: every one to a file or a program, and to a person only what needs an eye.

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

    def show(self, outcome: outcomes.Outcome) -> None:
        """Show one outcome."""
        name = type(outcome).__name__
        if not self._watched:
            show(self._screen, outcome)
            return
        if name == "Witnessed" or getattr(outcome, "reason", "") == "excluded":
            return
        trouble = _trouble(outcome)
        self._met[trouble] += 1
        if name in _ON_SCREEN and trouble and self._met[trouble] <= self._FIRST:
            _ON_SCREEN[name](self._screen, outcome)

    def rest(self) -> None:
        """Say how many more there were of what was shown only in part."""
        more = sum(count - self._FIRST for trouble, count in self._met.items() if trouble and count > self._FIRST)
        if more:
            self._screen.tell("ingest.more-like-these", count=more)


def _trouble(outcome: Any) -> str:  # noqa: ANN401 - any outcome
    """Return what kind of trouble an outcome is, nothing when it needs no eye."""
    name = type(outcome).__name__
    if name == "Kept":
        odd = ["name"] if outcome.name_agrees is False else []
        return ",".join([*outcome.problems, *odd, *(["unstable"] if outcome.unstable else [])])
    return f"{name}:{getattr(outcome, 'reason', '')}" if name in _ON_SCREEN else ""


def summary(screen: Screen, done: outcomes.Totals) -> None:
    """Show what an ingest came to: a table, then sentences about what matters."""
    table(screen, done)
    screen.tell("ingest.kept", count=done.kept, size=size(done.kept_bytes))
    for sentence, count in (
        ("ingest.seen-again", done.seen_again),
        ("ingest.known", done.known),
        ("ingest.not-described", done.not_described),
        ("ingest.unreadable", done.unreadable),
        ("ingest.chats", done.chats),
    ):
        if count:
            # What ends with 3 says why, even when only results and trouble are wanted.
            tell = screen.warn if sentence in _TROUBLE else screen.tell
            tell(sentence, count=count)
    if done.chats_unread:
        screen.warn("ingest.chats-unread", count=done.chats_unread)
    if done.withheld:
        screen.warn("ingest.withheld", count=done.withheld)
    if done.witnessed:
        screen.tell("ingest.witnessed", count=done.witnessed)
    if done.excluded:
        screen.tell("ingest.excluded", count=done.excluded)
    if others := done.refused - (done.withheld - done.witnessed):
        screen.warn("ingest.refused", count=others)


def table(screen: Screen, done: outcomes.Totals) -> None:
    """Draw how many of each kind were kept, not copied, met again, refused, not understood."""
    if screen.quiet or not done.kinds:
        return
    shown = [column for column in _COLUMNS if any(column in counted for counted in done.kinds.values())]
    rows = [
        [screen.say(f"ingest.family.{family}"), *(str(done.kinds[family].get(column, "")) for column in shown)]
        for family in (*(each.value for each in Family), "none")
        if family in done.kinds
    ]
    sums = [str(sum(counted.get(column, 0) for counted in done.kinds.values())) for column in shown]
    rows.append([screen.say("ingest.column.total"), *sums])
    columns = ["ingest.column.kind", *(f"ingest.column.{column}" for column in shown)]
    screen.table(columns, rows, right=range(1, len(columns)))


def place(where: Place) -> dict[str, Json]:
    """Return a place as JSON."""
    facts: dict[str, Json] = {"path": where.path}
    if where.path_bytes is not None:
        facts["path_bytes"] = where.path_bytes
    if where.container is not None:
        facts |= {"container": where.container, "member": where.member}
    return facts


def reason(screen: Screen, name: str) -> str:
    """Return why something was refused, in words; an unknown reason stays its id."""
    return screen.say(f"reason.{name}") if screen.knows(f"reason.{name}") else name


def _kept(outcome: Any) -> Json:  # noqa: ANN401 - a Kept
    return {
        "outcome": "kept",
        "item": outcome.item,
        **place(outcome.place),
        "kind": outcome.kind,
        "size": outcome.size_bytes,
        "sha256": outcome.sha256,
        "name_agrees": outcome.name_agrees,
        "described": outcome.described,
        "problems": list(outcome.problems),
        "unstable": outcome.unstable,
    }


def _witnessed(outcome: Any) -> Json:  # noqa: ANN401 - a Witnessed
    return {
        "outcome": "witnessed",
        "item": outcome.item,
        **place(outcome.place),
        "kind": outcome.kind,
        "size": outcome.size_bytes,
        "sha256": outcome.sha256,
    }


def _number(value: int | None) -> Json:
    """Return what a container declares; as text where it is more than every reader of JSON holds exactly."""
    return str(value) if value is not None and value >= 1 << 53 else value


def _refused(outcome: Any) -> Json:  # noqa: ANN401 - a Refused
    return {
        "outcome": "refused",
        **place(outcome.place),
        "reason": outcome.reason,
        "detail": outcome.detail,
        "size": _number(outcome.size_bytes),
    }


def _container(outcome: Any) -> Json:  # noqa: ANN401 - a ContainerRead
    return {
        "outcome": "container",
        "item": outcome.item,
        **place(outcome.place),
        "members": outcome.members,
        "kept": outcome.kept,
        "refused": outcome.refused,
        "facts": list(outcome.facts),
    }


def _chat(outcome: Any) -> Json:  # noqa: ANN401 - a ChatRead
    return {
        "outcome": "chat",
        "item": outcome.item,
        **place(outcome.place),
        "recognition": outcome.recognition,
        "format": outcome.format,
        "messages": outcome.messages,
        "conversations": outcome.conversations,
        "unread": outcome.unread,
        "reasons": list(outcome.reasons),
        "looks_cut": list(outcome.looks_cut),
    }


def _would_keep(outcome: Any) -> Json:  # noqa: ANN401 - a WouldKeep
    return {
        "outcome": "would-keep",
        **place(outcome.place),
        "kind": outcome.kind,
        "size": outcome.size_bytes,
        "members": outcome.members,
        "member_bytes": _number(outcome.member_bytes),
    }


def as_json(outcome: Any) -> Json:  # noqa: ANN401 - any outcome that has a JSON form
    """Return an outcome as `--json` prints it."""
    return _AS_JSON[type(outcome).__name__](outcome)


_AS_JSON: dict[str, Callable[[Any], Json]] = {
    "Kept": _kept,
    "WouldKeep": _would_keep,
    "Refused": _refused,
    "Witnessed": _witnessed,
    "ContainerRead": _container,
    "ChatRead": _chat,
    "SeenAgain": lambda each: {"outcome": "seen-again", "item": each.item, **place(each.place)},
    "Known": lambda each: {"outcome": "known", "item": each.item, **place(each.place)},
    "Unopened": lambda each: {
        "outcome": "unreadable",
        "item": each.item,
        **place(each.place),
        "reason": each.reason,
    },
}


def _show_kept(screen: Screen, outcome: Any) -> None:  # noqa: ANN401 - a Kept
    if not screen.watched:
        screen.tell("ingest.line", item=outcome.item, path=outcome.place.path)
    if outcome.name_agrees is False:
        screen.tell("ingest.name-disagrees", item=outcome.item, kind=outcome.kind)
    if outcome.unstable:
        screen.warn("ingest.unstable", item=outcome.item)
    for problem in outcome.problems:
        screen.tell("ingest.problem", item=outcome.item, reason=reason(screen, problem))


def _show_refused(screen: Screen, outcome: Any) -> None:  # noqa: ANN401 - a Refused
    if outcome.reason == "excluded":
        return
    screen.warn("ingest.refused-line", path=outcome.place.path, reason=reason(screen, outcome.reason))


def _show_container(screen: Screen, outcome: Any) -> None:  # noqa: ANN401 - a ContainerRead
    if "encrypted" in outcome.facts:
        screen.warn("ingest.encrypted", item=outcome.item)
    notes = [screen.say(f"ingest.note.{fact}") for fact in outcome.facts if fact not in _ORDINARY]
    if notes:
        screen.tell("ingest.container-notes", item=outcome.item, notes="; ".join(notes))


def _show_unreadable(screen: Screen, outcome: Any) -> None:  # noqa: ANN401 - an Unopened
    screen.warn("ingest.unreadable-line", item=outcome.item, reason=reason(screen, outcome.reason))


def _show_chat(screen: Screen, outcome: Any) -> None:  # noqa: ANN401 - a ChatRead
    if outcome.recognition == "contested":
        screen.warn("ingest.chat-contested", item=outcome.item)
        return
    if outcome.recognition == "recognised" and outcome.messages:
        screen.tell("ingest.chat", item=outcome.item, count=outcome.messages)
    reasons = "; ".join(reason(screen, each) for each in outcome.reasons)
    if outcome.recognition == "failed":
        screen.warn("ingest.chat-failed", item=outcome.item, reason=reasons)
    elif outcome.unread:
        screen.warn("ingest.chat-unread", item=outcome.item, count=outcome.unread, reason=reasons)
    for sign in outcome.looks_cut:
        screen.tell(f"ingest.looks-cut.{sign}", item=outcome.item)


_ON_SCREEN: dict[str, Callable[[Screen, Any], None]] = {
    "Kept": _show_kept,
    "WouldKeep": lambda screen, outcome: screen.tell("ingest.would-line", path=outcome.place.path),
    "Refused": _show_refused,
    "Unopened": _show_unreadable,
    "Witnessed": lambda screen, outcome: screen.tell(
        "ingest.witnessed-line", item=outcome.item, path=outcome.place.path
    ),
    "ContainerRead": _show_container,
    "ChatRead": _show_chat,
}
