"""Why a text or a sound of a minor's case is not copied is said, in the log and on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.understood import rule, text
from evidence_kit.intake.window import bytes_window
from evidence_kit.workflows.case.outcome import WitnessOutcome
from tests.conftest import NewCase
from tests.minors.sounds import tagged
from tests.workflows.helpers import take_in


def _because(name: str, data: bytes) -> str | None:
    judged = rule.judge_file(name, sniff(data[:4096], len(data)), lambda: bytes_window(data))
    assert not judged.copied
    return judged.because


def _boxes(*boxes: tuple[bytes, bytes]) -> bytes:
    return b"".join((8 + len(content)).to_bytes(4, "big") + name + content for name, content in boxes)


def test_a_sound_with_something_behind_it_says_so() -> None:
    name, data = tagged("mp3", "hello")
    assert _because(name, data + b"PK\3\4" + bytes(range(256))) == rule.SOUND_WITH_MORE


def test_a_sound_in_fragments_says_so() -> None:
    begun = _boxes((b"ftyp", b"M4A \0\0\0\0isom"), (b"moov", _boxes((b"mvhd", bytes(100)), (b"mvex", b""))))
    assert _because("a.m4a", begun + _boxes((b"moof", bytes(8)), (b"mdat", bytes(8)))) == rule.SOUND_IN_FRAGMENTS


def test_a_long_text_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MOST_BYTES", 1000)
    assert _because("a.txt", b"pay by Friday\n" * 100) == rule.TEXT_TOO_LONG


def test_a_text_of_which_nothing_is_understood_says_so() -> None:
    assert _because("a.y4m", b"YUV4MPEG2 W4 H4 F25:1\nFRAME\n" + b"abcd" * 200) == rule.TEXT_NOT_READ


def test_the_reason_stands_in_the_log_and_in_the_outcome(new_case: NewCase, tmp_path: Path) -> None:
    name, data = tagged("mp3", "hello")
    (tmp_path / name).write_bytes(data + bytes(range(1, 256)))
    writer = new_case("minor")
    outcomes = [each for each in take_in(writer, tmp_path) if isinstance(each, WitnessOutcome)]
    assert [each.because for each in outcomes] == [rule.SOUND_WITH_MORE]
    assert [each.facts["because"] for each in writer.manifest.witnessed.values()] == [rule.SOUND_WITH_MORE]
