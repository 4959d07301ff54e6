"""Changes of the numbers of a system as changes of rows of its matrix and of its direct emissions; see ``whatif``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprint.intervals import rounded
from footprint.solve import Bounded

if TYPE_CHECKING:
    from footprint.compile import Compiled
    from footprint.edits import Edit
    from footprint.system import FloatArray, IntArray

__all__ = ["RowChanges", "emission_changes", "flipped", "row_changes"]


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Changes of rows of the matrix A: ``weight[k]`` is added in row ``provider[group[k]]`` and column ``consumer[k]``.

    Attributes:
        provider: the providers whose rows change, int32[r], ascending.
        group: for each change the position of its provider, int32[m].
        consumer: for each change its column, int32[m].
        weight: change of the entry, with the bound of its rounding, float64[m].
    """

    provider: IntArray
    group: IntArray
    consumer: IntArray
    weight: Bounded


def flipped(compiled: Compiled, edit: Edit) -> bool:
    """Whether a production changes its sign, which turns making into treating, or becomes zero."""
    return any(np.sign(amount) != compiled.sign[activity] for activity, amount in edit.production.items())


def row_changes(compiled: Compiled, edit: Edit) -> RowChanges:
    """Turn changed exchanges and productions into changes of the matrix."""
    system = compiled.system
    if not edit.tech and not edit.relinked and not edit.production:
        nothing = np.empty(0, dtype=np.int32)
        return RowChanges(nothing, nothing, nothing, rounded(np.empty(0)))
    tech = np.fromiter(edit.tech, dtype=np.int64)
    moved = np.fromiter(edit.relinked, dtype=np.int64)
    made = np.fromiter(edit.production, dtype=np.int64)
    target = np.array([provider for provider, _ in edit.relinked.values()], dtype=np.int64)
    sign = np.concatenate((compiled.sign, np.ones(len(edit.added))))
    provider = np.concatenate((system.tech_provider[tech], system.tech_provider[moved], target, made))
    consumer = np.concatenate(
        (system.tech_consumer[tech], system.tech_consumer[moved], system.tech_consumer[moved], made)
    )
    change = np.concatenate(
        (
            system.tech_amount[tech] - np.fromiter(edit.tech.values(), dtype=np.float64),
            system.tech_amount[moved],
            -np.array([amount for _, amount in edit.relinked.values()], dtype=np.float64),
            np.fromiter(edit.production.values(), dtype=np.float64) - system.production[made],
        )
    )
    changed = change != 0
    unique, group = np.unique(provider[changed].astype(np.int32), return_inverse=True)
    weight = rounded(sign[provider[changed]] * change[changed])
    return RowChanges(unique, group.astype(np.int32), consumer[changed].astype(np.int32), weight)


def emission_changes(compiled: Compiled, edit: Edit, weights: FloatArray) -> tuple[IntArray, Bounded]:
    """Return the activities whose direct emissions change, and by how many kg CO2e per run."""
    system = compiled.system
    bio = np.fromiter(edit.bio, dtype=np.int64)
    change = np.fromiter(edit.bio.values(), dtype=np.float64) - system.bio_amount[bio]
    return system.bio_activity[bio], rounded(weights[system.bio_row[bio]] * change)
