"""Digests under an association's key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.links.link_key import LinkKey

HASHES = st.binary(min_size=32, max_size=32)
KEY, OTHER = LinkKey(bytes(range(32))), LinkKey(bytes(32))


def _bits_apart(one: bytes, two: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(two)).bit_count()


@given(HASHES, HASHES)
def test_pictures_stay_as_near_as_they_were(one: bytes, two: bytes) -> None:
    assert _bits_apart(KEY.picture_digest(one), KEY.picture_digest(two)) == _bits_apart(one, two)


@given(HASHES)
def test_a_picture_is_another_under_another_key(one: bytes) -> None:
    # Two keys agree in a quarter of the bits at least only by a chance that nobody meets.
    assert _bits_apart(KEY.picture_digest(one), OTHER.picture_digest(one)) > 64
    assert KEY.picture_digest(one) != one


def test_a_value_is_digested_with_its_type_and_key() -> None:
    digests = {
        KEY.value_digest("phone", "+212612345678"),
        KEY.value_digest("handle", "+212612345678"),
        OTHER.value_digest("phone", "+212612345678"),
        KEY.case_tag("+212612345678"),
    }
    assert len(digests) == 4
    assert KEY.fingerprint != OTHER.fingerprint
