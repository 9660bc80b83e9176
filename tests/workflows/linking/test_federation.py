"""Two associations and three cases with one number and one picture in common, through all that a federation does."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.workflows.linking.test_partners import HIS_NUMBER, Association

PICTURE = Path(__file__).parents[3] / "samples" / "candidates" / "vitrine.jpg"


def case_with_picture(one: Association, chat: str, quality: int) -> str:
    """Make a case of a chat and of the picture as its phone kept it."""
    case = one.case(chat, "links", "partners")
    folder = one.at / f"pictures-{case}"
    folder.mkdir()
    with Image.open(PICTURE) as picture:
        picture.save(folder / "IMG-1.jpg", quality=quality)
    one("ingest", case, str(folder), "--how", "phone-export", "--handed-by", "her", "--said-by", "her")
    return case


def test_one_blackmailer_in_two_towns(tmp_path: Path) -> None:
    pytest.importorskip("imagehash")
    larache = Association.new(tmp_path / "larache", "LRC", "Salma", "Larache")
    tetouan = Association.new(tmp_path / "tetouan", "TET", "Omar", "Tetouan")
    first = case_with_picture(larache, f"Nadia: non\nKarim: paie sur {HIS_NUMBER}", 95)
    second = case_with_picture(larache, f"Hind: qui\nKarim: {HIS_NUMBER}, vite", 40)
    third = case_with_picture(tetouan, f"Aya: non\nKarim: appelle {HIS_NUMBER}", 70)

    inside = larache("links", "show", second)
    assert [each["case"] for each in inside["identifiers"][0]["cases"]] == [first]
    assert [each["case"] for each in inside["pictures"]] == [first]
    assert inside["pictures"][0]["bits"] <= 31

    larache.trusts(tetouan, "Omar of Tetouan")
    tetouan.trusts(larache, "Salma of Larache")
    larache("links", "ask", second, "--out", str(tmp_path / "question"))
    tetouan("links", "answer", str(tmp_path / "question"), "--out", str(tmp_path / "answer"))
    told = larache("links", "read", str(tmp_path / "answer"))
    assert (told["known"], told["answers"]) == (1, "Omar, Tetouan")
    assert third not in str(told)

    for one in (larache, tetouan):
        register, recovery = str(one.at / "register"), str(one.at / "rec")
        one("register", "found", register, "--name", "office", "--recovery-key", recovery)
        one("register", "heads", register)
        assert one("verify", "1", "--register", register)["register"]["through"] is not None
    larache("verify", first, "--register", str(tetouan.at / "register"), code=53)

    # Two cases are too few to tell of; nothing of them is told, and nothing is remembered.
    larache("statistics", "--from", "2026-01", "--to", "2026-02", code=52)
    assert larache("statistics") == {"periods": []}
