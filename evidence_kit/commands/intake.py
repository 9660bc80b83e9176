"""`evidence-kit intake [CASE]`: with a person, from the first questions to the receipt."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._questions import note_readers
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import case_command, case_folder
from evidence_kit.commands.ingest import IngestRequest, take_in
from evidence_kit.commands.new import age_asked
from evidence_kit.errors import EvidenceError, UsageError
from evidence_kit.workflows.case import record

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.case.write import CaseWriter

_TOPICS = ("phone", "iphone", "whatsapp")
_RECEIVERS = ("lawyer", "police")
_HELP = frozenset("?؟")


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
        screen.write(screen.sentence("intake.safety", numbers=screen.sentence("intake.numbers")))
        if not screen.agree("ask.safety-done"):
            screen.show("intake.not-begun")
            return
    key = setting.unlocked_key(station)
    try:
        folder = _opened(setting, key) if begun is None else begun
    except KeyboardInterrupt:
        screen.show("intake.not-begun")
        raise
    try:
        with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
            _with_case(setting, writer)
    except BaseException:
        screen.show("intake.go-on", case=folder.root.name)
        raise


def _with_case(setting: Setting, writer: CaseWriter) -> None:
    """Take files in, give a receipt, back up: each step announces itself, and nothing is asked twice."""
    screen, case = setting.screen, writer.case.id
    if writer.manifest.everything:
        screen.show("intake.already", case=case, count=len(writer.manifest.items))
    _step(setting, 2, "files")
    _files(setting, writer)
    _note(setting, writer)
    _step(setting, 3, "receipt")
    if writer.manifest.everything:
        code, lines, _ = record.issue_receipt(writer)
        screen.show("receipt.explained", lines=lines)
        screen.result(code)
        screen.show("intake.slip", case=case)
    else:
        screen.show("intake.nothing-yet", case=case)
    _step(setting, 4, "end")
    _end(setting, writer)


def _step(setting: Setting, number: int, what: str) -> None:
    setting.screen.show("intake.step", number=number, what=setting.screen.sentence(f"intake.{what}"))


def _opened(setting: Setting, key: SigningKey) -> CaseFolder:
    """Ask for the facts of a new case, and open it."""
    from evidence_kit.workflows.case.new import CaseOpening, ConsentGiven, Guardian
    from evidence_kit.workflows.case.untold import opened_once

    screen, station = setting.screen, setting.station()
    _step(setting, 1, "case")
    band, known_by = age_asked(setting)
    guardian = None
    if band != "adult" and (name := screen.ask_once("ask.guardian")) is not None:
        guardian = Guardian(name, screen.ask("ask.guardian-relation"))
    today = setting.world().clock.now().astimezone().date()
    said_by = "person" if band == "adult" else "guardian"
    consents = []
    if band == "adult" or guardian is not None:
        agreed = screen.choose("ask.consent-both", "may-go", (*_RECEIVERS, "both", "nobody"))
        purposes = _RECEIVERS if agreed == "both" else [each for each in _RECEIVERS if each == agreed]
        consents = [ConsentGiven(purpose, given=True, on=today, said_by=said_by) for purpose in purposes]
    about = CaseOpening(band, known_by, consents, guardian, safety_asked=True)
    with opened_once(station, key, about, setting.world()) as opened:
        if opened.before:
            screen.show("again.done", line=1)
        screen.show("new.done", case=opened.case.id, path=str(opened.case.folder.root))
    return opened.case.folder


def _files(setting: Setting, writer: CaseWriter) -> None:
    """Explain how files come off this phone, and take in the paths that the person names."""
    from evidence_kit.workflows.accession.provenance import Provenance

    screen = setting.screen
    while (typed := screen.ask_once("ask.source")) is not None:
        if typed in _HELP:
            _explain(setting, writer)
            continue
        paths = dropped(typed)
        missing = [path for path in paths if not path.exists()]
        for path in missing:
            screen.warn("intake.no-path", path=str(path))
        if not missing:
            request = IngestRequest(paths, Provenance(place=setting.station().person.place))
            take_in(setting, writer, request, in_clear=False)
            return


def _explain(setting: Setting, writer: CaseWriter) -> None:
    """Show how files come off a phone; where pictures are not copied, that and nothing about copying them."""
    if writer.manifest.age_band != "adult":
        setting.screen.write(setting.screen.sentence("topic.minor"))
        return
    topic = setting.screen.choose("ask.which-phone", "phone", _TOPICS)
    if topic is not None:
        setting.screen.write(setting.screen.sentence(f"topic.{topic}"))


def dropped(typed: str) -> list[Path]:
    """Return the paths of a line: one as it stands, or several in the quotes that terminals put round them."""
    whole = Path(typed.strip("'\"").replace("\\ ", " ")).expanduser()
    if whole.exists():
        return [whole]
    try:
        several = [Path(each).expanduser() for each in shlex.split(typed)]
    except ValueError:
        return [whole]
    return several if len(several) > 1 and any(each.exists() for each in several) else [whole]


def _note(setting: Setting, writer: CaseWriter) -> None:
    """Offer a note, and ask who may read it."""
    text = setting.screen.ask_once("ask.note-at-intake")
    if text is not None:
        readers = note_readers(setting)
        line = record.record_note(writer, text, readers)
        setting.screen.show("note.done", case=writer.case.id, line=line)


def _end(setting: Setting, writer: CaseWriter) -> None:
    """Back the case up, and say the next steps: the seal that fits, and tonight."""
    from evidence_kit.workflows.upkeep.tidy import sources_of

    screen, case = setting.screen, writer.case.id
    if writer.manifest.everything and not _backed_up(setting, writer):
        screen.warn("intake.next-backup", case=case)
    places = ", ".join(str(each) for each in sources_of(writer.manifest) if each.exists())
    if places:
        screen.show("intake.next-tidy", case=case, places=places)
    said = {purpose: writer.manifest.consent_for(purpose) for purpose in _RECEIVERS}
    agreed = [purpose for purpose, consent in said.items() if consent is not None and consent.given]
    # Where there is nothing to seal, the way on was told in the place of the receipt.
    if writer.manifest.everything and agreed:
        screen.show("intake.next-seal", case=case, purpose=agreed[0])
    elif writer.manifest.everything:
        screen.show("intake.next-consent", case=case)
    screen.show("intake.tonight", numbers=screen.sentence("intake.numbers"))


def _backed_up(setting: Setting, writer: CaseWriter) -> bool:
    """Offer a backup until one is made or a person puts it off; return whether one is there."""
    from evidence_kit.workflows.upkeep import backup

    screen = setting.screen
    while (typed := screen.ask_once("ask.backup-into")) is not None:
        into = dropped(typed)[0]
        if not into.is_dir():
            screen.warn("intake.no-path", path=str(into))
            continue
        try:
            with screen.progress("backup.progress") as on_bytes:
                done = backup.back_up_case(writer, into, on_bytes)
        except EvidenceError as error:
            screen.failed(error)
            continue
        screen.show("backup.done", path=str(done.path), count=done.copied, size=byte_count(done.copied_bytes))
        return True
    return backup.holds_all(writer.manifest)
