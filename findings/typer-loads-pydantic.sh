#!/usr/bin/env bash
# Typer loads pydantic at each start of a program, also of one whose command has no parameter.
#
# Assumed: what Typer installs beside itself is loaded for those who annotate with it; a command without any parameter
#          costs what Click costs.
# Seen:    behind `import typer` no module of pydantic is loaded; when a command runs, 45 are: a TypeAdapter is made for
#          every value, that of `--help` among them. That was a third of the start of a small program.
# With:    typer 0.29.2, pydantic 2.14.3, Python 3.11
# Source:  typer/core.py: TyperOption.process_value
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cat > "$room/program.py" <<'PY'
import sys

import typer


def loaded() -> int:
    return sum(each.partition(".")[0] in {"pydantic", "pydantic_core"} for each in sys.modules)


program = typer.Typer(add_completion=False)
before = loaded()


@program.command()
def nothing() -> None:
    print(f"modules of pydantic: {before} behind the import, {loaded()} in a command without parameters")


program()
PY
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check typer==0.29.2 pydantic==2.14.3
seen=$("$room/venv/bin/python" "$room/program.py")
echo "$seen"
[[ $seen =~ ^"modules of pydantic: 0 behind the import, "[2-9][0-9]" in a command" ]]
