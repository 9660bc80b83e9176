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


def test_one_share_is_the_same_for_two_keys() -> None:
    """With one share alone every key is as likely: another second share makes another key of it."""
    one = to_shares(KEY)[0]
    assert to_shares(KEY)[0] != one, "the other half is drawn anew each time"
