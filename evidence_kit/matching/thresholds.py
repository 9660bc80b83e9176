"""Thresholds of matching: every number by which two pictures are told apart, with its unit and its measurement.

Measured means: as docs/MATCHING.md tells it, on photographs that were held out, or on development photographs where it
says so. Where no measurement is named a number is the choice that the measured rules were built on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from evidence_kit.hashing.orientations import QUALITY_LIMIT


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds of one method; another set is another method, and has another name in the log.

    Attributes:
        least_quality: Quality of PDQ, 0 to 100, below which its hash says nothing: PDQ's own guidance.
        match_distance_bits: Bits of 256 up to which two PDQ hashes are a match. PDQ's own guidance; of 385,480 pairs
            of unrelated photographs none was matched.
        pixels_distance_bits: Bits up to which the pixels, laid over each other, decide.
        judged_distance_bits: Bits up to which a person may look, where some of the pixels agree. Portraits of
            different people lie 54 to 76 bits apart.
        least_inliers: Keypoints that agree on one way of lying, below which keypoints say nothing.
        least_inlier_share: Share of the similar keypoints in the area that agree.
        least_agreeing_share: Share of the textured blocks that agree. Seven tenths left none of 1,560 pairs before one
            wall, and lost half of "mirror, crop, sticker, chat".
        least_blocks: Textured blocks below which pixels say nothing.
        largest_hole_share: Share of the blocks in one place in which none agrees. Where a third disagrees, that place
            shows something else: before one wall 62 false matches became 58.
        few_inliers: Keypoints that are enough where pixels agree by far: the two do not err together.
        sure_agreeing_share: Share of the blocks that agree "by far".
        sure_agreeing_blocks: Blocks that agree "by far". Drawn heads of different people agree on up to 60, all along
            the same few lines.
        sure_share_of_either: Share, of the blocks with texture in either picture, that agrees "by far". A watermark
            over plain pictures reaches half.
        least_share_of_either: The same share, below which it may be another picture. Half left 29 instead of 55 pairs
            before the wall, and lost a sticker on 24 development pictures.
        other_shade_blocks: Blocks in one place, lighter or darker, above which it then is another picture: grain alone
            changes no shade.
        barred_agreeing_share: Share of the blocks between bars that agree: few are left, almost without exception.
            With it 34 of 40 pictures under stripes were found, 31 without.
        barred_agreeing_blocks: Blocks between bars that agree.
        whole_share: Share of each picture that lies in the other, for "the same" instead of "inside".
        judged_agreeing_share: Share of the blocks from which a person looks. Frames of one scene and two views of one
            thing reach .27 to .52; one sentence, one application, one logo stay below .16.
        screen_patch_blocks: Blocks in one place, lighter or darker, above which two screens show other photographs.
            Copies of one screen, small, dark or recompressed, have no such place.
        tall_ratio: Sides, the longer by the shorter, from which a picture is looked at in a larger size: photographs
            are small in a telephone's screen. What is a screen is not decided by it.
        flat_grey_levels: Grey levels within 5 pixels of each other that are "one colour".
        flat_share: Share of one colour that a screen or a page has at least; plain walls have it too.
        smooth_grey_levels: Standard deviation in a block of 12 pixels, below which a photographed screen is smooth: it
            has grain everywhere.
        smooth_share: Share of smooth blocks that a photograph of a screen has at least; plain walls have it too.
        screen_lines: Lines of text by themselves that make an even picture a screen or a page. With the borders: 206 of
            208 drawn and photographed screens, and 2 of 416 tall photographs, plain walls, stickers and words over
            them.
        screen_border_share: Length of the straight borders by the shorter side, that make it one without any text.
        few_lines_border_share: The same beside a line or two of text.
        barred_border_share: The same from which the borders are stripes over a photograph.
        block_correlation: Correlation of two blocks above which they agree.
        textured_grey_levels: Standard deviation in a block from which it has texture, and says anything.
        visible_share_of_block: Share of a block that lies in both pictures.
        clear_share_of_block: Share of a block that is not painted over: enough, between bars, to say whether it
            agrees.
        fine_by_coarse: Factor by which more fine blocks (6 pixels) agree than coarse ones (12), for the fine ones to
            count.
        detail_scale: Scale of a copy below which the reference loses the detail that the copy cannot show.
        paint_grey_levels: Grey levels to either side that are the one colour of bars or letters.
        varied_grey_levels: Standard deviation of the reference under them, from which they were painted over it.
        least_painted_share: Share of the overlap from which one colour is paint.
        most_painted_share: Share above which it is the picture itself.
        patch_grey_levels: Difference of a block's mean from the fit, above which it is clearly lighter or darker.
        keypoint_contrast: OpenCV's contrast threshold of SIFT. Chosen low, so that dark and soft pictures have
            keypoints; not measured by itself.
        stretched_grey_levels: Range of the middle 98 % below which a picture is stretched first: of 20 photographs
            cropped to 60 % and darkened to 18 %, 19 matched with it and 18 without; to 6 %, 17 and 10.
        nearest_by_second: Distance of the nearest descriptor by that of the second nearest, above which it resembles
            both (Lowe 2004).
        reprojection_pixels: Pixels that a keypoint may lie beside the place where the map puts it.
        quick_reprojection_pixels: The same for the quick look at votes.
        growth_log: Natural logarithm of the factor by which a keypoint may have grown otherwise than the fit says;
            scales lie 1.26 apart. Unrelated references had 2 to 8 keypoints in agreement without it, 0 to 4 with it;
            the right one 17 to 22.
        least_pairs: Pairs that a plane-to-plane map needs.
        neighbours: Nearest descriptors that a descriptor votes for.
        probed_lists: Lists of the index that are looked through.
        near_square: Squared distance in bytes below which two descriptors may be the same spot: copies among the
            references leave no gap between the first neighbour and the fifth, and must not silence it.
        most_indexed_keypoints: Keypoints of a reference that are indexed.
        most_indexed_in_all: Keypoints in all: of more than 5,625 references fewer each, so that ten thousand take less
            than 1.5 GB (1.35 measured).
        least_indexed_keypoints: Keypoints of a reference that are indexed in any case.
        asked_keypoints: Keypoints of a query that vote; twice as many of a tall picture, which is mostly text and
            buttons.
        voted_references: References with most votes whose keypoints are held against each other.
        quick_inliers: Keypoints that agree, from which a reference is compared in full.
        fully_compared: References that are compared in full.
        compared_by_pixels: References near by hash alone whose pixels are compared.
        same_sign_square: Squared distance in bytes below which two descriptors are the same sign.
        sign_groups: Unlike pictures in which a sign stands, from which it is left out.
        side_pixels: Longer side of a view in pixels.
        tall_side_pixels: Longer side of a tall picture, whose photographs are small in it.
        whole_keypoints: Keypoints of a whole picture.
        region_keypoints: Keypoints of a photograph that was cut out.
        tall_keypoints: Keypoints of a tall picture.
        region_height_share: Share of the height below which a chat's header or a row of buttons would count as a
            photograph.
        region_width_share: Share of the width, for the same reason.
        region_most_share: Share of the whole above which nothing was cut out.
        region_tones: Tones that a cell of a photograph has.
        region_filled_share: Share of the cells of a rectangle with so many tones.
        part_filled_share: The same of a part of a collage. Cut along its bars, 39 or 40 of 40 collages were found, 37
            before.
        differing_share: Share of the picture's area from which a place is told: below it may be an artefact of
            compression.
        differing_grey_levels: Root mean square over a block of 6 pixels, after the light of the whole was taken out.
            Recompressed at quality 20 and halved, untouched blocks stay below 14 in 99 of 100; edges that moved by a
            pixel do not, hence the second condition.
        differing_correlation: Correlation of a block below which it differs.
        differing_shade_grey_levels: Difference of a block's mean from which it differs whatever it correlates.
        page_share: Share of one tone in both, from which they are papers: .88 to .94 in forms and receipts.
        ink_grey_levels: Standard deviation in a block of 6 pixels from which it bears ink.
        same_ink_correlation: Correlation below which it is other ink.
        other_ink_blocks: Blocks in one word that bear other ink, from which two papers are only of one form. "Lina" and
            "Lima" differ in 3, other names in 5; copies at two thirds of the size and quality 60 in none.
        other_thing_share: Share of the overlap in one place that differs, from which a wall of one texture around it is
            no match. 16 of 135 pairs before brick, gravel and a stone wall were matched; their places cover .20 to .49.
        one_texture_log: Standard deviation of the natural logarithm of the texture's strength, up to which all that
            agrees is one texture: .42 to .49 before these walls, .64 to .73 in forms and photographs.
        two_things_share: Share of the overlap in one place in which both show a thing of their own.
        painted_tone_share: Share of a place that has one tone, from which it is painted over: .06 to .15 of things
            before walls, .39 to .96 of boxes, stickers and stripes.
        least_words_share: Share of the overlap that differs, from which ink or letters in it may be other words: .036
            and more in memes. Less is an edge that moved: four blocks of a photograph in a chat had one tone.
        paper_tone_share: Share of the places that differ that is paper: .69 and more in forms, receipts and the bands
            of memes.
        same_paper_grey_levels: Grey levels that two papers differ by, and are one.
        inscribed_share: Share of the blocks of these places that bear ink, in both: .31 to .80.
        ground_correlation: Correlation above which a block of the ground agrees.
        stroke_grey_levels: Grey levels by which pale letters stand out of what is around them: 185 to 236 in
            memes, below 90 what is pale and thin in photographs.
        pale_grey_levels: Grey level from which letters are pale.
        stroke_share: Share of the places that differ that is pale letters: .08 to .22 in both of two memes, 0 to .016
            before walls.
        same_strokes_share: Share of the letters that two have in common, up to which they are other words: .10 to .29.
        whole_percent: Percent of a side from which nothing was cut off.
        upright_degrees: Degrees within which a picture counts as not turned.
        aslant_share: Share of a side that opposite sides differ by, from which it was photographed aslant.
    """

    # Hashes.
    least_quality: int = QUALITY_LIMIT

    # The levels.
    match_distance_bits: int = 31
    pixels_distance_bits: int = 60
    judged_distance_bits: int = 80
    least_inliers: int = 10
    least_inlier_share: float = 0.7
    least_agreeing_share: float = 0.5
    least_blocks: int = 8
    largest_hole_share: float = 0.25
    few_inliers: int = 5
    sure_agreeing_share: float = 0.7
    sure_agreeing_blocks: int = 64
    sure_share_of_either: float = 0.6
    least_share_of_either: float = 0.45
    other_shade_blocks: int = 8
    barred_agreeing_share: float = 0.9
    barred_agreeing_blocks: int = 24
    whole_share: float = 0.8
    judged_agreeing_share: float = 0.2
    screen_patch_blocks: int = 3

    # Screens.
    tall_ratio: float = 1.6
    flat_grey_levels: int = 2
    flat_share: float = 0.3
    smooth_grey_levels: float = 5.0
    smooth_share: float = 0.4
    screen_lines: int = 3
    screen_border_share: float = 4.0
    few_lines_border_share: float = 2.5
    barred_border_share: float = 25.0

    # Pixels laid over each other.
    block_correlation: float = 0.8
    textured_grey_levels: float = 5.0
    visible_share_of_block: float = 0.9
    clear_share_of_block: float = 0.4
    fine_by_coarse: float = 1.3
    detail_scale: float = 0.9
    paint_grey_levels: int = 4
    varied_grey_levels: float = 15.0
    least_painted_share: float = 0.04
    most_painted_share: float = 0.6
    patch_grey_levels: float = 25.0

    # Keypoints and their geometry.
    keypoint_contrast: float = 0.012
    stretched_grey_levels: int = 160
    nearest_by_second: float = 0.8
    reprojection_pixels: float = 5.0
    quick_reprojection_pixels: float = 8.0
    growth_log: float = math.log(1.6)
    least_pairs: int = 4

    # The index.
    neighbours: int = 5
    probed_lists: int = 4
    near_square: float = 22_000.0
    most_indexed_keypoints: int = 800
    most_indexed_in_all: int = 4_500_000
    least_indexed_keypoints: int = 300
    asked_keypoints: int = 600
    voted_references: int = 50
    quick_inliers: int = 5
    fully_compared: int = 6
    compared_by_pixels: int = 2
    same_sign_square: float = 9_000.0
    sign_groups: int = 6

    # Sizes in which pictures are looked at.
    side_pixels: int = 800
    tall_side_pixels: int = 1400
    whole_keypoints: int = 1000
    region_keypoints: int = 1000
    tall_keypoints: int = 1500

    # Photographs inside a screen.
    region_height_share: float = 0.07
    region_width_share: float = 0.2
    region_most_share: float = 0.93
    region_tones: int = 7
    region_filled_share: float = 0.55
    part_filled_share: float = 0.35

    # Places that differ.
    differing_share: float = 0.006
    differing_grey_levels: float = 16.0
    differing_correlation: float = 0.55
    differing_shade_grey_levels: float = 20.0

    # Grounds that two pictures share.
    page_share: float = 0.6
    ink_grey_levels: float = 8.0
    same_ink_correlation: float = 0.6
    other_ink_blocks: int = 3
    other_thing_share: float = 0.12
    one_texture_log: float = 0.55
    two_things_share: float = 0.2
    painted_tone_share: float = 0.38
    least_words_share: float = 0.02
    paper_tone_share: float = 0.5
    same_paper_grey_levels: int = 12
    inscribed_share: float = 0.25
    ground_correlation: float = 0.7
    stroke_grey_levels: int = 140
    pale_grey_levels: int = 200
    stroke_share: float = 0.07
    same_strokes_share: float = 0.4

    # Words for the transformation.
    whole_percent: int = 93
    upright_degrees: int = 3
    aslant_share: float = 0.06


THRESHOLDS: Final = Thresholds()
