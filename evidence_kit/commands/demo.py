"""`evidence-kit demo`."""

from __future__ import annotations

from evidence_kit.commands._wiring import Setting, command


@command
def demo(setting: Setting) -> None:
    """X."""
