"""`evidence-kit match CASE [CANDIDATE...]`."""

from __future__ import annotations

from evidence_kit.commands._wiring import CaseArgument, Setting, writing_command


@writing_command
def match(setting: Setting, case: CaseArgument) -> None:
    """X."""
