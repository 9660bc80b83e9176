"""Errors about keys: the codes 30 to 39."""

from __future__ import annotations

from evidence_kit.errors import EvidenceError, Exit


class WrongPassphraseError(EvidenceError):
    """The passphrase does not open the station key."""

    exit_code = Exit.WRONG_PASSPHRASE


class KeyMissingError(EvidenceError):
    """A key file that is needed is not there."""

    exit_code = Exit.KEY_MISSING


class KeyUnreadableError(EvidenceError):
    """A file is there but is no key that the kit can use."""

    exit_code = Exit.KEY_UNREADABLE


class NoReaderError(EvidenceError):
    """None of the keys at hand opens this case."""

    exit_code = Exit.NO_READER


class WeakPassphraseError(EvidenceError):
    """A passphrase for the station key is too short."""

    exit_code = Exit.WEAK_PASSPHRASE


class NameUnknownError(EvidenceError):
    """No key is known by a name: perhaps it was forgotten already, so whoever asked for that has it."""

    exit_code = Exit.INCOMPLETE


class NotConfirmedError(EvidenceError):
    """The typed-back text does not agree with the one that was shown."""

    exit_code = Exit.NOT_CONFIRMED


class HandedOnError(EvidenceError):
    """The case was handed to another station: with this key it can be read, and nothing can be added."""

    exit_code = Exit.HANDED_ON
