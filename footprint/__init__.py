"""The calculation engine: arrays in, numbers out. Knows no RDF, no file formats, no web.

    system = System(...)                        # linked, unit-consistent, allocated
    compiled = compile_system(system)
    cost = compiled.cost(factors)               # kg CO2e per kg of each emission row
    scores(compiled, cost)                      # footprints of all products, with error bounds
    supply(compiled, activity, amount)          # everything that runs for one of them
    by_stage(...), path_tree(...)               # where a footprint comes from
    tiers(SectorTable(...), demand)             # EIO-LCA; integrate(...) joins sectors and processes in one system

The names below are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from footprint.compile import Compiled, Cost, compile_system
    from footprint.contributions import (
        Breakdown,
        by_activity,
        by_category,
        by_exchange,
        by_first_label,
        by_gas,
        by_row,
        by_stage,
        sensitivities,
    )
    from footprint.errors import FootprintError
    from footprint.hybrid import HybridModel, integrate
    from footprint.inputoutput import SectorTable, tiers
    from footprint.paths import PathTree, path_tree
    from footprint.solve import Bounded, Scores, Settings, Supply, scores, supply
    from footprint.system import EmissionRow, System

_HOME = {
    "system": ("EmissionRow", "System"),
    "errors": ("FootprintError",),
    "compile": ("Compiled", "Cost", "compile_system"),
    "solve": ("Bounded", "Scores", "Settings", "Supply", "scores", "supply"),
    "contributions": (
        *("Breakdown", "by_activity", "by_category", "by_exchange", "by_first_label", "by_gas", "by_row", "by_stage"),
        "sensitivities",
    ),
    "paths": ("PathTree", "path_tree"),
    "inputoutput": ("SectorTable", "tiers"),
    "hybrid": ("HybridModel", "integrate"),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Bounded",
    "Breakdown",
    "Compiled",
    "Cost",
    "EmissionRow",
    "FootprintError",
    "HybridModel",
    "PathTree",
    "Scores",
    "SectorTable",
    "Settings",
    "Supply",
    "System",
    "by_activity",
    "by_category",
    "by_exchange",
    "by_first_label",
    "by_gas",
    "by_row",
    "by_stage",
    "compile_system",
    "integrate",
    "path_tree",
    "scores",
    "sensitivities",
    "supply",
    "tiers",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE[name]}"), name)
