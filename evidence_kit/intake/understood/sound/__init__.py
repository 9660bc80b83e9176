"""Containers of sound, looked at from their first byte to their last: nothing else may be in them.

In: a file of sound. Out: its length and contents, or why it is not sound to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evidence_kit.intake.understood.sound import boxes, core_audio, ebml, flac, frames, ogg, wave
from evidence_kit.intake.understood.sound.source import NotSoundError, SoundSource
from evidence_kit.intake.window import Window
from evidence_kit.intake.zip_stream import MemberError
from evidence_kit.model import Kind

_CHECKS: Final[dict[str, Callable[[SoundSource], None]]] = {
    "m4a": boxes.check_boxes,
    "mp4": boxes.check_boxes,
    "mov": boxes.check_boxes,
    "3gp": boxes.check_boxes,
    "ogg": ogg.check_ogg,
    "opus": ogg.check_ogg,
    "wav": wave.check_wave,
    "flac": flac.check_flac,
    "mp3": frames.check_mpeg,
    "aac": frames.check_adts,
    "amr": frames.check_amr,
    "webm": ebml.check_ebml,
    "matroska": ebml.check_ebml,
    "caf": core_audio.check_core_audio,
}


def may_be_sound(kind: Kind) -> bool:
    """Say whether files of this type can hold sound alone."""
    return kind.name in _CHECKS


def check_sound(kind: Kind, window: Window) -> None:
    """Make sure that a file holds sound and words about it, and no other byte.

    Args:
        kind: What its first bytes say it is.
        window: Its bytes; its length is known.

    Raises:
        InFragmentsError: It is in fragments, which nobody here follows.
        NotSoundError: It holds something else.
    """
    check = _CHECKS.get(kind.name)
    if check is None or window.size_bytes is None:
        raise NotSoundError
    try:
        source = SoundSource(window.part(), window.size_bytes)
        check(source)
        source.check_told()
    except (MemberError, IndexError) as error:
        # An index error is a field that is shorter than its form says.
        raise NotSoundError from error
