"""How the tests of this folder read samples and made-up exports."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

from evidence_kit.chats.format import ALONE, ChatFormat, Surroundings
from evidence_kit.chats.message import Entry, Message, Metadata, Unread
from evidence_kit.chats.registry import all_formats, format_named, read_export

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "chats"
LEDGER: list[dict[str, Any]] = tomllib.loads((SAMPLES / "LEDGER.toml").read_text("utf-8"))["sample"]
NAMES = [each.name for each in all_formats()]


def named(name: str) -> ChatFormat:
    found = format_named(name)
    assert found is not None
    return found


def sample_bytes(path: str) -> bytes:
    return (SAMPLES / path).read_bytes()


def entries_of(data: bytes, name: str, around: Surroundings = ALONE) -> list[Entry]:
    return list(read_export(io.BytesIO(data), named(name), around))


def messages_of(data: bytes, name: str, around: Surroundings = ALONE) -> list[Message]:
    return [entry for entry in entries_of(data, name, around) if isinstance(entry, Message)]


def sample_messages(path: str, name: str, beside: frozenset[str] | None = None) -> list[Message]:
    return messages_of(sample_bytes(path), name, Surroundings(path, beside))


def unread_of(data: bytes, name: str) -> list[Unread]:
    return [entry for entry in entries_of(data, name) if isinstance(entry, Unread)]


def decided(entries: list[Entry]) -> dict[str, Any]:
    return {entry.name: entry.value for entry in entries if isinstance(entry, Metadata)}


def assert_nothing_is_lost(entries: list[Entry], size_bytes: int) -> None:
    reached = 0
    for entry in entries:
        assert entry.place.start == reached
        assert entry.place.end >= reached
        reached = entry.place.end
    assert reached == size_bytes
