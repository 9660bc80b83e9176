"""Routes to justice and help as data: who, how to reach them, and the day of the check."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Route:
    """A way to reach an authority or a help line.

    Attributes:
        id: Such as `prosecutor`.
        name: Who it is, by language.
        reach: Address, portal or number; empty where that depends on the place.
        source: From where it is known.
        checked: The day on which somebody checked it; `never` where it has to be checked before it is printed.
    """

    id: str
    name: Mapping[str, str]
    reach: str
    source: str
    checked: str

    @property
    def printed(self) -> bool:
        """Say whether it was checked, so that a paper may print it."""
        return self.checked != "never"


@cache
def routes() -> tuple[Route, ...]:
    """Return every route, in the order in which they are tried."""
    table = tomllib.loads(files(__package__).joinpath("routes.toml").read_text("utf-8"))
    return tuple(
        Route(row["id"], row["name"], row.get("reach", ""), row["source"], row["checked"]) for row in table["route"]
    )
