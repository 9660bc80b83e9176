"""What commands about archives share: secrets and slips, to files or to the screen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.commands._wiring import Setting
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.workflows.handover.timestamps import Outside


def outside_of(setting: Setting, given: Sequence[Path]) -> Outside:
    """Return what is known here that does not come out of what is checked: roots that were given, keys compared.

    Keys are compared on computers without a station too. The station's own keys are nobody's who receives.
    """
    from evidence_kit.workflows.checking import trusted_keys
    from evidence_kit.workflows.handover import timestamps

    roots = [root_in(path) for path in given]
    folder, station = setting.station_folder, setting.station_if_any()
    people = trusted_keys.trusted(folder)
    own = set() if station is None else {station.public.fingerprint, station.recovery.fingerprint}
    return timestamps.Outside(
        roots=[*roots, *timestamps.roots_of(folder)],
        receivers={of: each.name for of, each in people.items() if each.receiver and of not in own},
        known={of: each.name for of, each in people.items() if not each.receiver or of in own},
    )


def root_in(path: Path) -> bytes:
    """Return a root certificate.

    Raises:
        UsageError: The file cannot be read, or holds none.
    """
    from evidence_kit.keys import timestamp

    data = bytes_of(path)
    if not timestamp.is_root(data):
        raise UsageError("stamp-root-malformed", path=str(path))
    return data


def bytes_of(path: Path) -> bytes:
    """Return what a small file holds.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError("file-unreadable", path=str(path)) from error


def free(*paths: Path | None) -> None:
    """Refuse files that exist already, and such as have no folder to lie in: before anything is done, not behind it.

    Raises:
        CaseExistsError: There is something at one of these paths; nothing is ever overwritten.
        UsageError: There is no folder where one of them would go.
    """
    from evidence_kit.custody.errors import CaseExistsError

    for path in paths:
        if path is not None and os.path.lexists(path):
            raise CaseExistsError("file-exists", path=str(path))
        if path is not None and not path.parent.is_dir():
            raise UsageError("folder-missing", path=str(path.parent))


def write_secret(setting: Setting, path: Path, secret: str) -> None:
    """Write a passphrase to a new file that its owner alone can read."""
    file = setting.world().disk.create(path)
    try:
        file.write(secret.encode("ascii") + b"\n")
        file.sync()
    finally:
        file.close()


def show_passphrase(setting: Setting, secret: str) -> None:
    """Show a passphrase on the alternate screen until somebody has written it down."""
    from evidence_kit.sealing import passphrase as digits

    with setting.screen.secret_page():
        setting.screen.secret_line(setting.screen.say("seal.passphrase-page"))
        setting.screen.secret_line("\n    " + digits.grouped(secret) + "\n")
        setting.screen.ask("ask.written-down")


def write_slip(setting: Setting, path: Path, code: str, case: str, lines: int) -> None:
    """Write a receipt slip to a new file."""
    from evidence_kit.sealing.slip import page

    world = setting.world()
    file = world.disk.create(path)
    try:
        file.write(page(code, case, lines, world.clock.now().astimezone().date().isoformat()))
        file.sync()
    finally:
        file.close()
