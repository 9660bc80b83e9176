"""Calls every command as a person at a terminal sees it, in one language, drawn for two widths at once.

`python -m tests.contracts.screens FOLDER LANGUAGE`, in a process of its own: standard input gives the lines of the
scenario, standard output one JSON document for each, `{"line": …, "code": …, "narrow": …, "wide": …}`. Both texts come
from one run, so that their words can be held against each other: nothing in them is made twice.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.contracts.forked import Told, called_lines

COLUMNS = 80
_WIDE = 1 << 20


class Paper(io.StringIO):
    """A terminal that keeps what is written."""

    def isatty(self) -> bool:
        return True


class TwoWidths:
    """Draws whatever a screen shows twice: as wide as it likes, and for a narrow terminal."""

    def __init__(self) -> None:
        self.wide, self.narrow = Paper(), Paper()
        self.columns = COLUMNS
        self._within = False

    def drawn(self, method: Callable[..., None]) -> Callable[..., None]:
        """Return a method of a screen that draws for both widths."""

        def both(*given: Any, **named: Any) -> None:
            streams = {id(sys.stdout), id(sys.stderr)}
            if self._within:
                method(*given, **named)
                return
            self._within = True
            before = sys.stdout, sys.stderr
            for paper, columns in ((self.wide, _WIDE), (self.narrow, COLUMNS)):
                sys.stdout = sys.stderr = paper
                self.columns = columns
                method(*(paper if id(each) in streams else each for each in given), **named)
            self._within = False
            sys.stdout, sys.stderr = before

        return both


def main() -> None:
    """Run every line."""
    home, language = Path(sys.argv[1]), sys.argv[2]
    os.chdir(home)
    _loaded_once()
    for line, told in called_lines(lambda words: _run(home, language, words)):
        print(
            json.dumps({"line": line, "code": told["code"], "narrow": told["narrow"], "wide": told["wide"]}), flush=True
        )


def _loaded_once() -> None:
    """Load the commands, and a key that opens quickly, for all the lines behind."""
    import evidence_kit.keys.station
    from evidence_kit.cli import build
    from evidence_kit.words import catalogue

    build(catalogue("en"))
    evidence_kit.keys.station.KDF_ROUNDS = 1


def _run(home: Path, language: str, words: list[str]) -> Told:
    from evidence_kit.cli import run
    from evidence_kit.commands import _screen, _terminal

    both, documents = TwoWidths(), list[Any]()
    for name in ("_write", "write", "table"):
        setattr(_screen.Screen, name, both.drawn(getattr(_screen.Screen, name)))
    for module in (_screen, _terminal):
        _patch(module, columns=lambda _: both.columns)
    _patch(_screen.Screen, document=lambda _, value: documents.append(value), progress=_no_progress)
    keyed = [] if {"--keyless", "--help"} & set(words) else ["--passphrase-file", "pass"]
    common = [] if "--help" in words else ["--no-input", "--station", str(home / "station")]
    other = Paper()
    with contextlib.redirect_stdout(other), contextlib.redirect_stderr(other):
        code = run([*(word for word in words if word != "--keyless"), *keyed, *common, "--lang", language])
    # Help is drawn by a library, for one width alone.
    narrow, wide = both.narrow.getvalue() or other.getvalue(), both.wide.getvalue()
    return {"code": code, "printed": documents, "narrow": narrow, "wide": wide}


def _patch(owner: Any, **members: Any) -> None:
    for name, value in members.items():
        setattr(owner, name, value)


@contextlib.contextmanager
def _no_progress(*_: Any, **__: Any) -> Iterator[Callable[[int], None]]:
    yield lambda _: None


if __name__ == "__main__":
    main()
