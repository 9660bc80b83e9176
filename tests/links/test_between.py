"""Values that two associations have in common: the count and nothing else, whoever asks, answers, forges or repeats."""

from __future__ import annotations

import base64
import json
import os

import pytest

from evidence_kit.keys.blinding import _FIELD, BlindingKey, UnsoundPointError, curve_point, removable_key
from evidence_kit.keys.station import SigningKey
from evidence_kit.links.between import (
    FEWEST_TAGS,
    Answer,
    Question,
    UnfinishedWorkError,
    UnsoundFileError,
    answered_points,
    asked_points,
    common_count,
    read_file,
    signed_file,
    value_point,
)
from evidence_kit.workers.pool import Pool
from evidence_kit.workers.worker import Worker

KEY = SigningKey.from_seed(bytes(range(32)))
MASK = BlindingKey(b"m" * 32)


def ladder(scalar: int, u: int) -> int:
    """Multiply by RFC 7748's ladder, in whole numbers: what the library has to agree with."""
    x2, z2, x3, z3, swapped = 1, 0, u, 1, 0
    for at in reversed(range(255)):
        bit = scalar >> at & 1
        if swapped ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swapped = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a, c * b, a * a, b * b
        x3, z3 = (da + cb) ** 2 % _FIELD, u * (da - cb) ** 2 % _FIELD
        x2, z2 = aa * bb % _FIELD, (aa - bb) * (aa + 121665 * (aa - bb)) % _FIELD
    if swapped:
        x2, z2 = x3, z3
    return x2 * pow(z2, -1, _FIELD) % _FIELD


def number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def phones(*numbers: int) -> list[bytes]:
    return [value_point("phone", f"+2126{each:08}") for each in numbers]


def asked_and_answered(asked: list[bytes], kept: list[bytes]) -> tuple[bytes, bytes, Answer]:
    points, inverse = asked_points(asked, os.urandom)
    masked = [MASK.times(each) for each in kept]
    again, tags = answered_points(points, masked, MASK, os.urandom, None)
    return points, inverse, Answer("0" * 64, "TET", "Omar, Tetouan", again, tags)


def test_multiplication_is_that_of_the_standard() -> None:
    for seed in range(5):
        key, point = BlindingKey(os.urandom(32)), curve_point(bytes([seed]))
        assert number(key.times(point)) == ladder(number(key.secret), number(point))


def test_two_secrets_commute_and_one_can_be_taken_off() -> None:
    for seed in range(20):
        key, inverse = removable_key(os.urandom)
        point = curve_point(bytes([seed]))
        assert inverse.times(MASK.times(key.times(point))) == MASK.times(point)


def test_every_point_lies_on_the_curve_and_none_on_its_twist() -> None:
    """On the twist for half of all values, a bit of each value would show through the blinding."""
    for seed in range(100):
        for point in (curve_point(bytes([seed])), MASK.times(curve_point(bytes([seed])))):
            u = number(point)
            assert pow(u * (u * (u + 486662) + 1), (_FIELD - 1) // 2, _FIELD) == 1


def test_made_up_points_are_in_the_same_group_as_real_ones() -> None:
    """Whatever is asked lies in the subgroup of prime order: who multiplies by it cannot tell them apart."""
    order = 2**252 + 27742317777372353535851937790883648493
    points, _ = asked_points(phones(1), os.urandom)
    for at in range(0, len(points), 32):
        u = number(points[at : at + 32])
        assert ladder(order - 1, u) == u  # minus one times a point has the point's own u


@pytest.mark.parametrize(("asked", "kept", "common"), [
    ((1, 2, 3), (2, 3, 4), 2), ((1,), (2,), 0), ((), (1,), 0), ((1, 2), (), 0), (range(40), range(20, 60), 20),
])  # fmt: skip
def test_the_count_is_right(asked: tuple[int, ...], kept: tuple[int, ...], common: int) -> None:
    _, inverse, answer = asked_and_answered(phones(*asked), phones(*kept))
    assert common_count(answer, inverse) == common


def test_the_same_number_of_another_kind_is_another_value() -> None:
    _, inverse, answer = asked_and_answered([value_point("rib", "1")], [value_point("phone", "1")])
    assert common_count(answer, inverse) == 0


def test_sizes_tell_no_more_than_a_power_of_two() -> None:
    assert {len(asked_and_answered(phones(*range(n)), phones(1))[0]) for n in (0, 1, 7, 16)} == {16 * 32}
    assert len(asked_and_answered(phones(*range(17)), phones(1))[0]) == 32 * 32
    assert {len(asked_and_answered(phones(1), phones(*range(n)))[2].tags) for n in (0, 1, 300)} == {FEWEST_TAGS * 8}


def test_nothing_that_travels_can_be_tried_numbers_against() -> None:
    """Telephone numbers are few; who has both files and not the secrets finds none of them in either."""
    points, _, answer = asked_and_answered(phones(*range(10)), phones(*range(5, 50)))
    seen = points + answer.points + answer.tags
    for each in phones(*range(50)):
        assert each not in seen
        assert MASK.times(each) not in seen
        assert BlindingKey(b"x" * 32).times(each) not in seen


def test_order_says_nothing_of_which() -> None:
    points, _, answer = asked_and_answered(phones(*range(60)), phones(*range(30)))
    for data, width in ((points, 32), (answer.points, 32), (answer.tags, 8)):
        pieces = [data[at : at + width] for at in range(0, len(data), width)]
        assert pieces == sorted(pieces)


def test_two_answers_to_one_question_have_nothing_in_common() -> None:
    points, _ = asked_points(phones(1, 2), os.urandom)
    masked = [MASK.times(each) for each in phones(1, 3)]
    one = answered_points(points, masked, MASK, os.urandom, None)
    other = answered_points(points, masked, MASK, os.urandom, None)
    for first, second, width in zip(one, other, (32, 8), strict=True):
        pieces = [{data[at : at + width] for at in range(0, len(data), width)} for data in (first, second)]
        assert not pieces[0] & pieces[1]


def test_whoever_asks_cannot_try_more_values_with_an_old_answer() -> None:
    _, inverse, answer = asked_and_answered(phones(1), phones(*range(100)))
    key = BlindingKey(inverse)
    tags = {answer.tags[at : at + 8] for at in range(0, len(answer.tags), 8)}
    from evidence_kit.links.between import _tag

    assert not tags & {_tag(key.times(each)) for each in phones(*range(100))}
    assert not tags & {_tag(each) for each in phones(*range(100))}


@pytest.mark.parametrize("point", [bytes(32), (1).to_bytes(32, "little"), (_FIELD - 1).to_bytes(32, "little"), b"x"])
def test_points_of_small_order_are_refused(point: bytes) -> None:
    """They would come back as they are, or as nothing: a question that learns about the secret."""
    with pytest.raises(UnsoundPointError):
        MASK.times(point)


def test_processes_multiply_the_same() -> None:
    with Pool(lambda: Worker(allowed=("evidence_kit.links.",)), workers=2) as pool:
        points, inverse = asked_points(phones(1, 2, 3), os.urandom)
        masked = [MASK.times(each) for each in phones(2, 3)] + [MASK.times(curve_point(bytes([7])))] * 20_000
        again, tags = answered_points(points, masked, MASK, os.urandom, pool)
    assert common_count(Answer("0" * 64, "TET", "Omar", again, tags), inverse) == 2


def test_a_process_that_fails_is_no_short_set() -> None:
    with Pool(lambda: Worker(allowed=("nowhere.",)), workers=1) as pool, pytest.raises(UnfinishedWorkError):
        answered_points(asked_points([], os.urandom)[0], [bytes(32)] * 20_000, MASK, os.urandom, pool)


QUESTION = Question("ab" * 16, "LRC", "Salma, Larache", asked_points(phones(1), os.urandom)[0])
ANSWER = Answer("cd" * 32, "TET", "Omar, Tetouan", QUESTION.points, bytes(range(16)))


@pytest.mark.parametrize("content", [QUESTION, ANSWER])
def test_a_file_comes_out_as_it_went_in(content: Question | Answer) -> None:
    read = read_file(signed_file(content, KEY))
    assert read.content == content
    assert read.signer == KEY.public


@pytest.mark.parametrize("content", [QUESTION, ANSWER])
def test_a_changed_or_cut_file_is_refused(content: Question | Answer) -> None:
    data = signed_file(content, KEY)
    for at in range(0, len(data), 7):
        with pytest.raises(UnsoundFileError):
            read_file(data[:at])
        if data[at : at + 1] != b"\n":
            with pytest.raises(UnsoundFileError):
                read_file(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    with pytest.raises(UnsoundFileError):
        read_file(data + b"x")


@pytest.mark.parametrize("change", [
    {"links": "other"}, {"v": 2}, {"id": "x"}, {"association": ""}, {"answers": "x" * 300}, {"points": "AAAA"},
    {"points": ""}, {"points": None}, {"points": base64.b64encode(bytes(32 * 9000)).decode()}, {"id": None},
])  # fmt: skip
def test_a_signed_file_of_another_form_is_refused(change: dict[str, object]) -> None:
    line = json.dumps({**QUESTION.facts(), **change}).encode()
    data = line + b"\n" + base64.b64encode(KEY.sign(line, "evidence-kit-links").blob) + b"\n"
    with pytest.raises(UnsoundFileError):
        read_file(data)


def test_a_signature_for_something_else_is_none() -> None:
    line = json.dumps(QUESTION.facts()).encode()
    with pytest.raises(UnsoundFileError):
        read_file(line + b"\n" + base64.b64encode(KEY.sign(line, "evidence-kit").blob) + b"\n")
