"""Screens of invented applications with a photograph in them, in Arabic and French, light, dark, with wallpapers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

import evidence_kit

FONTS = Path(evidence_kit.__file__).parent / "sealing" / "fonts"
PHONES = ((1080, 2340), (1080, 2400), (720, 1600), (1170, 2532), (1080, 1920))

ARABIC = (
    "السلام عليكم", "شكون معايا؟", "عقلتي على هاد الصورة؟", "منين جبتيها؟", "الله يخليك مسحها",
    "عندك حتى لغدا مع 12:00", "ما عنديش هاد الفلوس", "صيفطي الفلوس لهاد الحساب", "واخا", "غادي ننشر كلشي",
    "شوفي هنا", "الوقت سالا", "علاش كتدير هادشي؟", "عيب عليك، حيد الصورة", "باقي ليك 4 سوايع",
)  # fmt: skip
FRENCH = (
    "Salut, ça va ?", "On se connaît ?", "Regarde, tout est prêt.", "D'où tu as cette photo ?",
    "Enlève-la s'il te plaît.", "Si tu ne paies pas, je publie tout.", "Ce n'est pas assez.", "Dernière chance.",
    "Je vais le dire à ma mère.", "Débrouille-toi", "Il reste 4 700 DH.", "C'est toi sur la photo ?",
)  # fmt: skip
NAMES = ("ياسين", "نادية", "سلمى", "Yassine", "Nadia", "Le Grand", "أمينة", "Karim B.")


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of an application.

    Attributes:
        ground: Behind everything.
        head: Of the bar at the top.
        mine: Bubbles of the phone's owner.
        theirs: Bubbles of the other.
        ink: Text.
    """

    ground: tuple[int, int, int]
    head: tuple[int, int, int]
    mine: tuple[int, int, int]
    theirs: tuple[int, int, int]
    ink: tuple[int, int, int]


LIGHT = Look((236, 229, 221), (11, 110, 94), (213, 243, 198), (255, 255, 255), (20, 20, 20))
DARK = Look((11, 20, 26), (31, 44, 52), (0, 92, 75), (31, 44, 52), (233, 237, 239))
FEED_LIGHT = Look((233, 235, 238), (255, 255, 255), (240, 242, 245), (255, 255, 255), (28, 30, 33))
FEED_DARK = Look((24, 25, 26), (36, 37, 38), (58, 59, 60), (36, 37, 38), (228, 230, 235))


def chat(photo: Image.Image, dice: random.Random, look: Look, *, arabic: bool, wallpaper: str) -> Image.Image:
    """A conversation: a few bubbles, the photograph in one of them, a few more."""
    pen = _Pen(dice, dice.choice(PHONES), look, arabic=arabic)
    pen.paper(wallpaper)
    pen.head()
    before = dice.randrange(1, 4)
    for _ in range(before):
        pen.bubble()
    pen.picture_bubble(photo, dice.uniform(0.5, 0.74))
    while pen.y < pen.height * 0.88:
        pen.bubble()
    pen.foot()
    return pen.page


def post(photo: Image.Image, dice: random.Random, look: Look, *, arabic: bool) -> Image.Image:
    """A picture published on a network: who, a few words, the picture over the whole width, comments."""
    pen = _Pen(dice, dice.choice(PHONES), look, arabic=arabic)
    pen.head()
    pen.y += dice.randrange(0, pen.unit * 2)
    pen.person()
    for _ in range(dice.randrange(1, 3)):
        pen.words(look.ink, 1.1)
    pen.full_width(photo)
    pen.counts()
    while pen.y < pen.height * 0.9:
        pen.comment()
    return pen.page


def gallery(photo: Image.Image, dice: random.Random) -> Image.Image:
    """A picture opened in a gallery: black above and below, a row of signs."""
    width, height = dice.choice(PHONES)
    page = Image.new("RGB", (width, height), "black")
    shown = photo.resize((width, round(photo.height * width / photo.width)), Image.Resampling.LANCZOS)
    page.paste(shown, (0, (height - shown.height) // 2))
    draw = ImageDraw.Draw(page)
    for place in range(4):
        x = width * (2 * place + 1) // 8
        draw.ellipse((x - 20, height - 130, x + 20, height - 90), outline="white", width=4)
    draw.text((40, 50), "11:42", fill="white", font=_font(width // 24))
    return page


def story(photo: Image.Image, dice: random.Random) -> Image.Image:
    """A picture that fills the screen, its sides cut off, with words and signs over it."""
    width, height = dice.choice(PHONES)
    factor = max(width / photo.width, height / photo.height)
    if factor * photo.width > width * 1.6:
        factor = width * 1.6 / photo.width
    shown = photo.resize((round(photo.width * factor), round(photo.height * factor)), Image.Resampling.LANCZOS)
    ground = (
        shown.resize((24, 48)).resize((width, height), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(30))
    )
    ground.paste(shown, ((width - shown.width) // 2, (height - shown.height) // 2))
    draw = ImageDraw.Draw(ground)
    draw.rectangle((20, 30, width - 20, 36), fill="white")
    draw.text((140, 70), dice.choice(NAMES), fill="white", font=_font(width // 22), stroke_width=2, stroke_fill="black")
    words = dice.choice(ARABIC + FRENCH)
    draw.text(
        (width // 8, height * 0.7), words, fill="yellow", font=_font(width // 14), stroke_width=3, stroke_fill="black"
    )
    draw.rounded_rectangle((40, height - 170, width - 160, height - 70), 50, outline="white", width=4)
    return ground


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / "Amiri-Regular.ttf"), size)


class _Pen:
    """Draws one screen from top to bottom."""

    def __init__(self, dice: random.Random, size: tuple[int, int], look: Look, *, arabic: bool) -> None:
        self.dice, self.look, self.arabic = dice, look, arabic
        self.width, self.height = size
        self.unit = self.width // 24
        self.page = Image.new("RGB", size, look.ground)
        self.draw = ImageDraw.Draw(self.page)
        self.y = 0

    def paper(self, kind: str) -> None:
        """Lay a wallpaper: `plain`, `doodles`, or a `gradient`."""
        if kind == "doodles":
            ink = tuple(round(c + (12 if sum(self.look.ground) < 380 else -14)) for c in self.look.ground)
            pattern = random.Random(7)  # one pattern an application, as it is
            for _ in range(self.width * self.height // 9000):
                x, y, r = pattern.randrange(self.width), pattern.randrange(self.height), pattern.randrange(12, 40)
                shape = pattern.randrange(3)
                if shape == 0:
                    self.draw.ellipse((x, y, x + r, y + r), outline=ink, width=3)
                elif shape == 1:
                    self.draw.arc((x, y, x + 2 * r, y + r), 20, 250, fill=ink, width=3)
                else:
                    self.draw.polygon(((x, y), (x + r, y + r // 3), (x + r // 2, y + r)), outline=ink, width=3)
        elif kind == "gradient":
            tones = [tuple(self.dice.randrange(30, 225) for _ in range(3)) for _ in range(6)]
            small = Image.new("RGB", (2, 3))
            small.putdata(tones)
            self.page.paste(small.resize(self.page.size, Image.Resampling.BICUBIC))

    def head(self) -> None:
        """The status bar and the bar with a face and a name."""
        high = self.unit * 4
        self.draw.rectangle((0, 0, self.width, high), fill=self.look.head)
        ink = "white" if sum(self.look.head) < 450 else "black"
        self.draw.text((self.unit, 6), "21:16", fill=ink, font=_font(self.unit))
        self.draw.text((self.width - 4 * self.unit, 6), "4G 61%", fill=ink, font=_font(self.unit))
        self._face(self.unit * 3, high - self.unit)
        self._text(self.dice.choice(NAMES), self.unit * 3 + self.unit // 2, high - self.unit * 2, 1.2, ink)
        self.y = high + self.unit

    def foot(self) -> None:
        """The field to write in."""
        top = self.height - 3 * self.unit
        self.draw.rounded_rectangle((20, top, self.width - 20, self.height - 40), 40, fill=self.look.theirs)
        self._text("مراسلة" if self.arabic else "Message", self.unit * 2, top + 20, 1, "gray")

    def bubble(self) -> None:
        """A message."""
        mine = self.dice.random() < 0.5
        text = self.dice.choice(ARABIC if self.arabic else FRENCH)
        font = _font(round(self.unit * 1.1))
        wide = round(font.getlength(text)) + 2 * self.unit
        left = self.width - wide - self.unit if mine != self.arabic else self.unit
        tall = round(self.unit * 2.5)
        self.draw.rounded_rectangle(
            (left, self.y, left + wide, self.y + tall), 18, fill=self.look.mine if mine else self.look.theirs
        )
        self.draw.text((left + self.unit, self.y + 4), text, fill=self.look.ink, font=font)
        self.draw.text(
            (left + wide - 2 * self.unit, self.y + tall - 28),
            "21:0" + str(self.dice.randrange(10)),
            fill="gray",
            font=_font(22),
        )
        self.y += tall + self.unit // 2

    def picture_bubble(self, photo: Image.Image, share: float) -> None:
        """The photograph with rounded corners in a bubble."""
        wide = round(self.width * share)
        tall = min(round(photo.height * wide / photo.width), round(self.height * 0.5))
        shown = photo.resize((wide, round(photo.height * wide / photo.width)), Image.Resampling.LANCZOS)
        if shown.height > tall:
            spare = (shown.height - tall) // 2
            shown = shown.crop((0, spare, wide, spare + tall))
        mine = self.dice.random() < 0.5
        left = self.width - wide - self.unit if mine != self.arabic else self.unit
        edge = 8
        self.draw.rounded_rectangle(
            (left - edge, self.y, left + wide + edge, self.y + shown.height + 2 * edge + self.unit), 18,
            fill=self.look.mine if mine else self.look.theirs,
        )  # fmt: skip
        mask = Image.new("L", shown.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, *shown.size), 16, fill=255)
        self.page.paste(shown, (left, self.y + edge), mask)
        self.draw.text((left + wide - 80, self.y + edge + shown.height), "21:04", fill="gray", font=_font(24))
        self.y += shown.height + 2 * edge + self.unit + self.unit // 2

    def person(self) -> None:
        """Face, name and time."""
        self._face(self.unit * 3, self.y + self.unit * 3)
        self._text(self.dice.choice(NAMES), self.unit * 4, self.y, 1.1, self.look.ink)
        self._text("3 ماي" if self.arabic else "3 mai", self.unit * 4, self.y + round(self.unit * 1.5), 0.8, "gray")
        self.y += self.unit * 4

    def words(self, ink: object, size: float) -> None:
        """A line of text over the width."""
        self._text(self.dice.choice(ARABIC if self.arabic else FRENCH), self.unit, self.y, size, ink)
        self.y += round(self.unit * size * 1.6)

    def full_width(self, photo: Image.Image) -> None:
        """The photograph from edge to edge."""
        shown = photo.resize((self.width, round(photo.height * self.width / photo.width)), Image.Resampling.LANCZOS)
        limit = round(self.height * 0.62)
        if shown.height > limit:
            shown = shown.crop((0, (shown.height - limit) // 2, self.width, (shown.height + limit) // 2))
        self.y += self.unit // 2
        self.page.paste(shown, (0, self.y))
        self.y += shown.height

    def counts(self) -> None:
        """Hearts and answers."""
        for place in range(3):
            self.draw.ellipse(
                (self.unit + place * 80, self.y + 14, self.unit + 44 + place * 80, self.y + 58),
                outline=self.look.ink,
                width=4,
            )
        self.y += 3 * self.unit

    def comment(self) -> None:
        """An answer of somebody."""
        self._face(self.unit * 2, self.y + self.unit * 2)
        self.draw.rounded_rectangle(
            (self.unit * 3, self.y, self.width - 2 * self.unit, self.y + self.unit * 3), 24, fill=self.look.mine
        )
        self._text(self.dice.choice(NAMES), self.unit * 4, self.y, 0.9, self.look.ink)
        self._text(
            self.dice.choice(ARABIC if self.arabic else FRENCH),
            self.unit * 4,
            self.y + round(self.unit * 1.3),
            0.9,
            self.look.ink,
        )
        self.y += round(self.unit * 3.6)

    def _face(self, right: int, bottom: int) -> None:
        side = self.unit * 2
        left = self.width - right if self.arabic else right - side
        self.draw.ellipse(
            (left, bottom - side, left + side, bottom), fill=tuple(self.dice.randrange(80, 220) for _ in range(3))
        )

    def _text(self, text: str, from_edge: int, top: int, size: float, ink: object) -> None:
        font = _font(round(self.unit * size))
        x = self.width - from_edge - round(font.getlength(text)) if self.arabic else from_edge
        self.draw.text((x, top), text, fill=ink, font=font)  # type: ignore[arg-type]
