"""The kit from Python: docs/API.md runs as it stands, and what a station and a case promise holds."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence_kit import Case, Station
from evidence_kit.custody.errors import CaseLockedError, StationExistsError
from evidence_kit.custody.verdict import Verdict
from evidence_kit.errors import UsageError
from evidence_kit.keys.sshsig import RECEIVED_NAMESPACE, armour
from evidence_kit.keys.station import SigningKey
from evidence_kit.sealing.errors import ItemDamagedError
from evidence_kit.vault.disk import RealDisk
from evidence_kit.workflows.handover.timestamps import attach_stamp, keep_root
from tests.timestamps import Clock
from tests.typed_examples import BLOCKS

ROOT = Path(__file__).parents[1]


def test_every_example_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(BLOCKS) >= 10
    monkeypatch.chdir(tmp_path)
    Path("phone").mkdir()
    for name in ("candidates/tasse.jpg", "candidates/vitrine.jpg"):
        shutil.copy(ROOT / "samples" / name, "phone")
    shutil.copy(next((ROOT / "samples" / "phone-export" / "Download").glob("*.zip")), "phone")
    known: dict[str, object] = {"__name__": "example"}
    for number, block in enumerate(BLOCKS):
        exec(compile(block, f"docs/API.md, block {number + 1}", "exec"), known)  # noqa: S102 - that is the test


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "evidence_kit" / "py.typed").is_file()


SECRET = b"correct horse battery"
# What a program that only asks for the names must not pay for.
HEAVY = {"cryptography", "pyrage", "numpy", "PIL", "cv2", "av", "typer", "rich", "filelock", "pyzipper"}


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station.create(
        tmp_path / "station", SECRET, association="LRC", name="Salma B.", role="volunteer", place="Larache",
        cases=tmp_path / "cases", recovery_out=tmp_path / "recovery.key",
    )  # fmt: skip


@pytest.fixture
def opened(station: Station, source: Path) -> Iterator[Case]:
    """A case in which the files of `source` lie: E000001 is `DCIM/a.bin`."""
    with station.new_case("adult", "told", consent=["lawyer"]) as case:
        assert len(list(case.take_in(source, describe=False))) == 5
        yield case


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = (
        "import sys, json; before = set(sys.modules); import evidence_kit; "
        "assert 'Case' in evidence_kit.__all__; print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)
    ours = [name for name in json.loads(done.stdout) if name.startswith("evidence_kit")]
    assert ours == ["evidence_kit"]
    assert not HEAVY & set(json.loads(done.stdout))


def test_asking_for_the_two_names_loads_no_heavy_library() -> None:
    code = "import sys, json; from evidence_kit import Case, Station; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)
    assert not HEAVY & set(json.loads(done.stdout))


def test_another_name_is_missing_as_in_any_module() -> None:
    import evidence_kit

    with pytest.raises(AttributeError, match="Cases"):
        _ = evidence_kit.Cases  # type: ignore[attr-defined]


def test_a_case_is_locked_by_the_first_write_and_free_behind_its_block(station: Station, opened: Case) -> None:
    with station.case(opened.id) as other:
        assert len(other.items()) == 4
        with pytest.raises(CaseLockedError):
            other.receipt()
        opened.__exit__(None, None, None)
        assert other.receipt().lines > 5


def test_what_is_read_follows_what_is_written_in_the_same_block(opened: Case, tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("one more\n")
    list(opened.take_in(tmp_path / "more.txt", describe=False))
    assert [item.place.path for item in opened.items()][-1] == "more.txt"


def test_outside_of_a_block_a_case_and_a_station_say_so(station: Station, opened: Case) -> None:
    case = station.case(opened.id)
    with pytest.raises(ValueError, match="with"):
        case.items()
    with pytest.raises(ValueError, match="with"):
        case.receipt()
    with station:
        assert station.key.public.fingerprint == station.fingerprint
    with pytest.raises(ValueError, match="closed"):
        _ = station.key


def test_nothing_is_overwritten_when_a_station_is_made_twice(station: Station, tmp_path: Path) -> None:
    before = (tmp_path / "recovery.key").read_bytes()
    with pytest.raises(StationExistsError):
        Station.create(
            station.facts.folder, SECRET, association="LRC", name="x", role="x", place="x",
            cases=tmp_path / "cases", recovery_out=tmp_path / "second.key",
        )  # fmt: skip
    assert (tmp_path / "recovery.key").read_bytes() == before
    assert not (tmp_path / "second.key").exists()
    assert Station.open(station.facts.folder, SECRET).fingerprint == station.fingerprint


def test_bytes_are_handed_out_with_a_reason_in_the_log(opened: Case, source: Path) -> None:
    out = io.BytesIO()
    opened.write_original("1", out, "asked for by the lawyer")
    assert out.getvalue() == (source / "DCIM" / "a.bin").read_bytes()
    viewed = opened.manifest.entries["item.viewed"]
    assert [(each.facts["item"], each.facts["reason"]) for each in viewed] == [("E000001", "asked for by the lawyer")]


def test_bytes_that_are_not_what_was_taken_in_are_said_to_be_none(opened: Case) -> None:
    stored = opened.folder.item("E000001")
    stored.write_bytes(stored.read_bytes()[:-1])
    with pytest.raises(ItemDamagedError):
        opened.write_original("E000001", io.BytesIO(), "to see")


def test_a_minors_pictures_are_not_handed_out(station: Station, tmp_path: Path) -> None:
    picture = tmp_path / "tasse.jpg"
    shutil.copy(ROOT / "samples" / "candidates" / "tasse.jpg", picture)
    with station.new_case("unknown", "nobody knows") as case:
        list(case.take_in(picture, describe=False))
        (seen,) = case.items()
        assert seen.id.startswith("W")
    with station.new_case("adult", "told") as case:
        list(case.take_in(picture, describe=False))
        # What is an adult's picture until somebody learns that the person is not.
        case.manifest.facts["age_band"] = "unknown"
        out = io.BytesIO()
        with pytest.raises(UsageError):
            case.write_original("E000001", out, "to see")
    assert out.getvalue() == b""


def test_a_case_is_verified_and_its_damage_found(opened: Case) -> None:
    code = opened.receipt().code
    assert opened.verify(code, receipt_from="paper").verdict is Verdict.ANCHORED
    stored = opened.folder.item("E000001")
    stored.write_bytes(stored.read_bytes()[:-1] + b"x")
    assert opened.verify().verdict is Verdict.BROKEN


def test_a_receipt_is_worth_what_it_is_worth_where_it_comes_from(opened: Case, tmp_path: Path) -> None:
    code = opened.receipt().code
    sealed = opened.seal("lawyer", tmp_path / "sealed")

    def both(receipt_from: str | None) -> list[tuple[Verdict, set[str]]]:
        reports = [
            opened.verify(code, receipt_from=receipt_from),
            Case.verify_archive(sealed.path, sealed.passphrase, code, receipt_from=receipt_from),
        ]
        return [(each.verdict, {finding.code for finding in each.findings}) for each in reports]

    assert both("paper") == both("told") == [(Verdict.ANCHORED, set())] * 2
    assert both("archive") == [(Verdict.CONSISTENT, {"receipt-came-along"})] * 2
    for said in (None, "the archive itself"):
        with pytest.raises(UsageError):
            both(said)


def test_an_archive_takes_the_dossier_along(opened: Case, tmp_path: Path) -> None:
    from evidence_kit.workflows.handover.seal_reports import ReportWanted

    sealed = opened.seal("lawyer", tmp_path / "sealed", report=ReportWanted(("fr",), by="Salma B."))
    assert Case.verify_archive(sealed.path, sealed.passphrase).verdict is Verdict.CONSISTENT
    assert [each.facts["languages"] for each in opened.manifest.entries["report.made"]] == [["fr"]]


def test_what_the_caller_or_the_station_knows_from_outside_anchors(
    opened: Case, station: Station, tmp_path: Path
) -> None:
    clock, receiver = Clock(), SigningKey.from_seed(bytes(range(9, 41)))
    line = opened.path.joinpath("custody.jsonl").read_bytes().splitlines()[-1]
    attach_stamp(opened.writing, clock.stamp(line), [])
    sealed = opened.seal("lawyer", tmp_path / "sealed")
    statement = next(sealed.path.parent.glob("*.statement.txt"))
    signed = receiver.sign(statement.read_bytes(), RECEIVED_NAMESPACE)
    sealed.path.with_name(statement.name.replace("statement.txt", "received.sig")).write_bytes(armour(signed.blob))

    def kinds(**known: object) -> list[str]:
        report = Case.verify_archive(sealed.path, sealed.passphrase, **known)  # type: ignore[arg-type]
        return [each.kind for each in report.anchors]

    assert kinds() == []
    assert kinds(roots=[clock.root]) == ["time-stamp"]
    assert kinds(receivers={receiver.public.fingerprint: "a lawyer"}) == ["counter-signature"]
    assert [each.kind for each in opened.verify().anchors] == []
    assert [each.kind for each in opened.verify(roots=[clock.root]).anchors] == ["time-stamp"]
    keep_root(station.facts.folder, clock.root, RealDisk())
    assert [each.kind for each in opened.verify().anchors] == ["time-stamp"]
