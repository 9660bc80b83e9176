"""Identifiers: phones, accounts, bank accounts, coins, transfer codes, amounts."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.chats.identifiers import find
from evidence_kit.chats.identifiers.banks import bank_of, is_valid_rib
from evidence_kit.chats.identifiers.coins import is_base58_address, is_bech32_address, is_ethereum_checksum
from evidence_kit.chats.identifiers.find import identifiers_in
from evidence_kit.chats.identifiers.identifier import Confidence, Identifier, IdentifierType


def of(text: str, kind: IdentifierType, region: str = "MA") -> list[Identifier]:
    return [found for found in identifiers_in(text, region) if found.type is kind]


def values(text: str, kind: IdentifierType) -> list[str]:
    return [found.value for found in of(text, kind)]


@pytest.mark.parametrize(
    "written",
    ["0612345678", "06 12 34 56 78", "06.12.34.56.78", "+212 612-345678", "00212612345678", "٠٦١٢٣٤٥٦٧٨"],
)
def test_a_phone_number_has_one_value_however_it_is_written(written: str) -> None:
    assert values(f"اتصل {written} دابا", IdentifierType.PHONE) == ["+212612345678"]


def test_the_region_that_was_assumed_is_said_and_where_else_the_number_is_valid() -> None:
    found = of("0612345678", IdentifierType.PHONE)[0]
    assert found.assumed == "region MA"
    assert found.details is not None
    assert "FR" in json.dumps(found.details["also-valid-in"])
    assert found.confidence is Confidence.MEDIUM


def test_a_number_with_its_country_assumes_nothing() -> None:
    found = of("+33 6 12 34 56 78", IdentifierType.PHONE)[0]
    assert (found.value, found.assumed, found.confidence) == ("+33612345678", None, Confidence.HIGH)


def test_a_number_that_is_only_possible_has_low_confidence() -> None:
    found = of("+212 112345678", IdentifierType.PHONE)[0]
    assert (found.how, found.confidence) == ("possible-number", Confidence.LOW)


@pytest.mark.parametrize("text", ["13/05/2025 21:02", "2025-05-13", "IMG-20250513", "1234"])
def test_dates_and_small_numbers_are_no_phones(text: str) -> None:
    assert not of(text, IdentifierType.PHONE)


ONE = ["+212612345678"]
TWO = ["+212612345678", "+212698765432"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("send 300 0612345678", ONE),
        ("2000 06 12 34 56 78", ONE),
        ("1. 0612345678", ONE),
        ("1-0612345678", ONE),
        ("05/03/2026 06 12 34 56 78", ONE),
        ("2026-03-05 0612345678", ONE),
        ("05.03.2026 06.12.34.56.78", ONE),
        ("20260305 0612345678", ONE),
        ("05/03 06 12 34 56 78", ONE),
        ("06 12 34 56 78 2026-03-05", ONE),
        ("0612345678 12/03", ONE),
        ("14:30 06 12 34 56 78", ONE),
        ("+212 6 12 34 56 78 21:30", ONE),
        ("00 212 6 12 34 56 78 500", ONE),
        ("٠٥/٠٣/٢٠٢٦ ٠٦١٢٣٤٥٦٧٨", ONE),
        ("06 12 34 56 78 06 98 76 54 32", TWO),
        ("0612345678 0698765432", TWO),
        ("1) 0612345678 2) 0698765432", TWO),
        ("00212612345678 00212698765432", TWO),
        ("35.0612345678, -6.1556", []),
        ("06123456780612345678", []),
        ("4970 1012 3456 7890", []),
    ],
)
def test_a_number_beside_other_digits_is_found(text: str, numbers: list[str]) -> None:
    assert values(text, IdentifierType.PHONE) == numbers


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("send 300 DH 0612345678", ["300 MAD"]),
        ("06 12 34 56 78 500 dh", ["500 MAD"]),
        ("500 dh 06 12 34 56 78", ["500 MAD"]),
        ("0612345678 12 500 dh", ["12500 MAD"]),
        ("1 000 000 000 dh", ["1000000000 MAD"]),
    ],
)
def test_the_digits_of_a_number_are_no_sum(text: str, sums: list[str]) -> None:
    assert values(text, IdentifierType.AMOUNT) == sums


def test_a_position_is_one_in_the_text_and_not_in_the_copy() -> None:
    text = "سلام \u200f\u202a٠٦١٢ ٣٤٥ ٦٧٨\u202c دابا"
    found = of(text, IdentifierType.PHONE)[0]
    assert text[found.start : found.end] == found.raw == "٠٦١٢ ٣٤٥ ٦٧٨"


def test_mails_profiles_and_addresses_are_found_and_defanged() -> None:
    text = "see http://Evil.example/a.b). evil@example.com, t.me/x_y https://www.instagram.com/nour.9?igsh=1"
    assert values(text, IdentifierType.URL) == ["hxxp://Evil[.]example/a.b"]
    assert values(text, IdentifierType.EMAIL) == ["evil@example.com"]
    profiles = of(text, IdentifierType.PROFILE)
    assert [found.details and found.details["account"] for found in profiles] == ["x_y", "nour.9"]
    assert profiles[1].value.startswith("hxxps://www[.]instagram[.]com/")


def test_a_post_is_an_address_and_no_profile() -> None:
    text = "https://www.instagram.com/p/abc/"
    assert not of(text, IdentifierType.PROFILE)
    assert of(text, IdentifierType.URL)


def test_handles_are_found_with_an_at_sign_or_beside_a_platform() -> None:
    assert values("follow @Salma_B. ok", IdentifierType.HANDLE) == ["salma_b"]
    found = of("سناب: nour.9", IdentifierType.HANDLE)[0]
    assert (found.value, found.confidence) == ("nour.9", Confidence.LOW)


def test_a_rib_is_24_digits_that_97_divides_and_names_its_bank() -> None:
    found = of("RIB 011 519 0000012050005349 21", IdentifierType.RIB)[0]
    assert (found.value, found.confidence) == ("011519000001205000534921", Confidence.HIGH)
    assert found.details == {"bank-code": "011", "bank": "Bank of Africa (BMCE)"}


def test_a_mistyped_rib_is_kept_and_said_to_be_one() -> None:
    found = of("011519000001205000534922", IdentifierType.RIB)[0]
    assert (found.how, found.confidence) == ("checksum-fails", Confidence.LOW)


@given(account=st.integers(0, 10**22 - 1), digit=st.integers(0, 23), other=st.integers(1, 9))
def test_any_one_wrong_digit_of_a_rib_is_noticed(account: int, digit: int, other: int) -> None:
    rib = f"{account:022d}{97 - account * 100 % 97:02d}"
    wrong = rib[:digit] + str((int(rib[digit]) + other) % 10) + rib[digit + 1 :]
    assert is_valid_rib(rib)
    assert not is_valid_rib(wrong)


def test_banks_that_are_not_in_the_table_are_unknown() -> None:
    assert bank_of("999000000000000000000000") is None
    assert bank_of("190000000000000000000000") == "Banque Populaire"
    assert bank_of("999810007800020110620318") is None


def test_the_account_that_the_central_bank_published_is_its_own() -> None:
    # Published in September 2023 for gifts after the earthquake.
    (found,) = of("RIB: 001 810 00 780 002 011 062 03 18", IdentifierType.RIB)
    assert found.confidence is Confidence.HIGH
    assert found.details == {"bank-code": "001", "bank": "Bank Al-Maghrib"}


def test_a_code_on_which_lists_differ_says_so_and_an_unknown_one_names_nobody() -> None:
    told = [of(rib(code), IdentifierType.RIB)[0].details for code in ("225", "999")]
    assert told == [
        {"bank-code": "225", "bank": "Crédit Agricole du Maroc", "bank-disputed": True},
        {"bank-code": "999"},
    ]


def rib(code: str) -> str:
    account = f"{code}{7:019d}"
    return f"{account}{97 - int(account) * 100 % 97:02d}"


@pytest.mark.parametrize(
    "iban",
    [
        "MA64011519000001205000534921", "CI93CI0080111301134291200589", "SN08SN0100152000048500003035",
        "BJ66BJ0610100100144390000769", "FR1420041010050500013M02606",
    ],
)  # fmt: skip
def test_ibans_of_the_countries_that_others_get_wrong_are_valid(iban: str) -> None:
    spaced = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
    assert values(f"IBAN {spaced} MERCI", IdentifierType.IBAN) == [iban]


def test_inside_an_account_number_nothing_else_is_found() -> None:
    assert [found.type for found in identifiers_in("MA64 0115 1900 0001 2050 0053 4921")] == [IdentifierType.IBAN]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", IdentifierType.BITCOIN),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", IdentifierType.BITCOIN),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", IdentifierType.BITCOIN),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", IdentifierType.BITCOIN),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", IdentifierType.TRON),
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", IdentifierType.ETHEREUM),
    ],
)
def test_an_address_with_the_right_checksum_is_sure_and_a_typing_error_is_not(
    address: str, kind: IdentifierType
) -> None:
    assert [(found.type, found.confidence) for found in identifiers_in(address)] == [(kind, Confidence.HIGH)]
    for wrong in _mistyped(address):
        assert Confidence.HIGH not in {found.confidence for found in identifiers_in(f"btc {wrong}")}


def test_bech32_and_bech32m_are_not_taken_for_each_other() -> None:
    assert not is_bech32_address("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4")
    assert not is_bech32_address("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7K3L2P5T")
    assert is_bech32_address("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4")


@given(text=st.text("0123456789ABCDEFabcdefghijkmnopqrstuvwxyz", max_size=62))
def test_checks_of_addresses_raise_on_nothing(text: str) -> None:
    is_base58_address(text)
    is_bech32_address("bc1" + text)
    is_ethereum_checksum("0x" + text)


def test_an_address_in_small_letters_has_no_checksum_and_says_so() -> None:
    found = of("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", IdentifierType.ETHEREUM)[0]
    assert (found.how, found.confidence) == ("no-checksum-in-it", Confidence.MEDIUM)


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("western union MTCN 123-456-7890", "western union"),
        ("ويسترن يونيون 1234567890", "western union"),
        ("وفاكاش كود ١٢٣٤٥٦٧٨", "wafacash"),
        ("cash plus 12345678", "cash plus"),
        ("كاش بلوس 12345678", "cash plus"),
        ("moneygram ref 12345678", "moneygram"),
    ],
)
def test_transfer_codes_stand_beside_the_name_of_a_service(text: str, service: str) -> None:
    found = of(text, IdentifierType.TRANSFER_CODE)[0]
    assert len(found.value) in {8, 10}
    assert found.details is not None
    assert service in json.dumps(found.details["services"])


def test_the_same_digits_alone_are_no_code() -> None:
    assert not of("1234567890 12345678", IdentifierType.TRANSFER_CODE)


def test_digits_that_may_be_a_phone_or_a_code_are_both() -> None:
    found = identifiers_in("وفاكاش 0612345678")
    assert {each.type for each in found} == {IdentifierType.TRANSFER_CODE, IdentifierType.PHONE}
    assert of("وفاكاش 0612345678", IdentifierType.TRANSFER_CODE)[0].confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("text", "value", "in_dirhams"),
    [
        ("2000 درهم", "2000 MAD", None),
        ("٢٠٠٠ درهم", "2000 MAD", None),
        ("5000dhs", "5000 MAD", None),
        ("200 000 dh", "200000 MAD", None),
        ("1.500 MAD", "1500 MAD", None),
        ("2 alf dh", "2000 MAD", None),
        ("3k dh", "3000 MAD", None),
        ("مليون سنتيم", "1000000 centime", "10000"),
        ("2 مليون سنتيم", "2000000 centime", "20000"),
        ("200 ريال", "200 rial", "10"),
        ("20 ألف ريال", "20000 rial", "1000"),
        ("2,50 €", "2.5 EUR", None),
        ("€ 300", "300 EUR", None),
        ("100 euros", "100 EUR", None),
        ("3 alf", "3000 (unit not said)", None),
        ("5k", "5000 (unit not said)", None),
        ("deux mille dirhams", "2000 MAD", None),
        ("خمسة آلاف درهم", "5000 MAD", None),
        ("ألفين درهم", "2000 MAD", None),
        ("خمسة وعشرون ألف درهم", "25000 MAD", None),
        ("ثلاثمئة درهم", "300 MAD", None),
        ("ثلاثة ملايين سنتيم", "3000000 centime", "30000"),
        ("quatre-vingt-dix-sept euros", "97 EUR", None),
        ("soixante-quinze dh", "75 MAD", None),
        ("vingt et un dirhams", "21 MAD", None),
        ("deux cent cinquante mille dh", "250000 MAD", None),
        ("mil quinientos euros", "1500 EUR", None),
        ("two thousand five hundred dollars", "2500 USD", None),
        ("khamsa alaf dh", "5000 MAD", None),
        ("alfayn dh", "2000 MAD", None),
        ("3 mille 500 dh", "3500 MAD", None),
        ("2 alf w 500 dh", "2500 MAD", None),
        ("2 milliards de centimes", "2000000000 centime", "20000000"),
        ("400 000 rials", "400000 rial", "20000"),
        ("300 riyal saudi", "300 SAR", None),
        ("500 درهم إماراتي", "500 AED", None),
        ("0.005 BTC", "0.005 BTC", None),
        ("0.0512 BTC", "0.0512 BTC", None),
    ],
)
def test_amounts_are_read_in_the_words_used_for_them(text: str, value: str, in_dirhams: str | None) -> None:
    found = of(f"صيفط {text} دابا", IdentifierType.AMOUNT)[0]
    assert found.value == value
    assert (found.details or {}).get("in-dirhams") == in_dirhams


def test_what_was_assumed_of_an_amount_is_said() -> None:
    assert of("1.500 dh", IdentifierType.AMOUNT)[0].assumed == "three digits behind the sign are thousands"
    assert of("200 ريال", IdentifierType.AMOUNT)[0].assumed == "Moroccan rial of 5 centimes"
    alone = of("khmstach alf dh", IdentifierType.AMOUNT)[0]
    assert alone.confidence is Confidence.MEDIUM
    assert alone.assumed == "one, since no number that was understood stands before it"


@pytest.mark.parametrize(
    "text", ["une photo, deux", "un deux trois", "il y a cent ans", "once upon", "trois fois", "sta"]
)
def test_words_of_numbers_alone_are_no_sum(text: str) -> None:
    assert not of(text, IdentifierType.AMOUNT)


def test_an_address_that_hides_its_at_sign_is_found() -> None:
    found = of("SAMI (at) gmail [dot] com", IdentifierType.EMAIL)[0]
    assert (found.value, found.confidence) == ("sami@gmail.com", Confidence.MEDIUM)


@given(text=st.text(max_size=200))
def test_any_text_is_looked_through_and_positions_hold(text: str) -> None:
    for found in identifiers_in(text):
        assert text[found.start : found.end] == found.raw


@pytest.mark.parametrize(
    "piece", ["a@b.cc ", "0612345678 ", "1", "MA64 0115 1900 0001 2050 0053 4921 ", "@a", "1.", "www.", "$"]
)
def test_a_text_made_to_take_long_does_not(piece: str) -> None:
    identifiers_in(piece * (200_000 // len(piece)))


def _mistyped(address: str) -> Iterator[str]:
    for at in range(3, len(address), 7):
        for letter in "qz2":
            if address[at].casefold() != letter:
                yield address[:at] + letter + address[at + 1 :]


PIECES = (
    "salam", "khouya", "دراهم", "ألف", "5", "٥", "19h39", "0x", "bc1q", "dh", "dh5", "€", "5€", "d'euros", "mille",
    "@", ":", "www.", "(at)", "rial saoudien", "million", "7na", "a7na", " ", "\u00a0", "\t", "\n", "\u200e", "-", "(",
    ".", "k", "20k", "هو", "T" + "a" * 25,
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=14))
def test_a_text_is_passed_over_word_by_word_only_where_its_whole_would_be(pieces: list[str]) -> None:
    for text in ("".join(pieces), " ".join(pieces)):
        whole = find._holds_a_sign(text)
        assert find.may_hold_identifiers(text) == whole
        # What was met before says the same.
        assert find.may_hold_identifiers(text) == whole
        if not whole:
            assert not identifiers_in(text)
