"""Vectors of what somebody knows besides: a case's key, an authority's root, a receiver's key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.meaning import ageform
from tests.meaning.story import COLLEAGUE, STATION, Story
from tests.meaning.writer import Key, armour, sha256, write_log
from tests.timestamps import Clock
from tests.vectors.made import A, B, C, Vector, destroyed, of_a_commit, put, stamp, stated

IDENTITY = ageform.Identity(bytes(range(7, 39)))
OTHER = ageform.Identity(bytes(range(9, 41)))
RECEIVER, UNKNOWN = Key(bytes(range(140, 172))), Key(bytes(range(180, 212)))
RECEIVED = "evidence-kit-received"
CLOCK = Clock(seed=7)
STAMPED = "2026-11-23T19:00:00+00:00"


def _clear(story: Story, number: int, **said: Any) -> None:
    entry = story.entries[number - 1]
    assert entry.opened is not None
    entry.fields["clear"] |= said
    entry.opened["clear"] |= said


def _body(story: Story, openings: list[bytes], end: int, empty: int | None = None) -> bytes:
    first = end
    while first > 1 and story.entries[first - 2].key is None:
        first -= 1
    return b"".join((b"" if number == empty else openings[number - 1]) + b"\n" for number in range(first, end))


def folder(vector: Vector) -> dict[str, bytes]:
    """Return the files of a case folder that the station's key opens."""
    story = vector.story()
    vector.lie(story)
    files: dict[str, bytes] = {}

    def stored(name: str, data: bytes, reader: ageform.Identity | Key = IDENTITY) -> str:
        plain, locked = vector.changes.get(name, (bytes, bytes))
        files[name] = locked(ageform.encrypted(plain(data), reader))
        return sha256(files[name])

    _clear(story, 1, recipient=IDENTITY.recipient)
    _clear(story, 2, sha256=stored("keys/K0001.age", f"{IDENTITY.text}\n".encode(), STATION))
    contents = {name[5:12]: data for part in story.data for name, data in part.items()}
    for number, entry in enumerate(story.entries, 1):
        if "object" in entry.fields:
            item = entry.fields["object"]
            entry.fields["stored"] = stored(f"store/{item}.age", contents[item])
        elif entry.key is not None:
            body = _body(story, write_log(story.entries, story.case).openings, number)
            entry.fields["bodies"] = stored(f"bodies/{number:08d}.age", body)
        elif entry.opened is not None and entry.opened["type"] == "destroyed":
            smaller = _body(story, write_log(story.entries, story.case).openings, 10, empty=9)
            _clear(story, number, bodies=[{"line": 10, "sha256": stored("bodies/00000010.age", smaller)}])
    files["custody.jsonl"] = write_log(story.entries, story.case).log
    if vector.folder is not None:
        vector.folder(files)
    return files


def _folders() -> Iterator[Vector]:
    def opened(name: str, what: str, verdict: str, *codes: str, **more: Any) -> Vector:
        return Vector(f"key-{name}", what, verdict, codes, seed=STATION.seed, folder=lambda _: None, **more)

    item, body, key = "store/E000001.age", "bodies/00000008.age", "keys/K0001.age"
    other = f"{IDENTITY.text}\n{OTHER.text}\n".encode()
    yield opened("good", "A case folder, and the key that opens it.", C)
    yield opened(
        "item-other", "An item of other bytes than its event says.", B, "item-not-what-was-taken-in",
        changes={item: (lambda _: b"no threat", bytes)},
    )  # fmt: skip
    yield opened(
        "item-closed", "An item that does not decrypt.", B, "item-undecryptable",
        changes={item: (bytes, lambda data: data[:-1] + bytes([data[-1] ^ 1]))},
    )  # fmt: skip
    yield opened(
        "body-closed", "A body that does not decrypt.", B, "body-unreadable", "item-without-event",
        changes={body: (bytes, lambda _: b"not age\n")},
    )  # fmt: skip
    yield opened(
        "body-miscounted", "A body with an opening too many.", B, "body-miscounted", "item-without-event",
        changes={body: (lambda data: data + b"{}\n", bytes)},
    )  # fmt: skip
    yield opened(
        "body-emptied", "A body in which an opening is an empty line, and nobody destroyed it.", B, "opening-changed",
        changes={"bodies/00000010.age": (lambda _: b"\n", bytes)},
    )  # fmt: skip
    yield opened(
        "opens-another", "A wrapped key with an identity that the log does not name.", B, "key-opens-another",
        changes={key: (lambda _: other, bytes)},
    )  # fmt: skip
    yield opened(
        "opening-destroyed", "An opening that was destroyed: counted among what cannot be read.", C,
        lie=destroyed([], [{"line": 10, "sha256": "0" * 64}]),
    )  # fmt: skip
    yield opened(
        "receipt-told", "A receipt that was issued, said with another code.", B, "commit-told-differently",
        lie=of_a_commit("receipt.issued", code="A" * 44),
    )  # fmt: skip
    yield opened(
        "second-opening", "A second opening for an item, on a line without an object.", B, "item-and-line-differ",
        lie=put(({}, {"type": "item.kept", "item": "E000001", "size": 1, "sha256": "0" * 64, "crc32": "0" * 8})),
    )  # fmt: skip


def _confirmed(key: Key, space: str = RECEIVED) -> Any:
    return lambda _, paper: armour(key.sign(paper, space))


def _outside() -> Iterator[Vector]:
    unknown = ("time-stamp-authority-unknown",)
    right = stamp(lambda raw: CLOCK.stamp(raw, "20261123190000Z"), STAMPED)
    yield Vector("root-anchors", "A time stamp that a given root vouches for.", A, lie=right, root=CLOCK.root)
    yield Vector("root-another", "The same, and the root of another.", C, unknown, lie=right, root=Clock(seed=8).root)
    yield Vector(
        "root-of-an-unsigned-time", "A given root, and a second time where no signature covers it.", B,
        ("time-stamp-told-differently",),
        root=CLOCK.root,
        lie=stamp(lambda raw: CLOCK.carried(raw, "20261123190000Z"), "2001-01-01T00:00:00+00:00"),
    )  # fmt: skip
    yield Vector(
        "root-broken", "A given root, and a time stamp whose signature does not hold.", C, unknown, root=CLOCK.root,
        lie=stamp(lambda raw: CLOCK.broken(raw, "20261123190000Z"), STAMPED),
    )  # fmt: skip
    for name, what, verdict, codes, key, space in (
        ("anchors", "A receiver's signature, by a key that the reader keeps.", A, (), RECEIVER, RECEIVED),
        ("unknown", "A receiver's signature, by a key of nobody.", C, ("received-key-unknown",), UNKNOWN, RECEIVED),
        ("namespace", "A signature for another purpose.", C, ("received-file-invalid",), RECEIVER, "evidence-kit"),
        ("station", "A receiver's signature, by a key of the log.", C, ("received-key-unknown",), STATION, RECEIVED),
    ):
        yield Vector(
            f"receiver-{name}", what, verdict, codes, beside=stated(), received=_confirmed(key, space),
            receivers=(RECEIVER.line,),
        )  # fmt: skip
    yield Vector(
        "receiver-signs-too", "A receiver's signature, by a key that the log lets sign: it anchors nothing.", C,
        ("received-key-not-a-receiver",), lie=put_signer(COLLEAGUE), beside=stated(), received=_confirmed(COLLEAGUE),
        receivers=(COLLEAGUE.line,),
    )  # fmt: skip


def put_signer(key: Key) -> Any:
    clear = {"type": "signer.added", "signer": key.line}
    return put(({"clear": dict(clear)}, {"type": "signer.added", "clear": dict(clear)}))


def every() -> Iterator[Vector]:
    """Yield the vectors that need something from outside."""
    yield from _folders()
    yield from _outside()
