"""Every command of the letters, taken out of their text and run, on archives that were made with every option."""

from __future__ import annotations

import html
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.cli import run
from evidence_kit.words import LANGUAGES, catalogue
from tests.authority import Authority, online
from tests.e2e.conftest import ROOT
from tests.schemas import held

TOOLS = ("bash", "7z", "ssh-keygen", "sha256sum", "openssl", "perl", "age")
pytestmark = pytest.mark.skipif(any(shutil.which(tool) is None for tool in TOOLS), reason=f"needs {', '.join(TOOLS)}")
SYSTEMS = {"linux": "Linux", "macos": "macOS"}


@dataclass(frozen=True)
class Handed:
    """What a lawyer was handed, and the station it came from.

    Attributes:
        home: Everything lies below it.
        case: Case id.
        out: The folder with the parts and what lies beside them.
        digits: Given by voice.
        receipt: The code on the victim's paper.
        fingerprint: Of the station's key, on paper.
        kit: Runs the program at the station.
    """

    home: Path
    case: str
    out: Path
    digits: str
    receipt: str
    fingerprint: str
    kit: Callable[..., list[dict[str, Any]]]

    @property
    def stems(self) -> list[str]:
        return sorted(path.name.removesuffix(".sealed.zip") for path in self.out.glob("*.sealed.zip"))


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handed]:
    """A seal with a scope, blurred copies, parts, time stamps, a named note, receipts and a reader's key."""
    home = tmp_path_factory.mktemp("letters")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setattr("evidence_kit.keys.station.KDF_ROUNDS", 1)
        yield _handed(home)


def _handed(home: Path) -> Handed:
    (home / "pass").write_text("correct horse battery\n")

    def kit(*arguments: str | Path, expect: int = 0) -> list[dict[str, Any]]:
        from contextlib import redirect_stderr, redirect_stdout
        from io import StringIO

        name, *words = map(str, arguments)
        common = ["--json", "--no-input", "--station", str(home / "station"), "--passphrase-file", str(home / "pass")]
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as errors:
            code = run([name, *common, *words])
        assert code == expect, (words, out.getvalue(), errors.getvalue())
        return held(name, out.getvalue())

    facts = ("--association", "LRC", "--name", "Salma B.", "--role", "volunteer", "--place", "Larache")
    kit("setup", *facts, "--cases", home / "cases", "--recovery-out", "paper")
    fingerprint = kit("keys")[0]["fingerprint"]
    (case,) = (each["case"] for each in kit("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer"))
    phone = home / "phone"
    phone.mkdir()
    for name in ("tasse.jpg", "vitrine.jpg"):
        shutil.copy(ROOT / "samples" / "candidates" / name, phone)
    chance = random.Random(4)
    for number in range(4):
        words = " ".join(chance.choice(("pay", "or", "else", "tonight")) for _ in range(60_000))
        (phone / f"{number}.txt").write_text(f"{number} {words}\n")
    kit("ingest", case, phone)
    kit("note", case, "for the lawyer", "--reader", "lawyer")
    closed = kit("note", case, "what we said to her lawyer", "--reader", "lawyer", "--privileged")[0]["line"]
    kit("note", case, "for the house")
    authority = Authority(home / "tsa")
    (home / "root.pem").write_bytes(authority.root)
    with online(authority) as url:
        kit("timestamp", case, "--url", url, "--tsa-ca", "root.pem")
        receipt = kit("receipt", case)[0]["code"]
        kit("timestamp", case, "--url", url)
    subprocess.run(["age-keygen", "-o", str(home / "me.key")], check=True, capture_output=True)
    public = re.search(r"age1[a-z0-9]+", (home / "me.key").read_text())
    assert public
    items = [row["item"] for row in kit("list", case)]
    order = ("--for", "lawyer", "--items", ",".join(items[:-1]), "--redacted", "--split", "900K", "--note", str(closed))
    digits = ("--to-key", f"lawyer={public[0]}", "--passphrase-out", home / "digits")
    (sealed,) = kit("seal", case, *order, *digits, "--out", home / "out")
    assert (len(sealed["archives"]), sealed["blurred"], sealed["items_absent"]) == (2, 1, 1)
    return Handed(home, case, home / "out", (home / "digits").read_text().strip(), receipt, fingerprint, kit)


def sh(command: str, folder: Path, stdin: str = "") -> str:
    done = subprocess.run(["bash", "-c", command], cwd=folder, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def outside(handed: Handed) -> list[str]:
    """Return the commands for macOS and Linux out of LISEZ-MOI."""
    text = (handed.out / "LISEZ-MOI.txt").read_text("utf-8")
    block = text.split("macOS, Linux\n\n", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^    (.*)$", block, re.MULTILINE)


@pytest.fixture(scope="module")
def opened(handed: Handed) -> dict[str, Path]:
    """Every part in a folder of its own with its statement, opened as LISEZ-MOI says; the bags by stem."""
    found = {}
    for stem in handed.stems:
        place = handed.home / "lawyer" / stem
        place.mkdir(parents=True)
        for ending in (".sealed.zip", ".statement.txt", ".statement.txt.sig"):
            shutil.copy(handed.out / (stem + ending), place)
        first, second, _ = (command.replace("NAME", stem) for command in outside(handed))
        assert "Everything is Ok" in sh(first, place, stdin=handed.digits + "\n")
        assert "Everything is Ok" in sh(second, place)
        found[stem] = place / handed.case
    return found


def letter(bag: Path) -> str:
    return (bag / "READ-ME-FIRST.txt").read_text("utf-8")


def steps(text: str, system: str) -> list[list[str]]:
    """Return the commands for one system out of a letter, step by step."""
    section = text.split(f"\n{SYSTEMS[system]}\n\n1.\n", 1)[1].split("\n\n====", 1)[0]
    return [re.findall(r"^    (.*)$", step, re.MULTILINE) for step in re.split(r"^\d+\.$", section, flags=re.MULTILINE)]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_command_of_the_letter_inside_says_what_the_letter_says(
    system: str, handed: Handed, opened: dict[str, Path]
) -> None:
    if system == "macos" and shutil.which("shasum") is None:
        pytest.skip("shasum is not installed")
    for stem, bag in opened.items():
        found = steps(letter(bag), system)
        files, signatures, head, event, receipt, statement, received, *stamps = found
        listed = [line for command in files for line in sh(command, bag).splitlines()]
        # All but the tag manifest and its signature.
        assert len(listed) == sum(path.is_file() for path in bag.rglob("*")) - 2
        assert {line.rsplit(": ", 1)[1] for line in listed} == {"OK"}
        good = [sh(command, bag) for command in signatures]
        assert all(said.startswith("Good ") and handed.fingerprint in said for said in good)
        assert sh(head[0], bag).split()[0] == sh(head[1], bag).splitlines()[2]
        assert sh(event[0], bag).split()[0] == json.loads(sh(event[1], bag))["commit"]
        # The newest receipt that was issued when the letter was written: the one on the victim's paper.
        assert sh(receipt[0], bag).strip() == handed.receipt.replace("-", "")[:32]
        assert sh(statement[0], bag).startswith("Good ")
        assert sh(statement[1], bag).split()[0] == sh(statement[2], bag).strip()
        assert len(stamps) == 2
        shutil.copy(handed.home / "root.pem", bag)
        for shown, verified in stamps:
            said = sh(shown, bag)
            assert "Time stamp:" in said
            assert "Status: Granted." in said
            assert "Verification: OK" in sh(verified, bag)
        (bag / "root.pem").unlink()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(bag / "id_ed25519")], check=True)
        for command in received:
            sh(command, bag)
        assert (bag.parent / f"{stem}.received.sig").read_text().startswith("-----BEGIN SSH SIGNATURE-----")
        for name in ("id_ed25519", "id_ed25519.pub", f"../{stem}.received.sig"):
            (bag / name).unlink()


def test_an_edited_file_is_found_by_the_very_commands(handed: Handed, opened: dict[str, Path], tmp_path: Path) -> None:
    """Commands that cannot fail would prove nothing."""
    stem, first = next(iter(opened.items()))
    bag = tmp_path / stem / first.name
    shutil.copytree(first, bag)
    for ending in (".statement.txt", ".statement.txt.sig", ".sealed.zip"):
        shutil.copy(handed.out / (stem + ending), bag.parent)
    files, signatures, *_ = steps(letter(bag), "linux")
    item = next(path for path in (bag / "data").iterdir())
    item.write_bytes(item.read_bytes()[:-1] + b"?")
    (bag / "checkpoint.txt").write_text((bag / "checkpoint.txt").read_text().replace("/1 ", "/2 "))
    for command in (*files, signatures[0]):
        done = subprocess.run(["bash", "-c", command], cwd=bag, capture_output=True, text=True, check=False)
        assert done.returncode != 0, command
    assert (
        "FAILED"
        in subprocess.run(["bash", "-c", files[0]], cwd=bag, capture_output=True, text=True, check=False).stdout
    )


def test_the_page_inside_names_the_same_commands_as_the_text(opened: dict[str, Path]) -> None:
    for bag in opened.values():
        page = (bag / "READ-ME-FIRST.html").read_text("utf-8")
        sections = re.findall(r"<h2>(.+?)</h2><ol>(.+?)</ol>", page, re.DOTALL)
        shown = {
            name: [html.unescape(each).split("\n") for each in re.findall(r"<pre>(.*?)</pre>", body, re.DOTALL)]
            for name, body in sections
        }
        for system, name in SYSTEMS.items():
            assert shown[name] == steps(letter(bag), system)
        assert len(shown["Windows (PowerShell)"]) == len(shown["Linux"])


def test_every_language_has_a_sentence_for_every_step(opened: dict[str, Path]) -> None:
    for bag in opened.values():
        text = letter(bag)
        count = len(steps(text, "linux"))
        for language in LANGUAGES:
            title = catalogue(language).sentence("letter.title")
            block = text.split(title, 1)[1].split("\n\n====", 1)[0]
            assert re.findall(r"^(\d+)\. ", block, re.MULTILINE) == [str(n) for n in range(1, count + 1)]
            for number in (1, 2):
                said = catalogue(language).sentence("letter.part", part=number, parts=2)
                assert (said in block) == (f"part-{number}-of" in bag.parent.name)


def test_the_receivers_confirmation_of_each_part_comes_back_and_anchors(
    handed: Handed, opened: dict[str, Path]
) -> None:
    key = handed.home / "receiver"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    shown = subprocess.run(["ssh-keygen", "-lf", f"{key}.pub"], check=True, capture_output=True, text=True).stdout
    fingerprint = shown.split()[1]
    for stem, bag in opened.items():
        *_, sign = outside(handed)
        sh(sign.replace("NAME", stem).replace("id_ed25519", str(key)), bag.parent)
        came = bag.parent / f"{stem}.received.sig"
        (done,) = handed.kit(
            "transfer", handed.case, "--received", came, "--by", "Me Idrissi", "--confirm", fingerprint[-6:]
        )
        assert done["key"] == fingerprint
        (report,) = handed.kit("verify", bag.parent / f"{stem}.sealed.zip", "--archive-passphrase-file", "digits")
        assert (report["verdict"], report["findings"]) == ("ANCHORED", [])
        assert {each["kind"] for each in report["anchors"]} == {"time-stamp", "counter-signature"}
    shutil.copytree(handed.home / "lawyer", handed.home / "all")
    for path in list((handed.home / "all").glob("*/*.sealed.zip")):
        shutil.move(path, handed.home / "all" / path.name)
    *_, whole = handed.kit("verify", handed.home / "all", "--archive-passphrase-file", "digits", expect=3)
    assert (whole["verdict"], whole["parts_here"]) == ("ANCHORED", [1, 2])
    # The folders in which the parts were unpacked lie there as well, and are named.
    assert {each["code"] for each in whole["findings"]} == {"file-beside-archive"}
    assert {each["file"] for each in whole["findings"]} == {path.parent.name for path in opened.values()}


def test_what_was_left_closed_is_closed_and_what_was_named_is_open(opened: dict[str, Path]) -> None:
    for bag in opened.values():
        events = (bag / "events.jsonl").read_text("utf-8")
        assert "what we said to her lawyer" in events
        assert "for the house" not in events
        names = sorted(path.name for path in (bag / "data").iterdir())
        assert all(name.endswith((".txt", "-blurred.jpg")) for name in names)


def test_every_part_is_a_bag_for_bagit(opened: dict[str, Path]) -> None:
    for bag in opened.values():
        done = subprocess.run([sys.executable, "-m", "bagit", "--validate", str(bag)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_age_gives_the_digits_to_whoever_has_the_readers_key(handed: Handed) -> None:
    command = f"age -d -i {handed.home}/me.key {handed.case}.key-lawyer.age"
    assert sh(command, handed.out).strip() == handed.digits


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_inside_of_sentences_exist(language: str, tmp_path: Path) -> None:
    """Such as the one that makes a key: quoted in every language, and run as it stands."""
    words = catalogue(language)
    sentence = words.sentence("letter.received", stem="X")
    (command,) = set(re.findall(r"ssh-keygen -t ed25519", sentence))
    sh(f"{command} -q -N '' -f {tmp_path}/key", tmp_path)
    assert "7z x" in words.sentence("letter.outside")
