"""A dark picture, whose bytes are all low, is told from counts, hours and durations."""

from __future__ import annotations

import json

import pytest

from tests.minors.__main__ import copied, leak
from tests.minors.carriers import CARRIERS
from tests.minors.encoders import ENCODERS
from tests.minors.pictures import pictures
from tests.minors.search import Picture


@pytest.mark.parametrize("carrier", ["XML, element a line", "CSV, a row a line", "JSON, lines"])
def test_the_bytes_of_a_dark_picture_under_one_name_are_not_copied(carrier: str) -> None:
    picture = Picture(pictures()["dark"])
    letters = ENCODERS["numbers, lines"](picture.data)
    assert leak(picture, letters, b"\n".join(copied(*CARRIERS[carrier](letters)))) is None


@pytest.mark.parametrize("carrier", ["page, script", "page", "XML", "XML, attribute", "messages"])
def test_entities_of_controls_are_weighed_as_what_they_are(carrier: str) -> None:
    name, data = CARRIERS[carrier]("LETTERS")
    letters = "".join(f"&#{byte % 31 + 1};" for byte in pictures()["png"])
    held = data.replace(b"LETTERS", letters.encode())
    stored = b"".join(copied(name, held))
    assert letters[:120].encode() not in stored


@pytest.mark.parametrize("carrier", ["zip", "mailbox", "messages"])
def test_one_ideograph_again_and_again_takes_nothing_off(carrier: str) -> None:
    picture = Picture(pictures()["film"])
    letters = ENCODERS["Chinese characters"](picture.data)
    assert leak(picture, letters, b"\n".join(copied(*CARRIERS[carrier](letters)))) is None


def test_durations_of_calls_stay() -> None:
    seconds = [(place * 37) % 900 + 1 for place in range(400)]
    calls = json.dumps([{"with": "Sami", "duration": each, "missed": False} for each in seconds]).encode()
    assert list(copied("calls.json", calls)) == [calls]
