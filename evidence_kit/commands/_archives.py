"""What commands about archives share: secrets and slips, to files or to the screen."""

from __future__ import annotations

from pathlib import Path

from evidence_kit.commands._wiring import Setting


def free(*paths: Path | None) -> None:
    """Refuse files that exist already; nothing is ever overwritten."""
    from evidence_kit.custody.errors import CaseExistsError

    for path in paths:
        if path is not None and path.exists():
            raise CaseExistsError("file-exists", path=str(path))


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
