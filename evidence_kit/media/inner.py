"""A picture or film inside a file, as it is listed before it is decoded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from evidence_kit.model import Json


@dataclass(frozen=True, slots=True)
class InnerPicture:
    """One further picture of a file.

    Attributes:
        role: `picture`, `page`, `thumbnail`, `cover`, `film`, `hidden-film`, `hidden-picture`, `gain-map`, `depth`,
            `alpha`, `auxiliary`, `document-picture`, `contact-photo` or `further` (what stands for the rest).
        where: In which part of the file, for somebody who looks for it there.
        data: Its bytes, where they are a file by themselves.
        kind: Name of the content type of `data`; `cover` for some picture.
        frame: Its number as Pillow counts, where it is no file by itself.
        reason: Why it is not compared, an id of words; None where it is.
    """

    role: str
    where: str = ""
    data: bytes | None = field(default=None, repr=False)
    kind: str | None = None
    frame: int | None = None
    reason: str | None = None

    def facts(self, number: int) -> dict[str, Json]:
        """Return its facts without its pixels."""
        told: dict[str, Json] = {"number": number, "role": self.role, "where": self.where}
        if self.data is not None:
            told |= {"size_bytes": len(self.data), "sha256": hashlib.sha256(self.data).hexdigest()}
        if self.reason is not None:
            told["not_compared"] = self.reason
        return told
