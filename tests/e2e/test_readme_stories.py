"""The four stories, by the very commands of the guides, typed at a terminal on laptops that were empty before."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.guides import text_of
from tests.e2e.terminal import Laptop

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("bash") is None, reason="a terminal of Linux and bash"
)
GUIDES = text_of("volunteer", "handbook")


def lines(heading: str) -> list[str]:
    """Return the command lines of the first block behind some words of the guides."""
    _, found, rest = GUIDES.partition(heading)
    assert found, heading
    block = re.search(r"```sh\n(.*?)```", rest, re.DOTALL)
    assert block
    return block[1].splitlines()


def line(heading: str, begins: str) -> str:
    (found,) = [each for each in lines(heading) if each.startswith(begins)]
    return found


class Paper:
    """What a person wrote down."""

    def __init__(self) -> None:
        self.code = ""

    def write_down(self, shown: str) -> str:
        if found := re.findall(r"\d+ ([A-Z2-7]{4})\b", shown)[-14:]:
            self.code = "-".join(found)
            assert len(found) == 14, shown
        return "yes"

    def line(self, shown: str) -> str:
        first, last = map(int, re.findall(r"groups (\d+) to (\d+)", shown)[-1])
        return " ".join(self.code.split("-")[first - 1 : last])


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def laptop(tmp_path: Path, paper: Paper) -> Callable[..., Laptop]:
    def make(name: str, person: str) -> Laptop:
        secret = f"the passphrase of {name}"
        return Laptop(
            tmp_path / name,
            {
                "Code of the association": "LRC",
                "Your name": person,
                "Your role": "volunteer",
                "Town or office": "Larache",
                "Choose a passphrase": secret,
                "The same passphrase again": secret,
                "Passphrase of this station": secret,
                "How is it to be kept": "1",
                "Is it written down": paper.write_down,
                "From your paper": paper.line,
                "Recovery key from the paper": lambda _: paper.code,
                "its last six characters": lambda shown: re.findall(r"SHA256:[A-Za-z0-9+/]{43}", shown)[-1][-6:],
                "Send them away": "yes",
                "How is that known": "1",
                # What `ingest` asks a person about the files.
                "How did the files get here": "1",
                "> ": "",
            },
        )

    return make


def opened(one: Laptop) -> str:
    """A station and a case, by the volunteer's page; return the case id."""
    for command in lines("**Once for every computer.**"):
        one.types(command)
    one.types(line("1. Open a case.**", "evidence-kit new"))
    (case,) = (path.name for path in one.cases.iterdir())
    (one.home / "phone").mkdir()
    (one.home / "phone" / "a.txt").write_text("a threat\n")
    one.types(here(line("**2. Take the files in**", "evidence-kit ingest"), case, one.home))
    return case


def here(command: str, case: str, home: Path) -> str:
    """Return a command with this case's number, and with the folders of the test for sticks and phones."""
    number = str(int(case.rpartition("-")[2]))
    command = re.sub(r"(?<= )7(?= |$)", number, command).replace("LRC-2026-0007", case)
    return command.replace("/media/usb/phone", "phone").replace("/media/usb", str(home.parent / "usb"))


def holds(one: Laptop, case: str) -> None:
    assert "CONSISTENT" in one.types(f"evidence-kit verify {case}")
    assert "a.txt" in one.types(f"evidence-kit list {case}")
    one.types(f"evidence-kit note {case} 'still at work'")


def test_the_laptop_is_lost(laptop: Callable[..., Laptop], tmp_path: Path) -> None:
    old = laptop("old", "Salma B.")
    case = opened(old)
    (tmp_path / "usb" / "backup").mkdir(parents=True)
    (backup,) = lines("**Back up every case**")
    old.types(here(backup, case, old.home))
    new = laptop("new", "Omar K.")
    setup, recover = lines("**The laptop is lost or stolen.**")
    new.types(setup)
    # "Copy the case folders from the last backup into its cases folder": as a person does.
    new.types(f"cp -r {tmp_path}/usb/backup/{case} {new.cases}")
    new.types(f"evidence-kit list {case}", expect=33)
    said = new.types(recover)
    assert case in said
    assert "Salma B." in said
    holds(new, case)
    shown = new.types(f"evidence-kit keys readers {case}")
    assert "Omar K." in shown
    # The thief, with the passphrase and the case as it is now.
    shutil.rmtree(old.cases / case)
    shutil.copytree(new.cases / case, old.cases / case)
    shutil.rmtree(old.station / "heads")
    old.types(f"evidence-kit note {case} 'the thief'", expect=33)


def test_the_passphrase_is_forgotten(laptop: Callable[..., Laptop]) -> None:
    one = laptop("laptop", "Salma B.")
    case = opened(one)
    for question in ("Choose a passphrase", "The same passphrase again", "Passphrase of this station"):
        one.answers[question] = "what was it again, Salma"
    assert "does not open" in one.types(f"evidence-kit list {case}", expect=30)
    renew, recover = lines("**The passphrase is forgotten.**")
    one.types(renew)
    one.types(recover)
    holds(one, case)


def test_a_volunteer_leaves(laptop: Callable[..., Laptop], tmp_path: Path) -> None:
    one, hers = laptop("one", "Salma B."), laptop("hers", "Nadia L.")
    case = opened(one)
    second(one, hers, case, "Nadia L.")
    readers, revoke = (here(each, case, one.home) for each in lines("**A volunteer leaves.**"))
    assert "Nadia L." in one.types(readers)
    assert "Nadia L." in one.types(revoke)
    holds(one, case)
    shutil.copytree(one.cases / case, hers.cases / case)
    hers.types(f"evidence-kit note {case} 'after she left'", expect=33)
    hers.types(f"evidence-kit list {case}", expect=33)


def second(one: Laptop, other: Laptop, case: str, name: str) -> None:
    """Set another laptop up with the first one's recovery key and let it in, as the handbook says."""
    shutil.copy(one.station / "recovery.pub", other.home)
    (setup,) = lines("A second computer of the same association")
    other.types(setup)
    shutil.copy(other.station / "station.pub", one.home)
    (grant,) = lines("**Two laptops for one case.**")
    said = one.types(here(grant, case, one.home).replace("second laptop", name))
    assert "SHA256:" in said


def test_two_laptops_for_one_case(laptop: Callable[..., Laptop], tmp_path: Path) -> None:
    one, other = laptop("one", "Salma B."), laptop("other", "Omar K.")
    case = opened(one)
    usb = tmp_path / "usb"
    usb.mkdir()
    second(one, other, case, "second laptop")
    transfer, compare = (here(each, case, one.home) for each in lines("Both may write, one after the other"))
    assert "second laptop" in one.types(transfer)
    one.types(f"evidence-kit note {case} 'too late'", expect=36)
    assert "can only be read" in one.types(f"evidence-kit show {case}")
    # "The other one puts the folder into its cases folder."
    other.types(f"cp -r {usb}/{case} {other.cases}")
    holds(other, case)
    shutil.rmtree(usb / case)
    shutil.copytree(other.cases / case, usb / case)
    assert "goes on where" in one.types(compare)
    (one.cases / case).rename(tmp_path / "before")
    back = transfer.replace("second laptop", "Salma B.").replace(str(usb), str(tmp_path / "usb2"))
    (tmp_path / "usb2").mkdir()
    other.types(back)
    one.types(f"cp -r {tmp_path}/usb2/{case} {one.cases}")
    holds(one, case)
    other.types(f"evidence-kit note {case} 'too late'", expect=36)
