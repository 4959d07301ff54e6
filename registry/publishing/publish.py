"""Bringing the stores of audiences up to date with the whole store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from footprint.errors import FootprintError
from footprint.gaps import Reading
from graphstore import layout as layouts
from graphstore._steps import reached
from graphstore.answers.graph import Calculation, Settings
from graphstore.audiences.views import Content, View
from graphstore.audiences.visibility import Audience, Extent, Visibility
from graphstore.catalogue import DatasetVersion
from graphstore.errors import AudienceError, ExtractionError, ModeError
from graphstore.layout import Layout
from graphstore.store import GraphStore
from registry.errors import PublishingError
from registry.publishing.border import Demand, Whole, demands, ends
from registry.publishing.check import Checked, compare
from registry.publishing.refreshing import mark, stores
from registry.publishing.statements import Published, Writer
from registry.publishing.totals import Total, Totals
from schemes.errors import SchemeError


@dataclass(frozen=True, slots=True)
class Withheld:
    """An input that an audience cannot compute, or a result that it is not told.

    Attributes:
        iri: The exchange, or the product that was to be published.
        reason: Why; empty where its supplier is simply not shared.
        supplier: IRI of the supplier; for the organisation's own eyes.
    """

    iri: str
    reason: str
    supplier: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication did for one audience.

    Attributes:
        audience: Its name.
        changed: False where it saw this already.
        anew: Whether something was taken away, so that its store was made anew.
        datasets: How many datasets it reads.
        totals: What it is told of data that it does not read.
        withheld: Inputs without supplier and results that cannot be given.
        checked: How its numbers compare with those of the whole store.
    """

    audience: str
    changed: bool
    anew: bool
    datasets: int
    totals: tuple[Total, ...]
    withheld: tuple[Withheld, ...]
    checked: Checked = field(default_factory=lambda: Checked(()))

    @property
    def whole(self) -> bool:
        """Whether the audience computes everything as the organisation does."""
        return not (self.withheld or self.checked.differences or self.checked.failure)


def publish(
    store: GraphStore,
    names: Sequence[str] = (),
    *,
    anew: bool = False,
    check: bool = True,
) -> list[Publication]:
    """Publish to audiences what each may read now, and totals of the rest that is shared with it as result.

    Stores of audiences that there are no longer are removed. Where the totals cannot be computed, an audience from which something
    was taken away is left without a store until they can: what it may read no longer must not stay. What fails for one audience is
    raised when all others are up to date.

    Args:
        store: The whole store on disk, open for writing.
        names: Audiences; all of them where empty.
        anew: Leave nothing on the disk of what the audiences saw before.
        check: Compare the numbers of the audiences with those of the whole store.

    Raises:
        AudienceError: an audience that there is not.
        PublishingError: the totals cannot be computed.
    """
    layout, visibility = _layout(store), Visibility.of(store)
    reached("publishing")
    for gone in stores(layout) - visibility.audiences.keys():
        View(layout, gone).remove()
    unknown = sorted(set(names) - visibility.audiences.keys())
    if unknown:
        known = ", ".join(visibility.audiences) or "none yet"
        raise AudienceError(f"There is no audience {unknown[0]!r}. Known: {known}. Add it: `tanmai audience add NAME`.")
    chosen = {name: _settings(audience) for name, audience in visibility.audiences.items() if name in (names or [name])}
    wholes = {settings: Whole(store, Calculation(store, settings)) for settings in chosen.values()}
    made, failed = list[Publication](), list[Exception]()
    for name, settings in chosen.items():
        try:
            made.append(_published(wholes[settings], View(layout, name), visibility, anew=anew, check=check))
        except Exception as error:  # noqa: BLE001 - what fails for one must not keep another reading what was taken from it
            failed.append(error)
    if not names and all(isinstance(error, PublishingError) for error in failed):
        mark(store)
    if failed:
        raise failed[0]
    return made


def _settings(audience: Audience) -> Settings:
    return Settings(audience.gwp, Reading(audience.unlinked, audience.coproducts))


def outdated(store: GraphStore) -> list[str]:
    """Names of the audiences that read other datasets than they may, or have no store yet; totals are not looked at."""
    layout, visibility = _layout(store), Visibility.of(store)
    found = []
    for name in visibility.audiences:
        wanted = {(v.key, v.number) for v in visibility.seen(store.datasets(), name, Extent.DATA)}
        if View(layout, name).datasets() != wanted:
            found.append(name)
    return found


def _layout(store: GraphStore) -> Layout:
    if store.path is None:
        raise ModeError("A store in memory has no audiences. Open one with a path.")
    return layouts.read(store.path)


def _published(whole: Whole, view: View, visibility: Visibility, *, anew: bool, check: bool) -> Publication:
    versions = whole.store.datasets()
    seen = visibility.seen(versions, view.audience, Extent.DATA)
    told = visibility.seen(versions, view.audience, Extent.RESULT)
    try:
        answer = _Answer(whole, seen, told).made() if _draws(whole, seen, told) else _Told()
    except Exception as error:
        _close(whole, view, seen, told)
        if isinstance(error, FootprintError | ExtractionError | SchemeError):
            raise PublishingError(_uncomputed(view, error)) from error
        raise
    written = view.write(whole.store, Content(tuple(seen), tuple(answer.triples)), anew=anew)
    totals = tuple(each.total for each in answer.published)
    checked = _compared(whole, view, seen) if check else Checked(())
    return Publication(view.audience, written.changed, written.anew, len(seen), totals, tuple(answer.withheld), checked)


def _draws(whole: Whole, seen: Iterable[DatasetVersion], told: Iterable[DatasetVersion]) -> bool:
    """Whether anything of what the audience is told has to be computed."""
    graphs = {graph.value for version in (*seen, *told) for graph in version.all_graphs(whole.store.base)}
    return whole.has_process_in(graphs)


def _close(whole: Whole, view: View, seen: Iterable[DatasetVersion], told: Iterable[DatasetVersion]) -> None:
    """Leave an audience without a store when it has one that may hold what it may read no longer."""
    graphs = {graph.value for version in told for graph in version.all_graphs(whole.store.base)}
    lost = view.datasets() - {(version.key, version.number) for version in seen}
    if lost or view.products() - whole.products_of(graphs):
        view.remove()


def _uncomputed(view: View, error: Exception) -> str:
    state = "It sees what it saw before" if view.exists else "It sees nothing"
    return (
        f"What the audience {view.audience} is told of data that it does not read cannot be computed: {error} {state} until that is "
        "mended and `tanmai audience publish` succeeds."
    )


def _compared(whole: Whole, view: View, seen: Iterable[DatasetVersion]) -> Checked:
    base = whole.store.base
    if not whole.has_process_in({graph.value for version in seen for graph in version.all_graphs(base)}):
        return Checked(())
    with GraphStore.open(view.path, mode="read") as there:
        return compare(whole, there)


@dataclass(slots=True)
class _Told:
    """What an audience is told of data that it does not read."""

    triples: list[ox.Triple] = field(default_factory=list)
    published: list[Published] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)


class _Answer:
    """Finds out what one audience is told of data that it does not read."""

    def __init__(self, whole: Whole, seen: Sequence[DatasetVersion], told: Sequence[DatasetVersion]) -> None:
        self._whole, self._told_versions = whole, told
        base = whole.store.base
        self._seen = {graph.value for version in seen for graph in version.all_graphs(base)}
        self._told_graphs = {graph.value for version in told for graph in version.all_graphs(base)}
        self._totals = Totals(whole)
        self._writer = Writer(whole.calculation, self._seen, self._told_graphs)
        self._may = whole.standing_in(self._told_graphs)
        self._made = _Told()
        self._factors: dict[tuple[int, str, str], str] = {}
        self._taken: dict[str, tuple[int, str]] = {}
        self._places = Counter[tuple[str, str]]()

    def made(self) -> _Told:
        """Everything."""
        hidden = ~self._whole.standing_in(self._seen)
        snapshot = self._whole.calculation.snapshot
        for version in self._told_versions:
            graphs = {graph.value for graph in version.all_graphs(self._whole.store.base)}
            for activity in ends(self._whole, graphs, hidden).tolist():
                product = str(snapshot.product_of(activity))
                refusal = self._totals.refusal(activity)
                if refusal:
                    self._made.withheld.append(Withheld(product, refusal, snapshot.maker(activity)))
                else:
                    self._publish(self._totals.of(activity, product), activity, "")
        needed = demands(self._whole, self._seen)
        for demand in needed:
            self._supply(demand)
        flows = [demand.flow for demand in needed]
        self._made.triples += self._writer.totals(self._made.published, flows)
        return self._made

    def _supply(self, demand: Demand) -> None:
        refusal = self._refusal(demand)
        if refusal is None:
            total = self._totals.of(demand.activity, demand.flow, demand.unit)
            factor = self._publish(total, demand.activity, demand.chosen)
            if not demand.chosen:
                self._made.triples.append(self._writer.link(demand.exchange, factor))
            return
        maker = self._whole.calculation.snapshot.maker(demand.activity)
        self._made.withheld.append(Withheld(demand.exchange, refusal, maker))
        if not demand.chosen:
            node, triples = self._writer.withheld(demand.exchange)
            self._made.triples += [*triples, self._writer.link(demand.exchange, node)]

    def _refusal(self, demand: Demand) -> str | None:
        """Why an input stays without its supplier; empty where that is simply not shared, None where it need not."""
        if not self._may[demand.activity]:
            return ""
        refusal = self._totals.refusal(demand.activity)
        taken = self._taken.get(demand.chosen, (demand.activity, demand.unit))
        if not refusal and demand.chosen and taken != (demand.activity, demand.unit):
            return (
                f"<{demand.chosen}> is chosen for several products or units, and a factor states one. Let one graph choose for each of "
                "them a supplier of its own."
            )
        return refusal or None

    def _publish(self, total: Total, activity: int, chosen: str) -> str:
        """The factor of a total, made on first use; under the name by which shared data choose it, if they do."""
        key = (activity, total.unit, chosen)
        if key not in self._factors:
            made = self._writer.named(total, self._places[total.product, total.unit], chosen)
            self._places[total.product, total.unit] += 1
            self._made.published.append(made)
            self._factors[key] = made.factor
            if chosen:
                self._taken[chosen] = (activity, total.unit)
        return self._factors[key]
