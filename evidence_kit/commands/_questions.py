"""At most six questions about how files came here, each with its reason; who does not know presses Enter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evidence_kit.commands._answers import several
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._stated import asked_fact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from evidence_kit.custody.manifest import Manifest
    from evidence_kit.workflows.accession.provenance import Provenance

_DECLARING = ("minor-with-guardian", "guardian", "lawyer", "nobody")


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
        said = replace(said, how=screen.choose("ask.how", "how", WAYS[:-1]) or "unknown")
    if careful and said.sensitivity == "unknown":
        said = _declared(setting, said)
    if said.handed_by is None:
        said = replace(said, handed_by=screen.ask_once("ask.handed-by-present"))
    said = _screenshots(setting, said) if said.how == "screenshot" else _device(setting, said)
    if said.phone_now is None:
        said = replace(said, phone_now=screen.ask_once("ask.phone-now"))
    return said


def note_readers(setting: Setting) -> list[str]:
    """Ask who may read a note; the association alone where nothing is answered."""
    from evidence_kit.workflows.case.record import NOTE_READERS

    screen = setting.screen
    while (answer := screen.ask_once("ask.note-readers", below=screen.choices("readers", NOTE_READERS))) is not None:
        chosen = several(answer, "readers", NOTE_READERS)
        if chosen is not None:
            return chosen
        screen.warn("ask.not-understood")
    return [NOTE_READERS[0]]


def _declared(setting: Setting, said: Provenance) -> Provenance:
    """Ask whether an entitled person has said that nothing intimate is in these files."""
    role = setting.screen.choose("ask.declared", "declared", _DECLARING)
    if role in {None, "nobody"}:
        return said
    name = setting.screen.ask("ask.declared-name")
    return replace(said, sensitivity="none", declared_by=name, declared_as=role)


def _screenshots(setting: Setting, said: Provenance) -> Provenance:
    from evidence_kit.workflows.accession.provenance import STILL_THERE

    taken, screen = said.screenshot, setting.screen
    if taken.taken_by is None:
        taken = replace(taken, taken_by=asked_fact(screen, "ask.taken-by", "taken_by", _today(setting)))
    if taken.still_there is None:
        taken = replace(taken, still_there=screen.choose("ask.still-there", "still-there", STILL_THERE))
    return replace(said, screenshot=taken)


def _device(setting: Setting, said: Provenance) -> Provenance:
    screen = setting.screen
    if said.device is None:
        said = replace(said, device=screen.ask_once("ask.device"))
    if said.phone_clock is None:
        shown = asked_fact(screen, "ask.phone-clock", "phone_clock", _today(setting))
        if shown is not None:
            now = setting.world().clock.now().astimezone().isoformat(timespec="seconds")
            said = replace(said, phone_clock=shown, computer_clock=now)
    return said


def _today(setting: Setting) -> date:
    return setting.world().clock.now().astimezone().date()


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
