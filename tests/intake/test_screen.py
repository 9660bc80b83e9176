"""The quick look over a long text doubts every stretch that is no language, and decides as weighing all of it does."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit.intake.understood import atoms, language, screen, word_table
from evidence_kit.intake.understood.language import doubted, opaque_spans
from evidence_kit.intake.understood.rows import row_spans, widened_over_rows
from tests.e2e.conftest import ROOT
from tests.minors.encoders import ENCODERS
from tests.minors.pictures import pictures

_SAID = (
    "12/05/2025, 21:02 - Sami: if you do not pay by Friday everybody sees it 😡😡\n",
    "[12.05.2025, 21:03:11] نادية: والله ما عندي فلوس، خليني في حالي\n",
    "12/05/2025, 9:04 PM - +212 612-345678: wach 3lach ma jawbtich? 7it ma3ndich\n",
    "13/05/25, 08:00 - Élodie: Ça ne va pas très bien, IMG-20250512-WA0001.jpg (file attached)\n",
    "2025-05-13T08:01:00Z <nadia@example.com> wrote: see https://example.com/a/b?c=12&d=e4\n",
    "١٢/٠٥/٢٠٢٥ ٩:٠٤ م - سامي: 100 200 300 درهم\n",
    "\u200e[13.05.2025, 9:05\u202fPM] Sami: +212 612345678 12:30, 06 12 34 56 12:30 &amp; 05 06\r\n",
)


def _parts(text: str) -> list[atoms.Stretch]:
    weighed = language._weighed(text, language.BOUND, set())
    return language.merged_spans([*language._announced(text), *row_spans(text), *weighed])


def _exact(text: str) -> list[atoms.Stretch]:
    return widened_over_rows(text, _parts(text))


def _talk(lines: int, seed: int, said: tuple[str, ...] = _SAID) -> str:
    return "".join(random.Random(seed).choices(said, k=lines))


@pytest.fixture(params=["short", "long"], autouse=True)
def _looked_at_as(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look at every text as at a long one too: word by word, in many blocks."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "long":
            patch.setattr(word_table, "SHORTEST", 0)
            patch.setattr(word_table, "_FIRST_LETTERS", 100)
            patch.setattr(word_table, "_BLOCK_LETTERS", 300)
        yield


def test_a_long_talk_is_not_doubted() -> None:
    assert doubted(_talk(5_000, 1, _SAID[:3])) == []


@pytest.mark.parametrize(
    ("_looked_at_as", "encoding"),
    [("long", each) for each in ENCODERS] + [("short", each) for each in [*ENCODERS][::3]],
    indirect=["_looked_at_as"],
)
def test_what_stands_in_a_long_talk_is_found_as_when_all_of_it_is_weighed(encoding: str) -> None:
    letters = ENCODERS[encoding](pictures()["thumbnail without header"])
    # Before it stands more than what is weighed with a stretch that is doubted, and behind it several blocks.
    before = _talk(80, 2)
    assert len(before) > screen.PAD_LETTERS
    text = f"{before}{letters}\n{_talk(40, 3)}"
    assert opaque_spans(text) == _exact(text) != []


@given(
    st.lists(
        st.one_of(
            st.text(max_size=60), st.sampled_from(_SAID), st.text("abcXYZé09.-:/@<&;> \n😀دب", max_size=200),
            st.text("+0516 .:/-\n\t\r", max_size=80),
            st.integers().map(str),
        ),
        min_size=20, max_size=80,
    )
)  # fmt: skip
def test_no_stretch_stands_outside_of_what_is_doubted(parts: list[str]) -> None:
    text = " ".join(parts)
    spans = doubted(text)
    for start, end in _parts(text):
        assert any(first <= start and end <= last for first, last in spans)


_NUMBERED = (
    "12:30", "+212", "612345678", "06", "12", "😀😡🏷😀12/05/2025", "[12/05/2025,", "a9f", "7.30", "05.12", "\n", "\t",
    "34", "x", "وا", "12/05/2025,", "-", "+1", "9:04\u202fPM", "&amp;&quot;", "٩:٠٤", "word",
)  # fmt: skip


@given(st.lists(st.sampled_from(_NUMBERED), min_size=300, max_size=600))
def test_what_may_be_a_number_of_a_telephone_is_found_as_when_all_of_it_is_weighed(words: list[str]) -> None:
    text = " ".join(words)
    assert opaque_spans(text) == _exact(text)


def test_samples_of_conversations_are_judged_as_when_all_of_them_is_weighed() -> None:
    for path in sorted((ROOT / "samples" / "chats").rglob("*.txt")):
        text = path.read_text("utf-8", "surrogateescape")
        assert opaque_spans(text) == _exact(text), path
