"""In the case of a minor: a file understood to its last byte is copied, every other is witnessed."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evidence_kit.custody.manifest import Manifest
from evidence_kit.hashing.exact import Tally, sha256
from evidence_kit.intake import picture_signatures
from evidence_kit.intake.container import ContainerMember
from evidence_kit.intake.file_mentions import FileMention
from evidence_kit.model import Json

# Letters without sense in what stands beside a file: an identifier, the address of a page.
_BESIDE_LETTERS: Final = 80
_MOST_UNREADABLE: Final = 40
_LONGEST_ENDING: Final = 24
_LONGEST_TIME: Final = 48
_HASH_LETTERS: Final = 16


@dataclass(frozen=True, slots=True)
class WitnessRule:
    """The rule of one ingest on pictures and films.

    Attributes:
        policy: `witness`, `refuse` or `keep`; `keep` also for adults.
        decodes: Whether pictures may be decoded: for adults, and where somebody who may say so declared them harmless.
        harmless: Digests of what was declared harmless one by one, or is in the case already.
    """

    policy: str = "keep"
    decodes: bool = True
    harmless: frozenset[str] = frozenset()

    @property
    def careful(self) -> bool:
        """Say whether pictures and films are not copied."""
        return self.policy != "keep"


def rule_for(manifest: Manifest, sensitivity: str) -> WitnessRule:
    """Return the rule of an ingest into this case.

    Args:
        manifest: What the case holds and says.
        sensitivity: What was declared of everything in this ingest, by somebody who may.
    """
    if manifest.age_band == picture_signatures.ADULT or sensitivity == "none":
        return WitnessRule()
    declared = {each.sha256.hex for each in manifest.witnessed.values() if each.sensitivity == "none"}
    return WitnessRule(manifest.minor_media, decodes=False, harmless=frozenset(declared | set(manifest.by_digest)))


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file that was read to be hashed, and not copied.

    Attributes:
        tally: Its digest and length.
        around: What texts beside it say where they name it.
        unstable: It changed while it was read.
        because: Why a text or a sound was not copied; None where its type says so.
    """

    tally: Tally
    around: tuple[FileMention, ...] = ()
    unstable: bool = False
    because: str | None = None


def without_pictures(more: Mapping[str, Json]) -> dict[str, Json]:
    """Return the facts beside a file without values that are no language: of these, length and SHA-256 remain."""
    facts = dict(more)
    listed = facts.get("attributes")
    if isinstance(listed, list):
        facts["attributes"] = [_attribute(each) for each in listed if isinstance(each, Mapping)]
    zone = facts.get("zone_identifier")
    if isinstance(zone, Mapping):
        facts["zone_identifier"] = {key: value for key, value in zone.items() if is_spoken(str(value))}
    return facts


def _attribute(shown: Mapping[str, Json]) -> Mapping[str, Json]:
    if "value_bytes" in shown:
        value = base64.b64decode(str(shown["value_bytes"]))
    elif "value" in shown:
        value = str(shown["value"]).encode()
        if is_spoken(str(shown["value"])):
            return {**shown, "name": path_in_words(str(shown["name"]), None)[0]}
    else:
        return {**shown, "name": path_in_words(str(shown["name"]), None)[0]}
    return {"name": path_in_words(str(shown["name"]), None)[0], "size": len(value), "sha256": sha256(value).hex}


def without_comments(parts: Sequence[Json]) -> list[Json]:
    """Return the facts of the zips in a file, without a comment that is no language."""
    return [
        part if _says(part.get("comment")) else {**part, "comment": ""} for part in parts if isinstance(part, Mapping)
    ]


def _says(comment: object) -> bool:
    from evidence_kit.intake.understood.text import decode_letters

    decoded = decode_letters(base64.b64decode(str(comment or "")))
    return decoded is not None and is_spoken(decoded[0])


def is_spoken(text: str) -> bool:
    """Say whether a name, or a value beside a file, is a few words and not letters that stand for bytes."""
    from evidence_kit.intake.understood.language import opaque_spans

    return not opaque_spans(text, _BESIDE_LETTERS)


def path_in_words(path: str, path_bytes: str | None) -> tuple[str, str | None]:
    """Return the path of a file, and its exact bytes, without letters that no name has.

    A part with more than a few senseless letters is told by the words in it and by a hash; where all parts together
    hold more than a text may, every part is that does not read as a name. The exact bytes are kept only with a path
    that can be shown in full, for they may be those of a picture.

    Args:
        path: For display, `/` between parts.
        path_bytes: In base64, where they are no UTF-8.
    """
    from evidence_kit.intake.understood.language import opaque_spans
    from evidence_kit.intake.understood.units import is_name

    parts = path.split("/")
    together = bool(opaque_spans(" ".join(parts)))
    told = [part if is_spoken(part) and not (together and not is_name(part)) else _in_words(part) for part in parts]
    unreadable = path.count("\ufffd") > _MOST_UNREADABLE
    return "/".join(told), None if told != parts or unreadable else path_bytes


def _in_words(name: str) -> str:
    from evidence_kit.intake.understood.language import opaque_spans, without_spans

    stem, dot, ending = name.rpartition(".")
    ending = dot + ending if stem and ending.isalnum() and len(ending) <= _LONGEST_ENDING else ""
    stem = name[: len(name) - len(ending)]
    words = without_spans(stem, opaque_spans(stem, 0)).strip()[:_LONGEST_ENDING]
    return f"{words}\u2026{sha256(name.encode('utf-8', 'surrogatepass')).hex[:_HASH_LETTERS]}{ending}"


def entry_in_words(entry: ContainerMember) -> ContainerMember:
    """Return a member of a container with a name and times in which no picture can stand."""
    name, name_bytes = path_in_words(entry.name, entry.name_bytes)
    times = entry.times
    if isinstance(times, Mapping):
        times = {key: value for key, value in times.items() if len(str(value)) <= _LONGEST_TIME}
    more = {key: value for key, value in entry.more.items() if not isinstance(value, str) or is_spoken(value)}
    return replace(entry, name=name, name_bytes=name_bytes, times=times, more=more)


def mentions_in_words(mentioned: Sequence[FileMention]) -> tuple[FileMention, ...]:
    """Return the texts around a name, without their non-language."""
    from evidence_kit.intake.understood.language import opaque_spans, without_spans

    return tuple(
        FileMention(
            path_in_words(each.name, None)[0], without_spans(each.text, opaque_spans(each.text, _BESIDE_LETTERS))
        )
        for each in mentioned
    )
