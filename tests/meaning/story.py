"""Invented cases told with the writer: every type that stands in clear, items, a blurred copy, parts."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.meaning import stamps
from tests.meaning.writer import Entry, Key, Order, Written, armour, lock, sha256, write_bag, write_inner, write_log

CASE = "LRC-2026-0001"
DIGITS = "0123456789" * 2 + "01234567"
STATION, RECOVERY, COLLEAGUE, STRANGER = (Key(bytes(range(at, at + 32))) for at in (0, 32, 64, 100))
KEYS = (STATION, RECOVERY, COLLEAGUE, STRANGER)
RECIPIENTS = (
    "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq",
    "age1aqh7ql4mtyjcyd562hg7npk2yls2uyf28u9q80mnm3hsyrf7wdusxknhqq",
)
SALT = bytes(range(16))
TEXT = {"name": "text", "family": "text", "media_type": "text/plain"}
PICTURE = {"name": "jpeg", "family": "picture", "media_type": "image/jpeg"}
# No time stamp: the line is understood, and who looks into it finds nothing there.
TOKEN = "MAMCAQA="


@dataclass
class Story:
    """A case as it is told, before it is written.

    Attributes:
        case: Case id.
        entries: The log.
        data: What lies below `data/` of each part, by path.
        reports: What lies below `report/` of every part, by path.
        files: More files of the case folder: items, bodies and keys, by path.
        info: `bag-info.txt` behind its first line.
        order: What is to be different.
        statement: The five lines of the statement, each as text; made of what was written.
    """

    case: str = CASE
    entries: list[Entry] = field(default_factory=list)
    data: list[dict[str, bytes]] = field(default_factory=list)
    reports: dict[str, bytes] = field(default_factory=dict)
    part: int = 1
    order: Order = field(default_factory=Order)

    @property
    def plan(self) -> dict[str, Any]:
        """What `seal.begun` says."""
        said = self.entries[-2].opened
        assert said is not None
        return said


def measured(data: bytes) -> dict[str, Any]:
    return {"size": len(data), "sha256": sha256(data), "crc32": f"{zlib.crc32(data):08x}"}


def clock(commit: int) -> str:
    return f"2026-11-23T18:{commit:02d}:00.000000Z"


def stamp_over(line: bytes) -> str:
    """Return a time stamp over a line: sound, and by no authority."""
    return base64.b64encode(stamps.answer(stamps.info(sha256(line))).data).decode()


class Teller:
    """Puts one event behind another."""

    def __init__(self, case: str = CASE) -> None:
        self.story = Story(case)
        self._commit = 1
        self._salts = 0

    def _salt(self) -> str:
        self._salts += 1
        return f"{self._salts:032x}"

    def event(
        self, kind: str, said: dict[str, Any] | None = None, clear: dict[str, Any] | None = None, *,
        stored: tuple[str, str] | None = None, withheld: bool = False,
    ) -> int:  # fmt: skip
        """Tell one event; returns the number of its line."""
        told = {} if clear is None else {"clear": {"type": kind, **clear}}
        opened = {"salt": self._salt(), "type": kind, **told, "by": "Salma B.", "kit": "1", **(said or {})}
        held = {} if stored is None else {"object": stored[0], "stored": stored[1]}
        fields = {"time": clock(self._commit), **held, **({} if clear is None else {"clear": dict(told["clear"])})}
        self.story.entries.append(Entry(fields, opened, withheld))
        return len(self.story.entries)

    def sign(self, key: Key = STATION) -> int:
        """Sign what was told since the last time; returns the number of the signature line."""
        bodies = sha256(b"body %d" % len(self.story.entries))
        self.story.entries.append(Entry({"time": clock(self._commit), "bodies": bodies}, key=key))
        self._commit += 1
        return len(self.story.entries)

    def stamped(self, line: int) -> int:
        """Tell of a time stamp over a signature line; the token is written with the log."""
        said = {"authority": "CN=Clock", "stamped_at": "2026-11-23T19:00:00+00:00", "checked_by": "nobody"}
        number = self.event("anchored", said, {"line": line, "token": TOKEN})
        self.story.entries[-1].stamp = stamp_over
        return number

    def kept(self, number: int, data: bytes, kind: dict[str, str], *, withheld: bool = False) -> int:
        item = f"E{number:06d}"
        said = {"item": item, "path": f"phone/{number}", **measured(data), "kind": dict(kind), "name_agrees": True}
        return self.event("item.kept", said, stored=(item, sha256(b"stored " + item.encode())), withheld=withheld)


def _begin(teller: Teller) -> None:
    opened = {"format": "evidence-kit/1", "case": teller.story.case, "recipient": RECIPIENTS[0]}
    teller.event(
        "case.opened", {"association": "LRC", "age_band": "adult"}, {**opened, "signers": [STATION.line, RECOVERY.line]}
    )
    teller.event(
        "reader.granted", {"reader": STATION.line, "role": "station"}, {"key": "K0001", "sha256": sha256(b"K0001")}
    )
    teller.event("consent.recorded", {"purpose": "lawyer", "given": True, "on": "2026-11-23", "said_by": "person"})
    teller.sign()


def ranges(numbers: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def paths(data: dict[str, bytes]) -> bytes:
    return b"".join(f"{sha256(each)}  {name}\n".encode() for name, each in sorted(data.items()))


def small() -> Story:
    """Three items, whole, in one part: what an archive is most of the time."""
    teller = Teller()
    _begin(teller)
    first, second, third = b"a threat\n", b"x", bytes(range(20))
    teller.kept(1, first, TEXT)
    teller.kept(2, second, TEXT)
    teller.kept(3, third, {"name": "unknown", "family": "unknown", "media_type": "application/octet-stream"})
    teller.sign()
    closed = teller.event("note", {"text": "for us alone", "readers": ["association"]}, withheld=True)
    teller.sign()
    data = {"data/E000001.txt": first, "data/E000002.txt": second, "data/E000003.bin": third}
    plan = {
        "purpose": "lawyer",
        "scope": "all",
        "items": [[1, 3]],
        "items_in": 3,
        "items_of": 3,
        "withheld": [[closed, closed]],
    }
    plan |= {"payload_manifest": sha256(paths(data)), "reports": [], "part": 1, "parts": 1, "passphrase_for": []}
    teller.event("seal.begun", plan)
    teller.sign()
    teller.story.data = [data]
    return teller.story


def reported() -> Story:
    """Three items and two reports about them."""
    story = small()
    story.reports = {"report/chats/001.jsonl": b'{"where":"E000001:1"}\n', "report/dossier.json": b"{}"}
    listed = [{"path": path, "size": len(each), "sha256": sha256(each)} for path, each in sorted(story.reports.items())]
    story.plan.update({"reports": listed, "form": 3})
    return story


def rich(*, parts: int = 2) -> Story:
    """Everything that may stand in clear, an item that was destroyed, one that stays closed, a blurred copy."""
    teller = Teller()
    _begin(teller)
    contents = {1: b"a threat\n", 2: b"\xff\xd8\xff\xe0 a picture", 3: b"gone", 4: b"closed", 5: b"y"}
    closed = []
    for number, content in contents.items():
        line = teller.kept(number, content, PICTURE if number == 2 else TEXT, withheld=number in {3, 4})
        closed += [line] if number in {3, 4} else []
    body = teller.sign()
    teller.event("signer.added", {"name": "Nadia L."}, {"signer": COLLEAGUE.line})
    teller.event(
        "reader.granted", {"reader": COLLEAGUE.line, "role": "granted"}, {"key": "K0002", "sha256": sha256(b"K0002")}
    )
    teller.sign()
    teller.event("item.marked", {"items": ["E000001", "E000002"], "sensitivity": "intimate", "said_by": "Salma B."})
    teller.sign(COLLEAGUE)
    teller.event(
        "destroyed",
        {"reason": "asked", "agreed_by": ["A.", "B."]},
        {"objects": ["E000003"], "bodies": [{"line": body, "sha256": sha256(b"anew")}]},
    )
    teller.sign()
    teller.event("signer.removed", {"name": "Nadia L."}, {"signer": COLLEAGUE.line})
    teller.stamped(body)
    teller.event("recipient.changed", {"reason": "left"}, {"recipient": RECIPIENTS[1]})
    teller.event(
        "reader.granted", {"reader": STATION.line, "role": "station"}, {"key": "K0003", "sha256": sha256(b"K0003")}
    )
    teller.sign(RECOVERY)
    closed += [teller.event("item.viewed", {"item": "E000001", "reason": "report"}, withheld=True)]
    copy = b"\xff\xd8\xff\xe0 blurred"
    teller.event(
        "item.redacted", {"item": "E000002", **measured(copy), "method": "blur", "parameters": {}, "versions": {}}
    )
    teller.sign()
    data = [{"data/E000001.txt": contents[1], "data/E000002-blurred.jpg": copy}, {"data/E000005.txt": contents[5]}]
    if parts == 1:
        data = [data[0] | data[1]]
    plan: dict[str, Any] = {
        "purpose": "police",
        "scope": "items",
        "items": [[1, 2], [5, 5]],
        "items_in": 3,
        "items_of": 4,
    }
    plan |= {"withheld": ranges(closed)}
    if parts == 1:
        plan |= {"payload_manifest": sha256(paths(data[0])), "reports": [], "part": 1, "parts": 1}
    else:
        plan |= {"reports": [], "parts": 2}
        plan["volumes"] = [
            {"items": [[1, 2]], "payload_manifest": sha256(paths(data[0]))},
            {"items": [[5, 5]], "payload_manifest": sha256(paths(data[1]))},
        ]
    teller.event("seal.begun", plan | {"blurred": [[2, 2]], "form": 2})
    teller.sign()
    teller.story.data = data
    return teller.story


def allowed_signers(case: str, entries: Sequence[Entry]) -> bytes:
    """Return the file that follows from the log, as far as what it says can be understood."""
    keys: set[str] = set()
    removed: dict[str, str] = {}
    for entry in entries:
        clear = entry.fields.get("clear")
        if not isinstance(clear, dict):
            continue
        kind, signer = clear.get("type"), clear.get("signer")
        named = clear.get("signers") if kind == "case.opened" else [signer]
        if kind in ("case.opened", "signer.added") and isinstance(named, list):
            keys |= {each for each in named if isinstance(each, str)}
            removed.pop(str(signer), None)
        elif kind == "signer.removed" and isinstance(signer, str):
            removed[signer] = str(entry.fields.get("time"))
    known = sorted((each for each in KEYS if each.line in keys), key=lambda each: each.fingerprint)
    spaces = "evidence-kit,evidence-kit-seal,evidence-kit-archive"
    rows = [f'{case} namespaces="{spaces}" {each.line}\n' for each in known if each.line not in removed]
    for each in known:
        if (time := removed.get(each.line)) is not None:
            until = "".join(sign for sign in time[:19] if sign.isdigit()) + "Z"
            rows.append(f'{case} namespaces="evidence-kit",valid-before="{until}" {each.line}\n')
    return "".join(rows).encode()


def bag_files(story: Story, written: Written) -> dict[str, bytes]:
    """Return the bag's files, the lists and their signature apart."""
    data = story.data[story.part - 1]
    size = sum(map(len, data.values()))
    info = (
        f"Bag-Count: {story.part} of {len(story.data)}\nBag-Software-Agent: evidence-kit 1\nBagging-Date: 2026-11-23\n"
    )
    info += f"External-Identifier: {story.case}\nPayload-Oxum: {size}.{len(data)}\n"
    files = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": info.encode(),
        "READ-ME-FIRST.html": b"<p>read me\n",
        "READ-ME-FIRST.txt": b"read me\n",
        "FORMAT.md": b"the format\n",
        "custody.jsonl": written.log,
        "events.jsonl": written.events,
        "checkpoint.txt": written.checkpoint,
        "checkpoint.txt.sig": armour(written.signature),
        "allowed_signers": allowed_signers(story.case, story.entries),
    }
    for number, entry in enumerate(story.entries, 1):
        clear = entry.fields.get("clear")
        if isinstance(clear, dict) and clear.get("type") == "anchored":
            try:
                decoded = base64.b64decode(clear["token"], validate=True)
            except (KeyError, TypeError, ValueError):
                decoded = b""
            files[f"anchors/{number:08d}.tsr"] = decoded
    return files | story.reports | {"manifest-sha256.txt": b""} | data


@dataclass(frozen=True)
class Made:
    """An archive, and everything that was written on the way.

    Attributes:
        archive: The `.sealed.zip`.
        inner: `evidence.zip`.
        bag: The files inside.
        written: The log.
    """

    archive: bytes
    inner: bytes
    bag: dict[str, bytes]
    written: Written


def write(story: Story, passphrase: str = DIGITS) -> Made:
    """Write a story as an archive."""
    written = write_log(story.entries, story.case)
    signer = next((entry.key for entry in reversed(story.entries) if entry.key is not None), STATION)
    bag = write_bag(bag_files(story, written), signer, story.order)
    inner = story.order.inner(write_inner(story.order.folder or story.case, bag))
    return Made(story.order.outer(lock(inner, passphrase, SALT)), inner, bag, written)
