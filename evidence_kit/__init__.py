"""Preserves evidence for people who are blackmailed online.

`from evidence_kit import Station, Case` is the kit from Python; `docs/API.md` shows it. Importing the package loads
nothing: both names are fetched when somebody asks for them, because every command of the program imports it too.
"""

from typing import TYPE_CHECKING

__all__ = ["Case", "Station"]

if TYPE_CHECKING:
    from evidence_kit.api import Case, Station
else:
    # Hidden from type checkers, for whom every name would exist otherwise.
    def __getattr__(name: str) -> object:
        """Return `Case` or `Station`, loaded now."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from evidence_kit import api

        return getattr(api, name)
