"""File mentions in texts: the words of a conversation around the name of a file that is not copied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

# Files that may say something about the files beside them.
TEXT_ENDINGS: Final = (".txt", ".html", ".htm", ".json", ".xml", ".csv", ".md")
LARGEST_TEXT_BYTES: Final = 32 << 20
_MOST_NAMES: Final = 20_000
_MOST_MENTIONS: Final = 3
_LONGEST_TEXT: Final = 500
_NAME: Final = re.compile(
    r"[^\s/\\<>\"'|?*:]{1,200}\.(?:jpe?g|png|gif|webp|heic|heif|bmp|tiff?|avif|mp4|mov|3gp|webm|mkv|avi|pdf|docx?|zip)\b",
    re.IGNORECASE,
)
# What stands beside a name may be a stretch of the very picture, in base64 or hexadecimal; in JSON escaped.
_LETTERS: Final = re.compile(r"(?:[A-Za-z0-9+/_=-]|\\/){40,}")


@dataclass(frozen=True, slots=True)
class FileMention:
    """Where a text names a file.

    Attributes:
        name: The text's own name.
        text: The line that names it, the one before and the two behind, cut where they are long, with `…` for every
            long row of letters and digits.
    """

    name: str
    text: str


def file_mentions(texts: Iterable[tuple[str, Iterator[bytes]]]) -> Mapping[str, tuple[FileMention, ...]]:
    """Return the texts around the names of pictures, films and documents, by the name in small letters.

    Args:
        texts: Names and contents; a text that is no UTF-8 is read with replacements.
    """
    found: dict[str, list[FileMention]] = {}
    for name, content in texts:
        lines = b"".join(content).decode("utf-8", "replace").splitlines()
        for number, line in enumerate(lines):
            for match in _NAME.finditer(line) if len(found) < _MOST_NAMES else ():
                # A file is also found under the last word of its name: names with spaces end in one.
                listed = found.setdefault(match[0].lower(), [])
                if len(listed) < _MOST_MENTIONS:
                    listed.append(FileMention(name, _window(lines, number, match.start())))
    return {name: tuple(listed) for name, listed in found.items()}


def mentions_of(known: Mapping[str, tuple[FileMention, ...]], name: str) -> tuple[FileMention, ...]:
    """Return the texts around a file's name."""
    return known.get(name.lower().split()[-1], ()) if name.strip() else ()


def _window(lines: list[str], number: int, at: int) -> str:
    return _LETTERS.sub("…", _cut(lines, number, at))


def _cut(lines: list[str], number: int, at: int) -> str:
    line = lines[number]
    if len(line) > _LONGEST_TEXT:
        # One long line, such as JSON: what stands closest to the name.
        start = max(0, at - _LONGEST_TEXT // 2)
        return line[start : start + _LONGEST_TEXT]
    return "\n".join(lines[max(0, number - 1) : number + 3])[:_LONGEST_TEXT]
