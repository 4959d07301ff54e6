"""Numbers of a system that are to be changed, and the system with them changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from footprint.compile import Compiled, compile_system
from footprint.errors import InvalidQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from footprint.system import EmissionRow, FloatArray, System

__all__ = ["Added", "Edit", "edited", "edited_system"]


@dataclass(frozen=True, slots=True)
class Added:
    """An activity without inputs that a system does not have yet, such as an emission factor nobody uses.

    Attributes:
        id: its identifier.
        emissions: emission rows and kg per unit of its product, in the order in which a factor states them: it is by this
            order that the spread of a single mass finds it.
    """

    id: str
    emissions: Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes of a system, each stated by its new value.

    Attributes:
        tech: new amounts by position in ``tech_amount``.
        relinked: by position in ``tech_amount`` another provider and the amount in that provider's unit.
        bio: new amounts by position in ``bio_amount``.
        production: new production by activity.
        rows: kinds of emission that the system has not, numbered on from those it has.
        added: activities that it has not, numbered on from those it has.
    """

    tech: Mapping[int, float] = field(default_factory=dict)
    relinked: Mapping[int, tuple[int, float]] = field(default_factory=dict)
    bio: Mapping[int, float] = field(default_factory=dict)
    production: Mapping[int, float] = field(default_factory=dict)
    rows: tuple[EmissionRow, ...] = ()
    added: tuple[Added, ...] = ()

    def check(self, system: System) -> None:
        """Raise InvalidQuery unless the changes fit the system.

        Raises:
            InvalidQuery: a position, activity or row that is not there, a number that is not finite, an exchange that
                is changed twice.
        """
        activities, rows = system.n + len(self.added), len(system.rows) + len(self.rows)
        emissions = [item for activity in self.added for item in activity.emissions]
        _inside("tech", self.tech, len(system.tech_amount))
        _inside("relinked", self.relinked, len(system.tech_amount))
        _inside("relinked to activity", [provider for provider, _ in self.relinked.values()], activities)
        _inside("bio", self.bio, len(system.bio_amount))
        _inside("production", self.production, system.n)
        _inside("emission row", [row for row, _ in emissions], rows)
        relinked = [amount for _, amount in self.relinked.values()]
        numbers = [*self.tech.values(), *relinked, *self.bio.values(), *self.production.values()]
        if not np.isfinite([*numbers, *(kg for _, kg in emissions)]).all():
            raise InvalidQuery("a changed amount is not a finite number: state one.")
        twice = self.tech.keys() & self.relinked.keys()
        if twice:
            raise InvalidQuery(f"exchange number {min(twice)} gets a new amount and a new provider: give both at once.")


def _inside(what: str, positions: Iterable[int], size: int) -> None:
    """Every position is one of the list it points into."""
    wrong = next((position for position in positions if not 0 <= position < size), None)
    if wrong is not None:
        raise InvalidQuery(f"a change of {what} names {wrong}, but there are {size}, numbered from 0.")


def edited(compiled: Compiled, edit: Edit) -> Compiled:
    """Return the system with the changes made; pattern and order are kept where only amounts change.

    Raises:
        InvalidQuery: see ``Edit.check``.
        InvalidSystem: a production of zero.
        UnproductiveLoop: an activity that now uses all it makes itself.
    """
    edit.check(compiled.system)
    if not edit.relinked and not edit.added and not edit.rows:
        return compiled.with_amounts(tech=edit.tech, bio=edit.bio, production=edit.production)
    return compile_system(edited_system(compiled.system, edit))


def edited_system(system: System, edit: Edit) -> System:
    """Return the arrays with the changes made; the activities and rows that are new stand at the end."""
    provider, amount = system.tech_provider.copy(), system.tech_amount.copy()
    for position, (activity, value) in edit.relinked.items():
        provider[position], amount[position] = activity, value
    _set(amount, edit.tech)
    bio, production = system.bio_amount.copy(), system.production.copy()
    _set(bio, edit.bio)
    _set(production, edit.production)
    new = [(system.n + k, row, kg) for k, activity in enumerate(edit.added) for row, kg in activity.emissions]
    absent = np.full(len(new), -1)
    return replace(
        system,
        activity_ids=[*system.activity_ids, *(activity.id for activity in edit.added)]
        if edit.added
        else system.activity_ids,
        production=np.concatenate((production, np.ones(len(edit.added)))),
        tech_provider=provider,
        tech_amount=amount,
        bio_activity=np.concatenate((system.bio_activity, [a for a, _, _ in new])).astype(np.int32),
        bio_row=np.concatenate((system.bio_row, [row for _, row, _ in new])).astype(np.int16),
        bio_amount=np.concatenate((bio, [kg for _, _, kg in new])).astype(np.float64),
        bio_exchange=np.concatenate((system.bio_exchange, absent)).astype(np.int64),
        bio_stage=np.concatenate((system.bio_stage, absent)).astype(np.int16),
        rows=(*system.rows, *edit.rows),
    )


def _set(values: FloatArray, changes: Mapping[int, float]) -> None:
    if changes:
        values[list(changes)] = list(changes.values())
