import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.custody.checkpoint import Checkpoint, normalise_receipt
from evidence_kit.hashing import paper
from evidence_kit.hashing.exact import sha256

POINT = Checkpoint("LRC-2026-0007", 7, sha256(b"a"), sha256(b"b"))


def test_a_receipt_code_has_nine_groups_of_four() -> None:
    assert [len(group) for group in POINT.receipt_code.split("-")] == [4] * 9


@pytest.mark.parametrize(
    "typed",
    [
        POINT.receipt_code.lower(),
        POINT.receipt_code.replace("-", " "),
        POINT.receipt_code.replace("-", ""),
        POINT.receipt_code.replace("O", "0").replace("I", "1").replace("B", "8"),
        f"  {POINT.receipt_code}\n",
    ],
)
def test_a_receipt_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert normalise_receipt(typed) == POINT.receipt_code


@given(at=st.integers(0, 35), sign=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_one_wrong_character_is_a_slip_of_the_pen_and_no_verdict(at: int, sign: str) -> None:
    plain = POINT.receipt_code.replace("-", "")
    typed = plain[:at] + sign + plain[at + 1 :]
    if typed == plain:
        assert normalise_receipt(typed) == POINT.receipt_code
    else:
        with pytest.raises(paper.TypedWronglyError):
            normalise_receipt(typed)


@pytest.mark.parametrize("typed", ["", "AAAA", "é" * 36, "9" * 36, POINT.receipt_code + "A"])
def test_what_is_no_code_is_typed_wrongly(typed: str) -> None:
    with pytest.raises(paper.TypedWronglyError):
        normalise_receipt(typed)


@given(data=st.binary(min_size=32, max_size=32))
def test_paper_gives_back_every_byte(data: bytes) -> None:
    assert paper.from_paper(paper.to_paper(data), 32) == data


def test_the_checkpoint_is_four_lines() -> None:
    assert POINT.text.decode().splitlines() == [
        "evidence-kit/1 LRC-2026-0007",
        "7",
        sha256(b"a").hex,
        sha256(b"b").hex,
    ]
