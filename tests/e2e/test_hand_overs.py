"""What goes out and comes in, through the commands: receipts again, things received, an authority's clock."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.cli import run
from tests.authority import Authority, needs_openssl, online
from tests.schemas import held

Do = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def do(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Do:
    """A station with a case of one item, number 1."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("evidence_kit.keys.station.KDF_ROUNDS", 1)
    (tmp_path / "pass").write_text("correct horse battery\n")
    (tmp_path / "phone").mkdir()
    (tmp_path / "phone" / "a.txt").write_text("a threat\n")

    def command(*arguments: str | Path, expect: int = 0, keyed: bool = True) -> list[dict[str, Any]]:
        capsys.readouterr()
        name, *words = map(str, arguments)
        common = ["--json", "--no-input", "--station", str(tmp_path / "station")]
        common += ["--passphrase-file", "pass"] if keyed else []
        code = run([name, *common, *words])
        out = capsys.readouterr()
        assert code == expect, (words, out.out, out.err)
        return held(name, out.out)

    facts = ("--association", "LRC", "--name", "Salma B.", "--role", "volunteer", "--place", "Larache")
    command("setup", *facts, "--cases", tmp_path / "cases", "--recovery-out", "paper")
    command("new", "--age", "adult", "--age-known-by", "told", "--consent", "lawyer")
    command("ingest", "1", "phone")
    return command


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    made = Authority(tmp_path_factory.mktemp("authority") / "tsa")
    with online(made):
        yield made


def says(do: Do, kind: str) -> list[dict[str, Any]]:
    return [row["says"] for row in do("log", "1") if row.get("type") == kind]


def test_a_receipt_that_was_lost_is_shown_again_and_nothing_is_issued(do: Do, tmp_path: Path) -> None:
    assert do("receipt", "1", "--again", expect=2)[0]["error"] == "no-receipt"
    (issued,) = do("receipt", "1", "--out", "receipt.html")
    do("note", "1", "since then")
    log = next((tmp_path / "cases").glob("*/custody.jsonl"))
    before = log.read_bytes()
    assert do("receipt", "1", "--again", "--out", "again.html") == [issued]
    assert log.read_bytes() == before
    first, again = ((tmp_path / name).read_text("utf-8") for name in ("receipt.html", "again.html"))
    assert all(group in first for group in issued["code"].split("-"))
    assert first == again
    # Discreet by default: the slip says neither who, nor what of, nor which association.
    for word in ("Salma", "LRC-", "threat", "blackmail", "evidence-kit"):
        assert word not in first, word
    said = ("verify", "1", "--receipt", issued["code"])
    assert do(*said, expect=2)[0]["error"] == "needed"
    assert do(*said, "--receipt-from", "hearsay", expect=2)[0]["error"] == "receipt-from-unknown"
    for origin in ("paper", "told"):
        (found,) = do(*said, "--receipt-from", origin)
        assert (found["verdict"], found["anchors"][0]["origin"]) == ("ANCHORED", origin)
    (along,) = do(*said, "--receipt-from", "archive", expect=3)
    assert (along["verdict"], [each["code"] for each in along["findings"]]) == ("CONSISTENT", ["receipt-came-along"])
    (later,) = do("receipt", "1")
    assert later["code"] != issued["code"]
    assert do("receipt", "1", "--again")[0]["code"] == later["code"]


def test_what_comes_in_is_recorded_with_both_names(do: Do) -> None:
    incoming = ("transfer", "1", "--in", "--what", "device", "--by", "Amina K.", "--for", "to copy her phone")
    (done,) = do(
        *incoming, "--means", "her own phone", "--place", "Asilah", "--on", "2026-11-20", "--remark", "cracked"
    )
    assert done["type"] == "transfer.in"
    (facts,) = says(do, "transfer.in")
    expected = {
        "what": "device", "given_by": "Amina K.", "received_by": "Salma B.", "purpose": "to copy her phone",
        "place": "Asilah", "on": "2026-11-20", "means": "her own phone", "remark": "cracked",
    }  # fmt: skip
    assert {name: facts[name] for name in expected} == expected
    assert "archives" not in facts
    do("transfer", "1", "--in", "--what", "device", "--for", "x", expect=2)
    do("transfer", "1", "--in", "--what", "horse", "--by", "A", "--for", "x", expect=2)
    do("transfer", "1", "--in", "--what", "paper", "--by", "A", "--for", "x", "--on", "yesterday", expect=2)
    assert do("transfer", "1", "--to", "Me Idrissi", "--for", "x", expect=46)[0]["error"] == "no-seal"
    assert do("verify", "1")[0]["findings"] == []


@needs_openssl
def test_an_authoritys_clock_is_asked_over_the_network(do: Do, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(authority.root)
    assert do("timestamp", "1", expect=2)[0]["error"] == "stamp-how"
    assert do("timestamp", "1", "--url", "ftp://127.0.0.1/", expect=2)[0]["error"] == "stamp-url"
    assert do("timestamp", "1", "--url", "http://127.0.0.1:9/", expect=44)[0]["error"] == "stamp-no-answer"
    (done,) = do("timestamp", "1", "--url", authority.url, "--tsa-ca", "root.pem")
    assert done["authority"] == "CN=Clock of Larache"
    assert done["checked_by"]
    # The root was kept by the station: `verify` finds it without being told.
    (report,) = do("verify", "1")
    assert (report["verdict"], report["findings"]) == ("ANCHORED", [])
    (shown,) = report["time_stamps"]
    assert (shown["covers"], shown["proves"], shown["days"]) == (done["covers"], "anchored", 0)
    assert report["anchors"] == [
        {"kind": "time-stamp", "through": done["covers"], "since": shown["stamped_at"], "origin": None}
    ]
    # A stranger without the root: present, and proves nothing.
    (report,) = do(
        "verify", next((tmp_path / "cases").iterdir()), "--station", tmp_path / "nobody", keyed=False, expect=3
    )
    assert report["verdict"] == "CONSISTENT"
    assert [each["code"] for each in report["findings"]] == ["time-stamp-authority-unknown"]


@needs_openssl
def test_a_request_is_carried_and_the_answer_carried_back(do: Do, authority: Authority, tmp_path: Path) -> None:
    (asked,) = do("timestamp", "1", "--request", "7.tsq")
    assert do("timestamp", "1", "--request", "7.tsq")[0] == asked  # the same command again: it was done before
    (tmp_path / "mine.tsq").write_bytes(b"mine")
    assert do("timestamp", "1", "--request", "mine.tsq", expect=23)[0]["error"] == "file-exists"
    # On another computer, with nothing but curl.
    posted = ["curl", "-s", "--data-binary", "@7.tsq", "-H", "Content-Type: application/timestamp-query"]
    curl = [*posted, "-o", "7.tsr", authority.url]
    try:
        subprocess.run(curl, cwd=tmp_path, check=True)
    except FileNotFoundError:
        (tmp_path / "7.tsr").write_bytes(authority.reply((tmp_path / "7.tsq").read_bytes()))
    do("note", "1", "meanwhile the case went on")
    (tmp_path / "root.pem").write_bytes(authority.root)
    (done,) = do("timestamp", "1", "--attach", "7.tsr", "--tsa-ca", "root.pem")
    assert done["covers"] == asked["covers"]
    assert do("verify", "1")[0]["anchors"][0]["through"] == asked["covers"]
    digits = ("--passphrase-out", "digits")
    (sealed,) = do("seal", "1", "--for", "lawyer", "--all", "--out", "out", *digits)
    verify = ("verify", sealed["archive"], "--archive-passphrase-file", "digits")
    assert do(*verify)[0]["verdict"] == "ANCHORED"
    (report,) = do(*verify, "--tsa-ca", "root.pem", "--station", tmp_path / "nobody", keyed=False)
    assert report["verdict"] == "ANCHORED"


@needs_openssl
def test_another_authoritys_root_refuses_the_answer(do: Do, authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other", chain=False)
    (tmp_path / "other.pem").write_bytes(other.root)
    refused = do("timestamp", "1", "--url", authority.url, "--tsa-ca", "other.pem", expect=44)
    assert refused[0]["error"] == "stamp-not-vouched-for"
    assert says(do, "anchored") == []
    assert do("verify", "1")[0]["verdict"] == "CONSISTENT"


def test_a_second_seal_asks_for_every_name_before_anything_is_signed(do: Do, tmp_path: Path) -> None:
    """The folder went on a stick, and the slip stayed: no archive without its digits, and no plan for nothing."""
    order = ("seal", "1", "--for", "lawyer", "--all", "--passphrase-out")
    (first,) = do(*order, "digits-1", "--out", "handed")
    Path(first["folder"]).rename(tmp_path / "stick")
    (before,) = do("verify", "1")
    assert do(*order, "digits-2", "--out", "handed", expect=23)[0]["error"] == "file-exists"
    missing = ("--out", "other", "--receipt-out", tmp_path / "nowhere" / "slip.html")
    assert do(*order, "digits-2", *missing, expect=2)[0]["error"] == "folder-missing"
    assert not (tmp_path / "digits-2").exists()
    assert do("verify", "1")[0]["lines"] == before["lines"]
    (second,) = do(*order, "digits-2")
    assert Path(second["receipt_slip"]).is_file()
