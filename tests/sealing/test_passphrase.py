import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.sealing.passphrase import (
    DIGITS,
    PassphraseFormError,
    generate_passphrase,
    grouped_passphrase,
    normalise_passphrase,
)

PLAIN = "1234567890" * 2 + "12345678"


@given(number=st.integers(0, 10**DIGITS - 1))
def test_a_passphrase_has_28_digits_leading_zeros_included(number: int) -> None:
    made = generate_passphrase(lambda _: number)
    assert len(made) == DIGITS
    assert int(made) == number
    assert normalise_passphrase(grouped_passphrase(made)) == made


@pytest.mark.parametrize(
    "typed",
    [
        PLAIN,
        grouped_passphrase(PLAIN),
        grouped_passphrase(PLAIN).replace(" ", "-"),
        PLAIN.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        PLAIN.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")),
        PLAIN.translate(str.maketrans("1234567890", "&é\"'(-è_çà")),
        grouped_passphrase(PLAIN).translate(str.maketrans("1234567890", "&é\"'(-è_çà")),
        f" {PLAIN}\r\n",
        grouped_passphrase(PLAIN).replace(" ", "\u00a0"),
    ],
)
def test_a_passphrase_is_understood_on_every_keyboard(typed: str) -> None:
    assert normalise_passphrase(typed) == PLAIN


@pytest.mark.parametrize("typed", ["", PLAIN[:-1], PLAIN + "1", PLAIN.replace("3", "x"), "-" * 28, "²" * 28])
def test_what_is_no_passphrase_is_refused(typed: str) -> None:
    with pytest.raises(PassphraseFormError):
        normalise_passphrase(typed)
