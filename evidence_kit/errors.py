"""Every error that a person can meet: a code, a message id and values, never a sentence."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Every exit code of the program; a code once released is never reused. README.md has the same table, tested."""

    DONE = 0
    BUG = 1
    USAGE = 2
    INCOMPLETE = 3
    BROKEN = 4
    NOT_CHECKED = 5
    SOURCE_MISSING = 10
    DISK_FULL = 11
    DISK_FAILURE = 12
    SYSTEM_LIMIT = 13
    SOURCE_GONE = 14
    NO_CASE = 20
    CASE_LOCKED = 21
    CASE_OLDER = 22
    EXISTS = 23
    NO_ITEM = 24
    NO_STATION = 25
    STATION_EXISTS = 26
    CHAT_NOT_READ = 27
    EXPORT_EXISTS = 28
    CASE_DESTROYED = 29
    WRONG_PASSPHRASE = 30
    KEY_MISSING = 31
    KEY_UNREADABLE = 32
    NO_READER = 33
    WEAK_PASSPHRASE = 34
    NOT_CONFIRMED = 35
    HANDED_ON = 36
    NO_CONSENT = 40
    NOTHING_TO_SEAL = 41
    SEAL_EXISTS = 42
    SEAL_FAILED = 43
    STAMP_REFUSED = 44
    RECEIVED_REFUSED = 45
    NO_SEAL = 46
    REPORT_FAILED = 50
    LINK_SET = 51
    COUNTS = 52
    REGISTER = 53
    INTERRUPTED = 130


class EvidenceError(Exception):
    """Trouble with a whole command.

    Attributes:
        exit_code: What the program ends with.
        message_id: Names two sentences in the word catalogues: `error.<id>.what` and `error.<id>.do`.
        values: What these sentences need. No secret is ever among them.
    """

    exit_code: Exit = Exit.BUG

    def __init__(self, message_id: str, **values: str | int) -> None:
        super().__init__(message_id)
        self.message_id = message_id
        self.values = values

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.message_id}({listed})"


def place_of(error: BaseException) -> str:
    """Return module and line of the innermost frame of ours: enough to report, and no person's data."""
    place, trace = "?", error.__traceback__
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("evidence_kit"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class UsageError(EvidenceError):
    """A fact is missing or a flag does not fit."""

    exit_code = Exit.USAGE
