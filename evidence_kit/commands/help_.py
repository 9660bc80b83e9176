"""`evidence-kit help TOPIC`."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command
from evidence_kit.errors import UsageError

TOPICS: Final = ("phone", "whatsapp", "iphone", "minor", "lawyer", "lost-key")


@command
def help_(
    setting: Setting,
    topic: Annotated[str | None, typer.Argument(metavar="[TOPIC]", show_default=False)] = None,
) -> None:
    """Explain one topic in words that a tired person can follow."""
    screen = setting.screen
    if topic is None:
        screen.document({"topics": list(TOPICS)})
        screen.line(screen.sentence("topic.list", topics=", ".join(TOPICS)))
        return
    name = topic.strip().lower()
    if name not in TOPICS:
        raise UsageError("topic-unknown", topic=topic, known=", ".join(TOPICS))
    text = screen.sentence(f"topic.{name}")
    screen.document({"topic": name, "text": text})
    if not screen.json:
        with screen.listing():
            screen.write(text)
