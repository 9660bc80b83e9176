"""The recovery key on three papers: any two give it, one says nothing, and two of different keys are refused."""

from __future__ import annotations

from itertools import permutations

import pytest

from evidence_kit.keys.errors import KeyUnreadableError
from evidence_kit.keys.recovery import to_paper
from evidence_kit.keys.shares import from_shares, is_share, to_shares
from evidence_kit.keys.station import SigningKey

KEY = SigningKey.generate()


def test_any_two_of_three_papers_give_the_key() -> None:
    for two in permutations(to_shares(KEY), 2):
        assert from_shares(list(two)).seed == KEY.seed


def test_a_share_is_longer_than_the_key_itself() -> None:
    assert all(is_share(each.lower().replace("-", " ")) for each in to_shares(KEY))
    assert not is_share(to_paper(KEY))
    assert len({len(each.split("-")) for each in to_shares(KEY)} | {14}) == 2


@pytest.mark.parametrize(
    ("papers", "said"),
    [
        (lambda mine, _: [mine[0], mine[0]], "recovery-same-share"),
        (lambda mine, other: [mine[0], other[1]], "recovery-other-share"),
        (lambda mine, _: [mine[0], mine[1][:-1] + ("B" if mine[1].endswith("A") else "A")], "recovery-typed-wrongly"),
        (lambda mine, _: [mine[0], to_paper(KEY)], "recovery-typed-wrongly"),
    ],
)
def test_other_papers_are_named_for_what_they_are(papers: object, said: str) -> None:
    mine, other = to_shares(KEY), to_shares(SigningKey.generate())
    with pytest.raises(KeyUnreadableError) as refused:
        from_shares(papers(mine, other))  # type: ignore[operator]
    assert refused.value.message_id == said


def test_a_key_has_one_set_of_papers() -> None:
    """A paper printed again opens with those that are left, and an interrupted printing goes on."""
    assert to_shares(KEY) == to_shares(SigningKey.from_seed(KEY.seed))


def test_papers_lie_on_the_line_that_the_library_draws() -> None:
    """Any two of ours give the third by the library's own interpolation, and so do shares that it made."""
    from Cryptodome.Protocol.SecretSharing import Shamir

    from evidence_kit.hashing import paper

    bodies = [paper.from_paper(each, 35)[3:] for each in to_shares(KEY)]
    for at in (0, 16):
        points = [KEY.seed[at : at + 16], *(body[at : at + 16] for body in bodies)]
        for x, other, third in permutations(range(4), 3):
            if 0 not in {x ^ third, other ^ third}:
                pair = [(x ^ third, points[x]), (other ^ third, points[other])]
                assert Shamir.combine(pair, ssss=False) == points[third]


def test_one_share_says_nothing_without_the_whole_key() -> None:
    """Keys that differ in one bit have papers that share no byte more often than chance, in either half."""
    from evidence_kit.hashing import paper

    seed = bytearray(KEY.seed)
    seed[-1] ^= 1
    mine, other = (to_shares(key) for key in (KEY, SigningKey.from_seed(bytes(seed))))
    for one, two in zip(mine, other, strict=True):
        first, second = paper.from_paper(one, 35)[3:], paper.from_paper(two, 35)[3:]
        assert sum(a == b for a, b in zip(first, second, strict=True)) <= 6
