"""Secrets and comparisons that a person types: an archive's passphrase, the end of a fingerprint."""

from __future__ import annotations

from evidence_kit.commands._setting import Setting, secret_from
from evidence_kit.errors import UsageError

_TYPED_BACK = 6


def archive_digits(setting: Setting, secret_file: str | None) -> str:
    """Return an archive's passphrase: out of its file, or as a person types it.

    Raises:
        UsageError: It is none, or there is no file and nobody to ask.
    """
    from evidence_kit.sealing.passphrase import PassphraseFormError, normalise_passphrase

    if secret_file is None and not setting.asks:
        raise UsageError("needed", fact="archive-passphrase", flag="--archive-passphrase-file")

    def typed() -> str:
        if secret_file is not None:
            given = secret_from(secret_file).decode("utf-8", "replace")
        else:
            given = setting.screen.ask_secret("ask.archive-passphrase")
        try:
            return normalise_passphrase(given)
        except PassphraseFormError as error:
            raise UsageError("archive-passphrase-malformed") from error

    return typed() if secret_file is not None else setting.tried(typed, UsageError)


def compared_by_voice(setting: Setting, fingerprint: str, confirm: str | None) -> str:
    """Return a fingerprint whose end was typed back after a comparison by voice.

    Raises:
        NotConfirmedError: What was typed is not its end.
    """
    from evidence_kit.keys.errors import NotConfirmedError

    setting.screen.show("grant.fingerprint", fingerprint=fingerprint)

    def compared() -> str:
        typed = setting.given_or_asked(confirm, "ask.fingerprint-end", "--confirm")
        if typed.strip() != fingerprint[-_TYPED_BACK:]:
            raise NotConfirmedError("fingerprint-not-confirmed", fingerprint=fingerprint)
        return fingerprint

    return compared() if confirm is not None else setting.tried(compared, NotConfirmedError)
