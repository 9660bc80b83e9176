"""Links between real cases of one association, from the command line: asked for, told, withdrawn, destroyed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evidence_kit.cli import run

HIS_NUMBER = "0612345678"
PASSPHRASE = "eleven quiet herons cross the estuary"


class Association:
    """One station, with a case for each person whose chat it was given."""

    def __init__(self, at: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._at = at
        self._capsys = capsys
        (at / "pw").write_text(PASSPHRASE)
        self("setup", "--association", "LRC", "--name", "Salma", "--role", "volunteer", "--place", "Larache",
             "--cases", str(at / "cases"), "--recovery-out", str(at / "rec"))  # fmt: skip

    def __call__(self, *words: str, code: int = 0) -> list[dict[str, object]]:
        common = ["--station", str(self._at / "st"), "--passphrase-file", str(self._at / "pw"), "--no-input", "--json"]
        self._capsys.readouterr()
        assert run([*words, *common]) == code, self._capsys.readouterr().err
        return [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]

    def case(self, number: int, chat: str, *, age: str = "adult", agrees: bool = True) -> str:
        """Make a case out of one chat."""
        case = f"LRC-2026-{number:04}"
        guardian = () if age == "adult" else ("--guardian", "Mother", "--guardian-relation", "mother")
        self("new", "--age", age, "--age-known-by", "told", "--id", case, *guardian)
        folder = self._at / f"phone{number}"
        folder.mkdir()
        lines = [f"[12/11/2026, 21:04:0{place}] {line}" for place, line in enumerate(chat.splitlines())]
        (folder / "WhatsApp Chat - Karim.txt").write_text("\n".join(lines) + "\n")
        if agrees:
            self("consent", case, "links", "--by", "person" if age == "adult" else "guardian")
        self("ingest", case, str(folder), "--how", "phone-export", "--handed-by", "her", "--said-by", "her")
        return case

    def others(self, case: str) -> dict[str, list[str]]:
        """Return the other cases that name each identifier of a case."""
        (told,) = self("links", "show", case)
        named: dict[str, list[str]] = {}
        for each in told["identifiers"]:  # type: ignore[attr-defined]
            named[each["value"]] = [other["case"] for other in each["cases"]]
        return named


@pytest.fixture
def association(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Association:
    monkeypatch.setenv("EVIDENCE_KIT_STATION", str(tmp_path / "st"))
    return Association(tmp_path, capsys)


def test_one_blackmailer_in_three_cases(association: Association, tmp_path: Path) -> None:
    first = association.case(1, f"Nadia: qui es-tu\nKarim: paie sur {HIS_NUMBER} ou je publie", agrees=False)
    association("links", "show", first, code=31)
    association("links", "join", "--recovery-key", str(tmp_path / "rec"))
    association("links", "show", first, code=40)
    association("consent", first, "links", "--by", "person")
    assert association.others(first) == {}
    second = association.case(2, f"Hind: non\nK.: appelle le {HIS_NUMBER[:2]} 12 34 56 78")
    # The ingest of a case that agreed has put it in already.
    assert association.others(first) == {"+212612345678": [second]}
    third = association.case(3, f"Sara: non\nX: {HIS_NUMBER}", age="minor")
    silent = association.case(4, f"Rim: non\nX: {HIS_NUMBER}", agrees=False)
    assert association.others(first) == {"+212612345678": [second, third]}
    association("links", "show", silent, code=40)

    association("consent", second, "links", "--by", "person", "--withdraw")
    assert association.others(first) == {"+212612345678": [third]}
    association("destroy", third, "--whole-case", "--reason", "asked", "--by", "Salma", "--and", "Omar", "--yes")
    assert association.others(first) == {}


def test_a_number_on_the_list_links_nobody_until_it_counts_again(association: Association, tmp_path: Path) -> None:
    association("links", "join", "--recovery-key", str(tmp_path / "rec"))
    one = association.case(1, f"Nadia: non\nKarim: {HIS_NUMBER}")
    other = association.case(2, f"Hind: non\nKarim: {HIS_NUMBER}")
    (done,) = association("links", "leave-out", "--value", f"number of the helpline: {HIS_NUMBER}")
    assert done["identifiers"] == [{"type": "phone", "value": "+212612345678"}]
    assert association.others(one) == {}
    association("links", "leave-out", "--value", HIS_NUMBER, "--again")
    assert association.others(one) == {"+212612345678": [other]}
    association("links", "leave-out", "--value", "nothing of the kind", code=2)


def test_trouble_with_the_set_changes_nothing_of_an_ingest_and_is_told(
    association: Association, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    association("links", "join", "--recovery-key", str(tmp_path / "rec"))
    case = association.case(1, f"Nadia: non\nKarim: {HIS_NUMBER}")
    (tmp_path / "st" / "links.sqlite").write_bytes(b"a failing disk left this" * 99)
    association("links", "show", case, code=51)
    (tmp_path / "more.txt").write_text("more")
    common = [
        "--station",
        str(tmp_path / "st"),
        "--passphrase-file",
        str(tmp_path / "pw"),
        "--no-input",
        "--lang",
        "en",
    ]
    assert run(["ingest", case, str(tmp_path / "more.txt"), "--how", "copy", "--said-by", "her", *common]) == 0
    assert "set of links is damaged" in capsys.readouterr().err
    # What could not be taken out is not told as taken out.
    assert run(["consent", case, "links", "--by", "person", "--withdraw", *common]) == 3
    assert "may still be in the association's set" in capsys.readouterr().err
    association("verify", case)


def test_the_recovery_key_of_another_association_is_refused(association: Association, tmp_path: Path) -> None:
    from evidence_kit.keys.station import SigningKey

    (tmp_path / "strange").write_bytes(SigningKey.generate().openssh(None))
    association("links", "join", "--recovery-key", str(tmp_path / "strange"), code=2)
    assert not (tmp_path / "st" / "links.key").exists()


def test_whoever_joins_again_does_not_take_an_earlier_set(association: Association, tmp_path: Path) -> None:
    association("links", "join", "--recovery-key", str(tmp_path / "rec"))
    earlier = (tmp_path / "st" / "links.sqlite").read_bytes()
    case = association.case(1, f"Nadia: non\nKarim: {HIS_NUMBER}")
    association("links", "join", "--recovery-key", str(tmp_path / "rec"))
    (tmp_path / "st" / "links.sqlite").write_bytes(earlier)
    association("links", "show", case, code=51)


def test_the_persons_own_number_takes_no_part_where_the_files_name_tells_the_other(association: Association) -> None:
    case = association.case(
        1, "Nadia: mon numero 0677777777\nKarim: paie 0612345678\nNadia: 0612345678 ?", agrees=False
    )
    association("consent", case, "links", "--by", "person")
    association("links", "join", "--recovery-key", str(association._at / "rec"))
    (told,) = association("links", "show", case)
    assert told["taking_part"] == {"identifiers": 1, "pictures": 0}
    assert told["not_counted"]["own"] == 1  # type: ignore[index]


def test_a_slower_process_lowers_no_memory(association: Association, tmp_path: Path) -> None:
    """Two processes of one station change the set: whoever comes last remembers the greater number of changes."""
    from evidence_kit.workflows.case.station import load_station
    from evidence_kit.workflows.case.world import this_computer
    from evidence_kit.workflows.linking.association import association_links, opened_set

    association("links", "join", "--recovery-key", str(tmp_path / "rec"))
    station, world = load_station(tmp_path / "st"), this_computer()
    key = station.unlock(PASSPHRASE.encode())
    slow = association_links(station, key)
    with opened_set(slow, world) as opened:
        opened.leave_out(b"1" * 32)
        changes = opened.root.changes
        memory = tmp_path / "st" / "links.json"
        memory.write_text(json.dumps({"v": 1, "set": str(slow.path), "changes": changes + 7}))
    assert association_links(station, key).changes == changes + 7
