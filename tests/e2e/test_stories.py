"""A lost laptop, a forgotten passphrase, a volunteer who leaves, two laptops: as the README tells them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.cli import run
from evidence_kit.commands._screen import Screen
from evidence_kit.commands._wiring import Setting
from evidence_kit.keys.recovery import to_paper
from evidence_kit.keys.station import unlock
from tests.e2e.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
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
            # A command of the README, with the flags that a person's answers are here.
            words = [str(each) for each in arguments]
            assert words[0] in README
            flags = ["--json", "--no-input", "--station", str(home / "station")]
            flags += ["--passphrase-file", str(secret)] if keyed else []
            capsys.readouterr()
            code = run([*words, *flags])
            out = capsys.readouterr()
            assert code == expect, (words, out.out, out.err)
            return [json.loads(line) for line in out.out.splitlines()]

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
    here("revoke", case, "Nadia L.", expect=2)
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
