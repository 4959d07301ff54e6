"""Data-quality ratings of a footprint (rule R14), on the scales that the graph states.

A rating is the mean of the scored indicators, each averaged over the contributions by their size. A score is taken from the
exchange, else from the factor it uses, else from its process. Where none of them states one, the scale's score for that is
taken (the worst, a choice of this project) and the share that it touches is reported. Scales, their indicators and their
levels are concepts in the graph; scores of different scales are never mixed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from graphstore.answers import underscenario
from graphstore.answers.cutoffs import cut_offs
from graphstore.answers.graph import ID, Calculation
from graphstore.answers.inputs import engine, inputs
from graphstore.answers.names import Names
from graphstore.answers.question import Question, ask
from graphstore.queries import load
from graphstore.technosphere.columns import table
from graphstore.terms import iri as iri_term
from schemes.contributions import beside, contributions
from schemes.errors import SchemeDataError
from schemes.exact import exact
from schemes.primary import primary_share
from schemes.rows import grouped, number, one

RULE = "R14"
PEF = f"{ID}data-quality-scale/pef-1-5"
DIGITS = 12
"""Significant digits to which a rating is read before it is held against the bounds of levels: 1.5 is within 1.5."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of data quality; see tm:DataQualityScale. `best` is the lower number."""

    iri: str
    indicators: tuple[str, ...]
    best: float
    worst: float
    missing: float
    threshold: float | None
    version: str | None


def scales(calculation: Calculation) -> dict[str, Scale]:
    """Return the scales that can be rated on, by IRI.

    Raises:
        SchemeDataError: a scale states something twice.
    """
    found = {}
    for iri, rows in grouped(calculation.graph.query(load("data-quality-scales")).dicts(), "scale").items():
        threshold, version = one(rows, "threshold", iri), one(rows, "version", iri)
        found[iri] = Scale(
            iri=iri,
            indicators=tuple(sorted({str(row["indicator"]) for row in rows})),
            best=float(number(rows, "best", iri)),
            worst=float(number(rows, "worst", iri)),
            missing=float(number(rows, "missing", iri)),
            threshold=None if threshold is None else float(number(rows, "threshold", iri)),
            version=None if version is None else str(version),
        )
    return found


def scale_of_version(known: dict[str, Scale], version: str | None) -> Scale:
    """Return the scale of a version of the exchange specification; of the newest one where none is given.

    Raises:
        SchemeDataError: no scale is for that version.
    """
    versioned = {scale.version: scale for scale in known.values() if scale.version is not None}
    if not versioned:
        raise SchemeDataError(
            "The graph has no scale with tm:specVersion. Load the reference knowledge: `tanmai init`."
        )
    if version is None:
        return versioned[max(versioned, key=lambda leading: (len(leading), leading))]  # 10 is newer than 9
    for leading, scale in versioned.items():
        if version == leading or version.startswith(f"{leading}."):
            return scale
    raise SchemeDataError(
        f"No data-quality scale is known for version {version!r} of the specification. Known are {', '.join(sorted(versioned))}."
    )


def quality(calculation: Calculation, product: str, spec_version: str | None = None) -> dict[str, Any]:
    """Say how good the data behind a footprint are.

    Args:
        calculation: State of the graph and settings.
        product: IRI, or a unique part of a name.
        spec_version: Version of the exchange specification whose scale is used beside that of PEF; the newest where None.

    Returns:
        product, total, primary data (both readings, secondary items), ratings (PEF and the exchange specification; each
        with its own assumptions), assumptions, settings, inputs, engine.

    Raises:
        SchemeDataError: scales, scores or kinds of data contradict themselves.
        ScreeningError: nothing contributes to the footprint.
    """
    question = ask(calculation, product, 1.0, None)
    used, names = question.calculation, question.names
    known = scales(used)
    if PEF not in known:
        raise SchemeDataError(f"The graph has no scale <{PEF}>. Load the reference knowledge: `tanmai init`.")
    frame = contributions(question)
    chosen = [known[PEF], scale_of_version(known, spec_version)]
    return {
        **_head(question),
        "primary_data": primary_share(used, frame, names),
        "ratings": [rating(used, frame, scale, names) for scale in chosen],
        "cutoffs": cut_offs(used, question.chain, names),
        "assumptions": [*underscenario.assumptions(used, names), *_hypothetical(frame)],
        "settings": used.settings.as_dict(),
        "inputs": inputs(used),
        "engine": engine(used, question.chain.info),
    }


def _hypothetical(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Say how much of the footprint rests on numbers that nobody measured: those of the scenario."""
    mine = frame.filter(pl.col("set_exchange") | pl.col("set_factor"))
    if mine.is_empty():
        return []
    share = float(mine["weight"].sum())
    return [
        {
            "code": "set-by-scenario",
            "text_en": f"{share:.1%} of the contributions rest on numbers that the scenario sets; they count as secondary and without a score, "
            "whatever the data state of the numbers they replace.",
            "text_zh": f"占 {share:.1%} 的贡献采用情景设定的数值，按次级数据且无评分计，不沿用原数值的数据类型与评分。",
            "share": share,
        }
    ]


def _head(question: Question) -> dict[str, Any]:
    snapshot, names = question.calculation.snapshot, question.names
    bounded = question.chain.total(question.calculation.cost)
    return {
        "product": names[str(snapshot.product_of(question.activity))].as_dict(),
        "amount": question.amount,
        "unit": names[question.unit].as_dict(),
        "total": {"value": float(bounded.values), "unit": "kg CO2e", "error_bound": float(bounded.bounds)},
    }


def rating(calculation: Calculation, frame: pl.DataFrame, scale: Scale, names: Names) -> dict[str, Any]:
    """Rate contributions on one scale.

    Args:
        calculation: State of the graph.
        frame: Contributions, see `schemes.contributions`.
        scale: The scale.
        names: Names learned so far.

    Returns:
        scale, rule, spec_version, indicators (each with value and the share without a score), rating (their mean), level
        (None where the scale has no levels), items, threshold, assumptions. Values are None where no item is above the
        threshold of the scale.

    Raises:
        SchemeDataError: a score is outside the scale, or levels contradict themselves.
    """
    scored = frame if scale.threshold is None else frame.filter(pl.col("weight") > scale.threshold)
    stated, several = _scores(calculation, scale)
    weights = scored["weight"].to_list()
    whole = math.fsum(weights)
    rated = [_indicator(scored, stated, scale, each, whole) for each in scale.indicators] if whole else []
    mean = math.fsum(each["value"] for each in rated) / len(rated) if rated else None
    names.learn([scale.iri, *scale.indicators])
    level = _level(calculation, scale, mean) if mean is not None else None
    return {
        "scale": names[scale.iri].as_dict(),
        "rule": RULE,
        "spec_version": scale.version,
        "indicators": [{**names[i].as_dict(), **found} for i, found in zip(scale.indicators, rated, strict=False)],
        "rating": mean,
        "level": names[level].as_dict() if level else None,
        "items": len(scored),
        "threshold": scale.threshold,
        "assumptions": _assumptions(scale, rated, several, len(frame) - len(scored)),
    }


def _scores(calculation: Calculation, scale: Scale) -> tuple[pl.DataFrame, int]:
    """Return node, indicator, score; of several scores for one node and indicator the worst, and how many had several."""
    frame = table(_bound(calculation, scale.iri), load("data-scores"), "node", "indicator", "score")
    frame = frame.with_columns(pl.col("score").cast(pl.Float64, strict=False))
    wrong = frame.filter(pl.col("score").is_null() | ~pl.col("score").is_between(scale.best, scale.worst)).sort("node")
    if len(wrong):
        node, indicator, score = wrong.row(0)
        raise SchemeDataError(
            f"<{node}> states the score {score} for <{indicator}>, outside {scale.best:g} to {scale.worst:g} of <{scale.iri}>. "
            "Correct the score, or name the scale it is on."
        )
    worst = frame.group_by("node", "indicator").agg(pl.col("score").max(), pl.col("score").n_unique().alias("stated"))
    return worst, int((worst["stated"] > 1).sum())


def _bound(calculation: Calculation, scale: str) -> Any:
    """Return a select that fills in the scale."""
    return lambda text: calculation.graph.query(text, {"scale": iri_term(scale)}).serialize("csv")


def _indicator(
    frame: pl.DataFrame, stated: pl.DataFrame, scale: Scale, indicator: str, whole: float
) -> dict[str, float]:
    """Return the weighted mean of one indicator, and the share of the weights that states no score for it."""
    mine = beside(frame, stated.filter(pl.col("indicator") == indicator).select("node", "score"), "score")
    own = pl.when(~pl.col("swapped")).then(
        pl.col("score_exchange")
    )  # it is that of the exchange with the supplier in the data
    found = pl.coalesce(own, "score_factor", "score_process")
    real = ~(pl.col("set_exchange") | pl.col("set_factor"))
    score = mine.select(pl.when(real).then(found).alias("score"))["score"]
    weights, filled = mine["weight"].to_list(), score.fill_null(scale.missing).to_list()
    missing = math.fsum(w for w, s in zip(weights, score.to_list(), strict=True) if s is None)
    value = math.fsum(w * s for w, s in zip(weights, filled, strict=True)) / whole
    return {"value": value, "missing_share": missing / whole}


def _level(calculation: Calculation, scale: Scale, mean: float) -> str | None:
    """Return the first level whose upper bound the rating keeps, by the bounds in the graph; None for a scale without levels."""
    rows = calculation.graph.query(load("data-quality-levels"), {"scale": iri_term(scale.iri)}).dicts()
    value = exact(f"{mean:.{DIGITS}g}")
    levels = grouped(rows, "level").items()
    bounds = sorted(
        (number(mine, "upper", level), level, one(mine, "inclusive", level) is True) for level, mine in levels
    )
    return next((level for upper, level, inclusive in bounds if _within(value, upper, inclusive=inclusive)), None)


def _within(value: Fraction, upper: Fraction, *, inclusive: bool) -> bool:
    return value <= upper if inclusive else value < upper


def _assumptions(scale: Scale, rated: Sequence[dict[str, float]], several: int, left_out: int) -> list[dict[str, Any]]:
    made = []
    missing = max((each["missing_share"] for each in rated), default=0.0)
    if missing:
        made.append(
            {
                "code": "score-missing",
                "text_en": f"up to {missing:.1%} of the contributions state no score; the score {scale.missing:g} was taken for them "
                "(choice of this project: a gap is never an advantage).",
                "text_zh": f"最多 {missing:.1%} 的贡献未给出评分，按 {scale.missing:g} 分计（本项目设定：缺失不得成为优势）。",
                "share": missing,
            }
        )
    if several:
        made.append(
            {
                "code": "several-scores",
                "text_en": f"{several} pairs of node and indicator state several scores; the worst was taken.",
                "text_zh": f"{several} 组对象与指标给出多个评分，取最差者。",
            }
        )
    if left_out and scale.threshold is not None:
        made.append(
            {
                "code": "below-threshold",
                "text_en": f"{left_out} items with at most {scale.threshold:.0%} of the footprint are not scored on this scale.",
                "text_zh": f"{left_out} 项占比不高于 {scale.threshold:.0%}，不在该尺度上评分。",
            }
        )
    return made
