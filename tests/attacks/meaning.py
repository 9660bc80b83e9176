"""Attacks on what an archive means: every byte agrees, and the words say what the log does not commit to.

Each is made by somebody who may sign: the log is chained and signed anew, both manifests agree and are signed.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable
from typing import Any

from evidence_kit.custody.chain import replay_log
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys.age_writer import _BECH32, _checksum
from evidence_kit.keys.sshsig import _KEY_TYPE, _string
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing import bag
from tests.attacks.conftest import Material
from tests.attacks.liar import Line, told_anew
from tests.attacks.rebuild import Members, pack, relist, unpack
from tests.timestamps import Clock

Change = Callable[[list[Line]], object]
Facts = dict[str, Any]
KIND: Facts = {"name": "text", "family": "text", "media_type": "text/plain"}
COLLEAGUE = SigningKey.from_seed(bytes(range(132, 164)))


def says(kind: str, said: Facts, clear: Facts | None = None, behind: int = -2, **fields: str) -> Change:
    """Put a commit of one event behind a signature line, the one before the plan's if nothing else is said."""

    def change(lines: list[Line]) -> None:
        at = [number for number, line in enumerate(lines) if "sig" in line.fields][behind]
        told = {} if clear is None else {"clear": {"type": kind} | clear}
        signed = dict(lines[at].fields)
        event = {"v": 1, "seq": 0, "time": signed["time"], "commit": "", **fields, **told, "prev": ""}
        opened = {"salt": "00" * 16, "type": kind, **told, **said}
        lines[at + 1 : at + 1] = [Line(event, opened), Line(signed, None)]

    return change


def kept(item: str, content: bytes, **other: object) -> Facts:
    """Return what an `item.kept` says of an item."""
    facts = {"item": item, "path": "phone/x.txt", "size": len(content), "sha256": sha256(content).hex}
    return facts | {"crc32": f"{zlib.crc32(content):08x}", "kind": KIND} | other


def plan(**other: object) -> Change:
    """Change what the plan says."""

    def change(lines: list[Line]) -> None:
        opened = lines[-2].opened
        assert opened is not None
        opened |= other

    return change


def opening(kind: str, change_facts: Callable[[Facts], object]) -> Change:
    """Change what the first event of a type says."""

    def change(lines: list[Line]) -> None:
        change_facts(next(each.opened for each in lines if each.opened is not None and each.opened["type"] == kind))

    return change


def lied(*changes: Change, data: Members | None = None, files: Callable[[Members], Members] | None = None) -> Any:
    """Return an attack: a log that says something else, files of the bag exchanged, and all signed as if it were so."""

    def make(material: Material) -> bytes:
        members = unpack(material.sealed.archive.read_bytes()) | (data or {})
        listed = bag.manifest_text((name, sha256(each)) for name, each in members.items() if name.startswith("data/"))
        changes_of_all = [plan(payload_manifest=sha256(listed).hex), *changes]
        changed = told_anew(members, material.key, lambda lines: [each(lines) for each in changes_of_all])
        if files is not None:
            changed = relist(files(changed), material.key)
        return pack(in_order(changed))

    return make


def in_order(members: Members) -> Members:
    """Return the members in the order of our writer."""
    first = ["bagit.txt", bag.INFO, bag.LETTER_PAGE, bag.LETTER_TEXT, bag.FORMAT, bag.LOG, bag.EVENTS]
    first += [bag.CHECKPOINT, bag.CHECKPOINT_SIGNATURE, bag.ALLOWED_SIGNERS]
    anchors = sorted(name for name in members if name.startswith(bag.ANCHORS))
    last = [bag.MANIFEST, bag.TAG_MANIFEST, bag.TAG_SIGNATURE]
    known = [*first, *anchors, *last]
    rest = sorted(name for name in members if name not in known)
    return {name: members[name] for name in [*known, *rest] if name in members}


def small_order_key() -> str:
    """Return an OpenSSH key line of the neutral point: harmless to look at, and no key."""
    raw = (1).to_bytes(32, "little")
    return "ssh-ed25519 " + base64.b64encode(_string(_KEY_TYPE) + _string(raw)).decode()


def small_order_recipient() -> str:
    """Return the `age1…` of a point for which everybody knows the secret."""
    number = int.from_bytes(bytes(32), "big") << 4
    values = [number >> 5 * (51 - at) & 31 for at in range(52)]
    checksum = _checksum("age", [*values, *[0] * 6]) ^ 1
    values += [checksum >> 5 * (5 - at) & 31 for at in range(6)]
    return "age1" + "".join(_BECH32[each] for each in values)


CLOCK = Clock()
THEN, EARLIER = "20261201120000Z", "20200601120000Z"


def stamped(
    at: str = THEN, told: object = None, *, other: bool = False, junk: bool = False, more: Facts | None = None
) -> Any:
    """Return an attack: a time stamp over the first signature line, or over none, and what its event says of it."""

    def make(material: Material) -> bytes:
        log = unpack(material.sealed.archive.read_bytes())[bag.LOG]
        first = replay_log([log]).custody.commits[0]
        raw = log.splitlines()[first.line - 1]
        assert hashlib.sha256(raw).hexdigest() == first.head.hex
        token = b"word of honour" if junk else CLOCK.stamp(b"another line" if other else raw, at)
        clear = {"line": first.line, "token": base64.b64encode(token).decode("ascii")}
        said = (more or {}) | ({} if told is None else {"stamped_at": told})
        return bytes(lied(says("anchored", said, clear=clear))(material))

    return make


def _earlier_signers(members: Members) -> Members:
    custody = replay_log([members[bag.LOG]]).custody
    return members | {bag.ALLOWED_SIGNERS: bag.allowed_signers_before(custody)}


def _removed() -> list[Change]:
    line = {"signer": COLLEAGUE.public.line}
    return [says("signer.added", {}, clear=line), says("signer.removed", {}, clear=line)]


def _counted(members: Members) -> Members:
    return members | {bag.INFO: members[bag.INFO].replace(b".3\n", b".2\n")}


def _dated(members: Members) -> Members:
    return members | {bag.INFO: re.sub(rb"Date: ....", b"Date: 2001", members[bag.INFO])}


def _first_line(lines: list[Line]) -> None:
    clear = lines[0].fields["clear"]
    lines[0].fields["clear"] = clear | {"type": "signer.added", "signer": clear["signers"][0]}
    lines[0].opened = (lines[0].opened or {}) | {"type": "signer.added", "clear": lines[0].fields["clear"]}


def _destroyed_whole(items: list[str]) -> Change:
    """Replace the body of the first commit."""

    def change(lines: list[Line]) -> None:
        first = next(number for number, line in enumerate(lines, 1) if "sig" in line.fields)
        says("destroyed", {}, clear={"objects": items, "bodies": [{"line": first, "sha256": "0" * 64}]})(lines)

    return change


def _empty_part(lines: list[Line]) -> None:
    opened = lines[-2].opened
    assert opened is not None
    listed = {"items": opened["items"], "payload_manifest": opened.pop("payload_manifest")}
    del opened["part"]
    opened |= {"form": 2, "parts": 2, "volumes": [listed, {"items": [], "payload_manifest": "0" * 64}]}


OTHER, ONE = b"no threat at all\n", b"x"
ITEM = "E000001"

# What was done, the finding, the verdict, how.
MEANING: list[tuple[str, str, str, Callable[[Material], bytes]]] = [
    (
        "an item said anew by an event without a file, its bytes exchanged",
        "item-and-line-differ",
        "BROKEN",
        lied(says("item.kept", kept(ITEM, OTHER)), data={f"data/{ITEM}.txt": OTHER}),
    ),
    (
        "an item said anew on the line of another file",
        "item-and-line-differ",
        "BROKEN",
        lied(says("item.kept", kept(ITEM, OTHER), object="E000009", stored="0" * 64), data={f"data/{ITEM}.txt": OTHER}),
    ),
    (
        "a file in the store that a note speaks for",
        "item-and-line-differ",
        "BROKEN",
        lied(says("note", {"text": "x", "readers": []}, object="E000009", stored="0" * 64), plan(items_of=4)),
    ),
    (
        "what was witnessed said anew",
        "item-witnessed-twice",
        "BROKEN",
        lied(
            says("item.witnessed", kept("W000001", OTHER) | {"crc32": None}),
            says("item.witnessed", kept("W000001", ONE) | {"crc32": None}),
        ),
    ),
    (
        "a signer let in who does not stand in clear",
        "opening-and-clear-differ",
        "BROKEN",
        lied(says("signer.added", {"name": "a stranger"})),
    ),
    (
        "a case opened a second time, as an adult's",
        "opening-and-clear-differ",
        "BROKEN",
        lied(says("case.opened", {"association": "LRC", "age_band": "adult"})),
    ),
    ("the plan counts fewer items than the log names", "seal-plan-miscounts", "BROKEN", lied(plan(items_of=2))),
    ("the plan counts more items than the log names", "seal-plan-miscounts", "BROKEN", lied(plan(items_of=5))),
    (
        "an item that was destroyed, and lies there",
        "item-destroyed",
        "BROKEN",
        lied(says("destroyed", {}, clear={"objects": [ITEM], "bodies": []}), plan(items_of=2)),
    ),
    (
        "an item of one byte whose length is `true`",
        "item-changed",
        "BROKEN",
        lied(
            opening("item.kept", lambda facts: facts.update(kept(str(facts["item"]), ONE, size=True))),
            data={f"data/{ITEM}.txt": ONE},
        ),
    ),
    ("`bag-info.txt` counts the files wrongly", "bag-file-differs", "BROKEN", lied(files=_counted)),
    (
        "`allowed_signers` names a removed key like the others",
        "allowed-signers-of-earlier-form",
        "CONSISTENT",
        lied(*_removed(), files=_earlier_signers),
    ),
    (
        "a key of small order may sign",
        "log-clear-not-understood",
        "BROKEN",
        lied(says("signer.added", {}, clear={"signer": small_order_key()})),
    ),
    (
        "new bytes are for a recipient of small order",
        "log-clear-not-understood",
        "BROKEN",
        lied(says("recipient.changed", {}, clear={"recipient": small_order_recipient()})),
    ),
    ("a time stamp that is none, in an archive", "time-stamp-malformed", "BROKEN", stamped(junk=True)),
    ("a time stamp of something else, in an archive", "time-stamp-of-another-line", "BROKEN", stamped(other=True)),
    (
        "a time stamp told otherwise than it says",
        "time-stamp-told-differently",
        "BROKEN",
        stamped(told="2020-01-01T00:00:00+00:00"),
    ),
    ("a time stamp that is older than its line", "time-stamp-before-line", "CONSISTENT", stamped(EARLIER)),
    (
        "a time stamp as it should be, its root unknown",
        "time-stamp-authority-unknown",
        "CONSISTENT",
        stamped(told="2026-12-01T12:00:00+00:00"),
    ),
    ("a first line that opens no case", "log-clear-not-understood", "BROKEN", lied(_first_line)),
    (
        "a case destroyed as a whole whose items stay",
        "log-clear-not-understood",
        "BROKEN",
        lied(_destroyed_whole([])),
    ),
    (
        "a case destroyed as a whole that goes on",
        "log-signer-not-allowed",
        "BROKEN",
        lied(_destroyed_whole(["E000001", "E000002", "E000003"])),
    ),
    (
        "what was witnessed bears the id of an item",
        "item-and-line-differ",
        "BROKEN",
        lied(says("item.witnessed", kept(ITEM, OTHER) | {"crc32": None})),
    ),
    (
        "an event whose type only looks like another",
        "opening-malformed",
        "BROKEN",
        lied(says("item.k\u0435pt", kept(ITEM, OTHER))),
    ),
    (
        "a receipt said with a code that fits nothing",
        "commit-told-differently",
        "BROKEN",
        lied(opening("receipt.issued", lambda facts: facts.update(code="AAAA-" * 8 + "AAAA"))),
    ),
    (
        "a receipt said to fix more lines than it does",
        "commit-told-differently",
        "BROKEN",
        lied(opening("receipt.issued", lambda facts: facts.update(lines=int(facts["lines"]) + 1))),
    ),
    (
        "an earlier archive said to end where the log does not",
        "commit-told-differently",
        "BROKEN",
        lied(says("sealed", {"archive": "x", "size": 1, "sha256": "0" * 64, "lines": 3, "head": "0" * 64})),
    ),
    (
        "a time stamp told with its own time in a list",
        "time-stamp-told-differently",
        "BROKEN",
        stamped(told=["2026-12-01T12:00:00+00:00"]),
    ),
    (
        "a time stamp told with another policy",
        "time-stamp-told-differently",
        "BROKEN",
        stamped(more={"policy": "1.2.3.5"}),
    ),
    ("a bag said to be of another day", "bag-file-differs", "BROKEN", lied(files=_dated)),
    ("a part of a seal without an item", "seal-plan-malformed", "BROKEN", lied(_empty_part)),
]
