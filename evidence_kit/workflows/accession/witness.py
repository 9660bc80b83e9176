"""In the case of a minor: what is not copied because it is, or may hold, a picture or a film."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evidence_kit.custody.manifest import Manifest
from evidence_kit.hashing.exact import Tally, sha256
from evidence_kit.intake import packed, picture_signatures
from evidence_kit.intake.container import TEXT, ContainerMember, Holding, head_of
from evidence_kit.intake.file_mentions import Mention
from evidence_kit.intake.sniff import HEAD_BYTES, sniff
from evidence_kit.intake.window import of_bytes
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.model import Json
from evidence_kit.workflows.accession.reading import EvidenceSource

# A container with bytes that belong to no member may hold a picture there.
_OPEN_NOTES: Final = frozenset(
    {"data-before", "data-after", "zip-before", "no-directory", "too-many", "damaged", "truncated", "ratio"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one ingest does with pictures and films.

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
        """Say whether something is not copied."""
        return self.policy != "keep"


def rule_for(manifest: Manifest, sensitivity: str) -> Rule:
    """Return what an ingest into this case does.

    Args:
        manifest: What the case holds and says.
        sensitivity: What was declared of everything in this ingest, by somebody who may.
    """
    if manifest.age_band == picture_signatures.ADULT or sensitivity == "none":
        return Rule()
    declared = {each.sha256.hex for each in manifest.witnessed.values() if each.sensitivity == "none"}
    return Rule(manifest.minor_media, decodes=False, harmless=frozenset(declared | set(manifest.by_digest)))


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that was read to be hashed, and not copied.

    Attributes:
        tally: Its digest and length.
        around: What texts beside it say where they name it.
        unstable: It changed while it was read.
    """

    tally: Tally
    around: tuple[Mention, ...] = ()
    unstable: bool = False


def withheld(stretch: EvidenceSource, held: Holding | None) -> bool:
    """Say whether something is not to be copied; every byte of it may have to be read for that.

    A container is copied only when nothing in it is, or may hold, a picture. Otherwise its members are asked about
    one by one, and those that are text are copied without it. So it is with a text that pictures are packed into,
    which is then a container (`intake.holding.of_text`): what is left of it without them is copied.

    Args:
        stretch: The file or member.
        held: What it holds, None when it is no container.
    """
    try:
        if held is None or held.unreadable is not None:
            return picture_signatures.may_hold_pictures(stretch.kind) or picture_signatures.picture_inside(
                stretch.pieces()
            )
        if held.form == TEXT or any(entry.refusal is not None or _may_show(entry) for entry in held.entries()):
            return True
        if not _OPEN_NOTES.isdisjoint(held.notes) or held.parts != without_comments(held.parts):
            return True
        return picture_signatures.picture_inside(stretch.pieces())
    except MemberError:
        return True


def _may_show(entry: ContainerMember) -> bool:
    head = head_of(entry.content())
    kind = sniff(head, len(head) + 1)
    if picture_signatures.may_hold_pictures(kind) or picture_signatures.picture_inside(entry.content()):
        return True
    return picture_signatures.is_text(kind) and bool(packed.pictures(entry.window()))


def without_pictures(more: Mapping[str, Json]) -> dict[str, Json]:
    """Return what stood beside a file without values that may hold a picture: of these, length and SHA-256 remain."""
    facts = dict(more)
    listed = facts.get("attributes")
    if isinstance(listed, list):
        facts["attributes"] = [_attribute(each) for each in listed if isinstance(each, Mapping)]
    zone = facts.get("zone_identifier")
    if isinstance(zone, Mapping):
        facts["zone_identifier"] = {key: value for key, value in zone.items() if not _hides(str(value).encode())}
    return facts


def _attribute(shown: Mapping[str, Json]) -> Mapping[str, Json]:
    if "value_bytes" in shown:
        value = base64.b64decode(str(shown["value_bytes"]))
    elif "value" in shown:
        value = str(shown["value"]).encode()
        if not _hides(value):
            return shown
    else:
        return shown
    return {"name": shown["name"], "size": len(value), "sha256": sha256(value).hex}


def without_comments(parts: Sequence[Json]) -> list[Json]:
    """Return what is known of the zips in a file, without a comment that may hold a picture."""
    return [
        {**part, "comment": ""} if _hides(base64.b64decode(str(part.get("comment") or ""))) else part
        for part in parts
        if isinstance(part, Mapping)
    ]


def _hides(value: bytes) -> bool:
    """Say whether a few bytes are, or may hold, a picture."""
    kind = sniff(value[:HEAD_BYTES], len(value))
    if picture_signatures.may_hold_pictures(kind) or picture_signatures.picture_inside(iter([value])):
        return True
    return bool(packed.pictures(of_bytes(value)))
