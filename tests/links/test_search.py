"""What a case has in common with others."""

from __future__ import annotations

from evidence_kit.links.case_entry import CaseEntry, PackedDigests, unpacked_entry
from evidence_kit.links.search import links_of


def _value(number: int) -> bytes:
    # Half of a digest alike, so that only the whole of it decides.
    return b"the same" + number.to_bytes(8)


def _case(number: int, *values: bytes, pictures: tuple[bytes, ...] = ()) -> PackedDigests:
    return unpacked_entry(CaseEntry(f"LRC-{number}", "Salma", tuple(sorted(values)), pictures).packed())


def _entry(*values: bytes, pictures: tuple[bytes, ...] = ()) -> CaseEntry:
    return CaseEntry("LRC-1", "Salma", tuple(sorted(values)), pictures)


def test_only_the_whole_digest_links() -> None:
    alike = [_case(2, _value(2)), _case(3, b"A" * 8 + b"B" * 8)]
    found = links_of(_entry(_value(1), b"A" * 16), alike, frozenset())
    assert (found.cases, found.values) == (2, {})
    found = links_of(_entry(_value(1), _value(2)), [_case(2, _value(2)), _case(3, b"A" * 16)], frozenset())
    assert {digest: [each.case for each in cases] for digest, cases in found.values.items()} == {_value(2): ["LRC-2"]}


def test_a_case_has_nothing_in_common_with_itself() -> None:
    found = links_of(
        _entry(_value(1), pictures=(bytes(32),)), [_case(1, _value(1), pictures=(bytes(32),))], frozenset()
    )
    assert (found.cases, found.values, found.pictures) == (0, {}, ())


def test_what_is_left_out_links_nobody() -> None:
    assert links_of(_entry(_value(1)), [_case(2, _value(1))], frozenset({_value(1)})).values == {}


def test_what_very_many_cases_name_is_counted_and_not_told() -> None:
    eight = [_case(number, _value(1)) for number in range(2, 10)]
    assert len(links_of(_entry(_value(1)), eight, frozenset()).values[_value(1)]) == 8
    found = links_of(_entry(_value(1)), [*eight, _case(10, _value(1))], frozenset())
    assert (found.values, found.frequent) == ({}, frozenset({_value(1)}))
    # Of two hundred cases, twenty are a blackmailer with many victims, and twenty-one a hotline.
    many = [_case(number, _value(7)) for number in range(20, 211)]
    assert _value(1) in links_of(_entry(_value(1)), [*eight, _case(10, _value(1)), *many], frozenset()).values


def test_near_pictures_are_told_once_for_each_case_the_nearest_first() -> None:
    near, nearer, far = b"\xff\xff" + bytes(30), b"\x01" + bytes(31), b"\xff" * 4 + bytes(28)
    others = [_case(2, pictures=(far, near)), _case(3, pictures=(nearer, near))]
    found = links_of(_entry(pictures=(bytes(32),)), others, frozenset())
    assert [(each.picture, each.other.case, each.bits) for each in found.pictures] == [
        (0, "LRC-3", 1),
        (0, "LRC-2", 16),
    ]


def test_an_empty_set_and_an_empty_case() -> None:
    assert links_of(_entry(), [_case(2, _value(1), pictures=(bytes(32),))], frozenset()).values == {}
    assert links_of(_entry(_value(1), pictures=(bytes(32),)), [], frozenset()).cases == 0
