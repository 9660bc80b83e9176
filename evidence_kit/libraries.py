"""Which libraries are installed: matching and films are an extra, and everything else does without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from typing import Final

MATCHING: Final[Mapping[str, str]] = {
    "av": "av", "cv2": "opencv-python-headless", "faiss": "faiss-cpu", "imagehash": "imagehash",
}  # fmt: skip
"""Modules of the extra `match`, and the distributions that have them."""

NEEDED: Final = (
    "Cryptodome", "PIL", "bcrypt", "cryptography", "defusedxml", "exifread", "filelock", "msgspec", "mutagen", "numpy",
    "olefile", "oxmsg", "phonenumbers", "pi_heif", "pypdf", "pyrage", "pyzipper", "rfc3161_client", "segno", "typst",
    "zxcvbn",
)  # fmt: skip
"""Modules of the libraries without which some command does not work."""

LIBRARY_MISSING: Final = "library-missing"
"""Code of the problem that a library could not be loaded; its detail is the library's name, as one imports it."""


def missing_modules(names: Iterable[str] = MATCHING) -> tuple[str, ...]:
    """Return the modules that are not installed; nothing is loaded for it."""
    return tuple(name for name in names if not _is_there(name))


def problem_code(problem: Mapping[str, object]) -> str:
    """Return the code of a recorded problem; of a library that could not be loaded with its name behind a colon."""
    code = str(problem.get("code"))
    return f"{code}:{problem.get('detail')}" if code == LIBRARY_MISSING else code


def library_of(error: ImportError) -> str:
    """Return the name of the library that could not be loaded."""
    return (error.name or str(error)).partition(".")[0][:200]


@cache
def library_version(distribution: str) -> str | None:
    """Return the version of a distribution; None where it is not installed."""
    # Here and not above: every isolated process loads this file at its start, and it would wait for a parser of mail.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
