"""Groups of pictures held together by matches alone."""

from __future__ import annotations

from collections.abc import Iterable


def clusters_of(matches: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return the groups that matches make, largest first, each sorted; two at opposite ends may be further apart.

    Args:
        matches: Pairs of names; what is only for a person to judge joins nothing and is not among them.
    """
    above: dict[str, str] = {}
    for one, other in matches:
        first, second = _root(above, one), _root(above, other)
        above[max(first, second)] = min(first, second)
    members: dict[str, list[str]] = {}
    for name in above:
        members.setdefault(_root(above, name), []).append(name)
    found = [tuple(sorted(names)) for names in members.values()]
    return sorted(found, key=lambda names: (-len(names), names))


def _root(above: dict[str, str], name: str) -> str:
    """Return the first name of the group, and shorten the way there for the next who asks."""
    above.setdefault(name, name)
    while above[name] != name:
        above[name] = above[above[name]]
        name = above[name]
    return name
