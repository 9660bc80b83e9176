"""Screens: which views of one are searched, and when two agree only on the application around their photographs."""

from __future__ import annotations

from collections.abc import Callable

from evidence_kit.matching.features import Features, PictureView
from evidence_kit.matching.levels import MatchScore
from evidence_kit.matching.screen_signs import is_screen_or_page
from evidence_kit.matching.thresholds import THRESHOLDS


def indexed_views(features: Features) -> list[int]:
    """Return which views of a reference are looked for: in a screenshot only the photographs, never the frame.

    Everything else in it belongs to the application, and is in every other screenshot too.
    """
    regions = [number for number, view in enumerate(features.views) if view.region]
    whole = [number for number, view in enumerate(features.views) if not view.region]
    return regions if regions and is_tall(features) and is_drawn_page(features, 0) else whole + regions


def is_screen_like(features: Features) -> bool:
    """Say whether a picture is a screen or a page with photographs inside it."""
    return any(view.region for view in features.views) and is_drawn_page(features, 0)


def is_tall(features: Features) -> bool:
    """Say whether a picture has the proportions of a telephone's screen, upright or on its side."""
    return max(features.width, features.height) >= THRESHOLDS.tall_ratio * min(features.width, features.height)


def is_drawn_page(features: Features, frame: int) -> bool:
    """Say whether a frame is a screen or a page, or a photograph of one, of any proportions.

    No photograph inside need have been found: that it was not is the trap.
    """
    return is_screen_or_page(next(view.grey for view in features.views if view.frame == frame))


def only_the_application(
    seen: PictureView, of: PictureView, evidence: MatchScore | None, both_drawn: Callable[[], bool]
) -> bool:
    """Say whether the agreement may be the application around two photographs, which is for a person to judge.

    Bubbles, words and buttons are alike in all its screens, whatever is shown there. So a part of one screen is never
    sure in another, and two screens are the same only where hardly any place disagrees.

    Args:
        seen: The view of the query that was compared.
        of: The view of the reference that was compared.
        evidence: The numbers, None where no pixel was compared.
        both_drawn: Says whether both are screens or pages; asked only where it decides.
    """
    if seen.region and of.region:
        return True
    if evidence is None and not (seen.region or of.region):
        return False
    if not both_drawn():
        return False
    if evidence is None or seen.region or of.region:
        return True
    textured = max(evidence.blocks, evidence.either, 1)
    return (
        evidence.agreeing < THRESHOLDS.sure_agreeing_share * textured or evidence.patch > THRESHOLDS.screen_patch_blocks
    )
