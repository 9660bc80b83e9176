"""How the files of one ingest came here, as the person who brought them says."""

from __future__ import annotations

from dataclasses import dataclass

from evidence_kit.model import Json

WAYS = ("phone-export", "copy", "screenshot", "re-photograph", "download", "unknown")


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the files of one ingest came here.

    Attributes:
        how: `phone-export`, `copy`, `screenshot`, `re-photograph`, `download` or `unknown`.
        handed_by: Who handed them over, None when nobody said.
        device: From which device, None when nobody said.
        place: Where this was done.
        sensitivity: `none`, `intimate` or `unknown` for all of them.
        declared_by: Who said so; None only for `unknown`.
    """

    how: str = "unknown"
    handed_by: str | None = None
    device: str | None = None
    place: str | None = None
    sensitivity: str = "unknown"
    declared_by: str | None = None

    def facts(self, utc_offset: str) -> Json:
        """Return the facts as they go into the log."""
        return {
            "how": self.how,
            "handed_by": self.handed_by,
            "device": self.device,
            "place": self.place,
            "utc_offset": utc_offset,
        }
