"""How much of a footprint rests on primary data (rule R13), in two readings.

`activity`: a contribution is primary when its activity data are. `strict`: only when its factor is primary too. A footprint
that a supplier stated counts with the primary share that the supplier states for it. Weights are the sizes of the
contributions, biogenic uptake left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from footprint.inventory import Floats
from graphstore.answers.graph import ID, Calculation
from graphstore.answers.names import Names
from graphstore.queries import load
from graphstore.technosphere.columns import table
from schemes.contributions import beside, every_exchange
from schemes.errors import SchemeDataError

RULE = "R13"
PRIMARY = f"{ID}data-kind/primary"
ACTIVITY = "activity"
READINGS: Mapping[str, tuple[str, str]] = {
    ACTIVITY: ("activity data", "活动数据"),
    "strict": ("activity data and factor", "活动数据和因子"),
}
"""The readings, as tm:primaryDataReading states them, and in Chinese; the first is the one of PACT 3.0.3 as read here."""
MOST = 50
"""Secondary items listed; the rest is counted."""


def primary_share(calculation: Calculation, frame: pl.DataFrame, names: Names) -> dict[str, Any]:
    """Return the primary data share in both readings, and every item that is not primary, with the reason where one is stated.

    Args:
        calculation: State of the graph.
        frame: Contributions, see `schemes.contributions`.
        names: Names learned so far.

    Returns:
        rule, readings (each with share), secondary (items by size), secondary_count, assumptions.

    Raises:
        SchemeDataError: a node states two kinds of data, or a share outside 0 to 1.
    """
    scored = _scored(frame, _stated(calculation))
    readings = {
        reading: {
            "share": math.fsum((scored["weight"] * scored[reading]).to_list()),
            "reading_en": en,
            "reading_zh": zh,
        }
        for reading, (en, zh) in READINGS.items()
    }
    unstated = float(
        scored.filter(pl.col("activity_kind").is_null() & pl.col("share_factor").is_null())["weight"].sum()
    )
    secondary = scored.filter(pl.col("strict") < 1)
    return {
        "rule": RULE,
        "readings": readings,
        "secondary": _listed(calculation, secondary.head(MOST), names),
        "secondary_count": len(secondary),
        "assumptions": _assumptions(unstated),
    }


def shares_of_exchanges(calculation: Calculation, reading: str = ACTIVITY) -> Floats:
    """Return for each exchange of the system how much of a contribution by it is primary, float64[exchanges].

    Args:
        calculation: State of the graph, without a scenario.
        reading: One of `READINGS`.

    Raises:
        SchemeDataError: see `primary_share`.
    """
    return _scored(every_exchange(calculation.snapshot), _stated(calculation))[reading].to_numpy().astype(np.float64)


def _scored(frame: pl.DataFrame, stated: tuple[pl.DataFrame, pl.DataFrame]) -> pl.DataFrame:
    """Add the kinds of data of activity and factor, the supplier's share, and the primary share in each reading."""
    kinds, shares = stated
    frame = beside(beside(frame, kinds, "kind"), shares, "share")
    activity = pl.coalesce("kind_exchange", "kind_process")
    primary = (activity == PRIMARY).fill_null(value=False).cast(pl.Float64)
    factor = (
        pl.when(pl.col("factor").is_null())
        .then(1.0)
        .otherwise((pl.col("kind_factor") == PRIMARY).fill_null(value=False))
    )
    return frame.with_columns(
        activity.alias("activity_kind"),
        pl.coalesce("share_factor", primary).alias("activity"),
        (primary * pl.coalesce("share_factor", factor.cast(pl.Float64))).alias("strict"),
    )


def _stated(calculation: Calculation) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return kind by node and supplier's share by node."""
    rows = table(calculation.select, load("data-kinds"), "node", "kind", "share")
    kinds = rows.filter(pl.col("kind").is_not_null() & (pl.col("kind") != "")).select("node", "kind").unique()
    shares = rows.filter(pl.col("share").is_not_null() & (pl.col("share") != "")).select("node", "share").unique()
    for stated, what in ((kinds, "kinds of data (tm:dataKind)"), (shares, "primary data shares")):
        twice = stated.filter(stated["node"].is_duplicated())["node"].sort()
        if len(twice):
            raise SchemeDataError(f"<{twice[0]}> states several {what}. Keep one of them.")
    numbers = shares.with_columns(pl.col("share").cast(pl.Float64, strict=False))
    wrong = numbers.filter(pl.col("share").is_null() | ~pl.col("share").is_between(0, 1))["node"].sort()
    if len(wrong):
        raise SchemeDataError(f"<{wrong[0]}> states a primary data share that is no number from 0 to 1. 35 % is 0.35.")
    return kinds, numbers


def _listed(calculation: Calculation, frame: pl.DataFrame, names: Names) -> list[dict[str, Any]]:
    rows = frame.to_dicts()
    nodes = [str(row[key]) for row in rows for key in ("exchange", "factor", "process") if row[key] is not None]
    reasons: dict[str, dict[str, str]] = {}
    for row in calculation.about(load("reasons"), "node", nodes):
        reasons.setdefault(str(row["node"]), {}).setdefault(str(row["tag"]), str(row["reason"]))
    details = {
        str(row["exchange"]): row for row in calculation.about(load("exchange-details"), "exchange", frame["exchange"])
    }
    flows = {exchange: str(row["flow"]) for exchange, row in details.items()}
    kinds = [str(row[key]) for row in rows for key in ("activity_kind", "kind_factor") if row[key] is not None]
    names.learn([*nodes, *flows.values(), *kinds])
    return [
        {
            "exchange": row["exchange"],
            "flow": names[flows.get(row["exchange"], row["exchange"])].as_dict(),
            "process": names[row["process"]].as_dict(),
            "factor": names[row["factor"]].as_dict() if row["factor"] else None,
            "value": row["value"],
            "weight": row["weight"],
            "activity_kind": names[row["activity_kind"]].as_dict() if row["activity_kind"] else None,
            "factor_kind": names[row["kind_factor"]].as_dict() if row["kind_factor"] else None,
            "supplier_share": row["share_factor"],
            **_reason(reasons.get(row["exchange"]) or reasons.get(row["factor"] or "")),
        }
        for row in rows
    ]


def _reason(stated: dict[str, str] | None) -> dict[str, Any]:
    """The reason for secondary data in both languages; a text without language or in one language stands for both."""
    if not stated:
        return {"reason_stated": False, "reason_en": "no reason stated", "reason_zh": "未说明理由"}
    any_text = next(iter(stated.values()))
    return {"reason_stated": True, "reason_en": stated.get("en", any_text), "reason_zh": stated.get("zh", any_text)}


def _assumptions(unstated: float) -> list[dict[str, Any]]:
    if not unstated:
        return []
    return [
        {
            "code": "kind-not-stated",
            "text_en": f"{unstated:.1%} of the contributions do not say whether their data are primary; they count as secondary.",
            "text_zh": f"占 {unstated:.1%} 的贡献未注明数据类型，按次级数据计。",
            "share": unstated,
        }
    ]
