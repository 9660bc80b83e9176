"""A code in rows of groups, and one of drawn-out letters, is told from what people write evenly or drawn out."""

from __future__ import annotations

import base64
import itertools
import random
from collections.abc import Callable

import pytest

from tests.minors.__main__ import copied, leak
from tests.minors.carriers import CARRIERS, WORDS
from tests.minors.encoders import ENCODERS
from tests.minors.pictures import pictures
from tests.minors.search import Picture


def _grouped(letters: str, size: int, between: str = " ", line: int = 0) -> str:
    groups = [letters[at : at + size] for at in range(0, len(letters), size)]
    lines = [groups[at : at + line] for at in range(0, len(groups), line)] if line else [groups]
    return "\n".join(between.join(each) for each in lines)


def _digits(alphabet: str, width: int) -> Callable[[bytes], str]:
    """Return an encoder of each byte as digits of an alphabet."""

    def encode(data: bytes) -> str:
        base = len(alphabet)
        return "".join(alphabet[byte // base**place % base] for byte in data for place in reversed(range(width)))

    return encode


_BASES: dict[str, Callable[[bytes], str]] = {
    "base64": lambda data: base64.b64encode(data).decode(),
    "base32": lambda data: base64.b32encode(data).decode(),
    "base32, small letters": lambda data: base64.b32encode(data).decode().lower(),
    "hexadecimal": bytes.hex,
    "letters a to p": _digits("abcdefghijklmnop", 2),
    "capitals A to P": _digits("ABCDEFGHIJKLMNOP", 2),
    "Greek": _digits("αβγδεζηθικλμνξοπ", 2),
    "Arabic": _digits("ابتثجحخدذرزسشصضط", 2),
    "full width": _digits("ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐ", 2),
    "DNA": _digits("ACGT", 4),
    "Bacon": lambda data: "".join(_digits("AB", 8)(bytes([byte])) for byte in data),
    "mixed case": _digits("aBcDeFgHiJkLmNoP", 2),
    "Arabic digits": _digits("٠١٢٣٤٥٦٧", 3),
    "box drawing": _digits("─│┌┐└┘├┤┬┴┼═║╔╗╚", 2),
    "Braille": lambda data: "".join(chr(0x2800 + byte) for byte in data),
}
_MORSE = [".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--", "-."]
_MORSE += ["---", ".--."]
_PICTURES = ("film", "dark", "thumbnail without header")
_CARRIERS = ("text", "JSON", "mail as it is", "page")


def _leak(picture: str, letters: str, carrier: str) -> str | None:
    return _found(picture, letters, b"\n".join(copied(*CARRIERS[carrier](letters))))


def _found(picture: str, letters: str, stored: bytes) -> str | None:
    """Return how a picture is found, also in an alphabet of so few letters that the search takes it for no code."""
    held = Picture(pictures()[picture])
    squeezed, there = "".join(letters.split()).encode(), b"".join(stored.split())
    length = 24 * len(squeezed) // len(held.data)
    for at in range(0, len(squeezed) - length, length):
        near = held.data[at * len(held.data) // len(squeezed) :][:24]
        if len({*near}) > 8 and squeezed[at : at + length] in there:
            return "as it was written"
    return leak(held, letters, stored)


def test_a_word_beside_a_row_of_few_letters_does_not_hide_it() -> None:
    letters = _grouped(_BASES["Bacon"](pictures()["thumbnail without header"]), 2, line=0)
    assert _leak("thumbnail without header", letters, "text") is None


@pytest.mark.parametrize("size", [4, 8, *(pytest.param(size, marks=pytest.mark.deep) for size in (1, 2, 3, 5, 10, 20))])
@pytest.mark.parametrize("base", _BASES)
def test_a_code_in_groups_is_not_copied(base: str, size: int) -> None:
    for picture, carrier in zip(_PICTURES, itertools.cycle(_CARRIERS[size % 4 :] + _CARRIERS), strict=False):
        letters = _BASES[base](pictures()[picture])
        for line in (0, max(1, 60 // size)):
            assert _leak(picture, _grouped(letters, size, line=line), carrier) is None


_A_TO_P = _BASES["letters a to p"]
_WRITTEN: dict[str, Callable[[bytes], str]] = {
    "Morse": lambda data: " ".join(f"{_MORSE[byte >> 4]} {_MORSE[byte & 15]}" for byte in data),
    "Morse, other signs": lambda data: _WRITTEN["Morse"](data).replace(".", "·").replace("-", "−"),
    "Morse, words": lambda data: " / ".join(f"{_MORSE[byte >> 4]} {_MORSE[byte & 15]}" for byte in data),
    "letters drawn out": lambda data: _grouped("".join(each * 3 for each in _A_TO_P(data)), 12),
    "letters drawn out, words": lambda data: " ".join(
        "".join(each * 2 for each in _A_TO_P(data[at : at + 2 + at % 3])) for at in range(0, len(data), 3)
    ),
    "each letter a word": lambda data: " ".join(each * (2 + at % 3) for at, each in enumerate(_A_TO_P(data))),
    "two lengths in turn": lambda data: " ".join(
        f"{letters[:4]} {letters[4:]}" for letters in _grouped(_A_TO_P(data), 10).split()
    ),
    "numbered": lambda data: "\n".join(f"{at} {each}" for at, each in enumerate(_grouped(_A_TO_P(data), 20).split())),
    "commas": lambda data: _grouped(_A_TO_P(data), 4, ", "),
    "dashes": lambda data: _grouped(_A_TO_P(data), 5, "-", 5),
    "quoted": lambda data: _grouped(_A_TO_P(data), 5, '" "'),
    "tabs": lambda data: _grouped(_A_TO_P(data), 5, "\t"),
    "lines that groups do not fill": lambda data: "\n".join(
        _grouped(each, 5) for each in _grouped(_A_TO_P(data), 76).split()
    ),
}


@pytest.mark.parametrize("picture", _PICTURES)
@pytest.mark.parametrize("way", _WRITTEN)
def test_a_code_that_reads_as_words_is_not_copied(way: str, picture: str) -> None:
    letters = _WRITTEN[way](pictures()[picture])
    for carrier in _CARRIERS[:2]:
        assert _leak(picture, letters, carrier) is None
    long = f"{WORDS}\n" * 1000
    stored = b"\n".join(copied("a.txt", f"{long}{letters}\n{long}".encode()))
    assert _found(picture, letters, stored) is None


@pytest.mark.parametrize(
    "encoding", ["base64, blanks between", "yEnc", "yEnc with its lines", "Arabic code page as UTF-8"]
)
@pytest.mark.parametrize("picture", ["film", "dark"])
def test_what_reads_as_words_beside_a_code_is_not_copied(picture: str, encoding: str) -> None:
    for carrier in CARRIERS:
        assert _leak(picture, ENCODERS[encoding](pictures()[picture]), carrier) is None, carrier


def _drawn(letters: str, count: int, seed: int) -> str:
    return " ".join(random.Random(seed).choices(letters.split(), k=count))


_GRID = (_drawn("A B C D E F G H I L M N O P R S T U", 12, row).replace(" ", "") for row in range(12))
_SAID = {
    "one letter": "Hhhhh " * 300,
    "a word drawn out": "noooon nooooo heyyyyy stooop " * 80,
    "a cry": "AAAAA aaaahhhhh ooooohhhh " * 30,
    "laughter": "LOL LOL ha ha ha hahaha haha hhhh hhh hh hhhhh ههههه هههههههه ههه " * 60,
    "initials": "\n".join(f"{first}. {last}. Sami" for first in "ABCDEFGHIJ" for last in "KLMNOPQRST"),
    "letters by themselves": "N A D I A   C A L L   M E   N O W",
    "capitals": "IF YOU DO NOT PAY BY FRIDAY EVERYBODY SEES IT. I HAVE ALL YOUR CONTACTS. " * 60,
    "capitals, French": "SI TU NE PAIES PAS AVANT VENDREDI TOUT LE MONDE VERRA. TA FAMILLE AUSSI. " * 60,
    "capitals, Spanish": "SI NO PAGAS ANTES DEL VIERNES TODO EL MUNDO LO VERA. TENGO TUS CONTACTOS. " * 60,
    "numbers of accounts": "MA64 0111 2345 6789 0123 4567 8901\nGB29 NWBK 6016 1331 9268 19\n",
    "a key": "EsTc qpJf hGxL mwPz RtVb nKdY uCeW aXoS iNjF gQbH kTrZ yLmP\n",
    "a crossword": "\n".join(
        _drawn("A B C D E F G H I L M N O P R S T U", 12, row).replace(" ", "") for row in range(12)
    ),
    "a letter drawn out, Arabic": "ســـــلام حبيبـــتي والـــله فلوووووس ماعنديـــش\n" * 60,
    "words of one length": _drawn("read sent text Sami Nada", 400, 1),
    "short answers": "\n".join(_drawn("ok yes no why stop please ??? 😂😂 ...", 900, 2).split()),
    "a table": "| Name | City | Paid |\n| --- | --- | --- |\n" + "| Sami | Rabat | yes |\n" * 60,
    "hours": "06:12 06:24 06:36 06:48 07:00 07:12 " * 30,
}


@pytest.mark.parametrize("sort", _SAID)
def test_what_people_write_evenly_or_drawn_out_stays(sort: str) -> None:
    for around in ("", f"{WORDS}\n" * 2000):
        data = f"{around}{_SAID[sort]}\n{around}".encode()
        assert list(copied("a.txt", data)) == [data]


def test_a_long_text_of_nothing_but_plain_words_is_copied() -> None:
    data = b"if you do not pay by friday everybody sees it\n" * 2000
    assert list(copied("a.txt", data)) == [data]
