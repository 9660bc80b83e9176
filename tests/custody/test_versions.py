"""A log of a later version is not checked, and nobody is accused; one that lies about an earlier one is broken."""

from __future__ import annotations

import json

import pytest

from evidence_kit.custody.chain import replay_log
from evidence_kit.model import Weight
from tests.golden.example import example


def log() -> bytes:
    return example().log.encode()


@pytest.mark.parametrize(("old", "new"), [(b'{"v":1', b'{"v":2'), (b"evidence-kit/1", b"evidence-kit/3")])
def test_a_later_version_is_not_checked(old: bytes, new: bytes) -> None:
    findings = replay_log([log().replace(old, new, 1)]).findings
    assert [(each.code, each.weight) for each in findings] == [("log-version-unknown", Weight.UNCHECKED)]


@pytest.mark.parametrize(
    ("old", "new"), [(b'{"v":1', b'{"v":0'), (b"evidence-kit/1", b"evidence-kit/x"), (b'{"v":1', b'{"v":true')]
)
def test_no_version_at_all_is_broken(old: bytes, new: bytes) -> None:
    assert Weight.BROKEN in {each.weight for each in replay_log([log().replace(old, new, 1)]).findings}


def test_the_first_line_alone_says_the_version() -> None:
    first, *rest = log().splitlines(keepends=True)
    later = [json.dumps(json.loads(line) | {"v": 2}, separators=(",", ":")).encode() + b"\n" for line in rest]
    assert "log-line-malformed" in {each.code for each in replay_log([first, *later]).findings}
