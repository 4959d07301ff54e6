"""Build hook: the wheel ships the compiled plans of the shapes. An editable installation compiles them when they are first used."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PlansHook(BuildHookInterface):
    """Compiles the shapes of this tree, and puts the plans beside them."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is built."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from shapes.shipping import write

        self._folder = tempfile.TemporaryDirectory()
        for plan in write(Path(self._folder.name)):
            build_data["force_include"][str(plan)] = f"shapes/plans/{plan.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - as it is called
        """Called after the wheel was built."""
        if version != "editable":
            self._folder.cleanup()
