"""Which describer reads which content type; the one function of this package that the program names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO, NamedTuple

from evidence_kit.media.facts import Notes
from evidence_kit.model import Json

PICTURES = ("jpeg", "png", "gif", "webp", "bmp", "tiff", "heic", "avif")
RECORDINGS = (
    "mp4", "mov", "m4a", "3gp", "mp3", "aac", "amr", "ogg", "opus", "wav", "flac", "webm", "matroska", "avi", "ogv",
    "caf", "mpegts", "mpeg", "flv", "asf",
)  # fmt: skip

OFFICE = ("docx", "xlsx", "pptx", "ooxml", "odt", "ods", "odp")


class Describer(NamedTuple):
    """Reader of one family of content types.

    Attributes:
        name: With its version, which moves whenever the same bytes give other facts.
        describe: Facts from payload, arguments and notes.
        versions: Of the libraries.
        parameters: What the facts depend on besides.
    """

    name: str
    describe: Callable[[BinaryIO, Mapping[str, Json], Notes], dict[str, Json]]
    versions: Callable[[], dict[str, Json]]
    parameters: Callable[[], dict[str, Json]]


def describe(payload: BinaryIO, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Return the facts of a file, for the event `item.described`.

    Args:
        payload: The whole file.
        arguments: `kind`, the name of its content type; `name`, its own name, if known; `pixels`, false when nothing
            may be decoded that a person could look at.

    Returns:
        `describer`, `versions`, `parameters`, `facts` (among them `inner_pictures`: its further pictures, see
        `inner_pictures.described`, unless no pixels are wanted), `problems` (`code` and `detail` each). A kind that
        nobody reads has no describer and the problem `no-describer`.
    """
    notes = Notes()
    kind = str(arguments.get("kind"))
    chosen = _describer(kind)
    if chosen is None:
        notes.problem("no-describer", kind)
        return {"describer": None, "versions": {}, "parameters": {}, "facts": {}, "problems": notes.problems}
    facts = chosen.describe(payload, arguments, notes)
    if arguments.get("pixels") is not False:
        facts["inner_pictures"] = _inner(payload, kind, notes)
    return {
        "describer": chosen.name,
        "versions": chosen.versions(),
        "parameters": chosen.parameters() | {"pixels": arguments.get("pixels") is not False},
        "facts": facts,
        "problems": notes.problems,
    }


def _inner(payload: BinaryIO, kind: str, notes: Notes) -> list[Json]:
    from evidence_kit.media import inner_pictures

    try:
        return inner_pictures.described(payload, kind, notes)
    except Exception as error:  # noqa: BLE001
        notes.problem("inner-not-read", error)
        return []


def _describer(kind: str) -> Describer | None:
    if kind in PICTURES:
        from evidence_kit.media import picture

        return Describer("picture/3", picture.describe, picture.versions, picture.parameters)
    if kind in RECORDINGS:
        from evidence_kit.media import recording

        return Describer("recording/3", recording.describe, recording.versions, recording.parameters)
    if kind == "pdf":
        from evidence_kit.media import pdf

        return Describer("pdf/2", pdf.describe, pdf.versions, pdf.parameters)
    if kind in OFFICE:
        from evidence_kit.media import office

        return Describer("office/2", office.describe, office.versions, office.parameters)
    if kind == "ole":
        from evidence_kit.media import ole

        return Describer("ole/1", ole.describe, ole.versions, ole.parameters)
    return None
