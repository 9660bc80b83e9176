"""No picture comes into a minor's case: any encoder in any carrier, looked for with decoders of others."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest

from evidence_kit.workflows.case.write import CaseWriter
from tests.conftest import NewCase
from tests.minors.__main__ import copied, leak
from tests.minors.carriers import CARRIERS, WORDS
from tests.minors.encoders import ENCODERS
from tests.minors.pictures import pictures
from tests.minors.search import Picture
from tests.workflows.helpers import take_in

_CARRIERS_EACH = 3


def _some() -> list[tuple[str, str, str]]:
    """Return every encoder with a few carriers and a picture each; over all of them every carrier comes often."""
    carriers, shown = (
        itertools.cycle(CARRIERS),
        itertools.cycle(("thumbnail", "thumbnail without header", "gif", "png")),
    )
    return [
        (encoding, next(carriers), picture)
        for encoding, picture in zip(ENCODERS, shown, strict=False)
        for _ in range(_CARRIERS_EACH)
    ]


@pytest.mark.parametrize("encoding", ENCODERS)
def test_no_stretch_of_a_picture_is_copied(encoding: str) -> None:
    for _, carrier, name in (each for each in _some() if each[0] == encoding):
        picture = Picture(pictures()[name])
        letters = ENCODERS[encoding](picture.data)
        stored = b"\n".join(copied(*CARRIERS[carrier](letters)))
        assert leak(picture, letters, stored) is None, (carrier, name, stored[:2000])


def _stored(writer: CaseWriter) -> bytes:
    sink = io.BytesIO()
    for item in writer.manifest.items:
        writer.case.decrypt(item, sink)
        sink.write(b"\n")
    return sink.getvalue()


@pytest.mark.parametrize(("age", "found"), [("minor", False), ("adult", True)])
def test_the_store_of_a_minors_case_holds_none_and_the_search_finds_what_an_adults_holds(
    age: str, found: bool, new_case: NewCase, tmp_path: Path
) -> None:
    picture = Picture(pictures()["thumbnail"])
    letters = {name: ENCODERS[name](picture.data) for name in ("base64, CR CR LF", "numbers, signed", "uuencode")}
    for (encoding, text), (carrier, carry) in itertools.product(letters.items(), CARRIERS.items()):
        name, data = carry(text)
        folder = tmp_path / f"{encoding} {carrier}".replace(",", "")
        folder.mkdir()
        (folder / name).write_bytes(data)
    writer = new_case(age)
    take_in(writer, *sorted(tmp_path.iterdir()))
    stored = _stored(writer)
    assert WORDS.encode() in stored
    assert any(leak(picture, text, stored) is not None for text in letters.values()) is found


# Pairs that once let a picture through, while the rule was made.
_ONCE = (
    ("Ascii85", "WARC"), ("entities, hexadecimal", "WARC"), ("numbers, lines", "CSV, a row a line"),
    ("numbers by number", "WARC"), ("base64, blanks between", "text"), ("hexadecimal, lines of 64", "log"),
    ("Chinese characters", "text"), ("xxd", "page, script"), ("Braille", "mail, header"),
    ("numbers, lines", "patch"),
    ("base64, lines of 36", "JSON, lines"), ("hexadecimal, groups of 4", "text"), ("numbers, lines", "JSON, lines"),
)  # fmt: skip


@pytest.mark.parametrize(("encoding", "carrier"), _ONCE)
@pytest.mark.parametrize("name", ["thumbnail", "thumbnail without header"])
def test_what_leaked_once_does_not_any_more(encoding: str, carrier: str, name: str) -> None:
    picture = Picture(pictures()[name])
    letters = ENCODERS[encoding](picture.data)
    assert leak(picture, letters, b"\n".join(copied(*CARRIERS[carrier](letters)))) is None


def test_bytes_that_are_nought_do_not_make_words_of_those_between_them() -> None:
    picture = Picture(pictures()["gif"])
    letters = ENCODERS["letters a to p"](picture.data)
    for carrier in ("mail, header", "text", "JSON, lines"):
        assert leak(picture, letters, b"\n".join(copied(*CARRIERS[carrier](letters)))) is None, carrier
