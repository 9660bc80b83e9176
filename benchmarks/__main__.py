"""`python -m benchmarks`: every benchmark with its default sizes."""

from __future__ import annotations

import sys

from benchmarks import case, chats, describe, verifier

for script in (case, describe, chats, verifier):
    print(f"\n== {script.__name__}", flush=True)
    sys.argv = sys.argv[:1]
    script.main()
