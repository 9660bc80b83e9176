import json
from datetime import date

import pytest

from evidence_kit.custody import opening
from evidence_kit.custody.manifest import LogEvent, ManifestError, fold_events

KEPT = {
    "item": "E000001", "path": "a.txt", "size": 1, "sha256": "0" * 64, "crc32": "00000000",
    "kind": {"name": "text", "family": "text"},
}  # fmt: skip
OPENED = {"salt": "s", "type": "case.opened", "age_band": "unknown", "retention": "2030-01-31"}


def entry(line: int, kind: str, **facts: object) -> LogEvent:
    return LogEvent(line, "2026-11-23T18:48:00.000000Z", kind, facts)


def test_a_case_is_what_its_events_add_up_to() -> None:
    manifest = fold_events(
        [
            LogEvent(1, "t", "case.opened", OPENED),
            LogEvent(2, "t", "item.kept", KEPT),
            entry(3, "item.described", item="E000001", describer="picture/1", facts={}),
            entry(4, "item.seen-again", item="E000001", path="b.txt"),
            entry(5, "item.refused", path="pipe", reason="fifo"),
            entry(6, "item.marked", items=["E000001"], sensitivity="none"),
            entry(7, "consent.recorded", purpose="police", given=True, on="2026-11-01"),
            entry(8, "consent.recorded", purpose="police", given=False, on="2026-11-02"),
            entry(9, "case.updated", changes={"age_band": "adult"}),
            entry(10, "something.new", about="the future"),
        ]
    )
    item = manifest.items["E000001"]
    assert (item.sensitivity, [place.path for place in item.also_at], list(item.described)) == (
        "none",
        ["b.txt"],
        ["picture"],
    )
    assert manifest.age_band == "adult"
    assert manifest.retention == date(2030, 1, 31)
    assert [manifest.consent_for(purpose) is None for purpose in ("police", "lawyer")] == [False, True]
    newest = manifest.consent_for("police")
    assert newest is not None
    assert not newest.given
    assert manifest.next_item == 2
    assert "something.new" in manifest.entries
    assert manifest.included == [item]


def test_an_excluded_item_stays_in_the_case_and_leaves_what_goes_out() -> None:
    manifest = fold_events(
        [LogEvent(1, "t", "item.kept", KEPT), entry(2, "item.excluded", items=["E000001"], reason="misfiled")]
    )
    assert manifest.included == []
    assert manifest.items["E000001"].excluded == "misfiled"


def test_nothing_said_about_age_counts_as_unknown() -> None:
    assert fold_events([]).age_band == "unknown"
    assert fold_events([]).retention is None


@pytest.mark.parametrize(
    "facts", [{}, {**KEPT, "sha256": "x"}, {**KEPT, "kind": None}, {**KEPT, "size": "many"}, {**KEPT, "item": "x"}]
)
def test_an_event_that_lacks_what_its_type_promises_is_named(facts: dict[str, object]) -> None:
    with pytest.raises(ManifestError, match=r"item\.kept"):
        fold_events([LogEvent(1, "t", "item.kept", facts)])


def test_the_newest_description_that_found_something_counts_and_all_are_kept() -> None:
    said = [("picture/1", {"a": 1}), ("picture/2", {"a": 2}), ("picture", {}), ("recording/1", {})]
    item = fold_events(
        [
            LogEvent(2, "t", "item.kept", KEPT),
            *(
                entry(3 + n, "item.described", item="E000001", describer=name, facts=facts)
                for n, (name, facts) in enumerate(said)
            ),
        ]
    ).items["E000001"]
    assert {name: each["facts"] for name, each in item.described.items()} == {"picture": {"a": 2}, "recording": {}}
    assert [each.facts["describer"] for each in item.descriptions] == [name for name, _ in said]


def test_what_is_kept_of_an_event_is_its_facts_or_its_bytes_and_not_both() -> None:
    kept, described = json.dumps(KEPT).encode(), {"item": "E000001", "describer": "picture/1", "facts": {"width": 9}}
    manifest = fold_events(
        [LogEvent(1, "t", "item.kept", KEPT, kept), LogEvent(2, "t", "item.described", described, b"{}")]
    )
    manifest.apply(LogEvent(3, "t", "note", {"text": "x"}, b"{}"))
    item = manifest.items["E000001"]
    assert dict(item.facts) == KEPT
    assert (item.facts["size"], item.facts.get("nothing"), len(item.facts)) == (KEPT["size"], None, len(KEPT))
    assert isinstance(item.facts, opening.OpeningFacts)
    assert [each.text for each in (*item.descriptions, *manifest.entries["note"])] == [None, None]
