"""Witnessed and not copied, in every wrapping, until declared: the case of somebody not known to be an adult."""

from __future__ import annotations

import base64
import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from evidence_kit.custody.manifest import Manifest
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import sha256
from evidence_kit.intake.mounts import Mount
from evidence_kit.keys import age as encryption
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing.passphrase import generate_passphrase
from evidence_kit.workflows.accession.declare import Mark, chosen_items, exclude_items, record_mark, update_case
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Declarer, Provenance
from evidence_kit.workflows.case.outcome import (
    AlreadyInCase,
    ContainerRead,
    Kept,
    Outcome,
    Refused,
    SeenAgain,
    WitnessOutcome,
)
from evidence_kit.workflows.case.read import read_case
from evidence_kit.workflows.case.station import Station
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter, writing
from evidence_kit.workflows.checking.verify import verify_archive, verify_case
from evidence_kit.workflows.handover.scope import SealOrder
from evidence_kit.workflows.handover.seal import make_seal
from evidence_kit.workflows.upkeep.destroy import destroy_evidence, doomed_objects
from evidence_kit.workflows.upkeep.tidy import LawyersWord, PlainState, delete_plain, plain_files
from tests.conftest import NewCase
from tests.e2e.conftest import ROOT
from tests.fakes import NoDescriber
from tests.workflows.helpers import take_in, totals

DISK = [Mount("/", "ext4")]

PICTURES = [ROOT / "samples" / "candidates" / name for name in ("tasse.jpg", "vitrine.jpg")]
GUARDIAN = Declarer("Amina K.", "guardian", "only the conversation")
DECLARED = Provenance(sensitivity="none", declared_by="Amina K.", declared_as="guardian", words="only the conversation")
CHAT = "12/05/2025, 21:02 - Sami: hello\n12/05/2025, 21:03 - Sami: IMG-20250512-WA0001.jpg (file attached)\nsend more\n"


@pytest.fixture(scope="module")
def describer() -> Iterator[WorkerDescriber]:
    with WorkerDescriber(2) as made:
        yield made


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Pictures by themselves, in a chat's zip, in a tar in a zip, in a page, under false names."""
    folder = tmp_path / "phone"
    folder.mkdir()
    first, second = (each.read_bytes() for each in PICTURES)
    (folder / "IMG-20250512-WA0001.jpg").write_bytes(first)
    (folder / "_chat.txt").write_text(CHAT)
    (folder / "notes.txt").write_bytes(first)
    (folder / "page.html").write_bytes(
        b"<p>text</p><img src='data:image/jpeg;base64," + base64.b64encode(first) + b"'>"
    )
    with zipfile.ZipFile(folder / "chat.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("_chat.txt", CHAT + "in the zip\n")
        made.writestr("IMG-20250512-WA0001.jpg", second)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as made_tar:
        info = tarfile.TarInfo("deep.png")
        shown = io.BytesIO()
        Image.open(PICTURES[0]).save(shown, "PNG")
        info.size = len(shown.getvalue())
        made_tar.addfile(info, io.BytesIO(shown.getvalue()))
    with zipfile.ZipFile(folder / "outer.zip", "w") as made:
        made.writestr("inner.tar.gz", packed.getvalue())
        made.writestr("readme.txt", "words beside it")
    return folder


def everything(writer: CaseWriter) -> bytes:
    """Every byte of the case folder, and everything in it that the case's key opens."""
    identity = writer.case.identity
    assert identity is not None
    said = []
    for path in sorted(writer.case.folder.root.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            said.append(data)
            if path.parent.name in {"store", "bodies"}:
                said.append(encryption.decrypt_bytes(data, [identity.opener]))
    return b"\n".join(said)


def traces(folder: bytes) -> list[str]:
    """What of the pictures is somewhere: bytes, in clear or in base64 or packed, thumbnails, perceptual hashes."""
    from evidence_kit.media.registry import describe

    found = []
    for path in PICTURES:
        data = path.read_bytes()
        for at in range(0, len(data) - 48, 997):
            piece = data[at : at + 48]
            forms = {"bytes": piece, "hex": piece.hex().encode()} | {
                f"base64+{shift}": base64.b64encode(data[at - at % 3 + shift :][:48]) for shift in range(3)
            }
            found += [f"{path.name}: {form} at {at}" for form, trace in forms.items() if trace in folder]
        described = describe(io.BytesIO(data), {"kind": "jpeg", "name": path.name})
        hashes = [text for text in strings(described) if len(text) in {16, 64} and is_hex(text)]
        assert hashes, "the describer makes perceptual hashes; without them this test proves nothing"
        found += [f"{path.name}: hash {text}" for text in hashes if text.encode() in folder]
    found += [
        f"marker {marker!r}"
        for marker in (b"\xff\xd8\xff", b"\x89PNG", b"/9j/4", b'"pdq"', b'"phash"')
        if marker in folder
    ]
    return found


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings(inner)


def is_hex(text: str) -> bool:
    return set(text) <= set("0123456789abcdef")


def taken(
    writer: CaseWriter, describer: WorkerDescriber, *sources: Path, said: Provenance | None = None
) -> list[Outcome]:
    return list(ingest(writer, sources, said or Provenance(), describer))


@pytest.mark.parametrize("age", ["minor", "unknown"])
def test_nothing_of_a_minors_pictures_is_anywhere_in_the_folder(
    age: str, new_case: NewCase, export: Path, describer: WorkerDescriber, station: Station, key: SigningKey
) -> None:
    writer = new_case(age)
    outcomes = taken(writer, describer, export)
    folder = everything(writer)
    assert traces(folder) == []
    assert b"send more" in folder
    assert b"in the zip" in folder
    assert b"words beside it" in folder
    assert sha256(PICTURES[0].read_bytes()).hex.encode() in folder, "the hash is what is witnessed"
    assert (totals(outcomes).refused, totals(outcomes).complete) == (0, False)
    assert verify_case(writer.case.folder.root, key, station.remembered(writer.case.id)).findings == []


def test_the_search_finds_what_an_adults_case_holds(
    new_case: NewCase, export: Path, describer: WorkerDescriber
) -> None:
    writer = new_case("adult")
    taken(writer, describer, export)
    found = traces(everything(writer))
    assert any("bytes" in each for each in found)
    assert any("hash" in each for each in found)


def test_what_is_witnessed_says_where_it_is_and_what_is_said_around_it(new_case: NewCase, export: Path) -> None:
    writer = new_case("minor")
    outcomes = take_in(writer, export)
    seen = {each.place.path: each for each in writer.manifest.witnessed.values()}
    picture = seen["phone/IMG-20250512-WA0001.jpg"]
    assert picture.sha256 == sha256(PICTURES[0].read_bytes())
    assert (picture.size_bytes, picture.kind) == (PICTURES[0].stat().st_size, "jpeg")
    assert [place.path for place in picture.also_at] == ["phone/notes.txt", "part-1"]
    assert picture.facts["around"] == [{"name": "_chat.txt", "text": CHAT.rstrip("\n")}]
    member = seen["IMG-20250512-WA0001.jpg"]
    assert member.place.container == seen["phone/chat.zip"].id
    assert member.sha256 == sha256(PICTURES[1].read_bytes())
    assert "send more" in member.facts["around"][0]["text"]
    kept = {each.place.path: each.place.container for each in writer.manifest.items.values()}
    assert kept == {
        "phone/_chat.txt": None,
        "page.html": seen["phone/page.html"].id,
        "_chat.txt": seen["phone/chat.zip"].id,
        "readme.txt": seen["phone/outer.zip"].id,
    }
    told = [each for each in outcomes if isinstance(each, WitnessOutcome)]
    assert {each.item for each in told} == set(writer.manifest.witnessed)
    assert not [each for each in outcomes if isinstance(each, Refused)]


def test_a_second_run_adds_no_byte(new_case: NewCase, export: Path) -> None:
    writer = new_case("minor")
    first = totals(take_in(writer, export))
    lines = writer.head.lines
    again = take_in(writer, export)
    assert writer.head.lines == lines
    assert {type(each) for each in again[:-1]} == {AlreadyInCase, ContainerRead}
    assert totals(again).withheld == first.withheld == totals(again).witnessed


def test_a_file_that_changed_is_witnessed_anew(new_case: NewCase, export: Path) -> None:
    writer = new_case("minor")
    take_in(writer, export)
    count = len(writer.manifest.witnessed)
    (export / "IMG-20250512-WA0001.jpg").write_bytes(PICTURES[0].read_bytes() + b"more")
    take_in(writer, export)
    assert len(writer.manifest.witnessed) == count + 1


def test_when_the_guardian_says_so_the_next_ingest_takes_it_in(
    new_case: NewCase, export: Path, describer: WorkerDescriber, station: Station, key: SigningKey, world: World
) -> None:
    writer = new_case("minor")
    taken(writer, describer, export)
    folder = writer.case.folder
    picture = next(each for each in writer.manifest.witnessed.values() if each.place.path.endswith("WA0001.jpg"))
    marked = record_mark(writer, [picture], Mark(sensitivity="none", nature="screenshot"), GUARDIAN)
    assert (marked.next_time, marked.lie_here) == (1, ())
    outcomes = taken(writer, describer, export)
    kept = [each for each in outcomes if isinstance(each, Kept)]
    assert [each.place.path for each in kept] == ["phone/IMG-20250512-WA0001.jpg"]
    again = read_case(folder, key, station).opened
    item = again.items[kept[0].item]
    assert (item.sensitivity, item.marks, again.witnessed[picture.id].taken_in) == (
        "none",
        {"nature": "screenshot"},
        item.id,
    )
    assert item.described, "what was declared harmless may be looked into"
    with writing(folder, key, station, world) as later:
        assert totals(taken(later, describer, export)).kept == 0
    assert verify_case(folder.root, key).findings == []


def test_a_declaration_for_a_zip_is_one_for_what_is_in_it(new_case: NewCase, export: Path, key: SigningKey) -> None:
    writer = new_case("minor")
    take_in(writer, export)
    marked = record_mark(
        writer, chosen_items(writer.manifest, "", (), ["phone/chat.zip"]), Mark(sensitivity="none"), GUARDIAN
    )
    assert marked.next_time == 2
    outcomes = take_in(writer, export)
    assert {each.place.path for each in outcomes if isinstance(each, Kept)} == {
        "phone/chat.zip",
        "IMG-20250512-WA0001.jpg",
    }
    assert verify_case(writer.case.folder.root, key).findings == []


def test_a_whole_ingest_may_be_declared_by_those_who_answer_and_by_nobody_else(
    new_case: NewCase, export: Path, describer: WorkerDescriber
) -> None:
    writer = new_case("minor")
    for role in (None, "person", "other"):
        with pytest.raises(UsageError, match="declaration-not-theirs"):
            taken(writer, describer, export, said=Provenance(sensitivity="none", declared_by="X", declared_as=role))
    with pytest.raises(UsageError, match="declaration-unsigned"):
        taken(writer, describer, export, said=Provenance(sensitivity="intimate"))
    assert totals(taken(writer, describer, export, said=DECLARED)).withheld == 0
    facts = next(iter(writer.manifest.items.values())).facts
    assert [facts[name] for name in ("declared_by", "declared_as", "declared_words")] == [
        "Amina K.",
        "guardian",
        GUARDIAN.words,
    ]
    assert totals(taken(writer, describer, export)).kept == 0, "what is in the case is known, whoever asks"


def test_intimate_material_of_a_minor_is_witnessed_and_of_an_adult_taken_in(new_case: NewCase, export: Path) -> None:
    said = Provenance(sensitivity="intimate", declared_by="Salma B.", declared_as="other")
    for age, kept in (("minor", False), ("adult", True)):
        writer = new_case(age)
        list(ingest(writer, [export / "IMG-20250512-WA0001.jpg"], said, NoDescriber()))
        assert bool(writer.manifest.items) is kept
        assert {each.sensitivity for each in writer.manifest.everything} == {"intimate"}


def test_refuse_writes_not_even_a_hash(new_case: NewCase, export: Path) -> None:
    writer = new_case("minor")
    update_case(
        writer, {"minor_media": "refuse", "minor_media_by": {"name": "Me I.", "reason": "x"}}, "the lawyer says so"
    )
    outcomes = take_in(writer, export)
    folder = everything(writer)
    assert not writer.manifest.witnessed
    for picture in PICTURES:
        assert sha256(picture.read_bytes()).hex.encode() not in folder
    refused = [each for each in outcomes if isinstance(each, Refused)]
    assert {each.reason for each in refused} == {"minor-media"}
    assert totals(outcomes).refused == totals(outcomes).withheld > 0
    assert b"send more" in folder


def test_keep_copies_and_still_decodes_nothing(new_case: NewCase, export: Path, describer: WorkerDescriber) -> None:
    writer = new_case("minor")
    update_case(
        writer, {"minor_media": "keep", "minor_media_by": {"name": "Me I.", "reason": "a court order"}}, "order 12"
    )
    assert totals(taken(writer, describer, export)).withheld == 0
    picture = next(each for each in writer.manifest.items.values() if each.kind == "jpeg")
    assert b'"pdq"' not in everything(writer)
    assert picture.sensitivity == "unknown"


def test_an_adult_after_all_takes_in_what_was_witnessed(new_case: NewCase, export: Path) -> None:
    writer = new_case("unknown")
    take_in(writer, export)
    update_case(writer, {"age_band": "adult", "age_known_by": "identity card"}, "shown today")
    take_in(writer, export)
    assert writer.manifest.left_out == []
    assert {each.taken_in for each in writer.manifest.witnessed.values()} <= set(writer.manifest.items)


def test_a_seal_of_the_whole_case_tells_what_was_not_copied_and_one_of_some_items_does_not(
    new_case: NewCase, export: Path, tmp_path: Path, key: SigningKey
) -> None:
    writer = new_case("minor")
    take_in(writer, export)
    excluded = next(each for each in writer.manifest.witnessed.values() if each.place.path.endswith("page.html"))
    exclude_items(writer, [excluded], "another person's")
    digits, reason = generate_passphrase(), "the prosecutor ordered it"
    whole = make_seal(writer, key, SealOrder("police", None, {}, reason, tmp_path / "whole"), digits)
    report = verify_archive(whole.archive, digits)
    assert (report.findings, report.items) == ([], 3)
    open_lines = lines_open(writer.manifest)
    seen = {each.id: each.line for each in writer.manifest.witnessed.values()}
    assert seen.pop(excluded.id) not in open_lines
    assert set(seen.values()) <= open_lines
    part = make_seal(writer, key, SealOrder("police", ["E000001"], {}, reason, tmp_path / "part"), digits)
    assert verify_archive(part.archive, digits).findings == []
    assert not set(seen.values()) & lines_open(writer.manifest)
    # A text out of a container that was witnessed stands by itself.
    member = next(each for each in writer.manifest.items.values() if each.place.container is not None)
    alone = make_seal(writer, key, SealOrder("police", [member.id], {}, reason, tmp_path / "alone"), digits)
    assert verify_archive(alone.archive, digits).findings == []


def lines_open(manifest: Manifest) -> set[int]:
    begun = manifest.entries["seal.begun"][-1]
    withheld = {line for first, last in begun.facts["withheld"] for line in range(first, last + 1)}
    return set(range(1, begun.line)) - withheld


def test_what_was_witnessed_can_be_destroyed_and_its_id_is_not_given_again(
    new_case: NewCase, export: Path, key: SigningKey
) -> None:
    writer = new_case("minor")
    take_in(writer, export / "IMG-20250512-WA0001.jpg")
    digest = writer.manifest.witnessed["W000001"].sha256.hex.encode()
    assert digest in everything(writer)
    destroy_evidence(writer, doomed_objects(writer.case, ["W1"]), "not even that", ("Salma B.", "Me Idrissi"))
    assert digest not in everything(writer)
    assert b"WA0001" not in everything(writer)
    assert verify_case(writer.case.folder.root, key).findings == []
    take_in(writer, export / "IMG-20250512-WA0001.jpg")
    assert list(writer.manifest.witnessed) == ["W000002"]


def test_tidy_leaves_what_was_only_witnessed_until_the_lawyer_has_spoken(
    new_case: NewCase, export: Path, station: Station
) -> None:
    writer = new_case("minor")
    take_in(writer, export)
    found = list(plain_files(writer.case, station, [export], DISK))
    states = {plain.path.name: plain.state for plain in found}
    assert states["IMG-20250512-WA0001.jpg"] is PlainState.WITNESSED
    list(delete_plain(writer, found, [export], None))
    assert (export / "IMG-20250512-WA0001.jpg").is_file()
    assert not (export / "_chat.txt").exists()
    found = list(plain_files(writer.case, station, [export], DISK))
    list(delete_plain(writer, found, [export], LawyersWord("Me Idrissi", "handed to the police today")))
    assert not export.exists()
    told = writer.manifest.entries["tidied"][-1].facts
    assert told["witnessed_by"] == {"name": "Me Idrissi", "words": "handed to the police today"}


def test_the_same_picture_at_two_places_is_witnessed_once(new_case: NewCase, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(PICTURES[0].read_bytes())
    writer = new_case("minor")
    outcomes = take_in(writer, tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert [type(each) for each in outcomes[:-1]] == [WitnessOutcome, SeenAgain]
    assert len(writer.manifest.witnessed) == 1
