"""The footprint of every product at once, from one adjoint solve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from footprint.direct import only
from footprint.gaps import CutOffReason
from footprint.inventory import Floats
from footprint.solve import scores
from graphstore.answers.cutoffs import REASONS
from graphstore.answers.graph import Calculation
from graphstore.answers.names import Names
from graphstore.answers.sectors import sectors
from graphstore.errors import ExportError
from graphstore.queries import load

LANGUAGES = ("en", "zh", "")


def all_products(calculation: Calculation) -> pl.DataFrame:
    """Return a row per product: iri, process, name, amount, unit, kg_co2e, error_bound, and the biogenic reading beside it.

    Amount is one reference unit. The rows stand in the order of process and product IRIs. `kg_co2e_sector_average` is the part
    that comes from sectors of input-output tables, which is no footprint of a product by itself.

    Raises:
        AllocationError, IncompleteInventory: gaps anywhere in the store that the reading does not allow.
    """
    calculation.require_complete()
    snapshot, weights = calculation.snapshot, calculation.characterisation
    found = scores(
        snapshot.compiled, snapshot.compiled.cost(np.stack((weights.excluding_biogenic, weights.including_biogenic)))
    )
    rows = np.flatnonzero(snapshot.process >= 0)
    process = [snapshot.maker(a) for a in rows.tolist()]
    product = [str(snapshot.product_of(a)) for a in rows.tolist()]
    units = [snapshot.unit_of(a) for a in rows.tolist()]
    named = _labels(calculation)
    symbols = Names(calculation)
    symbols.learn(units)
    return pl.DataFrame(
        {
            "iri": product,
            "process": process,
            "name": [named.get(iri, "") for iri in product],
            "amount": np.ones(len(rows)),
            "unit": [symbols[u].in_language("en") for u in units],
            "unit_iri": units,
            "kg_co2e": found.values[0][rows],
            "error_bound": found.bounds[0][rows],
            "kg_co2e_including_biogenic_co2": found.values[1][rows],
            "kg_co2e_sector_average": _sector_average(calculation)[rows],
        }
    ).sort("process", "iri")


def _sector_average(calculation: Calculation) -> Floats:
    """Return for every activity the part of its footprint that comes from sectors of input-output tables."""
    known = sectors(calculation)
    if not known.activity.any():
        return np.zeros(len(known.activity))
    compiled = calculation.snapshot.compiled
    part: Floats = scores(compiled, only(known.direct(calculation), known.activity)).values
    return part


def _labels(calculation: Calculation) -> dict[str, str]:
    """Return one label of each product: English, then Chinese, then whatever there is."""
    best: dict[str, tuple[int, str]] = {}
    for row in calculation.graph.query(load("product-labels")).dicts():
        tag = str(row["tag"]).split("-")[0]
        rank = LANGUAGES.index(tag) if tag in LANGUAGES else len(LANGUAGES)
        candidate = (rank, str(row["label"]))
        best[str(row["product"])] = min(best.get(str(row["product"]), candidate), candidate)
    return {iri: label for iri, (_, label) in best.items()}


def cut_off_table(calculation: Calculation) -> pl.DataFrame:
    """Return every exchange outside the system: exchange, process and the reason."""
    snapshot = calculation.snapshot
    return pl.DataFrame(
        {
            "exchange": [snapshot.compiled.system.exchange_ids[int(e)] for e in snapshot.cut_offs.exchange],
            "process": [snapshot.process_ids[int(p)] for p in snapshot.cut_offs.process],
            "reason": [REASONS[CutOffReason(int(r))] for r in snapshot.cut_offs.reason],
        },
        schema={"exchange": pl.String, "process": pl.String, "reason": pl.String},
    ).sort("process", "exchange")


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a table as CSV or Parquet, by the suffix, through a temporary file so that nothing is left half-written.

    Raises:
        ExportError: another suffix, or the file cannot be written.
    """
    writers: dict[str, Any] = {".csv": frame.write_csv, ".parquet": frame.write_parquet}
    if path.suffix not in writers:
        raise ExportError(f"{path}: the table can be written as .csv or .parquet; give one of these suffixes.")
    partial = path.with_name(f".{path.name}.tmp")
    try:
        writers[path.suffix](partial)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ExportError(f"{path} cannot be written: {error}. Check the folder and the space on the disk.") from error
