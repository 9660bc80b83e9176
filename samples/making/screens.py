"""Screens of invented applications, drawn by a browser so that Arabic is joined and runs right to left."""

from __future__ import annotations

import html
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

PHONE = (1080, 2340)
DESK = (1280, 800)

_STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


class Screen:
    """Draws pages with a headless Chromium."""

    def __init__(self, browser: str) -> None:
        self._browser = browser

    def draw(self, body: str, size: tuple[int, int], language: str) -> Image.Image:
        """The page as a picture of this many pixels; pictures in it are named by their absolute path."""
        way = "rtl" if language == "ar" else "ltr"
        page = f'<!doctype html><html lang="{language}" dir="{way}"><meta charset="utf-8">'
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "page.html", Path(folder) / "page.png"
            source.write_text(f"{page}<style>{_STYLE}</style>{body}</html>", encoding="utf-8")
            quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
            apart = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars")
            # The window is higher than the picture: some builds take their frame off the height asked for.
            window = f"--window-size={size[0]},{size[1] + 200}"
            profile = f"--user-data-dir={folder}/profile"
            command = [
                self._browser,
                *apart,
                *quiet,
                profile,
                window,
                f"--screenshot={target}",
                source.as_uri(),
            ]
            subprocess.run(command, check=True, capture_output=True, timeout=60)
            with Image.open(target) as drawn:
                return drawn.convert("RGB").crop((0, 0, *size))


@dataclass(frozen=True, slots=True)
class Phone:
    """What stands at the head of a phone's screen.

    Attributes:
        look: A class of the style sheet.
        clock: What the phone's clock shows.
        name: Who one talks to, or who has published.
        below: The small line below the name.
    """

    look: str
    clock: str
    name: str
    below: str

    def status(self) -> str:
        """The top row."""
        return f'<div class="status"><span>{self.clock}</span><span>4G ▂▄▆ 61%</span></div>'

    def person(self) -> str:
        """Face, name and the line below."""
        face = f'<div class="face">{self.name[0]}</div>'
        return f'<div class="head">{face}<div>{self.name}<small>{self.below}</small></div></div>'


def line(text: str, time: str, *, mine: bool, picture: Path | None = None, gone: bool = False) -> str:
    """One message in its bubble."""
    shown = f'<img src="{picture.as_uri()}">' if picture else ""
    said = f'<span class="{"gone" if gone else ""}">{html.escape(text)}</span>'
    return f'<div class="line {"mine" if mine else "theirs"}">{shown}{said}<small>{time}</small></div>'


def chat(phone: Phone, day: str, lines: list[str], hint: str) -> str:
    """A conversation on a phone."""
    return (
        f'<div class="phone {phone.look}">{phone.status()}{phone.person()}'
        f'<div class="day"><span>{day}</span></div><div class="talk">{"".join(lines)}</div>'
        f'<div class="bar"><div>{hint}</div></div></div>'
    )


def post(phone: Phone, site: str, words: str, picture: Path, answers: list[tuple[str, str]]) -> str:
    """A picture published on an invented network."""
    below = "".join(f'<div class="talkback"><b>{who}</b>{said}</div>' for who, said in answers)
    counts = ("12 إعجاب", f"{len(answers)} تعليق", "مشاركة")
    acts = "".join(f"<span>{count}</span>" for count in counts)
    return (
        f'<div class="phone {phone.look}">{phone.status()}<div class="top">{site}</div><div class="card">'
        f'{phone.person()}<p>{words}</p><img src="{picture.as_uri()}"><div class="acts">{acts}</div>'
        f"{below}</div></div>"
    )


def website(title: str, address: str, words: str, picture: Path) -> str:
    """A page with a picture, in a browser on a desk."""
    return (
        f'<div class="desk"><div class="tabs">{title}</div><div class="address">{address}</div>'
        f'<main><img src="{picture.as_uri()}"><div><h2>{title}</h2><p>{words}</p></div></main></div>'
    )
