"""Secrets and slips of the archive commands, to files or to the screen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._terminal import secret_page
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.handover.timestamps import OutsideFacts
    from evidence_kit.workflows.handover.transfers import SealNamed


_LARGEST_SLIP_BYTES = 1 << 20


def outside_facts(setting: Setting, given: Sequence[Path]) -> OutsideFacts:
    """Return the facts known from outside the checked material: given roots, compared keys.

    Keys are compared on computers without a station too. The station's own keys are nobody's who receives.
    """
    from evidence_kit.workflows.checking.outside import known_outside

    return known_outside(setting.station_folder, setting.station_if_any(), [root_certificate(path) for path in given])


def root_certificate(path: Path) -> bytes:
    """Return a root certificate.

    Raises:
        UsageError: The file cannot be read, or holds none.
    """
    from evidence_kit.keys import timestamp

    data = small_file_bytes(path)
    if not timestamp.is_root(data):
        raise UsageError("stamp-root-malformed", path=str(path))
    return data


def small_file_bytes(path: Path) -> bytes:
    """Return the bytes of a small file.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        from evidence_kit.workflows.case.disk_errors import file_refused, is_gone

        if is_gone(error) or isinstance(error, PermissionError):
            raise UsageError("file-unreadable", path=str(path)) from error
        raise file_refused(error, str(path)) from error


def refuse_existing(*paths: Path | None) -> None:
    """Refuse files that exist already, and such as have no folder to lie in: before anything is done, not behind it.

    Raises:
        PathTakenError: There is something at one of these paths; nothing is ever overwritten.
        UsageError: There is no folder where one of them would go.
    """
    from evidence_kit.custody.errors import PathTakenError

    for path in paths:
        if path is not None and os.path.lexists(path):
            raise PathTakenError("file-exists", path=str(path))
        if path is not None and not path.parent.is_dir():
            raise UsageError("folder-missing", path=str(path.parent))


def write_recorded(setting: Setting, path: Path, data: bytes, case: str, line: int) -> bool:
    """Write a file about a recorded event; return whether it is in place.

    Where it did not, the command did its work all the same, and says at its end what is left to do.
    """
    from evidence_kit.vault.disk import place_new
    from evidence_kit.workflows.case.errors import not_in_place

    try:
        place_new(setting.world().disk, path, data)
    except OSError as error:
        setting.left_to_do.append(not_in_place(case, line, path, error))
        return False
    return True


def secret_bytes(secret: str) -> bytes:
    """Return a passphrase as it stands in its file."""
    return secret.encode("ascii") + b"\n"


def holds_secret(path: Path, secret: str) -> bool:
    """Say whether a file holds a passphrase, and nothing else."""
    wanted = secret_bytes(secret)
    return path.is_file() and path.stat().st_size == len(wanted) and path.read_bytes() == wanted


def show_passphrase(setting: Setting, secret: str) -> None:
    """Show a passphrase on the alternate screen until its reader has written it down."""
    from evidence_kit.sealing import passphrase as digits

    with secret_page():
        setting.screen.secret_line(setting.screen.sentence("seal.passphrase-page"))
        setting.screen.secret_line("\n    " + digits.grouped_passphrase(secret) + "\n")
        setting.screen.ready("ask.written-down")


def shows_receipt(path: Path, code: str, case: str, lines: int) -> bool:
    """Say whether a file is the slip of a receipt."""
    from evidence_kit.workflows.case.record import is_slip

    return (
        path.is_file() and path.stat().st_size < _LARGEST_SLIP_BYTES and is_slip(path.read_bytes(), code, case, lines)
    )


def receipt_slip(setting: Setting, code: str, case: str, lines: int) -> bytes:
    """Return a receipt slip, of today."""
    from evidence_kit.sealing.slip import slip_page

    return slip_page(code, case, lines, setting.world().clock.now().astimezone().date().isoformat())


def tell_seal(screen: Screen, meant: SealNamed) -> None:
    """Say which archive is meant, and how another one is."""
    screen.show("transfer.archive", archive=meant.archive, day=meant.day, line=meant.line)
    if meant.others:
        screen.show("transfer.others", count=meant.others)
