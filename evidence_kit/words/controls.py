"""Characters out of evidence that steer a terminal, a spreadsheet or the order of a line, made visible or escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

# JSON escapes what stands below a space, and leaves these as they are: delete, the second set of controls, marks of
# direction, and line ends to some who read a text line by line.
_LEFT_BY_JSON: Final = (
    *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF
)  # fmt: skip
_JSON_ESCAPES: Final = {number: f"\\u{number:04x}" for number in _LEFT_BY_JSON}
_NOT_IN_A_CELL: Final = {
    number: f"[U+{number:04X}]" for number in (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0))
}
# Where a spreadsheet takes what follows for a formula: at the beginning of a cell, and behind whatever a program of
# another country takes for the end of one. Signs of full width are folded to these by some.
# Nearly no text holds any of these: to look for one costs a tenth of going through the tables.
_ESCAPED: Final = re.compile(f"[{''.join(map(chr, _LEFT_BY_JSON))}]")
_CONTROL: Final = re.compile(f"[{''.join(map(chr, _NOT_IN_A_CELL))}]")
_AT_A_BEGINNING: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff=+\-@\uff1d\uff0b\uff0d\uff20]")
_FORMULA: Final = re.compile(r"(\A|[;\t\r\n])([\s\u200b-\u200f\u2060\ufeff]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def escaped_json(text: str) -> str:
    """Return JSON with every control and direction character escaped; its value does not change."""
    return text.translate(_JSON_ESCAPES) if _ESCAPED.search(text) else text


def json_lines(values: Iterable[object]) -> Iterator[str]:
    """Yield values as JSON, each in one line and escaped; half a character becomes U+FFFD.

    For many: the library is not worth loading for one; it writes the same as `json`, in a third of the time.
    """
    import msgspec

    for value in values:
        try:
            text = msgspec.json.encode(value).decode()
        except (UnicodeError, TypeError, OverflowError):
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        yield escaped_json(text)


def plain_cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet computes, for any separator.

    An apostrophe stands before what would begin a formula; a control character becomes `[U+001B]`.
    """
    if _CONTROL.search(text):
        text = text.translate(_NOT_IN_A_CELL)
    parted = ";" in text or "\t" in text or "\n" in text or "\r" in text
    return _FORMULA.sub(r"\1\2'", text) if parted or _AT_A_BEGINNING.match(text) else text
