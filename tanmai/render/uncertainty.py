"""How sure a footprint is, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tanmai.figures import figure, percent
from tanmai.phrases import phrase
from tanmai.render.compare import verdict
from tanmai.render.explanation import cut_off_lines
from tanmai.render.names import named, origin, symbol
from tanmai.render.tables import console, table
from tanmai.words import Language, word

if TYPE_CHECKING:
    import polars as pl


def show(data: Mapping[str, Any], lang: Language) -> None:
    """Print the intervals of one product or two, their difference, the drivers and what is assumed."""
    if "products" in data and not verdict(data, lang):
        return
    _product(data, lang)
    assumed = list(data["assumptions"])
    if "against" in data:
        console().print(f"{word('against', lang)}:")
        _product(data["against"], lang)
        known = {assumption[f"text_{lang}"] for assumption in assumed}
        assumed += [a for a in data["against"]["assumptions"] if a[f"text_{lang}"] not in known]
        _difference(data["difference"], lang)
    if assumed:
        console().print(word("assumption", lang), style="bold")
    for assumption in assumed:
        console().print(f"  - {assumption[f'text_{lang}']}", soft_wrap=True)


def show_all(frame: pl.DataFrame | None, made: Mapping[str, Any], lang: Language) -> None:
    """Print every product with the mean and standard deviation of the draws, and how they were made."""
    if frame is not None:
        columns = [(word("product", lang), False), (word("unit", lang), False), ("kg CO2e", True)]
        columns += [(word(key, lang), True) for key in ("mean", "deviation")]
        wanted = ("iri", "name", "unit", "kg_co2e", "mc_mean", "mc_standard_deviation")
        rows = [
            [name or iri, unit, *map(figure, numbers)] for iri, name, unit, *numbers in frame.select(wanted).iter_rows()
        ]
        console().print(table("", columns, rows))
    console().print(word("draws_of_all", lang, **made))


def _product(data: Mapping[str, Any], lang: Language) -> None:
    out, total = console(), data["total"]
    out.print(
        f"{named(data['product'], lang)}  {figure(data['amount'])} {symbol(data['unit'], lang)} = "
        f"{figure(total['value'], 6)} kg CO2e  ({word('bound', lang)} {total['error_bound']:.1e}; "
        f"GWP-100 {data['settings']['gwp']})",
        style="bold",
        soft_wrap=True,
    )
    if data["uncertain_numbers"]:
        _intervals(total["value"], data, lang)
        _drivers(data["drivers"], lang)
    else:
        out.print(word("no_spread", lang))
    if data["cutoffs"]:
        out.print(f"{word('cut_off', lang)}: {len(data['cutoffs'])}")
        for line in cut_off_lines(data["cutoffs"], lang):
            out.print(line, soft_wrap=True)


def _intervals(value: float, data: Mapping[str, Any], lang: Language) -> None:
    """Print the deterministic value, first order and simulation side by side."""
    columns = [("kg CO2e", False)] + [
        (word(key, lang), True) for key in ("value", "low", "median", "high", "half_width")
    ]
    rows = [[word("deterministic", lang), figure(value, 6), "", "", "", ""]]
    first, drawn = data["first_order"], data["monte_carlo"]
    if first is not None:
        width = f"{figure(first['half_width'])}{_relative(first['half_width_relative'], lang)}"
        ends = (figure(first["low"], 6), "", figure(first["high"], 6))
        rows.append([word("first_order", lang), figure(value, 6), *ends, width])
    if drawn is not None:
        mean_of = word("in_brackets", lang, text=word("mean", lang))
        mean = figure(drawn["mean"], 6) + _error(drawn["standard_error"])
        low, median, high = (figure(drawn["percentiles"][key], 6) for key in ("2.5", "50", "97.5"))
        half = (drawn["percentiles"]["97.5"] - drawn["percentiles"]["2.5"]) / 2
        width = f"{figure(half)}{_relative(drawn['half_width_relative'], lang)}"
        rows.append([f"{word('monte_carlo', lang)} {mean_of}", mean, low, median, high, width])
    console().print(table(word("uncertainty", lang), columns, rows))
    if drawn is not None:
        _made(drawn, lang)


def _made(drawn: Mapping[str, Any], lang: Language) -> None:
    """Print how the draws were made and checked."""
    solver = drawn["solver"]
    made = word(
        "draws_made", lang, draws=drawn["draws"], seed=drawn["seed"], failed=drawn["failed"],
        method=phrase(solver["method"].partition(" (")[0], lang),
    )  # fmt: skip
    console().print(made, soft_wrap=True)
    if solver["checked_draws"]:
        checked = word("draws_checked", lang, count=solver["checked_draws"], error=solver["largest_error_found"])
        console().print(checked, soft_wrap=True)


def _relative(share: float | None, lang: Language) -> str:
    """A half-width as a part of the value, with the digits that spreads are reported in."""
    return "" if share is None else " " + word("in_brackets", lang, text=f"{100 * share:.3g} %")


def _error(error: float | None) -> str:
    return "" if error is None else f" ± {figure(error, 2)}"


def _drivers(drivers: list[Mapping[str, Any]], lang: Language) -> None:
    if not drivers:
        return
    columns = [
        (word("spread_of_variance", lang), True),
        (word("number_spread", lang), False),
        (word("relative_deviation", lang), True),
        (word("alone", lang), True),
        (word("correlation", lang), True),
        (word("source", lang), False),
    ]
    rows = [
        [
            percent(line["share_of_variance"]),
            _called(line, lang),
            f"{100 * line['relative_standard_deviation']:.3g} %",
            figure(line["half_width_alone"]),
            "" if line.get("squared_rank_correlation") is None else f"{line['squared_rank_correlation']:.3f}",
            origin({key: value for key, value in line.items() if key != "provider"}, lang),
        ]
        for line in drivers
    ]
    console().print(table(word("driver", lang), columns, rows))


def _called(line: Mapping[str, Any], lang: Language) -> str:
    """Name a number: what it is, and of which process or factor."""
    kind = phrase(line["kind"], lang)
    if "factor" in line:
        gas = f" {named(line['gas'], lang)}" if "gas" in line else ""
        return f"{named(line['factor'], lang)}{gas} {word('in_brackets', lang, text=kind)}"
    if "flow" in line:
        return f"{named(line.get('process'), lang)}: {named(line['flow'], lang)} {word('in_brackets', lang, text=kind)}"
    return f"{line['iri']} {word('in_brackets', lang, text=kind)}"


def _difference(data: Mapping[str, Any], lang: Language) -> None:
    console().print(
        f"{word('difference_drawn', lang)} = {figure(data['value'], 6)} kg CO2e  "
        f"({word('bound', lang)} {data['error_bound']:.1e})",
        style="bold",
        soft_wrap=True,
    )
    _intervals(data["value"], data, lang)
    drawn = data["monte_carlo"]
    if drawn is not None:
        share, error = percent(drawn["probability_first_lower"]), percent(drawn["probability_error"])
        console().print(word("first_lower", lang, share=share, error=error))
    _drivers(data["drivers"], lang)
