"""The register of stations: whatever is cut, moved, forged or entered by a lost key does not hold."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from evidence_kit.custody.register import (
    Register,
    UnsoundRegisterError,
    _signed_line,
    founding_line,
    read_register,
)
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json

RECOVERY, LARACHE, TETOUAN, STRANGER = (SigningKey.from_seed(bytes([n]) * 32) for n in range(1, 5))
TIME = "2026-03-05T12:00:00.000000Z"
HEADS: list[Json] = [hashlib.sha256(bytes([n])).hexdigest() for n in range(4)]


def grown(*entries: tuple[str, dict[str, Json], SigningKey]) -> bytes:
    data = founding_line("LRC", RECOVERY, TIME)
    for kind, facts, key in entries:
        data += read_register(data).next_line(kind, facts, key, TIME)
    return data


Entry = tuple[str, dict[str, Json], SigningKey]
LET_IN: list[Entry] = [
    ("station", {"key": LARACHE.public.line, "name": "Larache 1"}, RECOVERY),
    ("station", {"key": TETOUAN.public.line, "name": "Tetouan"}, RECOVERY),
]
ENTERED: Entry = ("heads", {"heads": HEADS[:2]}, LARACHE)
IS_LOST: Entry = ("lost", {"station": LARACHE.public.fingerprint, "since": TIME, "why": "stolen"}, RECOVERY)
WHOLE = grown(*LET_IN, ENTERED, IS_LOST, ("heads", {"heads": HEADS[1:]}, TETOUAN))


def test_a_register_says_what_was_entered() -> None:
    register = read_register(WHOLE)
    assert (register.association, register.recovery) == ("LRC", RECOVERY.public)
    assert [each.name for each in register.stations.values()] == ["Larache 1", "Tetouan"]
    assert register.heads[str(HEADS[1])].line == 4
    assert register.heads[str(HEADS[3])].by == TETOUAN.public.fingerprint
    assert register.lost[LARACHE.public.fingerprint].why == "stolen"
    assert len(register.digests) == 6


def test_a_byte_anywhere_and_an_end_that_is_cut_are_found() -> None:
    for at in range(0, len(WHOLE), 3):
        if WHOLE[at : at + 1] != b"\n":
            with pytest.raises(UnsoundRegisterError):
                read_register(WHOLE[:at] + bytes([WHOLE[at] ^ 1]) + WHOLE[at + 1 :])
        if at and WHOLE[at - 1 : at] != b"\n":
            with pytest.raises(UnsoundRegisterError):
                read_register(WHOLE[:at])


def test_lines_cannot_be_taken_away_or_moved() -> None:
    lines = WHOLE.splitlines(keepends=True)
    for at in range(len(lines) - 1):
        with pytest.raises(UnsoundRegisterError):
            read_register(b"".join(lines[:at] + lines[at + 1 :]))
        with pytest.raises(UnsoundRegisterError):
            read_register(b"".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]))


@pytest.mark.parametrize("entry", [
    ("heads", {"heads": HEADS}, STRANGER), ("heads", {"heads": HEADS}, RECOVERY), ("heads", {"heads": HEADS}, LARACHE),
    ("heads", {"heads": ["x"]}, TETOUAN), ("heads", {"heads": [1]}, TETOUAN), ("heads", {}, TETOUAN),
    ("station", {"key": STRANGER.public.line, "name": "x"}, TETOUAN), ("founded", {"association": "X"}, RECOVERY),
    ("station", {"key": TETOUAN.public.line, "name": "again"}, RECOVERY), ("other", {}, RECOVERY),
    ("station", {"key": STRANGER.public.line, "name": ""}, RECOVERY),
    ("lost", {"station": TETOUAN.public.fingerprint, "since": TIME, "why": "x"}, TETOUAN),
    ("lost", {"station": LARACHE.public.fingerprint, "since": TIME, "why": "again"}, RECOVERY),
    ("lost", {"station": TETOUAN.public.fingerprint, "since": "today", "why": "x"}, RECOVERY),
    ("stamped", {"token": "AAAA", "covers": 7}, TETOUAN), ("stamped", {"token": "?", "covers": 1}, TETOUAN),
    ("stamped", {"token": base64.b64encode(b"t").decode(), "covers": "1"}, TETOUAN),
])  # fmt: skip
def test_whoever_may_not_say_so_does_not(entry: Entry) -> None:
    kind, facts, key = entry
    with pytest.raises(UnsoundRegisterError) as raised:
        read_register(WHOLE + read_register(WHOLE).next_line(kind, facts, key, TIME))
    assert raised.value.line == 7


def test_a_register_is_founded_by_the_key_that_it_names() -> None:
    line = _signed_line(1, "founded", {"association": "LRC", "key": RECOVERY.public.line}, STRANGER, TIME, "0" * 64)
    with pytest.raises(UnsoundRegisterError):
        read_register(line)
    with pytest.raises(UnsoundRegisterError):
        read_register(b"\n")


def test_a_line_in_another_form_is_refused() -> None:
    first = founding_line("LRC", RECOVERY, TIME)
    told = json.loads(first)
    signature = told.pop("sig")
    spaced = json.dumps(told).encode()
    forged = base64.b64encode(RECOVERY.sign(spaced, "evidence-kit-register").blob)
    assert signature
    with pytest.raises(UnsoundRegisterError):
        read_register(spaced[:-1] + b',"sig":"' + forged + b'"}\n')


def test_a_register_of_many_heads_is_read_fast() -> None:
    heads = [hashlib.sha256(n.to_bytes(4)).hexdigest() for n in range(20_000)]
    assert len(read_register(grown(*LET_IN, ("heads", {"heads": list(heads)}, LARACHE))).heads) == 20_000
    assert isinstance(read_register(WHOLE), Register)
