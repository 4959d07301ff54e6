"""What a reader keeps between requests: states of the past, compiled systems, the scores of all products."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from api.errors import RequestError, UnpreparedError
from api.readers import progress
from footprint.errors import FootprintError
from graphstore import GraphStore, shipped
from graphstore.answers.board import Board
from graphstore.answers.graph import Calculation, Settings
from graphstore.answers.names import Names
from graphstore.answers.parts import Parts
from graphstore.answers.question import Question, ask
from graphstore.answers.settings import method_settings
from graphstore.contract import SparqlStore, embedded
from graphstore.errors import GraphStoreError, QueryError, UnknownNameError
from graphstore.scenarios import find_scenario

if TYPE_CHECKING:
    from shapes.background import Background

_MOST_STATES: Final = 4
_MOST_SYSTEMS: Final = 6
_MOST_UNITS: Final = 100
_MOST_CHAINS: Final = 2
"""Supply chains that are kept solved, for the pages of their lists: each takes 16 bytes for each process of the system."""

Past = tuple[str | None, str | None]
"""Day and release."""


@dataclass(frozen=True)
class System:
    """One compiled system, and what follows for all its products once it is asked for."""

    calculation: Calculation

    @cached_property
    def board(self) -> Board:
        """The footprints of all products."""
        return Board(self.calculation)

    @cached_property
    def parts(self) -> Parts:
        """What the footprints of all products are made of."""
        return Parts(self.board)

    def chain(self, product: str, amount: float, unit: str | None) -> Question:
        """The supply chain of an amount of a product; the last few are kept.

        Raises:
            FootprintError, GraphStoreError: see `graphstore.answers.question.ask`.
        """
        key = (product, amount, unit)
        if key not in self._chains:
            self._chains[key] = ask(self.calculation, product, amount, unit)
        self._chains.move_to_end(key)
        while len(self._chains) > _MOST_CHAINS:
            self._chains.popitem(last=False)
        return self._chains[key]

    @cached_property
    def _chains(self) -> OrderedDict[tuple[str, float, str | None], Question]:
        return OrderedDict()

    @cached_property
    def units(self) -> dict[str, str]:
        """IRIs of the units that were asked for by symbol or name."""
        return {}


class Kept:
    """States and systems, the least recently used of which are let go."""

    def __init__(self) -> None:
        self._states: OrderedDict[tuple[GraphStore, Past], GraphStore] = OrderedDict()
        self._systems: OrderedDict[tuple[SparqlStore, Settings, str], System] = OrderedDict()
        self._backgrounds: dict[SparqlStore, Background] = {}

    def state(self, store: SparqlStore, past: Past) -> SparqlStore:
        """A past state beside the one that is read: of a release, of a day, of a day of a release.

        Raises:
            RequestError: there is no such release.
            EmbeddedOnlyError: an endpoint keeps the store.
        """
        if past == (None, None):
            return store
        own = embedded(store, "show a state of the past")
        key = (own, past)
        if key not in self._states:
            self._renew()
            self._states[key] = _opened(own, past)
        self._states.move_to_end(key)
        while len(self._states) > _MOST_STATES:
            self._states.popitem(last=False)[1].close()
        return self._states[key]

    def system(self, state: SparqlStore, method: Mapping[str, Any]) -> System:
        """The compiled system of a state under some settings.

        Raises:
            UnpreparedError: the store holds no reference knowledge.
            RequestError: no such scenario, or no such reading.
        """
        with _said_by_request():
            settings = method_settings(**{key: value for key, value in method.items() if key != "scenario"})
            if method.get("scenario") is not None:
                settings = replace(settings, scenario=find_scenario(state, str(method["scenario"])))
        plain = replace(settings, scenario=None)
        found = self._found((state, plain, ""), lambda: _compiled(state, plain))
        scenario = settings.scenario
        if scenario is None:
            return found
        named = f"{scenario.iri} {settings.as_dict()['hash']}"  # a state calls a scenario by one name
        return self._found((state, plain, named), lambda: System(found.calculation.under(scenario)))

    def _found(self, key: tuple[SparqlStore, Settings, str], make: Callable[[], System]) -> System:
        if key not in self._systems:
            self._renew()
            self._systems[key] = make()
        self._systems.move_to_end(key)
        while len(self._systems) > _MOST_SYSTEMS:
            self._systems.popitem(last=False)
        return self._systems[key]

    def background(self, state: SparqlStore) -> Background:
        """The reference knowledge of a state, as studies are judged beside it; the latest one is kept."""
        from shapes.background import of_store

        if state not in self._backgrounds:
            self._backgrounds.clear()
            self._backgrounds[state] = of_store(state)
        return self._backgrounds[state]

    def _renew(self) -> None:
        """Let go of what belongs to stores that were closed, as they are when a newer generation is read."""
        for key in [key for key in self._states if key[0].closed]:
            self._states.pop(key).close()
        for made in [made for made in self._systems if made[0].closed]:
            del self._systems[made]


KEPT: Final = Kept()
"""What this process keeps: a reader is a process of its own that does one job after the other."""


@contextmanager
def calculating(state: SparqlStore, method: Mapping[str, Any]) -> Iterator[System]:
    """The system of a state under some settings; errors are told with the names of the nodes that they mention.

    Raises:
        ToldError: what the calculation refuses.
    """
    from api.problems import Problem, ToldError, problem_of

    found = KEPT.system(state, method)
    if progress.followed():
        progress.at("compiling")
        with suppress(FootprintError, GraphStoreError):  # where the whole cannot be compiled, a part may do
            found.calculation.base  # noqa: B018 - it is kept
        progress.at("calculating")
    try:
        yield found
    except (FootprintError, GraphStoreError) as error:
        told = problem_of(error)
        nodes = Names(found.calculation).mentioned(str(error))
        facts = {**told.facts, "nodes": nodes} if nodes else told.facts
        raise ToldError(Problem(told.kind, told.detail, facts, told.headers)) from error


def unit_of(system: System, text: str | None) -> str | None:
    """The unit that a request names; ``None`` stays ``None``.

    Raises:
        RequestError: there is none, or several.
    """
    from graphstore.answers.units import find_unit

    if text is None:
        return None
    if text not in system.units:
        with _said_by_request():
            found = find_unit(system.calculation, text)
        if len(system.units) >= _MOST_UNITS:
            system.units.clear()
        system.units[text] = found
    return system.units[text]


@contextmanager
def _said_by_request() -> Iterator[None]:
    """What is not known by a name that a parameter states makes the request wrong, not its address."""
    try:
        yield
    except (UnknownNameError, QueryError, FootprintError) as error:
        raise RequestError(str(error)) from None


def _opened(store: GraphStore, past: Past) -> GraphStore:
    day, release = past
    with _said_by_request():
        opened = store if release is None else GraphStore.open(store.path, mode="read", release=release)
    if day is None:
        return opened
    try:
        return opened.as_of(day)
    finally:
        if opened is not store:
            opened.close()


def _compiled(state: SparqlStore, settings: Settings) -> System:
    _require_knowledge(state)
    return System(Calculation(state, settings, lasting=True))


def _require_knowledge(state: SparqlStore) -> None:
    try:
        shipped.require(state)
    except UnknownNameError:
        raise UnpreparedError(
            "The store of this server holds no reference knowledge (units, gases, warming potentials) yet. Its administrator "
            "loads it by `tanmai init`."
        ) from None
