"""Saying that a case has been kept as long as was agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_kit.commands._setting import Setting

if TYPE_CHECKING:
    from evidence_kit.custody.manifest import Manifest


def retention_due(setting: Setting, manifest: Manifest) -> bool:
    """Say so when the day until which a case is kept has come; return whether it has."""
    until = manifest.retention
    today = setting.world().clock.now().astimezone().date()
    if until is None or today < until:
        return False
    setting.screen.warn("retention.due", date=until.isoformat())
    return True
