"""Spreads that the graph states, read as columns: of exchanges, of emission factors, and of the masses of gas in them.

Read once per state of the graph and kept beside its generation, like the compiled system; tied to the system by `bind`.
What is stated inconsistently is kept with its fault: whether that matters, the supply chain in question says.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from footprint.distributions import Family
from footprint.errors import InvalidSystem
from footprint.snapshot import load as load_arrays
from footprint.snapshot import save
from footprint.spreads import UNSTATED, Stated
from footprint.text import Strings
from graphstore.errors import ExtractionError
from graphstore.queries import load
from graphstore.technosphere.columns import Select, joined, only, scans, table
from graphstore.technosphere.snapshot import meaning

ID = "https://w3id.org/tanmai/id/"
FAMILIES = {
    f"{ID}distribution/none": int(Family.NONE),
    f"{ID}distribution/lognormal": int(Family.LOGNORMAL),
    f"{ID}distribution/normal": int(Family.NORMAL),
    f"{ID}distribution/triangular": int(Family.TRIANGULAR),
    f"{ID}distribution/uniform": int(Family.UNIFORM),
    f"{ID}distribution/interval-95": UNSTATED,  # a half-width alone
}
_PARAMETERS = {
    "mean": "mean",
    "standardDeviation": "deviation",
    "geometricMean": "geometric_mean",
    "geometricStandardDeviation": "geometric_deviation",
    "minimum": "minimum",
    "mode": "mode",
    "maximum": "maximum",
    "coefficientOfVariation": "variation",
    "relativeHalfWidth95": "half_width",
}
"""Properties of a tm:Uncertainty, and the column of `Stated` that each fills."""


class Kind(IntEnum):
    """What kind of number is uncertain."""

    EXCHANGE = 0
    FACTOR = 1
    MASS = 2


@dataclass(frozen=True, eq=False)
class Spreads:
    """All numbers of the graph with a stated spread, in ascending order of IRI.

    Attributes:
        ids: IRIs of exchanges, emission factors and masses of gas.
        kind: codes of `Kind`, int8.
        owner: the process of an exchange, the factor of a mass, else empty.
        flow: the flow of an exchange, else empty.
        rank: place of a mass among those of its factor, in the order of the extraction; else -1.
        amount: the amount of an exchange or mass, or the CO2e of a factor, as the engine reads it.
        stated: the spreads as they are stated.
    """

    ids: Sequence[str]
    kind: NDArray[np.int8]
    owner: Sequence[str]
    flow: Sequence[str]
    rank: NDArray[np.int64]
    amount: NDArray[np.float64]
    stated: Stated

    def write(self, path: Path) -> None:
        """Write everything to one file, atomically."""
        arrays: dict[str, NDArray[Any]] = {"kind": self.kind, "rank": self.rank, "amount": self.amount}
        arrays |= {f"stated.{field.name}": getattr(self.stated, field.name) for field in fields(Stated)}
        for name in ("ids", "owner", "flow"):
            packed = Strings.of(getattr(self, name))
            arrays |= {f"{name}.blob": packed.blob, f"{name}.ends": packed.ends}
        save(path, arrays)

    @classmethod
    def read(cls, path: Path) -> Spreads:
        """Map a file that `write` made."""
        arrays = load_arrays(path)
        ids, owner, flow = (
            Strings(arrays[f"{name}.blob"], arrays[f"{name}.ends"]) for name in ("ids", "owner", "flow")
        )
        stated = Stated(*(arrays[f"stated.{field.name}"] for field in fields(Stated)))
        return cls(ids, arrays["kind"], owner, flow, arrays["rank"], arrays["amount"], stated)


def spreads(select: Select, folder: Path | None) -> Spreads:
    """Return the stated spreads of the current graph, from the cache folder of its generation where they are there.

    Args:
        select: Runs a SELECT over the graph.
        folder: Folder that belongs to this state of the graph; None for a store in memory.

    Raises:
        ExtractionError: a property is stated twice, or a distribution is unknown.
    """
    path = folder / f"spreads-{meaning()}.arrays" if folder else None
    if path is not None:
        with suppress(OSError, InvalidSystem, KeyError):  # absent, cut short or damaged: made anew
            return Spreads.read(path)
    made = extract_spreads(select)
    if path is not None:
        with suppress(OSError):  # a full disk, a store that may only be read: the answer needs no file
            made.write(path)
    return made


def extract_spreads(select: Select) -> Spreads:
    """Read all stated spreads; see `spreads`."""
    frame = _stated(select)
    frame = _located(select, frame).sort("node")
    family = frame["distribution"].replace_strict(FAMILIES, default=UNSTATED, return_dtype=pl.Int8)
    numbers = {column: _number(frame[name]) for name, column in _PARAMETERS.items()}
    unreadable = np.zeros(len(frame), dtype=np.bool_)
    for name, column in _PARAMETERS.items():
        unreadable |= frame[name].is_not_null().to_numpy() & ~np.isfinite(numbers[column])
        numbers[column][~np.isfinite(numbers[column])] = np.nan
    base = _number(frame["baseUncertainty"])
    unreadable |= frame["baseUncertainty"].is_not_null().to_numpy() & ~np.isfinite(base)
    stated = Stated.of(
        len(frame),
        amount=_number(frame.select(pl.coalesce("statedAmount", "amount")).to_series()),
        family=family.to_numpy(),
        is_factor=(frame["kind"] != Kind.EXCHANGE).to_numpy(),
        scores=frame["scores"].fill_null(np.nan).to_numpy(),
        lowest_factor=frame["lowest"].fill_null(np.nan).to_numpy(),
        base=base,
        unreadable=unreadable,
        **numbers,
    )
    return Spreads(
        ids=frame["node"].to_list(),
        kind=frame["kind"].to_numpy().astype(np.int8),
        owner=frame["owner"].fill_null("").to_list(),
        flow=frame["flow"].fill_null("").to_list(),
        rank=frame["rank"].fill_null(-1).to_numpy().astype(np.int64),
        amount=_number(frame["amount"]),
        stated=stated,
    )


def _stated(select: Select) -> pl.DataFrame:
    """Return one row per node that states a spread: its parameters as strings, and its pedigree."""
    of_node, direct = scans(select, ("uncertainty", "relativeHalfWidth95"), "node", "value")
    nodes = only(of_node, "node", "value", "uncertainty").rename({"value": "uncertainty"})
    described = nodes.select("uncertainty").unique()
    described = joined(described, select, ("distribution", *_PARAMETERS), "uncertainty")
    _check_families(described)
    frame = nodes.join(described, on="uncertainty", how="left").drop("uncertainty")
    direct = direct.filter(~pl.col("node").is_in(described["uncertainty"].implode()))
    direct = only(direct, "node", "value", "relativeHalfWidth95").rename({"value": "direct"})
    frame = frame.join(direct, on="node", how="full", coalesce=True)
    frame = frame.with_columns(relativeHalfWidth95=_one_width(frame)).drop("direct")
    frame = frame.join(_pedigrees(select), on="node", how="full", coalesce=True)
    return joined(frame, select, ("baseUncertainty",), "node")


def _check_families(frame: pl.DataFrame) -> None:
    unknown = frame.filter(pl.col("distribution").is_not_null() & ~pl.col("distribution").is_in(list(FAMILIES)))
    if len(unknown):
        first = unknown.sort("uncertainty").row(0, named=True)
        raise ExtractionError(
            f"<{first['uncertainty']}> names the distribution <{first['distribution']}>, which is not known. "
            f"Use one of {', '.join(f'<{iri}>' for iri in FAMILIES)}."
        )


def _one_width(frame: pl.DataFrame) -> pl.Series:
    """Return the half-width stated for the number itself or for its tm:Uncertainty."""
    both = frame.filter(pl.col("direct").is_not_null() & pl.col("relativeHalfWidth95").is_not_null())
    if len(both):
        raise ExtractionError(
            f"<{both['node'].sort()[0]}> states tm:relativeHalfWidth95 itself and again by its tm:uncertainty. Keep one."
        )
    return frame.select(pl.coalesce("relativeHalfWidth95", "direct")).to_series()


def _pedigrees(select: Select) -> pl.DataFrame:
    """Return, for each node whose scores have uncertainty factors, the sum of their squared logarithms and the smallest."""
    scored, factors, indicators = scans(select, ("quality", "uncertaintyFactor", "indicator"), "node", "value")
    factors = only(factors, "node", "value", "uncertaintyFactor").rename({"node": "score", "value": "factor"})
    frame = scored.unique().rename({"value": "score"}).join(factors, on="score")
    indicators = only(indicators, "node", "value", "indicator").rename({"node": "score", "value": "indicator"})
    frame = frame.join(indicators, on="score", how="left")
    twice = frame.filter(pl.col("indicator").is_not_null() & pl.struct("node", "indicator").is_duplicated())
    if len(twice):
        first = twice.sort("node", "score").row(0, named=True)
        raise ExtractionError(f"<{first['node']}> has two scores for <{first['indicator']}>. Keep one.")
    number = pl.col("factor").cast(pl.Float64, strict=False).fill_null(float("nan"))
    return (
        frame.with_columns(number=number)
        .group_by("node")
        .agg(scores=(pl.col("number").log() ** 2).sum(), lowest=pl.col("number").fill_nan(0.0).min())
    )


def _located(select: Select, frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the nodes that are exchanges, factors or masses; add what they belong to and the amount that is spread.

    The parameters of a spread stand in the unit of the source, so beside a converted amount they belong to the stated one.
    """
    empty = pl.lit(None, dtype=pl.String)
    sides = [s.unique() for s in scans(select, ("output", "input", "emission"), "owner", "node")]
    exchanges = pl.concat(sides).join(frame.select("node"), on="node", how="semi").unique("node", keep="first")
    exchanges = joined(exchanges, select, ("flow", "amount", "statedAmount"), "node")
    co2e, masses = (s.unique() for s in scans(select, ("co2e", "gasMass"), "node", "value"))
    factors = pl.concat([co2e.select("node"), masses.select("node")]).unique()
    factors = factors.join(only(co2e, "node", "value", "co2e"), on="node", how="left").rename({"value": "amount"})
    ranked = table(select, load("factor-gases"), "factor", "mass", "gas", "category", "aircraft", "amount", "unit")
    ranked = ranked.sort(pl.all()).with_columns(rank=pl.int_range(pl.len()).over("factor"))
    parts = [
        exchanges.with_columns(kind=pl.lit(int(Kind.EXCHANGE)), rank=pl.lit(-1, dtype=pl.Int64)),
        factors.with_columns(
            kind=pl.lit(int(Kind.FACTOR)), rank=pl.lit(-1, dtype=pl.Int64), owner=empty, flow=empty, statedAmount=empty
        ),
        ranked.select(node="mass", owner="factor", amount="amount", rank=pl.col("rank").cast(pl.Int64)).with_columns(
            kind=pl.lit(int(Kind.MASS)), flow=empty, statedAmount=empty
        ),
    ]
    columns = ["node", "owner", "flow", "amount", "statedAmount", "kind", "rank"]
    placed = pl.concat([part.select(columns) for part in parts]).unique("node", keep="first", maintain_order=True)
    return frame.join(placed, on="node", how="inner")


def _number(values: pl.Series) -> NDArray[np.float64]:
    """Read decimals and doubles; what is absent or no number becomes NaN."""
    made = values.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy().astype(np.float64)
    return np.array(made)
