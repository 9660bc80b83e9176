"""`evidence-kit ingest CASE SOURCE...`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _ingest_view
from evidence_kit.commands._declarations import (
    SaidAs,
    SaidBy,
    StillThere,
    TakenBy,
    TakenOn,
    TakenWhen,
    Words,
    known_value,
    screenshot,
)
from evidence_kit.commands._links_view import case_identifiers, tell_links
from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._processes import describer
from evidence_kit.commands._questions import ask_provenance, provenance_from_before
from evidence_kit.commands._retention import retention_due
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import CaseArgument, case_command, case_folder
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.keys.station import SigningKey
    from evidence_kit.vault.folder import CaseFolder
    from evidence_kit.workflows.accession.provenance import Provenance
    from evidence_kit.workflows.case.outcome import Totals
    from evidence_kit.workflows.case.write import CaseWriter

_LONGEST_KEY_BYTES = 1000


@case_command
def ingest(
    setting: Setting,
    case: CaseArgument,
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...", show_default=False)],
    how: Annotated[str, typer.Option(metavar="HOW")] = "unknown",
    handed_by: Annotated[str | None, typer.Option(metavar="WHO")] = None,
    device: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    place: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    sensitivity: Annotated[str, typer.Option(metavar="none|intimate|unknown")] = "unknown",
    said_by: SaidBy = None,
    said_as: SaidAs = None,
    words: Words = None,
    exported_by: Annotated[str | None, typer.Option(metavar="WHO")] = None,
    system: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    app_name: Annotated[str | None, typer.Option("--app", metavar="TEXT")] = None,
    menu: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    phone_clock: Annotated[str | None, typer.Option(metavar="TIME")] = None,
    present: Annotated[list[str] | None, typer.Option(metavar="WHO")] = None,
    phone_now: Annotated[str | None, typer.Option(metavar="WHERE")] = None,
    taken_by: TakenBy = None,
    taken_on: TakenOn = None,
    taken_when: TakenWhen = None,
    still_there: StillThere = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="GLOB")] = None,
    whatsapp_key_file: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    describe: Annotated[bool, typer.Option("--describe/--no-describe")] = True,
) -> None:
    """Take files into the case without changing them."""
    from evidence_kit.workflows.accession.declare import SENSITIVITIES
    from evidence_kit.workflows.accession.provenance import SPEAKERS, WAYS, Provenance

    if how not in WAYS:
        raise UsageError("how-unknown", how=how, known=", ".join(WAYS))
    folder, station = case_folder(setting, case), setting.station()
    clock = setting.world().clock.now().astimezone().isoformat(timespec="seconds")
    given = Provenance(
        how=how,
        handed_by=handed_by,
        device=device,
        place=place or station.person.place,
        sensitivity=known_value(sensitivity, SENSITIVITIES, "--sensitivity"),
        declared_by=said_by,
        declared_as=None if said_as is None else known_value(said_as, SPEAKERS, "--said-as"),
        words=words,
        system=system,
        exported_by=exported_by,
        app=app_name,
        menu=menu,
        phone_clock=phone_clock,
        computer_clock=None if phone_clock is None else clock,
        present=tuple(present or ()),
        phone_now=phone_now,
        screenshot=screenshot(taken_by, taken_on, taken_when, still_there),
    )
    key = setting.unlocked_key(station)
    backup_key = None if whatsapp_key_file is None else _backup_key(setting, whatsapp_key_file)
    if dry_run:
        totals = _rehearse(setting, folder, key, sources, exclude or [], given)
    else:
        from evidence_kit.workflows.case.write import writing

        with writing(folder, key, station, setting.world(), setting.accept_older) as writer:
            wish = IngestRequest(sources, given, exclude or [], describe=describe, backup_key=backup_key)
            totals = take_in(setting, writer, wish)
            _remind(setting, writer, totals)
            opened = writer.case
        tell_links(setting, station, key, opened, lambda: case_identifiers(setting, opened)[0])
    if not totals.complete:
        raise typer.Exit(Exit.INCOMPLETE)


def _backup_key(setting: Setting, path: Path) -> bytes:
    """Return the key of WhatsApp's encrypted backups, out of a file or as it is typed.

    Raises:
        KeyMissingError: The file cannot be read.
        KeyUnreadableError: It is no such key.
    """
    from evidence_kit.keys.errors import KeyMissingError, KeyUnreadableError
    from evidence_kit.keys.whatsapp_backup import root_key

    if str(path) == "-":
        return setting.tried(lambda: root_key(setting.screen.ask_secret("ask.whatsapp-key")), KeyUnreadableError)
    try:
        with path.open("rb") as file:
            typed = file.read(_LONGEST_KEY_BYTES)
    except OSError as error:
        raise KeyMissingError("whatsapp-key-missing", path=str(path)) from error
    return root_key(typed.decode("ascii", "replace"))


def _remind(setting: Setting, writer: CaseWriter, totals: Totals) -> None:
    """Say when the case was last copied onto another disk, once it holds new items."""
    from evidence_kit.workflows.upkeep import backup

    if not totals.kept:
        return
    last = backup.last_backup(writer.manifest)
    if last is None:
        setting.screen.show("backup.remind-never", case=writer.case.id)
    else:
        setting.screen.show("backup.remind", case=writer.case.id, since=last.time[:16].replace("T", " "))


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """The request of an ingest: sources and options.

    Attributes:
        sources: Files and folders.
        given: What is known of how they came here.
        exclude: Patterns of what is left out.
        describe: Whether anybody looks into what is kept.
        backup_key: Opens encrypted backups of WhatsApp.
    """

    sources: Sequence[Path]
    given: Provenance
    exclude: Sequence[str] = ()
    describe: bool = True
    backup_key: bytes | None = None


def take_in(setting: Setting, writer: CaseWriter, wish: IngestRequest, *, in_clear: bool = True) -> Totals:
    """Ask for the facts no flag gave, take files in, and show the totals and the files not copied.

    Args:
        setting: Screen and world.
        writer: The case.
        wish: Sources and options.
        in_clear: Whether it is said that the sources still lie there in clear.
    """
    from evidence_kit.intake.mounts import MediumKind, medium_of, mount_table
    from evidence_kit.workflows.accession.commit_group import Undescribed
    from evidence_kit.workflows.accession.dry_run import needed_bytes
    from evidence_kit.workflows.accession.ingest import check_sources, free_bytes, ingest
    from evidence_kit.workflows.case.outcome import Totals
    from evidence_kit.workflows.upkeep.tidy import remember_sources

    screen, totals, mounts = setting.screen, Totals(), mount_table()
    check_sources(wish.sources)
    retention_due(setting, writer.manifest)
    careful = writer.manifest.age_band != "adult" and writer.manifest.minor_media != "keep"
    if careful:
        screen.warn(f"ingest.careful-{writer.manifest.minor_media}")
    how = _how(setting, writer, wish, careful=careful)
    remember_sources(writer, wish.sources, mounts)
    needed = needed_bytes(wish.sources, wish.exclude)
    if needed > (free := free_bytes(writer.case.folder)):
        screen.warn("ingest.space", needed=byte_count(needed), free=byte_count(free))
    told = _ingest_view.OutcomePrinter(screen)
    with describer() if wish.describe else nullcontext(Undescribed()) as worker:
        try:
            with screen.progress("ingest.progress", needed) as on_bytes:
                for outcome in ingest(writer, wish.sources, how, worker, on_bytes, wish.exclude, wish.backup_key):
                    if isinstance(outcome, Totals):
                        totals = outcome
                    told.show_outcome(outcome)
        except KeyboardInterrupt:
            screen.warn("ingest.interrupted", count=len(writer.manifest.items))
            raise
        finally:
            told.show_remaining_counts()
    screen.document({"done": "ingest", "case": writer.case.id, **totals.facts()})
    _ingest_view.show_totals(screen, totals)
    places = ", ".join(str(source.absolute()) for source in wish.sources)
    if totals.withheld:
        screen.warn("ingest.still-there", places=places)
    if in_clear and any(medium_of(source, mounts) is not MediumKind.PHONE for source in wish.sources) and totals.kept:
        screen.show("ingest.in-clear", places=places, case=writer.case.id)
    return totals


def _how(setting: Setting, writer: CaseWriter, wish: IngestRequest, *, careful: bool) -> Provenance:
    """Return the provenance of the files: by flags, as recorded when they were begun, or asked."""
    from evidence_kit.workflows.upkeep.tidy import sources_of

    known = set(sources_of(writer.manifest))
    if all(source.absolute() in known for source in wish.sources):
        before = provenance_from_before(writer.manifest, wish.given)
        if before is not None:
            if setting.asks:
                setting.screen.show("ingest.as-before")
            return before
    if not setting.asks:
        return wish.given
    setting.screen.show("ingest.questions")
    said = ask_provenance(setting, wish.given, careful=careful)
    setting.screen.line()
    setting.screen.show("ingest.begins")
    return said


def _rehearse(
    setting: Setting, folder: CaseFolder, key: SigningKey, sources: list[Path], exclude: list[str], given: Provenance
) -> Totals:
    """Show the plan of an ingest; the case is only read."""
    from evidence_kit.workflows.accession.declare import check_sensitivity
    from evidence_kit.workflows.accession.dry_run import needed_bytes, plan_ingest
    from evidence_kit.workflows.accession.ingest import check_sources, free_bytes
    from evidence_kit.workflows.accession.witness import rule_for
    from evidence_kit.workflows.case.outcome import Totals
    from evidence_kit.workflows.case.read import read_case

    check_sources(sources)
    screen, station, totals = setting.screen, setting.station(), Totals()
    manifest = read_case(folder, key, setting.memory(station)).opened
    check_sensitivity(manifest.age_band, given.sensitivity, given.saying)
    rule = rule_for(manifest, given.sensitivity)
    if rule.careful:
        screen.warn(f"ingest.careful-{rule.policy}")
    own = frozenset(each.resolve() for each in (folder.root, station.folder, station.cases))
    for outcome in plan_ingest(sources, own, exclude, rule):
        if isinstance(outcome, Totals):
            totals = outcome
        _ingest_view.show_outcome(screen, outcome)
    needed, free = needed_bytes(sources, exclude), free_bytes(folder)
    facts = {"needed_bytes": needed, "free_bytes": free, **totals.facts()}
    screen.document({"done": "dry-run", "case": folder.root.name, **facts})
    _ingest_view.totals_table(screen, totals)
    screen.show("ingest.would-keep", count=totals.kept, size=byte_count(totals.kept_bytes))
    screen.show("ingest.room", free=byte_count(free))
    if needed > free:
        screen.warn("ingest.space", needed=byte_count(needed), free=byte_count(free))
    screen.warn("ingest.would")
    return totals
