"""Typesetting: a template of ours and data that is never markup become PDF/A and PDF/UA, in an isolated process.

Source: Typst's `typst` for Python. Whatever a text of the data does to it, the command that asked goes on.
"""

from __future__ import annotations

import base64
import io
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import BinaryIO, Final

from evidence_kit.model import Json
from evidence_kit.workers.job import Failure
from evidence_kit.workers.worker import Worker

FONTS: Final = (
    "Amiri-Regular.ttf", "NotoSans-Regular.ttf", "NotoEmoji-Regular.ttf", "NotoSansTifinagh-Regular.ttf",
)  # fmt: skip
# A paper is read from right to left in viewers that know only this entry; they then turn hashes round in copied text.
_DIRECTION: Final = re.compile(rb"(/ViewerPreferences\s*<<[^<>]*/Direction\s*/)R2L")
_SECONDS: Final = 55.0


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that travels inside of a PDF.

    Attributes:
        name: Its name there.
        media_type: Such as `application/jsonl`.
        description: What it is, in the reader's language.
        text: Its content.
    """

    name: str
    media_type: str
    description: str
    text: str


class TypesettingError(Exception):
    """No page could be made of this data.

    Attributes:
        reason: As a worker's failure says it.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


def typeset(template: str, data: Json, attached: Sequence[Attached] = (), worker: Worker | None = None) -> bytes:
    """Return a PDF; the same data give the same bytes.

    Args:
        template: Name of a template beside this module.
        data: What it reads as JSON.
        attached: Files that travel inside.
        worker: A process for several pages, made with `allowed`; one of its own when nothing is said.

    Raises:
        TypesettingError: The process failed, or Typst found no way to set this data.
    """
    inputs: dict[str, Json] = {"data": json.dumps(data, ensure_ascii=False, separators=(",", ":"))}
    inputs["attached"] = json.dumps(
        [
            {"name": each.name, "type": each.media_type, "about": each.description, "text": each.text}
            for each in attached
        ],
        ensure_ascii=False,
    )
    arguments: dict[str, Json] = {"template": template}
    payload = io.BytesIO(json.dumps(inputs, ensure_ascii=False).encode("utf-8", "replace")).getvalue()
    if worker is None:
        with typesetter() as made:
            answer = made.call(f"{__name__}:drawn", arguments, payload, _SECONDS)
    else:
        answer = worker.call(f"{__name__}:drawn", arguments, payload, _SECONDS)
    if isinstance(answer, Failure):
        raise TypesettingError(answer.reason, answer.detail)
    return base64.b64decode(str(answer.value))


def typesetter() -> Worker:
    """Return a worker that sets pages and does nothing else."""
    return Worker(allowed=(f"{__package__}.",))


def drawn(payload: BinaryIO | None, arguments: Mapping[str, Json]) -> str:
    """Return the pages in base64; runs in a worker."""
    import typst

    inputs = json.loads(payload.read()) if payload is not None else {}
    template = files(__package__).joinpath(str(arguments["template"])).read_bytes()
    with as_file(files(__package__).joinpath("fonts")) as fonts:
        made: object = typst.compile(  # type: ignore[misc]
            template,
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            sys_inputs={str(name): str(value) for name, value in inputs.items()},
            pdf_standards=["a-3a", "ua-1"],
        )
    assert isinstance(made, bytes)  # noqa: S101 - one document, so one file
    return base64.b64encode(left_to_right(made)).decode("ascii")


def left_to_right(pdf: bytes) -> bytes:
    """Return a PDF whose viewer preference says left to right; no byte moves, so every offset in it holds."""
    return _DIRECTION.sub(rb"\1L2R", pdf)


@cache
def covered() -> frozenset[int]:
    """Return the code points that the fonts of ours have a glyph for."""
    found: set[int] = set()
    for name in FONTS:
        found |= _code_points(files(__package__).joinpath("fonts", name).read_bytes())
    return frozenset(found)


def _code_points(font: bytes) -> set[int]:
    """Return the code points of a font's character map.

    Source: OpenType, table `cmap`, formats 4 and 12.
    """
    (tables,) = struct.unpack_from(">H", font, 4)
    entries = (struct.unpack_from(">4sIII", font, 12 + 16 * number) for number in range(tables))
    start = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", font, start + 2)
    found: set[int] = set()
    for number in range(subtables):
        at = start + struct.unpack_from(">HHI", font, start + 4 + 8 * number)[2]
        (form,) = struct.unpack_from(">H", font, at)
        if form == 12:
            (groups,) = struct.unpack_from(">I", font, at + 12)
            for group in range(groups):
                first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * group)
                found |= set(range(first + (glyph == 0), last + 1))
        elif form == 4:
            found |= _segments(font, at)
    return found


def _segments(font: bytes, at: int) -> set[int]:
    (double,) = struct.unpack_from(">H", font, at + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + double)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 2 * double)
    ranges_at = at + 16 + 3 * double
    ranges = struct.unpack_from(f">{count}H", font, ranges_at)
    found: set[int] = set()
    for number, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", font, ranges_at + 2 * number + offset + 2 * (code - first))
                if glyph == 0:
                    continue
            if (glyph + delta) & 0xFFFF:
                found.add(code)
    return found
