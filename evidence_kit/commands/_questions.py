"""At most six questions about how files came here, each with its reason; who does not know presses Enter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evidence_kit.commands._wiring import Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidence_kit.custody.manifest import Manifest
    from evidence_kit.workflows.accession.provenance import Provenance

_ROLES = {"1": "minor-with-guardian", "2": "guardian", "3": "lawyer"}


def ask_provenance(setting: Setting, given: Provenance, *, careful: bool) -> Provenance:
    """Return the provenance that flags and a person give; nothing is asked that a flag has answered.

    Args:
        setting: Screen and world.
        given: What the flags say.
        careful: The person is not known to be an adult: then it matters what may be copied.
    """
    from evidence_kit.workflows.accession.provenance import WAYS

    screen = setting.screen
    said = given
    if said.how == "unknown":
        number = screen.ask_once("ask.how") or ""
        said = replace(said, how=dict(enumerate(WAYS[:-1], start=1)).get(_number(number), "unknown"))
    if careful and said.sensitivity == "unknown":
        said = _declared(setting, said)
    if said.handed_by is None:
        said = replace(said, handed_by=screen.ask_once("ask.handed-by-present" if careful else "ask.handed-by"))
    said = _screenshots(setting, said) if said.how == "screenshot" else _device(setting, said)
    if not careful and not said.present:
        present = screen.ask_once("ask.present")
        said = replace(said, present=() if present is None else (present,))
    if said.phone_now is None:
        said = replace(said, phone_now=screen.ask_once("ask.phone-now"))
    return said


def note_readers(setting: Setting) -> list[str]:
    """Ask who may read a note; the association alone where nothing is answered."""
    from evidence_kit.workflows.case.record import NOTE_READERS

    answer = setting.screen.ask_once("ask.note-readers") or ""
    numbers = [_number(word) for word in answer.replace(",", " ").replace("،", " ").split()]
    chosen = [NOTE_READERS[number - 1] for number in dict.fromkeys(numbers) if 1 <= number <= len(NOTE_READERS)]
    return chosen or [NOTE_READERS[0]]


def _declared(setting: Setting, said: Provenance) -> Provenance:
    """Ask whether an entitled person has said that nothing intimate is in these files."""
    answer = setting.screen.ask_once("ask.declared") or ""
    role, _, name = answer.partition(" ")
    if role not in _ROLES or not name.strip():
        return said
    return replace(said, sensitivity="none", declared_by=name.strip(), declared_as=_ROLES[role])


def _screenshots(setting: Setting, said: Provenance) -> Provenance:
    taken, screen = said.screenshot, setting.screen
    if taken.taken_by is None:
        taken = replace(taken, taken_by=screen.ask_once("ask.taken-by"))
    if taken.still_there is None:
        answer = screen.ask_once("ask.still-there")
        taken = replace(taken, still_there=None if answer is None else _yes_or_no(setting, answer))
    return replace(said, screenshot=taken)


def _device(setting: Setting, said: Provenance) -> Provenance:
    screen = setting.screen
    if said.device is None:
        said = replace(said, device=screen.ask_once("ask.device"))
    if said.phone_clock is None:
        shown = screen.ask_once("ask.phone-clock")
        if shown is not None:
            now = setting.world().clock.now().astimezone().isoformat(timespec="seconds")
            said = replace(said, phone_clock=shown, computer_clock=now)
    return said


def _yes_or_no(setting: Setting, answer: str) -> str:
    for value in ("yes", "no"):
        if answer.casefold() in setting.screen.say(f"ask.{value}-words").casefold().split():
            return value
    return "unknown"


def _number(text: str) -> int:
    # Arabic-Indic digits are digits too.
    return int(text) if text.isdecimal() else 0


def provenance_from_before(manifest: Manifest, given: Provenance) -> Provenance | None:
    """Return the provenance given when the same sources were begun; None when they never were."""
    from evidence_kit.workflows.accession.provenance import Screenshot

    newest = max(manifest.everything, key=lambda each: each.line, default=None)
    facts: Mapping[str, Any] | None = None if newest is None else newest.facts.get("provenance")
    if newest is None or facts is None:
        return None
    named = [
        "how", "handed_by", "device", "place", "system", "exported_by", "app", "menu", "phone_clock",
        "computer_clock", "clock_state", "phone_now",
    ]  # fmt: skip
    before = replace(
        given,
        **{name: facts[name] for name in named if facts.get(name) is not None},
        present=tuple(facts.get("present", ())),
        screenshot=Screenshot(**facts.get("screenshot", {})),
    )
    if given.sensitivity == "unknown" and newest.facts.get("declared_by") is not None:
        said = newest.facts
        before = replace(
            before,
            sensitivity=str(said.get("sensitivity", "unknown")),
            declared_by=said["declared_by"],
            declared_as=said.get("declared_as"),
            words=said.get("declared_words"),
        )
    return before
