"""Somebody who holds a key that may sign, and lies: whatever contradicts itself is found."""

from __future__ import annotations

import contextlib
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence_kit.custody import opening
from evidence_kit.custody.errors import CaseBrokenError
from evidence_kit.custody.event import Event
from evidence_kit.hashing.exact import sha256
from evidence_kit.keys import age
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.sealing import bag, plan
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.workflows.case import record
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover import seal as sealing
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from tests.attacks.conftest import DIGITS
from tests.attacks.rebuild import not_read_back, pack, relist, unpack
from tests.conftest import NewCase
from tests.workflows.helpers import take_in

KIND: Json = {"name": "text", "family": "text", "media_type": "text/plain"}


def kept(item: str, content: bytes) -> dict[str, Json]:
    return {
        "item": item, "path": f"{item}.txt", "size": len(content), "sha256": sha256(content).hex,
        "crc32": f"{zlib.crc32(content):08x}", "kind": KIND,
    }  # fmt: skip


def put(writer: CaseWriter, item: str, ciphertext: bytes, event: str, fields: dict[str, Json]) -> None:
    draft = writer.store.draft(item)
    draft.write(ciphertext)
    writer.commit([Event(event, fields, object=item, stored=draft.stored)], [draft])


def _another(writer: CaseWriter) -> None:
    real = age.encrypt_bytes(b"what was taken in", [writer.recipient])
    put(writer, "E000001", real, "item.kept", kept("E000001", b"what they say"))


def _garbage(writer: CaseWriter) -> None:
    put(writer, "E000001", b"not age at all", "item.kept", kept("E000001", b"x"))


def _fileless(writer: CaseWriter) -> None:
    writer.commit([Event("item.kept", kept("E000001", b"x"))])


def _of_another(writer: CaseWriter) -> None:
    put(writer, "E000001", age.encrypt_bytes(b"x", [writer.recipient]), "item.kept", kept("E000002", b"x"))


def _said_anew(writer: CaseWriter) -> None:
    put(writer, "E000001", age.encrypt_bytes(b"x", [writer.recipient]), "item.kept", kept("E000001", b"x"))
    writer.commit([Event("item.kept", kept("E000001", b"something else"))])


def _left(writer: CaseWriter) -> None:
    """Destroy an item and leave what was said of it."""
    put(writer, "E000001", age.encrypt_bytes(b"x", [writer.recipient]), "item.kept", kept("E000001", b"x"))
    gone: dict[str, Json] = {"objects": ["E000001"], "bodies": []}
    writer.commit([Event("destroyed", {"reason": "x", "agreed_by": ["a", "b"]}, clear=gone)])
    writer.case.folder.item("E000001").unlink()


def _seen_twice(writer: CaseWriter) -> None:
    for content in (b"x", b"y"):
        writer.commit([Event("item.witnessed", kept("W000001", content))])


def _eventless(writer: CaseWriter) -> None:
    put(writer, "E000001", age.encrypt_bytes(b"x", [writer.recipient]), "note", {"text": "", "readers": []})


@pytest.mark.parametrize(
    ("lie", "codes"),
    [
        (_another, ["item-not-what-was-taken-in"]),
        (_garbage, ["item-undecryptable"]),
        (_left, ["item-without-file"]),
        (_fileless, ["item-and-line-differ"]),
        (_said_anew, ["item-and-line-differ"]),
        (_eventless, ["item-and-line-differ", "item-without-event"]),
        (_of_another, ["item-and-line-differ", "item-without-event"]),
        (_seen_twice, ["item-witnessed-twice"]),
    ],
)
def test_a_signed_lie_about_an_item_is_found(
    lie: Callable[[CaseWriter], None], codes: list[str], new_case: NewCase, key: SigningKey
) -> None:
    writer = new_case()
    with contextlib.suppress(CaseBrokenError):  # our own writer reads its commit again
        lie(writer)
    report = verify_case(writer.case.folder.root, key)
    assert [finding.code for finding in report.findings] == codes


def _spaced(salt: bytes, event: str, fields: dict[str, Json]) -> bytes:
    return opening.compact_json({"salt": salt.hex(), "type": event, **fields}).replace(b'","', b'", "', 1)


def _without_clear(salt: bytes, event: str, fields: dict[str, Json]) -> bytes:
    return opening.compact_json({"salt": salt.hex(), "type": event} | {k: v for k, v in fields.items() if k != "clear"})


def _empty(salt: bytes, event: str, fields: dict[str, Json]) -> bytes:
    return opening.compact_json({"salt": salt.hex(), "type": event})


@pytest.mark.parametrize(
    ("written", "event", "code"),
    [
        (_spaced, Event("note", {"text": "x", "readers": []}), "opening-malformed"),
        (_without_clear, Event("anchored", {}, clear={"line": 1, "token": ""}), "opening-and-clear-differ"),
        (_empty, Event("item.marked", {}), "opening-incomplete"),
        (_empty, Event("item.kept", {}), "item-and-line-differ"),
    ],
)
def test_a_signed_opening_in_another_form_is_found(
    written: Callable[..., bytes], event: Event, code: str,
    new_case: NewCase, key: SigningKey, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    writer = new_case()
    monkeypatch.setattr(opening, "encode_opening", written)
    with pytest.raises(Exception, match=r"case-broken|item\.marked"):
        writer.commit([event])
    monkeypatch.undo()
    report = verify_case(writer.case.folder.root, key)
    assert code in {finding.code for finding in report.findings}


def test_a_signed_path_that_leads_out_of_the_case_is_not_followed(
    new_case: NewCase, key: SigningKey, tmp_path: Path
) -> None:
    writer = new_case()
    files: Json = [{"path": "recovered/../../secret", "size": 1, "sha256": "0" * 64}, {"path": "x"}]
    writer.commit([Event("recovered", {"what": "unsigned-put-aside", "after_line": 1, "files": files})])
    report = verify_case(writer.case.folder.root, key)
    assert {finding.code for finding in report.findings} == {"opening-incomplete"}


def with_crc(content: bytes, wanted: int) -> bytes:
    """Return `content` and four bytes behind it that give it the CRC-32 that is wanted."""
    table = [0] * 256
    for number in range(256):
        value = number
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
        table[number] = value
    by_top = {value >> 24: number for number, value in enumerate(table)}
    state, left = wanted ^ 0xFFFFFFFF, []
    for _ in range(4):
        left.append(by_top[state >> 24])
        state = (state ^ table[left[-1]]) << 8 & 0xFFFFFFFF
    state, tail = zlib.crc32(content) ^ 0xFFFFFFFF, bytearray()
    for number in reversed(left):
        tail.append((state ^ number) & 0xFF)
        state = state >> 8 ^ table[number]
    return content + bytes(tail)


@pytest.mark.parametrize("forged", [False, True], ids=["other bytes", "other bytes of the same CRC-32"])
def test_what_was_exchanged_in_the_store_goes_into_no_archive(
    forged: bool, new_case: NewCase, key: SigningKey, tmp_path: Path
) -> None:
    """Whoever can write the folder knows the public key that items are encrypted to, and the lengths of all of them."""
    writer = new_case()
    (tmp_path / "phone").mkdir()
    (tmp_path / "phone" / "a.txt").write_bytes(b"pay or else: the original")
    take_in(writer, tmp_path / "phone")
    (item,) = writer.manifest.items.values()
    other = b"nobody threatened an"
    other = with_crc(other + b"y", int(item.crc32, 16)) if forged else other + b"ybody"
    assert (len(other), forged) == (item.size_bytes, zlib.crc32(other) == int(item.crc32, 16))
    with writer.case.folder.item(item.id).open("wb") as file:
        age.encrypt_stream(io.BytesIO(other), file, writer.recipient)
    with pytest.raises(ItemDamagedError) as refused:
        make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), DIGITS)
    assert refused.value.values["item"] == item.id
    assert not list(tmp_path.glob("*sealed*"))


PLANS: dict[str, tuple[dict[str, Json], str]] = {
    "an item too many": ({"items": [[1, 5]], "items_in": 5}, "item-missing"),
    "an item too few": ({"items": [[1, 3]], "items_in": 3}, "item-unplanned"),
    "another count than its items": ({"items_in": 3}, "seal-plan-malformed"),
    "a form that has no number": ({"form": 1}, "seal-plan-malformed"),
    "a form that says nothing more": ({"form": 2}, "seal-plan-malformed"),
    "a part that is none": ({"part": 2}, "seal-plan-malformed"),
    "true for a part": ({"part": True}, "seal-plan-malformed"),
    "two parts without their parts": ({"parts": 2}, "seal-plan-malformed"),
    "reports that have no place": ({"reports": ["summary"]}, "seal-plan-malformed"),
    "a choice that nobody has": ({"scope": "some"}, "seal-plan-malformed"),
    "something withheld that is open": ({"withheld": [[1, 1]]}, "opening-against-plan"),
    "nothing withheld": ({"withheld": []}, "opening-missing"),
    "ranges that overlap": ({"items": [[1, 3], [2, 4]]}, "seal-plan-malformed"),
    "ranges that are none": ({"items": "all"}, "seal-plan-malformed"),
    "a range without end": ({"items": [[1, 2**50]]}, "seal-plan-malformed"),
    "another list of originals": ({"payload_manifest": "0" * 64}, "seal-plan-differs"),
}


@pytest.mark.parametrize("name", PLANS)
def test_an_archive_that_departs_from_its_signed_plan_is_found(
    name: str, new_case: NewCase, key: SigningKey, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes, code = PLANS[name]
    writer = new_case()
    take_in(writer, source)
    record.record_note(writer, "closed", ["association"])
    honest = plan.plan_facts
    monkeypatch.setattr(plan, "plan_facts", lambda *given: honest(*given) | changes)
    monkeypatch.setattr(sealing, "_read_back", not_read_back)
    sealed = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), DIGITS)
    report = verify_archive(sealed.archive, DIGITS)
    assert code in {finding.code for finding in report.findings}


def test_the_seal_itself_refuses_to_hand_out_what_departs_from_its_plan(
    new_case: NewCase, key: SigningKey, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence_kit.sealing.errors import SealFailedError

    writer = new_case()
    take_in(writer, source)
    honest = plan.plan_facts
    monkeypatch.setattr(plan, "plan_facts", lambda *given: honest(*given) | {"items": [[1, 5]]})
    with pytest.raises(SealFailedError):
        make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), DIGITS)
    assert not (tmp_path / "sealed").exists()
    assert not list(tmp_path.glob(".sealed*"))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        (bag.MANIFEST, b"nonsense\n", "bag-manifest-malformed"),
        (bag.MANIFEST, b"0" * 64 + b"  elsewhere/x\n", "bag-manifest-malformed"),
        (bag.TAG_MANIFEST, b"\xff\n", "bag-manifest-malformed"),
        (bag.TAG_MANIFEST, b"0" * 64 + b"  bagit.txt\n", "bag-file-changed"),
        (bag.TAG_SIGNATURE, b"nonsense\n", "bag-signature-malformed"),
        (bag.EVENTS, b"no newline", "events-cut"),
        (bag.LOG, b"", "log-nothing-signed"),
    ],
)
def test_a_tag_file_that_makes_no_sense_is_found(
    name: str, content: bytes, code: str, new_case: NewCase, key: SigningKey, source: Path, tmp_path: Path
) -> None:
    writer = new_case()
    take_in(writer, source)
    sealed = make_seal(writer, key, SealOrder("lawyer", None, {}, None, tmp_path / "sealed"), DIGITS)
    members = unpack(sealed.archive.read_bytes()) | {name: content}
    if name in {bag.EVENTS, bag.LOG}:
        members = relist(members, key)
    sealed.archive.write_bytes(pack(members))
    report = verify_archive(sealed.archive, DIGITS)
    assert code in {finding.code for finding in report.findings}
