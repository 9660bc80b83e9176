"""Papers that share a template: forms, receipts, cards and memes with invented names, and pictures before one texture."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from benchmarks.matching import screens
from benchmarks.matching.attacks import fitted

SURNAMES: Final = (
    "Amrani",
    "Berrada",
    "El Idrissi",
    "Tazi",
    "Chraibi",
    "Ouazzani",
    "Benjelloun",
    "Lahlou",
    "Fassi",
    "Naciri",
)
FIRST: Final = ("Lina", "Omar", "Salma", "Yassine", "Nadia", "Karim", "Hind", "Mehdi", "Aya", "Rachid")
STREETS: Final = ("rue des Orangers", "avenue Hassan II", "rue de la Plage", "boulevard Moulay Ismail", "derb Sidi Ali")
GOODS: Final = (
    "Pain",
    "Lait 1 L",
    "Huile d'olive",
    "Sucre",
    "Thé vert",
    "Oeufs x 12",
    "Tomates",
    "Savon",
    "Riz 2 kg",
    "Café",
)
QUESTIONS: Final = (
    "Nom et prénom", "Date de naissance", "Adresse", "Commune", "Téléphone", "Profession", "Objet de la demande",
    "Pièces jointes", "Personne à prévenir", "Lien de parenté", "Numéro du dossier", "Observations",
)  # fmt: skip


def _font(size: int, *, plain: bool = True) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(screens.FONTS / ("NotoSans-Regular.ttf" if plain else "Amiri-Bold.ttf")), size)


def form(template: int, entries: int) -> Image.Image:
    """A form: the printed lines are the template's, what is written in them the entries'."""
    print_, write = random.Random(template), random.Random(f"{template}/{entries}")
    page = Image.new("RGB", (1240, 1754), (255, 255, 255) if template % 2 else (246, 243, 235))
    pen = ImageDraw.Draw(page)
    pen.text(
        (620, 90),
        print_.choice(("Déclaration", "Demande d'aide", "Fiche d'accueil", "Attestation")),
        "black",
        _font(54),
        anchor="ma",
    )
    pen.text((620, 170), "طلب المساعدة — جمعية", "black", _font(40, plain=False), anchor="ma")
    asked = print_.sample(QUESTIONS, 9)
    top = 300
    for line in asked:
        pen.text((110, top), f"{line} :", "black", _font(30))
        pen.line((470, top + 44, 1130, top + 44), "gray", 2)
        pen.text((480, top + 2), _entry(write), (20, 20, 120), _font(32))
        top += print_.randrange(110, 140)
    pen.rectangle((110, top + 20, 1130, 1660), outline="black", width=3)
    pen.text((130, top + 30), "Cadre réservé à l'administration", "black", _font(26))
    return page


def _entry(dice: random.Random) -> str:
    return dice.choice((
        f"{dice.choice(FIRST)} {dice.choice(SURNAMES)}", f"{dice.randrange(1, 29)}/{dice.randrange(1, 13)}/{dice.randrange(1960, 2007)}",
        f"{dice.randrange(1, 99)}, {dice.choice(STREETS)}", f"06 {dice.randrange(10, 99)} {dice.randrange(10, 99)} {dice.randrange(10, 99)}",
    ))  # fmt: skip


def receipt(template: int, entries: int) -> Image.Image:
    """A shop's receipt: the head and foot are the shop's, the lines the purchase's."""
    print_, write = random.Random(1000 + template), random.Random(f"{template}/{entries}")
    page = Image.new("RGB", (720, 1280), (252, 252, 250))
    pen = ImageDraw.Draw(page)
    pen.text((360, 60), f"Épicerie {print_.choice(SURNAMES)}", "black", _font(52), anchor="ma")
    pen.text(
        (360, 140), f"{print_.randrange(1, 90)}, {print_.choice(STREETS)}, Larache", "black", _font(28), anchor="ma"
    )
    pen.text((360, 190), "ICE 00123 — مرحبا بكم", "black", _font(30, plain=False), anchor="ma")
    top, whole = 280, 0
    for _ in range(write.randrange(7, 12)):
        price = write.randrange(3, 90)
        pen.text((60, top), write.choice(GOODS), "black", _font(32))
        pen.text((660, top), f"{price},00", "black", _font(32), anchor="ra")
        top, whole = top + 56, whole + price
    pen.line((60, top + 10, 660, top + 10), "black", 3)
    pen.text((60, top + 24), "TOTAL DH", "black", _font(40))
    pen.text((660, top + 24), f"{whole},00", "black", _font(40), anchor="ra")
    pen.text((360, 1150), "Merci de votre visite", "black", _font(30), anchor="ma")
    for place in range(70):
        if print_.random() < 0.5:
            pen.rectangle((100 + place * 7, 1200, 104 + place * 7, 1260), fill="black")
    return page


def card(template: int, entries: int, portrait: Image.Image) -> Image.Image:
    """A member's card: ground, lines and words are the template's, portrait and name the person's."""
    print_, write = random.Random(2000 + template), random.Random(f"{template}/{entries}")
    tones = [tuple(print_.randrange(170, 250) for _ in range(3)) for _ in range(6)]
    small = Image.new("RGB", (3, 2))
    small.putdata(tones)
    page = small.resize((1012, 638), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(page)
    for step in range(0, 1012, 16):
        pen.arc(
            (step - 200, 80 + print_.randrange(40), step + 300, 620),
            200,
            320,
            fill=tuple(max(0, c - 25) for c in tones[0]),
            width=2,
        )
    pen.text((40, 30), "CARTE DE MEMBRE", (20, 60, 30), _font(50))
    pen.text((972, 24), "بطاقة العضوية", (20, 60, 30), _font(48, plain=False), anchor="ra")
    page.paste(ImageOps.fit(portrait, (260, 340)), (50, 160))
    for place, (asked, told) in enumerate((
        ("Nom", write.choice(SURNAMES)), ("Prénom", write.choice(FIRST)),
        ("Né(e) le", f"{write.randrange(1, 29)}.{write.randrange(1, 13)}.{write.randrange(1960, 2007)}"),
        ("Numéro", f"L{write.randrange(100000, 999999)}"),
    )):  # fmt: skip
        pen.text((350, 170 + 85 * place), asked, (90, 90, 90), _font(26))
        pen.text((350, 200 + 85 * place), told, "black", _font(40))
    pen.text((350, 560), "Association du quartier — Larache", (20, 60, 30), _font(28))
    return page


def meme(photo: Image.Image, entries: int, *, over: bool) -> Image.Image:
    """A picture that goes round, with other words each time: above and below it, or over it."""
    dice = random.Random(entries)
    shown = fitted(photo, 900)
    words = dice.sample(screens.ARABIC + screens.FRENCH, 2)
    band = 0 if over else 140
    page = Image.new("RGB", (shown.width, shown.height + 2 * band), "white")
    page.paste(shown, (0, band))
    pen = ImageDraw.Draw(page)
    ink, edge = ("white", "black") if over else ("black", None)
    size = min(64, int(shown.width / 13))
    for at, text, anchor in ((20, words[0], "ma"), (page.height - 20, words[1], "md")):
        pen.text(
            (page.width // 2, at),
            text,
            ink,
            _font(size, plain=False),
            anchor=anchor,
            stroke_width=4 if over else 0,
            stroke_fill=edge,
        )
    return page


def before(wall: Image.Image, photo: Image.Image, number: int, *, feather: bool = False) -> Image.Image:
    """A cut-out of a photograph before a wall that others stand before too, in other light and from a little aside."""
    dice = random.Random(number)
    page = ImageOps.fit(wall, (1000, 1000))
    left, top = dice.randrange(0, 100), dice.randrange(0, 100)
    page = page.crop((left, top, left + 880, top + 880))
    wide, high = dice.randrange(380, 620), dice.randrange(420, 660)
    cut = ImageOps.fit(photo, (wide, high))
    mask = Image.new("L", cut.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, wide, high), fill=255)
    if feather:
        mask = mask.filter(ImageFilter.GaussianBlur(6))
    page.paste(cut, (dice.randrange(0, 880 - wide), 880 - high), mask)
    factor = dice.uniform(0.85, 1.1)
    return page.point(lambda value: min(255, round(value * factor)))


def selfie(subject: Image.Image, number: int, size: tuple[int, int]) -> Image.Image:
    """A subject before a plain wall, as a telephone sees it: light that falls off, soft shadow, grain of the sensor."""
    import numpy as np

    dice = random.Random(f"selfie {number}")
    width, height = size
    tone = np.array([dice.randrange(120, 235) for _ in range(3)], np.float32)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    light = 1 - 0.25 * np.hypot(rows / height - dice.random(), columns / width - dice.random())
    page = Image.fromarray(np.clip(tone * light[..., None], 0, 255).astype(np.uint8))
    wide = round(width * dice.uniform(0.55, 0.85))
    high = min(round(wide * 1.3), round(height * 0.62))
    cut = ImageOps.fit(subject, (wide, high), Image.Resampling.LANCZOS)
    mask = Image.new("L", cut.size, 0)
    pen = ImageDraw.Draw(mask)
    pen.ellipse((wide * 0.2, 0, wide * 0.8, high * 0.7), fill=255)
    pen.ellipse((0, high * 0.5, wide, high * 1.6), fill=255)
    left, top = dice.randrange(0, width - wide + 1), height - high
    page.paste(cut, (left, top), mask.filter(ImageFilter.GaussianBlur(5)))
    grain = np.random.default_rng(number).normal(0, dice.uniform(0.6, 3.0), (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(page, np.float32) + grain, 0, 255).astype(np.uint8))


TEMPLATES: Final[Mapping[str, Callable[[int, int, Sequence[Image.Image]], Image.Image]]] = {
    "forms": lambda t, n, p: form(t, n),
    "receipts": lambda t, n, p: receipt(t, n),
    "cards": lambda t, n, p: card(t, n, p[n % len(p)]),
    "memes, words beside": lambda t, n, p: meme(p[t % len(p)], n, over=False),
    "memes, words over": lambda t, n, p: meme(p[t % len(p)], n, over=True),
}
"""By name: from the template's number, the entries' number and photographs to the paper."""
