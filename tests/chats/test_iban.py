"""IBANs: the same ones are valid as for schwifty."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from evidence_kit.chats.identifiers.iban import COUNTRIES, is_valid_iban


def _is_valid_elsewhere(iban: str) -> bool:
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    try:
        IBAN(iban)
    except SchwiftyException:
        return False
    return True


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_a_country_s_ibans_are_those_of_schwifty(country: str) -> None:
    from schwifty import IBAN

    chance = random.Random(country)
    for _ in range(5):
        iban = str(IBAN.random(country, random=chance, use_registry=False))
        assert is_valid_iban(iban), iban
        place = chance.randrange(2, len(iban))
        changed = [iban[:place] + letter + iban[place + 1 :] for letter in "7Q"]
        for other in (iban[:-1], f"{iban}0", *changed):
            assert is_valid_iban(other) == _is_valid_elsewhere(other), other


def test_no_country_is_missing() -> None:
    import schwifty

    folder = Path(schwifty.__file__).parent / "iban_registry"
    known = [json.loads((folder / name).read_text("utf-8")) for name in ("generated.json", "overwrite.json")]
    assert set(COUNTRIES) == known[0].keys() | known[1].keys()


@pytest.mark.parametrize(
    "written", ["", "MA", "XX00123", "MA6401151900000120500053492", "ma64011519000001205000534921"]
)
def test_what_is_none_is_none(written: str) -> None:
    assert not is_valid_iban(written)
