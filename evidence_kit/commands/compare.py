"""`evidence-kit compare A B`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evidence_kit.commands import _verdict_view
from evidence_kit.commands._secrets import archive_digits
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import case_folder, command
from evidence_kit.custody.verdict import Verdict
from evidence_kit.errors import Exit

if TYPE_CHECKING:
    from evidence_kit.workflows.checking.compare import ComparedLog, LogComparison


@command
def compare(
    setting: Setting,
    first: Annotated[str, typer.Argument(metavar="A", show_default=False)],
    second: Annotated[str, typer.Argument(metavar="B", show_default=False)],
    archive_passphrase: Annotated[list[str] | None, typer.Option("--archive-passphrase-file", metavar="FILE")] = None,
) -> None:
    """Say how far two copies of a case, or archives of it, are one log, and who signed after they part."""
    from evidence_kit.workflows.checking.compare import compare_logs as hold

    secrets = list(archive_passphrase or [])
    one = _log(setting, first, secrets)
    compared = hold(one, _log(setting, second, secrets))
    names = _verdict_view.known_names(setting)
    _show(setting, compared, names)
    if compared.verdict is Verdict.BROKEN:
        raise typer.Exit(Exit.BROKEN)
    if compared.verdict is Verdict.NOT_CHECKED:
        raise typer.Exit(Exit.NOT_CHECKED)


def _log(setting: Setting, text: str, secrets: list[str]) -> ComparedLog:
    """Read one side; passphrase files are taken in the order of the archives, the last one for all that follow."""
    from evidence_kit.workflows.checking.compare import archive_log, folder_log

    path = _verdict_view.archive_in(Path(text))
    if not path.is_file():
        return folder_log(case_folder(setting, text).root)
    secret = secrets.pop(0) if len(secrets) > 1 else next(iter(secrets), None)
    digits = archive_digits(setting, secret)
    with setting.screen.progress("verify.progress", path.stat().st_size) as on_bytes:
        return archive_log(path, digits, on_bytes)


def _show(setting: Setting, compared: LogComparison, names: dict[str, str]) -> None:
    from evidence_kit.workflows.checking.compare import commit_signers

    screen, sides = setting.screen, (compared.first, compared.second)
    after = [commit_signers(log.after(compared.common)) for log in sides]
    screen.document(
        {
            "verdict": compared.verdict.value,
            "relation": compared.relation,
            "common": compared.common,
            "sides": [
                {
                    "path": log.name,
                    "lines": log.signed,
                    "signed_after": [
                        {"by": each.by, "name": names.get(each.by), "commits": each.commits, "since": each.since}
                        for each in signed
                    ],
                }
                for log, signed in zip(sides, after, strict=True)
            ],
            "findings": [_verdict_view.finding_json(screen, each) for each in compared.findings],
        }
    )
    if screen.json:
        return
    screen.result(screen.sentence(f"compare.{compared.relation}", first=sides[0].name, second=sides[1].name))
    screen.result(screen.sentence("compare.common", common=compared.common))
    for log, signed in zip(sides, after, strict=True):
        screen.result(screen.sentence("compare.lines", name=log.name, lines=log.signed))
        for by, count, since in signed:
            who = f"{names[by]}, {by}" if by in names else by
            screen.result("  " + screen.sentence("compare.after", who=who, count=count, since=since))
    for finding in compared.findings:
        screen.result("• " + _verdict_view.finding_sentence(screen, finding))
