"""The register of stations from the command line: heads entered, a laptop lost, and checks that know of both."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.cli import run
from evidence_kit.keys import station as station_keys
from evidence_kit.vault import disk
from evidence_kit.workflows.case import world as worlds
from tests import authority
from tests.fakes import FailingDisk
from tests.schemas import problems

PASSPHRASE = "eleven quiet herons cross the estuary"


class Office:
    """Two stations of one association, and the share that they reach."""

    def __init__(self, at: Path) -> None:
        self.at, self.said, self.now = at, "", datetime(2026, 3, 5, 12, tzinfo=UTC)

    def __call__(self, *words: str, code: int = 0, station: str = "one") -> Any:
        common = ["--station", str(self.at / station), "--passphrase-file", str(self.at / "pw"), "--no-input", "--json"]
        out, errors = io.StringIO(), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(errors),
        ):
            patch.setattr(worlds.SystemClock, "now", lambda _: self.now)
            patch.setattr(station_keys, "KDF_ROUNDS", 1)
            ended = run([*words, *common])
        self.said = errors.getvalue()
        assert ended == code, self.said
        printed = [json.loads(line) for line in out.getvalue().splitlines()]
        assert [each for one in printed for each in problems(words[0], one)] == []
        return printed[-1] if printed else None

    @property
    def register(self) -> str:
        return str(self.at / "register.jsonl")

    @property
    def case(self) -> str:
        return str(self.at / "cases" / "LRC-2026-0001")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    office = Office(tmp_path_factory.mktemp("register") / "office")
    office.at.mkdir()
    (office.at / "pw").write_text(PASSPHRASE)
    person = ("--association", "LRC", "--name", "Salma", "--role", "volunteer", "--place", "Larache")
    office("setup", *person, "--cases", str(office.at / "cases"), "--recovery-out", str(office.at / "rec"))
    shutil.copy(office.at / "one" / "recovery.pub", office.at / "recovery.pub")
    office("setup", *person, "--cases", str(office.at / "cases2"), "--recovery", str(office.at / "recovery.pub"),
           station="two")  # fmt: skip
    office("new", "--age", "adult", "--age-known-by", "told", "--id", "LRC-2026-0001")
    office("new", "--age", "adult", "--age-known-by", "told", "--id", "LRC-2026-0002")
    office("register", "found", office.register, "--name", "first", "--recovery-key", str(office.at / "rec"))
    pub = str(office.at / "two" / "station.pub")
    office(
        "register",
        "let-in",
        office.register,
        "--key",
        pub,
        "--name",
        "second",
        "--recovery-key",
        str(office.at / "rec"),
    )
    office("register", "heads", office.register)
    return office.at


@pytest.fixture
def office(kept: Path, tmp_path: Path) -> Office:
    shutil.copytree(kept, tmp_path / "office")
    return Office(tmp_path / "office")


def note(office: Office, text: str) -> None:
    office("note", "1", text)


def lose(office: Office, since: str = "2026-03-06") -> None:
    rec = str(office.at / "rec")
    office("register", "lost", office.register, "--key", "first", "--since", since, "--why", "stolen",
           "--recovery-key", rec, station="two")  # fmt: skip


def test_heads_are_entered_once_and_again_when_a_case_has_come_further(office: Office) -> None:
    assert office("register", "heads", office.register) == {"action": "heads", "entered": 0, "known": 2, "unread": []}
    note(office, "she called")
    assert office("register", "heads", office.register)["entered"] == 1
    assert office("register", "show", office.register)["heads"] == 3


def test_a_check_says_since_when_the_register_knows_the_log(office: Office) -> None:
    told = office("verify", office.case, "--register", office.register)["register"]
    assert told["time"].startswith("2026-03-05T12:00")
    note(office, "later")
    later = office("verify", office.case, "--register", office.register)
    assert later["register"]["through"] == told["through"] < later["lines"]
    assert "register" not in office("verify", office.case)


def test_no_case_is_named_in_it(office: Office) -> None:
    assert "2026-000" not in Path(office.register).read_text()


def test_signatures_of_a_lost_laptop_are_named(office: Office) -> None:
    office.now = datetime(2026, 3, 5, 18, tzinfo=UTC)
    note(office, "before the theft, and entered")
    office("register", "heads", office.register)
    office("register", "heads", office.register, station="two")
    office.now = datetime(2026, 3, 7, tzinfo=UTC)
    note(office, "written by the thief")
    lose(office)
    told = office("verify", office.case, "--register", office.register, code=53)
    assert told["register"]["lost"] == [
        {"station": "first", "since": "2026-03-06T00:00:00.000000Z", "first": told["lines"], "commits": 1}
    ]
    office("verify", str(office.at / "cases"), "--recursive", "--register", office.register, code=53, station="two")
    # The other case was not touched since it was entered, and another station has seen that entry.
    assert office("verify", "2", "--register", office.register)["register"]["lost"] == []


def test_a_thief_who_sets_the_clock_back_changes_nothing(office: Office) -> None:
    """The entry bears a time before the loss; no other station had seen it by then."""
    office("register", "heads", office.register, station="two")
    office.now = datetime(2026, 3, 5, 13, tzinfo=UTC)
    note(office, "written by the thief")
    office("register", "heads", office.register)
    office.now = datetime(2026, 3, 7, tzinfo=UTC)
    lose(office)
    assert office("verify", office.case, "--register", office.register, code=53)["register"]["lost"][0]["commits"] == 1
    # And from then on nothing of that key is let into the register.
    note(office, "more")
    office("register", "heads", office.register, code=53)


def test_an_entry_that_nobody_else_saw_is_in_doubt(office: Office) -> None:
    office("register", "heads", office.register)
    office.now = datetime(2026, 3, 7, tzinfo=UTC)
    lose(office)
    assert office("verify", office.case, "--register", office.register, code=53)["register"]["lost"]


@authority.needs_openssl
def test_a_time_stamp_before_the_loss_takes_the_doubt_away(office: Office, tmp_path: Path) -> None:
    clock = authority.Authority(tmp_path / "authority")
    (office.at / "root.pem").write_bytes(clock.root)
    office("register", "stamp", office.register, "--request", str(office.at / "r.tsq"))
    (office.at / "r.tsr").write_bytes(clock.reply((office.at / "r.tsq").read_bytes()))
    office("register", "stamp", office.register, "--attach", str(office.at / "r.tsr"))
    lose(office, since="2036-01-01")
    assert office("verify", office.case, "--register", office.register, code=53)["register"]["lost"]
    check = ("verify", office.case, "--register", office.register)
    assert office(*check, "--tsa-ca", str(office.at / "root.pem"))["register"]["lost"] == []


def test_a_station_that_was_not_let_in_enters_nothing(office: Office) -> None:
    lines = Path(office.register).read_bytes().splitlines(keepends=True)
    Path(office.register).write_bytes(b"".join(lines[:2]))
    office("register", "heads", office.register, code=53, station="two")


def test_an_earlier_register_laid_back_is_found(office: Office) -> None:
    earlier = Path(office.register).read_bytes()
    note(office, "later")
    office("register", "heads", office.register)
    Path(office.register).write_bytes(earlier)
    office("register", "heads", office.register, code=53)
    office("verify", office.case, "--register", office.register, code=53)
    # A computer that never saw the newer one cannot know.
    office("verify", office.case, "--register", office.register, station="nowhere", code=53)
    assert "fingerprint" in office.said or "SHA256" in office.said


@pytest.mark.parametrize("forged", [b"", b"\n", b"hello\n", b"{}\n"])
def test_another_file_is_no_register(office: Office, forged: bytes) -> None:
    Path(office.register).write_bytes(forged)
    office("verify", office.case, "--register", office.register, code=53)
    office("register", "show", office.register, code=53)


def test_another_associations_register_is_not_believed(office: Office, tmp_path: Path) -> None:
    person = ("--association", "TET", "--name", "Omar", "--role", "volunteer", "--place", "Tetouan")
    office("setup", *person, "--cases", str(tmp_path / "c3"), "--recovery-out", str(tmp_path / "rec3"), station="three")
    other = str(tmp_path / "other.jsonl")
    office("register", "found", other, "--name", "x", "--recovery-key", str(tmp_path / "rec3"), station="three")
    office("verify", office.case, "--register", other, code=53)
    office("register", "heads", other, code=53)


def test_wrong_calls_are_one_sentence_each(office: Office) -> None:
    rec = str(office.at / "rec")
    office("register", "found", office.register, "--name", "x", "--recovery-key", rec, code=28)
    office("register", "show", str(office.at / "nowhere"), code=2)
    office("register", "found", str(office.at / "new"), "--recovery-key", rec, code=2)
    lost = ("register", "lost", office.register, "--recovery-key", rec, "--why", "x")
    office(*lost, "--key", "nobody", "--since", "2026-03-05", code=2)
    office(*lost, "--key", "first", "--since", "yesterday", code=2)
    pub = str(office.at / "two" / "station.pub")
    office("register", "let-in", office.register, "--key", pub, "--name", "x", "--recovery-key", rec, code=2)
    office("register", "stamp", office.register, code=2)


@authority.needs_openssl
def test_one_time_stamp_covers_every_case(office: Office, tmp_path: Path) -> None:
    root = authority.Authority(tmp_path / "authority")
    request = office.at / "r.tsq"
    office("register", "stamp", office.register, "--request", str(request))
    (office.at / "r.tsr").write_bytes(root.reply(request.read_bytes()))
    done = office("register", "stamp", office.register, "--attach", str(office.at / "r.tsr"))
    assert done["covers"] == 4
    pem = office.at / "root.pem"
    pem.write_bytes(root.root)
    for case in ("1", "2"):
        told = office("verify", case, "--register", office.register, "--tsa-ca", str(pem))
        assert told["verdict"] == "ANCHORED"
        assert told["register"]["stamped_at"] == done["stamped_at"]
        assert office("verify", case, "--register", office.register)["verdict"] == "CONSISTENT"
    office("register", "stamp", office.register, "--attach", str(office.at / "pw"), code=44)


@pytest.mark.parametrize(("act", "at"), [("create", 1), ("write", 1), ("sync", 1), ("move", 1)])
def test_a_full_disk_loses_nothing_of_the_register(
    office: Office, act: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(office, "later")
    before = Path(office.register).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(disk, "RealDisk", lambda: FailingDisk(act, at))
        office("register", "heads", office.register, code=11)
    assert Path(office.register).read_bytes() == before
    assert office("register", "heads", office.register)["entered"] == 1


def test_a_known_key_of_a_person_founds_no_register_unnamed(office: Office, tmp_path: Path) -> None:
    """A register is told with the name that the checker gave to its founder; the station's own key founds none."""
    from evidence_kit.custody.register import founding_line
    from evidence_kit.keys.station import SigningKey

    stranger = SigningKey.from_seed(bytes(range(32)))
    other = tmp_path / "other.jsonl"
    other.write_bytes(founding_line("LRC", stranger, "2026-03-05T12:00:00.000000Z"))
    office("verify", office.case, "--register", str(other), code=53)
    end = stranger.public.fingerprint[-6:]
    office("keys", "trust", "Nadia", stranger.public.line, "--confirm", end)
    told = office("verify", office.case, "--register", str(other))
    assert told["register"]["association"] == "LRC (Nadia)"
    assert told["register"]["through"] is None


def test_no_register_lies_inside_a_case(office: Office) -> None:
    inside = str(Path(office.case) / "register.jsonl")
    office("register", "found", inside, "--name", "x", "--recovery-key", str(office.at / "rec"), code=2)
    assert not Path(inside).exists()
