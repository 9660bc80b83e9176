"""The test vectors, as the lies that make them: small archives and case folders, the same bytes each time.

`python -m tests.vectors.made` writes `testvectors/` anew. What each must come to is said here by hand; the places of
its findings are what all verifiers say alike.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.meaning import stamps
from tests.meaning.story import (
    CASE,
    COLLEAGUE,
    RECOVERY,
    STATION,
    STRANGER,
    TEXT,
    TOKEN,
    Made,
    Story,
    reported,
    rich,
    small,
    write,
)  # fmt: skip
from tests.meaning.values import Pairs, Raw
from tests.meaning.writer import ARCHIVE, CHECKPOINT, SEAL, Bytes, Entry, Key, armour, lock, sha256, statement
from tests.meaning.writer import write_inner as inner_of

Lie = Callable[[Story], object]


@dataclass(frozen=True)
class Vector:
    """One archive, and what every verifier has to say of it.

    Attributes:
        name: Its folder.
        what: What was done to it, in one sentence.
        verdict: One of the four words.
        codes: Findings that it must give, each at least once; nothing else may be given.
        story: The case.
        lie: What is done to the case before it is written.
        after: What is done to the archive.
        beside: Statement and signature, made of the archive; None where none lies there.
        receipt: Which commit's code is typed, from the end; None where none is.
        origin: Where the code is said to come from.
        typed: The digits that are typed.
        part: Which part of the seal.
        folder: What is done to the files of a case folder; None for an archive.
        seed: Of the key that opens the folder; None where it is checked without.
        changes: What is done to a file of it before and after it is encrypted, by path.
        root: A root certificate that is given, in PEM.
        received: The receiver's signature, made of the archive and its statement.
        receivers: Public keys that whoever checks keeps as receivers'.
    """

    name: str
    what: str
    verdict: str
    codes: tuple[str, ...] = ()
    story: Callable[[], Story] = small
    lie: Lie = lambda _: None
    after: Bytes = bytes
    beside: Callable[[Made], tuple[bytes, bytes]] | None = None
    receipt: Callable[[Made], str] | None = None
    origin: str = "paper"
    typed: str | None = None
    part: int = 1
    folder: Callable[[dict[str, bytes]], object] | None = field(default=None)
    seed: bytes | None = None
    changes: Mapping[str, tuple[Bytes, Bytes]] = field(default_factory=dict)
    root: bytes | None = None
    received: Callable[[Made, bytes], bytes] | None = None
    receivers: tuple[str, ...] = ()


def made(vector: Vector) -> tuple[Made, bytes]:
    """Return what was written for a vector, and the archive as it is handed over."""
    story = vector.story()
    story.part = vector.part
    vector.lie(story)
    written = write(story)
    return written, vector.after(written.archive)


# --- what is done to a story -----------------------------------------------------------------------------------------


def _over(number: int, /, **said: Any) -> Lie:
    """Write other values into a line than what follows."""
    return lambda story: story.entries[number - 1].over.update(said)


def _field(number: int, /, **said: Any) -> Lie:
    return lambda story: story.entries[number - 1].fields.update(said)


def _clear(number: int, /, *, opened: bool = True, **said: Any) -> Lie:
    """Say other things in clear, and in the opening too unless told otherwise."""

    def lie(story: Story) -> None:
        entry = story.entries[number - 1]
        entry.fields["clear"].update(said)
        if opened and entry.opened is not None:
            entry.opened["clear"].update(said)

    return lie


def _opened(number: int, /, **said: Any) -> Lie:
    def lie(story: Story) -> None:
        opened = story.entries[number - 1].opened
        assert opened is not None
        opened.update(said)

    return lie


def _opened_clear(number: int, /, **said: Any) -> Lie:
    """Let an opening say in its clear part what its line does not."""

    def lie(story: Story) -> None:
        opened = story.entries[number - 1].opened
        assert opened is not None
        opened["clear"].update(said)

    return lie


def _unsaid(number: int) -> Lie:
    def lie(story: Story) -> None:
        opened = story.entries[number - 1].opened
        assert opened is not None
        del opened["clear"]

    return lie


def _plan(**said: Any) -> Lie:
    def lie(story: Story) -> None:
        story.plan.update(said)

    return lie


def _dressed(number: int, change: Bytes) -> Lie:
    return lambda story: setattr(story.entries[number - 1], "line", change)


def _written(number: int, change: Bytes) -> Lie:
    return lambda story: setattr(story.entries[number - 1], "opening", change)


def _signed_by(number: int, key: Key, namespace: str = CHECKPOINT) -> Lie:
    def lie(story: Story) -> None:
        entry = story.entries[number - 1]
        entry.key, entry.namespace = key, namespace

    return lie


def put(
    *entries: tuple[dict[str, Any], dict[str, Any]], withheld: bool = False, before: int = 2, key: Key = STATION
) -> Lie:
    """Put a commit before the last one: what each line says besides, and each opening."""

    def lie(story: Story) -> None:
        at = len(story.entries) - before
        time = story.entries[at - 1].fields["time"]
        lines = [
            Entry({"time": time, **said}, {"salt": f"{number + 240:032x}", **opened}, withheld)
            for number, (said, opened) in enumerate(entries)
        ]
        story.entries[at:at] = [*lines, Entry({"time": time, "bodies": sha256(b"more")}, key=key)]

    return lie


def _told(kind: str, said: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"clear": {"type": kind, **said}}, {"type": kind, "clear": {"type": kind, **said}}


def stamp(make: Callable[[bytes], bytes], at: object = "2026-11-23T19:00:00+00:00", over: int = 8) -> Lie:
    """Put a time stamp over a signature line into the log."""

    def lie(story: Story) -> None:
        line, opened = _told("anchored", {"line": over, "token": TOKEN})
        put((line, opened | {"authority": "CN=Clock", "stamped_at": at}))(story)
        story.entries[-4].stamp = lambda raw: base64.b64encode(make(raw)).decode()

    return lie


def _change(name: str, change: Bytes, when: str = "change") -> Lie:
    return lambda story: getattr(story.order, when).__setitem__(name, change)


def _replaced(name: str, old: bytes, new: bytes) -> Lie:
    return _change(name, lambda data: data.replace(old, new))


def _order(**said: Any) -> Lie:
    def lie(story: Story) -> None:
        for name, value in said.items():
            setattr(story.order, name, value)

    return lie


def _both(*lies: Lie) -> Lie:
    def lie(story: Story) -> None:
        for each in lies:
            each(story)

    return lie


def _elsewhere(raw: bytes) -> bytes:
    """Return a time stamp with a second one among what no signature covers."""
    root = stamps.answer(stamps.info(sha256(raw)))
    signer = next(each for each in stamps.every(root) if each.tag == 0xA1)
    assert isinstance(signer.value, list)
    signer.value.append(stamps.info("0" * 64, "20000101000000Z"))
    return root.data


def _sound(raw: bytes, time: str = "20261123190000Z") -> bytes:
    return stamps.answer(stamps.info(sha256(raw), time)).data


# --- beside the archive ----------------------------------------------------------------------------------------------


def stated(
    change: Callable[[list[str]], list[str]] = list, key: Key = STATION, space: str = ARCHIVE
) -> Callable[[Made], tuple[bytes, bytes]]:
    def beside(made_of: Made) -> tuple[bytes, bytes]:
        _, lines, head = made_of.written.checkpoint.decode().split("\n")[:3]
        rows = statement(CASE, lines, head, made_of.archive).decode().split("\n")[:-1]
        text = "".join(f"{row}\n" for row in change(rows)).encode()
        return text, armour(key.sign(text, space))

    return beside


def code_of(checkpoint: bytes) -> str:
    """Return the receipt code of a checkpoint (FORMAT.md, 5)."""
    import hashlib

    code = base64.b32encode(hashlib.sha256(checkpoint).digest()[:20]).decode()
    checked = code + base64.b32encode(hashlib.sha256(code.encode()).digest()[:5]).decode()[:4]
    return "-".join(checked[at : at + 4] for at in range(0, 36, 4))


def _point(lines: Sequence[bytes], number: int) -> bytes:
    """Return the checkpoint that a signature line signs."""
    signed = json.loads(lines[number - 1])
    return f"evidence-kit/1 {CASE}\n{number - 1}\n{signed['prev']}\n{signed['bodies']}\n".encode()


def _earlier_code(number: int) -> Callable[[Made], str]:
    """Type the code of an earlier signature line."""
    return lambda made_of: code_of(_point(made_of.written.lines, number))


def of_a_commit(kind: str, **lies: Any) -> Lie:
    """Put an event that says of signature line 8 what it is, but for what is lied."""

    def late(opened: dict[str, Any], lines: Sequence[bytes]) -> None:
        point = _point(lines, 8)
        if kind == "receipt.issued":
            opened.update({"code": code_of(point), "lines": 7, "signature_line": 8})
        else:
            opened.update(
                {"archive": "x", "lines": 7, "head": point.decode().split("\n")[2], "receipt": code_of(point)}
            )
        opened.update(lies)

    def lie(story: Story) -> None:
        put(({}, {"type": kind}))(story)
        story.entries[-4].late = late

    return lie


def _code(made_of: Made) -> str:
    return code_of(made_of.written.checkpoint)


def _alien(_: Made) -> str:
    return code_of(b"another case\n")


# --- the shell and the zip inside ------------------------------------------------------------------------------------


def _flipped(at: int) -> Bytes:
    return lambda data: bytes([*data[: at % len(data)], data[at % len(data)] ^ 1, *data[at % len(data) + 1 :]])


def _gap(data: bytes) -> bytes:
    at = data.index(b"PK\x03\x04", 4)
    return data[:at] + b"gap" + data[at:]


def _wrong_sum(data: bytes) -> bytes:
    at = data.index(b"READ-ME-FIRST.txt") - 30 - len(CASE) - 1 + 14
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _moved(names: list[str]) -> list[str]:
    return [*names[:4], names[5], names[4], *names[6:]]


def _crc(data: bytes) -> str:
    return f"{zlib.crc32(data):08x}"


def _kept(item: str, data: bytes, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    said = {
        "item": item,
        "path": "x",
        "size": len(data),
        "sha256": sha256(data),
        "crc32": _crc(data),
        "kind": dict(TEXT),
    }
    return {}, {"type": "item.kept", **said, **more}


def _with_object(item: str, event: tuple[dict[str, Any], dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"object": item, "stored": "0" * 64, **event[0]}, event[1]


def _other_item(story: Story) -> None:
    """Exchange an item's bytes for others that a later line vouches for."""
    other = b"no threat\n"
    story.data[0]["data/E000001.txt"] = other
    put(_kept("E000001", other))(story)
    _again(story)


def _again(story: Story) -> None:
    """Let plan and manifest agree with the data again."""
    from tests.meaning.story import paths

    story.plan["payload_manifest"] = sha256(paths(story.data[0]))


def _data(name: str, data: bytes | None) -> Lie:
    def lie(story: Story) -> None:
        if data is None:
            del story.data[0][name]
        else:
            story.data[0][name] = data
        _again(story)

    return lie


def destroyed(items: list[str], bodies: list[Any]) -> Lie:
    return put(_told("destroyed", {"objects": items, "bodies": bodies}))


def _renamed(story: Story) -> None:
    story.data[0]["data/E000001.bin"] = story.data[0].pop("data/E000001.txt")
    _again(story)


def _deep(story: Story) -> None:
    _opened(3, deep=Raw(b"[" * 64 + b"]" * 64))(story)


def _tail(data: bytes) -> Lie:
    def lie(story: Story) -> None:
        story.order.change["custody.jsonl"] = lambda log: log + data
        story.order.change["events.jsonl"] = lambda events: events + (b"\n" if data else b"")

    return lie


def _removed_signs(story: Story) -> None:
    put(_told("signer.removed", {"signer": RECOVERY.line}))(story)
    put(({}, {"type": "note", "text": "forged", "readers": []}), key=RECOVERY)(story)


_V = Vector
B, C, A, N = "BROKEN", "CONSISTENT", "ANCHORED", "NOT CHECKED"
_MISSING = ("opening-missing",)


def _good() -> Iterator[Vector]:
    yield _V("good-small", "Three items, one note withheld.", C)
    yield _V(
        "good-whole",
        "Every type that stands in clear; an item destroyed, one withheld, one blurred; a time stamp by nobody.",
        C,
        ("time-stamp-authority-unknown",),
        story=lambda: rich(parts=1),
    )
    yield _V("good-reported", "Three items, and two reports that the plan names.", C, story=reported)
    yield _V("good-viewable", "A text that keeps the ending of its kind, as the plan says.", C, lie=_viewable("html"))
    yield _V("good-part-1", "The same in two parts: the first.", C, ("time-stamp-authority-unknown",), story=rich)
    yield _V(
        "good-part-2", "The same in two parts: the second.", C, ("time-stamp-authority-unknown",), story=rich, part=2
    )
    yield _V(
        "good-64-levels",
        "An opening with 64 objects and lists in each other.",
        C,
        lie=_opened(3, deep=Raw(b"[" * 63 + b"]" * 63)),
    )
    yield _V(
        "good-2-to-53", "An opening with the largest numbers.", C, lie=_opened(3, number=2**53 - 1, less=-(2**53 - 1))
    )
    yield _V(
        "good-without-bag-count",
        "An archive in one part whose bag-info.txt counts no bags.",
        C,
        lie=_change("bag-info.txt", lambda data: data.partition(b"\n")[2]),
    )
    yield _V(
        "good-earlier-signers",
        "allowed_signers in the form of earlier versions.",
        C,
        ("allowed-signers-of-earlier-form", "time-stamp-authority-unknown"),
        story=lambda: rich(parts=1),
        lie=_change("allowed_signers", _earlier),
    )
    yield _V(
        "good-receipt-issued",
        "A receipt that was issued, said as it is.",
        C,
        lie=of_a_commit("receipt.issued"),
    )
    yield _V("good-sealed", "An archive that was sealed before, said as it is.", C, lie=of_a_commit("sealed"))
    yield _V(
        "receipt-blurred-behind",
        "A blurred copy that was made behind what the receipt fixes: of that item nothing is fixed.",
        A,
        lie=_blurred_now,
        receipt=_earlier_code(8),
    )
    yield _V("good-statement", "A statement beside it.", C, beside=stated())
    yield _V("receipt-paper", "A receipt code that was on paper before.", A, receipt=_code)
    yield _V(
        "receipt-told", "A receipt code that was read out by whoever holds the paper.", A, receipt=_code, origin="told"
    )
    yield _V(
        "receipt-came-along",
        "A receipt code that came with the archive.",
        C,
        ("receipt-came-along",),
        receipt=_code,
        origin="archive",
    )
    yield _V("receipt-alien", "A receipt code of another case.", B, ("receipt-not-found",), receipt=_alien)


def _blurred_now(story: Story) -> None:
    copy = b"\xff\xd8\xff\xe0 blurred"
    said = {"item": "E000001", "size": len(copy), "sha256": sha256(copy), "crc32": _crc(copy), "method": "blur"}
    del story.data[0]["data/E000001.txt"]
    story.data[0]["data/E000001-blurred.jpg"] = copy
    put(({}, {"type": "item.redacted", **said}))(story)
    story.plan.update({"blurred": [[1, 1]], "form": 2})
    _again(story)


def _earlier(_: bytes) -> bytes:
    spaces = "evidence-kit,evidence-kit-seal,evidence-kit-archive"
    keys = sorted((STATION, RECOVERY, COLLEAGUE), key=lambda key: key.fingerprint)
    return "".join(f'{CASE} namespaces="{spaces}" {key.line}\n' for key in keys).encode()


def _log() -> Iterator[Vector]:
    for name, what, lie in (
        ("space", "A space within a line.", _dressed(3, lambda data: data.replace(b":", b": ", 1))),
        ("point", "A line's number with a point.", _over(3, seq=Raw(b"3.0"))),
        ("exponent", "A line's number with an exponent.", _over(3, seq=Raw(b"3e0"))),
        ("true", "A line's version true in place of 1.", _over(3, v=True)),
        ("digits", "A line's number in quotes.", _over(3, seq="3")),
        ("huge", "A line's number beyond 2^53.", _over(3, seq=Raw(b"9007199254740993"))),
        ("mark", "A byte order mark before the first line.", _dressed(1, lambda data: b"\xef\xbb\xbf" + data)),
        ("utf-16", "The first line in UTF-16.", _dressed(1, lambda data: data.decode().encode("utf-16-le"))),
        ("latin-1", "A line that is no UTF-8.", _dressed(3, lambda data: data.replace(b"T18", b"T\xb18", 1))),
        ("order", "Keys out of order.", _over(3, commit=None, more=None)),
        ("twice", "A key twice.", _dressed(3, lambda data: data.replace(b'"seq":3', b'"seq":3,"seq":3', 1))),
        ("surrogate", "A lone surrogate in clear.", _clear(2, key=Raw(b'"\\ud800"'), opened=False)),
        ("clear-late", "Clear that begins with another key than its type.", _late),
        ("deep", "Clear with more than 64 levels.", _clear(2, more=Raw(b"[" * 63 + b"]" * 63))),
        ("day", "A day that is none.", _field(3, time="2026-02-30T18:01:00.000000Z")),
        ("id-zero", "An item with the number 0.", _field(5, object="E000000")),
        ("id-zeros", "An item id with a zero too many.", _field(5, object="E0000001")),
        ("object-alone", "An object without its digest.", _field(5, stored=Raw(b"null"))),
    ):
        first = name in {"mark", "utf-16"}
        yield _V(
            f"log-malformed-{name}",
            what,
            B,
            ("log-line-malformed", *(("log-nothing-signed",) if first else ())),
            lie=lie,
        )
    yield _V("log-misnumbered", "A line with the number of another.", B, ("log-line-misnumbered",), lie=_over(6, seq=9))
    yield _V(
        "log-chain", "A line that names another line before it.", B, ("log-chain-broken",), lie=_over(6, prev="0" * 64)
    )
    yield _V(
        "log-misdated-event",
        "An event line with another time than its commit.",
        B,
        ("log-line-misdated",),
        lie=_field(6, time="2026-11-23T18:59:00.000000Z"),
    )
    yield _V(
        "log-misdated-signature",
        "A signature line with another time than its commit.",
        B,
        ("log-line-misdated",),
        lie=_field(8, time="2026-11-23T18:59:00.000000Z"),
    )
    yield _V(
        "log-namespace",
        "A checkpoint signed for another purpose.",
        B,
        ("log-signature-invalid",),
        lie=_signed_by(8, STATION, SEAL),
    )
    yield _V(
        "log-sig-padded",
        "A signature in base64 with padding too many.",
        B,
        ("log-line-malformed",),
        lie=_over(8, sig=lambda sig: sig + "===="),
    )
    yield _V(
        "log-stranger", "A commit signed by a stranger.", B, ("log-signer-not-allowed",), lie=_signed_by(8, STRANGER)
    )
    yield _V(
        "log-in-a-name",
        "A commit signed by a stranger in a signer's name.",
        B,
        ("log-signature-invalid",),
        lie=_both(_signed_by(8, STRANGER), _over(8, by=STATION.fingerprint)),
    )
    yield _V(
        "log-removed-signer",
        "A commit signed by somebody who was removed.",
        B,
        ("log-signer-not-allowed",),
        lie=_removed_signs,
    )
    yield _V(
        "log-nothing-signed",
        "A log that nobody who may signed.",
        B,
        ("log-nothing-signed",),
        lie=_every_signed(STRANGER),
    )
    yield _V(
        "log-object-twice",
        "Two lines that put the same item there.",
        B,
        ("log-object-twice",),
        lie=put(_with_object("E000001", _kept("E000001", b"a threat\n"))),
    )
    yield _V(
        "log-object-after-destroyed",
        "The id of a destroyed item given again.",
        B,
        ("log-object-twice",),
        lie=_both(destroyed(["E000003"], []), put(_with_object("E000003", _kept("E000003", b"x")))),
    )
    yield _V("log-version", "A log of version 2.", N, ("log-version-unknown",), lie=_over(1, v=2))
    yield _V(
        "log-format",
        "A log of format evidence-kit/2.",
        N,
        ("log-version-unknown",),
        lie=_clear(1, format="evidence-kit/2"),
    )
    yield _V("log-tail-unsigned", "A line behind the last signature.", B, ("log-tail-unsigned",), lie=_tail(b"x\n"))
    yield _V(
        "log-tail-unfinished",
        "The beginning of a line behind the last signature.",
        B,
        ("log-tail-unfinished",),
        lie=_tail(b'{"v":1,"seq":'),
    )


def _late(story: Story) -> None:
    for holder in (story.entries[1].fields, story.entries[1].opened or {}):
        clear = dict(holder["clear"])
        holder["clear"] = {"key": clear.pop("key"), **clear}


def _every_signed(key: Key) -> Lie:
    def lie(story: Story) -> None:
        for entry in story.entries:
            if entry.key is not None:
                entry.key = key

    return lie


def _first_line(story: Story) -> None:
    entry = story.entries[0]
    said = {**entry.fields["clear"], "type": "signer.added", "signer": STATION.line}
    entry.fields["clear"], entry.opened = said, {**(entry.opened or {}), "type": "signer.added", "clear": dict(said)}


def _told_in_clear() -> Iterator[Vector]:
    refused = ("log-clear-not-understood",)
    for name, what, lie in (
        ("unknown", "A type that stands in clear and is none.", put(_told("report.made", {}))),
        (
            "opened-twice",
            "A case opened on another line than the first.",
            put(_told("case.opened", {"format": "evidence-kit/1", "case": CASE, "recipient": "age1", "signers": []})),
        ),
        (
            "signer-comment",
            "A signer's key with a comment.",
            put(_told("signer.added", {"signer": f"{COLLEAGUE.line} nadia"})),
        ),
        ("signer-removed", "A signer removed who is none.", put(_told("signer.removed", {"signer": STRANGER.line}))),
        ("recipient", "A recipient that is no age key.", put(_told("recipient.changed", {"recipient": "age1qqqq"}))),
        ("reader", "A key file granted twice.", put(_told("reader.granted", {"key": "K0001", "sha256": "0" * 64}))),
        (
            "reader-name",
            "A key file with a name that is a path.",
            put(_told("reader.granted", {"key": "../K0009", "sha256": "0" * 64})),
        ),
        ("destroyed-none", "An item destroyed that the log does not name.", destroyed(["E000009"], [])),
        ("destroyed-twice", "An item destroyed twice in one line.", destroyed(["E000003", "E000003"], [])),
        (
            "destroyed-text",
            "Destroyed items that are no list.",
            put(_told("destroyed", {"objects": "E000003", "bodies": []})),
        ),
        ("destroyed-body", "A body replaced that is none.", destroyed([], [{"line": 5, "sha256": "0" * 64}])),
        ("anchored-event", "A time stamp over an event line.", put(_told("anchored", {"line": 5, "token": TOKEN}))),
        ("anchored-true", "A time stamp over line true.", put(_told("anchored", {"line": True, "token": TOKEN}))),
        (
            "anchored-later",
            "A time stamp over a line that comes later.",
            put(_told("anchored", {"line": 14, "token": TOKEN})),
        ),
        (
            "anchored-padding",
            "A time stamp in base64 with padding too many.",
            put(_told("anchored", {"line": 4, "token": f"{TOKEN}===="})),
        ),
        (
            "anchored-spare-bits",
            "A time stamp in base64 whose last sign has bits to spare.",
            put(_told("anchored", {"line": 4, "token": "MAMCAQB="})),
        ),
    ):
        more = ("time-stamp-malformed", "time-stamp-of-another-line") if name.startswith("anchored") else ()
        yield _V(f"clear-{name}", what, B, (*refused, *more[:1]), lie=lie)
    yield _V(
        "clear-first-line",
        "A first line that lets a signer in, and opens no case.",
        B,
        (*refused, "log-signer-not-allowed", "log-tail-unsigned"),
        lie=_first_line,
    )
    yield _V(
        "clear-destroyed-whole",
        "A case destroyed as a whole whose items stay.",
        B,
        (*refused, "log-signer-not-allowed"),
        lie=destroyed([], [{"line": 4, "sha256": "0" * 64}]),
    )
    yield _V(
        "log-goes-on",
        "A case destroyed as a whole that goes on.",
        B,
        ("log-signer-not-allowed", "log-tail-unsigned"),
        lie=destroyed(["E000001", "E000002", "E000003"], [{"line": 4, "sha256": "0" * 64}]),
    )
    yield _V(
        "destroyed-item-here",
        "An item in data/ that a signed line says was destroyed.",
        B,
        ("item-destroyed", "seal-plan-miscounts"),
        lie=destroyed(["E000003"], []),
    )


def _openings() -> Iterator[Vector]:
    differ = ("opening-and-clear-differ",)
    yield _V(
        "opening-changed",
        "An opening that its line does not commit to.",
        B,
        ("opening-changed", "opening-missing"),
        lie=_over(3, commit="0" * 64),
    )
    for name, what, lie in (
        ("float", "A number with a point.", _opened(3, number=Raw(b"1.5"))),
        ("exponent", "A number with an exponent.", _opened(3, number=Raw(b"1e1"))),
        ("huge", "A number of 5,000 digits.", _opened(3, number=Raw(b"7" * 5000))),
        ("minus-zero", "Minus zero.", _opened(3, number=Raw(b"-0"))),
        ("key-twice", "A key twice.", _opened(3, what=Pairs([("a", 1), ("a", 1)]))),
        ("key-number", "A key that looks like a number.", _opened(3, what={"1": 1})),
        ("deep", "65 objects and lists in each other.", _deep),
        ("surrogate", "A lone surrogate.", _opened(3, text=Raw(b'"\\ud800"'))),
        ("escape", "An escape that is not needed.", _opened(3, text=Raw(b'"\\u0041"'))),
        ("no-utf-8", "Bytes that are no UTF-8.", _opened(3, text=Raw(b'"\xff"'))),
        ("salt", "A salt that is too short.", _opened(3, salt="0" * 30)),
        ("type", "A type with a sign that only looks like one of its own.", _opened(3, type="item.k\u0435pt")),
        ("mark", "A byte order mark.", _written(3, lambda data: b"\xef\xbb\xbf" + data)),
    ):
        yield _V(f"opening-{name}", what, B, ("opening-malformed", "opening-missing"), lie=lie)
    yield _V(
        "opening-clear-true",
        "An opening that says true where its line says 1.",
        B,
        differ,
        lie=_both(_clear(2, more=1), _opened_clear(2, more=True)),
    )
    yield _V(
        "opening-clear-order", "An opening that says the same as its line in another order.", B, differ, lie=_turned
    )
    yield _V(
        "opening-clear-late", "An opening whose clear part does not stand behind its type.", B, differ, lie=_moved_back
    )
    yield _V(
        "opening-clear-alone",
        "An opening of a type that stands in clear, on a line that says nothing in clear.",
        B,
        differ,
        lie=put(({}, {"type": "signer.removed", "signer": RECOVERY.line})),
    )
    yield _V(
        "opening-clear-none",
        "A line that says something in clear, and an opening that does not.",
        B,
        differ,
        lie=_unsaid(2),
    )
    item = ("item-and-line-differ",)
    yield _V(
        "item-second-opening",
        "A second opening for an item, on a line without an object, and bytes to go with it.",
        B,
        (*item, "item-changed"),
        lie=_other_item,
    )
    for name, what, item_id in (
        ("item", "What was witnessed bears the id of an item.", "E000001"),
        ("spelling", "What was witnessed bears an id in another spelling.", "W0000001"),
        ("list", "What was witnessed bears a list in place of an id.", ["W000001"]),
    ):
        yield _V(f"witnessed-{name}", what, B, item, lie=put(({}, {"type": "item.witnessed", "item": item_id})))
    for name, what, kind, said in (
        ("receipt-code", "A receipt that was issued, said with another code.", "receipt.issued", {"code": "A" * 44}),
        ("receipt-lines", "A receipt that was issued, said to fix more lines.", "receipt.issued", {"lines": 99}),
        ("receipt-line", "A receipt that was issued, of no line.", "receipt.issued", {"signature_line": 7}),
        ("receipt-later", "A receipt that was issued, of a later line.", "receipt.issued", {"signature_line": 14}),
        ("receipt-true", "A receipt that was issued, of line true.", "receipt.issued", {"signature_line": True}),
        ("sealed-head", "An archive that was sealed before, said to end otherwise.", "sealed", {"head": "0" * 64}),
        ("sealed-receipt", "An archive that was sealed before, with another code.", "sealed", {"receipt": "A" * 44}),
    ):
        yield _V(f"told-{name}", what, B, ("commit-told-differently",), lie=of_a_commit(kind, **said))
    yield _V(
        "item-without-object", "An item kept on a line that names no object.", B, item, lie=put(_kept("E000004", b"x"))
    )
    yield _V(
        "item-of-another",
        "An item kept on the line of another item.",
        B,
        (*item, "seal-plan-miscounts"),
        lie=put(_with_object("E000004", _kept("E000001", b"a threat\n"))),
    )
    yield _V(
        "object-of-a-note",
        "A note on a line that names an object.",
        B,
        (*item, "seal-plan-miscounts"),
        lie=put(_with_object("E000004", ({}, {"type": "note", "text": "", "readers": []}))),
    )
    yield _V(
        "witnessed-twice",
        "A witnessed thing said twice.",
        B,
        ("item-witnessed-twice",),
        lie=put(
            ({}, {"type": "item.witnessed", "item": "W000001"}), ({}, {"type": "item.witnessed", "item": "W000001"})
        ),
    )
    yield _V(
        "events-cut",
        "The last opening without its end.",
        B,
        ("events-cut", "events-miscounted", "opening-changed"),
        lie=_change("events.jsonl", lambda data: data + b"x"),
    )
    yield _V(
        "events-miscounted",
        "A line of events too many.",
        B,
        ("events-miscounted",),
        lie=_change("events.jsonl", lambda data: data + b"\n"),
    )
    yield _V(
        "opening-missing",
        "An event withheld against the plan.",
        B,
        _MISSING,
        lie=lambda story: setattr(story.entries[2], "withheld", True),
    )
    yield _V(
        "opening-against-plan",
        "An event open that the plan withholds.",
        B,
        ("opening-against-plan",),
        lie=lambda story: setattr(story.entries[8], "withheld", False),
    )


def _turned(story: Story) -> None:
    opened = story.entries[1].opened or {}
    clear = dict(opened["clear"])
    opened["clear"] = {"type": clear.pop("type"), **dict(reversed(clear.items()))}


def _moved_back(story: Story) -> None:
    opened = story.entries[1].opened or {}
    opened["clear"] = opened.pop("clear")


def _empty_part(story: Story) -> None:
    digest = story.plan.pop("payload_manifest")
    del story.plan["part"]
    parts = [{"items": [[1, 3]], "payload_manifest": digest}, {"items": [], "payload_manifest": sha256(b"")}]
    story.plan.update({"form": 2, "parts": 2, "volumes": parts})
    story.data.append({})


def _report(at: int, /, **said: Any) -> Lie:
    return lambda story: story.plan["reports"][at].update(said)


# From a plan that is not as described no report is taken.
_NO_REPORTS = ("seal-plan-malformed", "archive-member-unexpected", "bag-file-unlisted")


def _reports() -> Iterator[Vector]:
    yield _V(
        "report-changed",
        "A report with other bytes than the plan says, listed and signed.",
        B,
        ("report-changed",),
        story=reported,
        lie=_change("report/dossier.json", lambda _: b"[]"),
    )
    yield _V(
        "report-missing",
        "A report that is planned and not there.",
        B,
        ("bag-file-missing", "bag-file-unlisted"),
        story=reported,
        lie=_order(gone={"report/dossier.json"}),
    )
    yield _V(
        "report-unplanned",
        "A report that the plan does not name, listed and signed.",
        B,
        ("archive-member-unexpected", "bag-file-unlisted"),
        story=reported,
        lie=_order(more={"report/more.txt": b"x"}),
    )
    yield _V(
        "report-misplaced",
        "A report behind the lists.",
        B,
        ("archive-member-misplaced",),
        story=reported,
        lie=_order(order=lambda names: sorted(names, key=lambda name: name == "report/dossier.json")),
    )


def _viewable(kind: str, *, planned: bool = True) -> Lie:
    """Take the third item for a text of a kind that opens by its ending."""

    def lie(story: Story) -> None:
        opened = story.entries[6].opened
        assert opened is not None
        opened["kind"] = {"name": kind, "family": "text", "media_type": f"text/{kind}"}
        (data,) = story.data
        data[f"data/E000003.{kind}"] = data.pop("data/E000003.bin")
        listed = b"".join(f"{sha256(each)}  {name}\n".encode() for name, each in sorted(data.items()))
        story.plan["payload_manifest"] = sha256(listed)
        if planned:
            story.plan.update({"viewable": [[3, 3]], "form": 3})

    return lie


def _plans() -> Iterator[Vector]:
    refused = ("seal-plan-malformed",)
    for name, what, said in (
        ("count", "Another count than the items.", {"items_in": 2}),
        ("quotes", "A count in quotes.", {"items_of": "3"}),
        ("true", "A range that begins with true.", {"items": [[True, 3]]}),
        ("overlap", "Ranges that overlap.", {"items": [[1, 2], [2, 3]]}),
        ("endless", "A range without end.", {"items": [[1, 2**50]]}),
        ("form", "A form of its own for a plan without one.", {"form": 1}),
        ("form-2", "Form 2 that says nothing more.", {"form": 2}),
        ("part", "Part 2 of one.", {"part": 2}),
        ("parts", "Two parts and no volumes.", {"parts": 2}),
        ("reports", "Reports, which have no place.", {"reports": ["x"]}),
        ("scope", "A choice that nobody has.", {"scope": "some"}),
        ("blurred", "A blurred copy of an item that is not planned.", {"blurred": [[4, 4]], "form": 2}),
        ("form-3", "Form 3 without a report.", {"form": 3}),
        ("viewable", "A shown text that is not planned.", {"viewable": [[4, 4]], "form": 3}),
        ("viewable-form", "Shown texts in a plan without a form.", {"viewable": [[3, 3]]}),
    ):
        yield _V(f"plan-{name}", what, B, refused, lie=_plan(**said))
    for name, what, at, changed in (
        ("size", "A report whose length is true.", 0, {"size": True}),
        ("path", "A report that lies elsewhere.", 0, {"path": "report/../x.txt"}),
        ("ending", "A report that could be run.", 0, {"path": "report/a.html"}),
        ("digest", "A report whose digest is none.", 0, {"sha256": "0" * 63}),
        ("order", "Reports that do not ascend.", 1, {"path": "report/a.txt"}),
    ):
        yield _V(f"plan-report-{name}", what, B, _NO_REPORTS, story=reported, lie=_report(at, **changed))
    yield _V("plan-reports-form", "Reports in a plan of form 2.", B, _NO_REPORTS, story=reported, lie=_plan(form=2))
    yield _V("plan-part-empty", "Two parts, one without an item.", B, refused, lie=_empty_part)
    yield _V(
        "plan-missing", "A log that does not end with a plan.", B, ("seal-plan-missing",), lie=_opened(11, type="note")
    )
    yield _V(
        "plan-miscounts",
        "A plan that says the case has fewer items than its log names.",
        B,
        ("seal-plan-miscounts",),
        story=lambda: rich(parts=1),
        lie=_plan(items_of=3),
    )
    yield _V(
        "plan-differs",
        "A list of originals that the plan was not signed with.",
        B,
        ("seal-plan-differs",),
        lie=_plan(payload_manifest="0" * 64),
    )
    yield _V("plan-version", "A plan of form 4.", N, ("plan-version-unknown",), lie=_plan(form=4))


def _items() -> Iterator[Vector]:
    yield _V(
        "item-missing",
        "An item that is planned and not there.",
        B,
        ("item-missing",),
        lie=_data("data/E000002.txt", None),
    )
    yield _V(
        "item-unplanned",
        "An item that is there and not planned.",
        B,
        ("item-unplanned",),
        lie=_data("data/E000009.txt", b"x"),
    )
    yield _V(
        "item-without-event",
        "An item whose line nobody opened.",
        B,
        ("item-without-event", "opening-missing"),
        lie=lambda story: setattr(story.entries[5], "withheld", True),
    )
    yield _V(
        "item-changed",
        "An item with other bytes than were taken in.",
        B,
        ("item-changed",),
        lie=_data("data/E000001.txt", b"a treat!\n"),
    )
    yield _V(
        "item-size-true", "An item of one byte whose size is true.", B, ("item-changed",), lie=_opened(6, size=True)
    )
    yield _V(
        "item-shown-unplanned",
        "A page that bears an ending which the plan does not give it.",
        B,
        ("item-misnamed",),
        lie=_viewable("html", planned=False),
    )
    yield _V("item-misnamed", "An item with another ending than its kind has.", B, ("item-misnamed",), lie=_renamed)


def _bags() -> Iterator[Vector]:
    yield _V(
        "bag-missing",
        "A file of the bag missing.",
        B,
        ("bag-file-missing", "bag-file-unlisted"),
        lie=_order(gone={"FORMAT.md"}),
    )
    yield _V("bag-case", "The folder of another case.", B, ("bag-case-differs",), lie=_order(folder="LRC-2026-0002"))
    for name in ("bagit.txt", "checkpoint.txt", "checkpoint.txt.sig", "allowed_signers"):
        yield _V(
            f"bag-differs-{name.replace('.', '-').replace('_', '-')}",
            f"Another {name} than follows from the log, listed and signed.",
            B,
            ("bag-file-differs",),
            lie=_change(name, lambda data: data + b"x\n"),
        )
    for name, old, new in (
        ("count", b"1 of 1", b"1 of 2"),
        ("case", b"0001", b"0002"),
        ("oxum", b".3\n", b".4\n"),
        ("agent", b"evidence-kit 1", b"other 1"),
        ("day", b"2026-11-23", b"2019-11-23"),
    ):
        yield _V(
            f"bag-info-{name}",
            "A bag-info.txt that says something else.",
            B,
            ("bag-file-differs",),
            lie=_replaced("bag-info.txt", old, new),
        )
    yield _V(
        "bag-signed-by-a-stranger",
        "The list of files signed by a stranger.",
        B,
        ("bag-signature-invalid",),
        lie=_order(seal_key=STRANGER),
    )
    yield _V(
        "bag-signed-by-a-removed-signer",
        "The list of files signed by somebody who was removed.",
        B,
        ("bag-signature-invalid", "time-stamp-authority-unknown"),
        story=lambda: rich(parts=1),
        lie=_order(seal_key=COLLEAGUE),
    )
    yield _V(
        "bag-namespace",
        "The list of files signed for another purpose.",
        B,
        ("bag-signature-invalid",),
        lie=_order(seal_namespace=CHECKPOINT),
    )
    yield _V(
        "bag-signature",
        "A signature that is none.",
        B,
        ("bag-signature-malformed",),
        lie=_change("tagmanifest-sha256.txt.sig", lambda _: b"none\n", "after"),
    )
    yield _V(
        "bag-unlisted",
        "A file that is not listed.",
        B,
        ("bag-file-unlisted",),
        lie=_change(
            "tagmanifest-sha256.txt",
            lambda data: b"".join(row for row in data.splitlines(keepends=True) if b"FORMAT" not in row),
            "listed",
        ),
    )
    yield _V(
        "bag-changed",
        "A file that was changed after it was listed.",
        B,
        ("bag-file-changed",),
        lie=_change("READ-ME-FIRST.txt", lambda data: data + b"x", "after"),
    )
    yield _V(
        "bag-manifest",
        "A list of files that is not sorted.",
        B,
        ("bag-manifest-malformed",),
        lie=_change(
            "tagmanifest-sha256.txt", lambda data: b"".join(reversed(data.splitlines(keepends=True))), "listed"
        ),
    )
    yield _V(
        "bag-anchor",
        "A time stamp in anchors/ unlike the one in the log.",
        B,
        ("bag-file-differs", "time-stamp-authority-unknown"),
        lie=_both(stamp(_sound), _change("anchors/00000011.tsr", lambda data: data + b"x")),
    )


def _zips() -> Iterator[Vector]:
    yield _V(
        "member-unexpected",
        "A file that belongs into no bag, listed and signed.",
        B,
        ("archive-member-unexpected", "bag-file-unlisted"),
        lie=_order(more={"report/x.html": b"x"}),
    )
    yield _V("member-misplaced", "Files in another order.", B, ("archive-member-misplaced",), lie=_order(order=_moved))
    yield _V(
        "zip-sum",
        "A member with a checksum of its own.",
        B,
        ("archive-crc-differs", "archive-directory-changed"),
        lie=_order(inner=_wrong_sum),
    )
    yield _V(
        "zip-gap", "Bytes between two members.", B, ("archive-inner-form", "bag-file-missing"), lie=_order(inner=_gap)
    )
    yield _V(
        "zip-directory",
        "A directory that is another.",
        B,
        ("archive-directory-changed",),
        lie=_order(inner=_flipped(-30)),
    )
    yield _V(
        "shell-code",
        "A byte of the authentication code changed.",
        B,
        ("archive-code-wrong",),
        after=_flipped(-23 - 30 - 12 - 11 - 16 - 5),
    )
    yield _V("shell-trailer", "A byte of the end changed.", B, ("archive-trailer-changed",), after=_flipped(-40))
    yield _V("shell-header", "A byte of the beginning changed.", B, ("archive-header-changed",), after=_flipped(11))
    yield _V(
        "shell-behind",
        "A byte behind the end.",
        B,
        ("archive-bytes-behind", "archive-trailer-changed"),
        after=lambda data: data + b"x",
    )
    yield _V("shell-cut", "The last byte missing.", N, ("archive-cut",), after=lambda data: data[:-1])
    yield _V("shell-not-ours", "A file of another kind.", N, ("archive-not-ours",), after=lambda _: b"%PDF-1.7\n" * 40)
    yield _V("passphrase", "Other digits typed.", N, ("archive-passphrase",), typed="9" * 28)


def _beside() -> Iterator[Vector]:
    def size(text: str) -> Callable[[list[str]], list[str]]:
        return lambda rows: [*rows[:4], text]

    for name, what, change, code in (
        (
            "size",
            "A statement with another size.",
            lambda rows: [*rows[:4], str(int(rows[4]) + 1)],
            "statement-differs",
        ),
        (
            "digest",
            "A statement with another digest.",
            lambda rows: [*rows[:3], "0" * 64, rows[4]],
            "statement-differs",
        ),
        (
            "lines",
            "A statement with another number of lines.",
            lambda rows: [rows[0], "4", *rows[2:]],
            "statement-differs",
        ),
        (
            "case",
            "A statement of another case.",
            lambda rows: ["evidence-kit-archive/1 LRC-2026-0002", *rows[1:]],
            "statement-differs",
        ),
        ("minus", "A statement with a size below zero.", size("-5"), "statement-unreadable"),
        ("huge", "A statement with a size of 5,000 digits.", size("7" * 5000), "statement-unreadable"),
        ("zero", "A statement with a size that begins with zero.", size("012"), "statement-unreadable"),
        (
            "crlf",
            "A statement with other line ends.",
            lambda rows: [f"{row}\r" for row in rows],
            "statement-unreadable",
        ),
    ):
        yield _V(f"statement-{name}", what, B, (code,), beside=stated(change))
    yield _V(
        "statement-stranger",
        "A statement signed by a stranger.",
        B,
        ("statement-signature-invalid",),
        beside=stated(key=STRANGER),
    )
    yield _V(
        "statement-namespace",
        "A statement signed for another purpose.",
        B,
        ("statement-signature-invalid",),
        beside=stated(space=SEAL),
    )


def _stamp_says(**said: Any) -> Lie:
    def lie(story: Story) -> None:
        stamp(_sound)(story)
        opened = story.entries[-4].opened
        assert opened is not None
        opened.update(said)

    return lie


def _stamps() -> Iterator[Vector]:
    unknown = "time-stamp-authority-unknown"
    yield _V("stamp-sound", "A time stamp that nobody vouches for.", C, (unknown,), lie=stamp(_sound))
    yield _V("stamp-none", "A time stamp that is none.", B, ("time-stamp-malformed",), lie=stamp(lambda _: b"stamped"))
    yield _V(
        "stamp-behind",
        "A time stamp with bytes behind its end.",
        B,
        ("time-stamp-malformed",),
        lie=stamp(lambda raw: _sound(raw) + b"\x05\x00"),
    )
    yield _V(
        "stamp-other",
        "A time stamp over other bytes.",
        B,
        ("time-stamp-of-another-line",),
        lie=stamp(lambda raw: _sound(raw + b"x")),
    )
    yield _V(
        "stamp-elsewhere",
        "A second time stamp among what the signature does not cover, and told as its time.",
        B,
        ("time-stamp-told-differently", unknown),
        lie=stamp(_elsewhere, "2000-01-01T00:00:00+00:00"),
    )
    yield _V(
        "stamp-told",
        "A time stamp told with another time than its own.",
        B,
        ("time-stamp-told-differently", unknown),
        lie=stamp(_sound, "2026-11-23T18:00:00+00:00"),
    )
    for name, what, said in (
        ("told-list", "A time stamp told with its own time in a list.", {"stamped_at": ["2026-11-23T19:00:00+00:00"]}),
        ("told-policy", "A time stamp told with another policy.", {"policy": "1.2.3.5"}),
        ("told-serial", "A time stamp told with another number.", {"serial": "8"}),
    ):
        yield _V(f"stamp-{name}", what, B, ("time-stamp-told-differently", unknown), lie=_stamp_says(**said))
    yield _V(
        "stamp-told-right",
        "A time stamp told with its own time, policy and number.",
        C,
        (unknown,),
        lie=_stamp_says(policy="1.2.3.4", serial="7"),
    )
    yield _V(
        "stamp-before",
        "A time stamp from before its line.",
        C,
        ("time-stamp-before-line", unknown),
        lie=stamp(lambda raw: _sound(raw, "20260101000000Z"), "2026-01-01T00:00:00+00:00"),
    )
    yield _V(
        "stamp-day",
        "A time stamp on a day that is none.",
        B,
        ("time-stamp-malformed",),
        lie=stamp(lambda raw: _sound(raw, "20260230000000Z")),
    )


def _folders() -> Iterator[Vector]:
    def without(name: str) -> Callable[[dict[str, bytes]], object]:
        return lambda files: files.pop(name)

    def changed(name: str) -> Callable[[dict[str, bytes]], object]:
        return lambda files: files.update({name: files[name] + b"x"})

    for what, name, code in (
        ("body", "bodies/00000008.age", "body"),
        ("key", "keys/K0001.age", "key"),
        ("item", "store/E000002.age", "item"),
    ):
        yield _V(
            f"folder-{what}-missing",
            f"A file of {name.split('/')[0]}/ missing.",
            B,
            (f"{code}-missing",),
            folder=without(name),
        )
        yield _V(
            f"folder-{what}-changed",
            f"A file of {name.split('/')[0]}/ changed.",
            B,
            (f"{code}-changed",),
            folder=changed(name),
        )
    yield _V("folder-good", "A case folder, without a key.", C, folder=lambda _: None)
    yield _V(
        "folder-whole",
        "A case folder with every type that stands in clear.",
        C,
        ("time-stamp-authority-unknown",),
        story=lambda: rich(parts=1),
        folder=lambda _: None,
    )
    yield _V(
        "folder-stranger",
        "A file of nobody's in store/.",
        C,
        ("file-not-in-log",),
        folder=lambda files: files.update({"store/E000009.age": b"x"}),
    )
    yield _V("folder-cut", "The log cut at an earlier signature, its files left.", B, ("log-cut",), folder=_cut)
    yield _V(
        "folder-tail",
        "A line behind the last signature.",
        B,
        ("log-tail-unsigned",),
        folder=lambda files: files.update({"custody.jsonl": files["custody.jsonl"] + b"x\n"}),
    )
    yield _V(
        "folder-unfinished",
        "The beginning of a line behind the last signature.",
        C,
        ("log-tail-unfinished",),
        folder=lambda files: files.update({"custody.jsonl": files["custody.jsonl"] + b'{"v":1,"seq":'}),
    )


def _cut(files: dict[str, bytes]) -> None:
    files["custody.jsonl"] = b"".join(files["custody.jsonl"].splitlines(keepends=True)[:8])


def every() -> list[Vector]:
    """Return all vectors, in the order of the file."""
    from tests.vectors import keyed

    parts = (
        _good, _log, _told_in_clear, _openings, _plans, _reports, _items, _bags, _zips, _beside, _stamps, _folders,
        keyed.every,
    )  # fmt: skip
    return [vector for part in parts for vector in part()]


def case_folder(vector: Vector) -> dict[str, bytes]:
    """Return the files of a case folder; without a key its encrypted files are texts, which open for nobody."""
    if vector.seed is not None:
        from tests.vectors import keyed

        return keyed.folder(vector)
    story = vector.story()
    vector.lie(story)
    written = write(story).written
    files = {"custody.jsonl": written.log}
    gone: set[str] = set()
    for number, entry in enumerate(story.entries, 1):
        clear = entry.fields.get("clear") or {}
        if entry.key is not None:
            files[f"bodies/{number:08d}.age"] = b"body %d" % (number - 1)
        if "object" in entry.fields:
            files[f"store/{entry.fields['object']}.age"] = b"stored " + str(entry.fields["object"]).encode()
        if clear.get("type") == "reader.granted":
            files[f"keys/{clear['key']}.age"] = str(clear["key"]).encode()
        if clear.get("type") == "destroyed":
            gone |= {f"store/{item}.age" for item in clear["objects"]}
            files |= {f"bodies/{body['line']:08d}.age": b"anew" for body in clear["bodies"]}
    files = {name: data for name, data in files.items() if name not in gone}
    if vector.folder is not None:
        vector.folder(files)
    return files


__all__ = ["Vector", "case_folder", "code_of", "every", "inner_of", "lock", "made"]
