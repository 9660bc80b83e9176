"""Type-checks the examples of docs/API.md: `python -m tests.typed_examples`, a part of `make lint`.

It stands there and not among the tests because it has to know the types of the whole package: from nothing that is half
a minute of a core, beside mypy's own run it is a second.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "API.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)


def main() -> int:
    """Check the examples as one program; return mypy's code."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "api_page.py"
        examples = "\n".join(BLOCKS).replace("def hands():", "def hands() -> Iterator[BatchResources]:")
        page.write_text(f"from collections.abc import Iterator\n{examples}", "utf-8")
        command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), str(page)]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
