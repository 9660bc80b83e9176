"""Conversations as a volunteer and a script meet them."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, Program, copied, set_up

SAMPLES = ROOT / "samples"


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """With one case that holds a WhatsApp chat in Arabic and a Messenger chat in French."""
    run = Program(tmp_path_factory.mktemp("chats"))
    set_up(run)
    run.keyed("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    done = run.json("ingest", "1", SAMPLES / "phone-export" / "Download")
    assert (done[-1]["chats"], done[-1]["messages"]) == (2, 30)
    return run


@pytest.fixture
def chat_program(taken_in: Program, tmp_path: Path) -> Program:
    return copied(taken_in, tmp_path)


@pytest.mark.parametrize(("language", "word"), [("ar", "المحادثة"), ("fr", "Conversation"), ("en", "Conversation")])
def test_a_transcript_reads_well_in_every_language(language: str, word: str, chat_program: Program) -> None:
    run = chat_program
    assert run.keyed("chats", "1", "--lang", language).stdout.startswith(word)
    shown = run.keyed("chats", "1", "2", "--lang", language).stdout
    assert "3/5/2025، 21:09  ياسين\n    إلا ما صيفطتيش 5000 درهم" in shown
    assert "[U+" not in shown
    assert "https://" not in shown
    assert "\u200f" not in shown
    french = run.keyed("chats", "1", "1", "--lang", language).stdout
    assert french.index("Salut Nadia") < french.index("Ce n'est pas assez")


def test_a_script_gets_every_message_with_the_way_back(chat_program: Program) -> None:
    run = chat_program
    listed = run.json("chats", "1")
    assert [each["messages"] for each in listed] == [8, 22]
    rows = run.json("chats", "1", "2")
    assert len(rows) == 22
    assert rows[8]["where"] == f"{listed[1]['parts'][0]['item']}:10"
    assert len(run.json("chats", "1", "--search", "5000")) == 1
    assert len(run.json("chats", "1", "--search", "٥٠٠٠", "--from", "ياسين")) == 1
    assert len(run.json("chats", "1", "2", "--since", "2025-05-04")) == 3


def test_an_export_is_private_new_and_logged(chat_program: Program, tmp_path: Path) -> None:
    run, out = chat_program, tmp_path / "chats.csv"
    run.keyed("chats", "1", "--csv", out)
    assert out.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"), newline="")))
    assert len(rows) == 30
    # The very file that this command made is recognised; any other one stays as it is.
    run.keyed("chats", "1", "--csv", out)
    run.keyed("chats", "1", "1", "--csv", out, expect=28)
    run.keyed("identifiers", "1", "--csv", tmp_path / "ids.csv")
    run.keyed("chats", "1", "1", "--jsonl", tmp_path / "one.jsonl")
    assert len([json.loads(line) for line in (tmp_path / "one.jsonl").read_text("utf-8").splitlines()]) == 8
    said = [each["says"] for each in run.json("log", "1") if each["type"] == "exported"]
    assert [(each["what"], each["rows"]) for each in said][::2] == [("chats", 30), ("chats", 8)]
    assert run("verify", "1", "--json").returncode == 0


def test_identifiers_and_threats(chat_program: Program) -> None:
    run = chat_program
    found = run.json("identifiers", "1", "--type", "rib")
    assert [each["value"] for each in found] == ["007640000000000000012329"]
    assert "hxxps://moltaqa[.]example" in run.keyed("identifiers", "1", "--lang", "ar").stdout
    place = found[0]["where"][0]
    run.keyed("threats", "1", "add", "--demand", "5000", "--message", place)
    assert run.json("threats", "1")[0]["messages"] == [place]
    assert "5000 MAD" in run.keyed("threats", "1", "list", "--suggest", "--lang", "fr").stdout
    before = len(run.json("threats", "1"))
    assert "5000 MAD" in run.keyed("threats", "1", "add", "--suggest", "--lang", "ar").stdout
    assert len(run.json("threats", "1")) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["chats", "1", "9"],
        ["chats", "1", "2", "--page", "9"],
        ["chats", "1", "--since", "yesterday"],
        ["chats", "1", "--csv", "a", "--jsonl", "b"],
        ["identifiers", "1", "--type", "shoe"],
        ["threats", "1", "add"],
        ["threats", "1", "add", "--demand", "x", "--message", "nowhere"],
        ["threats", "1", "forget"],
    ],
    ids=" ".join,
)
def test_a_slip_of_the_hand_has_two_sentences(arguments: list[str], chat_program: Program) -> None:
    done = chat_program.keyed(*arguments, expect=2)
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 2


def test_an_unread_stretch_ends_an_ingest_with_3_and_a_sentence(station_program: Program) -> None:
    run = station_program
    run.keyed("new", "--age", "adult", "--age-known-by", "told")
    done = run.keyed("ingest", "1", SAMPLES / "chats" / "unreadable", "--lang", "fr", expect=3)
    assert "n'a pas pu être lu" in done.stderr
    ledger = tomllib.loads((SAMPLES / "chats" / "LEDGER.toml").read_text("utf-8"))["sample"]
    # Two of them are the same bytes, and so one item.
    unread = {each["sha256"] for each in ledger if each["path"].startswith("unreadable/")}
    assert run.keyed("chats", "1", "--lang", "en").stderr.count("kept whole") == len(unread)
