"""Every attack that is made against archives and case folders, each with the finding that it must give.

`docs/ATTACKS.md` shows the same list; `test_attacks` runs it through the program, `tests/web` through the page.
"""

from __future__ import annotations

import base64
import io
import json
import os
import random
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.custody.chain import replay_log
from evidence_kit.custody.errors import CaseBrokenError
from evidence_kit.custody.event import Event
from evidence_kit.custody.line import SignatureLine, parse_line
from evidence_kit.keys import sshsig, timestamp
from evidence_kit.keys.sshsig import CHECKPOINT_NAMESPACE, SEAL_NAMESPACE
from evidence_kit.keys.station import SigningKey
from evidence_kit.model import Json
from evidence_kit.sealing import zipform
from evidence_kit.sealing.zipform import ArchiveMember
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workflows.case import readers
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.write import CaseWriter, writing
from evidence_kit.workflows.handover.timestamps import line_bytes
from tests.attacks.conftest import Material, made
from tests.attacks.liar import Line, tells, told_anew
from tests.attacks.meaning import MEANING
from tests.attacks.rebuild import Members, ends_of_commits, pack, pack_inner, relist, unpack
from tests.authority import Authority

CASE = "LRC-2026-0001"
STRANGER = SigningKey.from_seed(bytes(range(100, 132)))
COLLEAGUE = SigningKey.from_seed(bytes(range(132, 164)))

NOBODY, DIGITS, FOLDER, SIGNER = "no secret", "the digits", "the case folder", "a key that may sign"


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        what: What was done, as the table says it.
        needs: What it takes.
        code: A finding that it must give; None where nothing in the archive can show it.
        verdict: What a verifier must say.
    """

    what: str
    needs: str
    code: str | None
    verdict: str = "BROKEN"


@dataclass(frozen=True)
class OnArchive(Attack):
    """Gives the attacked archive."""

    make: Callable[[Material], bytes] = lambda material: material.sealed.archive.read_bytes()


@dataclass(frozen=True)
class OnBeside(Attack):
    """Changes the archive's folder: what lies beside it."""

    make: Callable[[Material, Path], None] = lambda *_: None


@dataclass(frozen=True)
class OnFolder(Attack):
    """Changes a copy of the case folder."""

    make: Callable[[Material, Path], None] = lambda *_: None


def _data(material: Material) -> bytes:
    return material.sealed.archive.read_bytes()


# --- the outer archive, without any secret ------------------------------------------------------------------------


def _replaced(old: bytes, new: bytes) -> Callable[[Material], bytes]:
    return lambda material: _data(material).replace(old, new)


def _second_member(material: Material) -> bytes:
    buffer = io.BytesIO(_data(material))
    with zipfile.ZipFile(buffer, "a") as outer:
        outer.writestr("hidden.txt", "x")
    return buffer.getvalue()


def _between(material: Material) -> bytes:
    data = _data(material)
    return data[: len(data) // 2] + b"hidden" + data[len(data) // 2 :]


def _flipped(at: Callable[[int], int]) -> Callable[[Material], bytes]:
    def make(material: Material) -> bytes:
        changed = bytearray(_data(material))
        changed[at(len(changed))] ^= 0x10
        return bytes(changed)

    return make


def _outer(field: slice, value: bytes) -> Callable[[Material], bytes]:
    """Change the local header of the outer member and leave the directory."""

    def make(material: Material) -> bytes:
        changed = bytearray(_data(material))
        changed[field] = value
        return bytes(changed)

    return make


OUTSIDE: list[Attack] = [
    OnArchive(
        "the outer member renamed, in both places",
        NOBODY,
        "archive-header-changed",
        make=_replaced(b"evidence.zip", b"evidenca.zip"),
    ),
    OnArchive("a member added outside", NOBODY, "archive-bytes-behind", make=_second_member),
    OnArchive("bytes before the archive", NOBODY, None, "NOT CHECKED", make=lambda each: b"x" + _data(each)),
    OnArchive("bytes in between", NOBODY, "archive-code-wrong", make=_between),
    OnArchive("bytes behind the archive", NOBODY, "archive-bytes-behind", make=lambda each: _data(each) + b"x"),
    OnArchive("a comment", NOBODY, "archive-bytes-behind", make=lambda each: _data(each)[:-2] + b"\x05\x00hello"),
    OnArchive(
        "method of the outer member: compressed",
        NOBODY,
        "archive-header-changed",
        make=_outer(slice(8, 10), b"\x08\x00"),
    ),
    OnArchive(
        "a data descriptor announced outside", NOBODY, "archive-header-changed", make=_outer(slice(6, 8), b"\x09\x00")
    ),
    OnArchive("a date of its own outside", NOBODY, "archive-header-changed", make=_outer(slice(12, 14), b"\x22\x5b")),
    OnArchive(
        "the directory unlike the header outside",
        NOBODY,
        "archive-trailer-changed",
        make=_flipped(lambda size: size - 60),
    ),
    OnArchive("a byte of the locked part flipped", NOBODY, "archive-code-wrong", make=_flipped(lambda size: size // 3)),
    OnArchive(
        "a byte of the authentication code flipped",
        NOBODY,
        "archive-code-wrong",
        make=_flipped(
            lambda size: size - len(zipform.directory_bytes([ArchiveMember("evidence.zip", 1, 0, encrypted=True)])) - 5
        ),
    ),
]


def _cut(share: float) -> Callable[[Material], bytes]:
    return lambda material: _data(material)[: int(len(_data(material)) * share)]


OUTSIDE += [
    OnArchive(f"the end missing, {share:.0%} left", NOBODY, "archive-cut", "NOT CHECKED", make=_cut(share))
    for share in (0.01, 0.25, 0.5, 0.75, 0.99)
] + [
    OnArchive("the last byte missing", NOBODY, "archive-cut", "NOT CHECKED", make=lambda each: _data(each)[:-1]),
    OnArchive(
        "replaced by a file of another kind",
        NOBODY,
        "archive-not-ours",
        "NOT CHECKED",
        make=lambda _: b"%PDF-1.7\n" * 400,
    ),
]


# --- the inner archive, with the digits ---------------------------------------------------------------------------

Parts = list[tuple[ArchiveMember, bytes]]


def _parts(material: Material) -> Parts:
    members = unpack(_data(material))
    return [(ArchiveMember(f"{CASE}/{name}", len(data), zlib.crc32(data)), data) for name, data in members.items()]


def _zipped(parts: Parts, listed: Sequence[ArchiveMember] | None = None) -> bytes:
    bodies = b"".join(zipform.local_header(member) + data for member, data in parts)
    return bodies + zipform.directory_bytes(listed or [member for member, _ in parts])


def _inner(change: Callable[[Parts], bytes]) -> Callable[[Material], bytes]:
    return lambda material: pack_inner(change(_parts(material)))


def _planted(name: str) -> Callable[[Material], bytes]:
    def change(parts: Parts) -> bytes:
        data = b"planted"
        if name.isascii():
            return _zipped([*parts, (ArchiveMember(name, len(data), zlib.crc32(data)), data)])
        raw = name.encode("utf-8")
        head = zipform.local_header(ArchiveMember("x" * len(raw), len(data), zlib.crc32(data))).replace(
            b"x" * len(raw), raw
        )
        head = head[:6] + struct.pack("<H", 0x800) + head[8:]
        bodies = b"".join(zipform.local_header(member) + each for member, each in parts)
        return bodies + head + data + zipform.directory_bytes(member for member, _ in parts)

    return _inner(change)


def _hidden(parts: Parts) -> bytes:
    """A member between two entries that the directory does not name."""
    data = b"hidden"
    secret = zipform.local_header(ArchiveMember(f"{CASE}/data/E000009.txt", len(data), zlib.crc32(data))) + data
    first = zipform.local_header(parts[0][0]) + parts[0][1]
    rest = b"".join(zipform.local_header(member) + each for member, each in parts[1:])
    return first + secret + rest + zipform.directory_bytes(member for member, _ in parts)


def _gap(parts: Parts) -> bytes:
    return zipform.local_header(parts[0][0]) + parts[0][1] + b"gap" + _zipped(parts[1:])


def _unlike(parts: Parts) -> bytes:
    listed = [member for member, _ in parts]
    listed[-1] = ArchiveMember(listed[-1].name, listed[-1].size_bytes, listed[-1].crc32 ^ 1)
    return _zipped(parts, listed)


def _renamed_in_directory(parts: Parts) -> bytes:
    listed = [member for member, _ in parts]
    last = listed[-1]
    listed[-1] = ArchiveMember(last.name.replace("E00000", "E00001"), last.size_bytes, last.crc32)
    return _zipped(parts, listed)


def _descriptor(parts: Parts) -> bytes:
    whole = bytearray(_zipped(parts))
    whole[6] |= 8
    return bytes(whole)


def _compressed(parts: Parts) -> bytes:
    whole = bytearray(_zipped(parts))
    whole[8] = 8
    return bytes(whole)


def _symlink(parts: Parts) -> bytes:
    regular, link = ((mode << 16) & 0xFFFFFFFF for mode in (0o100644, 0o120777))
    return _zipped(parts).replace(struct.pack("<I", regular), struct.pack("<I", link), 1)


def _wrong_crc(parts: Parts) -> bytes:
    member, data = parts[0]
    return _zipped([(ArchiveMember(member.name, len(data), member.crc32 ^ 1), data), *parts[1:]])


INSIDE: Sequence[Attack] = [
    OnArchive("a hidden member between two entries", DIGITS, "archive-directory-changed", make=_inner(_hidden)),
    OnArchive("bytes between two members", DIGITS, "archive-inner-form", make=_inner(_gap)),
    OnArchive(
        "bytes behind the inner archive",
        DIGITS,
        "archive-directory-changed",
        make=_inner(lambda each: _zipped(each) + b"x"),
    ),
    OnArchive("a header unlike the directory: checksum", DIGITS, "archive-directory-changed", make=_inner(_unlike)),
    OnArchive(
        "a header unlike the directory: name", DIGITS, "archive-directory-changed", make=_inner(_renamed_in_directory)
    ),
    OnArchive("a data descriptor inside", DIGITS, "archive-inner-form", make=_inner(_descriptor)),
    OnArchive("a compressed member", DIGITS, "archive-inner-form", make=_inner(_compressed)),
    OnArchive("a symbolic link", DIGITS, "archive-directory-changed", make=_inner(_symlink)),
    OnArchive("a checksum of its own", DIGITS, "archive-crc-differs", make=_inner(_wrong_crc)),
    OnArchive(
        "an inner archive that is none",
        DIGITS,
        "archive-inner-form",
        make=lambda _: pack_inner(b"PK\x03\x04" + bytes(200)),
    ),
] + [
    OnArchive(f"a member named {shown}", DIGITS, code, make=_planted(name))
    for shown, name, code in (
        ("like another", f"{CASE}/data/E000001.txt", "archive-member-unexpected"),
        ("like another after case folding", f"{CASE}/DATA/e000001.TXT", "archive-member-unexpected"),
        ("like another after NFC", f"{CASE}/data/E000001.te\u0301xt", "archive-inner-form"),
        ("`../x`", f"{CASE}/../x", "archive-member-unexpected"),
        ("`/x`", "/x", "archive-member-unexpected"),
        ("with `\\`", f"{CASE}/data\\x", "archive-member-unexpected"),
        ("with `:`", f"{CASE}/C:x", "archive-member-unexpected"),
        ("with a control character", f"{CASE}/x\x01", "archive-member-unexpected"),
        ("with a direction mark", f"{CASE}/data/\u202egpj.txt", "archive-inner-form"),
        ("in the folder of another case", "OTHER-2026-0001/x", "archive-member-unexpected"),
        ("with an ending that does not belong", f"{CASE}/data/E000001.exe", "archive-member-unexpected"),
    )
]


# --- the bag, with the digits; both manifests are made to agree again ----------------------------------------------


def _bag(change: Callable[[Members], Members], key: SigningKey | None = None) -> Callable[[Material], bytes]:
    return lambda material: pack(relist(change(unpack(_data(material))), key))


def _edited(name: str, old: bytes, new: bytes) -> Callable[[Members], Members]:
    def change(members: Members) -> Members:
        assert old in members[name], (name, old)
        return members | {name: members[name].replace(old, new, 1)}

    return change


def _lines(name: str, change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Members], Members]:
    return lambda members: members | {name: b"".join(change(members[name].splitlines(keepends=True)))}


def _swapped(members: Members) -> Members:
    first, second = members["data/E000001.txt"], members["data/E000002.txt"]
    return members | {"data/E000001.txt": second, "data/E000002.txt": first}


def _cut_log(members: Members) -> Members:
    log = members["custody.jsonl"][: ends_of_commits(members["custody.jsonl"])[-2]]
    events = b"".join(members["events.jsonl"].splitlines(keepends=True)[: log.count(b"\n")])
    return members | {"custody.jsonl": log, "events.jsonl": events}


def _signed_anew(key: SigningKey, namespace: str, by: str | None = None) -> Callable[[Members], Members]:
    """Replace the log's last signature."""

    def change(members: Members) -> Members:
        *lines, last = members["custody.jsonl"].splitlines()
        line = parse_line(last)
        assert isinstance(line, SignatureLine)
        checkpoint = replay_log([members["custody.jsonl"]]).custody.commits[-1].checkpoint
        blob = key.sign(checkpoint.text, namespace).blob
        anew = SignatureLine(line.seq, line.time, line.bodies, by or key.public.fingerprint, blob, line.prev)
        return members | {"custody.jsonl": b"".join(each + b"\n" for each in [*lines, anew.encode()])}

    return change


def _events(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Members], Members]:
    return _lines("events.jsonl", change)


def _spaced(lines: list[bytes]) -> list[bytes]:
    return [json.dumps(json.loads(lines[0]), ensure_ascii=False).encode() + b"\n", *lines[1:]]


def _withheld(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], b"\n", *lines[4:]]


def _without(name: str) -> Callable[[Members], Members]:
    return lambda members: {each: content for each, content in members.items() if each != name}


def _other_purpose(material: Material) -> bytes:
    members = unpack(_data(material))
    signature = material.key.sign(members["tagmanifest-sha256.txt"], CHECKPOINT_NAMESPACE)
    return pack(members | {"tagmanifest-sha256.txt.sig": sshsig.armour(signature.blob)})


def _given_again(material: Material) -> bytes:
    def change(lines: list[Line]) -> None:
        tells("destroyed", {"objects": ["E000002"], "bodies": []}, behind=-2)(lines)
        tells("item.kept", None, behind=-2, object="E000002", stored="0" * 64)(lines)

    return pack(told_anew(unpack(_data(material)), material.key, change))


def _log(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Members], Members]:
    return _lines("custody.jsonl", change)


BAG: list[Attack] = [
    OnArchive("two items exchanged", DIGITS, "item-changed", make=_bag(_swapped)),
    OnArchive("an item edited", DIGITS, "item-changed", make=_bag(_edited("data/E000001.txt", b"threat", b"treat!"))),
    OnArchive("an item removed", DIGITS, "item-missing", make=_bag(_without("data/E000002.txt"))),
    OnArchive("an item added", DIGITS, "item-unplanned", make=_bag(lambda each: each | {"data/E000009.txt": b"x"})),
    OnArchive(
        "a file beside the others",
        DIGITS,
        "archive-member-unexpected",
        make=_bag(lambda each: each | {"extra.txt": b"x"}),
    ),
    OnArchive("the log removed", DIGITS, "bag-file-missing", make=_bag(_without("custody.jsonl"))),
    OnArchive(
        "a line of the log edited",
        DIGITS,
        "log-chain-broken",
        make=_bag(_log(lambda each: [*each[:4], each[4].replace(b"T18:", b"T19:", 1), *each[5:]])),
    ),
    OnArchive(
        "a line of the log dropped",
        DIGITS,
        "log-line-misnumbered",
        make=_bag(_log(lambda each: [*each[:4], *each[5:]])),
    ),
    OnArchive(
        "a line put into the log",
        DIGITS,
        "log-line-misnumbered",
        make=_bag(_log(lambda each: [*each[:4], each[3], *each[4:]])),
    ),
    OnArchive(
        "two lines of the log exchanged",
        DIGITS,
        "log-chain-broken",
        make=_bag(_log(lambda each: [*each[:5], each[6], each[5], *each[7:]])),
    ),
    OnArchive("the log cut to an older signature", DIGITS, "seal-plan-missing", make=_bag(_cut_log)),
    OnArchive(
        "the log's end signed by a stranger",
        DIGITS,
        "log-signer-not-allowed",
        make=_bag(_signed_anew(STRANGER, CHECKPOINT_NAMESPACE)),
    ),
    OnArchive(
        "the log's end signed by a stranger in a signer's name",
        DIGITS,
        "log-signature-invalid",
        make=lambda each: _bag(_signed_anew(STRANGER, CHECKPOINT_NAMESPACE, each.key.public.fingerprint))(each),
    ),
    OnArchive(
        "the log's end signed for another namespace",
        SIGNER,
        "log-signature-invalid",
        make=lambda each: _bag(_signed_anew(each.key, SEAL_NAMESPACE), each.key)(each),
    ),
    OnArchive(
        "the tag manifest made anew, not signed",
        DIGITS,
        "bag-signature-invalid",
        make=_bag(_edited("READ-ME-FIRST.txt", b"sha256sum", b"sha256sun")),
    ),
    OnArchive(
        "the tag manifest signed by a stranger", DIGITS, "bag-signature-invalid", make=_bag(lambda each: each, STRANGER)
    ),
    OnArchive("the tag manifest signed for another namespace", SIGNER, "bag-signature-invalid", make=_other_purpose),
    OnArchive(
        "a letter edited, the list of files left",
        DIGITS,
        "bag-file-changed",
        make=lambda each: pack(_edited("READ-ME-FIRST.html", b"sha256sum", b"sha256sun")(unpack(_data(each)))),
    ),
    OnArchive(
        "a report planted, listed and signed",
        SIGNER,
        "archive-member-unexpected",
        make=lambda each: _bag(lambda members: members | {"report/summary.html": b"<p>all is well"}, each.key)(each),
    ),
    OnArchive(
        "`allowed_signers` edited",
        DIGITS,
        "bag-file-differs",
        make=_bag(_edited("allowed_signers", b"evidence-kit-seal", b"evidence-kit-sale")),
    ),
    OnArchive(
        "the checkpoint edited",
        DIGITS,
        "bag-file-differs",
        make=_bag(_edited("checkpoint.txt", b"evidence-kit/1", b"evidence-kit/2")),
    ),
    OnArchive(
        "a manifest that makes no sense",
        DIGITS,
        "bag-manifest-malformed",
        make=lambda each: pack(unpack(_data(each)) | {"manifest-sha256.txt": b"nonsense\n"}),
    ),
    OnArchive("an event withheld against the plan", DIGITS, "opening-missing", make=_bag(_events(_withheld))),
    OnArchive("an opening edited", DIGITS, "opening-changed", make=_bag(_edited("events.jsonl", b'"told"', b'"TOLD"'))),
    OnArchive(
        "two openings exchanged",
        DIGITS,
        "opening-changed",
        make=_bag(_events(lambda each: [each[1], each[0], *each[2:]])),
    ),
    OnArchive(
        "an opening with a key twice",
        DIGITS,
        "opening-changed",
        make=_bag(_edited("events.jsonl", b'"by":', b'"by":"x","by":')),
    ),
    OnArchive("an opening in other bytes of the same JSON", DIGITS, "opening-changed", make=_bag(_events(_spaced))),
    OnArchive(
        "the last opening cut off",
        DIGITS,
        "events-cut",
        make=_bag(lambda each: each | {"events.jsonl": each["events.jsonl"][:-1] + b"x"}),
    ),
    OnArchive("an item's id given again after it was destroyed", SIGNER, "log-object-twice", make=_given_again),
    OnArchive(
        "the case's name changed",
        DIGITS,
        "bag-case-differs",
        make=lambda each: pack(unpack(_data(each)), "LRC-2026-0002"),
    ),
]


# --- whole rewrites: nothing in the archive can show them ----------------------------------------------------------


def _rewritten(seed: bytes) -> Callable[[Material], bytes]:
    def make(material: Material) -> bytes:
        root = material.case.parents[1] / f"rewritten-{seed.hex()[:8]}"
        if not root.exists():
            made(root, SigningKey.from_seed(seed), edited=b"no threat\n")
        return next(root.glob("sealed/*.sealed.zip")).read_bytes()

    return make


REWRITES: list[OnArchive] = [
    OnArchive(
        "everything written anew with a new key", "any key", None, "CONSISTENT", make=_rewritten(bytes(range(100, 132)))
    ),
    OnArchive(
        "everything written anew with the same key", SIGNER, None, "CONSISTENT", make=_rewritten(bytes(range(32)))
    ),
]


# --- beside the archive ---------------------------------------------------------------------------------------------


def _repacked(_: Material, folder: Path) -> None:
    archive = folder / f"{CASE}.sealed.zip"
    archive.write_bytes(pack(unpack(archive.read_bytes())))


def _statement(change: Callable[[bytes], bytes], ending: str = "") -> Callable[[Material, Path], None]:
    def make(_: Material, folder: Path) -> None:
        path = folder / f"{CASE}.statement.txt{ending}"
        path.write_bytes(change(path.read_bytes()))

    return make


def _junk_confirmation(_: Material, folder: Path) -> None:
    (folder / f"{CASE}.received.sig").write_bytes(b"received, word of honour\n")


def _stranger_signs(_: Material, folder: Path) -> None:
    text = (folder / f"{CASE}.statement.txt").read_bytes()
    signature = STRANGER.sign(text, sshsig.ARCHIVE_NAMESPACE)
    (folder / f"{CASE}.statement.txt.sig").write_bytes(sshsig.armour(signature.blob))


BESIDE: list[OnBeside] = [
    OnBeside("the statement of another archive", NOBODY, "statement-differs", make=_repacked),
    OnBeside(
        "the statement edited",
        NOBODY,
        "statement-signature-invalid",
        make=_statement(lambda each: each.replace(each.split(b"\n")[3], b"0" * 64)),
    ),
    OnBeside("the statement cut", NOBODY, "statement-unreadable", make=_statement(lambda each: each[:40])),
    OnBeside(
        "the statement's signature damaged",
        NOBODY,
        "statement-unreadable",
        make=_statement(lambda each: each[:-9], ".sig"),
    ),
    OnBeside(
        "a counter-signature that is none", NOBODY, "received-file-invalid", "CONSISTENT", make=_junk_confirmation
    ),
    OnBeside("the statement signed by a stranger", NOBODY, "statement-signature-invalid", make=_stranger_signs),
]


# --- the case folder -------------------------------------------------------------------------------------------------


def _file(name: str, change: Callable[[bytes], bytes] | None) -> Callable[[Material, Path], None]:
    def make(_: Material, case: Path) -> None:
        path = case / name
        if change is None:
            path.unlink()
        else:
            path.write_bytes(change(path.read_bytes() if path.exists() else b""))

    return make


def _case_log(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Material, Path], None]:
    return _file("custody.jsonl", lambda data: b"".join(change(data.splitlines(keepends=True))))


def _forged(material: Material, case: Path, key: SigningKey, prepare: Callable[[CaseWriter], None]) -> None:
    """Let somebody append a commit that our own writer would refuse to make."""
    forgetful = Station(
        case.parent / "forgets", "LRC", material.station.person, material.key.public, material.station.recovery, False,
        case.parent,
    )  # fmt: skip
    with writing(CaseFolder(case), material.key, forgetful, material.world) as writer:
        prepare(writer)
        writer._key = key
        try:
            writer.commit([Event("note", {"text": "forged", "readers": []})])
        except CaseBrokenError:
            return
    raise AssertionError("the writer made a forged commit")


def _removed_signer(material: Material, case: Path) -> None:
    def prepare(writer: CaseWriter) -> None:
        readers.grant_access(writer, COLLEAGUE.public.line, "Nadia L.", sign=True)
        readers.revoke_access(writer, readers.meant_holder(writer.case, "Nadia L.", material.key.public))

    _forged(material, case, COLLEAGUE, prepare)


def _reader_only(material: Material, case: Path) -> None:
    def prepare(writer: CaseWriter) -> None:
        readers.grant_access(writer, COLLEAGUE.public.line, "Nadia L.")

    _forged(material, case, COLLEAGUE, prepare)


def _stamped(token: Callable[[Authority, bytes, bytes], bytes]) -> Callable[[Material, Path], None]:
    """Let somebody who may sign put a time stamp into the log; `token` gets the newest signature line and another."""

    def make(material: Material, case: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed")
        folder = material.case.parents[1] / "clock"
        clock = Authority(folder, chain=False)
        forgetful = Station(
            case.parent / "forgets", "LRC", material.station.person, material.key.public, material.station.recovery,
            False, case.parent,
        )  # fmt: skip
        with writing(CaseFolder(case), material.key, forgetful, material.world) as writer:
            newest, earlier = writer.case.custody.commits[-1], writer.case.custody.commits[-2]
            data = token(clock, *(line_bytes(writer.case, each) for each in (newest, earlier)))
            clear: dict[str, Json] = {"line": newest.line, "token": base64.b64encode(data).decode("ascii")}
            writer.commit([Event("anchored", {"authority": "CN=Clock", "checked_by": "nobody"}, clear=clear)])

    return make


def _over(clock: Authority, line: bytes) -> bytes:
    return timestamp.stamp_answer(clock.reply(timestamp.stamp_request(line)))


def _cut_case(_: Material, case: Path) -> None:
    log = case / "custody.jsonl"
    data = log.read_bytes()
    log.write_bytes(data[: ends_of_commits(data)[-3]])


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def _piped(name: str) -> Callable[[Material, Path], None]:
    def make(_: Material, case: Path) -> None:
        if not hasattr(os, "mkfifo"):
            pytest.skip("this system has no pipes with names")
        (case / name).unlink(missing_ok=True)
        os.mkfifo(case / name)
        # Something unfinished, so that it is asked whether somebody is writing.
        (case / "bodies" / "00000099.age").write_bytes(b"x")

    return make


def _renamed(_: Material, case: Path) -> None:
    case.rename(case.with_name("LRC-2026-0009"))


FOLDERS: list[OnFolder] = [
    OnFolder(f"{folder}: a file {done}", FOLDER, code, verdict, make=_file(name, change))
    for folder, name, codes in (
        ("`store/`", "store/E000002.age", ("item-changed", "item-missing")),
        ("`bodies/`", "bodies/00000005.age", ("body-changed", "body-missing")),
        ("`keys/`", "keys/K0002.age", ("key-changed", "key-missing")),
    )
    for done, code, change, verdict in (
        ("changed", codes[0], lambda data: data[:-1] + bytes([data[-1] ^ 1]), "BROKEN"),
        ("missing", codes[1], None, "BROKEN"),
    )
] + [
    OnFolder(
        "`store/`: a file added",
        FOLDER,
        "file-not-in-log",
        "CONSISTENT",
        make=_file("store/E000009.age", lambda _: b"x"),
    ),
    OnFolder(
        "`keys/`: a file added", FOLDER, "file-not-in-log", "CONSISTENT", make=_file("keys/K0009.age", lambda _: b"x")
    ),
    OnFolder(
        "`bodies/`: a file added",
        FOLDER,
        "file-not-in-log",
        "CONSISTENT",
        make=_file("bodies/00000099.age", lambda _: b"x"),
    ),
    OnFolder(
        "a line of the log edited",
        FOLDER,
        "log-chain-broken",
        make=_case_log(lambda each: [*each[:4], each[4].replace(b"T18:", b"T19:", 1), *each[5:]]),
    ),
    OnFolder(
        "a line of the log dropped", FOLDER, "log-line-misnumbered", make=_case_log(lambda each: [*each[:4], *each[5:]])
    ),
    OnFolder(
        "a line put behind the log's end", FOLDER, "log-tail-unsigned", make=_case_log(lambda each: [*each, each[-1]])
    ),
    OnFolder("the end of the log cut, its files left", FOLDER, "log-cut", make=_cut_case),
    OnFolder(
        "a commit signed by a signer who was removed", "a revoked key", "log-signer-not-allowed", make=_removed_signer
    ),
    OnFolder("a commit signed by a key that only reads", "a reader's key", "log-signer-not-allowed", make=_reader_only),
    OnFolder(
        "a time stamp of another line",
        SIGNER,
        "time-stamp-of-another-line",
        make=_stamped(lambda clock, _, earlier: _over(clock, earlier)),
    ),
    OnFolder(
        "a time stamp by an unknown root",
        SIGNER,
        "time-stamp-authority-unknown",
        "CONSISTENT",
        make=_stamped(lambda clock, newest, _: _over(clock, newest)),
    ),
    OnFolder(
        "a time stamp that is none",
        SIGNER,
        "time-stamp-malformed",
        make=_stamped(lambda *_: b"stamped, word of honour"),
    ),
    OnFolder("the folder renamed", FOLDER, "case-renamed", make=_renamed),
    OnFolder(
        "a program in `cache/`",
        FOLDER,
        "file-not-in-log",
        "CONSISTENT",
        make=lambda _, case: _put(case / "cache" / "run-me.exe", b"MZ"),
    ),
    OnFolder(
        "a `desktop.ini` beside the log",
        FOLDER,
        "file-of-the-system",
        "CONSISTENT",
        make=lambda _, case: _put(case / "desktop.ini", b"[.ShellClassInfo]"),
    ),
    OnFolder(
        "README.txt rewritten",
        FOLDER,
        "readme-changed",
        "CONSISTENT",
        make=lambda _, case: _put(case / "README.txt", b"Run the program in cache/ first."),
    ),
    OnFolder("a pipe in the place of an item", FOLDER, "item-missing", make=_piped("store/E000001.age")),
    OnFolder("a pipe in the place of a wrapped key", FOLDER, "key-missing", make=_piped("keys/K0001.age")),
    OnFolder("a pipe in the place of a body", FOLDER, "body-missing", make=_piped("bodies/00000005.age")),
    OnFolder("a pipe named `lock`", FOLDER, "file-not-in-log", "CONSISTENT", make=_piped("lock")),
]

MEANINGS: list[Attack] = [OnArchive(what, SIGNER, code, verdict, make=make) for what, code, verdict, make in MEANING]
ON_ARCHIVES: list[Attack] = [*OUTSIDE, *INSIDE, *BAG, *MEANINGS]


def archive_of(attack: Attack, material: Material) -> bytes:
    """Return the archive that an attack makes."""
    assert isinstance(attack, OnArchive)
    return attack.make(material)


def many_flips(size_bytes: int, count: int) -> list[tuple[int, int]]:
    """Return which bits of a large archive are flipped, each by itself: byte and mask, the same ones each time."""
    chance = random.Random(11)
    return [(at, 1 << chance.randrange(8)) for at in chance.sample(range(size_bytes), count)]


def rows() -> list[tuple[str, str, str, str]]:
    """Return the table as it stands in the document: what, needs, finding, verdict."""
    found: list[tuple[str, str, str, str]] = []
    every: list[Any] = [*ON_ARCHIVES, *BESIDE, *FOLDERS, *REWRITES]
    for each in every:
        code = f"`{each.code}`" if each.code else "none" if each.verdict == "CONSISTENT" else "any"
        found.append((each.what, each.needs, code, each.verdict))
    return found
