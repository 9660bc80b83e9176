"""Calls every command, each call in a fork of a process that has loaded nothing yet.

`python tests/contracts/scenario.py FOLDER`, in a process of its own: standard input gives the lines, standard output
one JSON document for each, `{"line": …, "code": …, "loaded": […], "printed": […]}`: which packages the call loaded,
and what it printed. With `--any-code` a line may end as it likes, in an installation that has not everything.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import traceback
from pathlib import Path
from typing import Any

BEFORE = set(sys.modules)


def main() -> None:
    """Run every line."""
    home, any_code = Path(sys.argv[1]), "--any-code" in sys.argv
    os.chdir(home)
    last: dict[str, str] = {}
    for text in sys.stdin.read().splitlines():
        if not text or text.startswith("#"):
            continue
        expected, _, line = text.partition(" ")
        words = [word.format_map(last) if "{" in word else word for word in shlex.split(line)]
        told = _in_a_fork(home, words)
        if told.get("code") != int(expected) and not any_code:
            raise SystemExit(f"{line}: {told}")
        printed = told["printed"]
        if not printed and not any_code:
            raise SystemExit(f"{line} printed nothing")
        last |= {name: value for name, value in (printed or [{}])[-1].items() if isinstance(value, str)}
        print(json.dumps({"line": line, **told}), flush=True)


def _in_a_fork(home: Path, words: list[str]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            told = _run(home, words)
        except BaseException:  # noqa: BLE001 - the parent has to hear of it, whatever it is
            told = {"code": traceback.format_exc(), "printed": []}
        with open(writing, "wb", closefd=True) as file:  # noqa: PTH123 - a descriptor
            file.write(json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb", closefd=True) as file:  # noqa: PTH123 - a descriptor
        told = json.loads(file.read())
    os.waitpid(child, 0)
    return dict(told)


def _run(home: Path, words: list[str]) -> dict[str, Any]:
    import contextlib
    import io

    from evidence_kit.cli import run

    if words[0] == "setup":
        # A key that opens quickly, for all the lines behind; what `setup` itself loads is what opening a key loads.
        import evidence_kit.keys.station

        evidence_kit.keys.station.KDF_ROUNDS = 1
    keyed = [] if "--keyless" in words else ["--passphrase-file", "pass"]
    common = ["--json", "--no-input", "--station", str(home / "station")]
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = run([*(word for word in words if word != "--keyless"), *keyed, *common])
    loaded = sorted({name.partition(".")[0] for name in set(sys.modules) - BEFORE} - sys.stdlib_module_names)
    return {"code": code, "loaded": loaded, "printed": [json.loads(each) for each in out.getvalue().splitlines()]}


if __name__ == "__main__":
    main()
