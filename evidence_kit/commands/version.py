"""`evidence-kit version`."""

from __future__ import annotations

import platform
from typing import Final

from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command

# What reads and writes evidence, and what others will ask for when a result is to be made again.
_LIBRARIES: Final = (
    "cryptography", "pyrage", "pyzipper", "pillow", "pillow-heif", "av", "exifread", "numpy", "opencv-python-headless",
    "msgspec", "typst", "segno", "rfc3161-client", "typer", "rich",
)  # fmt: skip


@command
def version(setting: Setting) -> None:
    """Say which program this is: its own version, Python's, the system's, the format's, and its libraries'."""
    from evidence_kit.custody.clear_lines import FORMAT

    screen, own = setting.screen, _installed("evidence-kit") or "?"
    libraries = {name: told for name in _LIBRARIES if (told := _installed(name)) is not None}
    system = f"{platform.system()} {platform.release()}"
    screen.document(
        {
            "version": own,
            "format": FORMAT,
            "python": platform.python_version(),
            "system": system,
            "libraries": dict(libraries),
        }
    )
    if screen.json:
        return
    screen.result(f"evidence-kit {own}")
    screen.facts(
        [("version.format", FORMAT), ("version.python", platform.python_version()), ("version.system", system)]
    )
    screen.result(
        screen.pair(screen.sentence("version.libraries"), ", ".join(f"{name} {of}" for name, of in libraries.items()))
    )


def _installed(name: str) -> str | None:
    """Return the version of a package, None where it is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed(name)
    except PackageNotFoundError:
        return None
