"""The exact index beyond its contract."""

from evidence_kit.hashing.nearby import ExactIndex


def test_its_length_is_the_number_of_references() -> None:
    assert len(ExactIndex(bytes([n] * 32) for n in range(5))) == 5
