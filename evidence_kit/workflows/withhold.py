"""In the case of a minor: what is not copied because it is, or may hold, a picture or a film."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from evidence_kit.custody.manifest import Manifest
from evidence_kit.hashing.exact import Tally
from evidence_kit.intake import care
from evidence_kit.intake.around import Mention
from evidence_kit.intake.holding import Holding, head_of
from evidence_kit.intake.sniff import sniff
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.workflows.stretch import Stretch

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
    if manifest.age_band == care.ADULT or sensitivity == "none":
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


def withheld(stretch: Stretch, held: Holding | None) -> bool:
    """Say whether something is not to be copied; every byte of it may have to be read for that.

    A container is copied only when nothing in it is, or may hold, a picture. Otherwise its members are asked about
    one by one, and those that are text are copied without it.

    Args:
        stretch: The file or member.
        held: What it holds, None when it is no container.
    """
    try:
        if held is None or held.unreadable is not None:
            return care.may_hold_pictures(stretch.kind) or care.picture_inside(stretch.pieces())
        if any(entry.refusal is not None or _may_show(entry.content) for entry in held.entries()):
            return True
        return not _OPEN_NOTES.isdisjoint(held.notes) or care.picture_inside(stretch.pieces())
    except MemberError:
        return True


def _may_show(content: Callable[[], Iterator[bytes]]) -> bool:
    head = head_of(content())
    return care.may_hold_pictures(sniff(head, len(head) + 1)) or care.picture_inside(content())
