"""Foreign text becomes facts: bounded, without surrogates, without floats."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.media.facts import DescriptionNotes, blob_facts, clean_unicode, rounded_decimal, safe_integer


def test_surrogates_are_replaced_and_that_is_said() -> None:
    assert clean_unicode("a\ud800b") == ("a?b", True)
    assert DescriptionNotes().entry("tag\udfff", "a\ud800b") == {"tag": "tag?", "value": "a?b", "replaced": True}


@given(values=st.lists(st.text(max_size=3000), max_size=60))
def test_foreign_text_never_exceeds_its_budget(values: list[str]) -> None:
    notes = DescriptionNotes(left_bytes=2000)
    notes.entries([("tag", value) for value in values])
    assert notes.left_bytes >= 0


@given(value=st.fractions(), places=st.integers(0, 9))
def test_decimals_are_plain_and_close(value: Fraction, places: int) -> None:
    text = rounded_decimal(value, places)
    assert "E" not in text.upper()
    assert abs(Fraction(text) - value) <= Fraction(1, 2 * 10**places)


def test_integers_that_json_cannot_carry_are_unknown() -> None:
    assert [safe_integer(value) for value in (5, -5, True, 2**53, None, "5", 1.0)] == [
        5,
        -5,
        None,
        None,
        None,
        None,
        None,
    ]


def test_problems_are_bounded() -> None:
    notes = DescriptionNotes()
    for n in range(100):
        notes.problem("code", ValueError("x" * 1000 + str(n)))
    assert len(notes.problems) == 40
    assert blob_facts(b"")["size_bytes"] == 0
