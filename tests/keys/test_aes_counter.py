import os

import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter as TheirCounter
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_kit.keys.aes_counter import CounterStream

KEY = bytes(range(32))


def theirs(data: bytes) -> bytes:
    return AES.new(KEY, AES.MODE_CTR, counter=TheirCounter.new(128, little_endian=True)).encrypt(data)


@settings(max_examples=50, deadline=None)
@given(sizes=st.lists(st.integers(0, 70), max_size=20))
def test_pieces_of_any_size_give_the_stream_that_pyzippers_own_cipher_gives(sizes: list[int]) -> None:
    data = os.urandom(sum(sizes))
    counter, made, at = CounterStream(KEY), bytearray(), 0
    for size in sizes:
        made += counter.encrypt(data[at : at + size])
        at += size
    assert made == theirs(data)


@pytest.mark.parametrize("piece", [1 << 20, (1 << 20) + 7, 3 << 20, 4095])
def test_long_streams_agree_too_and_decrypt_to_what_they_were(piece: int) -> None:
    data = os.urandom((5 << 20) + 3)
    one, other = CounterStream(KEY), CounterStream(KEY)
    made = b"".join(bytes(one.encrypt(data[at : at + piece])) for at in range(0, len(data), piece))
    assert made == theirs(data)
    assert other.decrypt(memoryview(made)) == data
