"""`python -m tests.minors [PICTURE...]`: every encoder in every carrier, through the rule of a minor's case.

With `--once` every pair is tried with one of the pictures only, the next pair with the next.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache

from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.understood.rule import judge_file
from evidence_kit.intake.window import bytes_window
from tests.minors.carriers import CARRIERS
from tests.minors.encoders import ENCODERS
from tests.minors.pictures import pictures
from tests.minors.search import Picture

_DEEPEST = 3


def copied(name: str, data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yield what of a file would be in the store of a minor's case: itself, or what of its members is."""
    judged = judge_file(name, sniff(data[:4096], len(data)), lambda: bytes_window(data))
    if judged.copied:
        yield data
    elif judged.held is not None and depth < _DEEPEST:
        for entry in judged.held.entries():
            if entry.refusal is None:
                yield from copied(entry.name, b"".join(entry.content()), depth + 1)


def leak(picture: Picture, letters: str, stored: bytes) -> str | None:
    """Return how a picture is found in what is stored, None where it is not."""
    return picture.found_in(stored) or ("letters" if picture.in_letters(stored, letters) else None)


def main(wanted: list[str]) -> int:
    """Print how many were tried, how many leaked, and which."""
    tried, leaks, once = 0, Counter[str](), "--once" in wanted
    names = [*pictures()]
    for name in [each for each in wanted if each != "--once"] or names:
        turn = names.index(name)
        picture = Picture(pictures()[name])
        # Of most carriers the words remain, and the same words need not be decoded in every way again.
        found_in = cache(picture.found_in)
        for row, (encoding, encode) in enumerate(ENCODERS.items()):
            letters = encode(picture.data)
            for column, (carrier, carry) in enumerate(CARRIERS.items()):
                if once and (row + column) % len(names) != turn:
                    continue
                tried += 1
                stored = b"\n".join(copied(*carry(letters)))
                way = found_in(stored) or ("letters" if picture.in_letters(stored, letters) else None)
                if way is not None:
                    leaks[f"{name} | {encoding} | {carrier} | {way}"] += 1
    sys.stdout.write(f"{len(ENCODERS)} encoders, {len(CARRIERS)} carriers, {tried} tried, {leaks.total()} leaks\n")
    sys.stdout.writelines(f"{each}\n" for each in leaks)
    return 1 if leaks else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
