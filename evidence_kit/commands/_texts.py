"""Free text and names on a command line: each may be `-`, standard input, or `@FILE`.

Every user of the computer can read the process list, and the shell writes a history; what a person said, and who they
are, belongs into neither.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args

from evidence_kit.commands._setting import Setting
from evidence_kit.errors import UsageError

_LONGEST_TEXT_BYTES: Final = 20_000
TEXTS: Final = frozenset(
    {
        "accept_older", "account", "age_known_by", "amount", "app_name", "authorised_by", "by", "channel",
        "consent_by", "consent_reference", "content_url", "deadline", "demand", "device", "exported_by", "guardian",
        "guardian_document", "guardian_relation", "handed_by", "lost", "means", "menu", "minor_media_by",
        "minor_media_why", "name", "phone_clock", "phone_now", "place", "platform", "posted", "present",
        "profile_url", "pseudonym", "purpose", "reason", "reference", "remark", "responsible", "reveal", "role",
        "said_by", "search", "second", "seen", "sender", "sharp", "system", "taken_by", "taken_on", "taken_when",
        "text", "to", "to_key", "to_office", "to_station", "transformation", "value", "who", "why", "witnessed_by",
        "without_consent", "words",
    }
)  # fmt: skip
STATED_NAMES: Final = frozenset(
    {
        "account", "amount", "consent_on", "deadline", "lost_since", "on", "phone_clock", "posted", "retention", "seen",
        "taken_by", "taken_when", "value",
    }
)  # fmt: skip
"""The parameters whose values are looked at by `_stated`, which is loaded only for them."""
# A user name begins so on most platforms; a file that is there is meant all the same.
_ACCOUNTS: Final = frozenset({"account", "channel", "sender", "value", "who"})
_USER_NAME: Final = re.compile(r"@\w[\w.\-]*")


def read_texts(setting: Setting, given: dict[str, Any], annotations: Mapping[str, Any]) -> None:
    """Put texts in the place of `-` and `@FILE`.

    Args:
        setting: Says whether a person can be asked.
        given: Values by parameter, changed in place.
        annotations: Of the parameters, as typer reads them: they name the flags.

    Raises:
        UsageError: A text cannot be read, or two are to come from standard input.
    """
    reader = _TextReader(setting)
    for name in given.keys() & TEXTS:
        value, flag = given[name], _flag(name, annotations)
        if isinstance(value, str):
            given[name] = reader.text(value, name, flag)
        elif isinstance(value, (list, tuple)):
            given[name] = [reader.text(each, name, flag) for each in value]


class _TextReader:
    """Reads the texts of one command line; standard input holds one of them, or the passphrase."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._is_read = setting.passphrase_file == "-"  # noqa: S105 - standard input

    def text(self, value: str, name: str, flag: str) -> str:
        if value == "-":
            return self._typed(flag)
        if not value.startswith("@"):
            return value
        path = Path(value[1:])
        if name in _ACCOUNTS and _USER_NAME.fullmatch(value) and not path.exists():
            return value
        return _text_in(path)

    def _typed(self, flag: str) -> str:
        if self._setting.asks:
            self._setting.unlock_first()
            return self._setting.screen.ask("ask.text", flag=flag)
        if self._is_read:
            raise UsageError("text-twice")
        self._is_read = True
        return _text_in(None)


def _flag(name: str, annotations: Mapping[str, Any]) -> str:
    """Return what a person knows a parameter by: its flag, or its place in the usage line."""
    for told in get_args(annotations.get(name)):
        flags = [each for each in getattr(told, "param_decls", None) or () if each.startswith("-")]
        if flags:
            return str(flags[0])
        if type(told).__name__ == "ArgumentInfo":
            return str(told.metavar)
    return f"--{name.replace('_', '-')}"


def _text_in(path: Path | None) -> str:
    """Return the text of a file, or of standard input.

    Raises:
        UsageError: It cannot be read, is empty, or is too long.
    """
    try:
        if path is None:
            data = sys.stdin.buffer.read(_LONGEST_TEXT_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(_LONGEST_TEXT_BYTES + 1)
        text = data.decode("utf-8-sig").strip()
    except (OSError, AttributeError, UnicodeDecodeError) as error:
        raise UsageError("text-unreadable", path=str(path or "-")) from error
    if not text or len(data) > _LONGEST_TEXT_BYTES:
        raise UsageError("text-unreadable", path=str(path or "-"))
    return text
