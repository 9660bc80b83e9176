"""The dimensions that cases are counted by, and the classes of each, which are fixed beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

PLATFORMS: Final = (
    "whatsapp", "messenger", "instagram", "telegram", "sms", "mail", "signal", "x", "snapchat", "tiktok", "imessage",
    "discord", "google-chat", "viber", "hangouts", "skype", "line",
)  # fmt: skip
KINDS: Final = ("money", "pictures", "acts", "silence", "other")
OUTCOMES: Final = ("stopped", "complaint", "judged", "withdrawn", "lost-contact", "other")
# Lower ends of classes of sums, in dirhams.
AMOUNT_STEPS: Final = (0, 1_000, 5_000, 20_000)
AMOUNTS: Final = ("under-1000", "1000-4999", "5000-19999", "20000-up", "unclear", "none")
AGES: Final = ("adult", "minor", "unknown")

MONTH: Final = "month"
AGE: Final = "age"
PLATFORM: Final = "platform"
CLASSES: Final[dict[str, Sequence[str]]] = {
    AGE: AGES,
    PLATFORM: (*PLATFORMS, "other", "several", "none"),
    "demand": (*KINDS, "several", "unsaid", "none"),
    "channel": (*PLATFORMS, "call", "mouth", "other", "several", "unsaid", "none"),
    "amount": AMOUNTS,
    "outcome": ("open", "closed", *OUTCOMES),
}
"""Classes by dimension, but for months, which follow from the period."""


def months_between(first: str, last: str) -> tuple[str, ...]:
    """Return the months from one to another, such as `2026-01`, both included; none where they stand the wrong way."""
    start, end = _number(first), _number(last)
    return tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, end + 1))


def dimensions(first: str, last: str) -> dict[str, Sequence[str]]:
    """Return every dimension of a report over a period, with all of its classes."""
    return CLASSES | {MONTH: months_between(first, last)}


def _number(month: str) -> int:
    year, _, place = month.partition("-")
    return 12 * int(year) + int(place) - 1
