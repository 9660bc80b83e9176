from datetime import UTC, datetime, timedelta, timezone

import pytest

from evidence_kit.custody import line as line_module
from evidence_kit.custody import opening
from evidence_kit.custody.event import Event
from evidence_kit.custody.line import EventLine, LineError, line_instant, line_time, parse_line
from evidence_kit.hashing.exact import sha256
from evidence_kit.model import GENESIS, Digest

LINE = EventLine(1, "2026-11-23T18:48:00.123456Z", sha256(b"x"), GENESIS, "E000001", sha256(b"y"), {"type": "note"})


def test_a_line_is_read_back_as_it_was_written() -> None:
    assert parse_line(LINE.encode()) == LINE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"v":1', '"v":2'),
        ('"seq":1', '"seq":0'),
        ('"seq":1', '"seq":true'),
        ('"seq":1', '"seq":9007199254740993'),
        ('"seq":1', '"seq":"1"'),
        ("18:48:00.123456Z", "18:48:00.123456+00:00"),
        ("2026-11-23", "2026-13-23"),
        ('"object":"E000001",', ""),
        ("E000001", "../../etc"),
        ("E000001", "E1"),
        ('"clear":{"type":"note"}', '"clear":null'),
        ('"clear":{"type":"note"}', '"clear":{}'),
        ('"clear":{"type":"note"}', '"clear":{"type":"note","x":1.5}'),
        ('{"v"', '{"extra":1,"v"'),
        ("prev", "next"),
        (sha256(b"x").hex, sha256(b"x").hex.upper()),
    ],
)
def test_a_line_in_any_other_form_is_refused(old: str, new: str) -> None:
    changed = LINE.encode().decode().replace(old, new, 1)
    assert changed != LINE.encode().decode()
    with pytest.raises(LineError):
        parse_line(changed.encode())


def test_a_line_longer_than_the_format_allows_is_refused() -> None:
    with pytest.raises(LineError):
        parse_line(b'{"v":1,' + b" " * 70_000 + b"}")


def test_an_instant_is_written_in_utc_whatever_its_zone() -> None:
    local = datetime(2026, 11, 23, 19, 48, tzinfo=timezone(timedelta(hours=1)))
    assert line_time(local) == "2026-11-23T18:48:00.000000Z"
    assert line_instant(line_time(local)) == datetime(2026, 11, 23, 18, 48, tzinfo=UTC)


def test_an_instant_without_a_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        line_time(datetime(2026, 11, 23))  # noqa: DTZ001 - the point of the test


def test_a_digest_is_lower_case_hexadecimal() -> None:
    with pytest.raises(ValueError, match="64"):
        Digest("AB" * 32)


def test_an_event_is_of_a_known_type_and_says_in_clear_only_what_it_must() -> None:
    with pytest.raises(ValueError, match="no event"):
        Event("item.invented", {})
    with pytest.raises(ValueError, match="clear"):
        Event("note", {}, clear={"x": 1})
    with pytest.raises(ValueError, match="clear"):
        Event("reader.granted", {})


@pytest.mark.parametrize("at", range(0, 420, 7))
def test_the_quick_way_and_the_slow_way_read_a_line_alike(at: int) -> None:
    """A line that is known at one look is what parsing it piece by piece gives; any byte turned over, too."""
    held = b'"object":"E000003","stored":"' + b"cd" * 32 + b'",'
    for seq, day, more in ((b"7", b"23", b""), (b"12", b"31", held), (b"12", b"23", held)):
        line = b'{"v":1,"seq":%s,"time":"2026-11-%sT18:48:00.123456Z","commit":"%s",%s"prev":"%s"}' % (
            seq, day, b"ab" * 32, more, b"0" * 64,
        )  # fmt: skip
        place = at % len(line)
        turned = line if at == 0 else line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :]
        outcomes: list[object] = []
        for read in (line_module.parse_line, lambda raw: line_module._parsed(raw, opening.loads_strict)):
            try:
                outcomes.append(read(turned))
            except line_module.LineError as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1]
