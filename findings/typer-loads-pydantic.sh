#!/usr/bin/env bash
# Typer where pydantic happens to be installed: a program with one text option starts in twice the time and more.
#
# Assumed: a command line of Typer costs what Click costs; pydantic is for those who annotate with its types.
# Seen:    as soon as a command has an option that is no flag, and also when nobody gave it, Typer makes a TypeAdapter for
#          its value: some 80 modules of pydantic are loaded. Without pydantic the very same program runs, without them.
# With:    typer 0.29.2, pydantic 2.14.3, Python 3.11
# Source:  typer/core.py: TyperOption.process_value
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cat > "$room/program.py" <<'PY'
import sys

import typer

program = typer.Typer(add_completion=False)


@program.command()
def greet(name: str | None = None) -> None:
    loaded = sum(each.partition(".")[0] in {"pydantic", "pydantic_core"} for each in sys.modules)
    print(loaded)


program()
PY
modules() {
    python3 -m venv "$room/$1"
    "$room/$1/bin/python" -m pip install -qq --disable-pip-version-check typer==0.29.2 "${@:2}"
    "$room/$1/bin/python" "$room/program.py"
}
with=$(modules with pydantic==2.14.3)
without=$("$room/with/bin/python" -m pip uninstall -qq -y pydantic pydantic_core >/dev/null 2>&1; "$room/with/bin/python" "$room/program.py" 2>/dev/null || echo fails)
echo "modules of pydantic that a command line with one text option loads: $with; where pydantic is taken out: $without"
[ "$with" -gt 40 ] && [ "$without" = 0 ]
