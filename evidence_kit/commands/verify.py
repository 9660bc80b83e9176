"""`evidence-kit verify PATH`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _report
from evidence_kit.commands._wiring import Setting, case_folder, command, secret_from
from evidence_kit.errors import Exit, UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.verify import Report


@command
def verify(
    setting: Setting,
    path: Annotated[str, typer.Argument(metavar="PATH", show_default=False)],
    receipt: Annotated[str | None, typer.Option(metavar="CODE")] = None,
    archive_passphrase: Annotated[str | None, typer.Option("--archive-passphrase-file", metavar="FILE")] = None,
) -> None:
    """Check a case or an archive, every byte of it, and change nothing."""
    from evidence_kit.hashing.paper import TypedWronglyError

    file = _archive_in(Path(path))
    try:
        if file.is_file():
            report = _archive(setting, file, receipt, archive_passphrase)
        else:
            report = _case(setting, path, receipt)
    except TypedWronglyError as error:
        raise UsageError("receipt-typed-wrongly") from error
    _report.show(setting.screen, report)
    if report.exit is not Exit.DONE:
        raise typer.Exit(report.exit)


def _archive_in(path: Path) -> Path:
    """Return the one sealed archive of a folder that somebody was handed, or the path as it is."""
    found = list(path.glob("*.sealed.zip")) if path.is_dir() else []
    return found[0] if len(found) == 1 else path


def _archive(setting: Setting, path: Path, receipt: str | None, secret_file: str | None) -> Report:
    from evidence_kit.sealing.passphrase import PassphraseFormError, normalise
    from evidence_kit.workflows.verify import verify_archive

    if secret_file is None and not setting.asks:
        raise UsageError("needed", fact="archive-passphrase", flag="--archive-passphrase-file")
    if secret_file is not None:
        typed = secret_from(secret_file).decode("utf-8", "replace")
    else:
        typed = setting.screen.ask_secret("ask.archive-passphrase")
    try:
        passphrase = normalise(typed)
    except PassphraseFormError as error:
        raise UsageError("archive-passphrase-malformed") from error
    with setting.screen.progress("verify.progress", path.stat().st_size) as on_bytes:
        return verify_archive(path, passphrase, receipt, on_bytes)


def _case(setting: Setting, text: str, receipt: str | None) -> Report:
    from evidence_kit.workflows.verify import verify_case

    folder, station = case_folder(setting, text), setting.station_if_any()
    remembered = None if station is None else station.remembered(folder.root.name)
    key = setting.key_if_given(station)
    total = sum(each.stat().st_size for each in folder.root.rglob("*") if each.is_file())
    with setting.screen.progress("verify.progress", total) as on_bytes:
        return verify_case(folder.root, key, remembered, receipt, on_bytes)
