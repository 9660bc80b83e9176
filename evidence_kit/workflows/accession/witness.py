"""In the case of a minor: a file understood to its last byte is copied, every other is witnessed."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evidence_kit.custody.manifest import Manifest
from evidence_kit.hashing.exact import Tally, sha256
from evidence_kit.intake import picture_signatures
from evidence_kit.intake.file_mentions import FileMention
from evidence_kit.intake.understood.language import opaque_spans, without_spans
from evidence_kit.intake.understood.text import decode_letters
from evidence_kit.model import Json

# Letters without sense in what stands beside a file: an identifier, the address of a page.
_BESIDE_LETTERS: Final = 80


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
    """

    tally: Tally
    around: tuple[FileMention, ...] = ()
    unstable: bool = False


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
            return shown
    else:
        return shown
    return {"name": shown["name"], "size": len(value), "sha256": sha256(value).hex}


def without_comments(parts: Sequence[Json]) -> list[Json]:
    """Return the facts of the zips in a file, without a comment that is no language."""
    return [
        part if _says(part.get("comment")) else {**part, "comment": ""} for part in parts if isinstance(part, Mapping)
    ]


def _says(comment: object) -> bool:
    decoded = decode_letters(base64.b64decode(str(comment or "")))
    return decoded is not None and is_spoken(decoded[0])


def is_spoken(text: str) -> bool:
    """Say whether a name, or a value beside a file, is a few words and not letters that stand for bytes."""
    return not opaque_spans(text, _BESIDE_LETTERS)


def mentions_in_words(mentioned: Sequence[FileMention]) -> tuple[FileMention, ...]:
    """Return the texts around a name, without their non-language."""
    return tuple(
        FileMention(each.name, without_spans(each.text, opaque_spans(each.text, _BESIDE_LETTERS))) for each in mentioned
    )
