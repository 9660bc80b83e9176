"""The keyboard: every question of the program is asked here, and no secret that was typed is taken for an answer."""

from __future__ import annotations

import secrets
import sys
from contextvars import ContextVar
from typing import Final

_OF_THIS_PROCESS: Final = secrets.token_bytes(32)
# Somebody who types an answer where a passphrase was asked for must be able to give that answer afterwards.
_SHORTEST_GUESS: Final = 8


class Keyboard:
    """A person's keyboard, and the secrets that were typed on it as long as this process lives."""

    def __init__(self) -> None:
        self._secrets: set[bytes] = set()

    @property
    def is_there(self) -> bool:
        """Say whether a person can be asked."""
        return sys.stdin is not None and sys.stdin.isatty()

    def line(self, prompt: str, question: str) -> str:
        """Ask for a line of text; return it with its line end, "" where the input ends.

        Args:
            prompt: Shown as it is.
            question: Id of the question; nothing is shown of it.
        """
        del question
        sys.stderr.write(prompt)
        sys.stderr.flush()
        return sys.stdin.readline()

    def line_within(self, seconds: float, prompt: str, question: str) -> str | None:
        """Ask for a line of text within a time; None when it ran out.

        Windows cannot wait for a terminal: there the line is waited for without an end.

        Args:
            seconds: How long.
            prompt: Shown as it is.
            question: Id of the question.
        """
        import select

        sys.stderr.write(prompt)
        sys.stderr.flush()
        try:
            typed = bool(select.select([sys.stdin], [], [], seconds)[0])
        except (OSError, ValueError):
            typed = True
        return self.line("", question) if typed else None

    def secret(self, prompt: str, question: str) -> str:
        """Ask for a secret, unseen.

        Args:
            prompt: Shown as it is.
            question: Id of the question; nothing is shown of it.

        Raises:
            EOFError: The input ended.
        """
        import getpass

        del question
        return getpass.getpass(prompt, stream=sys.stderr)

    def keep_secret(self, secret: str, *, proven: bool = False) -> None:
        """Remember a secret, so that it is never taken for an answer.

        Args:
            secret: As it was typed, or read from a file.
            proven: It opened what it was typed for; a short guess that did not may be an answer too early.
        """
        if secret.strip() and (proven or len(secret.strip()) >= _SHORTEST_GUESS):
            self._secrets.add(_fingerprint(secret.strip()))

    def is_secret(self, text: str) -> bool:
        """Say whether a text is a secret that was typed before."""
        return _fingerprint(text.strip()) in self._secrets


KEYBOARD: ContextVar[Keyboard] = ContextVar("keyboard", default=Keyboard())  # noqa: B039 - one keyboard a process
"""The keyboard of this process."""


def _fingerprint(secret: str) -> bytes:
    """Return the digest by which a secret is known again as long as this process lives."""
    import hashlib

    return hashlib.blake2b(secret.encode("utf-8", "surrogatepass"), key=_OF_THIS_PROCESS).digest()
