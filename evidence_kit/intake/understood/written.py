"""The rewritten text, out of the understood parts of the original."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """A file that stood inside of a text, and was decoded.

    Attributes:
        name: As the text calls it; None where it gives none.
        stood: Offset in the text written anew, in bytes, at which it would have stood.
        content: Returns its bytes; they are kept nowhere.
    """

    name: str | None
    stood: int
    content: Callable[[], bytes]


@dataclass(slots=True)
class WrittenAnew:
    """A text out of understood parts.

    Attributes:
        by: What read the original, such as `mail/1`.
        parts: How many parts of each sort are in it.
        files: What stood in the original and could be decoded: members by the rule of any file.
        stretches: How many stretches of letters are in neither, since nobody understands them.
        exact: Every byte of the original is accounted for by the parts.
    """

    by: str
    parts: dict[str, int] = field(default_factory=dict)
    files: list[CarriedFile] = field(default_factory=list)
    stretches: int = 0
    exact: bool = True
    _pieces: list[bytes] = field(default_factory=list)
    _size_bytes: int = 0

    @property
    def whole(self) -> bool:
        """Say whether the original holds only understood parts."""
        return self.exact and not self.stretches and not self.files

    @property
    def says_something(self) -> bool:
        """Say whether anything but spaces is in it."""
        return any(piece.strip() for piece in self._pieces)

    @property
    def text(self) -> bytes:
        """The text written anew."""
        return b"".join(self._pieces)

    @property
    def size_bytes(self) -> int:
        """How long it is."""
        return self._size_bytes

    def write(self, *pieces: bytes) -> None:
        """Write the next pieces of it."""
        for piece in pieces:
            self._pieces.append(piece)
            self._size_bytes += len(piece)

    def count(self, part: str, number: int = 1) -> None:
        """Count parts of a sort."""
        self.parts[part] = self.parts.get(part, 0) + number

    def leave_out(self, found: Iterable[tuple[str | None, Callable[[], bytes]]], stretches: int = 0) -> None:
        """Note the kind of an omitted span.

        Args:
            found: Name and content of each file that could be decoded.
            stretches: How many stretches could not be decoded into a file.
        """
        self.files += [CarriedFile(name, self._size_bytes, content) for name, content in found]
        self.stretches += stretches

    def add(self, inner: WrittenAnew) -> None:
        """Write down another text, which is a part of this one."""
        self.files += [CarriedFile(each.name, self._size_bytes + each.stood, each.content) for each in inner.files]
        self.write(*inner._pieces)
        for part, number in inner.parts.items():
            self.count(part, number)
        self.stretches += inner.stretches
        self.exact = self.exact and inner.exact
