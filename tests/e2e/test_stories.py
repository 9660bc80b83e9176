"""A lost laptop, a forgotten passphrase, a volunteer who leaves, two laptops: as the guides tell them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.cli import run
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._setting import Setting
from evidence_kit.keys.recovery import to_paper
from evidence_kit.keys.station import unlock
from tests.disks import enlarge, small_disk
from tests.e2e.guides import text_of
from tests.schemas import held

GUIDES = text_of("volunteer", "handbook", "lawyer")
Laptop = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def laptops(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Laptop]:
    """Computers, by name: each has a station, a passphrase and a cases folder of its own."""
    monkeypatch.chdir(tmp_path)

    def of(name: str) -> Laptop:
        home = tmp_path / name
        home.mkdir(exist_ok=True)
        secret = home / "pass"
        if not secret.exists():
            secret.write_text(f"the passphrase of {name}\n")

        def do(*arguments: str | Path, expect: int = 0, keyed: bool = True) -> list[dict[str, Any]]:
            # A command of the guides, with the flags that a person's answers are here.
            words = [str(each) for each in arguments]
            assert words[0] in GUIDES
            flags = ["--json", "--no-input", "--station", str(home / "station")]
            flags += ["--passphrase-file", str(secret)] if keyed else []
            capsys.readouterr()
            code = run([*words, *flags])
            out = capsys.readouterr()
            assert code == expect, (words, out.out, out.err)
            return held(words[0], out.out)

        return do

    return of


FACTS = ("--association", "LRC", "--role", "volunteer", "--place", "Larache")


def opened(laptop: Laptop, home: Path, person: str = "Salma B.") -> str:
    """A station with a case of one item; the recovery key lies in `home/paper`."""
    laptop("setup", *FACTS, "--name", person, "--cases", home / "cases", "--recovery-out", home / "paper")
    (home / "phone").mkdir()
    (home / "phone" / "a.txt").write_text("a threat\n")
    case = str(laptop("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")[0]["case"])
    laptop("ingest", case, home / "phone")
    return case


def holds(laptop: Laptop, case: str, verdict: str = "CONSISTENT") -> None:
    (report,) = laptop("verify", case)
    assert (report["verdict"], report["with_key"], report["findings"]) == (verdict, True, [])
    assert [each["path"] for each in laptop("list", case)][:1] == ["phone/a.txt"]
    laptop("note", case, "still at work")


def test_a_lost_laptop(laptops: Callable[[str], Laptop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, usb = laptops("old"), tmp_path / "usb"
    case = opened(old, tmp_path / "old")
    usb.mkdir()
    assert old("backup", case, usb)[0]["copied"] > 4
    code = to_paper(unlock((tmp_path / "old" / "paper").read_bytes(), None))
    new = laptops("new")
    # The code is typed from the paper, at a terminal.
    monkeypatch.setattr(Setting, "asks", property(lambda _: True))
    monkeypatch.setattr(Screen, "ask_secret", lambda *_: code.lower().replace("-", " "))
    new("setup", *FACTS, "--name", "Salma B.", "--cases", tmp_path / "new" / "cases", "--recovery", "paper")
    shutil.copytree(usb / case, tmp_path / "new" / "cases" / case)
    new("list", case, expect=33)
    (done,) = new("recover", "--all", "--lost", "Salma B.", keyed=False)
    assert done["let_in"]
    assert [each["name"] for each in done["revoked"]] == ["Salma B."]
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    holds(new, case)
    # Whoever has the old laptop and its passphrase, and gets hold of the case as it is now.
    shutil.rmtree(tmp_path / "old" / "cases" / case)
    shutil.copytree(tmp_path / "new" / "cases" / case, tmp_path / "old" / "cases" / case)
    old("note", case, "the thief", expect=22)
    shutil.rmtree(tmp_path / "old" / "station" / "heads")
    old("note", case, "the thief", expect=33)
    old("list", case, expect=33)


def test_a_forgotten_passphrase(laptops: Callable[[str], Laptop], tmp_path: Path) -> None:
    laptop, home = laptops("laptop"), tmp_path / "laptop"
    case = opened(laptop, home)
    before = laptop("keys")[0]["fingerprint"]
    (home / "pass").write_text("what was it again\n")
    laptop("list", case, expect=30)
    assert laptop("setup", "--renew")[0]["before"] == before
    assert (home / "station" / "station.key.1").exists()
    laptop("list", case, expect=33)
    laptop("recover", "--all", "--lost", "Salma B.", "--recovery-key", home / "paper", keyed=False)
    holds(laptop, case)
    (found,) = laptop("keys", "readers", case)
    assert [(each["role"], each["signs"]) for each in found["readers"]] == [
        ("station", False), ("recovery", True), ("station", True),
    ]  # fmt: skip


def test_a_volunteer_who_leaves(laptops: Callable[[str], Laptop], tmp_path: Path) -> None:
    here, there = laptops("here"), laptops("there")
    case = opened(here, tmp_path / "here")
    second(here, there, tmp_path, case, "Nadia L.")
    here("revoke", case, "Nadia L.", "--reason", "left the association")
    assert here("revoke", case, "Nadia L.")[0]["revoked"] == []  # it was done before
    holds(here, case)
    copied(tmp_path, case)
    there("note", case, "after she left", expect=33)


def second(here: Laptop, there: Laptop, home: Path, case: str, person: str) -> None:
    """Set a second laptop up with the first one's recovery key, and let it in."""
    recovery = home / "here" / "station" / "recovery.pub"
    there("setup", *FACTS, "--name", person, "--cases", home / "there" / "cases", "--recovery", recovery)
    own = str(there("keys")[0]["fingerprint"])
    station = home / "there" / "station" / "station.pub"
    here("grant", case, station, "--name", person, "--sign", "--confirm", own[-6:])


def copied(home: Path, case: str) -> None:
    target = home / "there" / "cases" / case
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(home / "here" / "cases" / case, target)


def test_two_laptops_for_one_case(laptops: Callable[[str], Laptop], tmp_path: Path) -> None:
    here, there = laptops("here"), laptops("there")
    case = opened(here, tmp_path / "here")
    second(here, there, tmp_path, case, "second laptop")
    copied(tmp_path, case)
    holds(there, case)
    one, other = tmp_path / "here" / "cases" / case, tmp_path / "there" / "cases" / case
    (compared,) = here("compare", one, other)
    assert (compared["relation"], compared["verdict"]) == ("second-longer", "CONSISTENT")
    (signed,) = compared["sides"][1]["signed_after"]
    assert signed["by"] == there("keys")[0]["fingerprint"]
    here("note", case, "at the same time")
    (compared,) = here("compare", one, other, expect=4)
    assert compared["relation"] == "fork"


def test_a_case_that_is_handed_to_another_laptop_goes_on_there_alone(
    laptops: Callable[[str], Laptop], tmp_path: Path
) -> None:
    here, there = laptops("here"), laptops("there")
    case, stick = opened(here, tmp_path / "here"), tmp_path / "stick"
    stick.mkdir()
    moved = ("transfer", case, "--to-station", "second laptop", "--into", stick, "--for", "goes on in Tangier")
    here(*moved, expect=2)  # nobody was let in yet
    second(here, there, tmp_path, case, "second laptop")
    (done,) = here(*moved)
    assert (done["station"], done["copy"]) == (there("keys")[0]["fingerprint"], str(stick / case))
    log = tmp_path / "here" / "cases" / case / "custody.jsonl"
    before = log.read_bytes()
    assert (stick / case / "custody.jsonl").read_bytes() == before
    (refused,) = here("note", case, "from the old place", expect=36)
    assert refused["error"] == "case-handed-on"
    assert done["station"] in refused["what"]
    for wrong in (("ingest", case, tmp_path / "here" / "phone"), ("backup", case, stick), ("receipt", case)):
        here(*wrong, expect=36)
    # The copy is made again without a word in the log; nobody else can be named any more.
    shutil.rmtree(stick / case)
    assert here(*moved)[0]["line"] == done["line"]
    here("transfer", case, "--to-station", "nobody", "--for", "x", expect=2)
    assert log.read_bytes() == before
    assert here("verify", case)[0]["findings"] == []
    assert here("list", case)
    shutil.copytree(stick / case, tmp_path / "there" / "cases" / case)
    holds(there, case)
    # Back again, by a stick once more.
    there("transfer", case, "--to-station", "Salma B.", "--into", stick, "--for", "back")
    there("note", case, "too late", expect=36)
    shutil.rmtree(tmp_path / "here" / "cases" / case)
    shutil.copytree(stick / case, tmp_path / "here" / "cases" / case)
    holds(here, case)


def test_a_stick_that_is_full_hands_nothing_on(laptops: Callable[[str], Laptop], tmp_path: Path) -> None:
    here, there = laptops("here"), laptops("there")
    case = opened(here, tmp_path / "here")
    (tmp_path / "here" / "phone" / "b.bin").write_bytes(b"\0" + os.urandom(3_000_000))
    here("ingest", case, tmp_path / "here" / "phone")
    second(here, there, tmp_path, case, "second laptop")
    with small_disk(tmp_path / "stick", 1) as stick:
        moved = ("transfer", case, "--to-station", "second laptop", "--for", "goes on there", "--into", stick)
        assert here(*moved, expect=11)[0]["error"] == "disk-full"
        holds(here, case)  # this copy still goes on
        enlarge(stick, 16)
        here(*moved)
        here("note", case, "too late", expect=36)
        shutil.copytree(stick / case, tmp_path / "there" / "cases" / case)
    holds(there, case)


def test_a_laptop_that_goes_on_with_a_case_and_is_lost_leaves_it_to_the_recovery_key(
    laptops: Callable[[str], Laptop], tmp_path: Path
) -> None:
    here, there = laptops("here"), laptops("there")
    case = opened(here, tmp_path / "here")
    second(here, there, tmp_path, case, "second laptop")
    here("transfer", case, "--to-station", "second laptop", "--for", "goes on there")
    here("note", case, "from the old place", expect=36)
    (done,) = here(
        "recover", case, "--lost", "second laptop", "--recovery-key", tmp_path / "here" / "paper", keyed=False
    )
    assert [each["name"] for each in done["revoked"]] == ["second laptop"]
    holds(here, case)


def test_a_copy_that_goes_on_although_it_was_handed_away_is_a_fork(
    laptops: Callable[[str], Laptop], tmp_path: Path
) -> None:
    here, there = laptops("here"), laptops("there")
    case = opened(here, tmp_path / "here")
    second(here, there, tmp_path, case, "second laptop")
    shutil.copytree(tmp_path / "here" / "cases" / case, tmp_path / "kept" / case)
    here("transfer", case, "--to-station", "second laptop", "--for", "goes on there")
    copied(tmp_path, case)
    there("note", case, "where it belongs")
    shutil.copytree(tmp_path / "there" / "cases" / case, tmp_path / "all" / "there" / case)
    # Whoever puts the copy of before back, and makes the station forget.
    shutil.rmtree(tmp_path / "here" / "cases" / case)
    shutil.copytree(tmp_path / "kept" / case, tmp_path / "here" / "cases" / case)
    here("note", case, "from the old place", expect=22)
    shutil.rmtree(tmp_path / "here" / "station" / "heads")
    here("note", case, "from the old place")
    shutil.copytree(tmp_path / "here" / "cases" / case, tmp_path / "all" / "here" / case)
    (compared,) = here("compare", tmp_path / "all" / "here" / case, tmp_path / "all" / "there" / case, expect=4)
    assert (compared["relation"], compared["verdict"]) == ("fork", "BROKEN")
    documents = here("verify", tmp_path / "all", "--recursive", expect=4)
    assert "log-forked" in {each["code"] for document in documents for each in document["findings"]}
