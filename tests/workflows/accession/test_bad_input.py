"""Every row of docs/BAD-INPUT.md: what an input is, and what it gets."""

from __future__ import annotations

import ast
import errno
import io
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence_kit.custody.errors import CaseLockedError
from evidence_kit.custody.manifest import Item
from evidence_kit.intake.errors import DiskFailureError, DiskFullError
from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.disk import RealDisk
from evidence_kit.workflows.accession.commit_group import Undescribed
from evidence_kit.workflows.accession.describe import WorkerDescriber
from evidence_kit.workflows.accession.ingest import ingest
from evidence_kit.workflows.accession.provenance import Provenance
from evidence_kit.workflows.case.outcome import ChatRead, ContainerRead, Kept, Outcome, Refused
from evidence_kit.workflows.case.world import World
from evidence_kit.workflows.case.write import CaseWriter, writing
from evidence_kit.workflows.checking.verify import verify_case
from tests.conftest import Numbered, SteppingClock
from tests.fakes import FailingDisk
from tests.faults.harness import KEY, new_case
from tests.hostile import FILE_NAMES, NAMES, Part, bad_zips, make_bad_inputs, make_zip
from tests.intake.test_more_containers import tar
from tests.workflows.helpers import files_of, take_in, totals

TABLE = Path(__file__).parents[3] / "docs" / "BAD-INPUT.md"
HERE = "tests/workflows/accession/test_bad_input.py"


@dataclass
class Taken:
    """Everything bad, taken in once with real describing processes.

    Attributes:
        writer: The case.
        folder: What was taken in.
        outcomes: What came of it.
    """

    writer: CaseWriter
    folder: Path
    outcomes: list[Outcome]

    def item(self, path: str) -> Item:
        """Return what a path below the folder became, and see that it is whole."""
        shown = f"{self.folder.name}/{path}"
        item = next(
            each
            for each in self.writer.manifest.items.values()
            if shown in {each.place.path, *(again.path for again in each.also_at)}
        )
        assert self.bytes_of(item) == (self.folder / path).read_bytes()
        return item

    def bytes_of(self, item: Item) -> bytes:
        sink = io.BytesIO()
        self.writer.case.decrypt(item.id, sink)
        return sink.getvalue()

    def reason(self, path: str) -> str:
        """Return why something was refused; there is an event that says the same."""
        shown = f"{self.folder.name}/{path}"
        told = [each for each in self.outcomes if isinstance(each, Refused) and each.place.path == shown]
        logged = [entry for entry in self.writer.manifest.refused.values() if entry.facts["path"] == shown]
        assert len(told) == len(logged) == 1
        assert told[0].reason == logged[0].facts["reason"]
        return told[0].reason

    def zip(self, name: str) -> tuple[ContainerRead, list[str]]:
        """Return what was said of a bad zip, and the reasons of its refused members."""
        item = self.item(f"zips/{name}.zip")
        read = next(each for each in self.outcomes if isinstance(each, ContainerRead) and each.item == item.id)
        refused = [each for each in self.outcomes if isinstance(each, Refused) and each.place.container == item.id]
        return read, [each.reason.removeprefix("member-") for each in refused]

    def kept(self, path: str) -> Kept:
        """Return the outcome of a file that was kept, whole."""
        item = self.item(path)
        return next(each for each in self.outcomes if isinstance(each, Kept) and each.item == item.id)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    home = tmp_path_factory.mktemp("bad")
    folder = home / "bad"
    folder.mkdir()
    make_bad_inputs(folder)
    (folder / "dates").mkdir()
    (folder / "dates" / "old.tar").write_bytes(_dated(-2_177_452_800, 16_725_225_600))
    named = make_zip([Part(name, b"mine, number %d" % number) for number, name in enumerate(NAMES)])
    (folder / "dates" / "names.zip").write_bytes(named)
    (folder / "dates" / "no-date.zip").write_bytes(_undated())
    (folder / "files" / "large.heic").write_bytes(_heic(20_000, 10_000))
    (folder / "zzz-after.txt").write_text("what comes after all that")
    station, case = new_case(home, home / "cases")
    world = World(SteppingClock(), RealDisk(), Numbered(), "0.0-test")
    from evidence_kit.vault.folder import CaseFolder

    with writing(CaseFolder(case), KEY, station, world) as writer, WorkerDescriber(2) as describer:
        yield Taken(writer, folder, list(ingest(writer, [folder], Provenance(), describer)))


def _dated(*seconds: int) -> bytes:
    made = bytearray()
    for number, second in enumerate(seconds):
        one = bytearray(tar({f"{number}.txt": b"x"})[512 : 512 * 3])
        one[136:148] = (second & ((1 << 96) - 1)).to_bytes(12, "big")
        if second >= 0:
            one[136] |= 0x80
        one[148:156] = b"%06o\0 " % (sum(one[:512]) - sum(one[148:156]) + 256)
        made += one
    return bytes(made) + bytes(1024)


def _undated() -> bytes:
    data = bytearray(bad_zips()["comment"].content)
    for mark, offset in ((b"PK\x03\x04", 10), (b"PK\x01\x02", 12)):
        at = data.index(mark) + offset
        data[at : at + 4] = b"\xff\xff\x00\x00"
    return bytes(data)


def _box(name: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + name + body


def _heic(width: int, height: int) -> bytes:
    size = _box(b"ispe", bytes(4) + width.to_bytes(4, "big") + height.to_bytes(4, "big"))
    properties = _box(b"iprp", _box(b"ipco", size) + _box(b"ipma", bytes(4) + b"\0\0\0\1\0\1\1\1"))
    handler = _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
    return (
        _box(b"ftyp", b"heic\0\0\0\0mif1heic")
        + _box(b"meta", bytes(4) + handler + properties)
        + _box(b"mdat", b"x" * 90)
    )


def _refused(path: str, reason: str) -> Callable[[Taken], None]:
    def check(taken: Taken) -> None:
        assert taken.reason(f"no-files/{path}") == reason

    return check


def _undecoded(path: str) -> Callable[[Taken], None]:
    def check(taken: Taken) -> None:
        kept = taken.kept(f"files/{path}")
        assert kept.problems or not kept.described
        assert taken.kept("zzz-after.txt").item > kept.item

    return check


def _zip(name: str, *reasons: str, notes: tuple[str, ...] = (), kept: int | None = None) -> Callable[[Taken], None]:
    def check(taken: Taken) -> None:
        read, refused = taken.zip(name)
        assert sorted(refused) == sorted(reasons)
        assert set(notes) <= set(read.facts)
        assert kept is None or read.kept == kept

    return check


def _member_name(*parts: bytes, danger: str) -> Callable[[Taken], None]:
    def check(taken: Taken) -> None:
        item = taken.item("dates/names.zip")
        members = [each for each in taken.writer.manifest.items.values() if each.place.container == item.id]
        assert len(members) == len(NAMES)
        named = [each for each in members if danger in each.facts["name_dangers"]]
        assert {NAMES[each.place.member or 0] for each in named} >= set(parts)
        outside = set(files_of(taken.writer.case.folder.root.parent.parent))
        assert not any(path.endswith(("passwd", "x.dll")) for path in outside)

    return check


def _file_name(*names: bytes) -> Callable[[Taken], None]:
    def check(taken: Taken) -> None:
        from base64 import b64decode

        for name in names:
            assert name in FILE_NAMES
            holding = [
                each.place
                for each in taken.writer.manifest.items.values()
                if taken.bytes_of(each) == b"bytes of " + name
            ]
            place = holding[0]
            raw = b64decode(place.path_bytes) if place.path_bytes else place.path.encode()
            assert raw == b"bad/names/" + name

    return check


def _chat(path: str) -> Callable[[Taken], None]:
    def check(taken: Taken) -> None:
        item = taken.item(f"files/{path}")
        read = [each for each in taken.outcomes if isinstance(each, ChatRead) and each.item == item.id]
        assert all(not each.whole and each.reasons for each in read)
        assert all(each.messages == 0 for each in read)

    return check


def _dates(taken: Taken) -> None:
    item = taken.item("dates/old.tar")
    times = [e.facts["times"] for e in taken.writer.manifest.items.values() if e.place.container == item.id]
    again = [a for e in taken.writer.manifest.items.values() for a in e.also_at if a.container == item.id]
    assert times[0] == {"local": None, "utc": "1901-01-01T00:00:00Z", "seconds": "-2177452800"}
    assert len(times) + len(again) == 2


def _no_date(taken: Taken) -> None:
    item = taken.item("dates/no-date.zip")
    members = [e for e in taken.writer.manifest.items.values() if e.place.container == item.id]
    # The same bytes were met before in another zip: then this place is one more of theirs, with no times at all.
    assert all(each.facts["times"]["local"] == "1980-00-00T31:63:62" for each in members)


ROWS: dict[str, Callable[[Taken], None]] = {
    "fifo": _refused("fifo", "fifo"),
    "socket": _refused("socket", "socket"),
    "symlink": _refused("link.txt", "symlink"),
    "dangling-symlink": _refused("dangling.txt", "symlink"),
    "symlink-loop": _refused("loop", "symlink"),
    "folder-loop": _refused("folder-loop", "symlink"),
    "image-bomb": _undecoded("bomb.png"),
    "large-heic": _undecoded("large.heic"),
    "blp": _undecoded("blp.jpg"),
    "eps": _undecoded("eps.jpg"),
    "sdp": _undecoded("sdp.mp4"),
    "hls": _undecoded("hls.mp4"),
    "half-a-picture": _undecoded("half.jpg"),
    "zip-overlapping": _zip("quoting", "overlap", "overlap"),
    "zip-ratio": _zip("ratio", "ratio"),
    "zip-ratio-together": _zip("ratio-together", "ratio", "ratio", "ratio"),
    "zip-claims-2-gib": _zip("claims-2-gib", "ratio"),
    "zip-lying-sizes": _zip("says-more", "size-lies"),
    "zip-dot-dot": _member_name(b"../../etc/passwd", danger="dot-dot"),
    "zip-absolute": _member_name(b"/etc/passwd", b"C:\\x.txt", danger="absolute"),
    "zip-backslash": _member_name(b"..\\..\\windows\\x.dll", danger="backslash"),
    "zip-unc": _member_name(b"\\\\server\\share\\a.txt", b"//server/share/a.txt", danger="unc"),
    "zip-nul": _member_name(b"a\x00b.txt", danger="nul"),
    "zip-colon": _member_name(b"stream.txt:hidden", danger="colon"),
    "zip-reserved": _member_name(b"CON", b"folder/nul.txt", danger="reserved"),
    "zip-trailing-dot": _member_name(b"trailing.", b"trailing /x", danger="trailing-dot"),
    "zip-equal-names": _zip("equal-names", kept=2),
    "zip-colliding-names": _zip("case-and-normal-form", kept=3),
    "zip-symlink": _zip("symlink", "symlink"),
    "zip-device": _zip("device", "device"),
    "zip-encrypted": _zip("encrypted", "encrypted", notes=("encrypted",)),
    "zip-truncated": _zip("cut-in-the-second", "size-over-file", notes=("no-directory",), kept=1),
    "zip-concatenated": _zip("concatenated", notes=("zip-before",), kept=2),
    "zip-wrong-crc": _zip("wrong-crc", "wrong-crc"),
    "zip-data-before": _zip("data-before", notes=("data-before",), kept=1),
    "zip-data-after": _zip("data-after", notes=("data-after",), kept=1),
    "name-not-utf8": _file_name(b"not-utf8-\xc7\xe1.txt"),
    "name-255-bytes": _file_name(b"n" * 255),
    "name-control": _file_name(b"control-\x01\x1b[31m.txt", b"line\nbreak.txt"),
    "name-direction": _file_name("right-to-left-\u202egpj.exe".encode()),
    "name-reserved": _file_name(b"CON.txt", b"trailing."),
    "date-1901-2500": _dates,
    "date-none": _no_date,
    "json-nan": _chat("nan.json"),
    "json-deep": _chat("deep.json"),
    "json-half": _chat("half.json"),
}


@pytest.mark.parametrize("row", ROWS)
def test_row(row: str, taken: Taken) -> None:
    ROWS[row](taken)


def test_all_of_it_leaves_a_sound_case(taken: Taken) -> None:
    folder = taken.writer.case.folder
    assert verify_case(folder.root, KEY).findings == []
    assert not list(folder.root.rglob("*.draft"))


def test_a_zip_of_too_many_members_is_read_up_to_the_limit(
    new_case: Callable[[], CaseWriter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence_kit.intake.containers.ENTRY_LIMIT", 5)
    (tmp_path / "many.zip").write_bytes(make_zip([Part(b"%d" % n, b"%d" % n) for n in range(9)]))
    outcomes = take_in(new_case(), tmp_path / "many.zip")
    read = next(each for each in outcomes if isinstance(each, ContainerRead))
    assert (read.kept, "too-many" in read.facts) == (5, True)


def test_a_device_is_refused(new_case: Callable[[], CaseWriter], tmp_path: Path) -> None:
    try:
        os.mknod(tmp_path / "null", 0o600 | 0o020000, os.makedev(1, 3))
    except (OSError, AttributeError):
        pytest.skip("making a device node wants root")
    outcomes = take_in(new_case(), tmp_path / "null")
    assert [each.reason for each in outcomes if isinstance(each, Refused)] == ["device"]


def test_a_disk_that_is_read_only_or_full_changes_nothing(
    new_case: Callable[[], CaseWriter], source: Path, station: object, key: SigningKey, world: World
) -> None:
    for number, expected in ((errno.EROFS, DiskFailureError), (errno.ENOSPC, DiskFullError)):
        folder = new_case().case.folder
        before = files_of(folder.root)
        failing = World(SteppingClock(), FailingDisk("create", 1, number, for_good=True), Numbered(), "0.0-test")
        with pytest.raises(expected), writing(folder, key, station, failing) as writer:  # type: ignore[arg-type]
            list(ingest(writer, [source], Provenance(), Undescribed()))
        assert files_of(folder.root) == before


def test_a_second_process_and_a_second_run_double_nothing(
    new_case: Callable[[], CaseWriter], source: Path, station: object, key: SigningKey, world: World
) -> None:
    folder = new_case().case.folder
    with writing(folder, key, station, world) as writer:  # type: ignore[arg-type]
        take_in(writer, source)
        with pytest.raises(CaseLockedError), writing(folder, key, station, world):  # type: ignore[arg-type]
            pass
        before = files_of(folder.root)
        assert totals(take_in(writer, source)).known == 4
    assert files_of(folder.root) == before


def rows() -> list[list[str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_the_table_has_a_test_for_every_row_and_a_row_for_every_test() -> None:
    ids = [re.findall(r"`(tests/[^`]+)`", row[2]) for row in rows()]
    assert all(ids), "a row without a test"
    listed = [each for row in ids for each in row]
    assert len(listed) == len(set(listed)), "a test stands in two rows"
    own = {each.partition("[")[2].rstrip("]") for each in listed if each.startswith(f"{HERE}::test_row[")}
    assert own == set(ROWS)
    for each in listed:
        path, _, name = each.partition("::")
        source = ast.parse((TABLE.parents[1] / path).read_text("utf-8"))
        functions = {node.name for node in ast.walk(source) if isinstance(node, ast.FunctionDef)}
        assert name.partition("[")[0] in functions, each
