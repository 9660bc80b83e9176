"""`evidence-kit intake [CASE]`: with a person, from the first questions to the receipt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._questions import note_readers
from evidence_kit.commands._wiring import Setting, case_command, case_folder
from evidence_kit.commands.ingest import IngestRequest, take_in
from evidence_kit.commands.tidy import tidy_up
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.case.write import CaseWriter

_TOPICS = {"1": "phone", "2": "iphone", "3": "whatsapp"}


@case_command
def intake(
    setting: Setting,
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", show_default=False)] = None,
) -> None:
    """Guide a volunteer through the whole of a first meeting; finished steps stay finished when it is interrupted."""
    from evidence_kit.workflows.case.write import writing

    if not setting.asks:
        raise UsageError("intake-needs-a-person")
    screen, station = setting.screen, setting.station()
    begun = None if case is None else case_folder(setting, case)
    if begun is None:
        screen.write(screen.say("intake.safety", numbers=screen.say("intake.numbers")))
        if not screen.agree("ask.safety-done"):
            return
    key = setting.key(station)
    folder = _opened(setting, key) if begun is None else begun
    try:
        with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
            _with_case(setting, writer)
    except BaseException:
        screen.tell("intake.go-on", case=folder.root.name)
        raise


def _with_case(setting: Setting, writer: CaseWriter) -> None:
    """Take files in, give a receipt, list plain copies: each step announces itself, and nothing is asked twice."""
    screen, case = setting.screen, writer.case.id
    if writer.manifest.everything:
        screen.tell("intake.already", case=case, count=len(writer.manifest.items))
    _step(setting, 2, "files")
    sources = _files(setting, writer)
    _note(setting, writer)
    _step(setting, 3, "receipt")
    if writer.manifest.everything:
        _receipt(setting, writer)
    _step(setting, 4, "tidy")
    tidy_up(setting, writer, sources, None)
    _step(setting, 5, "end")
    screen.tell("intake.next", case=case)


def _step(setting: Setting, number: int, what: str) -> None:
    setting.screen.tell("intake.step", number=number, what=setting.screen.say(f"intake.{what}"))


def _opened(setting: Setting, key: SigningKey) -> CaseFolder:
    """Ask for the facts of a new case, and open it."""
    from evidence_kit.workflows.case.new import AGE_BANDS, CaseOpening, ConsentGiven, Guardian
    from evidence_kit.workflows.case.untold import opened_once

    screen, station = setting.screen, setting.station()
    _step(setting, 1, "case")
    band = "unknown"
    answer = screen.ask("ask.age").lower()
    for known in AGE_BANDS:
        # Whoever types the word of their own language, or its beginning, is understood.
        if answer == known or answer in screen.say(f"ask.age-words.{known}").split():
            band = known
    known_by = screen.ask("ask.age-known-by")
    guardian = None
    if band != "adult" and (name := screen.ask_once("ask.guardian")) is not None:
        guardian = Guardian(name, screen.ask("ask.guardian-relation"))
    today = setting.world().clock.now().astimezone().date()
    said_by = "person" if band == "adult" else "guardian"
    consents = []
    if band == "adult" or guardian is not None:
        consents = [
            ConsentGiven(purpose, given=True, on=today, said_by=said_by)
            for purpose in ("lawyer", "police")
            if screen.agree(f"ask.consent-{purpose}")
        ]
    about = CaseOpening(band, known_by, consents, guardian, safety_asked=True)
    with opened_once(station, key, about, setting.world()) as opened:
        if opened.before:
            screen.tell("again.done", line=1)
        screen.tell("new.done", case=opened.case.id, path=str(opened.case.folder.root))
    return opened.case.folder


def _files(setting: Setting, writer: CaseWriter) -> list[Path]:
    """Explain how files come off this phone, and take in the paths that the person names."""
    from evidence_kit.workflows.accession.provenance import Provenance

    screen, taken = setting.screen, []
    topic = _TOPICS.get(screen.ask_once("ask.which-phone") or "")
    if topic is not None:
        screen.write(screen.say(f"topic.{topic}"))
    while (typed := screen.ask_once("ask.source")) is not None:
        # What is dragged into a terminal comes in quotes, or with backslashes before spaces.
        path = Path(typed.strip("'\"").replace("\\ ", " ")).expanduser()
        if not path.exists():
            screen.warn("intake.no-path", path=str(path))
            continue
        take_in(setting, writer, IngestRequest([path], Provenance(place=setting.station().person.place)))
        taken.append(path)
    return taken


def _note(setting: Setting, writer: CaseWriter) -> None:
    """Offer a note, and ask who may read it."""
    from evidence_kit.workflows.case import record

    text = setting.screen.ask_once("ask.note-at-intake")
    if text is not None:
        readers = note_readers(setting)
        line = record.record_note(writer, text, readers)
        setting.screen.tell("note.done", case=writer.case.id, line=line)


def _receipt(setting: Setting, writer: CaseWriter) -> None:
    from evidence_kit.sealing.slip import slip_page
    from evidence_kit.vault.disk import place_new
    from evidence_kit.workflows.case import record

    screen, world = setting.screen, setting.world()
    code, lines, _ = record.issue_receipt(writer)
    screen.tell("receipt.explained", lines=lines)
    screen.result(code)
    out = screen.ask_once("ask.slip")
    if out is not None and not Path(out).exists():
        day = world.clock.now().astimezone().date().isoformat()
        place_new(world.disk, Path(out), slip_page(code, writer.case.id, lines, day))
        screen.tell("receipt.written", path=out)
