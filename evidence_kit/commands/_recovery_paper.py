"""The recovery key at the screen: shown in numbered groups, typed back whole, typed in from paper."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_kit.commands._screen import Screen
from evidence_kit.commands._terminal import new_page, secret_page
from evidence_kit.errors import UsageError

if TYPE_CHECKING:
    from evidence_kit.commands._setting import Setting
    from evidence_kit.keys.station import SigningKey

_IN_A_LINE = 4
_READ_ALIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})


def lines_of_groups(code: str) -> list[str]:
    """Return a code in numbered groups, four in a line: 46 columns, so that any window shows all of it at once."""
    groups = [f"{number:>4} {group}" for number, group in enumerate(code.split("-"), start=1)]
    return ["  ".join(groups[at : at + _IN_A_LINE]) for at in range(0, len(groups), _IN_A_LINE)]


def put_on_paper(screen: Screen, title: str, code: str) -> None:
    """Show a code until it is written down, and let all of it be typed back, line by line.

    A line that differs is named, and the page is shown again: half a code never passes, and nothing is lost by a slip.
    """
    groups = code.split("-")
    with secret_page():
        _show(screen, title, code)
        for first in range(0, len(groups), _IN_A_LINE):
            wanted = groups[first : first + _IN_A_LINE]
            while True:
                typed = _groups(screen.ask("recovery.type-line", first=first + 1, last=first + len(wanted)))
                if typed == wanted:
                    break
                wrong = [first + at + 1 for at, group in enumerate(wanted) if typed[at : at + 1] != [group]]
                differs = screen.sentence("recovery.differs", groups=", ".join(map(str, wrong or [first + 1])))
                _show(screen, f"{differs}\n\n{title}", code)


def _show(screen: Screen, title: str, code: str) -> None:
    new_page()
    screen.secret_line(title + "\n\n" + "\n".join(lines_of_groups(code)) + "\n")
    screen.ready("ask.written-down")
    new_page()


def _groups(typed: str) -> list[str]:
    text = "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_READ_ALIKE)
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def typed_key(setting: Setting) -> SigningKey:
    """Return the recovery key that a person types from paper: the whole key, or two of three shares.

    Raises:
        UsageError: Nobody can be asked.
    """
    from evidence_kit.keys.errors import KeyUnreadableError
    from evidence_kit.keys.recovery import from_paper
    from evidence_kit.keys.shares import from_shares, is_share

    if not setting.asks:
        raise UsageError("needed", fact="recovery-key", flag="--recovery-key")

    def key() -> SigningKey:
        typed = setting.screen.ask_secret("ask.recovery-code")
        if not is_share(typed):
            return from_paper(typed)
        return from_shares([typed, setting.screen.ask_secret("ask.recovery-second")])

    return setting.tried(key, KeyUnreadableError)


def sheets(key: SigningKey, association: str, *, shared: bool) -> Sequence[tuple[str, bytes]]:
    """Return the pages to print, each with its file name: one, or three of which two are needed."""
    from evidence_kit.keys.recovery import to_paper
    from evidence_kit.keys.shares import SHARES, to_shares
    from evidence_kit.sealing.recovery_sheet import recovery_pdf

    fingerprint = key.public.fingerprint
    if not shared:
        return [("recovery.pdf", recovery_pdf(to_paper(key), association, fingerprint))]
    return [
        (f"recovery-{number}-of-{SHARES}.pdf", recovery_pdf(code, association, fingerprint, f"{number} / {SHARES}"))
        for number, code in enumerate(to_shares(key), start=1)
    ]


def write_sheets(setting: Setting, pages: Sequence[tuple[str, bytes]], folder: Path) -> None:
    """Write pages to print into a folder, readable by their owner alone.

    A page that is there already, byte for byte, is from the same command, which was interrupted: it stays.

    Raises:
        UsageError: It is no folder, or another page is there already.
    """
    from evidence_kit.vault.disk import place_new

    if not folder.is_dir():
        raise UsageError("backup-nowhere", path=str(folder))
    there = {name for name, _ in pages if (folder / name).exists()}
    for name, data in pages:
        if name in there and (folder / name).read_bytes() != data:
            raise UsageError("sheet-exists", path=str(folder / name))
    for name, data in pages:
        if name not in there:
            place_new(setting.world().disk, folder / name, data)
        setting.screen.warn("recovery.written", path=str(folder / name))
