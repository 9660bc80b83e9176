"""`python -m tests.fuzz.run NAME [--seconds 60] [--corpus FOLDER]`: one target under atheris, guided by coverage.

Ends with an error at the first input that breaks the target, and leaves that input in the corpus folder. Only what
reads hostile bytes in Python is watched: watching numpy's code as well took longer to begin than the fuzzing did.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from pathlib import Path

import atheris

WATCHED = ["evidence_kit", "exifread", "mutagen", "olefile", "pypdf"]

with atheris.instrument_imports(include=WATCHED):
    from tests.fuzz.targets import LONGEST_INPUT, TARGETS, seeds


def main() -> None:
    """Fuzz one target for a bounded time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    target = TARGETS[given.name]
    with tempfile.TemporaryDirectory() as folder:
        corpus = given.corpus or Path(folder)
        corpus.mkdir(parents=True, exist_ok=True)
        # Libraries that are loaded where they are used are loaded now, so that they are watched too.
        with atheris.instrument_imports(include=WATCHED):
            for number, seed in enumerate(seeds(given.name)):
                (corpus / f"seed-{number}").write_bytes(seed)
                target(seed)
        options = [
            f"-max_total_time={given.seconds}",
            f"-max_len={LONGEST_INPUT}",
            "-timeout=60",
            "-rss_limit_mb=3000",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], str(corpus), *options, f"-artifact_prefix={corpus}/"], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
