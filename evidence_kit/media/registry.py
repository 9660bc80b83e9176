"""Which describer reads which content type; the one function of this package that the program names."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import BinaryIO, Final, NamedTuple

from evidence_kit.media.facts import DescriptionNotes
from evidence_kit.model import Json

PICTURES = ("jpeg", "png", "gif", "webp", "bmp", "tiff", "heic", "avif")
RECORDINGS = (
    "mp4", "mov", "m4a", "3gp", "mp3", "aac", "amr", "ogg", "opus", "wav", "flac", "webm", "matroska", "avi", "ogv",
    "caf", "mpegts", "mpeg", "flv", "asf",
)  # fmt: skip


class Describer(NamedTuple):
    """A module that reads some content types.

    Attributes:
        name: With its version, which moves whenever the same bytes give other facts.
        module: In this package; it has `describe` (facts from payload, arguments and notes), `versions` of its
            libraries and `parameters` (what the facts depend on besides).
        kinds: The content types that it reads.
    """

    name: str
    module: str
    kinds: tuple[str, ...]


# Modules by name, and not imported: each loads libraries that only its own types need.
DESCRIBERS: Final = (
    Describer("picture/3", "picture", PICTURES),
    Describer("recording/3", "recording", RECORDINGS),
    Describer("pdf/2", "pdf", ("pdf",)),
    Describer("office/2", "office", ("docx", "xlsx", "pptx", "ooxml", "odt", "ods", "odp")),
    Describer("ole/1", "ole", ("ole",)),
)
_BY_KIND: Final = {kind: each for each in DESCRIBERS for kind in each.kinds}


def describer_of(kind: str) -> str | None:
    """Return the name of the describer of a content type, without its version; None where there is none."""
    chosen = _BY_KIND.get(kind)
    return None if chosen is None else chosen.name.partition("/")[0]


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
    notes = DescriptionNotes()
    kind = str(arguments.get("kind"))
    chosen = _BY_KIND.get(kind)
    if chosen is None:
        notes.problem("no-describer", kind)
        return {"describer": None, "versions": {}, "parameters": {}, "facts": {}, "problems": notes.problems}
    module = import_module(f"{__package__}.{chosen.module}")
    facts: dict[str, Json] = module.describe(payload, arguments, notes)
    if arguments.get("pixels") is not False:
        facts["inner_pictures"] = _inner(payload, kind, notes)
    return {
        "describer": chosen.name,
        "versions": module.versions(),
        "parameters": module.parameters() | {"pixels": arguments.get("pixels") is not False},
        "facts": facts,
        "problems": notes.problems,
    }


def unloadable(_payload: BinaryIO | None, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Return `modules`: which of the modules in `names` cannot be loaded."""
    names = arguments.get("names")
    failed: list[Json] = []
    for name in names if isinstance(names, (list, tuple)) else ():
        try:
            import_module(str(name))
        except ImportError:
            failed.append(str(name))
    return {"modules": failed}


def _inner(payload: BinaryIO, kind: str, notes: DescriptionNotes) -> list[Json]:
    try:
        from evidence_kit.media import inner_pictures

        return inner_pictures.described_inner(payload, kind, notes)
    except Exception as error:  # noqa: BLE001
        notes.problem("inner-not-read", error)
        return []
