"""The indexes beyond their contract."""

from evidence_kit.hashing.nearby import BinaryIndex, ExactIndex


def test_its_length_is_the_number_of_references() -> None:
    for index in (ExactIndex, BinaryIndex):
        assert len(index(bytes([n] * 32) for n in range(5))) == 5
        assert len(index([])) == 0
