"""The page that checks an archive in a browser; its source is `web/verifier/`, which builds the file that lies here."""

from __future__ import annotations

from importlib.resources import files

NAME = "verifier.html"


def verifier_page() -> bytes:
    """Return the page, one self-contained file."""
    return files(__package__).joinpath(NAME).read_bytes()
