import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_kit.custody import chain, clear_lines, journal
from evidence_kit.custody.event import Event
from evidence_kit.custody.journal import LogHead
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import GENESIS, Json, Weight
from tests.golden.example import RECIPIENT

CASE = "LRC-2026-0007"
NOW = datetime(2026, 11, 23, 18, 48, tzinfo=UTC)
KEY = SigningKey.from_seed(bytes(range(32)))
OTHER = SigningKey.from_seed(bytes(range(1, 33)))
BODY = sha256(b"a body")
NEWER_RECIPIENT = "age1r87hv8nwsu2h5ahap6khmpjfkhm4lf76309sdn4fxvfr55aajuzqkj3t5n"


def opened(signers: Sequence[SigningKey] = (KEY,)) -> Event:
    lines: Json = [each.public.line for each in signers]
    return Event(
        "case.opened", {}, clear={"format": clear_lines.FORMAT, "case": CASE, "recipient": RECIPIENT, "signers": lines}
    )


def note(text: str) -> Event:
    return Event("note", {"text": text, "readers": []})


def log(*commits: tuple[SigningKey, list[Event]], start: LogHead | None = None) -> list[bytes]:
    """Return the log's commits, each as the bytes that were appended."""
    head = start or LogHead(CASE, 0, GENESIS)
    written = []
    for key, events in commits:
        linked = journal.link_events(head, events, NOW, lambda: bytes(16))
        commit = journal.sign_commit(CASE, linked, BODY, key)
        head = commit.head
        written.append(commit.data)
    return written


SMALL = b"".join(log((KEY, [opened(), note("one")]), (KEY, [note("two"), note("three")])))


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in chain.replay_log([data]).findings]


def broken(data: bytes) -> bool:
    return any(finding.weight is Weight.BROKEN for finding in chain.replay_log([data]).findings)


def test_an_intact_log_has_no_finding() -> None:
    replayed = chain.replay_log([SMALL])
    assert not replayed.findings
    assert replayed.custody.signed_lines == 6
    assert replayed.custody.head.hex == hashlib.sha256(SMALL.splitlines()[-1]).hexdigest()
    assert [signed.line for signed in replayed.custody.commits] == [3, 6]


@pytest.mark.parametrize("at", range(len(SMALL)))
def test_every_flipped_byte_breaks_the_log(at: int) -> None:
    for mask in (0x01, 0x20, 0x80, 0xFF):
        changed = bytearray(SMALL)
        changed[at] ^= mask
        assert broken(bytes(changed))


def test_a_log_cut_anywhere_is_found_unless_it_is_cut_behind_a_signature() -> None:
    ends = {chain.replay_log([SMALL]).custody.commits[0].end_bytes, len(SMALL)}
    for length in range(len(SMALL)):
        assert bool(codes(SMALL[:length])) == (length not in ends)


@given(order=st.permutations(SMALL.splitlines(keepends=True)))
def test_moved_lines_break_the_log(order: list[bytes]) -> None:
    assert broken(b"".join(order)) == (b"".join(order) != SMALL)


@given(gone=st.sets(st.integers(0, 5), min_size=1, max_size=5))
def test_removed_lines_are_found(gone: set[int]) -> None:
    lines = SMALL.splitlines(keepends=True)
    left = b"".join(line for number, line in enumerate(lines) if number not in gone)
    whole_commits_gone_from_the_end = gone == {3, 4, 5}
    assert bool(codes(left)) == (not whole_commits_gone_from_the_end)


@pytest.mark.parametrize("at", range(7))
def test_a_doubled_line_breaks_the_log(at: int) -> None:
    lines = SMALL.splitlines(keepends=True)
    lines.insert(at, lines[min(at, 5)])
    assert broken(b"".join(lines))


def test_event_lines_behind_the_last_signature_are_an_interrupted_commit() -> None:
    more = log((KEY, [note("four"), note("five")]), start=head_of(SMALL))[0]
    first_line = more.splitlines(keepends=True)[0]
    replayed = chain.replay_log([SMALL + first_line + more[len(first_line) : len(first_line) + 40]])
    assert [(each.code, each.weight) for each in replayed.findings] == [("log-tail-unfinished", Weight.NOTE)]
    assert replayed.custody.signed_lines == 6
    assert replayed.custody.end_bytes == len(SMALL)


def test_every_cut_of_a_commit_that_was_being_written_is_an_interruption() -> None:
    more = log((KEY, [note("four"), note("five")]), start=head_of(SMALL))[0]
    for length in range(1, len(more)):
        assert codes(SMALL + more[:length]) == ["log-tail-unfinished"]
    assert codes(SMALL + more) == []


def head_of(data: bytes) -> LogHead:
    lines = data.splitlines()
    return LogHead(CASE, len(lines), sha256(lines[-1]))


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: SMALL + log((OTHER, [note("x")]), start=head_of(SMALL))[0], "log-signer-not-allowed"),
        (lambda: SMALL + b"garbage\n", "log-line-malformed"),
        (lambda: SMALL + b"\n", "log-line-malformed"),
        (lambda: SMALL + b'{"v":1}\n', "log-line-malformed"),
        (lambda: SMALL + SMALL, "log-line-misnumbered"),
        (lambda: b"".join(log((OTHER, [opened([KEY])]))), "log-signer-not-allowed"),
        (lambda: b"", "log-nothing-signed"),
        (lambda: b"\x00" * 200_000, "log-line-malformed"),
        (lambda: b"x" * 300_000, "log-line-malformed"),
    ],
)
def test_planted_lines_are_found(make: Callable[[], bytes], expected: str) -> None:
    assert expected in codes(make())


def test_a_signer_who_was_added_may_sign_and_one_who_was_removed_may_not() -> None:
    add = Event("signer.added", {}, clear={"signer": OTHER.public.line})
    remove = Event("signer.removed", {}, clear={"signer": OTHER.public.line})
    first = log((KEY, [opened()]), (KEY, [add]), (OTHER, [note("mine")]), (KEY, [remove]))
    assert codes(b"".join(first)) == []
    late = log((OTHER, [note("too late")]), start=head_of(b"".join(first)))
    assert "log-signer-not-allowed" in codes(b"".join(first + late))


def test_a_signer_cannot_be_added_by_the_commit_that_needs_it() -> None:
    add = Event("signer.added", {}, clear={"signer": OTHER.public.line})
    assert "log-signer-not-allowed" in codes(b"".join(log((KEY, [opened()]), (OTHER, [add]))))


def test_when_all_signers_are_gone_line_one_does_not_bring_them_back() -> None:
    remove = Event("signer.removed", {}, clear={"signer": KEY.public.line})
    written = log((KEY, [opened()]), (KEY, [remove]), (KEY, [note("still here")]))
    assert "log-signer-not-allowed" in codes(b"".join(written))


@pytest.mark.parametrize(
    ("kind", "clear"),
    [
        ("reader.granted", {"key": "../../x", "sha256": "0" * 64}),
        ("reader.granted", {"key": "K0001", "sha256": "zz"}),
        ("signer.added", {"signer": "ssh-rsa AAAA"}),
        ("signer.added", {"signer": 7}),
        ("signer.removed", {"signer": None}),
        ("signer.removed", {"signer": OTHER.public.line}),
        ("case.opened", {"format": clear_lines.FORMAT, "case": CASE, "recipient": "r", "signers": []}),
        ("anchored", {"line": 900, "token": ""}),
        ("destroyed", {"objects": ["E000009"], "bodies": []}),
        ("destroyed", {"objects": [], "bodies": [{"line": 99, "sha256": "0" * 64}]}),
        ("recipient.changed", {}),
    ],
)
def test_what_is_said_in_clear_and_makes_no_sense_is_found(kind: str, clear: dict[str, Json]) -> None:
    written = log((KEY, [opened()]), (KEY, [Event(kind, {}, clear=clear)]))
    assert codes(b"".join(written)) == ["log-clear-not-understood"]


def test_what_is_said_in_clear_takes_effect() -> None:
    digest = "ab" * 32
    written = log(
        (KEY, [opened()]),
        (
            KEY,
            [
                Event("item.kept", {}, object="E000001", stored=sha256(b"1")),
                Event("reader.granted", {}, clear={"key": "K0001", "sha256": digest}),
                Event("recipient.changed", {}, clear={"recipient": NEWER_RECIPIENT}),
                Event("anchored", {}, clear={"line": 2, "token": "AA=="}),
            ],
        ),
        (KEY, [Event("destroyed", {}, clear={"objects": ["E000001"], "bodies": [{"line": 2, "sha256": digest}]})]),
    )
    custody = chain.replay_log([b"".join(written)]).custody
    assert custody.readers["K0001"].digest.hex == digest
    assert custody.recipient == NEWER_RECIPIENT
    assert custody.objects == {}
    assert custody.bodies[2].digest.hex == digest


def test_an_item_cannot_be_stored_twice() -> None:
    item = Event("item.kept", {}, object="E000001", stored=sha256(b"1"))
    assert codes(b"".join(log((KEY, [opened(), item]), (KEY, [item])))) == ["log-object-twice"]


@settings(max_examples=50)
@given(sizes=st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_the_size_of_the_pieces_does_not_matter(sizes: list[int]) -> None:
    parts, at = [], 0
    for size in sizes:
        parts.append(SMALL[at : at + size])
        at += size
    assert not chain.replay_log([*parts, SMALL[at:]]).findings


def test_a_commit_has_at_least_one_event() -> None:
    with pytest.raises(ValueError, match="at least one"):
        journal.link_events(LogHead(CASE, 0, GENESIS), [], NOW, lambda: bytes(16))


def test_a_line_that_would_be_too_long_is_not_written() -> None:
    huge = Event("recipient.changed", {}, clear={"recipient": "x" * 70_000})
    with pytest.raises(ValueError, match="longer"):
        journal.link_events(LogHead(CASE, 0, GENESIS), [huge], NOW, lambda: bytes(16))


def test_a_custody_grows_by_a_commit_as_if_it_had_been_read_again() -> None:
    first, second = log((KEY, [opened()]), (KEY, [note("two")]))
    grown = chain.replay_log([first]).custody
    assert chain.resume_custody(grown, second) == ()
    whole = chain.replay_log([first + second]).custody
    assert (grown.commits, grown.head, grown.end_bytes) == (whole.commits, whole.head, whole.end_bytes)
    assert [each.code for each in chain.resume_custody(grown, b"garbage\n")] == [
        "log-line-malformed",
        "log-tail-unsigned",
    ]


@pytest.mark.parametrize("signers", [["ssh-ed25519 nonsense"], [KEY.public.line, "x"], "one", 7, None])
def test_a_first_line_whose_signers_make_no_sense_opens_nothing(signers: Json) -> None:
    event = Event(
        "case.opened", {}, clear={"format": clear_lines.FORMAT, "case": CASE, "recipient": "r", "signers": signers}
    )
    assert codes(b"".join(log((KEY, [event]))))


def test_a_line_with_a_signature_that_is_none_is_found() -> None:
    lines = SMALL.splitlines(keepends=True)
    start = lines[5].index(b'"sig":"') + 7
    end = lines[5].index(b'"', start)
    lines[5] = lines[5][:start] + b"AAAA" + lines[5][end:]
    assert "log-signature-invalid" in codes(b"".join(lines))
