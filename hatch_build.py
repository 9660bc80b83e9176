"""Puts the samples into a wheel, so that `evidence-kit demo` works without a checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SamplesHook(BuildHookInterface[Any]):
    """Adds `samples/` to standard wheels; an editable install finds it beside the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend the list of files that hatchling packs."""
        if version == "standard":
            build_data["force_include"]["samples"] = "evidence_kit/samples"
