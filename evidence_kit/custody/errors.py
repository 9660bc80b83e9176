"""Errors about a case: the codes 20 to 29, and 4 where the evidence itself is broken."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError, Exit


class NoCaseError(EvidenceError):
    """There is no case where one was looked for."""

    exit_code = Exit.NO_CASE


class CaseLockedError(EvidenceError):
    """Another process is writing to the case."""

    exit_code = Exit.CASE_LOCKED


class CaseOlderError(EvidenceError):
    """The folder does not descend from the state that this station remembers."""

    exit_code = Exit.CASE_OLDER


class PathTakenError(EvidenceError):
    """The path for a new file or folder is taken."""

    exit_code = Exit.EXISTS


class CaseExistsError(PathTakenError):
    """The path for a new case is taken."""


class NoItemError(EvidenceError):
    """The case has no such item."""

    exit_code = Exit.NO_ITEM


class NoStationError(EvidenceError):
    """This computer has no station yet."""

    exit_code = Exit.NO_STATION


class StationExistsError(EvidenceError):
    """This computer has a station already."""

    exit_code = Exit.STATION_EXISTS


class ChatNotReadError(EvidenceError):
    """An item could not be read as the conversation that it was when it was taken in."""

    exit_code = Exit.CHAT_NOT_READ


class ExportExistsError(EvidenceError):
    """The path for an export is taken."""

    exit_code = Exit.EXPORT_EXISTS


class CaseDestroyedError(EvidenceError):
    """The whole case was destroyed: nothing can be added to it."""

    exit_code = Exit.CASE_DESTROYED


class CaseNewerError(EvidenceError):
    """The case was written by a later version of the kit."""

    exit_code = Exit.NOT_CHECKED


class CaseBrokenError(EvidenceError):
    """The signed part of the case is damaged: nothing is written to it any more."""

    exit_code = Exit.BROKEN


class RegisterError(EvidenceError):
    """The register is damaged, forged, an unknown association's, or an earlier state than was seen here."""

    exit_code = Exit.REGISTER
