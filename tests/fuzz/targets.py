"""What is fuzzed: each target takes any bytes at all and may raise only what its callers expect."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TypeAlias

from evidence_kit.custody import chain, opening
from evidence_kit.custody.line import LineError, parse_line
from evidence_kit.intake.containers import ZipPlan, examine_all_zips
from evidence_kit.intake.kinds import KINDS
from evidence_kit.intake.sniff import HEAD_BYTES, sniff
from evidence_kit.intake.zip_stream import MemberError, read_member
from evidence_kit.media.facts import FOREIGN_BYTES
from evidence_kit.media.registry import DESCRIBERS, PICTURES, RECORDINGS, describe
from evidence_kit.workers.protocol import check_value

Target: TypeAlias = Callable[[bytes], None]

# Whatever else has a describer.
_DOCUMENTS = tuple(kind for each in DESCRIBERS for kind in each.kinds if each.kinds not in {PICTURES, RECORDINGS})
_LARGEST_FACTS = FOREIGN_BYTES + 64 * 1024
_MOST_MEMBER_BYTES = 1 << 20
_ZIP_MEMBERS = 20
LONGEST_INPUT = 1 << 16


def sniffing(data: bytes) -> None:
    """Exactly one type comes out, whatever the bytes are."""
    assert sniff(data[:HEAD_BYTES], len(data)) in KINDS


def zips(data: bytes) -> None:
    """A plan comes out; members are read as declared, or refused; nothing unpacks beyond what was declared."""
    file = io.BytesIO(data)
    for plan in examine_all_zips(file, len(data)):
        if not isinstance(plan, ZipPlan):
            continue
        for member in plan.members[:_ZIP_MEMBERS]:
            if member.verdict.value == "readable" and member.size_bytes <= _MOST_MEMBER_BYTES:
                try:
                    size = sum(map(len, read_member(file, member, member.size_bytes)))
                except MemberError:
                    continue
                assert size == member.size_bytes


def lines(data: bytes) -> None:
    """A line is a line or a `LineError`."""
    try:
        parse_line(data)
    except LineError:
        return


def openings(data: bytes) -> None:
    """What is accepted comes out of JSON again as the very same bytes."""
    try:
        value = opening.decode_opening(data)
    except opening.OpeningError:
        return
    assert opening.compact_json(value) == data


def chains(data: bytes) -> None:
    """A log that is no log has findings, never an exception; nothing behind a signature is believed."""
    replayed = chain.replay_log([data])
    assert replayed.findings or replayed.custody.commits


def _described(data: bytes, kinds: tuple[str, ...]) -> None:
    kind = kinds[data[0] % len(kinds)] if data else kinds[0]
    for pixels in (True, False):
        answer = describe(io.BytesIO(data[1:]), {"kind": kind, "name": "IMG-20240131-WA0001", "pixels": pixels})
        check_value(answer)
        assert len(json.dumps(answer, ensure_ascii=False).encode()) <= _LARGEST_FACTS


def pictures(data: bytes) -> None:
    """Facts or problems, bounded, never an exception; the first byte chooses the type."""
    _described(data, PICTURES)


def recordings(data: bytes) -> None:
    """The same for sound and film."""
    _described(data, RECORDINGS)


def documents(data: bytes) -> None:
    """The same for PDF and office documents."""
    _described(data, _DOCUMENTS)


TARGETS: dict[str, Target] = {
    each.__name__: each for each in (sniffing, zips, lines, openings, chains, pictures, recordings, documents)
}


@cache
def seeds(name: str) -> tuple[bytes, ...]:
    """Return inputs to begin with: what this project makes itself, small enough to be turned over quickly."""
    samples = Path(__file__).parents[2] / "samples"
    files = [path.read_bytes() for path in sorted(samples.rglob("*")) if path.is_file()]
    small = [data for data in files if 0 < len(data) <= LONGEST_INPUT]
    kinds = {"pictures": PICTURES, "recordings": RECORDINGS, "documents": _DOCUMENTS}.get(name)
    if kinds is not None:
        typed = ((sniff(data[:HEAD_BYTES], len(data)).name, data) for data in small)
        found = [bytes([kinds.index(kind)]) + data for kind, data in typed if kind in kinds]
        return (*found[:40], *(bytes([number]) for number in range(len(kinds))))
    if name == "zips":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.txt", "a" * 2000)
            archive.writestr("b/c.jpg", bytes(range(256)))
        return (buffer.getvalue(), *[data for data in small if data[:2] == b"PK"][:10])
    if name in {"lines", "openings", "chains"}:
        return tuple(_of_the_log(name))
    return tuple(data[:HEAD_BYTES] for data in small[:60])


def _of_the_log(name: str) -> Iterator[bytes]:
    """Yield pieces of the worked example in FORMAT.md."""
    text = (Path(__file__).parents[2] / "docs" / "FORMAT.md").read_text("utf-8").partition("## 8. Worked example")[2]
    found = [line.encode() for line in text.splitlines() if line.startswith("{")]
    if name == "chains":
        yield b"\n".join(line for line in found if line.startswith(b'{"v"')) + b"\n"
    else:
        yield from (line for line in found if line.startswith(b'{"v"') == (name == "lines"))


def flipped(data: bytes) -> Iterator[bytes]:
    """Yield a seed, its beginnings, and itself with single bytes turned over: what runs without coverage."""
    yield data
    yield from (data[: len(data) * part // 8] for part in range(8))
    for at in range(0, len(data), max(1, len(data) // 24)):
        yield data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
