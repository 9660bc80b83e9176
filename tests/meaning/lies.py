"""Lies of a key holder: every value in every place of a log, an opening, a plan, a list, a statement or a header."""

from __future__ import annotations

import base64
import copy
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.meaning import stamps
from tests.meaning.story import (
    COLLEAGUE,
    RECOVERY,
    STATION,
    STRANGER,
    TOKEN,
    Made,
    Story,
    reported,
    rich,
    small,
    write,
)  # fmt: skip
from tests.meaning.values import CHANGES, VALUES
from tests.meaning.writer import ARCHIVE, CHECKPOINT, SEAL, Entry, armour, sha256, statement

Lie = Callable[[Story], None]
Path = tuple[str | int, ...]
STORIES: dict[str, Callable[[], Story]] = {
    "small": small,
    "whole": lambda: rich(parts=1),
    "parts": rich,
    "reported": reported,
}
GONE, ADDED = object(), object()
NAMES = (
    *("form", "volumes", "blurred", "part", "parts", "object", "stored", "clear", "line", "token", "objects", "bodies", "signer"),
    *("path", "size", "reports", "viewable", "key", "sha256", "item", "items", "recipient", "case", "format", "signers", "v", "sig", "zz", "__proto__", "0", "é", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A lie that was told: its name, and what has to be judged.

    Attributes:
        name: What was changed, in words that tell it again.
        made: The archive.
        statement: The statement beside it and its signature; None where none lies there.
    """

    name: str
    made: Made
    statement: tuple[bytes, bytes] | None = None


def places(value: Any, trail: Path = ()) -> Iterator[Path]:
    """Yield the way to everything that stands in a value, and to the value itself."""
    yield trail
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*trail, key))


def put(root: Any, trail: Path, value: Any) -> Any:
    """Return the root with another value in a place; `GONE` takes it out."""
    if not trail:
        return value(root) if callable(value) else value
    for key in trail[:-1]:
        root = root[key]
    last: Any = trail[-1]
    if value is GONE:
        del root[last]
    else:
        root[last] = value(root[last]) if callable(value) else value
    return None


@dataclass(frozen=True)
class Place:
    """Where a lie can stand.

    Attributes:
        story: Which story.
        line: Index of the entry.
        part: `opened`, `clear` (in the line alone), `both`, or a name of the line itself.
        trail: The way below.
    """

    story: str
    line: int
    part: str
    trail: Path = ()

    def tell(self, story: Story, value: Any) -> None:
        """Put the value there."""
        entry = story.entries[self.line]
        if self.part == "over":
            name = str(self.trail[0])
            entry.over[name] = None if value is GONE else value
        elif self.part == "field":
            _put_at(entry.fields, self.trail, value)
        else:
            if self.part in {"clear", "both"}:
                _put_at(entry.fields, self.trail, value)
            if self.part in {"opened", "both"} and entry.opened is not None:
                _put_at(entry.opened, self.trail, value)

    def __str__(self) -> str:
        return f"{self.story} line {self.line + 1} {self.part} {'.'.join(map(str, self.trail))}"


def _put_at(root: dict[str, Any], trail: Path, value: Any) -> None:
    put(root, trail, value if callable(value) or value is GONE else copy.deepcopy(value))


def every_place() -> list[Place]:
    """Return every place of every story; where something is said in clear, in the line, in the opening, and in both."""
    found: list[Place] = []
    for name, make in STORIES.items():
        for at, entry in enumerate(make().entries):
            over = ("v", "seq", "prev", *(("commit",) if entry.key is None else ("by", "sig")))
            found += [Place(name, at, "over", (each,)) for each in over]
            fields = {key: value for key, value in entry.fields.items() if key != "clear"}
            found += [Place(name, at, "field", trail) for trail in places(fields) if trail]
            clear = entry.fields.get("clear")
            if clear is not None:
                for part in ("clear", "both"):
                    found += [Place(name, at, part, ("clear", *trail)) for trail in places(clear)]
            if entry.opened is not None and not entry.withheld:
                found += [Place(name, at, "opened", trail) for trail in places(entry.opened) if trail]
    return found


def singles() -> list[tuple[Place, Any]]:
    """Return every value in every place, one lie each; the same place of another story's like line counts once."""
    found: list[tuple[Place, Any]] = []
    seen: set[tuple[str, str, Path]] = set()
    for place in every_place():
        entry = STORIES[place.story]().entries[place.line]
        kind = "signature" if entry.key is not None else str((entry.opened or {}).get("type"))
        if kind == "seal.begun":
            kind += place.story
        if (kind, place.part, place.trail) in seen:
            continue
        seen.add((kind, place.part, place.trail))
        found += [(place, value) for value in (*VALUES, *CHANGES, GONE)]
    return found


# --- what is no value in a place -------------------------------------------------------------------------------------


def _added(chance: random.Random) -> tuple[str, Lie]:
    """Put a key more somewhere, at the beginning or the end."""
    name, value = chance.choice(NAMES), chance.choice(VALUES)
    part, first = chance.choice(("opened", "clear", "both", "field")), chance.random() < 0.5
    share = chance.random()

    def lie(story: Story) -> None:
        entry = story.entries[int(share * len(story.entries))]
        for part_of, holder in (("opened", entry.opened), ("clear", entry.fields), ("field", None)):
            if part_of == "field" and part == "field":
                entry.fields[name] = copy.deepcopy(value)
            elif holder is not None and part in {part_of, "both"}:
                said = holder.get("clear") if part != "opened" else holder
                if isinstance(said, dict):
                    _add(said, name, value, first=first)

    return f"{name!r} added to {part} at {share:.3f}, first: {first}: {value!r}", lie


def _add(said: dict[str, Any], name: str, value: Any, *, first: bool) -> None:
    value = copy.deepcopy(value)
    whole = {name: value, **said} if first else {**said, name: value}
    said.clear()
    said.update(whole)


TELLABLE: dict[str, dict[str, Any]] = {
    "anchored": {"line": 4, "token": TOKEN},
    "destroyed": {"objects": ["E000002"], "bodies": [{"line": 4, "sha256": "0" * 64}]},
    "reader.granted": {"key": "K0009", "sha256": "0" * 64},
    "recipient.changed": {"recipient": "age1aqh7ql4mtyjcyd562hg7npk2yls2uyf28u9q80mnm3hsyrf7wdusxknhqq"},
    "signer.added": {"signer": STRANGER.line},
    "signer.removed": {"signer": RECOVERY.line},
    "case.opened": {
        "format": "evidence-kit/1",
        "case": "LRC-2026-0002",
        "recipient": "age1",
        "signers": [STATION.line],
    },
    "report.made": {},
    "item.kept": {},
}
_TOKENS = (
    *(TOKEN, "MAMCAQA", "MAMCAQB=", "MAMCAQA==", "MAMCAQA===", "MAMC\nAQA=", " MAMCAQA=", "MAMCAQA=\n", "TUFN", "TU-_", "TU+/", "TUE=", "TUF="),
    *("TQ==", "TQ=", "TQ", "TR==", "TQ==TQ==", "=", "====", "", "é", "MAMCAQA\u200b="),
)  # fmt: skip


def _event(chance: random.Random) -> tuple[str, Lie]:
    """Put a commit, or an event more into a commit, of a type that says something in clear."""
    kind = chance.choice(list(TELLABLE))
    clear = {
        name: copy.deepcopy(chance.choice((usual, usual, chance.choice(VALUES))))
        for name, usual in TELLABLE[kind].items()
    }
    if kind == "anchored":
        clear |= {"line": chance.choice((4, 4, 4, 1, 2, 5, 0, 99, True, "4")), "token": chance.choice(_TOKENS)}
    share, commit, held = chance.random(), chance.random() < 0.7, chance.random() < 0.2
    closed = chance.random() < 0.2
    item = chance.choice(("E000001", "E000002", "E000003", "E000009", "E0000009"))

    def lie(story: Story) -> None:
        signed = [at for at, entry in enumerate(story.entries) if entry.key is not None]
        at = signed[int(share * (len(signed) - 1))]
        end = story.entries[at]
        told = {"clear": {"type": kind, **clear}} if kind != "item.kept" else {}
        stored = {"object": item, "stored": "0" * 64} if held else {}
        opened = {"salt": "f" * 32, "type": kind, **told, **({"item": item} if kind == "item.kept" else {})}
        new = Entry({"time": end.fields["time"], **stored, **copy.deepcopy(told)}, opened, withheld=closed)
        story.entries[at:at] = [new]
        if commit:
            story.entries[at:at] = [Entry(dict(end.fields), key=end.key)]
        _shifted(story, at + 1, 1 + commit, at + 1 if closed else 0)

    return f"{kind} {clear} at {share:.3f}, commit {commit}, object {held} {item}, closed {closed}", lie


def _shifted(story: Story, behind: int, by: int, closed: int = 0) -> None:
    """Let the plan speak of the same lines as before, after lines were put in or taken out."""
    from tests.meaning.story import ranges

    plan = story.entries[-2].opened
    if plan is None or not isinstance(plan.get("withheld"), list):
        return
    try:
        lines = [line for first, last in plan["withheld"] for line in range(first, last + 1)]
    except (TypeError, ValueError):
        return
    moved = [line + by if line >= behind else line for line in lines]
    plan["withheld"] = ranges([*moved, *([closed + by - 1] if closed else [])])


def _lines(chance: random.Random) -> tuple[str, Lie]:
    """Take a line away, say it twice, exchange two, close or open one, date one otherwise, sign with another key."""
    what = chance.choice(
        ("drop", "twice", "swap", "close", "open", "date", "date all", "key", "namespace", "bytes", "opening")
    )
    share, key = chance.random(), chance.choice((STATION, RECOVERY, COLLEAGUE, STRANGER))
    space = chance.choice((SEAL, ARCHIVE, "", "evidence-kit/1", CHECKPOINT))
    dressed = chance.choice(list(_DRESS))
    time = chance.choice(("2026-11-23T18:59:59.999999Z", "2026-11-22T00:00:00.000000Z", "2026-02-30T00:00:00.000000Z", "0000-01-01T00:00:00.000000Z",
        "2026-11-23T24:00:00.000000Z", "2026-11-23T18:00:60.000000Z", "2026-11-23T18:00:00Z", "2026-11-23T18:00:00.000000+00:00",
        "٢٠٢٦-11-23T18:00:00.000000Z", "2026-11-23T18:00:00.000000Z\n", "9999-12-31T23:59:59.999999Z", "2024-02-29T00:00:00.000000Z",
        "2100-02-29T00:00:00.000000Z"))  # fmt: skip

    def lie(story: Story) -> None:
        at = int(share * len(story.entries))
        entry = story.entries[at]
        if what == "drop":
            del story.entries[at]
            _shifted(story, at + 1, -1)
        elif what == "twice":
            story.entries.insert(at, copy.deepcopy(entry))
            _shifted(story, at + 1, 1)
        elif what == "swap":
            other = (at + 1) % len(story.entries)
            story.entries[at], story.entries[other] = story.entries[other], entry
        elif what in {"close", "open"}:
            entry.withheld = what == "close"
        elif what == "date":
            entry.fields["time"] = time
        elif what == "date all":
            for each in story.entries[at:]:
                each.fields["time"] = time
        elif what in {"key", "namespace"}:
            signed = next((each for each in story.entries[at:] if each.key is not None), entry)
            if signed.key is not None:
                signed.key, signed.namespace = (key, CHECKPOINT) if what == "key" else (signed.key, space)
        elif what == "bytes":
            entry.line = _DRESS[dressed]
        elif what == "opening":
            entry.opening = _DRESS[dressed]

    return f"{what} at {share:.3f}, {dressed}, {time!r}", lie


_DRESS: dict[str, Callable[[bytes], bytes]] = {
    "in UTF-16": lambda data: data.decode("utf-8", "replace").encode("utf-16"),
    "in UTF-16 LE": lambda data: data.decode("utf-8", "replace").encode("utf-16-le"),
    "in UTF-16 BE": lambda data: data.decode("utf-8", "replace").encode("utf-16-be"),
    "in UTF-32": lambda data: data.decode("utf-8", "replace").encode("utf-32"),
    "in UTF-32 BE": lambda data: data.decode("utf-8", "replace").encode("utf-32-be"),
    "with a mark": lambda data: b"\xef\xbb\xbf" + data,
    "in UTF-8 of surrogates": lambda data: data.replace(b"o", b"\xed\xa0\xbd", 1),
    "in Latin 1": lambda data: data.replace(b"o", b"\xf3", 1),
    "with CR": lambda data: data + b"\r",
    "with a space before": lambda data: b" " + data,
    "with a space behind": lambda data: data + b" ",
    "with a space within": lambda data: data.replace(b":", b": ", 1),
    "with a space of another kind": lambda data: data + b"\xc2\xa0",
    "with a tab": lambda data: data + b"\t",
    "with VT": lambda data: data + b"\x0b",
    "with a separator": lambda data: data.replace(b":", b":\xe2\x80\xa8", 1),
    "with NUL": lambda data: data + b"\x00",
    "with LF": lambda data: data.replace(b",", b",\n", 1),
    "cut": lambda data: data[:-1],
    "cut in half": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "with a comma": lambda data: data[:-1] + b",}",
    "a list of one": lambda data: b"[" + data + b"]",
    "too long": lambda data: data[:-1] + b',"x":"' + b"x" * 70_000 + b'"}',
    "as long as may be": lambda data: data[:-1] + b',"x":"' + b"x" * (65_536 - len(data) - 7) + b'"}',
    "of version 2": lambda data: data.replace(b'{"v":1', b'{"v":2', 1),
    "of version 2.0": lambda data: data.replace(b'{"v":1', b'{"v":2.0', 1),
    "of version 1.5": lambda data: data.replace(b'{"v":1', b'{"v":1.5', 1),
    "of version 1e1": lambda data: data.replace(b'{"v":1', b'{"v":1e1', 1),
    "of version 1e400": lambda data: data.replace(b'{"v":1', b'{"v":1e400', 1),
    "of a version of 5,000 digits": lambda data: data.replace(b'{"v":1', b'{"v":' + b"7" * 5000, 1),
    "of a version beyond 2^53": lambda data: data.replace(b'{"v":1', b'{"v":9007199254740993', 1),
    "of version true": lambda data: data.replace(b'{"v":1', b'{"v":true', 1),
    "of version 2 in UTF-16": lambda data: data.replace(b'{"v":1', b'{"v":2', 1).decode("utf-8", "replace").encode("utf-16"),
    "of version 2 with a mark": lambda data: b"\xef\xbb\xbf" + data.replace(b'{"v":1', b'{"v":2', 1),
    "of version 2 with NaN": lambda data: data.replace(b'{"v":1', b'{"v":2,"x":NaN', 1),
    "of version 2 with Infinity": lambda data: data.replace(b'{"v":1', b'{"v":2,"x":-Infinity', 1),
    "of version 2, then 1": lambda data: data.replace(b'{"v":1', b'{"v":2,"v":1', 1),
    "of version 1, then 2": lambda data: data.replace(b'{"v":1', b'{"v":1,"v":2', 1),
    "of version 2 with depth": lambda data: data.replace(b'{"v":1', b'{"v":2,"x":' + b"[" * 1200 + b"]" * 1200, 1),
    "of version 2 with a lone surrogate": lambda data: data.replace(b'{"v":1', b'{"v":2,"x":"\\ud800"', 1),
    "of version 2 with a control sign": lambda data: data.replace(b'{"v":1', b'{"v":2,"x":"\x01"', 1),
    "of version 2 with spaces": lambda data: b" \t" + data.replace(b'{"v":1', b'{ "v" : 2', 1) + b"\r",
    "of version 2 with a space of another kind": lambda data: data.replace(b'{"v":1', b'{"v":2', 1) + b"\xc2\xa0",
    "of version 2 with VT": lambda data: data.replace(b'{"v":1', b'{"v":2', 1) + b"\x0b",
    "of version 2 cut": lambda data: data.replace(b'{"v":1', b'{"v":2', 1)[:-1],
    "of version 2 too long": lambda data: data.replace(b'{"v":1', b'{"v":2,"x":"' + b"x" * 70_000 + b'"', 1),
    "of format 2": lambda data: data.replace(b"evidence-kit/1", b"evidence-kit/2", 1),
    "of format 2.0": lambda data: data.replace(b"evidence-kit/1", b"evidence-kit/2.0", 1),
    "of format 02": lambda data: data.replace(b"evidence-kit/1", b"evidence-kit/02", 1),
    "of format 10": lambda data: data.replace(b"evidence-kit/1", b"evidence-kit/10", 1),
    "of format 9999999": lambda data: data.replace(b"evidence-kit/1", b"evidence-kit/9999999", 1),
    "of format 2 with LF": lambda data: data.replace(b"evidence-kit/1", b"evidence-kit/2\\n", 1),
    "of a format in other digits": lambda data: data.replace(b"evidence-kit/1", "evidence-kit/٢".encode(), 1),
    "of a format in a list": lambda data: data.replace(b'"evidence-kit/1"', b'["evidence-kit/2"]', 1),
    "of a format alone": lambda _: b'{"clear":{"format":"evidence-kit/2"}}',
    "of a version alone": lambda _: b'{"v":2}',
    "of a version alone, a number": lambda _: b"2",
    "of a version alone, nothing": lambda _: b"null",
    "of a version alone, clear null": lambda _: b'{"v":1,"clear":null}',
    "of a version alone, clear a text": lambda _: b'{"v":1,"clear":"evidence-kit/2"}',
}  # fmt: skip


def _bag(chance: random.Random) -> tuple[str, Lie]:
    """Change a file of the bag: signed and listed anew, listed otherwise, or after all was signed."""
    name = chance.choice((
        "bagit.txt", "bag-info.txt", "READ-ME-FIRST.txt", "FORMAT.md", "custody.jsonl", "events.jsonl", "checkpoint.txt",
        "checkpoint.txt.sig", "allowed_signers", "manifest-sha256.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt",
        "tagmanifest-sha256.txt.sig", "data/E000001.txt",
    ))  # fmt: skip
    what = chance.choice(list(_FILES))
    when = chance.choice(("change", "listed", "after"))

    def lie(story: Story) -> None:
        getattr(story.order, when)[name] = _FILES[what]

    return f"{name} {what}, {when}", lie


def _swapped_lines(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([*lines[1:2], *lines[:1], *lines[2:]])


_FILES: dict[str, Callable[[bytes], bytes]] = {
    "with CR LF": lambda data: data.replace(b"\n", b"\r\n"),
    "without its last LF": lambda data: data[:-1],
    "with an empty line": lambda data: data + b"\n",
    "with a mark": lambda data: b"\xef\xbb\xbf" + data,
    "empty": lambda _: b"",
    "with its lines exchanged": _swapped_lines,
    "with its first line twice": lambda data: data.splitlines(keepends=True)[0] + data if data else data,
    "with its last line gone": lambda data: b"".join(data.splitlines(keepends=True)[:-1]),
    "in capitals": lambda data: data.upper(),
    "with a star": lambda data: data.replace(b"  ", b" *"),
    "with one space": lambda data: data.replace(b"  ", b" "),
    "with a tab": lambda data: data.replace(b"  ", b"\t"),
    "with VT": lambda data: data.replace(b"\n", b"\x0b", 1),
    "with FS": lambda data: data.replace(b".txt", b"\x1c.txt", 1),
    "with NEL": lambda data: data.replace(b"\n", b"\xc2\x85", 1),
    "with a line more": lambda data: data + b"0" * 64 + b"  zz\n",
    "with a line of nothing more": lambda data: data + b"0" * 64 + b"  \n",
    "with an item more": lambda data: data + b"0" * 64 + b"  data/E000009.txt\n",
    "with an item twice": lambda data: data + b"0" * 64 + b"  data/E000001.bin\n",
    "with other digits": lambda data: data.replace(b"1 of 1", "١ of ١".encode()),
    "of part 1 of 2": lambda data: data.replace(b"1 of 1", b"1 of 2").replace(b"1 of 2", b"2 of 2", 1),
    "of part 01": lambda data: data.replace(b"Count: 1", b"Count: 01"),
    "of part 0": lambda data: data.replace(b"Count: 1", b"Count: 0"),
    "of part 9": lambda data: data.replace(b"Count: 1", b"Count: 9"),
    "of part 1000000": lambda data: data.replace(b"Count: 1", b"Count: 1000000"),
    "without its part": lambda data: data.replace(b"Bag-Count", b"Bag-Group"),
    "with a byte changed": lambda data: bytes([data[0] ^ 1, *data[1:]]) if data else data,
    "with a byte of its middle changed": lambda data: data[: len(data) // 2] + b"#" + data[len(data) // 2 + 1 :],
    "in UTF-16": lambda data: data.decode("latin-1").encode("utf-16"),
    "with NUL": lambda data: data + b"\x00",
}  # fmt: skip


def _members(chance: random.Random) -> tuple[str, Lie]:
    """Order, add, rename or leave out members of the bag."""
    what = chance.choice(("order", "order", "order", "gone", "more", "folder", "seal key", "seal namespace"))
    seed = chance.random()
    name = chance.choice((
        "zz", "data/E000009.txt", "data/E000001.bin", "data/E000001-blurred.jpg", "data/E0000001.txt", "data/e000001.txt", "anchors/00000004.tsr",
        "anchors/4.tsr", "data/", "data/x", "data/E000001", "data/E000001.TXT", "data/E000001.tar.gz", "data/../x", "report/x", "report/x.txt", "report/dossier.json", "bagit.txt/", "",
        "data/E000001.toolong", "DATA/E000009.txt", "data/E000009-blurred.jpg", "data/E999999999999999.bin", "data/E9999999999999999.bin", " bagit.txt",
        "custody.jsonl.txt", "fetch.txt", "manifest-md5.txt", "data//E000009.txt", "data/E000009.txt/x",
    ))  # fmt: skip
    folder = chance.choice(("LRC-2026-0002", "", "lrc-2026-0001", "LRC-2026-0001/LRC-2026-0001", ".", "..", "x"))
    key = chance.choice((RECOVERY, COLLEAGUE, STRANGER))
    space = chance.choice((CHECKPOINT, ARCHIVE, ""))

    def shuffled(names: list[str]) -> list[str]:
        mixed = random.Random(seed)
        found = list(names)
        if mixed.random() < 0.7:
            one, other = sorted(mixed.sample(range(len(found)), 2))
            found.insert(other, found.pop(one))
        else:
            mixed.shuffle(found)
        return found

    def lie(story: Story) -> None:
        order = story.order
        if what == "order":
            order.order = shuffled
        elif what == "gone":
            every = ["bagit.txt", "bag-info.txt", "FORMAT.md", "custody.jsonl", "events.jsonl", "checkpoint.txt", "allowed_signers",
                "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig", "data/E000001.txt"]  # fmt: skip
            order.gone.add(every[int(seed * len(every))])
        elif what == "more":
            order.more[name] = b"x"
        elif what == "folder":
            order.folder = folder
        elif what == "seal key":
            order.seal_key = key
        else:
            order.seal_namespace = space

    return f"{what} {seed:.6f} {name!r} {folder!r} {space!r}", lie


def _several(chance: random.Random) -> tuple[str, Lie]:
    """Put values into two or three places at once."""
    picked = [
        (chance.choice(_PLACES), chance.choice((*VALUES, *CHANGES, GONE))) for _ in range(chance.choice((1, 2, 3)))
    ]

    def lie(story: Story) -> None:
        for place, value in picked:
            at = min(place.line, len(story.entries) - 1)
            try:
                Place(place.story, at, place.part, place.trail).tell(story, value)
            except (KeyError, IndexError, TypeError, AttributeError):
                continue

    return "; ".join(f"{place} = {_named(value)}" for place, value in picked), lie


_PLACES = every_place()


def _stamp(chance: random.Random) -> tuple[str, Lie]:
    """Put a time stamp into the log: sound, or with something in it that is not; the opening says its time, or not."""
    seed, share = chance.random(), chance.random()
    at = chance.choice(
        (
            "2026-11-23T19:00:00+00:00",
            "2026-11-23T19:00:00.500000+00:00",
            "2000-01-01T00:00:00+00:00",
            None,
            5,
            "",
            "2026-11-23T19:00:00Z",
        )
    )

    def stamp(line: bytes) -> str:
        return base64.b64encode(stamps.told(sha256(line), random.Random(seed))[1]).decode()

    def lie(story: Story) -> None:
        signed = [number for number, entry in enumerate(story.entries) if entry.key is not None]
        end = story.entries[signed[-2]]
        clear = {"type": "anchored", "line": signed[int(share * (len(signed) - 1))] + 1, "token": TOKEN}
        opened = {"salt": "f" * 32, "type": "anchored", "clear": dict(clear), "stamped_at": at}
        new = Entry({"time": end.fields["time"], "clear": clear}, opened, stamp=stamp)
        story.entries[signed[-2] + 1 : signed[-2] + 1] = [new, Entry(dict(end.fields), key=end.key)]
        _shifted(story, signed[-2] + 2, 2)

    return f"{stamps.told('0' * 64, random.Random(seed))[0]}, told as {at!r}, over {share:.3f}", lie


KINDS = (_stamp, _stamp, _added, _event, _event, _lines, _lines, _bag, _members, _several)


def _named(value: Any) -> str:
    if value is GONE:
        return "gone"
    if callable(value):
        return str(value.__name__)
    return repr(value)[:80]


# --- the statement ---------------------------------------------------------------------------------------------------

_STATEMENTS: dict[str, Callable[[list[str]], list[str]]] = {
    "sound": list,
    "of no size": lambda rows: [*rows[:4], "0"],
    "of another size": lambda rows: [*rows[:4], str(int(rows[4]) + 1)],
    "of a size below zero": lambda rows: [*rows[:4], "-" + rows[4]],
    "of a size of 5,000 digits": lambda rows: [*rows[:4], "7" * 5000],
    "of a size of 400 digits": lambda rows: [*rows[:4], "7" * 400],
    "of a size beyond 2^53": lambda rows: [*rows[:4], "9007199254740993"],
    "of a size of 2^53 - 1": lambda rows: [*rows[:4], "9007199254740991"],
    "of a size with a zero": lambda rows: [*rows[:4], "0" + rows[4]],
    "of a size with a sign": lambda rows: [*rows[:4], "+" + rows[4]],
    "of a size with a point": lambda rows: [*rows[:4], rows[4] + ".0"],
    "of a size with an exponent": lambda rows: [*rows[:4], rows[4] + "e0"],
    "of a size with a space": lambda rows: [*rows[:4], " " + rows[4]],
    "of a size with an underscore": lambda rows: [*rows[:4], rows[4][:1] + "_" + rows[4][1:]],
    "of a size in other digits": lambda rows: [*rows[:4], "".join(chr(0x660 + int(digit)) for digit in rows[4])],
    "of a size of nothing": lambda rows: [*rows[:4], ""],
    "of minus no lines": lambda rows: [rows[0], "-0", *rows[2:]],
    "of lines below zero": lambda rows: [rows[0], "-" + rows[1], *rows[2:]],
    "of lines of 5,000 digits": lambda rows: [rows[0], "7" * 5000, *rows[2:]],
    "of lines beyond 2^53": lambda rows: [rows[0], "9007199254740993", *rows[2:]],
    "of lines with a zero": lambda rows: [rows[0], "0" + rows[1], *rows[2:]],
    "of lines with a point": lambda rows: [rows[0], rows[1] + ".0", *rows[2:]],
    "of other lines": lambda rows: [rows[0], str(int(rows[1]) - 1), *rows[2:]],
    "of no lines": lambda rows: [rows[0], "0", *rows[2:]],
    "of another head": lambda rows: [*rows[:2], "0" * 64, *rows[3:]],
    "of a head in capitals": lambda rows: [*rows[:2], rows[2].upper(), *rows[3:]],
    "of a head cut": lambda rows: [*rows[:2], rows[2][:-1], *rows[3:]],
    "of another archive": lambda rows: [*rows[:3], "0" * 64, rows[4]],
    "of an archive in capitals": lambda rows: [*rows[:3], rows[3].upper(), rows[4]],
    "of another case": lambda rows: ["evidence-kit-archive/1 LRC-2026-0002", *rows[1:]],
    "of a case with a space": lambda rows: [rows[0] + " ", *rows[1:]],
    "of a case of two words": lambda rows: [rows[0] + " LRC", *rows[1:]],
    "of a case of nothing": lambda rows: ["evidence-kit-archive/1 ", *rows[1:]],
    "of no case": lambda rows: ["evidence-kit-archive/1", *rows[1:]],
    "of a case in other letters": lambda rows: ["evidence-kit-archive/1 LRC-2026-000１", *rows[1:]],
    "of version 2": lambda rows: [rows[0].replace("/1", "/2"), *rows[1:]],
    "with a line more": lambda rows: [*rows, "x"],
    "with an empty line more": lambda rows: [*rows, ""],
    "with a line less": lambda rows: rows[:4],
    "with CR": lambda rows: [f"{row}\r" for row in rows],
    "with VT": lambda rows: [rows[0] + "\x0b", *rows[1:]],
    "with a mark": lambda rows: ["\ufeff" + rows[0], *rows[1:]],
    "with NUL": lambda rows: [*rows[:4], rows[4] + "\x00"],
}  # fmt: skip
_PAPERS: dict[str, Callable[[bytes], bytes]] = {
    "sound": bytes,
    "without its end": lambda data: data[:-1],
    "with two ends": lambda data: data + b"\n",
    "with CR LF": lambda data: data.replace(b"\n", b"\r\n"),
    "in wider rows": lambda data: data.replace(b"\n", b"", 2).replace(b"-----B", b"-----B", 1),
    "with a space": lambda data: data.replace(b"\n", b" \n", 2),
    "padded": lambda data: data.replace(b"\n-----END", b"=\n-----END"),
    "with a blank row": lambda data: data.replace(b"\n", b"\n\n", 1),
    "empty": lambda _: b"",
    "with a mark": lambda data: b"\xef\xbb\xbf" + data,
    "in lower case": lambda data: data.lower(),
}  # fmt: skip


def _told_statement(chance: random.Random, number: int) -> Told:
    story = STORIES[chance.choice(("small", "whole"))]()
    made = write(story)
    rows_of, paper = (
        (list(_STATEMENTS)[number % len(_STATEMENTS)], "sound")
        if chance.random() < 0.8
        else ("sound", chance.choice(list(_PAPERS)))
    )
    key = STATION if chance.random() < 0.9 else chance.choice((RECOVERY, COLLEAGUE, STRANGER))
    space = ARCHIVE if chance.random() < 0.95 else chance.choice((SEAL, CHECKPOINT, ""))
    lines = made.written.checkpoint.split(b"\n")
    true = statement(story.case, lines[1].decode(), lines[2].decode(), made.archive).decode().split("\n")[:-1]
    text = "".join(f"{row}\n" for row in _STATEMENTS[rows_of](true)).encode("utf-8")
    given = (text, _PAPERS[paper](armour(key.sign(text, space))))
    return Told(f"statement {rows_of}, signature {paper}, {key.fingerprint}, {space}", made, given)


# --- all of it -------------------------------------------------------------------------------------------------------


def told(count: int, seed: int = 1) -> Iterator[Told]:
    """Yield as many archives: first every single value in every place, in an order of the seed, then many at once.

    The same for the same seed: the one in a run of 150 is the one in a run of 20,000.
    """
    chance = random.Random(seed)
    alone = singles()
    chance.shuffle(alone)
    for number in range(count):
        own = random.Random(f"{seed}/{number}")
        kind = number % 4
        if kind in {0, 1} and alone:
            place, value = alone.pop()
            story = STORIES[place.story]()
            # A list that a line and its opening share is shorter in both when it was cut in one.
            with suppress(IndexError):
                place.tell(story, value)
            yield Told(f"{seed}/{number}: {place} = {_named(value)}", write(story))
        elif own.random() < 0.12:
            said = _told_statement(own, number)
            yield Told(f"{seed}/{number}: {said.name}", said.made, said.statement)
        else:
            name = own.choice(list(STORIES))
            story = STORIES[name]()
            names = []
            for _ in range(own.choice((1, 1, 1, 2, 3))):
                what, lie = own.choice(KINDS)(own)
                try:
                    lie(story)
                except (KeyError, IndexError, TypeError, AttributeError, ValueError):
                    continue
                names.append(what)
            yield Told(f"{seed}/{number}: {name}: " + "; ".join(names), write(story))
