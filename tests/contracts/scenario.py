"""Calls every command, each call in a fork of a process that has loaded only what every call begins with.

`python -m tests.contracts.scenario FOLDER`, in a process of its own: standard input gives the lines, standard output
one JSON document for each, `{"line": …, "code": …, "loaded": […], "printed": […]}`: which packages the call loaded,
and what it printed. With `--any-code` a line may end as it likes, in an installation that has not everything.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
from pathlib import Path

from tests.contracts.forked import Told, called_lines

BEFORE = set(sys.modules)

from tests.forked_workers import ForkedWorkers  # noqa: E402 - what it loads counts


def main() -> None:
    """Run every line."""
    home, any_code = Path(sys.argv[1]), "--any-code" in sys.argv
    os.chdir(home)
    # Whatever it loads counts for each call, as each begins with it.
    importlib.import_module("evidence_kit.cli")
    workers = ForkedWorkers()
    workers.start()
    workers.take_place()
    for line, told in called_lines(lambda words: _run(home, words), any_code=any_code):
        if not told["printed"] and not any_code:
            raise SystemExit(f"{line} printed nothing")
        _know_the_same(told.pop("standard", []))
        print(json.dumps({"line": line, **told}), flush=True)
    workers.close()


def _know_the_same(modules: list[str]) -> None:
    """Load what a call loaded of the standard library, which no list counts: the next fork need not."""
    for name in modules:
        # It gives the main module a second name, which a list would count.
        if name.partition(".")[0] == "multiprocessing":
            continue
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _run(home: Path, words: list[str]) -> Told:
    from evidence_kit.cli import run

    if words[0] == "setup":
        # A key that opens quickly, for all the lines behind; what `setup` itself loads is what opening a key loads.
        import evidence_kit.keys.station

        evidence_kit.keys.station.KDF_ROUNDS = 1
    keyed = [] if "--keyless" in words else ["--passphrase-file", "pass"]
    common = ["--json", "--no-input", "--station", str(home / "station")]
    out, errors = io.StringIO(), io.StringIO()
    known = set(sys.modules)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = run([*(word for word in words if word != "--keyless"), *keyed, *common])
    loaded = {name.partition(".")[0] for name in set(sys.modules) - BEFORE} - sys.stdlib_module_names - {"tests"}
    standard = [name for name in sys.modules.keys() - known if name.partition(".")[0] in sys.stdlib_module_names]
    printed = [json.loads(each) for each in out.getvalue().splitlines()]
    return {"code": code, "loaded": sorted(loaded), "printed": printed, "standard": sorted(standard)}


if __name__ == "__main__":
    main()
