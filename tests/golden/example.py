"""The worked example of FORMAT.md, computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from evidence_kit.custody import journal
from evidence_kit.custody.event import Event
from evidence_kit.custody.journal import LogHead
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import GENESIS

CASE = "LRC-2026-0007"
NOW = datetime(2026, 11, 23, 18, 48, 0, 123456, tzinfo=UTC)
RECIPIENT = "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq"


@dataclass(frozen=True)
class Example:
    openings: list[str]
    log: str
    checkpoint: str
    receipt: str


def salts() -> Iterator[bytes]:
    number = 0
    while True:
        number += 1
        yield number.to_bytes(16, "big")


def key() -> SigningKey:
    return SigningKey.from_seed(bytes(range(32)))


def example() -> Example:
    clear = {"format": "evidence-kit/1", "case": CASE, "recipient": RECIPIENT, "signers": [key().public.line]}
    events = [
        Event("case.opened", {"by": "Salma B.", "kit": "1", "association": "LRC"}, clear=clear),
        Event("note", {"by": "Salma B.", "kit": "1", "text": "صورة « à vérifier »", "readers": ["lawyer"]}),
    ]
    fresh = salts()
    linked = journal.link_events(LogHead(CASE, 0, GENESIS), events, NOW, lambda: next(fresh))
    commit = journal.sign_commit(CASE, linked, sha256(b"not really encrypted"), key())
    return Example(
        openings=linked.body.decode().splitlines(),
        log=commit.data.decode(),
        checkpoint=commit.checkpoint.text.decode(),
        receipt=commit.checkpoint.receipt_code,
    )
