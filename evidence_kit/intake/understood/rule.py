"""The rule of a minor's case: a file understood to its last byte is copied, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from evidence_kit.intake.container import ContainerContents, container_contents, text_contents
from evidence_kit.intake.understood.sound import check_sound, may_be_sound
from evidence_kit.intake.understood.sound.source import InFragmentsError, NotSoundError
from evidence_kit.intake.understood.text import TooLongError, is_text
from evidence_kit.intake.window import Window
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.model import Family, Kind

TEXT_TOO_LONG: Final = "text-too-long"
TEXT_NOT_READ: Final = "text-not-read"
SOUND_WITH_MORE: Final = "sound-with-more"
SOUND_IN_FRAGMENTS: Final = "sound-in-fragments"
_PIECE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judgement on one file or member in the case of a minor.

    Attributes:
        copied: Every byte of it is accounted for, as language or as sound: it is copied as it is.
        kind: What it is: sound in what also holds films is a recording.
        held: What it holds, for what is copied of it by the same rule; None when nothing is.
        because: Why a text or a sound is not copied, where its type alone does not say so; None for all else.
    """

    copied: bool
    kind: Kind
    held: ContainerContents | None = None
    because: str | None = None


def judge_file(name: str, kind: Kind, window: Callable[[], Window]) -> Judgement:
    """Judge a file or member where only understood bytes may be copied.

    Every byte of it may have to be read for that. A text is copied when each of its values is language; of any other
    what is language is written anew, and is then a member of it. Sound is copied when its container was looked at
    from the first byte to the last and holds nothing else. Of containers only members are copied, by this same rule.

    Args:
        name: Its own name.
        kind: What its first bytes say it is.
        window: Its bytes to be read anywhere.
    """
    try:
        if kind.family is Family.EMPTY:
            return Judgement(copied=True, kind=kind)
        if is_text(kind):
            held = text_contents(name, kind, window())
            return Judgement(copied=held is None, kind=kind, held=held)
        if may_be_sound(kind):
            return _judge_sound(kind, _measured(window()))
        return Judgement(copied=False, kind=kind, held=container_contents(kind, name, window()))
    except TooLongError:
        return Judgement(copied=False, kind=kind, because=TEXT_TOO_LONG)
    except MemberError:
        return Judgement(copied=False, kind=kind, because=TEXT_NOT_READ if is_text(kind) else None)


def _judge_sound(kind: Kind, window: Window) -> Judgement:
    try:
        check_sound(kind, window)
    except InFragmentsError:
        return Judgement(copied=False, kind=kind, because=SOUND_IN_FRAGMENTS)
    except NotSoundError:
        # What may be a film is one more often than it is a sound with a cover.
        because = SOUND_WITH_MORE if kind.family is Family.AUDIO else None
        return Judgement(copied=False, kind=kind, because=because)
    return Judgement(copied=True, kind=sound_kind(kind))


def _measured(window: Window) -> Window:
    """Return a view that knows its length; where only reading tells it, it is read for that."""
    if window.size_bytes is not None:
        return window
    view, size_bytes = window.part(), 0
    while piece := view.read(_PIECE_BYTES):
        size_bytes += len(piece)
    return window.part(0, size_bytes)


def sound_kind(kind: Kind) -> Kind:
    """Return the kind of a file in which there is nothing but sound."""
    if kind.family is Family.AUDIO:
        return kind
    return replace(kind, family=Family.AUDIO, media_type=kind.media_type.replace("video/", "audio/"))
