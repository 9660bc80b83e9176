"""`match_pictures` as a person meets it: what is compared, what is not, what the log says, and the cache behind it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from evidence_kit.keys import age
from evidence_kit.matching.levels import INSIDE, MATCHES, SAME_PICTURE, TO_JUDGE
from evidence_kit.model import ByteSink
from evidence_kit.vault.folder import CaseFolder
from evidence_kit.workers.job import Answer, Job
from evidence_kit.workers.pool import Pool
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.accession.declare import Mark, record_mark
from evidence_kit.workflows.accession.provenance import Declarer
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.reading import features
from evidence_kit.workflows.reading.match import MatchRequest, MatchResult, match_pictures
from evidence_kit.workflows.upkeep.destroy import destroy_evidence, doomed_objects
from tests.conftest import NewCase
from tests.matching.scenes import photo, screenshot
from tests.workflows.helpers import take_in

SAMPLES = Path(__file__).parents[3] / "samples"
VOICE = next(SAMPLES.rglob("PTT-*.opus"))
FILM = next(SAMPLES.rglob("*.mp4"))


class Watched:
    """Hands jobs to isolated processes and remembers what they got to see; the same job is only done once."""

    def __init__(self, pool: Pool, done: dict[tuple[str, bytes], Future[Answer]]) -> None:
        self._pool = pool
        self._done = done
        self.payloads: list[bytes] = []

    def submit(self, job: Job) -> Future[Answer]:
        assert isinstance(job.payload, bytes)
        self.payloads.append(job.payload)
        key = job.function, job.payload
        if key not in self._done:
            self._done[key] = self._pool.submit(job)
        return self._done[key]

    def map(self, jobs: object) -> Iterator[Answer]:
        raise AssertionError(jobs)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(Worker, workers=1, ahead=4) as opened:
        yield opened


@pytest.fixture(scope="module")
def done() -> dict[tuple[str, bytes], Future[Answer]]:
    return {}


@pytest.fixture
def run(pool: Pool, done: dict[tuple[str, bytes], Future[Answer]]) -> Watched:
    return Watched(pool, done)


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    held = io.BytesIO()
    picture.convert("RGB").save(held, "JPEG", quality=quality)
    return held.getvalue()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The cat, a smaller copy of it, a screenshot with the cat in it mirrored, and the rocket."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "1-cat.jpg").write_bytes(jpeg(photo("cat")))
    (folder / "2-small.jpg").write_bytes(jpeg(photo("cat").resize((512, 341)), 60))
    (folder / "3-screen.png").write_bytes(jpeg(screenshot(ImageOps.mirror(photo("cat")))))
    (folder / "4-rocket.jpg").write_bytes(jpeg(photo("rocket")))
    return folder


@pytest.fixture
def writer(new_case: NewCase, pictures: Path) -> CaseWriter:
    made = new_case()
    take_in(made, pictures)
    return made


def told(found: MatchResult) -> dict[tuple[str, str], tuple[str, str]]:
    return {(pair.item, pair.other): (pair.level, pair.method) for pair in found.pairs}


def test_copies_and_screenshots_in_one_case_are_found_and_grouped(writer: CaseWriter, run: Watched) -> None:
    found = match_pictures(writer, MatchRequest(), run)
    pairs = told(found)
    assert pairs["E000001", "E000002"] == (SAME_PICTURE, "pdq")
    assert pairs["E000001", "E000003"][0] == INSIDE
    assert not [pair for pair in pairs if "E000004" in pair]
    assert found.clusters == [("E000001", "E000002", "E000003")]
    assert (found.compared, found.not_compared) == (4, [])


def test_the_event_says_method_versions_and_parameters_and_every_pair(writer: CaseWriter, run: Watched) -> None:
    from importlib.metadata import version

    found = match_pictures(writer, MatchRequest(), run)
    said = writer.manifest.entries["match.found"][-1].facts
    assert said["method"] == "pdq+keypoints/4"
    assert said["versions"]["opencv-python-headless"] == version("opencv-python-headless")
    assert said["parameters"]["match_bits"] == 31
    assert said["parameters"]["least_inliers"] == 10
    assert len(said["pairs"]) == len(found.pairs)
    [inside] = [each for each in said["pairs"] if (each["item"], each["other"]) == ("E000001", "E000003")]
    assert inside["transformation"]["mirrored"] is True
    assert inside["transformation"]["inside"] == "screenshot"
    assert len(inside["transformation"]["outline"]) >= 4
    assert inside["blocks_agreeing"] <= inside["blocks"]
    assert said["compared"] == 4


def test_what_is_for_a_person_to_judge_is_never_counted_as_a_match(
    writer: CaseWriter, run: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = match_pictures(writer, MatchRequest(), run)
    judged = [replace(pair, level=TO_JUDGE) for pair in found.pairs]
    assert TO_JUDGE not in MATCHES
    from evidence_kit.commands._match_view import _counted
    from evidence_kit.commands._screen import Screen

    lines: list[str] = []
    screen = Screen("en")
    monkeypatch.setattr(screen, "show", lambda key, **_: lines.append(key))
    _counted(screen, replace(found, pairs=judged, clusters=[]))
    assert lines == ["match.judge"]


def test_files_found_elsewhere_are_compared_and_not_taken_in(writer: CaseWriter, run: Watched, tmp_path: Path) -> None:
    found_there = tmp_path / "found"
    found_there.mkdir()
    (found_there / "copy.jpg").write_bytes(jpeg(photo("rocket").resize((400, 267)), 50))
    shutil.copy(tmp_path / "pictures" / "1-cat.jpg", found_there / "exact.jpg")
    (found_there / "words.txt").write_text("no picture")
    found = match_pictures(writer, MatchRequest([found_there]), run)
    pairs = told(found)
    assert pairs["E000004", "found/copy.jpg"] == (SAME_PICTURE, "pdq")
    assert pairs["E000001", "found/exact.jpg"] == (SAME_PICTURE, "sha256")
    assert len(writer.manifest.items) == 4
    assert [(each.name, each.reason, each.matters) for each in found.not_compared] == [
        ("found/words.txt", "no-picture", False)
    ]
    said = writer.manifest.entries["match.found"][-1].facts
    assert {each["path"] for each in said["candidates"]} == {"found/copy.jpg", "found/exact.jpg"}


def test_two_cases_are_compared_and_only_the_first_one_says_so(
    writer: CaseWriter, new_case: NewCase, run: Watched, tmp_path: Path
) -> None:
    other = new_case()
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "turned.jpg").write_bytes(jpeg(photo("rocket").transpose(Image.Transpose.ROTATE_90)))
    take_in(other, theirs)
    lines = other.case.custody.signed_lines
    found = match_pictures(writer, MatchRequest(other=other.case), run)
    [pair] = [each for each in found.pairs if each.level in MATCHES]
    assert (pair.item, pair.other) == ("E000004", f"{other.case.id}/E000001")
    assert pair.transformation is not None
    assert pair.transformation.turned_degrees == -90
    assert writer.manifest.entries["match.found"][-1].facts["other_case"] == other.case.id
    assert other.case.custody.signed_lines == lines


# Minors: nothing is decoded that nobody declared.


@pytest.mark.parametrize("age_band", ["minor", "unknown"])
def test_in_a_minors_case_nothing_is_decoded_that_was_not_declared_none(
    age_band: str, new_case: NewCase, pictures: Path, run: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = new_case(age_band)
    take_in(writer, pictures)
    assert not writer.manifest.items
    harmless = [each for each in writer.manifest.witnessed.values() if "4-rocket" not in each.place.path]
    record_mark(writer, harmless, Mark(sensitivity="none"), Declarer("Amina K.", "guardian"))
    take_in(writer, pictures)
    assert len(writer.manifest.items) == 3
    # Somebody thinks again about one that lies in the case.
    record_mark(
        writer, [writer.manifest.items["E000002"]], Mark(sensitivity="unknown"), Declarer("Amina K.", "guardian")
    )
    read: list[str] = []
    decrypt = Case.decrypt

    def watched(case: Case, item: str, sink: ByteSink) -> None:
        read.append(item)
        decrypt(case, item, sink)

    monkeypatch.setattr(Case, "decrypt", watched)
    copy = pictures.parent / "found.jpg"
    copy.write_bytes((pictures / "2-small.jpg").read_bytes())
    found = match_pictures(writer, MatchRequest([copy]), run)
    assert set(read) <= {"E000001", "E000003"}
    allowed = {(pictures / name).read_bytes() for name in ("1-cat.jpg", "3-screen.png")}
    assert set(run.payloads) <= allowed
    assert {(each.name, each.reason) for each in found.not_compared} == {
        ("E000002", "not-declared"), ("found.jpg", "not-declared"),
    }  # fmt: skip
    assert "E000002" not in {pair.item for pair in found.pairs if pair.method != "sha256"}


def test_in_a_minors_case_the_very_same_bytes_are_told_without_a_look(
    new_case: NewCase, pictures: Path, run: Watched
) -> None:
    writer = new_case("minor")
    take_in(writer, pictures)
    record_mark(writer, list(writer.manifest.witnessed.values()), Mark(sensitivity="none"), Declarer("A.", "guardian"))
    take_in(writer, pictures)
    copy = pictures.parent / "found.jpg"
    copy.write_bytes((pictures / "1-cat.jpg").read_bytes() + b"")
    run_before = len(run.payloads)
    found = match_pictures(writer, MatchRequest([copy]), run)
    assert told(found) == {("E000001", "found.jpg"): (SAME_PICTURE, "sha256")}
    assert len(run.payloads) - run_before == 4


# The cache: authenticated, encrypted, rebuildable.


def cached(folder: CaseFolder) -> list[Path]:
    return sorted(path for path in folder.cache.rglob("*") if path.is_file())


def test_features_are_computed_once(writer: CaseWriter, run: Watched) -> None:
    first = match_pictures(writer, MatchRequest(), run)
    assert len(run.payloads) == 4
    # Of each file its features, and the list of the pictures in it.
    assert len(cached(writer.case.folder)) == 8
    again = match_pictures(writer, MatchRequest(), run)
    assert len(run.payloads) == 4
    assert told(again) == told(first)


def test_the_cache_can_be_thrown_away(writer: CaseWriter, run: Watched) -> None:
    first = match_pictures(writer, MatchRequest(), run)
    shutil.rmtree(writer.case.folder.cache)
    assert told(match_pictures(writer, MatchRequest(), run)) == told(first)
    assert len(run.payloads) == 8


def test_the_cache_says_nothing_to_those_who_read_the_folder(writer: CaseWriter, run: Watched) -> None:
    match_pictures(writer, MatchRequest(), run)
    for path in cached(writer.case.folder):
        data = path.read_bytes()
        for item in writer.manifest.items.values():
            assert item.sha256.hex[:16] not in path.name
            assert item.sha256.hex.encode() not in data
        assert b"ekf1" not in data
        assert b"keypoints" not in data
        assert len(data) % 1024 == 28
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["flipped", "cut", "emptied", "swapped", "huge"])
def test_a_damaged_cache_is_discarded_and_made_again(damage: str, writer: CaseWriter, run: Watched) -> None:
    first = told(match_pictures(writer, MatchRequest(), run))
    one, other, *_ = cached(writer.case.folder)
    good = one.read_bytes()
    data = {
        "flipped": good[:500] + bytes([good[500] ^ 1]) + good[501:],
        "cut": good[:-7],
        "emptied": b"",
        "swapped": other.read_bytes(),
        "huge": bytes((64 << 20) + 1),
    }[damage]
    one.write_bytes(data)
    assert told(match_pictures(writer, MatchRequest(), run)) == first
    assert len(run.payloads) == 5
    assert one.read_bytes() != data


def test_a_cache_that_cannot_be_read_accuses_no_picture(
    writer: CaseWriter, run: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was computed and cannot be read back now is told as that, and never as a picture that is damaged."""
    from evidence_kit.vault.cache import SealedCache

    sound = SealedCache.get

    def lists_only(cache: SealedCache, about: str) -> bytes | None:
        return sound(cache, about) if about.endswith("#0") else None

    for get in (lambda *_: None, lists_only):
        monkeypatch.setattr(SealedCache, "get", get)
        found = match_pictures(writer, MatchRequest(), run)
        assert [each.reason for each in found.not_compared] == ["unreadable"] * 4


def test_a_forged_cache_is_discarded_although_anybody_can_encrypt_to_the_case(writer: CaseWriter, run: Watched) -> None:
    """Somebody without the key puts other features where the cat's belong, in every form that is open to them."""
    from evidence_kit.keys.sealing_box import SealingBox
    from evidence_kit.vault.cache import SealedCache

    first = told(match_pictures(writer, MatchRequest(), run))
    folder, world = writer.case.folder, writer.world
    # Whoever knows the program knows what a result is called, and may have a whole one of another picture.
    lies, digests = b"features of another picture", [item.sha256.hex for item in writer.manifest.items.values()]
    forger = SealedCache(folder.root.parent / "forged", world.disk, SealingBox(bytes(32)), world.random)
    assert all(forger.put(f"{features.VERSION_OF_RESULTS} {digest}", lies) for digest in digests)
    sealed = [path for path in (folder.root.parent / "forged").iterdir() if path.is_file()]
    for number, path in enumerate(cached(folder)):
        path.write_bytes(
            age.encrypt_bytes(lies, [writer.recipient]) if number % 2 else sealed[number % len(sealed)].read_bytes()
        )
    assert told(match_pictures(writer, MatchRequest(), run)) == first
    assert len(run.payloads) == 8


def test_what_a_worker_was_made_to_say_is_not_believed(
    writer: CaseWriter, run: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence_kit.workers.job import Result

    def lie(job: Job) -> Future[Answer]:
        made: Future[Answer] = Future()
        made.set_result(Result({"packed": "ZWtmMQAAAAB7fQ=="}))
        return made

    monkeypatch.setattr(run, "submit", lie)
    found = match_pictures(writer, MatchRequest(), run)
    assert found.pairs == []
    assert {each.reason for each in found.not_compared} == {"not-decoded"}
    assert cached(writer.case.folder) == []


def test_the_cache_goes_when_something_is_destroyed(writer: CaseWriter, run: Watched) -> None:
    match_pictures(writer, MatchRequest(), run)
    assert cached(writer.case.folder)
    destroy_evidence(
        writer, doomed_objects(writer.case, ["E000001"]), "taken in by mistake", ("Salma B.", "Me Idrissi")
    )
    assert not writer.case.folder.cache.exists()
    assert "E000001" not in {pair.item for pair in match_pictures(writer, MatchRequest(), run).pairs}


# Frames and sound.


def test_a_picture_is_found_in_a_frame_of_an_animation(new_case: NewCase, run: Watched, tmp_path: Path) -> None:
    folder = tmp_path / "moving"
    folder.mkdir()
    frames = [photo(name).resize((600, 400)) for name in ("astronaut", "cat", "rocket")]
    frames[0].save(folder / "b.gif", save_all=True, append_images=frames[1:], duration=300)
    (folder / "a.jpg").write_bytes(jpeg(photo("cat")))
    writer = new_case()
    take_in(writer, folder)
    [pair] = match_pictures(writer, MatchRequest(), run).pairs
    assert {pair.item, pair.other} == {"E000001", "E000002"}
    assert pair.level in MATCHES
    assert {pair.item_frame, pair.other_frame} == {0, 1}


def test_a_picture_is_found_in_a_key_frame_of_a_film(new_case: NewCase, run: Watched, tmp_path: Path) -> None:
    folder = tmp_path / "moving"
    folder.mkdir()
    shutil.copy(FILM, folder / "b.mp4")
    (folder / "a.jpg").write_bytes(jpeg(photo("rocket")))
    writer = new_case()
    take_in(writer, folder)
    [pair] = match_pictures(writer, MatchRequest(), run).pairs
    assert pair.level in MATCHES
    assert {pair.item, pair.other} == {"E000001", "E000002"}


@pytest.mark.parametrize(
    ("ending", "wrapping", "method"),
    [("mka", "matroska", "sound-samples"), ("webm", "webm", "sound-samples"), ("m4a", "mp4", "sound-packets")],
)
def test_a_voice_note_in_another_wrapping_is_found(
    ending: str, wrapping: str, method: str, new_case: NewCase, run: Watched, tmp_path: Path
) -> None:
    folder = tmp_path / "sound"
    folder.mkdir()
    shutil.copy(VOICE, folder / "a.opus")
    remux(VOICE, folder / f"b.{ending}", wrapping)
    shutil.copy(next(SAMPLES.rglob("voice_5402.ogg")), folder / "c.ogg")
    writer = new_case()
    take_in(writer, folder)
    found = match_pictures(writer, MatchRequest(), run)
    assert told(found) == {("E000001", "E000002"): (SAME_PICTURE, method)}


def remux(source: Path, target: Path, wrapping: str) -> None:
    """Put the packets of a sound into another container, decoding nothing."""
    import av

    with av.open(str(source)) as ours, av.open(str(target), "w", format=wrapping) as theirs:
        stream = ours.streams.audio[0]
        made = theirs.add_stream_from_template(stream)
        for packet in ours.demux(stream):
            if packet.dts is not None:
                packet.stream = made
                theirs.mux(packet)


def test_a_film_that_is_none_is_not_compared(writer: CaseWriter, run: Watched, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(FILM.read_bytes()[:3000])
    found = match_pictures(writer, MatchRequest([bad]), run)
    assert [(each.name, each.reason) for each in found.not_compared] == [("bad.mp4", "not-decoded")]
